package paying_test

import (
	"errors"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
)

// till is a marketplace with a paying service that can be killed.
type till struct {
	*apptest.World
	t       *testing.T
	gateway *fakeGateway
	s       *paying.Service
}

func eachTill(t *testing.T, test func(t *testing.T, w *till)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, world *apptest.World) {
		w := &till{World: world, t: t, gateway: newFakeGateway()}
		w.restart()
		test(t, w)
	})
}

// restart drops the process and starts another one on the same database.
func (w *till) restart() { w.s = w.NewPaying(w.gateway) }

// row runs one row of a table in a world that the rows share, one after the
// other: making a database takes longer than most rows. Each has a processor
// and a process of its own.
func (w *till) row(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		outer := w.t
		w.t, w.TB = t, t
		defer func() { w.t, w.TB = outer, outer }()
		w.gateway = newFakeGateway()
		w.Jobs.Receipt, w.Jobs.Check = nil, nil
		w.restart()
		test(t)
	})
}

// alive runs a step of the process. If it is killed, a new process comes up.
func (w *till) alive(step func() error) (err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case errKilled:
			err = errKilled
			w.restart()
		default:
			panic(v)
		}
	}()
	return step()
}

// renewed is a household that owes $124.50 for December, billed on the 20th.
func (w *till) renewed() apptest.Household {
	w.t.Helper()
	h := w.Household(apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed())
	w.Bill("2026-12")
	return h
}

// selected is a household whose coverage starts in January when $53.00 is paid
// by 23 December.
func (w *till) selected() apptest.Household {
	w.t.Helper()
	h := w.Household(apptest.Medical("2027-01", "53.00"))
	w.FirstBills()
	return h
}

func (w *till) order(h apptest.Household, amount string) paying.Order {
	return paying.Order{
		Operation: w.s.NewOperation(), Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount(amount),
		Email: "ana@example.org", Language: "en",
		Authorization: payment.Authorization{Version: "2026-1", Wording: "I authorize one payment.", Network: "n", SessionHash: "s"},
	}
}

func (w *till) bankOrder(h apptest.Household, amount string) paying.BankOrder {
	return paying.BankOrder{
		Order: w.order(h, amount), ValidationRef: "check-1",
		Bank: payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "011000138", Number: pii.NewSecret("000123456789")},
	}
}

func (w *till) payByBank(h apptest.Household, amount string) payment.Payment {
	w.t.Helper()
	p, err := w.s.PayByBank(w.t.Context(), w.bankOrder(h, amount))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// receive takes money by another channel, counting on a day.
func (w *till) receive(h apptest.Household, amount string, channel payment.Channel, method payment.Method, effective civil.Date) payment.Payment {
	w.t.Helper()
	p, err := w.s.Receive(w.t.Context(), paying.Received{
		Operation: w.s.NewOperation(), Account: h.Account, Channel: channel, Method: method,
		Amount: apptest.Amount(amount), ReceivedOn: effective, Reference: "r-1",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *till) state(id payment.OperationID) payment.IntentState {
	w.t.Helper()
	i, err := w.s.Intent(w.t.Context(), id)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return ""
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return i.State
}

// sweep lets time pass and sweeps, as every process does.
func (w *till) sweep(after time.Duration) {
	w.t.Helper()
	w.Clock.Advance(after)
	err := w.alive(func() error { _, err := w.s.Sweep(w.t.Context()); return err })
	if err != nil && !errors.Is(err, errKilled) {
		w.t.Fatal(err)
	}
}

func (w *till) wantCode(err error, code string) {
	w.t.Helper()
	if !fault.Is(err, code) {
		w.t.Errorf("want %s, got %v", code, err)
	}
}

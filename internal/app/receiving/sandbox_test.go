package receiving_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/sandbox/bank"
)

// sandboxLink is the sandbox bank's mailbox without the line in between.
type sandboxLink struct {
	bank *bank.Bank
	now  func() civil.Instant
}

func (l sandboxLink) Put(_ context.Context, name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	_, err := l.bank.Take(l.now(), name, b.Bytes())
	return err
}

func (l sandboxLink) Has(_ context.Context, name string) (bool, error) { return l.bank.Has(name), nil }

func (l sandboxLink) List(context.Context) (all []ach.File, err error) {
	out, err := l.bank.Outbox(l.now())
	for _, o := range out {
		all = append(all, ach.File{Name: o.Name, Size: int64(len(o.Body))})
	}
	return all, err
}

func (l sandboxLink) Get(_ context.Context, name string) (io.ReadCloser, error) {
	text, err := l.bank.Open(name)
	return io.NopCloser(bytes.NewReader(text)), err
}

func (l sandboxLink) Done(_ context.Context, name string) error { return l.bank.Done(name) }

// Seven weeks with the sandbox bank, which checks our file by itself, settles it,
// sends some entries back and corrects others, does everything twice and mixes
// in returns of strangers, without control records: the books agree every morning, and at the end all
// that is open is nothing.
func TestSevenWeeksWithABank(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		sandbox, err := bank.New(bank.Options{
			Routing: b.Profile.Bank.Routing, Company: b.Profile.Bank.CompanyID, Account: "000100200300", Zone: b.Profile.Zone(),
			Opened: b.Today(), Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := sandbox.SetFaults(bank.Faults{Twice: true, Stranger: true, NoControls: true}); err != nil {
			t.Fatal(err)
		}
		link := sandboxLink{sandbox, b.Clock.Now}
		b.out = originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: link})
		b.service = receiving.New(receiving.Config{
			DB: b.DB, Profile: b.Profile, Payments: b.paying, AutoPay: b.hooks, Refunds: b.hooks, Link: link, Log: b.Log,
		})
		owed := map[string]apptest.Household{}
		for account, amount := range map[string]string{
			"000123456789": "100.00", "000111111116": "100.00", "000555000002": "100.00", "000555000110": "100.00", "000666000001": "100.00",
		} {
			h := b.household()
			owed[account] = h
			p := b.payFrom(h, amount, account)
			b.hooks.saved[b.entry(p).Bank] = true
		}
		b.sendFile()
		cash := map[civil.Date]string{}
		for range 47 {
			b.At(b.Today().AddDays(1).String() + " 06:00:00")
			if _, err := b.service.Fetch(t.Context(), b.Today()); err != nil {
				t.Fatal(err)
			}
			if _, err := b.out.Send(t.Context(), b.Today()); err != nil {
				t.Fatal(err)
			}
			cash[b.Today()] = b.balance("cash.operating")
			b.VerifyClean()
		}
		for account, want := range map[string]string{
			"000123456789": "0.00", "000111111116": "100.00", "000555000002": "100.00", "000555000110": "100.00", "000666000001": "0.00",
		} {
			apptest.Check(t, account, b.Owed(owed[account]).String(), want)
		}
		apptest.Check(t, "cash", b.balance("cash.operating"), "20000")
		apptest.Check(t, "cash once settled, and before the late return", []string{cash[apptest.Date("2026-11-24")], cash[apptest.Date("2026-12-15")]}, []string{"50000", "30000"})
		apptest.Check(t, "open", b.clearing(), []string(nil))
		apptest.Check(t, "waiting lines", b.Rows("SELECT code FROM bank_item WHERE state = 'waiting'"), []string(nil))
	})
}

// payFrom has a household pay online from one of the sandbox bank's accounts.
func (b *bench) payFrom(h apptest.Household, amount, number string) payment.Payment {
	b.TB.Helper()
	p, err := b.paying.PayByBank(b.TB.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: payment.OperationID{UUID: b.DB.NewID()}, Account: h.Account, Channel: payment.ChannelWebGuest,
			Amount: apptest.Amount(amount), Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: "You let us take this amount once."},
		},
		Bank: payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: secret(number)},
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	return p
}

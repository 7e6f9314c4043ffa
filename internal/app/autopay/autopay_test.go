package autopay_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// town is a marketplace with AutoPay.
type town struct {
	*apptest.World
	paying  *paying.Service
	autopay *autopay.Service
	files   *originating.Service // to a bank that only takes
}

func newTown(w *apptest.World) town {
	w.Log = slog.New(slog.NewTextHandler(w.TB.Output(), nil))
	p := w.NewPaying(nil)
	files := originating.New(originating.Config{DB: w.DB, Profile: w.Profile, Link: &letterbox{has: map[string]bool{}}, Log: w.Log})
	return town{w, p, w.NewAutoPay(p), files}
}

// letterbox is a bank that takes files and says nothing.
type letterbox struct{ has map[string]bool }

func (b *letterbox) Put(_ context.Context, name string, write func(io.Writer) error) error {
	b.has[name] = true
	return write(io.Discard)
}

func (b *letterbox) Has(_ context.Context, name string) (bool, error) { return b.has[name], nil }

func (b *letterbox) List(context.Context) ([]ach.File, error) { return nil, nil }

func (b *letterbox) Get(context.Context, string) (io.ReadCloser, error) { return nil, io.EOF }

func (b *letterbox) Done(context.Context, string) error { return nil }

// live lets the days pass up to one and including it: night, bill run, plan, and
// the cut-off in the evening. Letters of bills go out on the day they are due.
func (w town) live(until string) {
	w.TB.Helper()
	for day := w.Today().AddDays(1); !day.After(apptest.Date(until)); day = day.AddDays(1) {
		w.At(day.String())
		w.Night()
		w.plan()
		w.At(day.String() + " 20:01:00")
		w.freeze()
	}
}

func (w town) plan() autopay.PlanCounts {
	w.TB.Helper()
	counts, err := w.autopay.Plan(w.TB.Context(), w.Today())
	if err != nil {
		w.TB.Fatal(err)
	}
	w.tell()
	return counts
}

// tell records that the letters of new drafts went out today.
func (w town) tell() {
	w.TB.Helper()
	accounts := w.Rows("SELECT id_text(account_id) FROM account")
	w.InTx(func(tx *store.Tx) error {
		for _, h := range accounts {
			if err := tellOne(tx, h, w.Today()); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w town) freeze() autopay.FreezeCounts {
	w.TB.Helper()
	counts, err := w.autopay.Freeze(w.TB.Context(), w.Today())
	if err != nil {
		w.TB.Fatal(err)
	}
	if counts.SetAside > 0 {
		w.TB.Fatalf("set aside on %s: %d", w.Today(), counts.SetAside)
	}
	if _, err := w.files.Build(w.TB.Context(), w.Today()); err != nil {
		w.TB.Fatal(err)
	}
	if _, err := w.files.Send(w.TB.Context(), w.Today()); err != nil {
		w.TB.Fatal(err)
	}
	return counts
}

func (w town) pay(h apptest.Household, amount string) payment.Payment {
	w.TB.Helper()
	p, err := w.paying.Receive(w.TB.Context(), paying.Received{
		Operation: w.paying.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck, Amount: apptest.Amount(amount),
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return p
}

func (w town) status(h apptest.Household) autopay.Status {
	w.TB.Helper()
	s, err := w.autopay.Status(w.TB.Context(), w.Member(), h.Account)
	if err != nil {
		w.TB.Fatal(err)
	}
	return s
}

func (w town) wantDrafts(h apptest.Household, want ...string) {
	w.TB.Helper()
	apptest.Check(w.TB, "drafts on "+w.Today().String(), w.Drafts(h), want)
}

// household has paid coverage of a month, the next one billed, and AutoPay.
func (w town) household(day int, covers ...apptest.Cover) apptest.Household {
	w.TB.Helper()
	w.At("2026-01-01")
	h := w.Household(covers...)
	w.Bill("2026-01")
	w.pay(h, w.Owed(h).String())
	w.Bill("2026-02")
	w.TurnOn(w.autopay, h, day)
	return h
}

// A year with AutoPay on the 23rd: each month what the bill asks for, weekends
// and holidays one bank day later, and each payment counts on the day itself.
func TestAutoPayFollowsTheBill(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, world *apptest.World) {
		w := newTown(world)
		h := w.household(23, apptest.Medical("2026-01", "103.00").Renewed())
		w.live("2026-06-30")
		w.wantDrafts(h,
			"2026-02 on 2026-01-23 frozen 103",
			"2026-03 on 2026-02-23 frozen 103",
			"2026-04 on 2026-03-23 frozen 103",
			"2026-05 on 2026-04-23 frozen 103",
			"2026-06 on 2026-05-23 frozen 103",
			"2026-07 on 2026-06-23 frozen 103")
		apptest.Check(t, "entries", w.Rows(fmt.Sprintf(`
			SELECT CAST(p.effective_on AS TEXT) || ' settles ' || CAST(e.settle_on AS TEXT) || ' ' || e.kind || ' ' || e.sec_code || ' ' || e.payment_type || ' ' || p.channel
			FROM ach_entry e JOIN payment p ON p.account_id = e.account_id AND p.payment_id = e.payment_id WHERE id_text(e.account_id) = '%s'
				AND e.mandate_id IS NOT NULL ORDER BY p.effective_on`, h.Account)), []string{
			"2026-01-23 settles 2026-01-23 debit WEB R autopay",
			"2026-02-23 settles 2026-02-23 debit WEB R autopay",
			"2026-03-23 settles 2026-03-23 debit WEB R autopay",
			"2026-04-23 settles 2026-04-23 debit WEB R autopay",
			"2026-05-23 settles 2026-05-26 debit WEB R autopay", // Saturday before Memorial Day (R-AUTO-4)
			"2026-06-23 settles 2026-06-23 debit WEB R autopay",
		})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		w.VerifyClean()
	})
}

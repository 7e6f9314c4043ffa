package app_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/banklink"
	"quittance.org/quittance/internal/store"
)

// banked is a marketplace with a line to a bank, whose mailbox is a folder, and
// one payment of 60.00 on its way there.
type banked struct {
	*apptest.World
	app    *app.App
	link   ach.Link
	folder string
	paid   payment.Payment
}

func newBanked(w *apptest.World) *banked {
	b := &banked{World: w, folder: w.TB.TempDir()}
	link, err := banklink.Open(banklink.Config{Where: "folder:" + b.folder})
	if err != nil {
		w.TB.Fatal(err)
	}
	b.link = link
	b.app = newApp(w, func(c *app.Config) { c.BankLink = link })
	w.At("2026-11-01")
	h := w.Household(apptest.Medical("2026-12", "100.00").Renewed())
	w.Reach(h, "")
	w.Bill("2026-12")
	w.At("2026-11-20")
	b.paid, err = b.app.Paying.PayByBank(w.TB.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: payment.OperationID{UUID: w.DB.NewID()}, Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount("60.00"), Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: "You let us take this amount once."},
		},
		Bank: payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789")},
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return b
}

// answers has the bank say its word on the file of Friday the 20th.
func (b *banked) answers(yes bool) {
	b.TB.Helper()
	const name = "ACH-20261120-A.ach"
	a := ach.Ack{File: name, Accepted: yes, Totals: ach.Totals{Entries: 1, Debits: apptest.Amount("60.00")}}
	if !yes {
		a.Reason = "the batch is wrong"
	}
	var text bytes.Buffer
	if err := a.Write(&text); err != nil {
		b.TB.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.folder, "outbox", ach.AckName(name)), text.Bytes(), 0o600); err != nil {
		b.TB.Fatal(err)
	}
}

func (b *banked) look() {
	b.TB.Helper()
	if err := b.app.LookAtBank(b.TB.Context()); err != nil {
		b.TB.Fatal(err)
	}
}

func (b *banked) files() []string {
	return b.Rows(`SELECT name || ' ' || state || ' ' || answer FROM ach_file ORDER BY name`)
}

// A refusal of the same evening is seen within the hour, and a yes that came
// overnight in the morning (ACH-43).
func TestTheBanksWordIsReadSoon(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		b := newBanked(w)
		b.At("2026-11-20 20:00:30")
		runDay(w, b.app, "2026-11-20")
		apptest.Check(t, "sent", b.files(), []string{"ACH-20261120-A.ach sent "})
		b.At("2026-11-20 20:31:00")
		b.answers(false)
		b.look()
		apptest.Check(t, "refused", b.files(), []string{"ACH-20261120-A.ach refused the batch is wrong"})
		b.At("2026-11-21 01:00:00")
		b.answers(true)
		days := runDay(w, b.app, "2026-11-21")
		apptest.Check(t, "in the morning", b.files(), []string{"ACH-20261120-A.ach acknowledged "})
		apptest.Check(t, "the step", days[0].Steps[0].Name+": "+days[0].Steps[0].Counts.String(),
			"bank-in: files 0, posted 0, known 0, noted 0, agreed 0, waiting 0, acknowledged 1, set aside 1") // the bank contradicts itself
		w.VerifyClean()
	})
}

// What was released leaves with the next look, if nobody sends it before.
func TestReleasedFileLeavesWithinTheHour(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := *w.Profile
		p.ACH.FileDebits = profile.Always(apptest.Amount("59.99"))
		w.Profile = &p
		b := newBanked(w)
		b.At("2026-11-20 20:00:30")
		runDay(w, b.app, "2026-11-20")
		b.look()
		apptest.Check(t, "held", b.files(), []string{"ACH-20261120-A.ach held "})
		sam := access.Actor{Name: "staff:sam", Role: access.RoleSupervisor}
		if err := b.app.Originating.Release(t.Context(), "ACH-20261120-A.ach", sam, "premiums"); err != nil {
			t.Fatal(err)
		}
		b.look()
		apptest.Check(t, "sent", b.files(), []string{"ACH-20261120-A.ach sent "})
		if _, err := os.Stat(filepath.Join(b.folder, "inbox", "ACH-20261120-A.ach")); err != nil {
			t.Error(err)
		}
	})
}

// A payment that comes back by day is told the same day (R-AUTO-7).
func TestReturnByDayIsToldTheSameDay(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		b := newBanked(w)
		b.At("2026-11-24 14:00:00")
		runDay(w, b.app, "2026-11-24")
		w.InTx(func(tx *store.Tx) error {
			_, err := b.app.Paying.TakeBack(tx, b.paid.AccountID, b.paid.ID, "R01", w.Today())
			return err
		})
		told := func() string {
			return fmt.Sprint(w.Rows(`SELECT template || ' ' || state FROM message WHERE template = 'payment_returned'`))
		}
		apptest.Check(t, "before", told(), "[]")
		b.look()
		apptest.Check(t, "after", told(), "[payment_returned queued]")
	})
}

// The command that releases a file sends it at once, and not beside a business day
// that a server runs.
func TestCommandSendsWhatItReleases(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := *w.Profile
		p.ACH.FileDebits = profile.Always(apptest.Amount("59.99"))
		w.Profile = &p
		b := newBanked(w)
		b.At("2026-11-20 20:00:30")
		runDay(w, b.app, "2026-11-20")
		b.At("2026-11-24 09:00:00")
		command := app.DatabaseOf(w.DB)
		sam := access.Actor{Name: "staff:sam", Role: access.RoleSupervisor}
		if err := command.Originating(&p, nil).Release(t.Context(), "ACH-20261120-A.ach", sam, "premiums"); err != nil {
			t.Fatal(err)
		}
		err := b.app.Closing.Alone(t.Context(), func(ctx context.Context) error {
			_, err := command.SendFile(ctx, &p, b.link, "ACH-20261120-A.ach")
			return err
		})
		apptest.Check(t, "beside a business day", fault.CodeOf(err), closing.CodeElsewhere)
		f, err := command.SendFile(t.Context(), &p, b.link, "ACH-20261120-A.ach")
		apptest.Check(t, "sent", fmt.Sprint(f.Name, " ", f.State, " ", err), "ACH-20261124-A.ach sent <nil>")
		apptest.Check(t, "files", b.files(), []string{"ACH-20261124-A.ach sent "})
	})
}

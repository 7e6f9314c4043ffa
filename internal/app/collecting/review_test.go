package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
)

// check is a check that is posted today and was received on a day.
func check(w *apptest.World, h apptest.Household, amount, received string) payment.Payment {
	w.TB.Helper()
	s := w.NewPaying(nil)
	p, err := s.Receive(w.TB.Context(), paying.Received{
		Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
		Amount: apptest.Amount(amount), ReceivedOn: apptest.Date(received), Reference: "check " + received,
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return p
}

// pays is a payment of today.
func pays(w *apptest.World, h apptest.Household, amount string) payment.Payment {
	w.TB.Helper()
	return check(w, h, amount, w.Today().String())
}

// Product rules R-DUE-1: January is unpaid, with help; nothing more is paid.
// Coverage ends on 31 January, January stays owed, what was billed after it is
// taken back.
func TestLongTrackToItsEnd(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-03-31")
		apptest.Check(t, "before the end", states(w, h), []string{"medical ending 2027-01"})
		release(t, w, h)
		w.Live("2027-05-02")
		apptest.Check(t, "after it", states(w, h), []string{"medical ended 2027-01"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-01 medical 103.00"})
		apptest.Check(t, "story", w.Story(h), []string{
			"2026-12-18 letter due_reminder 2027-01 103",
			"2026-12-22 letter due_reminder 2027-01 103",
			"2027-01-01 enter_grace 2027-01 R-DUE-1",
			"2027-01-01 letter past_due 2027-01 206",
			"2027-02-01 enter_grace 2027-02 R-DUE-1",
			"2027-02-01 letter end_warning 2027-02 309",
			"2027-03-01 enter_grace 2027-03 R-DUE-1",
			"2027-03-01 letter end_warning 2027-03 412",
			"2027-03-24 propose_end 2027-01 R-DUE-1",
			"2027-03-31 end 2027-01 R-DUE-1",
			"2027-04-01 letter ended 2027-01 515",
		})
		w.VerifyClean()
	})
}

func release(t *testing.T, w *apptest.World, h apptest.Household) {
	t.Helper()
	if err := w.Collecting.Release(t.Context(), act(h, 0)); err != nil {
		t.Fatal(err)
	}
}

// R-PAY-3: money counts on the day it was received; posted late, it undoes what
// was decided for lack of it.
func TestMoneyPostedLate(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cover    apptest.Cover
		posted   string
		amount   string
		received string
		release  string
		until    string
		state    string
		unpaid   []string
		decided  []string
	}{
		"first payment, before the deadline passes": {
			cover: apptest.Medical("2027-01", "103.00"), posted: "2026-12-23", amount: "103.00", received: "2026-12-22", until: "2027-01-05",
			state: "medical active", unpaid: []string{"2027-02 medical 103.00"}, decided: []string{"effectuate 2027-01 R-BIND-1"},
		},
		"first payment, after the start was moved": {
			cover: apptest.Medical("2027-01", "103.00"), posted: "2026-12-28", amount: "103.00", received: "2026-12-22", until: "2027-01-05",
			state: "medical active", unpaid: []string{"2027-02 medical 103.00"},
			decided: []string{"roll_start 2027-02 R-BIND-2", "undo_roll_start 2027-01 R-PAY-4", "effectuate 2027-01 R-BIND-1"},
		},
		"first payment, received too late": {
			cover: apptest.Medical("2027-01", "103.00"), posted: "2026-12-28", amount: "103.00", received: "2026-12-24", until: "2027-01-05",
			state: "medical active", decided: []string{"roll_start 2027-02 R-BIND-2", "effectuate 2027-02 R-BIND-1"},
		},
		"the end was proposed": {
			cover: apptest.FullPrice("2027-01", "400.00").Renewed(), posted: "2027-01-28", amount: "800.00", received: "2027-01-22", until: "2027-02-02",
			state: "medical active", unpaid: []string{"2027-03 medical 400.00"},
			decided: []string{"propose_end 2026-12 R-DUE-2", "withdraw_end 2026-12 R-DUE-5"},
		},
		"the end was released": {
			cover: apptest.FullPrice("2027-01", "400.00").Renewed(), posted: "2027-02-09", amount: "800.00", received: "2027-01-22", release: "2027-01-31", until: "2027-02-12",
			state: "medical active", unpaid: []string{"2027-03 medical 400.00"},
			decided: []string{"propose_end 2026-12 R-DUE-2", "end 2026-12 R-DUE-2", "undo_end 2026-12 R-PAY-4", "withdraw_end 2026-12 R-DUE-5"},
		},
		"the end was released, a cent of the month past due is missing": {
			cover: apptest.FullPrice("2027-01", "400.00").Renewed(), posted: "2027-02-09", amount: "399.99", received: "2027-01-22", release: "2027-01-31", until: "2027-02-12",
			state: "medical ended 2026-12", decided: []string{"propose_end 2026-12 R-DUE-2", "end 2026-12 R-DUE-2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Household(row.cover)
				w.FirstBills()
				if row.release != "" {
					w.Live(row.release)
					if err := w.Collecting.Release(t.Context(), act(h, 0)); err != nil {
						t.Fatal(err)
					}
				}
				w.Live(row.posted)
				check(w, h, row.amount, row.received)
				w.Live(row.until)
				apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), row.decided)
				apptest.Check(t, "state", states(w, h), []string{row.state})
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				w.VerifyClean()
			})
		})
	}
}

// R-PAY-3: the first payment comes back; coverage has not started, and the
// first month waits for its payment again.
func TestReturnedFirstPayment(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		w.FirstBills()
		w.Live("2026-12-03")
		p := pays(w, h, "103.00")
		w.Live("2026-12-08")
		if err := w.NewPaying(nil).Return(t.Context(), h.Account, p.ID, "R01", w.Today()); err != nil {
			t.Fatal(err)
		}
		w.Live("2026-12-10")
		apptest.Check(t, "state", states(w, h), []string{"medical pending"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-01 medical 103.00"})
		pays(w, h, "103.00")
		w.Live("2026-12-12")
		apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), []string{"effectuate 2027-01 R-BIND-1", "undo_effectuate 2027-01 R-PAY-3", "effectuate 2027-01 R-BIND-1"})
		w.VerifyClean()
	})
}

// R-BIND-2: an unpaid start moves twice, with a bill each time, and then the
// selection lapses; nothing is owed.
func TestStartMovesAndLapses(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		w.FirstBills()
		w.Live("2027-02-25")
		apptest.Check(t, "story", w.Story(h), []string{
			"2026-12-16 letter start_reminder 2027-01 103",
			"2026-12-21 letter start_reminder 2027-01 103",
			"2026-12-24 roll_start 2027-02 R-BIND-2",
			"2026-12-24 letter start_moved 2027-02 103",
			"2027-01-16 letter start_reminder 2027-02 103",
			"2027-01-21 letter start_reminder 2027-02 103",
			"2027-01-24 roll_start 2027-03 R-BIND-2",
			"2027-01-24 letter start_moved 2027-03 103",
			"2027-02-16 letter start_reminder 2027-03 103",
			"2027-02-21 letter start_reminder 2027-03 103",
			"2027-02-24 lapse 2027-03 R-BIND-2",
			"2027-02-24 letter not_started 2027-03 0",
		})
		var bills []string
		for _, b := range w.Bills(h) {
			bills = append(bills, b.IssuedOn.String()+" "+b.Month.String()+" "+b.Total.String()+" due "+b.DueOn.String())
		}
		apptest.Check(t, "bills", bills, []string{
			"2026-11-30 2027-01 103.00 due 2026-12-23",
			"2026-12-24 2027-02 103.00 due 2027-01-23",
			"2027-01-24 2027-03 103.00 due 2027-02-23",
		})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		w.VerifyClean()
	})
}

// R-DUE-6: everything owed and the next month, within 35 days of the letter,
// which goes out in the night after the release, brings coverage back without a
// gap.
func TestReinstatement(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.FullPrice("2027-01", "400.00").Renewed())
		w.Live("2027-01-31")
		if err := w.Collecting.Release(t.Context(), act(h, 0)); err != nil {
			t.Fatal(err)
		}
		w.Live("2027-02-10")
		back := w.Standing(h).Enrollments[0].Reinstate
		apptest.Check(t, "to have it back", back.Amount.String()+" by "+back.By.String(), "800.00 by 2027-03-08")
		pays(w, h, back.Amount.String())
		w.Live("2027-02-12")
		apptest.Check(t, "state", states(w, h), []string{"medical active"})
		apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), []string{"propose_end 2026-12 R-DUE-2", "end 2026-12 R-DUE-2", "reinstate 2027-01 R-DUE-6"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-03 medical 400.00"})
		w.VerifyClean()
	})
}

package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
)

// unpaidSince bills a household from August to November 2026, of which it pays
// nothing.
func unpaidSince(w *apptest.World, covers ...apptest.Cover) apptest.Household {
	w.TB.Helper()
	w.At("2026-07-01")
	h := w.Household(covers...)
	for _, m := range []struct{ on, month string }{
		{"2026-07-01", "2026-08"}, {"2026-08-01", "2026-09"}, {"2026-09-01", "2026-10"}, {"2026-10-01", "2026-11"},
	} {
		w.At(m.on)
		w.Bill(m.month)
	}
	return h
}

func end(t *testing.T, w *apptest.World, h apptest.Household, last string) error {
	t.Helper()
	return w.Collecting.RecordEnd(t.Context(), collecting.End{
		Account: h.Account, Last: apptest.Month(last), Actor: "staff:demo", Second: "staff:lead", Reason: "unpaid after the last date",
	})
}

func states(w *apptest.World, h apptest.Household) []string {
	w.TB.Helper()
	var all []string
	for _, e := range w.Standing(h).Enrollments {
		s := string(e.Kind) + " " + string(e.State)
		if !e.EndMonth.IsZero() {
			s += " " + e.EndMonth.String()
		}
		all = append(all, s)
	}
	return all
}

// The demo's member G: subsidised, nothing paid since August, three due dates
// later coverage ends with August (R-DUE-1).
func TestEndOfTheLongTrack(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := unpaidSince(w, apptest.Medical("2026-08", "103.00").Renewed())
		w.At("2026-10-23")
		if err := end(t, w, h, "2026-08"); !fault.Is(err, "end.not_owed") {
			t.Errorf("on the last day to pay: %v", err)
		}
		w.At("2026-10-31")
		for _, wrong := range []string{"2026-07", "2026-09"} {
			if err := end(t, w, h, wrong); !fault.Is(err, "end.not_owed") {
				t.Errorf("with %s: %v", wrong, err)
			}
		}
		apptest.Check(t, "before: no warning has gone out (MA-DLQ-6)", states(w, h), []string{"medical past_due 2026-08"})
		for range 2 {
			if err := end(t, w, h, "2026-08"); err != nil {
				t.Fatal(err)
			}
			apptest.Check(t, "after", states(w, h), []string{"medical ended 2026-08"})
			apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), []string{"end 2026-08 R-DUE-1"})
		}
		apptest.Check(t, "audit", w.Rows(`SELECT actor || ': ' || summary || ', ' || reason FROM audit WHERE operation = 'coverage.end'`),
			[]string{"staff:demo: covered to 2026-08, approved by staff:lead, unpaid after the last date"})
		w.At("2026-11-01")
		apptest.Check(t, "billed after the end", w.Bill("2026-12").Billed, 0)
		w.VerifyClean()
	})
}

// R-DUE-3: what is paid in time ends nothing.
func TestNoEndForWhoPays(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := unpaidSince(w, apptest.Medical("2026-08", "103.00").Renewed())
		w.At("2026-10-23")
		s := w.NewPaying(nil)
		_, err := s.Receive(t.Context(), paying.Received{
			Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelIVR, Method: payment.MethodBank,
			Amount: apptest.Amount("412.00"), ReceivedOn: w.Today(), Reference: "r",
		})
		if err != nil {
			t.Fatal(err)
		}
		w.At("2026-10-31")
		if err := end(t, w, h, "2026-08"); !fault.Is(err, "end.not_owed") {
			t.Errorf("got %v", err)
		}
		apptest.Check(t, "state", states(w, h), []string{"medical active"})
		w.VerifyClean()
	})
}

// R-DUE-2: without help coverage ends one due date later, with the month
// before the first unpaid one.
func TestEndOfTheShortTrack(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := unpaidSince(w, apptest.FullPrice("2026-08", "400.00").Renewed())
		w.At("2026-08-30")
		if err := end(t, w, h, "2026-07"); !fault.Is(err, collecting.CodeTooEarly) {
			t.Errorf("while mail may come: %v", err)
		}
		w.At("2026-08-31")
		if err := end(t, w, h, "2026-07"); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), []string{"end 2026-07 R-DUE-2"})
		w.VerifyClean()
	})
}

// Each enrollment has a standing of its own: the end of one is no end of the
// others, neither of dental coverage nor of next year's.
func TestEndOfOneEnrollmentAmongOthers(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := unpaidSince(w,
			apptest.Medical("2026-08", "103.00").Renewed(), apptest.Dental("2026-11", "15.00").Renewed(), apptest.Medical("2027-01", "103.00").Renewed())
		w.At("2026-10-31")
		if err := end(t, w, h, "2026-08"); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "states", states(w, h), []string{"medical ended 2026-08", "dental past_due 2026-10", "medical active"})
		if err := end(t, w, h, "2026-08"); err != nil {
			t.Errorf("again: %v", err)
		}
		for _, id := range h.Enrollments[1:] {
			apptest.Check(t, "decisions on the others", w.Decisions(id), []string(nil))
		}
		w.VerifyClean()
	})
}

func TestEndOfAnUnknownAccount(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := apptest.Household{}
		h.Account.UUID = w.DB.NewID()
		if err := end(t, w, h, "2026-08"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
}

package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
)

// act is what two members of staff do to a household's nth enrollment.
func act(h apptest.Household, n int) collecting.Act {
	return collecting.Act{Account: h.Account, Enrollment: h.Enrollments[n], Actor: "staff:ann", Second: "staff:bo", Reason: "test"}
}

func code(t *testing.T, what string, err error, want string) {
	t.Helper()
	if got := fault.CodeOf(err); got != want {
		t.Errorf("%s: got %v, want %q", what, err, want)
	}
}

// R-DUE-5, R-PAY-4: an end is released by two people, and not before the mail
// of the last day can have come.
func TestReleaseOfAnEnd(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-04-30")
		h := w.Household(apptest.FullPrice("2026-06", "400.00").Renewed())
		w.Live("2026-06-23")
		code(t, "on the last day to pay", w.Collecting.Release(t.Context(), act(h, 0)), collecting.CodeNotOwed)
		w.Live("2026-06-30")
		proposals, err := w.Collecting.Proposals(t.Context(), collecting.Proposal{}, 10)
		if err != nil || len(proposals) != 1 {
			t.Fatalf("proposals %+v, %v", proposals, err)
		}
		apptest.Check(t, "proposed", proposals[0].Month.String()+" from "+proposals[0].ReleaseFrom.String(), "2026-05 from 2026-07-01")
		code(t, "mail may come", w.Collecting.Release(t.Context(), act(h, 0)), collecting.CodeTooEarly)
		w.Live("2026-07-01")
		for range 2 {
			code(t, "released", w.Collecting.Release(t.Context(), act(h, 0)), "")
			apptest.Check(t, "state", states(w, h), []string{"medical ended 2026-05"})
			apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), []string{"propose_end 2026-05 R-DUE-2", "end 2026-05 R-DUE-2"})
		}
		proposals, err = w.Collecting.Proposals(t.Context(), collecting.Proposal{}, 10)
		if err != nil || len(proposals) != 0 {
			t.Errorf("proposals after it %+v, %v", proposals, err)
		}
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		apptest.Check(t, "audit", w.Rows(`SELECT actor || ': ' || summary || ', ' || reason FROM audit WHERE operation = 'coverage.release_end'`),
			[]string{"staff:ann: end 2026-05, approved by staff:bo, test"})
		w.VerifyClean()
	})
}

// R-DUE-7, MA-CANCEL: by the 23rd this month, from the 24th the next, never
// backwards but for a cause that two people attest.
func TestCancel(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		on, last string
		why      collecting.CancelWhy
		want     string // last covered month
		unpaid   []string
		code     string
	}{
		"by the 23rd":         {on: "2027-03-23", why: collecting.CancelWish, want: "2027-03"},
		"from the 24th":       {on: "2027-03-24", why: collecting.CancelWish, want: "2027-04", unpaid: []string{"2027-04 medical 103.00"}},
		"death, backwards":    {on: "2027-03-24", last: "2027-01", why: collecting.CancelDeath, want: "2027-01"},
		"by wish backwards":   {on: "2027-03-24", last: "2027-01", why: collecting.CancelWish, code: collecting.CodeCancelBack},
		"before there is any": {on: "2027-03-24", last: "2026-11", why: collecting.CancelError, code: collecting.CodeNotCovered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
				w.Live("2026-12-05")
				pays(w, h, "309.00") // to the end of March
				w.Live(row.on)
				var last civil.Month
				if row.last != "" {
					last = apptest.Month(row.last)
				}
				err := w.Collecting.Cancel(t.Context(), act(h, 0), row.why, last)
				code(t, "cancel", err, row.code)
				if row.code != "" {
					return
				}
				apptest.Check(t, "covered to", w.Standing(h).Enrollments[0].CoveredTo.String(), row.want)
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				w.Live("2027-05-02")
				apptest.Check(t, "unpaid later", w.Unpaid(h), row.unpaid)
				w.VerifyClean()
			})
		})
	}
}

// R-ACC-2: who, why, and for some acts who else.
func TestActsNeedReasonsAndPeople(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		alone, twice, mute := act(h, 0), act(h, 0), act(h, 0)
		alone.Second, twice.Second, mute.Reason = "", "staff:ann", ""
		for name, do := range map[string]func(collecting.Act) error{
			"release":   func(a collecting.Act) error { return w.Collecting.Release(t.Context(), a) },
			"reinstate": func(a collecting.Act) error { return w.Collecting.Reinstate(t.Context(), a) },
			"death": func(a collecting.Act) error {
				return w.Collecting.Cancel(t.Context(), a, collecting.CancelDeath, apptest.Month("2027-01"))
			},
		} {
			code(t, name+" alone", do(alone), collecting.CodeTwoPeople)
			code(t, name+" twice the same", do(twice), collecting.CodeTwoPeople)
			code(t, name+" without a reason", do(mute), collecting.CodeNoReason)
		}
		if err := w.Collecting.Cancel(t.Context(), alone, collecting.CancelWish, civil.Month{}); err != nil {
			t.Error(err)
		}
	})
}

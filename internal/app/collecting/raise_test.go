package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
)

// R-BILL-7: what a price rises by has its own time to be paid. What was asked
// before stays due when it was: a rise neither opens nor closes a time of being
// past due (R-DUE-3).
func TestPriceRises(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		track   apptest.Segment
		paid    string // on 5 December
		on      string // the rise, from January on
		pays    string // two days later
		until   string
		states  string
		endsBy  string
		pastDue string
		unpaid  []string
		decided []string
	}{
		"in the second month of grace: January stays the first unpaid month": {
			track: year("103.00"), on: "2027-02-10", until: "2027-02-24", states: "medical past_due 2027-01", endsBy: "2027-03-23", pastDue: "309.00",
			unpaid:  []string{"2027-01 medical 104.00", "2027-02 medical 104.00", "2027-03 medical 104.00"},
			decided: []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1"},
		},
		"in the second month of grace, and nothing is paid: the end comes when it was to come": {
			track: year("103.00"), on: "2027-02-10", until: "2027-03-24", states: "medical ending 2027-01", pastDue: "416.00",
			unpaid:  []string{"2027-01 medical 104.00", "2027-02 medical 104.00", "2027-03 medical 104.00", "2027-04 medical 104.00"},
			decided: []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1", "enter_grace 2027-03 R-DUE-1", "propose_end 2027-01 R-DUE-1"},
		},
		"what was asked is paid by the next due date: the rise has time": {
			track: year("103.00"), on: "2027-02-10", pays: "309.00", until: "2027-03-06", states: "medical active", pastDue: "0.00",
			unpaid:  []string{"2027-01 medical 1.00", "2027-02 medical 1.00", "2027-03 medical 1.00", "2027-04 medical 104.00"},
			decided: []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1", "leave_grace 2027-02 R-DUE-3"},
		},
		"and then it is past due by itself": {
			track: year("103.00"), on: "2027-02-10", pays: "309.00", until: "2027-03-07", states: "medical past_due 2027-01", endsBy: "2027-05-23", pastDue: "3.00",
			unpaid:  []string{"2027-01 medical 1.00", "2027-02 medical 1.00", "2027-03 medical 1.00", "2027-04 medical 104.00"},
			decided: []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1", "leave_grace 2027-02 R-DUE-3"},
		},
		"what was asked is paid but for a cent": {
			track: year("103.00"), on: "2027-02-10", pays: "205.99", until: "2027-03-05", states: "medical past_due 2027-01", endsBy: "2027-03-23", pastDue: "103.01",
			unpaid:  []string{"2027-01 medical 1.00", "2027-02 medical 1.01", "2027-03 medical 104.00", "2027-04 medical 104.00"},
			decided: []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1", "enter_grace 2027-03 R-DUE-1"},
		},
		"all is paid, the rise too": {
			track: year("103.00"), on: "2027-02-10", pays: "312.00", until: "2027-03-07", states: "medical active", pastDue: "0.00",
			unpaid:  []string{"2027-04 medical 104.00"},
			decided: []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1", "leave_grace 2027-02 R-DUE-3"},
		},
		"everything was paid in time": {
			track: year("103.00"), paid: "309.00", on: "2027-02-10", until: "2027-03-06", states: "medical active", pastDue: "0.00",
			unpaid: []string{"2027-01 medical 1.00", "2027-02 medical 1.00", "2027-03 medical 1.00", "2027-04 medical 104.00"},
		},
		"days before the due date: that stays": {
			track: year("103.00"), paid: "103.00", on: "2027-01-20", until: "2027-01-24", states: "medical past_due 2027-02", endsBy: "2027-04-23", pastDue: "103.00",
			unpaid: []string{"2027-01 medical 1.00", "2027-02 medical 104.00"},
		},
		"without help, past due: the end comes when it was to come": {
			track: apptest.Segment{Plan: silver, Renewal: true, From: "2027-01", To: "2027-12", Member: "103.00"}, on: "2027-01-10", until: "2027-01-24",
			states: "medical ending 2026-12", pastDue: "206.00", unpaid: []string{"2027-01 medical 104.00", "2027-02 medical 104.00"},
			decided: []string{"propose_end 2026-12 R-DUE-2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Import(subscriber, apptest.Alone, row.track)
				w.Live("2026-12-05")
				if row.paid != "" {
					pays(w, h, row.paid)
				}
				w.Live(row.on)
				more := row.track
				more.Member = apptest.Amount(row.track.Member).Add(apptest.Amount("1.00")).String()
				w.Import(subscriber, apptest.Alone, more)
				if row.pays != "" {
					w.Live(apptest.Date(row.on).AddDays(2).String())
					pays(w, h, row.pays)
				}
				w.Live(row.until)
				apptest.Check(t, "states", states(w, h), []string{row.states})
				now := w.Standing(h)
				endsBy := ""
				if by := now.Enrollments[0].EndsBy; !by.IsZero() {
					endsBy = by.String()
				}
				apptest.Check(t, "ends by", endsBy, row.endsBy)
				apptest.Check(t, "past due", now.PastDue.String(), row.pastDue)
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), row.decided)
				w.VerifyClean()
			})
		})
	}
}

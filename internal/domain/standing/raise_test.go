package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
)

// R-BILL-7, R-DUE-3: what June was raised by is due on 5 August and moves no
// other day; what was asked of June first is due when it was.
func TestRaisedMonth(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	for _, c := range []struct {
		name, asOf string
		paid       []string
		first      string // the day by which the first part of June was paid
		want       string
	}{
		{
			"nothing is paid: June was missed", "2026-07-20", nil, "",
			"past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-05 unpaid 310.00 past 206.00 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-24",
		},
		{
			"what was asked first is paid in time", "2026-06-24",
			[]string{"2026-06 103.00 on 2026-05-20", "2026-07 103.00 on 2026-06-20"},
			"2026-05-20",
			"active R-BIND-1 through 2026-05 unpaid 1.00 next 2026-08-06",
		},
		{
			"and the rise is not", "2026-08-06",
			[]string{"2026-06 103.00 on 2026-05-20", "2026-07 103.00 on 2026-06-20", "2026-08 103.00 on 2026-07-20", "2026-09 103.00 on 2026-08-01"},
			"2026-05-20",
			"past_due R-DUE-1 track long C 2026-06 through 2026-05 unpaid 1.00 past 1.00 cure by 2026-08-23 ends by 2026-10-23 last 2026-06 next 2026-08-24",
		},
		{
			"the rise was paid long after the rest: nothing was ever past due", "2026-07-25",
			[]string{"2026-06 104.00 on 2026-07-24", "2026-07 103.00 on 2026-06-20", "2026-08 103.00 on 2026-07-20"},
			"2026-05-20",
			"active R-BIND-1 through 2026-08",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := helpedMember.paying(c.paid...).with(func(_ *standing.Facts, e *standing.Enrollment) {
				june := &e.Charges[1]
				june.Share, june.Raised, june.RaisedDueOn = cents("104.00"), cents("1.00"), civil.MustParseDate("2026-08-05")
				if c.first != "" {
					june.FirstPaidOn = civil.MustParseDate(c.first)
				}
			})
			asOf := civil.MustParseDate(c.asOf)
			if got := told(standing.Evaluate(p, s.facts(p, asOf), asOf)); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
		})
	}
}

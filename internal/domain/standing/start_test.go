package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
)

// R-BIND-1 and R-BIND-2 with their example, vector 9, under both profiles: the
// guide's start moves, the strict selection lapses.
func TestFirstPayment(t *testing.T) {
	t.Parallel()
	binder := story{help: true, share: "53.00", first: "2026-07"}
	february := story{help: true, share: "53.00", first: "2027-02"}
	moved := february.deciding("roll_start 2027-03 on 2027-01-24")
	window := func(ends string) func(*standing.Facts, *standing.Enrollment) {
		return func(_ *standing.Facts, e *standing.Enrollment) { e.WindowEnds = civil.MustParseDate(ends) }
	}
	check(t, []situation{
		{name: "not billed yet", story: binder, asOf: "2026-05-31", want: "pending R-BIND-1"},
		{name: "not paid yet and not due yet", story: binder, asOf: "2026-06-01", want: "pending R-BIND-1 unpaid 53.00 cure by 2026-06-23 next 2026-06-24"},
		{
			name: "paid in full and on the due date it starts", story: binder.paying("2026-07 53.00 on 2026-06-23"), asOf: "2026-06-23",
			want: "active R-BIND-1 starts 2026-07 through 2026-07", owed: "effectuate 2026-07 R-BIND-1",
		},
		{
			name: "9: a cent short does not start coverage", story: binder.paying("2026-07 52.99 on 2026-06-23"), asOf: "2026-06-24",
			want: "pending R-BIND-2 unpaid 0.01 past 0.01", owed: "roll_start 2026-08 R-BIND-2", strictOwed: "lapse 2026-07 R-BIND-2",
		},
		{
			name: "paid a day late", story: binder.paying("2026-07 53.00 on 2026-06-24"), asOf: "2026-06-24",
			want: "pending R-BIND-2 through 2026-07", owed: "roll_start 2026-08 R-BIND-2", strictOwed: "lapse 2026-07 R-BIND-2",
		},
		{
			name: "a first month that costs nothing starts by itself", story: story{help: true, share: "0.00", first: "2026-07"}, asOf: "2026-06-01",
			want: "active R-BIND-1 starts 2026-07 through 2026-07", owed: "effectuate 2026-07 R-BIND-1",
		},

		{
			name: "R-BIND-2: start 1 February, unpaid on 23 January, it becomes 1 March", story: february, asOf: "2027-01-24",
			want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "roll_start 2027-03 R-BIND-2", strictOwed: "lapse 2027-02 R-BIND-2",
		},
		{
			name: "R-BIND-2: then 23 February is the day, and February is not owed", story: moved, asOf: "2027-02-23",
			want: "pending R-BIND-1 unpaid 53.00 cure by 2027-02-23 next 2027-02-24",
		},
		{
			name: "R-BIND-2: paid for March in time", story: moved.paying("2027-03 53.00 on 2027-02-23"), asOf: "2027-02-24",
			want: "active R-BIND-1 starts 2027-03 through 2027-03", owed: "effectuate 2027-03 R-BIND-1",
		},
		{
			name: "R-BIND-2: it moves once more", story: moved, asOf: "2027-02-24",
			want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "roll_start 2027-04 R-BIND-2", strictOwed: "lapse 2027-03 R-BIND-2",
		},
		{
			name: "R-BIND-2: and not a third time", story: february.deciding("roll_start 2027-03 on 2027-01-24", "roll_start 2027-04 on 2027-02-24"), asOf: "2027-03-24",
			want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "lapse 2027-04 R-BIND-2",
		},
		{
			name: "R-BIND-2: the window was open on the day that was missed", story: february.with(window("2027-01-23")), asOf: "2027-01-24",
			want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "roll_start 2027-03 R-BIND-2", strictOwed: "lapse 2027-02 R-BIND-2",
		},
		{
			name: "R-BIND-2: the window was closed", story: february.with(window("2027-01-22")), asOf: "2027-01-24",
			want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "lapse 2027-02 R-BIND-2",
		},
		{
			name: "R-BIND-2: no month of the year is left", story: story{share: "53.00", first: "2026-12", last: "2026-12"}, asOf: "2026-11-24",
			want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "lapse 2026-12 R-BIND-2",
		},
		{name: "a selection that lapsed owes nothing", story: binder.deciding("lapse 2026-07 on 2026-06-24"), asOf: "2026-06-25", want: "lapsed R-BIND-2"},
	})
}

// A month for the past that was billed late has its own due date; a start that
// misses it moves to the next month that can be paid in time.
func TestLateBilledStartMovesToAMonthThatCanBePaid(t *testing.T) {
	t.Parallel()
	retro := story{share: "53.00", first: "2026-10"}.with(func(_ *standing.Facts, e *standing.Enrollment) {
		for i := range e.Charges {
			e.Charges[i].DueOn = civil.MustParseDate("2026-12-13")
		}
	})
	check(t, []situation{
		{name: "time to pay", story: retro, asOf: "2026-12-13", want: "pending R-BIND-1 unpaid 212.00 cure by 2026-12-13 next 2026-12-14"},
		{
			name: "missed", story: retro, asOf: "2026-12-14", want: "pending R-BIND-2 unpaid 212.00 past 212.00",
			owed: "roll_start 2027-01 R-BIND-2", strictOwed: "lapse 2026-10 R-BIND-2",
		},
	})
}

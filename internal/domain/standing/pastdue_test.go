package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// Vector 8, R-DUE-7: up to the 23rd this month, from the 24th the next one,
// which is owed. Coverage runs until then.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p    *profile.Profile
		on   string
		want string
		ok   bool
	}{
		{massachusetts(t), "2026-09-01", "2026-09", true},
		{massachusetts(t), "2026-09-23", "2026-09", true},
		{massachusetts(t), "2026-09-24", "2026-10", true},
		{massachusetts(t), "2026-12-31", "2027-01", true},
		{strict(t), "2026-09-23", "2026-09", true},
		{strict(t), "2026-09-24", "2026-10", false},
	} {
		if got, ok := standing.CancelledTo(c.p, civil.MustParseDate(c.on)); got.String() != c.want || ok != c.ok {
			t.Errorf("%s on %s: got %s %t, want %s %t", c.p.ID, c.on, got, ok, c.want, c.ok)
		}
	}
	paid := helpedMember.paying("2026-06 103.00 on 2026-05-23", "2026-07 103.00 on 2026-06-23", "2026-08 103.00 on 2026-07-23", "2026-09 103.00 on 2026-08-23")
	october := paid.deciding("cancel 2026-10 on 2026-09-24")
	check(t, []situation{
		{name: "cancelled on 23 September, covered to its last day", story: paid.deciding("cancel 2026-09 on 2026-09-23"), asOf: "2026-09-30", want: "active R-BIND-1 through 2026-09"},
		{name: "ended the day after; the month billed for later is not owed", story: paid.deciding("cancel 2026-09 on 2026-09-23"), asOf: "2026-10-01", want: "ended R-DUE-7 through 2026-09 last 2026-09"},
		{
			name: "cancelled on the 24th, October is owed", story: october, asOf: "2026-10-15",
			want: "past_due R-DUE-1 track long grace 1 C 2026-10 through 2026-09 unpaid 103.00 past 103.00 cure by 2026-10-23 ends by 2026-12-23 last 2026-10 next 2026-10-24",
			owed: "enter_grace 2026-10 R-DUE-1",
		},
		{name: "ended with October, which stays owed", story: october, asOf: "2026-11-01", want: "ended R-DUE-7 C 2026-10 through 2026-09 unpaid 103.00 past 103.00 last 2026-10 next 2026-11-24"},
		{name: "cancelled before it began", story: story{share: "53.00", first: "2026-07"}.deciding("cancel 2026-06 on 2026-06-10"), asOf: "2026-07-01", want: "ended R-DUE-7 last 2026-06"},
		{
			name: "without help, unpaid before the cancelled month: it ends earlier", asOf: "2026-10-24",
			story:  fullMember.paying("2026-06 412.37 on 2026-05-23", "2026-07 412.37 on 2026-06-23", "2026-08 412.37 on 2026-07-23").deciding("cancel 2026-10 on 2026-09-24"),
			want:   "ending R-DUE-2 track short C 2026-09 through 2026-08 unpaid 824.74 past 824.74 last 2026-08 release 2026-10-01",
			strict: "ending R-DUE-2 track short C 2026-09 through 2026-08 unpaid 824.74 past 824.74 last 2026-08 release 2026-09-24",
			owed:   "propose_end 2026-08 R-DUE-2",
		},
	})
}

// Vectors 12 and 13 are about due dates and stand with the profile. R-DUE-10,
// MA-SHOP-8: a group ends when unpaid two months after the day it was due.
func TestGroup(t *testing.T) {
	t.Parallel()
	group := story{group: true, share: "5000.00", first: "2026-05", started: true, paid: []string{"2026-05 5000.00 on 2026-04-20"}}
	check(t, []situation{
		{name: "12: due on Tuesday 26 May, after the holiday", story: group, asOf: "2026-05-26", want: "active R-BIND-1 through 2026-05 unpaid 5000.00 next 2026-05-27"},
		{
			name: "past due the day after", story: group, asOf: "2026-05-27",
			want: "past_due R-DUE-10 track group C 2026-06 through 2026-05 unpaid 5000.00 past 5000.00 cure by 2026-07-26 ends by 2026-07-26 last 2026-05 next 2026-06-01",
		},
		{
			name: "two months later is the last day", story: group, asOf: "2026-07-26",
			want: "past_due R-DUE-10 track group C 2026-06 through 2026-05 unpaid 15000.00 past 15000.00 cure by 2026-07-26 ends by 2026-07-26 last 2026-05 next 2026-07-27",
		},
		{
			name: "then it ends with the last paid month", story: group, asOf: "2026-07-27",
			want:   "ending R-DUE-10 track group C 2026-06 through 2026-05 unpaid 15000.00 past 15000.00 last 2026-05 release 2026-08-03 next 2026-08-03",
			strict: "ending R-DUE-10 track group C 2026-06 through 2026-05 unpaid 15000.00 past 15000.00 last 2026-05 release 2026-07-27",
			owed:   "propose_end 2026-05 R-DUE-10",
		},
	})
}

// Product rules section 7: R-DUE-1 to R-DUE-4 with their examples.
func TestPastDue(t *testing.T) {
	t.Parallel()
	renewing := story{help: true, renewal: true, share: "103.00", first: "2026-12", paid: []string{"2026-12 103.00 on 2026-11-23"}}
	newYear := story{help: true, renewal: true, share: "103.00", first: "2027-01"}
	check(t, []situation{
		{
			name: "R-DUE-1: January missed, grace begins on 1 January", story: newYear, asOf: "2026-12-24",
			want: "past_due R-DUE-1 track long C 2027-01 unpaid 103.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-01",
		},
		{
			name: "R-DUE-1: two months by 23 January", story: newYear.deciding("enter_grace 2027-01 on 2027-01-01"), asOf: "2027-01-23",
			want: "past_due R-DUE-1 track long grace 1 C 2027-01 unpaid 206.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-24",
		},
		{
			name: "R-DUE-1: three by 23 February", story: newYear.deciding("enter_grace 2027-02 on 2027-02-01"), asOf: "2027-02-23",
			want: "past_due R-DUE-1 track long grace 2 C 2027-01 unpaid 309.00 past 206.00 cure by 2027-02-23 ends by 2027-03-23 last 2027-01 next 2027-02-24",
		},
		{
			name: "R-DUE-1: four by 23 March, $412", story: newYear.deciding("enter_grace 2027-03 on 2027-03-01"), asOf: "2027-03-23",
			want: "past_due R-DUE-1 track long grace 3 C 2027-01 unpaid 412.00 past 309.00 cure by 2027-03-23 ends by 2027-03-23 last 2027-01 next 2027-03-24",
		},
		{
			name: "R-DUE-1, 14: else ended 31 January", story: renewing.deciding("enter_grace 2027-03 on 2027-03-01"), asOf: "2027-03-24",
			want:   "ending R-DUE-1 track long grace 3 C 2027-01 through 2026-12 unpaid 412.00 past 412.00 last 2027-01 release 2027-03-31 next 2027-03-31",
			strict: "ending R-DUE-1 track long grace 3 C 2027-01 through 2026-12 unpaid 412.00 past 412.00 last 2027-01 release 2027-03-24",
			owed:   "propose_end 2027-01 R-DUE-1",
		},
		{
			name: "14: renewing, January unpaid on 23 December", story: renewing, asOf: "2026-12-24",
			want: "past_due R-DUE-1 track long C 2027-01 through 2026-12 unpaid 103.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-01",
		},
		{name: "14: a renewal is not a first payment (MA-FIRST-7)", story: renewing, asOf: "2026-12-01", want: "active R-BIND-1 through 2026-12 unpaid 103.00 next 2026-12-24"},

		{
			name: "R-DUE-3: a cent short on the last day changes nothing", story: fullMember.paying("2026-06 412.36 on 2026-06-23", "2026-07 412.37 on 2026-06-23"), asOf: "2026-06-24",
			want:   "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 0.01 past 0.01 last 2026-05 release 2026-07-01 next 2026-07-01",
			strict: "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 0.01 past 0.01 last 2026-05 release 2026-06-24",
			owed:   "propose_end 2026-05 R-DUE-2",
		},
		{
			name: "R-DUE-3: C stays June though June is paid, while July is past due", asOf: "2026-07-24",
			story: helpedMember.paying("2026-06 103.00 on 2026-07-10").deciding("enter_grace 2026-07 on 2026-07-01"),
			want:  "past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-06 unpaid 206.00 past 206.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-01",
		},
		{
			name: "R-DUE-3: and it still ends with June", asOf: "2026-08-24",
			story:  helpedMember.paying("2026-06 103.00 on 2026-07-10", "2026-07 103.00 on 2026-08-10").deciding("enter_grace 2026-08 on 2026-08-01"),
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-07 unpaid 206.00 past 206.00 last 2026-06 release 2026-08-31 next 2026-08-31",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-07 unpaid 206.00 past 206.00 last 2026-06 release 2026-08-24",
			owed:   "propose_end 2026-06 R-DUE-1",
		},
		{
			name: "R-DUE-3: once nothing is past due a later miss is a new one", asOf: "2026-07-24",
			story: helpedMember.paying("2026-06 103.00 on 2026-07-10", "2026-07 103.00 on 2026-07-10"),
			want:  "past_due R-DUE-1 track long C 2026-08 through 2026-07 unpaid 103.00 past 103.00 cure by 2026-08-23 ends by 2026-10-23 last 2026-08 next 2026-08-01",
		},
		{
			name: "R-DUE-3: on the due date the month just billed counts as well", asOf: "2026-07-24",
			story: helpedMember.paying("2026-06 103.00 on 2026-07-23", "2026-07 103.00 on 2026-07-23").deciding("enter_grace 2026-07 on 2026-07-01"),
			want:  "past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-07 unpaid 103.00 past 103.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-01",
		},
		{
			name: "a month paid out of turn does not carry the run over a gap", story: helpedMember.paying("2026-07 103.00 on 2026-06-20").deciding("enter_grace 2026-06 on 2026-06-01"), asOf: "2026-06-23",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24",
		},
		{name: "a month paid in parts", story: helpedMember.paying("2026-06 100.00 on 2026-05-02", "2026-06 3.00 on 2026-05-22"), asOf: "2026-05-24", want: "active R-BIND-1 through 2026-06"},
		{
			name: "paid after the last day and before an end is recorded: nothing ends, the proposal is withdrawn", asOf: "2026-08-26",
			story: helpedMember.paying("2026-06 103.00 on 2026-08-25", "2026-07 103.00 on 2026-08-25", "2026-08 103.00 on 2026-08-25", "2026-09 103.00 on 2026-08-25").
				deciding("enter_grace 2026-08 on 2026-08-01", "propose_end 2026-06 on 2026-08-24"),
			want: "active R-BIND-1 through 2026-09",
			owed: "withdraw_end 2026-06 R-DUE-5, leave_grace 2026-08 R-DUE-3",
		},
		{
			name: "what was recorded and taken back today is owed again tomorrow, not in circles", asOf: "2026-08-24",
			story:  helpedMember.deciding("enter_grace 2026-08 on 2026-08-01", "propose_end 2026-06 on 2026-08-24", "withdraw_end 2026-06 on 2026-08-24"),
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-31 next 2026-08-25",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-24 next 2026-08-25",
		},
		{name: "R-BILL-2: what is free is never past due", story: story{help: true, share: "0.00", first: "2026-07", started: true}, asOf: "2026-12-31", want: "active R-BIND-1 through 2027-01"},
		{
			name: "the year is over", story: story{share: "1.00", first: "2026-12", last: "2026-12", renewal: true, paid: []string{"2026-12 1.00 on 2026-11-23"}}, asOf: "2027-01-01",
			want: "ended R-CAL-1 through 2026-12 last 2026-12",
		},
	})
}

package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/profiles"
)

func strict(tb testing.TB) *profile.Profile {
	tb.Helper()
	p, err := profiles.Open("massachusetts-strict")
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// situation is a story on a day and what is said of it. Where the strict
// profile says something else, strict has it.
type situation struct {
	name   string
	story  story
	asOf   string
	want   string
	strict string
	owed   string // decisions, under both profiles unless strictOwed has others

	strictOwed string
}

func check(t *testing.T, situations []situation) {
	t.Helper()
	guide, strict := massachusetts(t), strict(t)
	for _, c := range situations {
		if c.strict == "" {
			c.strict = c.want
		}
		if c.strictOwed == "" {
			c.strictOwed = c.owed
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, row := range []struct {
				p          *profile.Profile
				want, owed string
			}{{guide, c.want, c.owed}, {strict, c.strict, c.strictOwed}} {
				asOf := civil.MustParseDate(c.asOf)
				s := standing.Evaluate(row.p, c.story.facts(row.p, asOf), asOf)
				if got := told(s); got != row.want {
					t.Errorf("%s:\ngot  %s\nwant %s", row.p.ID, got, row.want)
				}
				if got := owed(s); got != row.owed {
					t.Errorf("%s: got decisions %q, want %q", row.p.ID, got, row.owed)
				}
			}
		})
	}
}

// The vectors of the Massachusetts rule book, section 13, that are about
// standing, by number, and what lies around them.
func TestVectors(t *testing.T) {
	t.Parallel()
	dental := story{dental: true, share: "30.12", first: "2026-05", started: true, paid: []string{"2026-05 30.12 on 2026-04-20"}}
	check(t, []situation{
		{name: "1: billed on 1 May, due on Saturday 23 May", story: helpedMember, asOf: "2026-05-01", want: "active R-BIND-1 through 2026-05 unpaid 103.00 next 2026-05-24"},
		{name: "2: paid on 23 May is on time", story: helpedMember.paying("2026-06 103.00 on 2026-05-23"), asOf: "2026-05-24", want: "active R-BIND-1 through 2026-06"},
		{name: "on the due date nothing is past due yet", story: helpedMember, asOf: "2026-05-23", want: "active R-BIND-1 through 2026-05 unpaid 103.00 next 2026-05-24"},
		{name: "3: on 24 May it is, C is June, grace has not begun", story: helpedMember, asOf: "2026-05-24",
			want: "past_due R-DUE-1 track long C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-01"},

		{name: "4: without help, the last day to cure", story: fullMember, asOf: "2026-06-23",
			want: "past_due R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 412.37 cure by 2026-06-23 ends by 2026-06-23 last 2026-05 next 2026-06-24"},
		{name: "4: the day after coverage ends on 31 May", story: fullMember, asOf: "2026-06-24",
			want:   "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 824.74 last 2026-05 release 2026-07-01 next 2026-07-01",
			strict: "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 824.74 last 2026-05 release 2026-06-24",
			owed:   "propose_end 2026-05 R-DUE-2"},
		{name: "4: paid on the last day it lives on", story: fullMember.paying("2026-06 412.37 on 2026-06-23", "2026-07 412.37 on 2026-06-23"), asOf: "2026-06-24", want: "active R-BIND-1 through 2026-07"},

		{name: "5: early June, pay $206 by 23 June", story: helpedMember, asOf: "2026-06-03",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24",
			owed: "enter_grace 2026-06 R-DUE-1"},
		{name: "5: after 23 June it is still the first month of grace", story: helpedMember, asOf: "2026-06-24",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 206.00 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-01",
			owed: "enter_grace 2026-06 R-DUE-1"},
		{name: "5: early July, pay $309 by 23 July", story: helpedMember.deciding("enter_grace 2026-06 on 2026-06-01"), asOf: "2026-07-03",
			want: "past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-05 unpaid 309.00 past 206.00 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-24",
			owed: "enter_grace 2026-07 R-DUE-1"},
		{name: "5: early August, pay $412 by 23 August", story: helpedMember.deciding("enter_grace 2026-08 on 2026-08-01"), asOf: "2026-08-03",
			want: "past_due R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 309.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-24"},
		{name: "5: else coverage ends on 30 June", story: helpedMember.deciding("enter_grace 2026-08 on 2026-08-01"), asOf: "2026-08-24",
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-31 next 2026-08-31",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-24",
			owed:   "propose_end 2026-06 R-DUE-1"},
		{name: "5: a night that was missed gives the same answer", story: helpedMember.deciding("enter_grace 2026-08 on 2026-08-01"), asOf: "2026-08-29",
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-31 next 2026-08-31",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-24",
			owed:   "propose_end 2026-06 R-DUE-1"},
		{name: "5: all paid on the last day", asOf: "2026-08-24", want: "active R-BIND-1 through 2026-09",
			story: helpedMember.paying("2026-06 103.00 on 2026-08-23", "2026-07 103.00 on 2026-08-23", "2026-08 103.00 on 2026-08-23", "2026-09 103.00 on 2026-08-23")},

		// June stays owed. All that was missed on the last date, or more once
		// another due date has passed, brings it back.
		{name: "6: the end is recorded, June stays owed", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-09-01",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 412.00 next 2026-09-24"},
		{name: "6: once 23 September has passed, October is asked for as well", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-09-24",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 515.00 next 2026-10-07"},
		{name: "6: the last day to return", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-10-06",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 515.00 next 2026-10-07"},
		{name: "6: too late to return", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-10-07",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06"},
		{name: "6: reinstated, coverage goes on", asOf: "2026-10-06", want: "active R-BIND-1 through 2026-11",
			story: helpedMember.paying("2026-06 103.00 on 2026-10-05", "2026-07 103.00 on 2026-10-05", "2026-08 103.00 on 2026-10-05", "2026-09 103.00 on 2026-10-05",
				"2026-10 103.00 on 2026-10-05", "2026-11 103.00 on 2026-10-05").deciding("end 2026-06 on 2026-09-01", "reinstate 2026-07 on 2026-10-06")},
		{name: "6: ended again after a reinstatement", story: helpedMember.deciding("end 2026-06 on 2026-09-01", "reinstate 2026-07 on 2026-09-10", "end 2026-08 on 2026-09-20"), asOf: "2026-09-21",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 309.00 past 309.00 last 2026-08 return by 2026-10-25 for 412.00 next 2026-09-24"},

		{name: "7: dental has no help and takes the short track", story: dental, asOf: "2026-06-24",
			want:   "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 60.24 past 60.24 last 2026-05 release 2026-07-01 next 2026-07-01",
			strict: "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 60.24 past 60.24 last 2026-05 release 2026-06-24",
			owed:   "propose_end 2026-05 R-DUE-2"},
	})
}

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
		{name: "cancelled on the 24th, October is owed", story: october, asOf: "2026-10-15",
			want: "past_due R-DUE-1 track long grace 1 C 2026-10 through 2026-09 unpaid 103.00 past 103.00 cure by 2026-10-23 ends by 2026-12-23 last 2026-10 next 2026-10-24",
			owed: "enter_grace 2026-10 R-DUE-1"},
		{name: "ended with October, which stays owed", story: october, asOf: "2026-11-01", want: "ended R-DUE-7 C 2026-10 through 2026-09 unpaid 103.00 past 103.00 last 2026-10 next 2026-11-24"},
		{name: "cancelled before it began", story: story{share: "53.00", first: "2026-07"}.deciding("cancel 2026-06 on 2026-06-10"), asOf: "2026-07-01", want: "ended R-DUE-7 last 2026-06"},
		{name: "without help, unpaid before the cancelled month: it ends earlier", asOf: "2026-10-24",
			story:  fullMember.paying("2026-06 412.37 on 2026-05-23", "2026-07 412.37 on 2026-06-23", "2026-08 412.37 on 2026-07-23").deciding("cancel 2026-10 on 2026-09-24"),
			want:   "ending R-DUE-2 track short C 2026-09 through 2026-08 unpaid 824.74 past 824.74 last 2026-08 release 2026-10-01",
			strict: "ending R-DUE-2 track short C 2026-09 through 2026-08 unpaid 824.74 past 824.74 last 2026-08 release 2026-09-24",
			owed:   "propose_end 2026-08 R-DUE-2"},
	})
}

// Vectors 12 and 13 are about due dates and stand with the profile. R-DUE-10,
// MA-SHOP-8: a group ends when unpaid two months after the day it was due.
func TestGroup(t *testing.T) {
	t.Parallel()
	group := story{group: true, share: "5000.00", first: "2026-05", started: true, paid: []string{"2026-05 5000.00 on 2026-04-20"}}
	check(t, []situation{
		{name: "12: due on Tuesday 26 May, after the holiday", story: group, asOf: "2026-05-26", want: "active R-BIND-1 through 2026-05 unpaid 5000.00 next 2026-05-27"},
		{name: "past due the day after", story: group, asOf: "2026-05-27",
			want: "past_due R-DUE-10 track group C 2026-06 through 2026-05 unpaid 5000.00 past 5000.00 cure by 2026-07-26 ends by 2026-07-26 last 2026-05 next 2026-06-01"},
		{name: "two months later is the last day", story: group, asOf: "2026-07-26",
			want: "past_due R-DUE-10 track group C 2026-06 through 2026-05 unpaid 15000.00 past 15000.00 cure by 2026-07-26 ends by 2026-07-26 last 2026-05 next 2026-07-27"},
		{name: "then it ends with the last paid month", story: group, asOf: "2026-07-27",
			want:   "ending R-DUE-10 track group C 2026-06 through 2026-05 unpaid 15000.00 past 15000.00 last 2026-05 release 2026-08-03 next 2026-08-03",
			strict: "ending R-DUE-10 track group C 2026-06 through 2026-05 unpaid 15000.00 past 15000.00 last 2026-05 release 2026-07-27",
			owed:   "propose_end 2026-05 R-DUE-10"},
	})
}

// Product rules section 7: R-DUE-1 to R-DUE-4 with their examples.
func TestPastDue(t *testing.T) {
	t.Parallel()
	renewing := story{help: true, renewal: true, share: "103.00", first: "2026-12", paid: []string{"2026-12 103.00 on 2026-11-23"}}
	newYear := story{help: true, renewal: true, share: "103.00", first: "2027-01"}
	check(t, []situation{
		{name: "R-DUE-1: January missed, grace begins on 1 January", story: newYear, asOf: "2026-12-24",
			want: "past_due R-DUE-1 track long C 2027-01 unpaid 103.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-01"},
		{name: "R-DUE-1: two months by 23 January", story: newYear.deciding("enter_grace 2027-01 on 2027-01-01"), asOf: "2027-01-23",
			want: "past_due R-DUE-1 track long grace 1 C 2027-01 unpaid 206.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-24"},
		{name: "R-DUE-1: three by 23 February", story: newYear.deciding("enter_grace 2027-02 on 2027-02-01"), asOf: "2027-02-23",
			want: "past_due R-DUE-1 track long grace 2 C 2027-01 unpaid 309.00 past 206.00 cure by 2027-02-23 ends by 2027-03-23 last 2027-01 next 2027-02-24"},
		{name: "R-DUE-1: four by 23 March, $412", story: newYear.deciding("enter_grace 2027-03 on 2027-03-01"), asOf: "2027-03-23",
			want: "past_due R-DUE-1 track long grace 3 C 2027-01 unpaid 412.00 past 309.00 cure by 2027-03-23 ends by 2027-03-23 last 2027-01 next 2027-03-24"},
		{name: "R-DUE-1, 14: else ended 31 January", story: renewing.deciding("enter_grace 2027-03 on 2027-03-01"), asOf: "2027-03-24",
			want:   "ending R-DUE-1 track long grace 3 C 2027-01 through 2026-12 unpaid 412.00 past 412.00 last 2027-01 release 2027-03-31 next 2027-03-31",
			strict: "ending R-DUE-1 track long grace 3 C 2027-01 through 2026-12 unpaid 412.00 past 412.00 last 2027-01 release 2027-03-24",
			owed:   "propose_end 2027-01 R-DUE-1"},
		{name: "14: renewing, January unpaid on 23 December", story: renewing, asOf: "2026-12-24",
			want: "past_due R-DUE-1 track long C 2027-01 through 2026-12 unpaid 103.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-01"},
		{name: "14: a renewal is not a first payment (MA-FIRST-7)", story: renewing, asOf: "2026-12-01", want: "active R-BIND-1 through 2026-12 unpaid 103.00 next 2026-12-24"},

		{name: "R-DUE-3: a cent short on the last day changes nothing", story: fullMember.paying("2026-06 412.36 on 2026-06-23", "2026-07 412.37 on 2026-06-23"), asOf: "2026-06-24",
			want:   "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 0.01 past 0.01 last 2026-05 release 2026-07-01 next 2026-07-01",
			strict: "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 0.01 past 0.01 last 2026-05 release 2026-06-24",
			owed:   "propose_end 2026-05 R-DUE-2"},
		{name: "R-DUE-3: C stays June though June is paid, while July is past due", asOf: "2026-07-24",
			story: helpedMember.paying("2026-06 103.00 on 2026-07-10").deciding("enter_grace 2026-07 on 2026-07-01"),
			want:  "past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-06 unpaid 206.00 past 206.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-01"},
		{name: "R-DUE-3: and it still ends with June", asOf: "2026-08-24",
			story:  helpedMember.paying("2026-06 103.00 on 2026-07-10", "2026-07 103.00 on 2026-08-10").deciding("enter_grace 2026-08 on 2026-08-01"),
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-07 unpaid 206.00 past 206.00 last 2026-06 release 2026-08-31 next 2026-08-31",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-07 unpaid 206.00 past 206.00 last 2026-06 release 2026-08-24",
			owed:   "propose_end 2026-06 R-DUE-1"},
		{name: "R-DUE-3: once nothing is past due a later miss is a new one", asOf: "2026-07-24",
			story: helpedMember.paying("2026-06 103.00 on 2026-07-10", "2026-07 103.00 on 2026-07-10"),
			want:  "past_due R-DUE-1 track long C 2026-08 through 2026-07 unpaid 103.00 past 103.00 cure by 2026-08-23 ends by 2026-10-23 last 2026-08 next 2026-08-01"},
		{name: "R-DUE-3: on the due date the month just billed counts as well", asOf: "2026-07-24",
			story: helpedMember.paying("2026-06 103.00 on 2026-07-23", "2026-07 103.00 on 2026-07-23").deciding("enter_grace 2026-07 on 2026-07-01"),
			want:  "past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-07 unpaid 103.00 past 103.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-01"},
		{name: "a month paid out of turn does not carry the run over a gap", story: helpedMember.paying("2026-07 103.00 on 2026-06-20").deciding("enter_grace 2026-06 on 2026-06-01"), asOf: "2026-06-23",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24"},
		{name: "a month paid in parts", story: helpedMember.paying("2026-06 100.00 on 2026-05-02", "2026-06 3.00 on 2026-05-22"), asOf: "2026-05-24", want: "active R-BIND-1 through 2026-06"},
		{name: "paid after the last day and before an end is recorded: nothing ends, the proposal is withdrawn", asOf: "2026-08-26",
			story: helpedMember.paying("2026-06 103.00 on 2026-08-25", "2026-07 103.00 on 2026-08-25", "2026-08 103.00 on 2026-08-25", "2026-09 103.00 on 2026-08-25").
				deciding("enter_grace 2026-08 on 2026-08-01", "propose_end 2026-06 on 2026-08-24"),
			want: "active R-BIND-1 through 2026-09",
			owed: "withdraw_end 2026-06 R-DUE-5, leave_grace 2026-08 R-DUE-3"},
		{name: "R-BILL-2: what is free is never past due", story: story{help: true, share: "0.00", first: "2026-07", started: true}, asOf: "2026-12-31", want: "active R-BIND-1 through 2027-01"},
		{name: "the year is over", story: story{share: "1.00", first: "2026-12", last: "2026-12", renewal: true, paid: []string{"2026-12 1.00 on 2026-11-23"}}, asOf: "2027-01-01",
			want: "ended R-CAL-1 through 2026-12 last 2026-12"},
	})
}

// The track is that of the subsidy in month C, whatever came later.
func TestTrackIsFixedByTheFirstUnpaidMonth(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	asOf := civil.MustParseDate("2026-06-24")
	for _, c := range []struct {
		name       string
		june, july bool
		want       standing.Track
		state      standing.State
	}{
		{"help in C, none later", true, false, standing.TrackLong, standing.StatePastDue},
		{"none in C, help later", false, true, standing.TrackShort, standing.StateEnding},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			facts := helpedMember.facts(p, asOf)
			charges := facts.Enrollments[0].Charges
			charges[1].Subsidised, charges[2].Subsidised = c.june, c.july
			if e := standing.Evaluate(p, facts, asOf).Enrollments[0]; e.Track != c.want || e.State != c.state {
				t.Errorf("got %s %s, want %s %s", e.Track, e.State, c.want, c.state)
			}
		})
	}
}

// What one enrollment owes does not touch the other's standing (R-BILL-1), and
// the account's amounts are the sums.
func TestEnrollmentsStandAlone(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	asOf := civil.MustParseDate("2026-06-24")
	facts := helpedMember.paying("2026-06 103.00 on 2026-05-23", "2026-07 100.00 on 2026-06-23").facts(p, asOf)
	dental := story{dental: true, share: "30.12", first: "2026-05", started: true, paid: []string{"2026-05 30.12 on 2026-04-20"}}.facts(p, asOf).Enrollments[0]
	dental.ID = enrollment.ID{UUID: ident.UUID{15: 2}}
	facts.Enrollments = append(facts.Enrollments, dental)
	s := standing.Evaluate(p, facts, asOf)
	if s.Enrollments[0].State != standing.StatePastDue || s.Enrollments[1].State != standing.StateEnding {
		t.Errorf("got %s and %s, want past_due and ending", s.Enrollments[0].State, s.Enrollments[1].State)
	}
	if s.TotalDue != cents("63.24") || s.PastDue != cents("63.24") || s.KeepsCoverage != cents("63.24") {
		t.Errorf("got %s due, %s past due, %s keeps coverage; want 63.24 each", s.TotalDue, s.PastDue, s.KeepsCoverage)
	}
	if starts := s.Starts(); len(starts) != 0 {
		t.Errorf("got starts %v, want none", starts)
	}
}

func TestStartsAreOwedUntilRecorded(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	asOf := civil.MustParseDate("2026-06-24")
	paid := story{help: true, share: "53.00", first: "2026-07", paid: []string{"2026-07 53.00 on 2026-06-23"}}
	if starts := standing.Evaluate(p, paid.facts(p, asOf), asOf).Starts(); len(starts) != 1 || starts[0].Start != civil.MustParseMonth("2026-07") {
		t.Errorf("got %v, want a start in 2026-07", starts)
	}
	paid.started = true
	if starts := standing.Evaluate(p, paid.facts(p, asOf), asOf).Starts(); len(starts) != 0 {
		t.Errorf("recorded: got %v, want none", starts)
	}
}

func TestKeepsBy(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	for _, c := range []struct{ asOf, want, amount string }{
		{"2026-05-01", "2026-05-23", "103.00"},
		{"2026-05-24", "", "103.00"}, // the next bill is not out
		{"2026-06-01", "2026-06-23", "206.00"},
		{"2026-08-23", "2026-08-23", "412.00"},
	} {
		asOf := civil.MustParseDate(c.asOf)
		s := standing.Evaluate(p, helpedMember.facts(p, asOf), asOf)
		if s.KeepsBy.String() != c.want || s.KeepsCoverage != cents(c.amount) {
			t.Errorf("on %s: got %s by %q, want %s by %q", c.asOf, s.KeepsCoverage, s.KeepsBy, c.amount, c.want)
		}
	}
}

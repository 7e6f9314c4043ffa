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
		{
			name: "3: on 24 May it is, C is June, grace has not begun", story: helpedMember, asOf: "2026-05-24",
			want: "past_due R-DUE-1 track long C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-01",
		},

		{
			name: "4: without help, the last day to cure", story: fullMember, asOf: "2026-06-23",
			want: "past_due R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 412.37 cure by 2026-06-23 ends by 2026-06-23 last 2026-05 next 2026-06-24",
		},
		{
			name: "4: the day after coverage ends on 31 May", story: fullMember, asOf: "2026-06-24",
			want:   "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 824.74 last 2026-05 release 2026-07-01 next 2026-07-01",
			strict: "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 824.74 last 2026-05 release 2026-06-24",
			owed:   "propose_end 2026-05 R-DUE-2",
		},
		{name: "4: paid on the last day it lives on", story: fullMember.paying("2026-06 412.37 on 2026-06-23", "2026-07 412.37 on 2026-06-23"), asOf: "2026-06-24", want: "active R-BIND-1 through 2026-07"},

		{
			name: "5: early June, pay $206 by 23 June", story: helpedMember, asOf: "2026-06-03",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24",
			owed: "enter_grace 2026-06 R-DUE-1",
		},
		{
			name: "5: after 23 June it is still the first month of grace", story: helpedMember, asOf: "2026-06-24",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 206.00 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-01",
			owed: "enter_grace 2026-06 R-DUE-1",
		},
		{
			name: "5: early July, pay $309 by 23 July", story: helpedMember.deciding("enter_grace 2026-06 on 2026-06-01"), asOf: "2026-07-03",
			want: "past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-05 unpaid 309.00 past 206.00 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-24",
			owed: "enter_grace 2026-07 R-DUE-1",
		},
		{
			name: "5: early August, pay $412 by 23 August", story: helpedMember.deciding("enter_grace 2026-08 on 2026-08-01"), asOf: "2026-08-03",
			want: "past_due R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 309.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-24",
		},
		{
			name: "5: else coverage ends on 30 June", story: helpedMember.deciding("enter_grace 2026-08 on 2026-08-01"), asOf: "2026-08-24",
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-31 next 2026-08-31",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-24",
			owed:   "propose_end 2026-06 R-DUE-1",
		},
		{
			name: "5: a night that was missed gives the same answer", story: helpedMember.deciding("enter_grace 2026-08 on 2026-08-01"), asOf: "2026-08-29",
			want:   "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-31 next 2026-08-31",
			strict: "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06 release 2026-08-24",
			owed:   "propose_end 2026-06 R-DUE-1",
		},
		{
			name: "5: all paid on the last day", asOf: "2026-08-24", want: "active R-BIND-1 through 2026-09",
			story: helpedMember.paying("2026-06 103.00 on 2026-08-23", "2026-07 103.00 on 2026-08-23", "2026-08 103.00 on 2026-08-23", "2026-09 103.00 on 2026-08-23"),
		},

		// June stays owed. All that was missed on the last date, or more once
		// another due date has passed, brings it back.
		{
			name: "6: the end is recorded, June stays owed", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-09-01",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 412.00 next 2026-09-24",
		},
		{
			name: "6: on 23 September it has not passed", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-09-23",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 412.00 next 2026-09-24",
		},
		{
			name: "6: once 23 September has passed, October is asked for as well", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-09-24",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 515.00 next 2026-10-07",
		},
		{
			name: "6: the last day to return", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-10-06",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 515.00 next 2026-10-07",
		},
		{
			name: "6: too late to return", story: helpedMember.deciding("end 2026-06 on 2026-09-01"), asOf: "2026-10-07",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06",
		},
		{
			name: "6: reinstated, coverage goes on", asOf: "2026-10-06", want: "active R-BIND-1 through 2026-11",
			story: helpedMember.paying("2026-06 103.00 on 2026-10-05", "2026-07 103.00 on 2026-10-05", "2026-08 103.00 on 2026-10-05", "2026-09 103.00 on 2026-10-05",
				"2026-10 103.00 on 2026-10-05", "2026-11 103.00 on 2026-10-05").deciding("end 2026-06 on 2026-09-01", "reinstate 2026-07 on 2026-10-06"),
		},
		{
			name: "6: ended again after a reinstatement", story: helpedMember.deciding("end 2026-06 on 2026-09-01", "reinstate 2026-07 on 2026-09-10", "end 2026-08 on 2026-09-20"), asOf: "2026-09-21",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 309.00 past 309.00 last 2026-08 return by 2026-10-25 for 412.00 next 2026-09-24",
		},

		{
			name: "7: dental has no help and takes the short track", story: dental, asOf: "2026-06-24",
			want:   "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 60.24 past 60.24 last 2026-05 release 2026-07-01 next 2026-07-01",
			strict: "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 60.24 past 60.24 last 2026-05 release 2026-06-24",
			owed:   "propose_end 2026-05 R-DUE-2",
		},
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
	if s.TotalDue != cents("63.24") || s.PastDue != cents("63.24") || s.KeepsCoverage != cents("166.24") { // with August, due on 23 July
		t.Errorf("got %s due, %s past due, %s keeps coverage; want 63.24 each, and 166.24", s.TotalDue, s.PastDue, s.KeepsCoverage)
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
		{"2026-05-24", "", "206.00"}, // the next bill is not out, and due by 23 June as well (MA-DLQ-5)
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

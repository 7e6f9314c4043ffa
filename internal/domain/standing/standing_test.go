package standing_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/profiles"
)

func massachusetts(tb testing.TB) *profile.Profile {
	tb.Helper()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// story is an enrollment as a test tells it. Months are charged as the bill
// run does: on the 1st of the month before.
type story struct {
	group, dental, renewal bool
	help                   bool     // APTC or state subsidy
	share                  string   // a month's member share
	first                  string   // first covered month
	started                bool     // the start has been recorded
	paid                   []string // "2026-06 103.00 on 2026-05-23"
	decisions              []string // "end 2026-08 on 2026-08-24"
}

// facts gives what is known of the story on a day.
func (s story) facts(p *profile.Profile, asOf civil.Date) standing.Facts {
	e := standing.Enrollment{
		ID: enrollment.ID{UUID: ident.UUID{15: 1}}, Kind: enrollment.KindMedical, Renewal: s.renewal,
		First: civil.MustParseMonth(s.first), Last: civil.NewMonth(2027, 12),
	}
	facts := standing.Facts{Kind: enrollment.AccountIndividual}
	if s.dental {
		e.Kind = enrollment.KindDental
	}
	if s.group {
		facts.Kind = enrollment.AccountGroup
	}
	if s.started {
		e.Decisions = append(e.Decisions, standing.Decision{Kind: standing.DecisionEffectuate, Month: e.First, On: e.First.Prev().First()})
	}
	for m := e.First; !p.BillOn(m).After(asOf); m = m.Next() {
		e.Charges = append(e.Charges, standing.Charge{Month: m, DueOn: p.DueOn(m), Share: cents(s.share), Subsidised: s.help})
	}
	for _, text := range s.paid {
		var month, amount, on string
		scan(text, "%s %s on %s", &month, &amount, &on)
		for i := range e.Charges {
			if c := &e.Charges[i]; c.Month.String() == month && !civil.MustParseDate(on).After(asOf) {
				c.Paid, c.PaidOn = c.Paid.Add(cents(amount)), civil.MustParseDate(on)
			}
		}
	}
	for _, text := range s.decisions {
		var kind, month, on string
		scan(text, "%s %s on %s", &kind, &month, &on)
		e.Decisions = append(e.Decisions, standing.Decision{Kind: standing.DecisionKind(kind), Month: civil.MustParseMonth(month), On: civil.MustParseDate(on)})
	}
	facts.Enrollments = []standing.Enrollment{e}
	return facts
}

func scan(text, format string, into ...any) {
	if _, err := fmt.Sscanf(text, format, into...); err != nil {
		panic(fmt.Sprintf("%q: %v", text, err))
	}
}

func cents(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// told is what a standing says of its first enrollment, in words.
func told(s standing.Standing) string {
	e := s.Enrollments[0]
	words := []string{string(e.State), e.Rule}
	say := func(word string, value fmt.Stringer) {
		if text := value.String(); text != "" && text != "0.00" {
			words = append(words, word, text)
		}
	}
	if e.Effectuates {
		words = append(words, "starts", e.Start.String())
	}
	if e.Track != "" {
		words = append(words, "track", string(e.Track))
	}
	if e.GraceMonth > 0 {
		words = append(words, fmt.Sprint("grace ", e.GraceMonth))
	}
	say("C", e.FirstUnpaid)
	say("through", e.PaidThrough)
	say("unpaid", e.Unpaid)
	say("past", e.PastDue)
	say("cure by", e.CureBy)
	say("ends by", e.EndsBy)
	say("last", e.EndMonth)
	say("next", s.NextReview)
	return strings.Join(words, " ")
}

var (
	// helpedMember is the ConnectorCare member of the vectors, paid to May 2026.
	helpedMember = story{help: true, share: "103.00", first: "2026-05", started: true, paid: []string{"2026-05 103.00 on 2026-04-20"}}
	// fullMember pays the whole price.
	fullMember = story{share: "412.37", first: "2026-05", started: true, paid: []string{"2026-05 412.37 on 2026-04-20"}}
)

func (s story) paying(more ...string) story {
	s.paid = append(append([]string{}, s.paid...), more...)
	return s
}

func (s story) deciding(more ...string) story {
	s.decisions = more
	return s
}

// The vectors of the Massachusetts rule book, section 13, by number, and what
// lies around them.
func TestEvaluate(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	dental := story{dental: true, share: "30.12", first: "2026-05", started: true, paid: []string{"2026-05 30.12 on 2026-04-20"}}
	renewing := story{help: true, renewal: true, share: "103.00", first: "2026-12", paid: []string{"2026-12 103.00 on 2026-11-23"}}
	binder := story{help: true, share: "53.00", first: "2026-07"}
	for _, c := range []struct {
		name  string
		story story
		asOf  string
		want  string
	}{
		{"1: billed on 1 May, due on Saturday 23 May", helpedMember, "2026-05-01", "active R-BIND-1 through 2026-05 unpaid 103.00 next 2026-05-24"},
		{"2: paid on 23 May is on time", helpedMember.paying("2026-06 103.00 on 2026-05-23"), "2026-05-24", "active R-BIND-1 through 2026-06"},
		{"on the due date nothing is past due yet", helpedMember, "2026-05-23", "active R-BIND-1 through 2026-05 unpaid 103.00 next 2026-05-24"},
		{"3: on 24 May it is, C is June", helpedMember, "2026-05-24",
			"past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24"},

		{"4: without help, the last day to cure", fullMember, "2026-06-23",
			"past_due R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 412.37 cure by 2026-06-23 ends by 2026-06-23 last 2026-05 next 2026-06-24"},
		{"4: the day after coverage ends on 31 May", fullMember, "2026-06-24", "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 824.74 past 824.74 last 2026-05"},
		{"4: paid on the last day it lives on", fullMember.paying("2026-06 412.37 on 2026-06-23", "2026-07 412.37 on 2026-06-23"), "2026-06-24", "active R-BIND-1 through 2026-07"},
		{"a cent short changes nothing (R-DUE-3)", fullMember.paying("2026-06 412.36 on 2026-06-23", "2026-07 412.37 on 2026-06-23"), "2026-06-24",
			"ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 0.01 past 0.01 last 2026-05"},

		{"5: early June, pay $206 by 23 June", helpedMember, "2026-06-03",
			"past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24"},
		{"5: early July, pay $309 by 23 July", helpedMember, "2026-07-03",
			"past_due R-DUE-1 track long grace 2 C 2026-06 through 2026-05 unpaid 309.00 past 206.00 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-24"},
		{"5: early August, pay $412 by 23 August", helpedMember, "2026-08-03",
			"past_due R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 309.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-24"},
		{"5: the last day", helpedMember, "2026-08-23",
			"past_due R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 309.00 cure by 2026-08-23 ends by 2026-08-23 last 2026-06 next 2026-08-24"},
		{"5: else coverage ends on 30 June", helpedMember, "2026-08-24", "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06"},
		{"5: a night that was missed gives the same answer", helpedMember, "2026-08-30", "ending R-DUE-1 track long grace 3 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 last 2026-06"},
		{"5: all paid on the last day", helpedMember.paying("2026-06 103.00 on 2026-08-23", "2026-07 103.00 on 2026-08-23", "2026-08 103.00 on 2026-08-23", "2026-09 103.00 on 2026-08-23"),
			"2026-08-24", "active R-BIND-1 through 2026-09"},

		{"6: the end is recorded, the debt stays", helpedMember.deciding("end 2026-06 on 2026-09-01"), "2026-09-01", "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 515.00 past 412.00 last 2026-06 next 2026-09-24"},
		{"6: reinstated, coverage goes on", helpedMember.paying("2026-06 103.00 on 2026-10-05", "2026-07 103.00 on 2026-10-05", "2026-08 103.00 on 2026-10-05", "2026-09 103.00 on 2026-10-05",
			"2026-10 103.00 on 2026-10-05", "2026-11 103.00 on 2026-10-05").deciding("end 2026-06 on 2026-09-01", "reinstate 2026-07 on 2026-10-06"), "2026-10-06", "active R-BIND-1 through 2026-11"},
		{"6: ended again after a reinstatement", helpedMember.deciding("end 2026-06 on 2026-09-01", "reinstate 2026-07 on 2026-09-10", "end 2026-08 on 2026-09-20"), "2026-09-21",
			"ended R-DUE-5 C 2026-06 through 2026-05 unpaid 515.00 past 412.00 last 2026-08 next 2026-09-24"},

		{"7: dental has no help and takes the short track", dental, "2026-06-24", "ending R-DUE-2 track short C 2026-06 through 2026-05 unpaid 60.24 past 60.24 last 2026-05"},
		{"8: cancelled by 23 September, ends that month", helpedMember.deciding("cancel 2026-09 on 2026-09-23"), "2026-10-01", "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 618.00 past 515.00 last 2026-09 next 2026-10-24"},
		{"8: cancelled on the 24th, ends with October", fullMember.deciding("cancel 2026-10 on 2026-09-24"), "2026-11-01", "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 2886.59 past 2474.22 last 2026-10 next 2026-11-24"},

		{"9: a first payment a cent short does not start coverage", binder.paying("2026-07 52.99 on 2026-06-23"), "2026-06-24", "pending R-BIND-1 C 2026-07 unpaid 0.01 past 0.01"},
		{"paid in full and on the due date it starts", binder.paying("2026-07 53.00 on 2026-06-23"), "2026-06-24", "active R-BIND-1 starts 2026-07 through 2026-07"},
		{"paid a day late it does not", binder.paying("2026-07 53.00 on 2026-06-24"), "2026-06-24", "pending R-BIND-1 through 2026-07"},
		{"not paid yet and not due yet", binder, "2026-06-01", "pending R-BIND-1 unpaid 53.00 next 2026-06-24"},
		{"a first month that costs nothing starts by itself", story{help: true, share: "0.00", first: "2026-07"}, "2026-06-01", "active R-BIND-1 starts 2026-07 through 2026-07"},
		{"a free enrollment is never past due (R-BILL-2)", story{help: true, share: "0.00", first: "2026-07", started: true}, "2026-12-31", "active R-BIND-1 through 2027-01"},
		{"not billed yet", binder, "2026-05-31", "pending R-BIND-1"},
		{"a start that was rolled waits for the new month", binder.deciding("roll_start 2026-08 on 2026-06-24"), "2026-07-01", "pending R-BIND-1 C 2026-07 unpaid 106.00 past 53.00 next 2026-07-24"},
		{"a start that was rolled and paid", story{help: true, share: "53.00", first: "2026-08"}.paying("2026-08 53.00 on 2026-07-23").deciding("roll_start 2026-08 on 2026-06-24"), "2026-07-24",
			"active R-BIND-1 starts 2026-08 through 2026-08"},
		{"a selection that lapsed", binder.deciding("lapse 2026-07 on 2026-06-24"), "2026-06-25", "lapsed R-BIND-2 C 2026-07 unpaid 53.00 past 53.00"},

		{"14: renewing, January unpaid on 23 December", renewing, "2026-12-24",
			"past_due R-DUE-1 track long grace 1 C 2027-01 through 2026-12 unpaid 103.00 past 103.00 cure by 2027-01-23 ends by 2027-03-23 last 2027-01 next 2027-01-24"},
		{"14: the final date", renewing, "2027-03-23",
			"past_due R-DUE-1 track long grace 3 C 2027-01 through 2026-12 unpaid 412.00 past 309.00 cure by 2027-03-23 ends by 2027-03-23 last 2027-01 next 2027-03-24"},
		{"14: ended 31 January", renewing, "2027-03-24", "ending R-DUE-1 track long grace 3 C 2027-01 through 2026-12 unpaid 412.00 past 412.00 last 2027-01"},
		{"14: a renewal is not a first payment (MA-FIRST-7)", renewing, "2026-12-01", "active R-BIND-1 through 2026-12 unpaid 103.00 next 2026-12-24"},

		{"a month paid out of turn does not carry the run over a gap", helpedMember.paying("2026-07 103.00 on 2026-06-20"), "2026-06-23",
			"past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24"},
		{"a month paid in parts", helpedMember.paying("2026-06 100.00 on 2026-05-02", "2026-06 3.00 on 2026-05-22"), "2026-05-24", "active R-BIND-1 through 2026-06"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asOf := civil.MustParseDate(c.asOf)
			if got := told(standing.Evaluate(p, c.story.facts(p, asOf), asOf)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
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

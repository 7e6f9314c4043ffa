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
	last                   string   // last covered month as selected; "" December 2027
	paid                   []string // "2026-06 103.00 on 2026-05-23"
	decisions              []string // "end 2026-08 on 2026-08-24"
	edit                   []func(*standing.Facts, *standing.Enrollment)
}

// facts gives what is known of the story on a day.
func (s story) facts(p *profile.Profile, asOf civil.Date) standing.Facts {
	e := standing.Enrollment{
		ID: enrollment.ID{UUID: ident.UUID{15: 1}}, Kind: enrollment.KindMedical, Renewal: s.renewal,
		First: civil.MustParseMonth(s.first), Last: civil.NewMonth(2027, 12),
	}
	if s.last != "" {
		e.Last = civil.MustParseMonth(s.last)
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
	due := p.DueOn
	if s.group {
		due = p.GroupDueOn
	}
	for m := e.First; !p.BillOn(m).After(asOf) && !m.After(e.Last); m = m.Next() {
		e.Charges = append(e.Charges, standing.Charge{Month: m, DueOn: due(m), Share: cents(s.share), Subsidised: s.help})
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
	for _, edit := range s.edit {
		edit(&facts, &facts.Enrollments[0])
	}
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

// owed is the decisions that a standing owes, in words.
func owed(s standing.Standing) string {
	words := []string{}
	for _, c := range s.Conclusions {
		words = append(words, fmt.Sprint(c.Kind, " ", c.Month, " ", c.Rule))
	}
	return strings.Join(words, ", ")
}

// letters is the notices that a standing owes, in words.
func letters(s standing.Standing) string {
	words := []string{}
	for _, n := range s.Notices {
		words = append(words, strings.TrimSpace(fmt.Sprint(n.Kind, " ", n.Month, " on ", n.On, " pay ", n.Amount, " by ", n.By)))
	}
	return strings.Join(words, ", ")
}

// told is what a standing says of its first enrollment, in words.
func told(s standing.Standing) string {
	e := s.Enrollments[0]
	words := []string{string(e.State), e.Rule}
	if e.OnHold {
		words = append(words, "held")
	}
	if e.Arrangement != "" {
		words = append(words, "arrangement", string(e.Arrangement))
	}
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
	say("release", e.ReleaseFrom)
	say("return by", e.Reinstate.By)
	say("for", e.Reinstate.Amount)
	if s.NextReview != e.CoveredTo.Next().First() {
		say("next", s.NextReview)
	}
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

func (s story) with(edit func(*standing.Facts, *standing.Enrollment)) story {
	s.edit = append(append([]func(*standing.Facts, *standing.Enrollment){}, s.edit...), edit)
	return s
}

func (s story) deciding(more ...string) story {
	s.decisions = more
	return s
}

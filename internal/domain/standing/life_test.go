package standing_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	compare "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// receipt is money that comes on one day and counts on the same or an earlier
// one.
type receipt struct {
	arrives, counts civil.Date
	amount          money.Amount
}

// life is a household that lives through a year, with books that are kept as
// simply as can be: money applied to the oldest month, medical before dental.
type life struct {
	p        *profile.Profile
	facts    standing.Facts
	selected civil.Date
	receipts []receipt
	holds    map[civil.Date]standing.Hold // by the day they are granted
	review   civil.Date
	state    standing.State
	log      []string
}

func (l *life) e() *standing.Enrollment { return &l.facts.Enrollments[0] }

// fatal is a test, drawn or not.
type fatal interface {
	Fatalf(format string, args ...any)
}

// live lets the days pass. Nightly looks at the household every day; otherwise
// only when the date of review has come or a fact is new.
func (l *life) live(t fatal, last civil.Date, nightly bool) {
	for today := l.selected; !today.After(last); today = today.AddDays(1) {
		news := today == l.selected
		for _, r := range l.receipts {
			if r.arrives == today {
				l.facts.Credits = append(l.facts.Credits, standing.Credit{On: r.counts, Amount: r.amount})
				news = true
			}
		}
		if h, ok := l.holds[today]; ok {
			l.e().Holds, news = append(l.e().Holds, h), true
		}
		if today == l.selected {
			l.charge(l.e(), l.e().First)
		}
		if month := l.p.CoverageMonthBilledOn(today); l.p.BillOn(month) == today {
			l.bill(today, month)
			news = true
		}
		l.apply()
		if nightly || news || !l.review.IsZero() && !today.Before(l.review) {
			l.night(t, today, nightly)
		}
	}
}

func (l *life) bill(today civil.Date, month civil.Month) {
	s := standing.Evaluate(l.p, l.facts, today)
	for i := range s.Enrollments {
		if x := &s.Enrollments[i]; x.Covers(month) && (x.State != standing.StatePending || month == x.Start) {
			l.charge(&l.facts.Enrollments[i], month)
		}
	}
}

// charge makes a month's charge, or makes a reversed one live again.
func (l *life) charge(e *standing.Enrollment, m civil.Month) {
	for i := range e.Charges {
		if c := &e.Charges[i]; c.Month == m {
			c.Reversed = false
			return
		}
	}
	price := e.Segments[0].Premium
	e.Charges = append(e.Charges, standing.Charge{Month: m, DueOn: l.p.DueOn(m), Share: price.Member, Subsidised: price.Subsidised()})
}

// reverse takes months back; what was paid for them lies on the account again.
func (l *life) reverse(e *standing.Enrollment, which func(civil.Month) bool) {
	for i := range e.Charges {
		c := &e.Charges[i]
		if !which(c.Month) || c.Reversed {
			continue
		}
		if c.Paid.IsPositive() {
			l.facts.Credits = append(l.facts.Credits, standing.Credit{On: c.PaidOn, Amount: c.Paid})
		}
		c.Reversed, c.Paid, c.PaidOn = true, money.Zero, civil.Date{}
	}
}

// open gives what is unpaid in the order in which money pays it.
func (l *life) open() []*standing.Charge {
	type month struct {
		*standing.Charge
		rank int
	}
	var open []month
	for i := range l.facts.Enrollments {
		e := &l.facts.Enrollments[i]
		for k := range e.Charges {
			if c := &e.Charges[k]; !c.Reversed && c.Unpaid().IsPositive() {
				open = append(open, month{c, e.Kind.Rank()})
			}
		}
	}
	slices.SortStableFunc(open, func(a, b month) int { return cmp.Or(a.Month.Compare(b.Month), a.rank-b.rank) })
	charges := make([]*standing.Charge, len(open))
	for i := range open {
		charges[i] = open[i].Charge
	}
	return charges
}

func (l *life) apply() {
	slices.SortStableFunc(l.facts.Credits, func(a, b standing.Credit) int { return a.On.Compare(b.On) })
	for k := range l.facts.Credits {
		credit := &l.facts.Credits[k]
		for _, c := range l.open() {
			part := money.Min(credit.Amount, c.Unpaid())
			credit.Amount, c.Paid = credit.Amount.Sub(part), c.Paid.Add(part)
			if part.IsPositive() && credit.On.After(c.PaidOn) {
				c.PaidOn = credit.On
			}
		}
	}
	l.facts.Credits = slices.DeleteFunc(l.facts.Credits, func(c standing.Credit) bool { return c.Amount.IsZero() })
}

// night records what is owed until nothing is.
func (l *life) night(t fatal, today civil.Date, nightly bool) {
	for range 12 {
		s := standing.Evaluate(l.p, l.facts, today)
		for _, n := range s.Notices {
			e := &l.facts.Enrollments[n.Enrollment]
			e.Notices = append(e.Notices, standing.Sent{Kind: n.Kind, Month: n.Month, On: today})
			l.log = append(l.log, fmt.Sprint(today, " letter ", n.Kind, " ", n.Month, " ", n.Amount, " by ", n.By))
		}
		if len(s.Conclusions) == 0 {
			s = standing.Evaluate(l.p, l.facts, today) // letters are out
			if nightly && l.state != "" && l.state != s.Enrollments[0].State && !l.state.CanBecome(s.Enrollments[0].State) {
				t.Fatalf("%s: %s became %s\n%s", today, l.state, s.Enrollments[0].State, strings.Join(l.log, "\n"))
			}
			l.state, l.review = s.Enrollments[0].State, s.NextReview
			return
		}
		c := s.Conclusions[0]
		e := &l.facts.Enrollments[c.Enrollment]
		e.Decisions = append(e.Decisions, standing.Decision{Kind: c.Kind, Month: c.Month, On: today})
		l.log = append(l.log, fmt.Sprint(today, " ", c.Kind, " ", c.Month, " ", c.Rule))
		l.follow(today, c)
		l.apply()
	}
	t.Fatalf("%s: decisions go in circles\n%s", today, strings.Join(l.log, "\n"))
}

// follow does to the charges what a decision asks for.
func (l *life) follow(today civil.Date, c standing.Conclusion) {
	e := &l.facts.Enrollments[c.Enrollment]
	switch c.Kind {
	case standing.DecisionRoll:
		l.reverse(e, func(m civil.Month) bool { return m.Before(c.Month) })
		l.charge(e, c.Month)
	case standing.DecisionLapse:
		l.reverse(e, func(civil.Month) bool { return true })
	case standing.DecisionEnd:
		l.reverse(e, func(m civil.Month) bool { return m.After(c.Month) })
	case standing.DecisionUndoRoll, standing.DecisionUndoLapse:
		l.charge(e, c.Month)
	case standing.DecisionUndoEnd, standing.DecisionReinstate:
		billed := l.p.CoverageMonthBilledOn(today)
		for m := e.First; !m.After(billed) && !m.After(e.Last); m = m.Next() {
			if !m.Before(standing.Evaluate(l.p, l.facts, today).Enrollments[c.Enrollment].Start) {
				l.charge(e, m)
			}
		}
	}
}

// drawLife makes a household and what it does: it pays on time, late, by mail,
// in parts, too much or not at all, and may be given a hold.
func drawLife(t *rapid.T, p *profile.Profile) func() *life {
	first := civil.MustParseMonth("2027-01")
	selected := civil.MustParseDate("2026-11-20").AddDays(rapid.IntRange(0, 20).Draw(t, "selected"))
	help := enrollment.Premium{Gross: money.Dollars(500), Member: money.Dollars(100)}
	if rapid.Bool().Draw(t, "help") {
		help.APTC = money.Dollars(400)
	}
	e := standing.Enrollment{
		Kind: enrollment.KindMedical, Renewal: rapid.Bool().Draw(t, "renewal"), First: first, Last: civil.MustParseMonth("2027-12"),
		Segments: []enrollment.Segment{{From: first, To: civil.MustParseMonth("2027-12"), Premium: help}},
	}
	if rapid.Bool().Draw(t, "window") {
		e.WindowEnds = civil.MustParseDate("2027-01-23")
	}
	var receipts []receipt
	for m := first; m.Before(civil.MustParseMonth("2028-01")); m = m.Next() {
		counts := p.DueOn(m).AddDays(rapid.SampledFrom([]int{-10, -10, -3, 0, 0, 1, 5, 12, 40, 70}).Draw(t, "pays"))
		amount := money.Dollars(rapid.SampledFrom([]int64{0, 60, 100, 100, 100, 100, 150, 400}).Draw(t, "amount"))
		if amount.IsPositive() && !counts.Before(selected) {
			receipts = append(receipts, receipt{counts.AddDays(rapid.SampledFrom([]int{0, 0, 0, 4, 7, 11}).Draw(t, "mail")), counts, amount})
		}
	}
	holds := map[civil.Date]standing.Hold{}
	if rapid.IntRange(0, 3).Draw(t, "held") == 0 {
		from := civil.MustParseDate("2027-01-10").AddDays(rapid.IntRange(0, 200).Draw(t, "hold from"))
		holds[from] = standing.Hold{From: from.AddDays(-rapid.IntRange(0, 10).Draw(t, "back")), To: from.AddDays(rapid.IntRange(0, 60).Draw(t, "hold"))}
	}
	letters := rapid.Bool().Draw(t, "letters")
	return func() *life {
		l := &life{p: p, selected: selected, receipts: receipts, holds: holds}
		own := e
		if letters {
			own.Notices = []standing.Sent{}
		}
		l.facts = standing.Facts{Kind: enrollment.AccountIndividual, Enrollments: []standing.Enrollment{own}}
		return l
	}
}

// Looking at a household every night, or only when its review has come and when
// something new is known, gives the same decisions and letters on the same
// days. States go only the ways of the table.
func TestNightlyOrOnReviewIsTheSame(t *testing.T) {
	t.Parallel()
	for _, p := range []*profile.Profile{massachusetts(t), strict(t)} {
		p := *p
		p.Terminate.AutoRelease = profile.Always(true)
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				made := drawLife(t, &p)
				last := civil.MustParseDate("2028-02-15")
				nightly, seldom := made(), made()
				nightly.live(t, last, true)
				seldom.live(t, last, false)
				if diff := compare.Diff(nightly.log, seldom.log); diff != "" {
					t.Fatalf("(-every night +on review):\n%s", diff)
				}
			})
		})
	}
}

// Who pays each bill in full and in time is covered the whole year, and is
// never told anything else.
func TestWhoPaysInTimeIsCovered(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	rapid.Check(t, func(t *rapid.T) {
		l := drawLife(t, p)()
		l.receipts = nil
		for m := l.e().First; !m.After(l.e().Last); m = m.Next() {
			counts := p.DueOn(m).AddDays(-rapid.IntRange(0, 10).Draw(t, "days before"))
			l.receipts = append(l.receipts, receipt{counts, counts, money.Dollars(100)})
		}
		l.live(t, civil.MustParseDate("2027-12-31"), true)
		for _, line := range l.log {
			if !strings.Contains(line, "effectuate 2027-01") && !strings.Contains(line, "letter started 2027-01") && !strings.Contains(line, "_reminder") {
				t.Fatalf("told %s", line)
			}
		}
		if l.state != standing.StateActive {
			t.Fatalf("got %s", l.state)
		}
	})
}

package exchange_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/domain/standing"
)

func day(s string) civil.Date {
	if s == "" {
		return civil.Date{}
	}
	return civil.MustParseDate(s)
}

func month(s string) civil.Month {
	m, err := civil.ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

// What a carrier must know is told, and nothing that only the marketplace
// keeps track of.
func TestTells(t *testing.T) {
	t.Parallel()
	m := month("2027-03")
	for kind, want := range map[standing.DecisionKind]string{
		standing.DecisionEffectuate: "start 2027-03",
		standing.DecisionEnd:        "end 2027-03",
		standing.DecisionCancel:     "cancel 2027-03",
		standing.DecisionReinstate:  "reinstate 2027-03",
		standing.DecisionUndoStart:  "cancel 2027-02",
		standing.DecisionUndoEnd:    "reinstate 2027-04",
		standing.DecisionProposeEnd: "", standing.DecisionWithdraw: "", standing.DecisionGrace: "", standing.DecisionLeaveGrace: "",
		standing.DecisionRoll: "", standing.DecisionUndoRoll: "", standing.DecisionLapse: "", standing.DecisionUndoLapse: "", standing.DecisionWaive: "",
	} {
		got := ""
		if event, of, tells := exchange.Tells(kind, m); tells {
			got = string(event) + " " + of.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

func start(told string) exchange.Message {
	return exchange.Message{Event: exchange.EventStart, Month: month("2027-01"), ToldOn: day(told)}
}

func said(outcome exchange.Outcome, on, reference string) exchange.Answer {
	a := exchange.Answer{Event: exchange.EventStart, Month: month("2027-01"), Outcome: outcome, On: day(on), Source: "HARBOR", Reference: reference}
	if outcome == exchange.OutcomeRefused {
		a.Reason = "no such plan"
	}
	return a
}

func TestJudge(t *testing.T) {
	t.Parallel()
	const yes, no = exchange.OutcomeConfirmed, exchange.OutcomeRefused
	otherMonth := said(yes, "2026-12-03", "1")
	otherMonth.Month = month("2027-02")
	for name, tc := range map[string]struct {
		messages []exchange.Message
		answers  []exchange.Answer
		verdicts []exchange.Verdict
		asides   []exchange.Aside
	}{
		"no answer": {[]exchange.Message{start("2026-12-01")}, nil, []exchange.Verdict{{}}, []exchange.Aside{}},
		"confirmed": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(yes, "2026-12-03", "1")},
			[]exchange.Verdict{{yes, day("2026-12-03"), ""}},
			[]exchange.Aside{""},
		},
		"confirmed on the day it was told": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(yes, "2026-12-01", "1")},
			[]exchange.Verdict{{yes, day("2026-12-01"), ""}},
			[]exchange.Aside{""},
		},
		"refused": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(no, "2026-12-03", "1")},
			[]exchange.Verdict{{no, day("2026-12-03"), "no such plan"}},
			[]exchange.Aside{""},
		},
		"said twice: the first day counts": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(yes, "2026-12-05", "2"), said(yes, "2026-12-03", "1")},
			[]exchange.Verdict{{yes, day("2026-12-03"), ""}},
			[]exchange.Aside{exchange.AsideRepeats, ""},
		},
		"confirmed, later refused": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(yes, "2026-12-03", "1"), said(no, "2026-12-05", "2")},
			[]exchange.Verdict{{yes, day("2026-12-03"), ""}},
			[]exchange.Aside{"", exchange.AsideContradicts},
		},
		"confirmed and refused on one day": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(yes, "2026-12-03", "1"), said(no, "2026-12-03", "2")},
			[]exchange.Verdict{{}},
			[]exchange.Aside{exchange.AsideContradicts, exchange.AsideContradicts},
		},
		"never decided": {nil, []exchange.Answer{said(yes, "2026-12-03", "1")}, []exchange.Verdict{}, []exchange.Aside{exchange.AsideUndecided}},
		"another month": {[]exchange.Message{start("2026-12-01")}, []exchange.Answer{otherMonth}, []exchange.Verdict{{}}, []exchange.Aside{exchange.AsideUndecided}},
		"before it was told": {
			[]exchange.Message{start("2026-12-01")},
			[]exchange.Answer{said(yes, "2026-11-30", "1")},
			[]exchange.Verdict{{}},
			[]exchange.Aside{exchange.AsideBeforeTold},
		},
		"not told yet": {[]exchange.Message{start("")}, []exchange.Answer{said(yes, "2026-12-03", "1")}, []exchange.Verdict{{}}, []exchange.Aside{exchange.AsideBeforeTold}},
		"told twice: the answer is to the last one told by then": {
			[]exchange.Message{start("2026-12-01"), start("2026-12-10"), start("2026-12-20")},
			[]exchange.Answer{said(yes, "2026-12-12", "2"), said(no, "2026-12-02", "1")},
			[]exchange.Verdict{{no, day("2026-12-02"), "no such plan"}, {yes, day("2026-12-12"), ""}, {}},
			[]exchange.Aside{"", ""},
		},
	} {
		verdicts, asides := exchange.Judge(tc.messages, tc.answers)
		if diff := cmp.Diff(tc.verdicts, verdicts, cmp.AllowUnexported(civil.Date{})); diff != "" {
			t.Errorf("%s: verdicts (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tc.asides, asides); diff != "" {
			t.Errorf("%s: asides (-want +got):\n%s", name, diff)
		}
	}
}

// Answers arrive in any order: what they come to does not depend on it.
func TestJudgeInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(1, 5)
		var messages []exchange.Message
		for range rapid.IntRange(0, 3).Draw(t, "messages") {
			messages = append(messages, start(civil.NewDate(2026, 12, days.Draw(t, "told")).String()))
		}
		var answers []exchange.Answer
		for i := range rapid.IntRange(0, 5).Draw(t, "answers") {
			outcome := rapid.SampledFrom([]exchange.Outcome{exchange.OutcomeConfirmed, exchange.OutcomeRefused}).Draw(t, "outcome")
			answers = append(answers, said(outcome, civil.NewDate(2026, 12, days.Draw(t, "answered")).String(), string(rune('a'+i))))
		}
		verdicts, asides := exchange.Judge(messages, answers)
		order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1)).Perm(len(answers))
		shuffled := make([]exchange.Answer, len(answers))
		for i, from := range order {
			shuffled[i] = answers[from]
		}
		again, asidesAgain := exchange.Judge(messages, shuffled)
		if !slices.Equal(verdicts, again) {
			t.Fatalf("%v in order %v: %v, was %v", answers, order, again, verdicts)
		}
		for i, from := range order {
			if asidesAgain[i] != asides[from] {
				t.Fatalf("answer %v in order %v: %q, was %q", answers[from], order, asidesAgain[i], asides[from])
			}
		}
	})
}

// R-BIND-4: an alarm when a step takes more than five business days.
func TestDelay(t *testing.T) {
	t.Parallel()
	confirmed := exchange.Verdict{Outcome: exchange.OutcomeConfirmed, AnsweredOn: day("2026-12-03")}
	for name, tc := range map[string]struct {
		message exchange.Message
		verdict exchange.Verdict
		today   string
		want    exchange.Delay
	}{
		"owed today":                              {exchange.Message{OwedOn: day("2026-12-01")}, exchange.Verdict{}, "2026-12-01", exchange.DelayNone},
		"on the fifth bank day":                   {exchange.Message{OwedOn: day("2026-12-01")}, exchange.Verdict{}, "2026-12-08", exchange.DelayNone},
		"on the day after it":                     {exchange.Message{OwedOn: day("2026-12-01")}, exchange.Verdict{}, "2026-12-09", exchange.DelayTelling},
		"told, fifth bank day over a weekend":     {exchange.Message{OwedOn: day("2026-12-01"), ToldOn: day("2026-12-04")}, exchange.Verdict{}, "2026-12-11", exchange.DelayNone},
		"told, the Saturday after it":             {exchange.Message{OwedOn: day("2026-12-01"), ToldOn: day("2026-12-04")}, exchange.Verdict{}, "2026-12-12", exchange.DelayAnswering},
		"told on a Saturday, fifth bank day":      {exchange.Message{ToldOn: day("2026-12-05")}, exchange.Verdict{}, "2026-12-11", exchange.DelayNone},
		"told on a Saturday, too late":            {exchange.Message{ToldOn: day("2026-12-05")}, exchange.Verdict{}, "2026-12-12", exchange.DelayAnswering},
		"Christmas is no bank day":                {exchange.Message{ToldOn: day("2026-12-18")}, exchange.Verdict{}, "2026-12-28", exchange.DelayNone},
		"… nor counted as one, a day too late":    {exchange.Message{ToldOn: day("2026-12-18")}, exchange.Verdict{}, "2026-12-29", exchange.DelayAnswering},
		"answered, however late":                  {exchange.Message{ToldOn: day("2026-11-02")}, confirmed, "2026-12-29", exchange.DelayNone},
		"a refusal is an answer":                  {exchange.Message{ToldOn: day("2026-11-02")}, exchange.Verdict{Outcome: exchange.OutcomeRefused}, "2026-12-29", exchange.DelayNone},
		"told late: the carrier has its own time": {exchange.Message{OwedOn: day("2026-11-02"), ToldOn: day("2026-12-01")}, exchange.Verdict{}, "2026-12-02", exchange.DelayNone},
	} {
		if got := exchange.DelayOn(tc.message, tc.verdict, day(tc.today), 5); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

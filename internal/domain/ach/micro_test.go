package ach_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/statetest"
)

// Two credits of 1 to 99 cents that differ, and a debit of their sum (ACH-11).
// Every amount comes up, and the same seed draws the same.
func TestDrawMicro(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{11})
	seen := map[int64]int{}
	for range 20_000 {
		m, err := ach.DrawMicro(random)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range []money.Amount{m.First, m.Second} {
			if a.Cents() < 1 || a.Cents() > 99 {
				t.Fatalf("drew %s", a)
			}
			seen[a.Cents()]++
		}
		if m.First == m.Second || m.Back() != m.First.Add(m.Second) {
			t.Fatalf("drew %s and %s, back %s", m.First, m.Second, m.Back())
		}
	}
	for cents := int64(1); cents <= 99; cents++ {
		if n := seen[cents]; n < 250 || n > 600 { // 404 on average
			t.Errorf("%d cents came up %d times of 40,000", cents, n)
		}
	}
	one, _ := ach.DrawMicro(rand.NewChaCha8([32]byte{7}))
	two, _ := ach.DrawMicro(rand.NewChaCha8([32]byte{7}))
	if one != two {
		t.Errorf("the same seed drew %v and %v", one, two)
	}
	if _, err := ach.DrawMicro(bytes.NewReader([]byte{1})); err == nil {
		t.Error("drew without randomness")
	}
}

// The lowest and the highest bytes that are used give the ends of the table;
// what lies above is drawn again, so that no pair is likelier.
func TestDrawMicroEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		bytes []byte
		want  ach.Micro
	}{
		{"the first pair", []byte{0, 0}, ach.Micro{First: money.Cents(1), Second: money.Cents(2)}},
		{"the last pair", []byte{0xe3, 0x63}, ach.Micro{First: money.Cents(99), Second: money.Cents(98)}},              // 58211
		{"above them", []byte{0xe3, 0x64, 0xff, 0xff, 0, 1}, ach.Micro{First: money.Cents(1), Second: money.Cents(3)}}, // 58212
	} {
		if got, err := ach.DrawMicro(bytes.NewReader(c.bytes)); err != nil || got != c.want {
			t.Errorf("%s: got %v %v, want %v", c.name, got, err, c.want)
		}
	}
}

var verificationStates = []ach.VerificationState{ach.VerificationWaiting, ach.VerificationOpen, ach.VerificationConfirmed, ach.VerificationFailed}

// The drawing in the documentation is the table in the code (H3), and whatever
// is answered keeps to it.
func TestVerificationStates(t *testing.T) {
	t.Parallel()
	statetest.CheckDrawing(t, "../../../docs/states/verification.md", ach.VerificationTransitions(), verificationStates)
	const x, o = true, false
	statetest.CheckTable(t, verificationStates, [][]bool{
		/* waiting   */ {o, x, o, x},
		/* open      */ {o, o, x, x},
		/* confirmed */ {o, o, o, x},
		/* failed    */ {o, o, o, o},
	}, ach.VerificationState.CanBecome)
	for _, from := range verificationStates {
		for _, right := range []bool{true, false} {
			v := ach.Verification{State: from, Tries: 2, AnswerBy: day("2026-12-28")}
			next, _ := v.Answered(microRules, right, []byte("a"), day("2026-12-28"))
			if next.State != from && !from.CanBecome(next.State) {
				t.Errorf("an answer brings %s to %s", from, next.State)
			}
		}
	}
}

func TestMicroAre(t *testing.T) {
	t.Parallel()
	m := ach.Micro{First: money.Cents(12), Second: money.Cents(31)}
	for _, c := range []struct {
		name string
		a, b int64
		want bool
	}{
		{"as sent", 12, 31, true},
		{"the other way round", 31, 12, true},
		{"one twice", 12, 12, false},
		{"the other twice", 31, 31, false},
		{"one is off", 12, 32, false},
		{"their sum and nothing", 43, 0, false},
		{"digits turned round", 21, 13, false},
	} {
		if got := m.Are(money.Cents(c.a), money.Cents(c.b)); got != c.want {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}

var microRules = ach.MicroRules{Attempts: 3, AnswerDays: 14, Most: 3, PeriodDays: 30, WaitDays: 7, DayMost: 100}

// Nobody can begin verifications without end (R-AUTO-8).
func TestMicroBegin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		past ach.MicroPast
		want string
	}{
		{"the first", ach.MicroPast{}, ""},
		{"the third of a number", ach.MicroPast{OfNumber: 2}, ""},
		{"the fourth of a number", ach.MicroPast{OfNumber: 3}, ach.CodeMicroTooOften},
		{"the third of a person", ach.MicroPast{OfPerson: 2}, ""},
		{"the fourth of a person, with other numbers", ach.MicroPast{OfPerson: 3}, ach.CodeMicroTooOften},
		{"guessed at in vain a day ago", ach.MicroPast{OfNumber: 1, LastWrong: day("2026-12-09")}, ach.CodeMicroTooSoon},
		{"six days ago", ach.MicroPast{OfNumber: 1, LastWrong: day("2026-12-04")}, ach.CodeMicroTooSoon},
		{"seven days ago", ach.MicroPast{OfNumber: 1, LastWrong: day("2026-12-03")}, ""},
		{"the last of the day", ach.MicroPast{Today: 99}, ""},
		{"one more than a day has", ach.MicroPast{Today: 100}, ach.CodeMicroFull},
	} {
		if got := fault.CodeOf(microRules.Begin(c.past, day("2026-12-10"))); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// The time to answer begins when the amounts are there, or when we learn of it.
func TestMicroOpen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, arrived, today, want string }{
		{"in its night", "2026-12-14", "2026-12-14", "2026-12-28"},
		{"a night that is run two days late", "2026-12-14", "2026-12-16", "2026-12-30"},
		{"across the end of the year", "2026-12-31", "2026-12-31", "2027-01-14"},
	} {
		v := ach.Verification{State: ach.VerificationWaiting}.Open(microRules, day(c.arrived), day(c.today))
		if v.State != ach.VerificationOpen || v.AnswerBy != day(c.want) || v.ArrivesOn != day(c.arrived) {
			t.Errorf("%s: got %+v", c.name, v)
		}
	}
}

// Three wrong answers end it, the same one pressed twice counts once, and the
// last day is a day.
func TestMicroAnswers(t *testing.T) {
	t.Parallel()
	open := ach.Verification{State: ach.VerificationOpen, AnswerBy: day("2026-12-28")}
	type answer struct {
		right bool
		try   string
		on    string
	}
	for _, c := range []struct {
		name string
		from ach.Verification
		all  []answer
		want []ach.Answer
		end  ach.VerificationEnd
	}{
		{"right at once", open, []answer{{true, "a", "2026-12-15"}}, []ach.Answer{ach.AnswerRight}, ""},
		{"right on the last day", open, []answer{{true, "a", "2026-12-28"}}, []ach.Answer{ach.AnswerRight}, ""},
		{"right, a day late", open, []answer{{true, "a", "2026-12-29"}}, []ach.Answer{ach.AnswerLate}, ""},
		{
			"wrong, wrong, right",
			open,
			[]answer{{false, "a", "2026-12-15"}, {false, "b", "2026-12-15"}, {true, "c", "2026-12-16"}},
			[]ach.Answer{ach.AnswerWrong, ach.AnswerWrong, ach.AnswerRight},
			"",
		},
		{
			"wrong three times, then right",
			open,
			[]answer{{false, "a", "2026-12-15"}, {false, "b", "2026-12-15"}, {false, "c", "2026-12-15"}, {true, "d", "2026-12-15"}},
			[]ach.Answer{ach.AnswerWrong, ach.AnswerWrong, ach.AnswerLast, ach.AnswerLate},
			ach.EndWrong,
		},
		{
			"one wrong answer, pressed four times",
			open,
			[]answer{{false, "a", "2026-12-15"}, {false, "a", "2026-12-15"}, {false, "a", "2026-12-15"}, {false, "a", "2026-12-15"}},
			[]ach.Answer{ach.AnswerWrong, ach.AnswerWrong, ach.AnswerWrong, ach.AnswerWrong},
			"",
		},
		{"guessed before anything arrived", ach.Verification{State: ach.VerificationWaiting}, []answer{{true, "a", "2026-12-11"}}, []ach.Answer{ach.AnswerEarly}, ""},
		{"confirmed before", ach.Verification{State: ach.VerificationConfirmed}, []answer{{false, "a", "2026-12-15"}}, []ach.Answer{ach.AnswerRight}, ""},
		{"the bank sent it back", open.Fail(ach.EndReturned, "R03"), []answer{{true, "a", "2026-12-15"}}, []ach.Answer{ach.AnswerLate}, ach.EndReturned},
	} {
		v := c.from
		var got []ach.Answer
		for _, a := range c.all {
			var one ach.Answer
			v, one = v.Answered(microRules, a.right, []byte(a.try), day(a.on))
			got = append(got, one)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || v.End != c.end {
			t.Errorf("%s: ended %q (-want +got):\n%s", c.name, v.End, diff)
		}
	}
}

// Forward and return volumes are watched (ACH-11): from the ceiling on nobody
// begins another.
func TestJudgeMicro(t *testing.T) {
	t.Parallel()
	c := ach.Ceilings{AlarmPercent: 50, LeastReturns: 10}
	for _, x := range []struct {
		name            string
		begun, returned int64
		want            ach.Level
	}{
		{"none", 0, 0, ach.LevelOK},
		{"few may be chance", 9, 9, ach.LevelAlarm},
		{"seven in a hundred", 150, 11, ach.LevelOK},
		{"half the ceiling", 200, 15, ach.LevelAlarm},
		{"the ceiling itself", 100, 15, ach.LevelAlarm},
		{"above it", 100, 16, ach.LevelStop},
	} {
		if r := ach.JudgeMicro(ach.MicroCounts{Begun: x.begun, Returned: x.returned}, c, 1500); r.Level != x.want {
			t.Errorf("%s: %s", x.name, r.Level)
		}
	}
}

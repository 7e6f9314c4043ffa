package exchanging_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// decide records a decision as if the facts had called for it.
func decide(w *apptest.World, h apptest.Household, kind standing.DecisionKind, month string) {
	w.TB.Helper()
	w.InTx(func(tx *store.Tx) error {
		tx.InsertDecision(store.DecisionRecord{
			AccountID: h.Account, EnrollmentID: h.Enrollments[0], Kind: kind, Month: apptest.Month(month), DecidedOn: w.Today(), EffectiveOn: w.Today(),
			Rule: "R-BIND-1", Evidence: "test", Actor: "test",
		})
		return nil
	})
}

func tell(t *testing.T, w *apptest.World, s *exchanging.Service) int64 {
	t.Helper()
	n, err := s.Tell(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func answer(h apptest.Household, event exchange.Event, month string, outcome exchange.Outcome, on, reference string) exchanging.Answer {
	a := exchanging.Answer{
		Key: exchanging.Key{AccountID: h.Account, EnrollmentID: h.Enrollments[0]},
		Answer: exchange.Answer{
			Event: event, Month: apptest.Month(month), Outcome: outcome, On: civil.MustParseDate(on), Source: "HARBOR", Reference: reference,
		},
	}
	if outcome == exchange.OutcomeRefused {
		a.Reason = "plan is closed"
	}
	return a
}

// record records answers and gives what came of it in a line.
func record(t *testing.T, s *exchanging.Service, answers ...exchanging.Answer) string {
	t.Helper()
	r, err := s.Record(t.Context(), answers)
	if err != nil {
		t.Fatal(err)
	}
	line := fmt.Sprintf("new %d known %d aside %d", r.New, r.Known, r.Aside)
	for i := range answers {
		if err := r.Refused[i]; err != nil {
			line += fmt.Sprintf(" %d:%s", i, fault.CodeOf(err))
		}
	}
	return line
}

func messages(w *apptest.World) []string {
	return w.Rows(`SELECT event || ' ' || coverage_month || ' told ' || COALESCE(CAST(told_on AS TEXT), '-') || ' ' || outcome
		|| COALESCE(' ' || CAST(answered_on AS TEXT), '') || CASE WHEN reason <> '' THEN ' ' || reason ELSE '' END
		FROM carrier_message ORDER BY decision_id`)
}

const yes, no = exchange.OutcomeConfirmed, exchange.OutcomeRefused

// R-BIND-4: paid, sent to the carrier, confirmed, each with its date.
func TestToldAndConfirmed(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := exchanging.New(w.DB, w.Profile)
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		w.At("2026-12-01")
		decide(w, h, standing.DecisionGrace, "2027-01") // nothing that a carrier is told of here
		decide(w, h, standing.DecisionEffectuate, "2027-01")
		apptest.Check(t, "owed", messages(w), []string{"start 2027-01 told - "})
		apptest.Check(t, "told", tell(t, w, s), int64(1))
		w.At("2026-12-02")
		apptest.Check(t, "told again", tell(t, w, s), int64(0))
		apptest.Check(t, "after", messages(w), []string{"start 2027-01 told 2026-12-01 "})

		box, err := s.Outbox(t.Context(), civil.MustParseDate("2026-12-01"), civil.MustParseDate("2026-12-01"), exchanging.Message{}, 10)
		if err != nil || len(box) != 1 || box[0].Carrier != "Harbor Health Plan" || box[0].Reference != h.References[0] {
			t.Fatalf("outbox %+v, %v", box, err)
		}
		if more, err := s.Outbox(t.Context(), civil.MustParseDate("2026-12-01"), civil.MustParseDate("2026-12-01"), box[0], 10); err != nil || len(more) > 0 {
			t.Errorf("after the last: %v, %v", more, err)
		}
		a := answer(h, exchange.EventStart, "2027-01", yes, "2026-12-03", "1")
		apptest.Check(t, "first", record(t, s, a), "new 1 known 0 aside 0")
		apptest.Check(t, "again", record(t, s, a, a), "new 0 known 2 aside 0")
		apptest.Check(t, "confirmed", messages(w), []string{"start 2027-01 told 2026-12-01 confirmed 2026-12-03"})
		w.VerifyClean()
	})
}

// Facts that make no sense are kept, count for nothing and wait for a person;
// what makes sense of them later is heard.
func TestAnswersInAnyOrder(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := exchanging.New(w.DB, w.Profile)
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		w.At("2026-12-01")
		early := answer(h, exchange.EventStart, "2027-01", yes, "2026-12-03", "1")
		apptest.Check(t, "before the decision", record(t, s, early), "new 1 known 0 aside 1")
		decide(w, h, standing.DecisionEffectuate, "2027-01")
		apptest.Check(t, "repeated before it is told", record(t, s, answer(h, exchange.EventStart, "2027-01", yes, "2026-12-04", "2")), "new 1 known 0 aside 1")
		apptest.Check(t, "not counted", messages(w), []string{"start 2027-01 told - "})
		tell(t, w, s)
		apptest.Check(t, "heard once it is told", messages(w), []string{"start 2027-01 told 2026-12-01 confirmed 2026-12-03"})

		apptest.Check(t, "a refusal after it", record(t, s, answer(h, exchange.EventStart, "2027-01", no, "2026-12-07", "3")), "new 1 known 0 aside 1")
		apptest.Check(t, "an end that nobody decided", record(t, s, answer(h, exchange.EventEnd, "2027-01", yes, "2026-12-07", "4")), "new 1 known 0 aside 1")
		apptest.Check(t, "still confirmed", messages(w), []string{"start 2027-01 told 2026-12-01 confirmed 2026-12-03"})
		st, err := s.Status(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		var asides []string
		for _, a := range st.Aside {
			asides = append(asides, a.CarrierAnswer.Reference+" "+string(a.CarrierAnswer.Aside))
		}
		apptest.Check(t, "aside", asides, []string{"3 contradicts", "4 undecided"})
		apptest.Check(t, "to do", st.ToDo(), true)
		w.VerifyClean()
	})
}

func TestAnswersThatAreNotTaken(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := exchanging.New(w.DB, w.Profile)
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		w.At("2026-12-01")
		decide(w, h, standing.DecisionEffectuate, "2027-01")
		tell(t, w, s)
		good := answer(h, exchange.EventStart, "2027-01", yes, "2026-12-03", "1")
		stranger, unnamed, vague, silent, odd := good, good, good, answer(h, exchange.EventStart, "2027-01", no, "2026-12-03", "2"), good
		stranger.EnrollmentID.UUID = w.DB.NewID()
		unnamed.Reference = ""
		vague.Outcome = "maybe"
		silent.Reason = ""
		odd.Event = "moved"
		apptest.Check(t, "one good among them", record(t, s, stranger, unnamed, vague, silent, odd, good),
			"new 1 known 0 aside 0 0:carrier_answer.unknown_enrollment 1:carrier_answer.incomplete 2:carrier_answer.incomplete"+
				" 3:carrier_answer.incomplete 4:carrier_answer.incomplete")
		other := good
		other.On = other.On.AddDays(1)
		apptest.Check(t, "the same name, other words", record(t, s, other), "new 0 known 0 aside 0 0:carrier_answer.differs")
		apptest.Check(t, "confirmed", messages(w), []string{"start 2027-01 told 2026-12-01 confirmed 2026-12-03"})
		w.VerifyClean()
	})
}

// A refusal waits for a person, and so does what nobody answered for five bank
// days.
func TestLateAndRefused(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := exchanging.New(w.DB, w.Profile)
		late, refused, untold := w.Household(apptest.Medical("2027-01", "103.00")), w.Household(apptest.Medical("2027-01", "103.00")), w.Household(apptest.Medical("2027-01", "103.00"))
		w.At("2026-12-01")
		decide(w, late, standing.DecisionEffectuate, "2027-01")
		decide(w, refused, standing.DecisionEffectuate, "2027-01")
		tell(t, w, s)
		decide(w, untold, standing.DecisionEffectuate, "2027-01")
		record(t, s, answer(refused, exchange.EventStart, "2027-01", no, "2026-12-02", "1"))
		w.At("2026-12-08 23:59:59")
		if st, err := s.Status(t.Context(), 10); err != nil || len(st.Late) != 0 || len(st.Refused) != 1 || st.Refused[0].Reason != "plan is closed" {
			t.Errorf("on the fifth bank day: %+v, %v", st, err)
		}
		w.At("2026-12-09 00:00:00")
		st, err := s.Status(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, l := range st.Late {
			lines = append(lines, l.Reference+" "+string(l.Delay))
		}
		apptest.Check(t, "late", lines, []string{untold.References[0] + " telling", late.References[0] + " answering"})
		apptest.Check(t, "counts", fmt.Sprint(st.Counts), "{1 1 1 1 1 0}")
	})
}

package exchanging

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/store"
)

// Answer is what a carrier says of coverage.
type Answer struct {
	Key
	exchange.Answer
}

// Codes of answers that are not taken.
const (
	CodeAnswerIncomplete = "carrier_answer.incomplete"
	CodeAnswerUnknown    = "carrier_answer.unknown_enrollment"
	CodeAnswerDiffers    = "carrier_answer.differs"
)

// Recorded is what recording answers came to. Refused names the answers that
// could not be taken, by their place, with the reason.
type Recorded struct {
	New     int // answers that were not known
	Known   int // … that were, to the letter
	Aside   int // new ones that somebody has to look at
	Refused map[int]error
}

// answersAtOnce is how many answers are recorded in one transaction.
const answersAtOnce = 200

// Record records what carriers answer, in any order and any number of times. An
// answer that makes no sense is kept, counts for nothing and is set aside;
// one that can not be kept is refused, and the others go on.
func (s *Service) Record(ctx context.Context, answers []Answer) (Recorded, error) {
	sum := Recorded{Refused: map[int]error{}}
	var fit []int
	for i, a := range answers {
		if err := a.check(); err != nil {
			sum.Refused[i] = err
			continue
		}
		fit = append(fit, i)
	}
	slices.SortStableFunc(fit, func(x, y int) int { return answers[x].compare(answers[y]) })
	for len(fit) > 0 {
		n := wholeKeys(answers, fit, answersAtOnce)
		done, err := s.recordSome(ctx, answers, fit[:n])
		if err != nil {
			return sum, err
		}
		sum.New, sum.Known, sum.Aside = sum.New+done.New, sum.Known+done.Known, sum.Aside+done.Aside
		for i, err := range done.Refused {
			sum.Refused[i] = err
		}
		fit = fit[n:]
	}
	return sum, nil
}

func (a Answer) check() error {
	switch {
	case !slices.Contains(exchange.Events, a.Event), a.Month.IsZero(), a.On.IsZero(), a.Source == "", a.Reference == "":
		return fault.New(fault.Invalid, CodeAnswerIncomplete, "an answer needs its event, month, day, source and reference")
	case a.Outcome != exchange.OutcomeConfirmed && a.Outcome != exchange.OutcomeRefused:
		return fault.New(fault.Invalid, CodeAnswerIncomplete, "%.20q is no answer: it is confirmed or refused", a.Outcome)
	case a.Outcome == exchange.OutcomeRefused && a.Reason == "":
		return fault.New(fault.Invalid, CodeAnswerIncomplete, "a refusal needs its reason")
	}
	return nil
}

// compare sorts answers by what they are about.
func (a Answer) compare(b Answer) int {
	if c := a.AccountID.Compare(b.AccountID.UUID); c != 0 {
		return c
	}
	return a.EnrollmentID.Compare(b.EnrollmentID.UUID)
}

// wholeKeys gives how many answers to take so that all about one enrollment go
// together: about most, and the rest of the last enrollment.
func wholeKeys(answers []Answer, fit []int, most int) int {
	n := min(most, len(fit))
	for n < len(fit) && answers[fit[n]].Key == answers[fit[n-1]].Key {
		n++
	}
	return n
}

func (s *Service) recordSome(ctx context.Context, answers []Answer, some []int) (Recorded, error) {
	var keys []Key
	for _, i := range some {
		if len(keys) == 0 || keys[len(keys)-1] != answers[i].Key {
			keys = append(keys, answers[i].Key)
		}
	}
	var done Recorded
	err := s.db.InTx(ctx, "record carriers' answers", func(tx *store.Tx) error {
		done = Recorded{Refused: map[int]error{}}
		facts, err := tx.CarrierFacts(keys)
		if err != nil {
			return err
		}
		var fresh []store.CarrierAnswer
		rest := some
		for k, key := range keys {
			n := 0
			for n < len(rest) && answers[rest[n]].Key == key {
				n++
			}
			fresh = append(fresh, take(tx, key, &facts[k], answers, rest[:n], &done)...)
			rest = rest[n:]
		}
		return tx.InsertCarrierAnswers(fresh)
	})
	return done, err
}

// take adds the answers about one enrollment to what is known, judges all of it
// anew and gives the answers to insert.
func take(tx *store.Tx, key Key, facts *store.CarrierFacts, answers []Answer, mine []int, done *Recorded) []store.CarrierAnswer {
	known := len(facts.Answers)
	for _, i := range mine {
		a := answers[i].Answer
		at := slices.IndexFunc(facts.Answers, func(x exchange.Answer) bool { return x.Source == a.Source && x.Reference == a.Reference })
		switch {
		case !facts.Known:
			done.Refused[i] = fault.New(fault.NotFound, CodeAnswerUnknown, "there is no such enrollment")
		case at < 0:
			facts.Answers = append(facts.Answers, a)
			done.New++
		case facts.Answers[at] == a:
			done.Known++
		default:
			done.Refused[i] = fault.New(fault.Conflict, CodeAnswerDiffers, "answer %s of %s is on record with other words", a.Reference, a.Source)
		}
	}
	if len(facts.Answers) == known {
		return nil
	}
	asides := judge(tx, key, facts)
	var fresh []store.CarrierAnswer
	for i, a := range facts.Answers[known:] {
		fresh = append(fresh, store.CarrierAnswer{CarrierKey: key, Answer: a, Aside: asides[known+i]})
		if asides[known+i].Open() {
			done.Aside++
		}
	}
	return fresh
}

// judge judges what is known of an enrollment and records what has changed of
// it. Answers beyond those on record are for the caller.
func judge(tx *store.Tx, key Key, facts *store.CarrierFacts) []exchange.Aside {
	verdicts, asides := exchange.Judge(facts.Messages, facts.Answers)
	for i, v := range verdicts {
		if v != facts.Verdicts[i] {
			tx.JudgeMessage(key.AccountID, facts.Decisions[i], v)
		}
	}
	for i, was := range facts.Asides {
		if asides[i] != was {
			tx.JudgeAnswer(key, facts.Answers[i], asides[i])
		}
	}
	return asides
}

// hear judges again what carriers said before they were told what they answer.
func hear(tx *store.Tx, toldOn civil.Date) error {
	keys, err := tx.AnswersToHear(toldOn)
	if err != nil || len(keys) == 0 {
		return err
	}
	facts, err := tx.CarrierFacts(keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		judge(tx, key, &facts[i])
	}
	return nil
}

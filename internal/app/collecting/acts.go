package collecting

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Act is something that staff do to coverage. Every act has a reason, and some
// need a second person (R-ACC-2).
type Act struct {
	Account    enrollment.AccountID
	Enrollment enrollment.ID
	Actor      string // "staff:…"
	Second     string // who approved it, if it needs two people
	Reason     string
}

// Codes of acts that are refused.
const (
	CodeNoReason    = "act.no_reason"
	CodeTwoPeople   = "act.two_people"
	CodeNotOwed     = "end.not_owed"
	CodeTooEarly    = "end.too_early"
	CodeNotCovered  = "cancel.not_covered"
	CodeCancelLate  = "cancel.too_late"
	CodeCancelBack  = "cancel.backwards"
	CodeNotEnded    = "reinstate.not_ended"
	CodeNoneCovered = "act.no_enrollment"
)

func (a Act) check(people int) error {
	switch {
	case a.Actor == "" || a.Reason == "":
		return fault.New(fault.Invalid, CodeNoReason, "an act on coverage needs who does it and why")
	case people == 2 && (a.Second == "" || a.Second == a.Actor):
		return fault.New(fault.Denied, CodeTwoPeople, "this needs the approval of a second person")
	}
	return nil
}

// decided is what an act comes to.
type decided struct {
	kind    standing.DecisionKind
	month   civil.Month
	on      civil.Date // effective
	rule    string
	nothing bool // it is decided already
}

// act records what decide makes of the enrollment's standing, and then
// everything that follows from it.
func (s *Service) act(ctx context.Context, a Act, operation string, people int, decide func(*store.EnrollmentRow, *standing.EnrollmentStanding, civil.Date) (decided, error)) error {
	return s.on(ctx, a, operation, people, func(tx *store.Tx, c acted) (string, error) {
		d, err := decide(c.row, c.now, c.today)
		if err != nil || d.nothing {
			return "", err
		}
		a.decide(tx, d, c.today)
		return fmt.Sprintf("%s %s", d.kind, d.month), nil
	})
}

// acted is the coverage that an act is about.
type acted struct {
	facts *store.Facts
	row   *store.EnrollmentRow
	now   *standing.EnrollmentStanding
	today civil.Date
}

// on lets do act on an enrollment, and records in the audit trail what it says
// it did; "" is nothing. Then everything follows that follows from it.
func (s *Service) on(ctx context.Context, a Act, operation string, people int, do func(*store.Tx, acted) (string, error)) error {
	if err := a.check(people); err != nil {
		return err
	}
	today := s.profile.Today(s.db.Now())
	return s.db.InTx(ctx, operation, func(tx *store.Tx) error {
		facts, err := tx.ReviewFacts(a.Account)
		if err != nil {
			return err
		}
		i := facts.IndexOf(a.Enrollment)
		if i < 0 {
			return fault.New(fault.NotFound, CodeNoneCovered, "the account has no such enrollment")
		}
		now := standing.Evaluate(s.profile, facts.Standing(), today)
		did, err := do(tx, acted{facts, facts.Enrollments[i], &now.Enrollments[i], today})
		if err != nil || did == "" {
			return err
		}
		a.audit(tx, operation, did)
		_, err = s.review(tx, a.Account, today)
		return err
	})
}

func (a Act) decide(tx *store.Tx, d decided, today civil.Date) {
	tx.InsertDecision(store.DecisionRecord{
		AccountID: a.Account, EnrollmentID: a.Enrollment, Kind: d.kind, Month: d.month, DecidedOn: today, EffectiveOn: d.on,
		Rule: d.rule, Evidence: a.Reason, Actor: a.Actor,
	})
}

func (a Act) audit(tx *store.Tx, operation, summary string) {
	if a.Second != "" {
		summary += ", approved by " + a.Second
	}
	tx.Audit(store.AuditEvent{
		AccountID: a.Account, Operation: operation, Actor: a.Actor, Subject: "enrollment " + a.Enrollment.String(), Summary: summary, Reason: a.Reason,
	})
}

// Release lets an end for non-payment that the review has proposed take place
// (R-DUE-5). It is refused as long as a check with a timely postmark may still
// come (R-PAY-4), and does nothing when the end is recorded already.
func (s *Service) Release(ctx context.Context, a Act) error {
	return s.act(ctx, a, string(access.ReleaseEnd), 2, func(_ *store.EnrollmentRow, e *standing.EnrollmentStanding, today civil.Date) (decided, error) {
		switch {
		case e.State == standing.StateEnded:
			return decided{nothing: true}, nil
		case e.State != standing.StateEnding:
			return decided{}, fault.New(fault.Conflict, CodeNotOwed, "no end is owed for this coverage: it is %s", e.State)
		case today.Before(e.ReleaseFrom):
			return decided{}, tooEarly(e.ReleaseFrom)
		}
		return decided{kind: standing.DecisionEnd, month: e.EndMonth, on: e.EndMonth.Last(), rule: e.Rule}, nil
	})
}

func tooEarly(from civil.Date) error {
	return fault.New(fault.Conflict, CodeTooEarly, "a check with a timely postmark may still come: release from %s on", from)
}

// CancelWhy is why coverage is cancelled.
type CancelWhy string

// The causes. All but the member's wish may reach back, and need two people
// (R-DUE-7).
const (
	CancelWish   CancelWhy = "wish"
	CancelDeath  CancelWhy = "death"
	CancelError  CancelWhy = "error"
	CancelAppeal CancelWhy = "appeal"
)

// Cancel ends coverage for another cause than non-payment. By the member's wish
// it ends as the day of the month says (R-DUE-7), and last must be zero;
// otherwise last is the last covered month, which may lie in the past.
func (s *Service) Cancel(ctx context.Context, a Act, why CancelWhy, last civil.Month) error {
	people := 2
	if why == CancelWish {
		people = 1
	}
	return s.act(ctx, a, string(access.CancelCoverage), people, func(row *store.EnrollmentRow, e *standing.EnrollmentStanding, today civil.Date) (decided, error) {
		to, err := s.cancelledTo(row, why, last, today)
		switch {
		case err != nil:
			return decided{}, err
		case e.State == standing.StateLapsed || to.Before(row.First.Prev()):
			return decided{}, fault.New(fault.Conflict, CodeNotCovered, "there is no coverage to cancel with %s", to)
		case !e.CoveredTo.IsZero() && !e.CoveredTo.After(to):
			return decided{nothing: true}, nil
		}
		return decided{kind: standing.DecisionCancel, month: to, on: to.Last(), rule: "R-DUE-7"}, nil
	})
}

// cancelledTo gives the last covered month. Coverage that is cancelled before
// it begins never does.
func (s *Service) cancelledTo(row *store.EnrollmentRow, why CancelWhy, last civil.Month, today civil.Date) (civil.Month, error) {
	if why != CancelWish {
		return last, nil
	}
	if !last.IsZero() {
		return last, fault.New(fault.Invalid, CodeCancelBack, "the day of the wish decides the last month")
	}
	to, ok := standing.CancelledTo(s.profile, today)
	if !ok {
		return to, fault.New(fault.Conflict, CodeCancelLate, "no cancellation is taken so late in a month")
	}
	return laterMonth(to, row.First.Prev()), nil
}

func laterMonth(a, b civil.Month) civil.Month {
	if b.After(a) {
		return b
	}
	return a
}

// Reinstate gives coverage back that had ended, without a gap, whatever was
// paid: an appeal was won, or the end was an error (R-DUE-6).
func (s *Service) Reinstate(ctx context.Context, a Act) error {
	return s.act(ctx, a, string(access.ReinstateCoverage), 2, func(row *store.EnrollmentRow, e *standing.EnrollmentStanding, _ civil.Date) (decided, error) {
		if e.State != standing.StateEnded || e.CoveredTo == row.Last {
			return decided{}, fault.New(fault.Conflict, CodeNotEnded, "this coverage has not ended: it is %s", e.State)
		}
		back := e.CoveredTo.Next()
		return decided{kind: standing.DecisionReinstate, month: back, on: back.First(), rule: "R-DUE-6"}, nil
	})
}

// Proposal is an end that waits for its release.
type Proposal struct {
	store.Proposal
	ReleaseFrom civil.Date // the first day on which it can be released
}

// Proposals gives up to limit ends that wait for their release, after one that
// was given before.
func (s *Service) Proposals(ctx context.Context, after Proposal, limit int) (all []Proposal, err error) {
	today := s.profile.Today(s.db.Now())
	err = s.db.Read(ctx, "proposals", func(tx *store.ReadTx) error {
		waiting, err := tx.Proposals(after.Proposal, limit)
		if err != nil {
			return err
		}
		all = make([]Proposal, len(waiting))
		for i, p := range waiting {
			facts, err := tx.ReviewFacts(p.AccountID)
			if err != nil {
				return err
			}
			now := standing.Evaluate(s.profile, facts.Standing(), today)
			all[i] = Proposal{p, now.Enrollments[facts.IndexOf(p.EnrollmentID)].ReleaseFrom}
		}
		return nil
	})
	return all, err
}

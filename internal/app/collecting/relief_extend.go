package collecting

import (
	"context"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Extension moves a due date (R-CAL-3). One that was given is only ever
// replaced by a longer one, so that giving it again changes nothing. A letter
// tells whoever has something to pay.
type Extension struct {
	Due    civil.Date // as the calendar has it
	Until  civil.Date // what counts instead
	Actor  string
	Reason string
}

// CodeExtensionDates marks an extension that moves nothing.
const CodeExtensionDates = "extension.dates"

func (x Extension) check() error {
	switch {
	case x.Actor == "" || x.Reason == "":
		return fault.New(fault.Invalid, CodeNoReason, "an extension needs who gives it and why")
	case x.Due.IsZero() || !x.Until.After(x.Due):
		return fault.New(fault.Invalid, CodeExtensionDates, "the new day must come after %s", x.Due)
	}
	return nil
}

func (x Extension) moved() standing.Extension { return standing.Extension{Due: x.Due, Until: x.Until} }

// give records the extension for an account and tells whether it was new.
func (x Extension) give(tx *store.Tx, id enrollment.AccountID, operation access.Operation) (bool, error) {
	isNew, err := tx.Extend(id, x.moved(), x.Actor, x.Reason)
	if err != nil || !isNew {
		return false, err
	}
	tx.Audit(store.AuditEvent{
		AccountID: id, Operation: string(operation), Actor: x.Actor, Subject: "account " + id.String(),
		Summary: fmt.Sprintf("due %s counts until %s", x.Due, x.Until), Reason: x.Reason,
	})
	return true, nil
}

// ExtendDue moves a due date for one account. What follows for its coverage
// follows at once.
func (s *Service) ExtendDue(ctx context.Context, id enrollment.AccountID, x Extension) error {
	if err := x.check(); err != nil {
		return err
	}
	today := s.profile.Today(s.db.Now())
	return s.db.InTx(ctx, "extend due date", func(tx *store.Tx) error {
		if _, err := tx.Account(id); err != nil {
			return err
		}
		isNew, err := x.give(tx, id, access.ExtendDue)
		if err == nil && isNew {
			_, err = s.review(tx, id, today)
		}
		return err
	})
}

// extendChunk is how many accounts are extended in one transaction, and
// extendPage how many are looked through at a time.
const extendChunk, extendPage = 100, 500

// ExtendMany moves a due date for the accounts of a list, and tells for how
// many it was new. The night's review looks at them. If it is cut short, giving
// it again does the rest.
func (s *Service) ExtendMany(ctx context.Context, ids []enrollment.AccountID, x Extension) (int, error) {
	if err := x.check(); err != nil {
		return 0, err
	}
	given := 0
	for len(ids) > 0 {
		n := min(len(ids), extendChunk)
		done, err := s.extendSome(ctx, ids[:n], x)
		if err != nil {
			return given, err
		}
		given, ids = given+done, ids[n:]
	}
	return given, nil
}

func (s *Service) extendSome(ctx context.Context, ids []enrollment.AccountID, x Extension) (given int, err error) {
	today := s.profile.Today(s.db.Now())
	err = s.db.InTx(ctx, "extend due dates", func(tx *store.Tx) error {
		given = 0
		for _, id := range ids {
			if _, err := tx.Account(id); err != nil {
				return err
			}
			isNew, err := x.give(tx, id, access.ExtendCohort)
			if err != nil {
				return err
			}
			if isNew {
				tx.ReviewOn(id, today, store.ReviewStanding)
				given++
			}
		}
		return nil
	})
	return given, err
}

// ExtendAll is ExtendMany for everybody who has something to pay by the day: a
// charge, a payment of an arrangement, or what brings coverage back. The portal
// was down, or a storm closed the mail (MA-PAIN-6).
func (s *Service) ExtendAll(ctx context.Context, x Extension) (int, error) {
	if err := x.check(); err != nil {
		return 0, err
	}
	given := 0
	var last enrollment.AccountID
	for {
		var page, due []enrollment.AccountID
		err := s.db.Read(ctx, "accounts to extend", func(tx *store.ReadTx) (err error) {
			page, err = tx.AccountsAfter(last, extendPage)
			if err != nil || len(page) == 0 {
				return err
			}
			if due, err = tx.DueWithoutExtension(page[0], page[len(page)-1], x.moved()); err != nil {
				return err
			}
			back, err := s.backBy(tx, page[0], page[len(page)-1], x)
			due = append(due, back...)
			return err
		})
		if err != nil || len(page) == 0 {
			return given, err
		}
		done, err := s.ExtendMany(ctx, due, x)
		given += done
		if err != nil {
			return given, err
		}
		last = page[len(page)-1]
	}
}

// toldWithin is within how many days of an end its letter goes out: from there
// the days to have coverage back count.
const toldWithin = 31

// backBy gives the accounts from first to last whose last day to have coverage
// back is the one that moves (R-DUE-6).
func (s *Service) backBy(tx *store.ReadTx, first, last enrollment.AccountID, x Extension) ([]enrollment.AccountID, error) {
	told := x.Due.AddDays(-s.profile.Reinstate.Days.On(x.Due))
	ended, err := tx.EndedWithoutExtension(first, last, x.moved(), told.AddDays(-toldWithin), told)
	if err != nil {
		return nil, err
	}
	var back []enrollment.AccountID
	for _, id := range ended {
		facts, err := tx.ReviewFacts(id)
		if err != nil {
			return nil, err
		}
		now := standing.Evaluate(s.profile, facts.Standing(), x.Due)
		if slices.ContainsFunc(now.Enrollments, func(e standing.EnrollmentStanding) bool { return e.Reinstate.By == x.Due }) {
			back = append(back, id)
		}
	}
	return back, nil
}

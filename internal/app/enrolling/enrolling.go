// Package enrolling takes enrollments in: whole files from the eligibility
// system, and single households through the API. It stores what they say and
// computes nothing: who is covered and at what price is decided elsewhere.
//
// The same statement twice changes nothing, whichever door it comes through. A
// household that can not be taken is named with its line and what to do; the
// others are not held up by it.
package enrolling

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
)

// FirstBills issues the first bill of a new enrollment (R-BIND-1): Enqueue
// asks for it in the transaction that stores the enrollment.
type FirstBills interface {
	Enqueue(tx *store.Tx, account enrollment.AccountID) error
}

// Service takes enrollments in.
type Service struct {
	db         *store.DB
	firstBills FirstBills
}

// New makes the service. Without firstBills the wish for a first bill is
// recorded all the same, for whoever issues first bills next.
func New(db *store.DB, firstBills FirstBills) *Service { return &Service{db, firstBills} }

// Change says what a statement did.
type Change string

// The changes.
const (
	ChangeCreated   Change = "created"
	ChangeRevised   Change = "revised"
	ChangeUnchanged Change = "unchanged"
)

// Outcome is what putting one household came to.
type Outcome struct {
	SubscriberID  ident.SubscriberID
	BillingNumber string
	Change        Change
	Enrollments   []EnrollmentOutcome
}

// EnrollmentOutcome is what became of one enrollment of the household.
type EnrollmentOutcome struct {
	Reference string
	Change    Change
}

// PutInput is one household from an integrator.
type PutInput struct {
	Household *enrollcsv.Household
	Actor     string // who says so, for the audit
	Key       string // idempotency key; the same key and input give the same answer (A3)
	InputHash string // of everything the caller sent
}

// CodeBusy marks a Conflict: somebody else changed the same thing meanwhile.
const CodeBusy = "enrollment.busy"

var errBusy = fault.New(fault.Conflict, CodeBusy, "somebody else is changing the same household: try again")

// Put takes one household, all of it or nothing: what can not be taken is a
// fault.List with a field such as "enrollments[0].plan_id" for each problem.
func (s *Service) Put(ctx context.Context, in PutInput) (Outcome, error) {
	var out Outcome
	err := s.again(ctx, func() error {
		return s.db.InTx(ctx, "put enrollment", func(tx *store.Tx) error {
			var err error
			out, err = s.put(tx, in)
			return err
		})
	})
	return out, err
}

func (s *Service) put(tx *store.Tx, in PutInput) (Outcome, error) {
	scope := "enrollment.put " + in.Actor
	if in.Key != "" {
		kept, found, err := tx.Idempotent(scope, in.Key, in.InputHash)
		if err != nil || found {
			return replay(kept, err)
		}
	}
	d, err := newDecider(tx, []*enrollcsv.Household{in.Household})
	if err != nil {
		return Outcome{}, err
	}
	d.cause = store.AuditEvent{Operation: "enrollment.put", Actor: in.Actor, Reason: "API"}
	out, problems := d.household(in.Household)
	if len(problems) > 0 {
		return Outcome{}, faults(problems)
	}
	if err := d.write(); err != nil {
		return Outcome{}, err
	}
	for _, id := range d.changes.FirstBills {
		if s.firstBills == nil {
			break
		}
		if err := s.firstBills.Enqueue(tx, id); err != nil {
			return Outcome{}, err
		}
	}
	if in.Key != "" {
		kept, err := json.Marshal(out)
		if err != nil {
			return Outcome{}, fmt.Errorf("keep the answer: %w", err)
		}
		tx.KeepIdempotent(scope, in.Key, in.InputHash, string(kept))
	}
	return out, nil
}

func replay(kept string, err error) (Outcome, error) {
	var out Outcome
	if err == nil {
		err = json.Unmarshal([]byte(kept), &out)
	}
	return out, err
}

// faults gives the problems of a household put by itself.
func faults(problems []problem) error {
	var list fault.List
	for _, p := range problems {
		field := p.field
		if p.enrollment != wholeHousehold {
			field = fmt.Sprintf("enrollments[%d].%s", p.enrollment, p.field)
		}
		list.Add(field, p.code, "%s", p.message)
	}
	return list.Err()
}

const (
	triesMax = 5
	tryPause = 20 * time.Millisecond
)

// again runs a transaction again that lost a race: two strangers may store the
// same Subscriber ID, key or file at the same moment, and the second then
// finds it there.
func (s *Service) again(ctx context.Context, run func() error) error {
	for try := 1; ; try++ {
		err := run()
		if try == triesMax || !fault.Is(err, store.CodeDuplicate) && !fault.Is(err, CodeBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * tryPause):
		}
	}
}

// Enrollment is an enrollment as it is stored, with the numbers of its account.
type Enrollment struct {
	enrollment.Enrollment
	SubscriberID  ident.SubscriberID
	BillingNumber string
}

// Enrollment finds an enrollment by its reference, or fault.NotFound.
func (s *Service) Enrollment(ctx context.Context, reference string) (*Enrollment, error) {
	missing := fault.New(fault.NotFound, "enrollment.not_found", "no enrollment has this reference")
	var found *Enrollment
	err := s.db.Read(ctx, "find enrollment", func(tx *store.ReadTx) error {
		account, err := tx.AccountByAlias(store.AliasReference, reference)
		if fault.KindOf(err) == fault.NotFound {
			return missing
		}
		if err != nil {
			return err
		}
		known, err := tx.Households([]ident.SubscriberID{account.SubscriberID})
		if err != nil {
			return err
		}
		found = nil
		for _, e := range known[account.SubscriberID].Enrollments {
			if e.Reference == reference {
				found = &Enrollment{e.Enrollment, account.SubscriberID, account.BillingNumber}
				return nil
			}
		}
		return missing
	})
	return found, err
}

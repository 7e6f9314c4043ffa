// Package originating sends money instructions to the bank: it puts the ACH
// entries that wait into files, has files that are too large released by a
// second person, and brings each to the bank exactly once. Refunds and
// reversals begin here as well.
//
// A file's text is never stored. It is written anew from its rows whenever it is
// needed, the same bytes each time, and compared with the sum that was recorded
// when the file was built.
package originating

import (
	"context"
	"errors"
	"log/slog"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Guard says whether debits may be sent at all (ACH-34).
type Guard interface {
	// MayDebit fails with ach.CodeGuardStop when too many have come back.
	MayDebit(ctx context.Context, date civil.Date) error
}

// Config is what the use cases work with.
type Config struct {
	DB      *store.DB
	Profile *profile.Profile
	Link    ach.Link // nil: files are built and not sent
	Guard   Guard    // nil: nobody counts returns
	// Payments takes payments back for reversals; nil: none is approved.
	Payments Payments
	Log      *slog.Logger
}

// Service builds and sends files. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	profile  *profile.Profile
	link     ach.Link
	guard    Guard
	payments Payments
	log      *slog.Logger
	chunk    int // entries filed in one transaction

	kill func(step string) error // tests only
}

// New makes the service.
func New(c Config) *Service {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: c.DB, profile: c.Profile, link: c.Link, guard: c.Guard, payments: c.Payments, log: c.Log, chunk: chunkEntries}
}

// chunkEntries is how many entries are filed in one transaction: what a kill
// loses, and for how long others wait for SQLite's one writer.
const chunkEntries = 5000

// Codes of what can stand in the way.
const (
	CodeNoBank        = "ach.no_bank"        // the profile has no [bank]
	CodeDayFull       = "ach.day_full"       // a bank day has no modifier left
	CodeNotHeld       = "ach.not_held"       // only a held file can be released
	CodeTampered      = "ach.tampered"       // the rows do not give the text that was built
	CodeStrangeAnswer = "ach.strange_answer" // the bank's word does not fit what was sent
	CodeContradicted  = "ach.contradicted"   // the bank's word does not fit its word of before
	CodeNoLink        = "ach.no_link"        // no line to the bank is given
	CodeStillWaits    = "ach.still_waits"    // an entry waits whose payment is undone
)

func (s *Service) bank() (profile.Bank, error) {
	if s.profile.Bank.Routing == "" {
		return profile.Bank{}, fault.New(fault.Invalid, CodeNoBank, "the profile has no bank: write the table [bank] before files can be built")
	}
	return s.profile.Bank, nil
}

// inTx is a step in the life of a file: a transaction of its own, around which
// the process may be killed.
func (s *Service) inTx(ctx context.Context, operation string, do func(*store.Tx) error) error {
	err := s.db.InTx(ctx, operation, func(tx *store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		return s.killed(operation + " written")
	})
	if err != nil {
		return err
	}
	return s.killed(operation + " committed")
}

// killed is where a test ends the process; nothing in the product does.
func (s *Service) killed(step string) error {
	if s.kill == nil {
		return nil
	}
	return s.kill(step)
}

// join is errors.Join that keeps one error as it is.
func join(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}

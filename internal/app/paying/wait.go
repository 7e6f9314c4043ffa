package paying

import (
	"context"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Mailer writes to people without an account here.
type Mailer interface {
	// TellBillReady mails the word that a bill can be found now. It names nobody.
	TellBillReady(tx *store.Tx, address pii.Secret, language string) error
}

// How long somebody waits for a bill, and how often it is looked for. A plan
// takes hours to come from the eligibility system; two weeks leave room for an
// application that is still worked on, and an address is not kept for longer.
const (
	WaitDays      = 14
	lookAgain     = 10 * time.Minute
	lookedForOnce = 50 // in one transaction
)

// CodeNoWaiting says that no address can be left here.
const CodeNoWaiting = "guest.no_waiting"

// WaitInput is somebody whose bill was not there when they looked for it (F3).
type WaitInput struct {
	FindInput        // as it was looked for
	Email     string // checked
	Language  string
}

// TakesAddresses tells whether addresses can be left here.
func (s *Service) TakesAddresses() bool { return s.mailer != nil }

// WaitForBill keeps an address that is told once when a bill is there that Find
// would find. It looks for none itself, so that its answer and its work are the
// same for every number and birth date (R-ID-2). It counts as a try: who leaves
// addresses guesses no faster than who looks bills up. Its errors: those of a
// number that can not be one, at "email", fault.RateLimited (CodeThrottled), and
// CodeNoWaiting.
func (s *Service) WaitForBill(ctx context.Context, in WaitInput) error {
	if !s.TakesAddresses() {
		return fault.New(fault.NotFound, CodeNoWaiting, "no address can be left here")
	}
	kind, number, err := s.readNumber(in.Number)
	if err != nil {
		return err
	}
	email, err := identity.ReadEmail(in.Email)
	if err != nil {
		return err
	}
	keys := s.throttleKeys(string(kind)+number, in.Network)
	return s.db.InTx(ctx, "wait for bill", func(tx *store.Tx) error {
		if err := s.checkTries(tx, keys); err != nil {
			return err
		}
		countTry(tx, keys, false)
		return tx.PutBillWait(store.BillWait{
			ID: tx.NewID(), Kind: string(kind), Number: number, BirthDate: in.BirthDate, ZIP: in.ZIP,
			Email: pii.NewSecret(email), Language: in.Language,
		}, tx.Now().Add(WaitDays*24*time.Hour))
	})
}

// TellWaiting looks for the bills that people wait for, and tells those whose
// bill is there, each once: who typed a number and a birth date or ZIP code that
// belong together, and nobody else. It gives how many were told, and may be
// repeated, by several programs at a time.
func (s *Service) TellWaiting(ctx context.Context) (told int, err error) {
	if !s.TakesAddresses() {
		return 0, nil
	}
	var here, away []store.BillWait
	err = s.db.Read(ctx, "bills waited for", func(tx *store.ReadTx) error {
		here, away = nil, nil
		due, err := tx.BillWaits(lookedForOnce)
		if err != nil {
			return err
		}
		for _, w := range due {
			there, err := s.billThere(tx, w)
			if err != nil {
				return err
			}
			if there {
				here = append(here, w)
			} else {
				away = append(away, w)
			}
		}
		return nil
	})
	if err != nil || len(here)+len(away) == 0 {
		return 0, err
	}
	err = s.db.InTx(ctx, "tell who waits for a bill", func(tx *store.Tx) error {
		told = 0
		for _, w := range away {
			tx.PutOffBillWait(w.ID, tx.Now().Add(lookAgain))
		}
		for _, w := range here { // a bill that is out stays out
			first, err := tx.BillWaitTold(w.ID)
			if err != nil {
				return err
			}
			if !first {
				continue
			}
			if err := s.mailer.TellBillReady(tx, w.Email, w.Language); err != nil {
				return err
			}
			told++
		}
		return nil
	})
	return told, err
}

// billThere tells whether a guest who types the same would find a bill.
func (s *Service) billThere(tx *store.ReadTx, w store.BillWait) (bool, error) {
	a, err := findBy(tx, numberKind(w.Kind), w.Number)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			err = nil
		}
		return false, err
	}
	if !s.secondFactorMatches(tx, a, FindInput{BirthDate: w.BirthDate, ZIP: w.ZIP}) {
		return false, nil
	}
	return tx.HasBill(a.ID)
}

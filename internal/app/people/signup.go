package people

import (
	"context"
	"errors"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// SignUp is what A1 asks for.
type SignUp struct {
	Email    string
	Password pii.Secret
	Language string
	From     From
}

// SignUp begins an account and mails a code, or, when the address is known,
// word that it is. The answer is the same. Errors: at "email"
// (identity.CodeEmail…), at "password" (identity.CodePassword…),
// CodeThrottled, CodeBusy.
func (s *Service) SignUp(ctx context.Context, in SignUp) (Ticket, error) {
	email, err := checkNew(in.Email, in.Password)
	if err != nil {
		return Ticket{}, err
	}
	if err := s.mayMail(ctx, email, in.From); err != nil {
		return Ticket{}, err
	}
	// The password is hashed whether or not the address is known: it must take
	// as long.
	hash, err := s.hash(ctx, in.Password)
	if err != nil {
		return Ticket{}, err
	}
	code := identity.NewCode(random(16))
	var st step
	err = s.DB.InTx(ctx, "sign up", func(tx *store.Tx) error {
		_, err := tx.PersonByEmail(email)
		if err != nil && !missing(err) {
			return err
		}
		st, err = s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposeSignUp, Way: identity.FactorEmail},
			payload:   payload{Email: email, Hash: hash.Reveal(), Language: in.Language, Ghost: err == nil},
		}, code)
		return err
	})
	return st.Ticket, err
}

// mayMail counts a mail that somebody who is not signed in asks for, before it
// costs a hash.
func (s *Service) mayMail(ctx context.Context, email string, from From) error {
	if err := s.busy(); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "may mail", func(tx *store.Tx) error {
		counters := s.mails(email, from)
		if err := admit(tx.ReadTx, counters...); err != nil {
			return err
		}
		count(tx, counters...)
		return nil
	})
}

// checkNew checks the address and the password of a new account, both at once.
func checkNew(typed string, password pii.Secret) (string, error) {
	email, err := identity.ReadEmail(typed)
	wrong := append(fault.List{}, fault.Fields(err)...)
	wrong = append(wrong, fault.Fields(identity.CheckPassword(password.Reveal(), email))...)
	return email, wrong.Err()
}

// VerifyEmail is the code of the mail (A3).
type VerifyEmail struct {
	Ticket Ticket
	Code   string
	From   From
}

// VerifyEmail makes the person and signs them in. Errors: at "code"
// (identity.CodeCode…), CodeTicket, CodeThrottled.
func (s *Service) VerifyEmail(ctx context.Context, in VerifyEmail) (SignedIn, error) {
	next := identity.NewCode(random(16))
	var out SignedIn
	var wrong error
	err := s.DB.InTx(ctx, "verify e-mail", func(tx *store.Tx) error {
		out, wrong = SignedIn{}, nil
		st, err := s.step(tx.ReadTx, in.Ticket, ID{}, store.PurposeSignUp)
		if err != nil {
			return err
		}
		if wrong = admit(tx.ReadTx, s.codes(st.Email), s.network(in.From)); wrong != nil {
			return nil
		}
		if wrong, err = s.answer(tx, st, in.Code, next); err != nil || wrong != nil {
			s.countWrong(tx, wrong, s.codes(st.Email), s.network(in.From))
			return err
		}
		p := store.Person{
			ID: ID{UUID: tx.NewID()}, Email: pii.NewSecret(st.Email), PasswordHash: pii.NewSecret(st.Hash), PasswordAt: tx.Now(),
			Language: st.Language, CreatedAt: tx.Now(),
		}
		// Somebody may have signed up with it twice and answered the other code.
		if err := tx.InsertPerson(p); err != nil {
			return err
		}
		tx.RecordPersonEvent(store.PersonEvent{Person: p.ID, Kind: store.EventSignedUp, Way: identity.FactorEmail, From: in.From})
		if err := done(tx, in.Ticket); err != nil {
			return err
		}
		out, err = s.enter(tx, p, entrance{way: identity.FactorEmail, from: in.From, silent: true})
		return err
	})
	if fault.Is(err, store.CodeDuplicate) {
		err = errors.Join(noTicket(), err)
	}
	if err == nil {
		err = wrong
	}
	return out, err
}

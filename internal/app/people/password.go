package people

import (
	"context"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Forgot is what A4 asks for.
type Forgot struct {
	Email    string
	Language string
	From     From
}

// Forgot mails a code for a new password, or word that the address is not
// known. The answer is the same. Errors: at "email", CodeThrottled.
func (s *Service) Forgot(ctx context.Context, in Forgot) (Ticket, error) {
	email, err := identity.ReadEmail(in.Email)
	if err != nil {
		return Ticket{}, err
	}
	code := identity.NewCode(random(16))
	var st step
	err = s.DB.InTx(ctx, "forgot password", func(tx *store.Tx) error {
		counters := s.mails(email, in.From)
		if err := admit(tx.ReadTx, counters...); err != nil {
			return err
		}
		count(tx, counters...)
		p, err := tx.PersonByEmail(email)
		if err != nil && !missing(err) {
			return err
		}
		st, err = s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposeReset, Way: identity.FactorEmail, Person: p.ID},
			payload:   payload{Email: email, Language: languageOf(p, in.Language), Ghost: err != nil},
		}, code)
		return err
	})
	return st.Ticket, err
}

// Reset is the code of the mail and the new password.
type Reset struct {
	Ticket   Ticket
	Code     string
	Password pii.Secret
	From     From
}

// Reset sets a new password and signs the person out everywhere. It signs
// nobody in: the second step is still to be taken. Errors: at "code", at
// "password", CodeTicket, CodeThrottled.
func (s *Service) Reset(ctx context.Context, in Reset) error {
	var email string
	err := s.DB.Read(ctx, "reset password", func(tx *store.ReadTx) error {
		st, err := s.step(tx, in.Ticket, ID{}, store.PurposeReset)
		if err != nil {
			return err
		}
		email = st.Email
		return admit(tx, s.codes(email), s.network(in.From)) // before it costs a hash
	})
	if err != nil {
		return err
	}
	if err := identity.CheckPassword(in.Password.Reveal(), email); err != nil {
		return err
	}
	hash, err := s.hash(ctx, in.Password)
	if err != nil {
		return err
	}
	next := identity.NewCode(random(16))
	var wrong error
	err = s.DB.InTx(ctx, "set password", func(tx *store.Tx) error {
		wrong = nil
		st, err := s.step(tx.ReadTx, in.Ticket, ID{}, store.PurposeReset)
		if err != nil {
			return err
		}
		tries := []counter{s.codes(st.Email), s.network(in.From)}
		if wrong = admit(tx.ReadTx, tries...); wrong != nil {
			return nil
		}
		if wrong, err = s.answer(tx, st, in.Code, next); err != nil || wrong != nil {
			s.countWrong(tx, wrong, tries...)
			return err
		}
		p, err := tx.Person(st.Person)
		if err != nil {
			return err
		}
		tx.DeleteChallengesOf(p.ID)
		tx.ForgetTries(s.signIns(p.Email.Reveal()).key) // who was locked out has shown who they are
		return s.newPassword(tx, p, hash, identity.SessionID{}, store.PersonEvent{Kind: store.EventPasswordReset, Way: identity.FactorEmail, From: in.From})
	})
	if err == nil {
		err = wrong
	}
	return err
}

// newPassword sets a password, ends all sessions but one, forgets remembered
// devices, and mails word of it (M18).
func (s *Service) newPassword(tx *store.Tx, p store.Person, hash pii.Secret, but identity.SessionID, e store.PersonEvent) error {
	tx.SetPassword(p.ID, hash)
	tx.EndPersonSessions(p.ID, but)
	tx.ForgetDevices(p.ID)
	e.Person = p.ID
	tx.RecordPersonEvent(e)
	return s.tell(tx, p, e.Kind, "")
}

// ChangePassword is the old password and the new one.
type ChangePassword struct {
	Old, New pii.Secret
	From     From
}

// CodeWrongPassword marks a password that is not the person's, at its field.
const CodeWrongPassword = "password.wrong"

// ChangePassword sets a new password, signs the person out everywhere else and
// mails word of it (M18). Errors: at "old" (CodeWrongPassword), at "new"
// (identity.CodePassword…), CodeThrottled, CodeBusy.
func (s *Service) ChangePassword(ctx context.Context, who Who, in ChangePassword) error {
	p, err := s.checkOwn(ctx, who, in.Old, "old", in.From)
	if err != nil {
		return err
	}
	if err := identity.CheckPassword(in.New.Reveal(), p.Email.Reveal()); err != nil {
		return fault.At("new", fault.CodeOf(err), "%s", fault.Fields(err)[0].Message)
	}
	hash, err := s.hash(ctx, in.New)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, "change password", func(tx *store.Tx) error {
		tx.ConfirmPersonSession(who.Session, s.now())
		return s.newPassword(tx, p, hash, who.Session, store.PersonEvent{Kind: store.EventPasswordChanged, From: in.From})
	})
}

// checkOwn compares a typed password with that of the signed-in person. Wrong
// ones count as wrong sign-ins.
func (s *Service) checkOwn(ctx context.Context, who Who, password pii.Secret, field string, from From) (store.Person, error) {
	if err := who.May(access.ManageSelf); err != nil {
		return store.Person{}, err
	}
	var p store.Person
	err := s.DB.Read(ctx, "person", func(tx *store.ReadTx) (err error) {
		p, err = tx.Person(who.Person)
		return err
	})
	if err != nil {
		return p, err
	}
	if p, err = s.tryPassword(ctx, p.Email.Reveal(), from); err != nil {
		return p, err
	}
	ok, _, err := s.matches(ctx, password, p.PasswordHash)
	if err != nil {
		return p, err
	}
	if !ok {
		if err := s.refuse(ctx, p, from); !fault.Is(err, CodeNoMatch) {
			return p, err
		}
		return p, fault.At(field, CodeWrongPassword, "That is not your password")
	}
	return p, s.DB.InTx(ctx, "right password", func(tx *store.Tx) error {
		tx.ForgetTries(s.signIns(p.Email.Reveal()).key)
		return nil
	})
}

// Confirm asks for the password again. What changes how somebody signs in needs
// it within the last minutes (identity.ConfirmMinutes): otherwise those
// methods answer with CodeNotConfirmed. A fresh sign-in counts as one.
func (s *Service) Confirm(ctx context.Context, who Who, password pii.Secret, from From) error {
	if _, err := s.checkOwn(ctx, who, password, "password", from); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "confirm", func(tx *store.Tx) error {
		tx.ConfirmPersonSession(who.Session, s.now())
		return nil
	})
}

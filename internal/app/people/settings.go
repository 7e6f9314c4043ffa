package people

import (
	"context"
	"errors"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Settings is what A14 shows.
type Settings struct {
	PageLanguage   string // of the person; "" not chosen
	LetterLanguage string // of the account
	PhoneLanguage  string // of the account: what is spoken
	Email          string
	Phone          string   // on file, masked; "" none
	Address        []string // where mail goes, read-only
	Delivery       []Choice // one for each of identity.Documents
	Texts          TextSetting
}

// Choice is how documents of a kind are delivered.
type Choice struct {
	Document identity.Document
	Delivery identity.Delivery
	To       string // the e-mail address, when there is no paper
	Since    civil.Instant
	Why      string // why paper came back: identity.PaperBounced; else ""
}

// Settings gives what A14 shows.
func (s *Service) Settings(ctx context.Context, who Who) (Settings, error) {
	if err := who.May(access.SeeSettings); err != nil {
		return Settings{}, err
	}
	var out Settings
	err := s.DB.Read(ctx, "settings", func(tx *store.ReadTx) (err error) {
		out, err = s.settings(tx, who)
		return err
	})
	return out, err
}

func (s *Service) settings(tx *store.ReadTx, who Who) (Settings, error) {
	var out Settings
	p, err := tx.Person(who.Person)
	if err != nil {
		return out, err
	}
	a, err := tx.Account(who.Account)
	if err != nil {
		return out, err
	}
	chosen, err := tx.Setting(who.Account)
	if err != nil {
		return out, err
	}
	phone, err := tx.Phone(who.Account)
	if err != nil {
		return out, err
	}
	lines, err := tx.MailingAddress(who.Account)
	if err != nil {
		return out, err
	}
	out = Settings{
		PageLanguage: p.Language, LetterLanguage: or(chosen.LetterLanguage, a.Language), PhoneLanguage: or(chosen.PhoneLanguage, a.Language),
		Email: p.Email.Reveal(),
	}
	if !phone.IsZero() {
		out.Phone = identity.MaskPhone(phone.Reveal())
	}
	if lines != "" {
		out.Address = strings.Split(lines+" "+a.ZIP, "\n")
	}
	if out.Texts, err = s.textSetting(tx, who); err != nil {
		return out, err
	}
	out.Delivery, err = choices(tx, who)
	return out, err
}

func or(chosen, otherwise string) string {
	if chosen != "" {
		return chosen
	}
	return otherwise
}

// choices gives one choice for each kind of document: paper is the rule.
func choices(tx *store.ReadTx, who Who) ([]Choice, error) {
	made, err := tx.Deliveries(who.Account)
	if err != nil {
		return nil, err
	}
	var all []Choice
	for _, document := range identity.Documents {
		c := Choice{Document: document, Delivery: identity.DeliverPaper}
		letters, err := tx.LetterChoice(who.Account, document)
		if err != nil {
			return nil, err
		}
		for _, m := range made {
			if m.Document == document {
				c.Since, c.Why = m.At, m.Why
			}
		}
		if letters.Only {
			c.Delivery, c.To = identity.DeliverEmail, letters.Email
		}
		all = append(all, c)
	}
	return all, nil
}

// Languages are those that a person chooses; "" leaves one as it is.
type Languages struct{ Page, Letters, Phone string }

// CodeLanguage marks a language that is not on offer.
const CodeLanguage = "language.unknown"

// SetLanguages changes languages. Page is the person's own and needs no
// account.
func (s *Service) SetLanguages(ctx context.Context, who Who, in Languages) error {
	op := access.ManageSelf
	if in.Letters != "" || in.Phone != "" {
		op = access.ChangeSettings
	}
	if err := who.May(op); err != nil {
		return err
	}
	for _, language := range []string{in.Page, in.Letters, in.Phone} {
		if language != "" && !slices.Contains(s.Profile.Languages, language) {
			return fault.At("language", CodeLanguage, "Choose one of the languages")
		}
	}
	return s.DB.InTx(ctx, "set languages", func(tx *store.Tx) error {
		if in.Page != "" {
			tx.SetPersonLanguage(who.Person, in.Page)
		}
		if op == access.ManageSelf {
			return nil
		}
		was, err := tx.Setting(who.Account)
		if err != nil {
			return err
		}
		is := store.AccountSetting{LetterLanguage: or(in.Letters, was.LetterLanguage), PhoneLanguage: or(in.Phone, was.PhoneLanguage)}
		tx.PutSetting(who.Account, is)
		tx.Audit(store.AuditEvent{
			AccountID: who.Account, Operation: string(op), Actor: who.Actor(), Subject: "settings",
			Summary: "letters " + was.LetterLanguage + " to " + is.LetterLanguage + ", phone " + was.PhoneLanguage + " to " + is.PhoneLanguage,
		})
		return nil
	})
}

// BeginEmail sends a code to a new e-mail address. An address that somebody has
// gets other words and a code that never fits.
func (s *Service) BeginEmail(ctx context.Context, who Who, typed string, from From) (Sent, error) {
	if err := who.May(access.ManageSelf); err != nil {
		return Sent{}, err
	}
	email, err := identity.ReadEmail(typed)
	if err != nil {
		return Sent{}, err
	}
	code := identity.NewCode(random(16))
	var out Sent
	err = s.DB.InTx(ctx, "begin new e-mail", func(tx *store.Tx) error {
		if err := s.confirmed(tx.ReadTx, who); err != nil {
			return err
		}
		counters := s.mails(email, from)
		if err := admit(tx.ReadTx, counters...); err != nil {
			return err
		}
		count(tx, counters...)
		p, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		other, err := tx.PersonByEmail(email)
		if err != nil && !missing(err) {
			return err
		}
		st, err := s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposeEmail, Way: identity.FactorEmail, Person: who.Person},
			payload:   payload{Email: email, Language: p.Language, Ghost: err == nil && other.ID != who.Person},
		}, code)
		out = st.sent()
		return err
	})
	return out, err
}

// ChangeEmail makes the address that BeginEmail began the person's own, and
// mails word of it to the old one (M18).
func (s *Service) ChangeEmail(ctx context.Context, who Who, in AnswerSetup) error {
	if err := who.May(access.ManageSelf); err != nil {
		return err
	}
	return s.answering(ctx, who, in, store.PurposeEmail, func(tx *store.Tx, st step) error {
		p, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		// To the old address, before it is changed.
		if err := s.record(tx, who, store.PersonEvent{Kind: store.EventEmailChanged, From: in.From}); err != nil {
			return err
		}
		err = tx.SetPersonEmail(p.ID, st.Email)
		if fault.Is(err, store.CodeDuplicate) { // somebody has signed up with it meanwhile
			return errors.Join(noTicket(), err)
		}
		return err
	})
}

// answering does what a step is for, once its code is right.
func (s *Service) answering(ctx context.Context, who Who, in AnswerSetup, purpose store.Purpose, do func(*store.Tx, step) error) error {
	next := identity.NewCode(random(16))
	var wrong error
	err := s.DB.InTx(ctx, "answer "+string(purpose), func(tx *store.Tx) error {
		wrong = nil
		st, err := s.step(tx.ReadTx, in.Ticket, who.Person, purpose)
		if err != nil {
			return err
		}
		if wrong, err = s.answer(tx, st, in.Code, next); err != nil || wrong != nil {
			return err
		}
		if err := done(tx, in.Ticket); err != nil {
			return err
		}
		return do(tx, st)
	})
	if err == nil {
		err = wrong
	}
	return err
}

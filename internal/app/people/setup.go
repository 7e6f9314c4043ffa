package people

import (
	"bytes"
	"context"
	"encoding/base32"
	"image/png"
	"strings"

	"github.com/pquerna/otp/totp"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Added is a second step that was set up. BackupCodes are shown once, with the
// first one.
type Added struct {
	Factor      Factor
	BackupCodes []string // "7F3K-92QM"
}

// CodeTooMany marks one second step too many.
const CodeTooMany = "factor.too_many"

// mayAdd tells whether the person may set up one more second step.
func (s *Service) mayAdd(tx *store.ReadTx, who Who) error {
	if err := who.May(access.ManageSelf); err != nil {
		return err
	}
	if err := s.confirmed(tx, who); err != nil {
		return err
	}
	factors, err := tx.Factors(who.Person)
	if err == nil && len(factors) >= identity.MaxFactors {
		return fault.New(fault.Conflict, CodeTooMany, "You have %d second steps. Remove one first.", len(factors))
	}
	return err
}

// proof looks at the first answer of a second step and makes it. What is wrong
// with the answer is told apart from errors.
type proof func(tx *store.Tx, st step) (f store.Factor, wrong, err error)

// add keeps a second step once it is proven. The first one brings backup codes.
func (s *Service) add(ctx context.Context, who Who, in AnswerSetup, purpose store.Purpose, prove proof) (Added, error) {
	codes := newBackupCodes()
	var out Added
	var wrong error
	err := s.DB.InTx(ctx, "add second step", func(tx *store.Tx) error {
		out, wrong = Added{}, nil
		if err := s.mayAdd(tx.ReadTx, who); err != nil {
			return err
		}
		st, err := s.step(tx.ReadTx, in.Ticket, who.Person, purpose)
		if err != nil {
			return err
		}
		before, err := s.ways(tx.ReadTx, who.Person)
		if err != nil {
			return err
		}
		f, refused, err := prove(tx, st)
		if wrong = refused; err != nil || wrong != nil {
			return err
		}
		if err := done(tx, in.Ticket); err != nil {
			return err
		}
		f.Person, f.ID, f.Added = who.Person, identity.FactorID{UUID: tx.NewID()}, tx.Now()
		if err := tx.InsertFactor(f); err != nil {
			return err
		}
		out.Factor = factorOf(f)
		if len(before.factors) == 0 {
			out.BackupCodes = codes
			if err := putBackupCodes(tx, who.Person, codes); err != nil {
				return err
			}
		}
		return s.record(tx, who, store.PersonEvent{Kind: store.EventFactorAdded, Way: f.Kind, From: in.From})
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return Added{}, err
	}
	return out, nil
}

// nameMost is how long the name of a passkey may be.
const nameMost = 40

// nameOf gives a passkey a name by which its owner knows it.
func nameOf(typed string, from From) string {
	name := strings.TrimSpace(typed)
	if name == "" || pii.HasLongNumber(name) {
		name = from.Browser()
	}
	if runes := []rune(name); len(runes) > nameMost {
		name = string(runes[:nameMost])
	}
	return name
}

// AppSetup is what an authenticator app needs. QR is the picture as a PNG.
type AppSetup struct {
	Ticket Ticket
	Secret string // in groups, to be typed
	URI    pii.Secret
	QR     []byte
}

const (
	seedBytes = 20 // what all apps take
	qrPixels  = 240
)

// BeginApp begins to set up an authenticator app.
func (s *Service) BeginApp(ctx context.Context, who Who) (AppSetup, error) {
	seed := random(seedBytes)
	var out AppSetup
	err := s.DB.InTx(ctx, "begin app", func(tx *store.Tx) error {
		if err := s.mayAdd(tx.ReadTx, who); err != nil {
			return err
		}
		p, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		if out, err = s.appSetup(seed, p); err != nil {
			return err
		}
		st, err := s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposeApp, Person: who.Person},
			payload:   payload{Seed: base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)},
		}, "")
		out.Ticket = st.Ticket
		return err
	})
	return out, err
}

// appSetup draws what the app is to read.
func (s *Service) appSetup(seed []byte, p store.Person) (AppSetup, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.Site.Name, AccountName: p.Email.Reveal(), Secret: seed})
	if err != nil {
		return AppSetup{}, err
	}
	picture, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return AppSetup{}, err
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return AppSetup{}, err
	}
	return AppSetup{Secret: inGroups(key.Secret()), URI: pii.NewSecret(key.URL()), QR: out.Bytes()}, nil
}

// inGroups writes a long text in groups of four.
func inGroups(text string) string {
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}

// AnswerSetup is the first code of what is set up.
type AnswerSetup struct {
	Ticket Ticket
	Code   string
	From   From
}

// AddApp keeps the app that BeginApp began.
func (s *Service) AddApp(ctx context.Context, who Who, in AnswerSetup) (Added, error) {
	return s.add(ctx, who, in, store.PurposeApp, func(tx *store.Tx, st step) (store.Factor, error, error) {
		f := store.Factor{Kind: identity.FactorApp, Secret: pii.NewSecret(st.Seed)}
		code, wrong := identity.ReadCode(in.Code)
		if wrong != nil {
			return f, wrong, nil
		}
		if st.Tries >= identity.CodeTries {
			return f, noTicket(), nil
		}
		at, ok, err := appStep(st.Seed, code, s.now())
		if err != nil {
			return f, nil, err
		}
		if !ok {
			tx.CountChallengeTry(st.Ticket)
			return f, wrongCode(), nil
		}
		f.LastStep = at
		return f, nil, nil
	})
}

// NewPhone is the number that codes shall go to.
type NewPhone struct {
	Number string
	From   From
}

// CodePhone marks a number that can not be a phone's, at "phone".
const CodePhone = "phone.format"

// BeginPhone sends a code to a phone to be set up.
func (s *Service) BeginPhone(ctx context.Context, who Who, in NewPhone) (Sent, error) {
	digits, ok := identity.ParsePhone(in.Number)
	if !ok {
		return Sent{}, fault.At("phone", CodePhone, "Enter a phone number with 10 numbers, like 617-555-0147")
	}
	code := identity.NewCode(random(16))
	var out Sent
	err := s.DB.InTx(ctx, "begin phone", func(tx *store.Tx) error {
		if err := s.mayAdd(tx.ReadTx, who); err != nil {
			return err
		}
		p, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		st, err := s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposePhone, Person: who.Person, Way: identity.FactorText},
			payload:   payload{Phone: digits, Language: p.Language},
		}, code)
		out = st.sent()
		return err
	})
	return out, err
}

// AddPhone keeps the phone that BeginPhone began.
func (s *Service) AddPhone(ctx context.Context, who Who, in AnswerSetup) (Added, error) {
	next := identity.NewCode(random(16))
	return s.add(ctx, who, in, store.PurposePhone, func(tx *store.Tx, st step) (store.Factor, error, error) {
		wrong, err := s.answer(tx, st, in.Code, next)
		return store.Factor{Kind: identity.FactorText, Secret: pii.NewSecret(st.Phone)}, wrong, err
	})
}

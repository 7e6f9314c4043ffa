package people

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

const rememberFor = identity.RememberDays * 24 * time.Hour

// AnswerCode is the second step by a code: of the mail, the text message, the
// app, or a backup code.
type AnswerCode struct {
	Ticket   Ticket
	Way      identity.FactorKind
	Code     string
	Remember bool // this device for identity.RememberDays
	From     From
}

// AnswerCode ends a sign-in. Errors: at "code" (identity.CodeCode…),
// CodeTicket, CodeThrottled. With identity.CodeCodeExpired a new code is
// on its way already.
func (s *Service) AnswerCode(ctx context.Context, in AnswerCode) (SignedIn, error) {
	next, device := identity.NewCode(random(16)), newDevice(in.Remember)
	var out SignedIn
	var wrong error
	err := s.DB.InTx(ctx, "second step", func(tx *store.Tx) error {
		out, wrong = SignedIn{}, nil
		st, err := s.step(tx.ReadTx, in.Ticket, ID{}, store.PurposeSignIn)
		if err != nil {
			return err
		}
		p, err := tx.Person(st.Person)
		if err != nil {
			return err
		}
		tries := []counter{s.signIns(p.Email.Reveal()), s.codes(p.Email.Reveal()), s.network(in.From)}
		if wrong = admit(tx.ReadTx, tries...); wrong != nil {
			return nil
		}
		if wrong, err = s.answerBy(tx, st, in, next); err != nil {
			return err
		}
		if wrong != nil {
			if s.countWrong(tx, wrong, tries...) {
				tx.RecordPersonEvent(store.PersonEvent{Person: p.ID, Kind: store.EventSignInFailed, Way: in.Way, From: in.From})
			}
			return nil
		}
		if err := done(tx, in.Ticket); err != nil {
			return err
		}
		out, err = s.enter(tx, p, entrance{way: in.Way, from: in.From, device: device})
		return err
	})
	if err == nil {
		err = wrong
	}
	return out, err
}

// answerBy looks at the answer of a second step. It must be one that the
// person has: the mail stands in for no other.
func (s *Service) answerBy(tx *store.Tx, st step, in AnswerCode, next string) (wrong, err error) {
	ways, err := s.ways(tx.ReadTx, st.Person)
	if err != nil {
		return nil, err
	}
	if !ways.has(in.Way) {
		return nil, noTicket()
	}
	switch in.Way {
	case identity.FactorApp:
		return s.answerApp(tx, ways, in.Code)
	case identity.FactorBackup:
		return s.answerBackup(tx, st.Person, in)
	case identity.FactorEmail, identity.FactorText:
		if st.Way != in.Way {
			return fault.At("code", identity.CodeCodeExpired, "Ask for a code first"), nil
		}
		return s.answer(tx, st, in.Code, next)
	}
	return nil, noTicket()
}

func (s *Service) answerBackup(tx *store.Tx, id ID, in AnswerCode) (wrong, err error) {
	code, wrong := identity.ReadBackupCode(in.Code)
	if wrong != nil {
		return wrong, nil
	}
	ok, err := tx.UseBackupCode(id, code)
	if err != nil || !ok {
		return wrongCode(), err
	}
	tx.RecordPersonEvent(store.PersonEvent{Person: id, Kind: store.EventBackupUsed, From: in.From})
	return nil, nil
}

func wrongCode() error {
	return fault.At("code", identity.CodeCodeWrong, "That code is not right. Check it or get a new one")
}

// answerApp looks at the code of an app. A code works once, and none works that
// is older than one that was used.
func (s *Service) answerApp(tx *store.Tx, ways ways, typed string) (wrong, err error) {
	code, wrong := identity.ReadCode(typed)
	if wrong != nil {
		return wrong, nil
	}
	for _, f := range ways.factors {
		if f.Kind != identity.FactorApp {
			continue
		}
		step, ok, err := appStep(f.Secret.Reveal(), code, s.now())
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		fresh, err := tx.UseStep(f, step)
		if err != nil || fresh {
			return nil, err
		}
	}
	return wrongCode(), nil
}

// The codes of an app, as all apps make them, and how far its clock may be off:
// one code early or late.
const (
	appPeriod = 30
	appDrift  = 1
)

// appStep gives the time step that a code belongs to.
func appStep(seed, code string, now civil.Instant) (int64, bool, error) {
	at := now.Time()
	for drift := -appDrift; drift <= appDrift; drift++ {
		moment := at.Add(time.Duration(drift) * appPeriod * time.Second)
		want, err := totp.GenerateCodeCustom(seed, moment, totp.ValidateOpts{Period: appPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return moment.Unix() / appPeriod, true, nil
		}
	}
	return 0, false, nil
}

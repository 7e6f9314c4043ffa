package people

import (
	"context"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/store"
)

// CanCall tells whether a code can be spoken to a phone ("Call me instead", A3).
func (s *Service) CanCall() bool { return s.Calls != nil }

// call keeps what a call says and asks for it to be made. It counts like a text
// to the same number.
func (s *Service) call(tx *store.Tx, st step, m Mail) error {
	if s.Calls == nil {
		return fault.New(fault.Conflict, CodeCallsOff, "This marketplace calls nobody")
	}
	language, err := s.spoken(tx.ReadTx, st)
	if err != nil {
		return err
	}
	m.Language = language
	words, err := s.Letters.PersonCall(m)
	if err != nil {
		return err
	}
	return s.send(tx, store.PersonMail{Template: callTemplate + string(m.Kind), Language: m.Language, Address: pii.NewSecret(st.Phone), Text: pii.NewSecret(words)})
}

// spoken is the language that calls are made in: of the coverage that the step
// is about, or the person's own; else that of the pages.
func (s *Service) spoken(tx *store.ReadTx, st step) (string, error) {
	account := st.Account
	if account.IsZero() && !st.Person.IsZero() {
		links, err := tx.LinksOfPerson(st.Person, s.today(tx))
		if err != nil {
			return "", err
		}
		for _, l := range links {
			if l.Role == access.RoleMember {
				account = l.Account
				break
			}
		}
	}
	if account.IsZero() {
		return or(st.Language, "en"), nil
	}
	a, err := tx.Account(account)
	if err != nil {
		return "", err
	}
	chosen, err := tx.Setting(account)
	return or(chosen.PhoneLanguage, or(a.Language, "en")), err
}

func (s *Service) sendCall(ctx context.Context, m store.PersonMail) error {
	if s.Calls == nil { // another program makes it
		return fault.New(fault.Unavailable, CodeCallsOff, "this program calls nobody")
	}
	return s.Calls.Call(ctx, Text{m.ID.UUID, m.WrittenAt, m.Language, m.Address, m.Text})
}

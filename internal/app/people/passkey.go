package people

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Ceremony is a passkey step that the browser has to answer: Options is the
// JSON for navigator.credentials.
type Ceremony struct {
	Ticket  Ticket
	Options []byte
}

// PasskeyAnswer is what the browser answered, as JSON.
type PasskeyAnswer struct {
	Ticket   Ticket
	Response []byte
	Remember bool   // sign-in only
	Name     string // of a new passkey, "My phone"; registration only
	From     From
}

// holder is a person as the library wants it.
type holder struct {
	person  store.Person
	factors []store.Factor // passkeys alone
	keys    []webauthn.Credential
}

func (s *Service) holder(tx *store.ReadTx, id ID) (*holder, error) {
	p, err := tx.Person(id)
	if err != nil {
		return nil, err
	}
	factors, err := tx.Factors(id)
	if err != nil {
		return nil, err
	}
	h := &holder{person: p}
	for _, f := range factors {
		if f.Kind != identity.FactorPasskey {
			continue
		}
		var key webauthn.Credential
		if err := json.Unmarshal([]byte(f.Secret.Reveal()), &key); err != nil {
			return nil, err
		}
		h.factors, h.keys = append(h.factors, f), append(h.keys, key)
	}
	return h, nil
}

// WebAuthnID is the person's key: it says nothing about them.
func (h *holder) WebAuthnID() []byte { raw := h.person.ID.Raw(); return raw[:] }

// WebAuthnName is what the browser shows when there are several.
func (h *holder) WebAuthnName() string { return h.person.Email.Reveal() }

// WebAuthnDisplayName is the same.
func (h *holder) WebAuthnDisplayName() string { return h.person.Email.Reveal() }

// WebAuthnCredentials gives the person's passkeys.
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// used keeps what a passkey counted, so that a copy of it shows.
func (h *holder) used(tx *store.Tx, key *webauthn.Credential) error {
	for i, f := range h.factors {
		if !bytes.Equal(h.keys[i].ID, key.ID) {
			continue
		}
		text, err := json.Marshal(key)
		if err != nil {
			return err
		}
		f.Secret = pii.NewSecret(string(text))
		return tx.UseFactor(f)
	}
	return refusedKey()
}

func refusedKey() error {
	return fault.New(fault.Invalid, CodePasskeyRefused, "The passkey did not work. Try again, or use another way.")
}

// ceremony keeps what the library wants to see again.
func (s *Service) ceremony(tx *store.Tx, st step, options any, session *webauthn.SessionData) (Ceremony, error) {
	var err error
	if st.Passkey, err = json.Marshal(session); err != nil {
		return Ceremony{}, err
	}
	if st, err = s.begin(tx, st, ""); err != nil {
		return Ceremony{}, err
	}
	text, err := json.Marshal(options)
	return Ceremony{st.Ticket, text}, err
}

// session reads what ceremony kept.
func (st step) session() (session webauthn.SessionData, err error) {
	err = json.Unmarshal(st.Passkey, &session)
	return session, err
}

// BeginPasskeySignIn asks for a passkey in place of e-mail and password: a
// passkey with the person's check (face, finger, PIN) is both steps.
func (s *Service) BeginPasskeySignIn(ctx context.Context, from From) (Ceremony, error) {
	if err := s.needPasskeys(); err != nil {
		return Ceremony{}, err
	}
	options, session, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	var out Ceremony
	err = s.DB.InTx(ctx, "begin passkey sign-in", func(tx *store.Tx) (err error) {
		if err := admit(tx.ReadTx, s.network(from)); err != nil {
			return err
		}
		out, err = s.ceremony(tx, step{Challenge: store.Challenge{Purpose: store.PurposePasskeySignIn}}, options, session)
		return err
	})
	return out, err
}

// PasskeySignIn ends what BeginPasskeySignIn began. Errors: CodeNoMatch,
// CodeTicket, CodePasskeyRefused, CodeThrottled.
func (s *Service) PasskeySignIn(ctx context.Context, in PasskeyAnswer) (SignedIn, error) {
	return s.byPasskey(ctx, in, store.PurposePasskeySignIn, func(tx *store.ReadTx, st step, answer *protocol.ParsedCredentialAssertionData) (*holder, *webauthn.Credential, error) {
		session, err := st.session()
		if err != nil {
			return nil, nil, err
		}
		var h *holder
		find := func(rawID, _ []byte) (webauthn.User, error) {
			f, err := tx.FactorByCredential(rawID)
			if err != nil {
				return nil, err
			}
			h, err = s.holder(tx, f.Person)
			return h, err
		}
		// The library compares the user handle in the answer with the person's key.
		key, err := s.passkeys.ValidateDiscoverableLogin(find, session, answer)
		return h, key, err
	})
}

// BeginPasskeyStep asks for a passkey as the second step of a sign-in.
func (s *Service) BeginPasskeyStep(ctx context.Context, t Ticket) (Ceremony, error) {
	if err := s.needPasskeys(); err != nil {
		return Ceremony{}, err
	}
	var out Ceremony
	err := s.DB.InTx(ctx, "begin passkey step", func(tx *store.Tx) error {
		st, err := s.step(tx.ReadTx, t, ID{}, store.PurposeSignIn)
		if err != nil {
			return err
		}
		h, err := s.holder(tx.ReadTx, st.Person)
		if err != nil {
			return err
		}
		if len(h.keys) == 0 {
			return noTicket()
		}
		options, session, err := s.passkeys.BeginLogin(h)
		if err != nil {
			return err
		}
		out, err = s.ceremony(tx, step{Challenge: store.Challenge{Purpose: store.PurposePasskeyStep, Person: st.Person}}, options, session)
		return err
	})
	return out, err
}

// PasskeyStep ends a sign-in by passkey; Ticket is the ceremony's.
func (s *Service) PasskeyStep(ctx context.Context, in PasskeyAnswer) (SignedIn, error) {
	return s.byPasskey(ctx, in, store.PurposePasskeyStep, func(tx *store.ReadTx, st step, answer *protocol.ParsedCredentialAssertionData) (*holder, *webauthn.Credential, error) {
		session, err := st.session()
		if err != nil {
			return nil, nil, err
		}
		h, err := s.holder(tx, st.Person)
		if err != nil {
			return nil, nil, err
		}
		key, err := s.passkeys.ValidateLogin(h, session, answer)
		return h, key, err
	})
}

type validate func(tx *store.ReadTx, st step, answer *protocol.ParsedCredentialAssertionData) (*holder, *webauthn.Credential, error)

// byPasskey signs in whom a passkey proves. A challenge is used up whether or
// not the answer holds.
func (s *Service) byPasskey(ctx context.Context, in PasskeyAnswer, purpose store.Purpose, check validate) (SignedIn, error) {
	answer, parseErr := protocol.ParseCredentialRequestResponseBytes(in.Response)
	device := newDevice(in.Remember)
	var out SignedIn
	var wrong error
	err := s.DB.InTx(ctx, "passkey", func(tx *store.Tx) error {
		out, wrong = SignedIn{}, nil
		st, err := s.step(tx.ReadTx, in.Ticket, ID{}, purpose)
		if err != nil {
			return err
		}
		if wrong = admit(tx.ReadTx, s.network(in.From)); wrong != nil {
			return nil
		}
		if err := done(tx, in.Ticket); err != nil {
			return err
		}
		h, key, err := (*holder)(nil), (*webauthn.Credential)(nil), parseErr
		if err == nil {
			h, key, err = check(tx.ReadTx, st, answer)
		}
		// A count that went back means that there is a copy of the passkey.
		if err != nil || key.Authenticator.CloneWarning {
			wrong = refusedKey()
			count(tx, s.network(in.From))
			return unlessRefused(err)
		}
		if err := h.used(tx, key); err != nil {
			return err
		}
		out, err = s.enter(tx, h.person, entrance{
			way: identity.FactorPasskey, from: in.From, device: device, alone: purpose == store.PurposePasskeySignIn,
		})
		return err
	})
	if err == nil {
		err = wrong
	}
	return out, err
}

// unlessRefused lets errors of the database through: those of the library, and
// passkeys that nobody has, are an answer that does not hold.
func unlessRefused(err error) error {
	if err != nil && fault.KindOf(err) == fault.Unavailable {
		return err
	}
	return nil
}

// BeginPasskey begins to register a passkey of the person.
func (s *Service) BeginPasskey(ctx context.Context, who Who) (Ceremony, error) {
	if err := s.needPasskeys(); err != nil {
		return Ceremony{}, err
	}
	var out Ceremony
	err := s.DB.InTx(ctx, "begin passkey", func(tx *store.Tx) error {
		if err := s.mayAdd(tx.ReadTx, who); err != nil {
			return err
		}
		h, err := s.holder(tx.ReadTx, who.Person)
		if err != nil {
			return err
		}
		options, session, err := s.passkeys.BeginRegistration(h,
			webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementPreferred),
			webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()),
			webauthn.WithConveyancePreference(protocol.PreferNoAttestation))
		if err != nil {
			return err
		}
		out, err = s.ceremony(tx, step{Challenge: store.Challenge{Purpose: store.PurposePasskeyAdd, Person: who.Person}}, options, session)
		return err
	})
	return out, err
}

// AddPasskey keeps the passkey that BeginPasskey began.
func (s *Service) AddPasskey(ctx context.Context, who Who, in PasskeyAnswer) (Added, error) {
	answer, err := protocol.ParseCredentialCreationResponseBytes(in.Response)
	if err != nil {
		return Added{}, refusedKey()
	}
	return s.add(ctx, who, AnswerSetup{Ticket: in.Ticket, From: in.From}, store.PurposePasskeyAdd, func(tx *store.Tx, st step) (store.Factor, error, error) {
		session, err := st.session()
		if err != nil {
			return store.Factor{}, nil, err
		}
		h, err := s.holder(tx.ReadTx, who.Person)
		if err != nil {
			return store.Factor{}, nil, err
		}
		key, err := s.passkeys.CreateCredential(h, session, answer)
		if err != nil {
			return store.Factor{}, refusedKey(), nil
		}
		text, err := json.Marshal(key)
		return store.Factor{
			Kind: identity.FactorPasskey, Name: nameOf(in.Name, in.From), Secret: pii.NewSecret(string(text)), Credential: key.ID,
		}, nil, err
	})
}

package people

import (
	"context"
	"encoding/json"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// payload is what a step needs besides its code. It is sealed in the database.
type payload struct {
	Email     string              `json:"email,omitempty"` // that the code goes to
	Hash      string              `json:"hash,omitempty"`  // of the password of a new account
	Language  string              `json:"language,omitempty"`
	Phone     string              `json:"phone,omitempty"`
	Seed      string              `json:"seed,omitempty"`    // of an authenticator app
	Passkey   json.RawMessage     `json:"passkey,omitempty"` // the library's own
	Documents []identity.Document `json:"documents,omitempty"`
	// Ghost marks a step that goes nowhere, because the address is known, or is
	// not: it looks like any other, and no code fits.
	Ghost bool `json:"ghost,omitempty"`
}

// step is a challenge with its payload.
type step struct {
	store.Challenge
	payload
	call bool // the code is spoken, this time
}

func ticketLife() time.Duration { return identity.TicketMinutes * time.Minute }

// begin keeps a step. A code goes out if the step has a way for it.
func (s *Service) begin(tx *store.Tx, st step, code string) (step, error) {
	st.Ticket, st.Expires = tx.NewTicket(), s.now().Add(ticketLife())
	text, err := json.Marshal(st.payload)
	if err != nil {
		return st, err
	}
	st.Payload = string(text)
	if st.Way != "" {
		st.Codes = 1
		if st, err = s.deliver(tx, st, code); err != nil {
			return st, err
		}
	}
	return st, tx.InsertChallenge(st.Challenge)
}

// waiting finds a step by its ticket: of one of the purposes, and of the person
// if there is one.
func (s *Service) step(tx *store.ReadTx, t Ticket, who ID, purposes ...store.Purpose) (step, error) {
	c, err := tx.Challenge(t, s.now())
	if missing(err) {
		return step{}, noTicket()
	}
	if err != nil {
		return step{}, err
	}
	fits := len(purposes) == 0
	for _, p := range purposes {
		fits = fits || c.Purpose == p
	}
	if !fits || !who.IsZero() && c.Person != who {
		return step{}, noTicket()
	}
	st := step{Challenge: c}
	return st, json.Unmarshal([]byte(c.Payload), &st.payload)
}

// deliver sends the code of a step by its way.
func (s *Service) deliver(tx *store.Tx, st step, code string) (step, error) {
	m := Mail{Language: st.Language, Code: identity.ShowCode(code), Minutes: identity.CodeMinutes}
	if !st.Ghost {
		st.Code = code
	}
	st.CodeUntil = s.now().Add(identity.CodeLife)
	if st.Way == identity.FactorText {
		if m.Kind = MailSignIn; st.Purpose == store.PurposeTexts {
			m.Kind = MailTexts
		}
		numbers := s.counter("text", st.Phone, identity.TextLimit)
		if err := admit(tx.ReadTx, numbers); err != nil {
			return st, err
		}
		count(tx, numbers)
		if st.call {
			return st, s.call(tx, st, m)
		}
		return st, s.text(tx, pii.NewSecret(st.Phone), m)
	}
	m.Kind = mailOf(st)
	if m.Kind == MailExists || m.Kind == MailUnknown {
		m.Code = ""
	}
	return st, s.mail(tx, pii.NewSecret(st.Email), m)
}

func mailOf(st step) MailKind {
	switch {
	case st.Purpose == store.PurposeReset && st.Ghost:
		return MailUnknown
	case st.Ghost:
		return MailExists
	case st.Purpose == store.PurposeSignUp:
		return MailSignUp
	case st.Purpose == store.PurposeReset:
		return MailReset
	case st.Purpose == store.PurposeEmail:
		return MailNewEmail
	case st.Purpose == store.PurposePaperless:
		return MailPaperless
	}
	return MailSignIn
}

// sent tells where the code of a step went.
func (st step) sent() Sent {
	to := pii.Email(st.Email)
	if st.Way == identity.FactorText {
		to = identity.MaskPhone(st.Phone)
	}
	return Sent{Ticket: st.Ticket, Way: st.Way, To: to, Until: st.CodeUntil}
}

// SendCode asks for another code, or for one another way.
type SendCode struct {
	Ticket Ticket
	Way    identity.FactorKind // FactorEmail or FactorText; "" as before
	Call   bool                // FactorText: speak it, for who can not read texts
	From   From
}

// SendCode sends a code for any ticket that waits for one: of signing up,
// signing in, a new password, a new phone, a new e-mail address, paperless.
// Errors: CodeTicket, CodeThrottled (too many codes).
func (s *Service) SendCode(ctx context.Context, in SendCode) (Sent, error) {
	code := identity.NewCode(random(16))
	var out Sent
	err := s.DB.InTx(ctx, "send code", func(tx *store.Tx) error {
		st, err := s.step(tx.ReadTx, in.Ticket, ID{})
		if err != nil {
			return err
		}
		if st, err = s.another(tx, st, in.Way); err != nil {
			return err
		}
		st.call = in.Call && st.Way == identity.FactorText
		st, err = s.sendAgain(tx, st, code)
		out = st.sent()
		return err
	})
	return out, err
}

// another gives the step with another way, if the person has it.
func (s *Service) another(tx *store.Tx, st step, way identity.FactorKind) (step, error) {
	if way != "" && way != st.Way {
		if st.Purpose != store.PurposeSignIn {
			return st, noTicket()
		}
		ways, err := s.ways(tx.ReadTx, st.Person)
		if err != nil {
			return st, err
		}
		if !ways.has(way) {
			return st, noTicket()
		}
		st.Way = way
		if way == identity.FactorText {
			st.Phone = ways.phone()
		}
	}
	if st.Way != identity.FactorEmail && st.Way != identity.FactorText {
		return st, noTicket()
	}
	return st, nil
}

// sendAgain gives a step a new code and sends it.
func (s *Service) sendAgain(tx *store.Tx, st step, code string) (step, error) {
	if st.Codes >= identity.CodesPerTicket {
		return st, fault.New(fault.RateLimited, CodeThrottled, "We sent %d codes. Start again in some minutes.", st.Codes)
	}
	if st.Way == identity.FactorText && st.Phone == "" {
		ways, err := s.ways(tx.ReadTx, st.Person)
		if err != nil {
			return st, err
		}
		st.Phone = ways.phone()
	}
	st, err := s.deliver(tx, st, code)
	if err == nil {
		tx.SetChallengeCode(st.Challenge)
	}
	return st, err
}

// answer looks at the typed code of a step. What is wrong with it is told apart
// from errors: the try is counted in the same transaction, which must commit.
// A code that has run out is replaced by next.
func (s *Service) answer(tx *store.Tx, st step, typed, next string) (wrong, err error) {
	code, wrong := identity.ReadCode(typed)
	switch {
	case wrong != nil:
		return wrong, nil
	case st.Tries >= identity.CodeTries:
		return fault.At("code", identity.CodeCodeTries, "That code was wrong too often. Get a new one."), nil
	case !st.CodeUntil.After(s.now()):
		if _, err := s.sendAgain(tx, st, next); err != nil {
			if fault.KindOf(err) == fault.RateLimited {
				return err, nil
			}
			return nil, err
		}
		return fault.At("code", identity.CodeCodeExpired, "That code has expired. We sent a new one."), nil
	case !tx.CodeMatches(st.Challenge, code):
		tx.CountChallengeTry(st.Ticket)
		return fault.At("code", identity.CodeCodeWrong, "That code is not right. Check it or get a new one"), nil
	}
	return nil, nil
}

// done ends a step. Of two who answer it at the same time, one does.
func done(tx *store.Tx, t Ticket) error {
	first, err := tx.DeleteChallenge(t)
	if err == nil && !first {
		err = noTicket()
	}
	return err
}

// countWrong counts a code that did not fit, and tells whether it was one: what
// is too short or too late to be compared is no try.
func (s *Service) countWrong(tx *store.Tx, wrong error, counters ...counter) bool {
	tried := fault.Is(wrong, identity.CodeCodeWrong) || fault.Is(wrong, identity.CodeCodeTries)
	if tried {
		count(tx, counters...)
	}
	return tried
}

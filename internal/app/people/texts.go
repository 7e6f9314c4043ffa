package people

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// TextSetting is what a person has said about text messages about bills (A14).
type TextSetting struct {
	Offered bool          // they can be had here
	State   texting.State // "" never asked for
	Number  string        // masked
	Since   civil.Instant
}

// textSetting gives what is set for the person who looks: of several numbers
// the one that counts.
func (s *Service) textSetting(tx *store.ReadTx, who Who) (TextSetting, error) {
	out := TextSetting{Offered: s.BillTexts}
	all, err := tx.TextNumbers(who.Account)
	for _, n := range all {
		newer := out.State == "" || n.State == texting.On
		if n.Person == who.Person && n.State != texting.Ended && newer && out.State != texting.On {
			out.State, out.Number, out.Since = n.State, identity.MaskPhone(n.Number.Reveal()), n.At
		}
	}
	return out, err
}

// AskTexts is the agreement to text messages about bills, as it was shown.
type AskTexts struct {
	Number      string
	Wording     string
	TextVersion string // of the words
	Language    string
	From        From
}

// BeginTexts records the agreement and sends the test message, with a code. No
// bill is told to the number before the code is typed, or YES is texted back:
// until then nobody knows whose number it is. Errors: at "phone" (CodePhone),
// CodeTextsOff, CodeThrottled.
func (s *Service) BeginTexts(ctx context.Context, who Who, in AskTexts) (Sent, error) {
	if err := s.mayText(who); err != nil {
		return Sent{}, err
	}
	digits, ok := identity.ParsePhone(in.Number)
	if !ok {
		return Sent{}, fault.At("phone", CodePhone, "Enter a phone number with 10 numbers, like 617-555-0147")
	}
	if in.Wording == "" {
		return Sent{}, fault.New(fault.Invalid, CodeWording, "the words that were agreed to are missing")
	}
	code := identity.NewCode(random(16))
	var out Sent
	err := s.DB.InTx(ctx, "agree to texts", func(tx *store.Tx) error {
		c := store.TextConsent{
			TextNumber: store.TextNumber{Account: who.Account, Person: who.Person, Number: pii.NewSecret(digits), State: texting.Asked},
			How:        texting.HowPage, Version: texting.ConsentVersion, TextVersion: in.TextVersion, Language: in.Language, Wording: in.Wording, From: in.From,
		}
		if err := tx.RecordTextConsent(c); err != nil {
			return err
		}
		tx.Audit(store.AuditEvent{AccountID: who.Account, Operation: string(access.ChooseTexts), Actor: who.Actor(), Subject: "texts", Summary: "asked for"})
		st, err := s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposeTexts, Person: who.Person, Account: who.Account, Way: identity.FactorText},
			payload:   payload{Phone: digits, Language: in.Language},
		}, code)
		out = st.sent()
		return err
	})
	return out, err
}

func (s *Service) mayText(who Who) error {
	if err := who.May(access.ChooseTexts); err != nil {
		return err
	}
	if !s.BillTexts || s.Texts == nil {
		return fault.New(fault.Conflict, CodeTextsOff, "This marketplace sends no text messages about bills")
	}
	return nil
}

// ConfirmTexts turns texts on: the code of the test message proves the number.
// Another number of the person ends.
func (s *Service) ConfirmTexts(ctx context.Context, who Who, in AnswerSetup) error {
	if err := s.mayText(who); err != nil {
		return err
	}
	return s.answering(ctx, who, in, store.PurposeTexts, func(tx *store.Tx, st step) error {
		if st.Account != who.Account {
			return noTicket()
		}
		all, err := tx.TextNumbers(who.Account)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(n store.TextNumber) bool { return n.Person == who.Person && n.Number.Reveal() == st.Phone })
		if i < 0 || all[i].State != texting.Asked && all[i].State != texting.On { // ended by STOP before the code was typed
			return noTicket()
		}
		return s.textsOn(tx, all[i], texting.HowCode, in.From)
	})
}

// textsOn turns texts on for a number, and tells the person (M18).
func (s *Service) textsOn(tx *store.Tx, n store.TextNumber, how texting.How, from From) error {
	all, err := tx.TextNumbers(n.Account)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.Person == n.Person && other.State != texting.Ended && other.Number.Reveal() != n.Number.Reveal() {
			if err := s.textsEnd(tx, other, texting.Ended, texting.HowReplaced, from); err != nil {
				return err
			}
		}
	}
	n.State = texting.On
	tx.StartTexts(n.Number.Reveal()) // proven to be theirs, who agree again
	if err := tx.RecordTextConsent(store.TextConsent{TextNumber: n, How: how, Version: texting.ConsentVersion, From: from}); err != nil {
		return err
	}
	return s.record(tx, Who{Person: n.Person}, store.PersonEvent{Kind: store.EventTextsOn, From: from})
}

// textsEnd ends texts to a number. What waits for the morning does not leave any
// more: see notifying.SendText.
func (s *Service) textsEnd(tx *store.Tx, n store.TextNumber, state texting.State, how texting.How, from From) error {
	n.State = state
	return tx.RecordTextConsent(store.TextConsent{TextNumber: n, How: how, From: from})
}

// EndTexts ends the texts that a person gets about an account, at once.
func (s *Service) EndTexts(ctx context.Context, who Who, from From) error {
	if err := who.May(access.ChooseTexts); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "end texts", func(tx *store.Tx) error {
		was, err := s.endTextsOf(tx, who, texting.Stopped, texting.HowPage, from)
		if err != nil || !was {
			return err
		}
		tx.Audit(store.AuditEvent{AccountID: who.Account, Operation: string(access.ChooseTexts), Actor: who.Actor(), Subject: "texts", Summary: "ended"})
		return s.record(tx, who, store.PersonEvent{Kind: store.EventTextsOff, From: from})
	})
}

// endTextsOf ends what a person gets about an account, and tells whether there
// was something to end.
func (s *Service) endTextsOf(tx *store.Tx, who Who, state texting.State, how texting.How, from From) (was bool, err error) {
	all, err := tx.TextNumbers(who.Account)
	if err != nil {
		return false, err
	}
	for _, n := range all {
		live := n.State == texting.On || n.State == texting.Asked || state == texting.Ended && n.State == texting.Stopped
		if n.Person != who.Person || !live {
			continue
		}
		was = true
		if err := s.textsEnd(tx, n, state, how, from); err != nil {
			return was, err
		}
	}
	return was, nil
}

package people

import (
	"context"
	"time"

	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// HeardText is a text message that came from a phone. Its sender is known by
// the signature of the service that took it.
type HeardText struct {
	ID     string // of the service: it may tell of one twice
	Number string
	Words  string
}

// The kinds of answers to messages from phones.
const (
	MailTexts     MailKind = "texts"      // the test message: agree by its code, or by YES
	MailTextsOn   MailKind = "texts_on"   // after YES and START
	MailTextsOff  MailKind = "texts_off"  // after STOP
	MailTextsHelp MailKind = "texts_help" // after HELP
)

// heardKept is for how long it is known that a message was taken: longer than
// any service tries.
const heardKept = 30 * 24 * time.Hour

// HeardText takes a message from a phone (A14). STOP ends texts at once for all
// accounts that the number is of, and is answered once. YES says yes to the test
// message, START takes up what STOP ended, HELP tells who we are. Anything else
// is not answered: nobody reads it.
func (s *Service) HeardText(ctx context.Context, in HeardText) error {
	if err := access.Check("", access.HearText); err != nil {
		return err
	}
	digits, ok := identity.ParsePhone(in.Number)
	if !ok || in.ID == "" || s.Texts == nil {
		return nil // a short code, or a number of another country: we never wrote to it
	}
	word := texting.Read(in.Words)
	return s.DB.InTx(ctx, "heard text", func(tx *store.Tx) error {
		first, err := tx.HeardText(in.ID, digits, word)
		if err != nil || !first {
			return err
		}
		all, err := tx.NumberAccounts(digits)
		if err != nil {
			return err
		}
		changed, language, err := s.heard(tx, all, word)
		if err != nil {
			return err
		}
		if changed, language, err = s.heardOfPayer(tx, digits, word, changed, language); err != nil {
			return err
		}
		answers := map[texting.Word]MailKind{texting.Stop: MailTextsOff, texting.Start: MailTextsOn, texting.Yes: MailTextsOn, texting.Help: MailTextsHelp}
		kind, known := answers[word]
		if !known || !changed && word != texting.Help {
			return nil
		}
		return s.answerText(tx, digits, Mail{Kind: kind, Language: language})
	})
}

// heardOfPayer keeps that a number has said STOP, or START after it, whether it is
// of an account or was given by a payer for a receipt (G6). Who was written to
// once is answered once.
func (s *Service) heardOfPayer(tx *store.Tx, digits string, word texting.Word, changed bool, language string) (bool, string, error) {
	switch word {
	case texting.Start:
		tx.StartTexts(digits)
	case texting.Stop:
		first, err := tx.StopTexts(digits)
		if err != nil || !first || changed {
			return changed, language, err
		}
		spoken, given, err := tx.ReceiptLanguage(digits)
		if err != nil || !given {
			return changed, language, err
		}
		return true, spoken, nil
	}
	return changed, language, nil
}

// heard does what a word says for all accounts of a number. It tells whether
// something changed, and the language that its owner agreed in.
func (s *Service) heard(tx *store.Tx, all []store.TextNumber, word texting.Word) (changed bool, language string, err error) {
	told := map[ID]bool{}
	for _, n := range all {
		p, err := tx.Person(n.Person)
		if err != nil {
			return changed, language, err
		}
		language = p.Language
		switch {
		case word == texting.Stop && (n.State == texting.On || n.State == texting.Asked):
			err = s.textsEnd(tx, n, texting.Stopped, texting.HowReply, From{})
			if err == nil && !told[n.Person] {
				told[n.Person] = true
				err = s.record(tx, Who{Person: n.Person}, store.PersonEvent{Kind: store.EventTextsOff})
			}
		case word == texting.Start && n.State == texting.Stopped,
			word == texting.Yes && n.State == texting.Asked && tx.Now().Sub(n.At) <= texting.AnswerFor:
			err = s.textsOn(tx, n, texting.HowReply, From{})
		default:
			continue
		}
		if err != nil {
			return changed, language, err
		}
		changed = true
	}
	return changed, language, nil
}

// answerText answers a message, by day and by night: its sender is awake. A
// phone that asks without end is not answered without end.
func (s *Service) answerText(tx *store.Tx, digits string, m Mail) error {
	answers := s.counter("text.answer", digits, identity.TextLimit)
	if admit(tx.ReadTx, answers) != nil && m.Kind == MailTextsHelp {
		return nil
	}
	count(tx, answers)
	return s.text(tx, pii.NewSecret(digits), m)
}

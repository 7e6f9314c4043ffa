package notifying

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// Text is a text message on its way. ID is the same on every try.
type Text struct {
	ID        ident.UUID
	WrittenAt civil.Instant
	Language  string
	Number    pii.Secret // ten digits
	Words     string
}

// Texter takes text messages to phones. Its errors are those of a Courier.
type Texter interface {
	SendText(ctx context.Context, m Text) error
}

// alsoByText keeps the short form of a letter for each number that its account
// has agreed to. It goes beside the letter, never alone (brief 17). It is
// written also by a program that can send none: a night's command, for example.
func (s *Service) alsoByText(tx *store.Tx, account enrollment.AccountID, short *Short, language string, source ident.UUID) error {
	if short == nil {
		return nil
	}
	numbers, err := tx.TextTo(account)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if _, err := s.keepText(tx, account, short, language, source, n.Number); err != nil {
			return err
		}
	}
	return nil
}

// keepText keeps a text to a number and lets it go, or has it wait for the
// morning. It says false when one about the same is there already.
func (s *Service) keepText(tx *store.Tx, account enrollment.AccountID, short *Short, language string, source ident.UUID, number pii.Secret) (bool, error) {
	m := store.TextMessage{
		ID: texting.ID{UUID: tx.NewID()}, Account: account, Template: short.Template, Version: short.Version, Language: language, Source: source,
		Number: number, Words: short.Words, Fate: texting.Queued, LeavesAt: s.leaves(tx.Now()),
	}
	if m.LeavesAt.After(tx.Now()) {
		m.Fate = texting.Waiting
	}
	isNew, err := tx.InsertText(m)
	if err != nil || !isNew || m.Fate != texting.Queued {
		return isNew, err
	}
	return true, s.jobs.SendText(tx, account, m.ID)
}

// TextReceipt keeps the short form of a receipt for the number that its payer
// gave, and lets it go. It may be repeated: it is kept once. A number gets no
// more of them than of other texts that anybody can cause; one that has said
// STOP gets none.
func (s *Service) TextReceipt(ctx context.Context, l Letter, number pii.Secret) error {
	if l.Short == nil || number.IsZero() {
		return nil
	}
	key := s.db.Vault().IndexText("throttle.receipt_text", number.Reveal())
	return s.db.InTx(ctx, "receipt by text", func(tx *store.Tx) error {
		wanted, err := tx.ReceiptTextWanted(l.Account, l.Source, number)
		if err != nil || !wanted {
			return err
		}
		tries, err := tx.Tries(key, identity.TextLimit.Window)
		if err != nil || identity.TextLimit.Reached(tries) {
			return err
		}
		isNew, err := s.keepText(tx, l.Account, l.Short, l.Language, l.Source, number)
		if err == nil && isNew {
			tx.CountTry(key)
		}
		return err
	})
}

// leaves gives the moment at which a text that is ready now may leave.
func (s *Service) leaves(now civil.Instant) civil.Instant {
	return civil.InstantOf(texting.Leaves(now.Time(), s.profile.Zone()))
}

// textsAtOnce is how many texts a round lets go.
const textsAtOnce = 200

// SendTextsDue lets those texts go that have waited for the morning, and tells
// how many. It may be repeated, by several programs at a time.
func (s *Service) SendTextsDue(ctx context.Context) (int, error) {
	if s.texts == nil {
		return 0, nil
	}
	sent := 0
	err := s.db.InTx(ctx, "texts that may leave", func(tx *store.Tx) error {
		sent = 0
		due, err := tx.TextsWaiting(tx.Now(), textsAtOnce)
		if err != nil || len(due) == 0 || s.leaves(tx.Now()).After(tx.Now()) {
			return err
		}
		for _, m := range due {
			was, err := tx.MarkText(m, texting.Queued, m.LeavesAt)
			if err != nil || !was {
				return err
			}
			if err := s.jobs.SendText(tx, m.Account, m.ID); err != nil {
				return err
			}
			sent++
		}
		return nil
	})
	return sent, err
}

// SendText sends a text that is kept, if it is still wanted and still true. It
// may be repeated: one that was sent is not sent again.
func (s *Service) SendText(ctx context.Context, account enrollment.AccountID, id texting.ID) error {
	if s.texts == nil { // another program sends it
		return fault.New(fault.Unavailable, "text.off", "this program sends no text messages")
	}
	var m store.TextMessage
	err := s.db.InTx(ctx, "text leaves", func(tx *store.Tx) (err error) {
		m, err = s.leaving(tx, account, id)
		return err
	})
	if err != nil || m.Fate != texting.Queued {
		return err
	}
	sendErr := s.texts.SendText(ctx, Text{m.ID.UUID, m.Written, m.Language, m.Number, m.Words})
	if sendErr != nil && !Final(sendErr) {
		return fmt.Errorf("text %s: %w", m.ID, sendErr)
	}
	fate := texting.Sent
	if sendErr != nil {
		fate = texting.Failed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markWithin)
	defer cancel()
	return s.db.InTx(ctx, "text is sent", func(tx *store.Tx) error {
		_, err := tx.MarkText(m, fate, m.LeavesAt) // a report may have come first
		return err
	})
}

// leaving looks at a text once more before it leaves. Hours may have passed
// since it was written: the money may have come, the reader may have said STOP,
// and a try that failed may have run into the night.
func (s *Service) leaving(tx *store.Tx, account enrollment.AccountID, id texting.ID) (store.TextMessage, error) {
	m, err := tx.Text(account, id)
	if err != nil || m.Fate != texting.Queued {
		return m, err
	}
	now, leaves := tx.Now(), s.leaves(tx.Now())
	wanted, err := stillWanted(tx.ReadTx, m)
	if err != nil {
		return m, err
	}
	holds, err := s.stillTrue(tx.ReadTx, m)
	if err != nil {
		return m, err
	}
	var fate texting.Fate
	switch {
	case !wanted:
		fate = texting.NotWanted
	case !holds, now.Sub(m.Written) > texting.StaleAfter:
		fate = texting.Suppressed
	case leaves.After(now):
		fate = texting.Waiting
	default:
		return m, nil
	}
	_, err = tx.MarkText(m, fate, leaves)
	m.Fate = fate
	return m, err
}

// stillWanted tells whether texts to the number go on: those of a member, or the
// one that a payer has asked for.
func stillWanted(tx *store.ReadTx, m store.TextMessage) (bool, error) {
	numbers, err := tx.TextTo(m.Account)
	for _, n := range numbers {
		if n.Number.Reveal() == m.Number.Reveal() {
			return true, err
		}
	}
	if err != nil {
		return false, err
	}
	return tx.ReceiptTextWanted(m.Account, m.Source, m.Number)
}

// stillTrue tells whether a text is true at the moment of leaving: the same
// look at the standing that letters get before they leave.
func (s *Service) stillTrue(tx *store.ReadTx, m store.TextMessage) (bool, error) {
	switch m.Template {
	case "text_receipt", "text_bill_nothing":
		return true, nil
	case "text_autopay":
		return s.draftIs(tx, m, mandate.Planned, false)
	case "text_autopay_waits":
		return s.draftIs(tx, m, mandate.Planned, true)
	case "text_autopay_held":
		return s.draftIs(tx, m, mandate.Held, false)
	}
	facts, err := tx.ReviewFacts(m.Account)
	if err != nil {
		return false, err
	}
	now := standing.Evaluate(s.profile, facts.Standing(), s.profile.Today(tx.Now()))
	if m.Template == "text_past_due" || m.Template == "text_act_by" {
		return now.PastDue.IsPositive(), nil
	}
	return now.TotalDue.IsPositive(), nil
}

// draftIs tells whether the draft that a text is about stands as it says, and
// whether its bank account waits.
func (s *Service) draftIs(tx *store.ReadTx, m store.TextMessage, state mandate.DraftState, waits bool) (bool, error) {
	b, err := tx.IssuedBill(m.Account, bill.ID{UUID: m.Source})
	if err != nil {
		return false, err
	}
	x, err := autoPayOf(tx, s.profile, b.Bill)
	if err != nil || x == nil || x.State != state {
		return false, err
	}
	return state == mandate.Held || (x.Wait != nil) == waits, nil
}

// TextReported records what the service tells of a text: that the phone has it,
// or that it never will. What it was told of before it had our answer counts.
func (s *Service) TextReported(ctx context.Context, id texting.ID, arrived bool) error {
	return s.db.InTx(ctx, "text reported", func(tx *store.Tx) error {
		m, err := tx.TextByID(id)
		if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && !m.Fate.Late() {
			return nil // a code to a person, or told before
		}
		if err != nil {
			return err
		}
		fate := texting.Failed
		if arrived {
			fate = texting.Delivered
		}
		_, err = tx.MarkText(m, fate, m.LeavesAt)
		return err
	})
}

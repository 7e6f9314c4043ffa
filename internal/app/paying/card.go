package paying

import (
	"context"
	"net/http"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// PayByCard stores the wish to pay and gives the address of the processor's
// page. Asked again with the same order it gives the same page. Errors:
// CodeCardSilent (nothing was taken), CodeFinished, CodeOtherInput.
func (s *Service) PayByCard(ctx context.Context, o Order) (string, error) {
	if s.gateway == nil {
		return "", fault.New(fault.Conflict, CodeCardOff, "Cards are not accepted")
	}
	var i store.IntentRow
	err := s.db.InTx(ctx, "pay by card", func(tx *store.Tx) error {
		var err error
		if i, err = s.newIntent(tx, o, payment.MethodCard); err != nil {
			return err
		}
		i.Processor = s.gateway.Name()
		i.ExpiresAt = tx.Now().Add(payment.CardPageLife)
		if _, err := s.storeIntent(tx, i, o); err != nil {
			return err
		}
		i, err = tx.Intent(o.Operation)
		return err
	})
	if err != nil {
		return "", err
	}
	switch {
	case i.State == payment.IntentSucceeded:
		return s.links.CardSuccess(o.Operation, o.Language), nil
	case i.State.Final():
		return "", fault.New(fault.Conflict, CodeFinished, "That payment has ended; start a new one")
	}
	// Outside any transaction. If we die here the intent stays "created": the
	// sweep opens the page again under the same id and finds what became of it.
	session, err := s.gateway.Open(ctx, s.checkout(i))
	if err != nil {
		s.log.WarnContext(ctx, "card page could not be opened", "operation", i.ID, "error", err)
		return "", fault.Wrap(fault.Unavailable, CodeCardSilent, err, "We couldn't take your payment. No money was taken.")
	}
	err = s.Settle(ctx, i.ID, payment.Outcome{Operation: i.ID, State: payment.OutcomeOpen, Session: session})
	return session.URL, err
}

// checkout is built from the stored intent alone: after a crash the processor
// is asked exactly the same again.
func (s *Service) checkout(i store.IntentRow) payment.Checkout {
	return payment.Checkout{
		Operation: i.ID, Amount: i.Amount, Description: s.profile.Marketplace.Name, Language: i.Language,
		SuccessURL: s.links.CardSuccess(i.ID, i.Language), CancelURL: s.links.CardCancel(i.ID, i.Language), ExpiresAt: i.ExpiresAt,
	}
}

// Refresh asks the processor what became of an operation and settles it, for a
// payer who waits for the answer: on their return and on the page that polls.
func (s *Service) Refresh(ctx context.Context, id payment.OperationID) (payment.Intent, error) {
	return s.ask(ctx, id, payment.CardGateway.Outcome, false)
}

// Check is Refresh for a payer who may have left: the webhook's job and the
// sweep. One who gave an e-mail address is told there, also of no payment.
func (s *Service) Check(ctx context.Context, id payment.OperationID) (payment.Intent, error) {
	return s.ask(ctx, id, payment.CardGateway.Outcome, true)
}

// Abandon makes sure that a card page the payer left can not be paid any more,
// before another way to pay is offered. If it was paid after all, the intent
// comes back as succeeded.
func (s *Service) Abandon(ctx context.Context, id payment.OperationID) (payment.Intent, error) {
	if s.gateway == nil {
		return s.Intent(ctx, id)
	}
	return s.ask(ctx, id, payment.CardGateway.Close, false)
}

// question is what the processor is asked: Outcome, or Close before it.
type question func(g payment.CardGateway, ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error)

func (s *Service) ask(ctx context.Context, id payment.OperationID, how question, away bool) (payment.Intent, error) {
	i, err := s.intent(ctx, id)
	if err != nil || i.State.Final() || i.Method != payment.MethodCard {
		return i.Intent, err
	}
	if s.gateway == nil {
		return i.Intent, fault.New(fault.Unavailable, CodeCardOff, "no card processor is configured")
	}
	outcome, err := how(s.gateway, ctx, s.checkout(i), i.SessionRef)
	if err != nil {
		return i.Intent, s.markUnknown(ctx, i, err)
	}
	if err := s.settle(ctx, id, outcome, away); err != nil {
		return i.Intent, err
	}
	i, err = s.intent(ctx, id)
	return i.Intent, err
}

// markUnknown notes that the processor did not answer, and gives its error.
func (s *Service) markUnknown(ctx context.Context, i store.IntentRow, cause error) error {
	s.log.WarnContext(ctx, "card processor does not answer", "operation", i.ID, "error", cause)
	if !i.State.CanBecome(payment.IntentUnknown) {
		return cause
	}
	err := s.db.InTx(ctx, "mark unknown", func(tx *store.Tx) error {
		from := i.State
		next := i
		next.State = payment.IntentUnknown
		tx.UpdateIntent(next, from, errChanged)
		return nil
	})
	if err != nil && !fault.Is(err, errChanged.Code) {
		return err
	}
	return cause
}

// Event takes a webhook: its signature is checked, the event is stored, and a
// job looks at the processor. The body itself is never believed.
func (s *Service) Event(ctx context.Context, header http.Header, body []byte) error {
	if s.gateway == nil {
		return fault.New(fault.NotFound, CodeCardOff, "no card processor is configured")
	}
	e, err := s.gateway.Event(header, body)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, "webhook", func(tx *store.Tx) error {
		if _, err := tx.Intent(e.Operation); err != nil {
			if fault.KindOf(err) == fault.NotFound {
				return nil // not ours: another system may use the same processor account
			}
			return err
		}
		isNew, err := tx.InsertWebhook(s.gateway.Name(), e.ID, e.Operation)
		if err != nil || !isNew {
			return err
		}
		return s.jobs.CheckCard(tx, e.Operation)
	})
}

const (
	sweepAfter = 20 * time.Second // an intent is left alone that long
	sweepBatch = 100
)

// Sweep looks up every card payment whose outcome is not known and that nobody
// has touched for a while. It runs at start and then every few seconds. A page
// that has run out is closed, so that it can not be paid any more. One that
// can not be settled does not stand in the way of the others.
func (s *Service) Sweep(ctx context.Context) (settled int, err error) {
	before := s.db.Now().Add(-sweepAfter)
	var last store.IntentRow
	for {
		var page []store.IntentRow
		err := s.db.Read(ctx, "unsettled", func(tx *store.ReadTx) (err error) {
			page, err = tx.Unsettled(last, before, sweepBatch)
			return err
		})
		if err != nil || len(page) == 0 {
			return settled, err
		}
		for _, i := range page {
			if s.sweepOne(ctx, i) {
				settled++
			}
		}
		last = page[len(page)-1]
	}
}

// sweepOne looks one payment up and tells whether it is settled.
func (s *Service) sweepOne(ctx context.Context, i store.IntentRow) bool {
	how := payment.CardGateway.Outcome
	if s.db.Now().After(i.ExpiresAt) {
		how = payment.CardGateway.Close
	}
	after, err := s.ask(ctx, i.ID, how, true)
	if err != nil && !fault.Is(err, CodeAmountDiffers) { // which has been told already, once
		s.log.WarnContext(ctx, "sweep", "operation", i.ID, "error", err)
	}
	return err == nil && after.State.Final()
}

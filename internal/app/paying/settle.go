package paying

import (
	"cmp"
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// CodeAmountDiffers marks a processor that says it took another amount than
// was asked: nothing is posted until a person has looked.
const CodeAmountDiffers = "payment.amount_differs"

// Settle records what became of an operation at the processor and, when money
// was taken, posts it, all in one transaction. An outcome that is known
// already changes nothing; one that decides nothing yet is noted.
func (s *Service) Settle(ctx context.Context, id payment.OperationID, outcome payment.Outcome) error {
	return s.settle(ctx, id, outcome, false)
}

// settle is Settle; away: the payer may not see what came of it, so that no
// payment is told by e-mail, as a payment always is.
func (s *Service) settle(ctx context.Context, id payment.OperationID, outcome payment.Outcome, away bool) error {
	var differs amountDiffers
	// Several learn of an outcome at the same moment and collide: not in the line.
	err := s.posting(ctx, s.db.InTx, "settle payment", func(tx *store.Tx, try int) error {
		differs = amountDiffers{}
		i, err := tx.Intent(id)
		if err != nil {
			return err
		}
		next := nextState(i, outcome, s.db.Now().After(i.ExpiresAt))
		if !news(i, next, outcome) {
			return nil
		}
		if next == payment.IntentSucceeded && outcome.Amount != i.Amount {
			differs = markDiffers(tx, i, outcome)
			return nil
		}
		from := i.State
		i.State, i.Reason = next, string(outcome.Decline)
		if outcome.Session.Ref != "" {
			i.SessionRef = outcome.Session.Ref
		}
		// The intent goes first: whoever settles at the same time collides here,
		// tries again and finds it settled.
		tx.UpdateIntent(i, from, errChanged)
		tx.Audit(store.AuditEvent{
			AccountID: i.AccountID, Operation: "payment.settle", Actor: actorSystem, Subject: "intent " + id.String(),
			Summary: fmt.Sprintf("%s → %s, %s", from, next, i.Amount), Reason: i.Reason,
		})
		if next == payment.IntentSucceeded {
			return s.postCard(tx, i, outcome, try)
		}
		if away && next.Final() {
			return s.tellUnpaid(tx, i)
		}
		return nil
	})
	if err == nil && differs.isNew {
		s.log.ErrorContext(ctx, "a person must look: the processor took another amount than was asked", "operation", id, "error", differs.err)
	}
	return cmp.Or(err, differs.err)
}

// tellUnpaid has the payer told that no money was taken, unless they have paid
// in another way since.
func (s *Service) tellUnpaid(tx *store.Tx, i store.IntentRow) error {
	if i.Email == "" {
		return nil
	}
	paid, err := tx.PaymentsSince(i.AccountID, s.profile.Today(i.SubmittedAt))
	if err != nil {
		return err
	}
	for _, p := range paid {
		if other, err := tx.Intent(p.IntentID); err != nil || other.Email == i.Email && !p.SubmittedAt.Before(i.SubmittedAt) {
			return err
		}
	}
	return s.jobs.SendReceipt(tx, i.AccountID, i.ID)
}

// amountDiffers is what there is to say of a payment whose amount is in doubt.
type amountDiffers struct {
	err   error
	isNew bool // said for the first time
}

// markDiffers notes on the intent that a person must look. Who asks again gets
// the same error; nobody is told twice.
func markDiffers(tx *store.Tx, i store.IntentRow, o payment.Outcome) amountDiffers {
	differs := amountDiffers{err: fault.New(fault.Internal, CodeAmountDiffers, "operation %s: asked for %s, the processor took %s", i.ID, i.Amount, o.Amount)}
	if i.Reason == CodeAmountDiffers {
		return differs
	}
	differs.isNew = true
	if !i.State.Final() { // which keeps the reason it ended for
		i.Reason = CodeAmountDiffers
		tx.UpdateIntent(i, i.State, errChanged)
	}
	tx.Audit(store.AuditEvent{
		AccountID: i.AccountID, Operation: "payment.differs", Actor: actorSystem, Subject: "intent " + i.ID.String(),
		Summary: fmt.Sprintf("asked for %s, the processor took %s", i.Amount, o.Amount), Reason: CodeAmountDiffers,
	})
	return differs
}

var errChanged = fault.New(fault.Conflict, "payment.changed", "the payment was settled meanwhile")

// news tells whether an outcome changes anything: the state, or that we learn
// the name of the processor's page while the payment is open.
func news(i store.IntentRow, next payment.IntentState, o payment.Outcome) bool {
	if next == i.State {
		return !next.Final() && i.SessionRef == "" && o.Session.Ref != ""
	}
	return i.State.CanBecome(next)
}

// nextState gives the state that an outcome leads to. A checkout that the
// processor does not know was never shown to the payer; it is given up only
// after its page could not be used any more.
func nextState(i store.IntentRow, o payment.Outcome, expired bool) payment.IntentState {
	switch o.State {
	case payment.OutcomePaid:
		return payment.IntentSucceeded
	case payment.OutcomeDeclined:
		return payment.IntentDeclined
	case payment.OutcomeCanceled:
		return payment.IntentCanceled
	case payment.OutcomeExpired:
		return payment.IntentExpired
	case payment.OutcomeMissing:
		if expired {
			return payment.IntentExpired
		}
		return i.State
	}
	if i.State.Final() {
		return i.State
	}
	return payment.IntentPending
}

func (s *Service) postCard(tx *store.Tx, i store.IntentRow, o payment.Outcome, try int) error {
	facts, err := tx.MoneyOf(i.AccountID)
	if err != nil {
		return err
	}
	p := s.newPayment(tx, i, try)
	p.Processor, p.ProcessorRef, p.LastFour, p.Brand = i.Processor, o.Charge, o.LastFour, o.Brand
	tx.InsertPayment(p)
	tx.InsertClearing(ledger.ClearingCard, p)
	return s.post(tx, i, p, ledger.ClearingCard, facts)
}

// newPayment makes the payment of an intent. It is received on the day the
// payer submitted it, and counts on that day until its cut-off (R-PAY-3, R-CAL-2).
func (s *Service) newPayment(tx *store.Tx, i store.IntentRow, try int) payment.Payment {
	day := s.profile.Today(i.SubmittedAt)
	return payment.Payment{
		ID: payment.ID{UUID: tx.NewID()}, AccountID: i.AccountID, IntentID: i.ID, Channel: i.Channel, Method: i.Method,
		Amount: i.Amount, Confirmation: s.confirmation(i.ID, try), SubmittedAt: i.SubmittedAt,
		ReceivedOn: day, EffectiveOn: s.profile.CountsOn(i.SubmittedAt), PostedAt: tx.Now(),
	}
}

// post posts a payment: receipt, applications, credit, what follows for
// coverage, and the receipt message.
func (s *Service) post(tx *store.Tx, i store.IntentRow, p payment.Payment, clearing ledger.Account, facts *store.Facts) error {
	tx.Post(ledger.Entry{
		ID: tx.NewEntryID(), AccountID: p.AccountID, Kind: ledger.EntryReceipt, EffectiveOn: p.EffectiveOn,
		Source: ledger.Source{Kind: "payment", ID: p.ID.String()}, Actor: actorOf(i.Channel), Transfers: ledger.Receipt(clearing, p.Amount),
	})
	if !facts.Plain(tx.Now()) { // the review decides what the money changes
		tx.ReviewOn(p.AccountID, s.profile.Today(tx.Now()), store.ReviewStanding)
	}
	payables := facts.Payables(standing.Evaluate(s.profile, facts.Standing(), p.EffectiveOn))
	applications, left, waits := s.spread(facts, payables, p)
	for i := range applications {
		applications[i].PaymentID, applications[i].CountsOn = p.ID, p.EffectiveOn
		apply(tx, facts, &applications[i])
	}
	if !waits {
		if err := useCredits(tx, facts, p, payment.Lessen(payables, applications)); err != nil {
			return err
		}
	}
	tx.AddCredit(p.AccountID, p.ID, left)
	if err := s.oweRepeat(tx, p, left); err != nil {
		return err
	}
	address, err := receiptAddress(tx.ReadTx, facts, p, i.Email)
	if err != nil {
		return err
	}
	if err := s.recordStarts(tx, facts, p, address); err != nil {
		return err
	}
	if p.Channel == payment.ChannelWebGuest {
		tx.NoticePayment(p.AccountID, p.ID)
	}
	if i.Texted() {
		if err := s.jobs.TextReceipt(tx, p.AccountID, i.ID); err != nil {
			return err
		}
	}
	if address == "" {
		return nil
	}
	return s.jobs.SendReceipt(tx, p.AccountID, i.ID)
}

func actorOf(c payment.Channel) string { return "payer:" + string(c) }

// useCredits pays what a payment leaves open from money that earlier payments
// left over (R-PAY-8): credit lies beside an open charge when a payment that
// had paid it was taken back. Most payments leave nothing open, and do not ask.
func useCredits(tx *store.Tx, facts *store.Facts, p payment.Payment, open []payment.Payable) error {
	if len(open) == 0 {
		return nil
	}
	credits, err := tx.CreditsOf(p.AccountID)
	if err != nil {
		return err
	}
	applications, _ := payment.ApplyCredits(credits, open)
	for i := range applications {
		apply(tx, facts, &applications[i])
		tx.UseCredit(p.AccountID, applications[i])
	}
	return nil
}

// apply posts one application on the day that its money counts.
func apply(tx *store.Tx, facts *store.Facts, a *payment.Application) {
	a.ID = payment.ApplicationID{UUID: tx.NewID()}
	tx.Apply(facts.Account.ID, *a, a.CountsOn, actorSystem)
	facts.MarkPaid(*a, a.CountsOn)
}

// recordStarts records the start of coverage that the payment brings about. A
// receipt to the member's own address tells of it; otherwise a letter is owed.
func (s *Service) recordStarts(tx *store.Tx, facts *store.Facts, p payment.Payment, receipt string) error {
	for _, e := range standing.Evaluate(s.profile, facts.Standing(), p.EffectiveOn).Starts() {
		tx.InsertDecision(store.DecisionRecord{
			AccountID: p.AccountID, EnrollmentID: e.ID, Kind: standing.DecisionEffectuate, Month: e.Start,
			DecidedOn: p.EffectiveOn, EffectiveOn: e.Start.First(), Rule: e.Rule,
			Evidence: "first month paid in full by payment " + p.ID.String(), Actor: actorSystem, PaymentID: p.ID,
		})
		n := store.Notice{
			ID: tx.NewNoticeID(), AccountID: p.AccountID, EnrollmentID: e.ID, Kind: standing.NoticeStarted, Month: e.Start, OwedOn: p.EffectiveOn,
		}
		own, err := isMembers(tx.ReadTx, facts, receipt)
		if err != nil {
			return err
		}
		if own {
			tx.NoticeTold(n, s.profile.Today(tx.Now()))
		} else {
			tx.OweNotice(n)
		}
	}
	return nil
}

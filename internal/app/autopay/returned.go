package autopay

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/store"
)

// Returned does what follows when the bank sends a debit back (R-AUTO-7): a bank
// account that is no good is taken out, whoever paid from it; and if AutoPay
// debited it, the debit is planned again, AutoPay is turned off and the member
// told, or the mandate is dead for good. undone says that the payment was taken
// back before, or can not be: then nothing is tried again. It is called in the
// transaction that takes the return in.
func (s *Service) Returned(tx *store.Tx, e ach.Entry, code string, on civil.Date, undone bool) error {
	d, err := tx.DraftOfPayment(e.AccountID, e.PaymentID)
	auto := err == nil
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return err
	}
	switch {
	case ach.ReasonOf(code).NeedsOther():
		return s.noGood(tx, e, d.ID, on)
	case !auto:
		return nil
	}
	m, err := tx.Mandate(e.AccountID, d.Mandate)
	if err != nil {
		return err
	}
	history, err := s.history(tx.ReadTx, d)
	if err != nil {
		return err
	}
	history.Undone = undone
	then := mandate.AfterReturn(s.profile, code, history, on)
	switch {
	case then.State != "" && m.State.CanBecome(then.State):
		told := m.State == mandate.Stopped // by the member: nothing new for them
		if err := s.move(tx, m, then.State, then.Reason, on, Actor); err != nil || told {
			return err
		}
		return s.owe(tx, m, mandate.LetterOff, d.ID)
	case !then.RetryOn.IsZero() && m.State == mandate.Active && m.StopOn.IsZero():
		return s.tryAgain(tx, d, then.RetryOn)
	}
	return nil
}

// noGood takes the bank account of an entry out that can not be debited any
// more (ACH-30). AutoPay that goes on with another one since is left alone.
func (s *Service) noGood(tx *store.Tx, e ach.Entry, draft mandate.DraftID, on civil.Date) error {
	if err := s.abandon(tx, e.AccountID, e.Bank, Actor); err != nil {
		return err
	}
	stopped, m, err := s.takeOut(tx, e.AccountID, e.Bank, mandate.ReasonBankAccount, on)
	if err != nil || !stopped {
		return err
	}
	return s.owe(tx, m, mandate.LetterOff, draft)
}

// tryAgain plans the next presentation, unless it is planned: a bank may send a
// debit back twice.
func (s *Service) tryAgain(tx *store.Tx, d mandate.Draft, on civil.Date) error {
	drafts, err := tx.DraftsOf(d.AccountID, recentDrafts)
	if err != nil {
		return err
	}
	for _, x := range drafts {
		if x.Mandate == d.Mandate && x.Month == d.Month && x.Attempt > d.Attempt {
			return nil
		}
	}
	return tx.InsertDrafts([]mandate.Draft{again(tx, d, on)})
}

// history is what a return of a draft is judged by.
func (s *Service) history(tx *store.ReadTx, d mandate.Draft) (mandate.History, error) {
	outcomes, err := tx.Outcomes(d.AccountID, d.Mandate)
	if err != nil {
		return mandate.History{}, err
	}
	h := mandate.History{Attempt: d.Attempt, FirstSettled: d.SettleOn, Before: mandate.UncollectedInRow(outcomes, d.Month)}
	if d.Attempt == 0 {
		return h, nil
	}
	first, err := firstOf(tx, d)
	h.FirstSettled = first.SettleOn
	return h, err
}

// firstOf finds the first presentation of a draft that is presented again.
func firstOf(tx *store.ReadTx, d mandate.Draft) (mandate.Draft, error) { return presentation(tx, d, 0) }

// presentation finds a presentation of before of a draft that is presented again.
func presentation(tx *store.ReadTx, d mandate.Draft, attempt int) (mandate.Draft, error) {
	drafts, err := tx.DraftsOf(d.AccountID, recentDrafts)
	if err != nil {
		return mandate.Draft{}, err
	}
	for _, x := range drafts {
		if x.Mandate == d.Mandate && x.Month == d.Month && x.Attempt == attempt && x.State == mandate.Frozen {
			return x, nil
		}
	}
	return mandate.Draft{}, fault.New(fault.Internal, "autopay.first_missing", "draft %s is presented again, and presentation %d is not there", d.ID, attempt+1)
}

// again is the draft of the next presentation: the same amount (ACH-32), which
// the member was told of, so that nothing need be asked.
func again(tx *store.Tx, d mandate.Draft, on civil.Date) mandate.Draft {
	return mandate.Draft{
		ID: mandate.DraftID{UUID: tx.NewID()}, AccountID: d.AccountID, Mandate: d.Mandate, Month: d.Month, BillNo: d.BillNo, Attempt: d.Attempt + 1,
		DebitOn: on, SettleOn: on, Noticed: d.Amount, NoticedOn: d.NoticedOn, NoticeBy: d.NoticeBy, Before: d.Before, State: mandate.Planned,
	}
}

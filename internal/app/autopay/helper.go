package autopay

import (
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/store"
)

// HelperLeft stops the mandate that a helper has given, in the transaction in
// which they may not help any more (A16). A debit that is with the bank already
// is the last. It tells whether there was a mandate of theirs.
func (s *Service) HelperLeft(tx *store.Tx, account enrollment.AccountID, person identity.PersonID, actor string) (bool, error) {
	if _, err := tx.MoneyOf(account); err != nil { // what is frozen meanwhile is seen
		return false, err
	}
	m, err := live(tx.ReadTx, account)
	if fault.Is(err, CodeOff) {
		return false, nil
	}
	if err != nil || m.Person != person.UUID {
		return false, err
	}
	drafts, err := tx.DraftsOf(account, recentDrafts)
	if err != nil {
		return false, err
	}
	today := s.profile.Today(tx.Now())
	if last := sentDebit(drafts, today); !last.IsZero() {
		m.StopOn = last
		tx.UpdateMandate(m, m.State, actor)
		tx.Audit(store.AuditEvent{
			AccountID: account, Operation: "autopay.stop_after", Actor: actor, Subject: "mandate " + m.ID.String(), Summary: "after the debit of " + last.String(),
			Reason: string(mandate.ReasonHelperLeft),
		})
	} else if err := s.move(tx, m, mandate.Stopped, mandate.ReasonHelperLeft, today, actor); err != nil {
		return false, err
	}
	return true, s.owe(tx, m, mandate.LetterStopped, mandate.DraftID{})
}

package paying

import (
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// PostDebit posts, in a transaction of the caller, a payment that was
// authorized before and is taken by ACH. facts are the account's, with its
// charges and credits, read in that transaction; they are brought up to date.
//
// try is 0 at first. When the transaction fails because something it writes is
// there already, it is run again with the next one: the payment then has
// another confirmation number (see PostTries).
func (s *Service) PostDebit(tx *store.Tx, d payment.Debit, facts *store.Facts, try int) (payment.Payment, error) {
	i := store.IntentRow{Intent: payment.Intent{
		ID: d.Operation, AccountID: d.Account, Channel: d.Channel, Method: payment.MethodBank, Amount: d.Amount, State: payment.IntentSucceeded,
		InputHash: s.db.Vault().IndexText("debit", d.Operation.String()), Email: d.Email, Language: d.Language,
		SubmittedAt: tx.Now(), UpdatedAt: tx.Now(),
	}}
	p := s.newPayment(tx, i, try)
	p.ReceivedOn, p.EffectiveOn = d.ReceivedOn, d.EffectiveOn
	p.LastFour, p.Brand = d.LastFour, string(d.Type)
	tx.InsertDebit(i, p, d)
	tx.InsertPayment(p)
	tx.InsertClearing(ledger.ClearingACH, p)
	return p, s.post(tx, i, p, ledger.ClearingACH, facts)
}

// PostTries is how often a transaction that posts payments is run again with
// other confirmation numbers.
const PostTries = postingTries

package paying

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Received is money that came in by a channel other than the website, for a
// known account: the inbound contract that all channels share.
type Received struct {
	Operation  payment.OperationID
	Account    enrollment.AccountID
	Channel    payment.Channel
	Method     payment.Method
	Amount     money.Amount
	ReceivedOn civil.Date // when it was received, which may be before it is posted; zero: today
	Postmark   civil.Date // of a mailed payment; zero: none that can be read
	Reference  string     // of the channel: a check number, a trace number
	LastFour   string
}

// clearingOf gives the clearing account of a channel.
func clearingOf(c payment.Channel, m payment.Method) ledger.Account {
	switch {
	case m == payment.MethodCard:
		return ledger.ClearingCard
	case c == payment.ChannelMail:
		return ledger.ClearingLockbox
	case c == payment.ChannelBillPay, c == payment.ChannelThirdParty:
		return ledger.ClearingBillPay
	}
	return ledger.ClearingACH
}

// Receive posts money that came in. The same operation again gives the same
// payment.
func (s *Service) Receive(ctx context.Context, r Received) (payment.Payment, error) {
	if !r.Amount.IsPositive() {
		return payment.Payment{}, fault.At("amount", "amount.not_positive", "Amount must be more than $0")
	}
	if err := s.checkDays(r); err != nil {
		return payment.Payment{}, err
	}
	var paid payment.Payment
	err := s.posting(ctx, s.inLine(r.Account), "receive money", func(tx *store.Tx, try int) error {
		i := store.IntentRow{Intent: payment.Intent{
			ID: r.Operation, AccountID: r.Account, Channel: r.Channel, Method: r.Method, Amount: r.Amount, State: payment.IntentSucceeded,
			InputHash: s.receivedHash(r), Language: "en", SubmittedAt: tx.Now(), UpdatedAt: tx.Now(),
		}}
		isNew, facts, err := tx.OpenIntent(i)
		if err != nil {
			return err
		}
		if !isNew {
			paid, err = s.replayed(tx, r)
			return err
		}
		paid = s.newPayment(tx, i, try)
		paid.LastFour = r.LastFour
		s.date(&paid, r, facts)
		clearing := clearingOf(r.Channel, r.Method)
		tx.InsertPayment(paid)
		tx.InsertClearing(clearing, paid)
		tx.Audit(store.AuditEvent{
			AccountID: r.Account, Operation: "payment.receive", Actor: actorOf(r.Channel), Subject: "payment " + paid.ID.String(),
			Summary: fmt.Sprintf("%s by %s, received %s, effective %s", paid.Amount, r.Method, paid.ReceivedOn, paid.EffectiveOn), Reason: r.Reference,
		})
		return s.post(tx, i, paid, clearing, facts)
	})
	return paid, err
}

func (s *Service) checkDays(r Received) error {
	today := s.profile.Today(s.db.Now())
	received := r.ReceivedOn
	if received.IsZero() {
		received = today
	}
	return payment.CheckReceived(received, r.Postmark, today)
}

// date says when a payment was received and counts: on the day it was received,
// whenever it is posted (R-PAY-3, R-PAY-5), a mailed one by its postmark
// (R-PAY-4).
func (s *Service) date(p *payment.Payment, r Received, facts *store.Facts) {
	if !r.ReceivedOn.IsZero() {
		p.ReceivedOn, p.EffectiveOn = r.ReceivedOn, r.ReceivedOn
	}
	if r.Channel == payment.ChannelMail && !r.Postmark.IsZero() {
		due := standing.DueFor(s.profile, facts.Account.Kind, facts.Relief.Extensions, r.Postmark)
		p.EffectiveOn = payment.MailedOn(s.profile, r.Postmark, p.ReceivedOn, due)
	}
}

// CodeNoAccount marks a receipt for a number that nobody has.
const CodeNoAccount = "receipt.no_account"

// ReceiveFor is Receive for the account that a Subscriber ID or billing number
// belongs to, as it stands on a check or a bank's list (R-ID-4). It fails with
// CodeNoAccount where there is none.
func (s *Service) ReceiveFor(ctx context.Context, number string, r Received) (payment.Payment, error) {
	kind, clean, err := s.readNumber(number)
	if err != nil {
		return payment.Payment{}, err
	}
	err = s.db.Read(ctx, "account of a receipt", func(tx *store.ReadTx) error {
		found, err := findBy(tx, kind, clean)
		r.Account = found.ID
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return payment.Payment{}, fault.New(fault.NotFound, CodeNoAccount, "no account has this number: compare it with the check")
	}
	if err != nil {
		return payment.Payment{}, err
	}
	return s.Receive(ctx, r)
}

// replayed gives the payment of a receipt that is posted already.
func (s *Service) replayed(tx *store.Tx, r Received) (payment.Payment, error) {
	known, err := tx.Intent(r.Operation)
	if err != nil {
		return payment.Payment{}, err
	}
	// Receipts of before kept a hash of their reference alone.
	before := known.Amount == r.Amount && known.AccountID == r.Account && known.InputHash == s.db.Vault().IndexText("received", r.Reference)
	if known.InputHash != s.receivedHash(r) && !before {
		return payment.Payment{}, fault.New(fault.Conflict, CodeOtherInput, "this receipt was already posted with other details")
	}
	return tx.PaymentByIntent(r.Operation)
}

// receivedHash is of all that a receipt says: another one under the same key is
// none of the same money.
func (s *Service) receivedHash(r Received) string {
	return s.db.Vault().IndexText("receipt", fmt.Sprintf("%s %s %s %s %s %s %q %q",
		r.Account, r.Channel, r.Method, r.Amount, r.ReceivedOn, r.Postmark, r.Reference, r.LastFour))
}

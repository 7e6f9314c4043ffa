package paying

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// Order is what every payment by a guest has in common.
type Order struct {
	Operation     payment.OperationID
	Account       enrollment.AccountID
	Channel       payment.Channel
	Amount        money.Amount
	Email         string // where the receipt goes; may be empty
	Text          *ReceiptText
	Language      string
	Authorization payment.Authorization
}

// ReceiptText is a number for one text with the receipt, and the words that its
// payer agreed to by giving it.
type ReceiptText struct {
	Number   pii.Secret // ten digits
	Version  string
	Language string // of the words
	Wording  string
}

// BankOrder is a payment from a bank account.
type BankOrder struct {
	Order
	Bank          payment.BankAccount
	ValidationRef string // from CheckBank
}

// Codes of what can stand in the way of a payment.
const (
	CodeBankRefused   = "bank.refused"      // the validation service says no
	CodeBankReturned  = "bank.returned"     // something came back from it before, and would again (brief G9g)
	CodeBankSilent    = "bank.unavailable"  // it does not answer
	CodeOtherInput    = "payment.other"     // the operation id was used for something else
	CodeFinished      = "payment.finished"  // the operation ended without money; a new one is needed
	CodeCardSilent    = "card.unavailable"  // the processor does not answer; no money was taken
	CodeCardOff       = "card.off"          // no card is taken
	CodeAmountChanged = "amount.out_of_day" // the amount can not be paid any more
)

// CheckBank checks a bank account as typed and asks whether it takes debits
// (ACH-06), unless something came back from it before. It returns the service's
// reference for the answer.
func (s *Service) CheckBank(ctx context.Context, b payment.BankAccount) (string, error) {
	if err := b.Check(); err != nil {
		return "", err
	}
	err := s.db.Read(ctx, "returns from a bank account", func(tx *store.ReadTx) error { return notReturned(tx, b) })
	if err != nil {
		return "", err
	}
	answer, reference, err := s.validator.Validate(ctx, b.Routing, b.Number, b.Type)
	if err != nil || answer == payment.ValidationUnavailable {
		s.log.WarnContext(ctx, "account validation does not answer", "error", err)
		return "", fault.Wrap(fault.Unavailable, CodeBankSilent, err, "We could not check this account just now. Try again, or pay another way.")
	}
	if answer != payment.ValidationOK {
		return "", fault.New(fault.Invalid, CodeBankRefused, "We could not confirm this account. Check the numbers, use another account, or pay another way.")
	}
	return reference, nil
}

// notReturned refuses a bank account that the account's own history knows to be
// closed, unknown or blocked: the next debit would come back too.
func notReturned(tx *store.ReadTx, b payment.BankAccount) error {
	returns, err := tx.BankReturns(b)
	if err != nil {
		return err
	}
	for _, r := range returns {
		if ach.ReasonOf(r.Code).Bars(r.Type == b.Type) {
			return fault.New(fault.Invalid, CodeBankReturned, "A payment from this bank account came back before. Use another account, or pay another way.")
		}
	}
	return nil
}

// PayByBank takes a payment from a bank account: it counts today, and an ACH
// entry waits for the next file. The same order again gives the same payment;
// another order under the same operation id is refused with CodeOtherInput.
func (s *Service) PayByBank(ctx context.Context, o BankOrder) (payment.Payment, error) {
	if err := o.Bank.Check(); err != nil {
		return payment.Payment{}, err
	}
	o.Bank.AccountID = o.Account
	var paid payment.Payment
	err := s.posting(ctx, s.inLine(o.Account), "pay by bank", func(tx *store.Tx, try int) error {
		i, err := s.newIntent(tx, o.Order, payment.MethodBank, o.Bank.Routing, o.Bank.Number.Reveal(), string(o.Bank.Type))
		if err != nil {
			return err
		}
		i.State = payment.IntentSucceeded
		facts, err := s.storeIntent(tx, i, o.Order)
		if err != nil {
			return err
		}
		if facts == nil {
			paid, err = tx.PaymentByIntent(o.Operation)
			return err
		}
		paid = s.newPayment(tx, i, try)
		paid.LastFour, paid.Brand = o.Bank.Number.LastFour(), string(o.Bank.Type)
		from, err := tx.PutBankAccount(o.Bank, o.ValidationRef)
		if err != nil {
			return err
		}
		tx.InsertPayment(paid)
		tx.InsertClearing(ledger.ClearingACH, paid)
		tx.InsertACHEntry(paid, from)
		tx.Audit(store.AuditEvent{
			AccountID: o.Account, Operation: "payment.bank", Actor: actorOf(o.Channel), Subject: "payment " + paid.ID.String(),
			Summary: fmt.Sprintf("%s by bank account, effective %s", paid.Amount, paid.EffectiveOn),
		})
		return s.post(tx, i, paid, ledger.ClearingACH, facts)
	})
	return paid, err
}

func (s *Service) newIntent(tx *store.Tx, o Order, method payment.Method, more ...string) (store.IntentRow, error) {
	i := store.IntentRow{Intent: payment.Intent{
		ID: o.Operation, AccountID: o.Account, Channel: o.Channel, Method: method, Amount: o.Amount,
		State: payment.IntentCreated, InputHash: s.inputHash(o, method, more...), Email: o.Email, Language: o.Language,
		SubmittedAt: tx.Now(), UpdatedAt: tx.Now(), Authorization: o.Authorization,
	}}
	if o.Text == nil || !s.texts {
		return i, nil
	}
	return i, tx.TextReceipt(&i, o.Text.Number)
}

// storeIntent stores a new intent with what the payer agreed to, and gives the
// facts of the account; nil means that the intent is known already. It refuses
// an amount that can not be paid, and an operation id that stands for another
// order.
func (s *Service) storeIntent(tx *store.Tx, i store.IntentRow, o Order) (*store.Facts, error) {
	if !o.Amount.IsPositive() {
		return nil, payment.CheckAmount(o.Amount, money.Zero)
	}
	isNew, facts, err := tx.OpenIntent(i)
	if err != nil {
		return nil, err
	}
	if !isNew {
		known, err := tx.Intent(i.ID)
		if err == nil && known.InputHash != i.InputHash {
			err = fault.New(fault.Conflict, CodeOtherInput, "This payment was already sent with other details")
		}
		return nil, err
	}
	if err := payment.CheckAmount(o.Amount, s.mostPayable(facts)); err != nil {
		return nil, err
	}
	if !i.Texted() {
		return facts, nil
	}
	return facts, tx.InsertReceiptConsent(i, store.ReceiptConsent{
		Number: o.Text.Number, Version: texting.ReceiptVersion, TextVersion: o.Text.Version, Language: o.Text.Language, Wording: o.Text.Wording,
	})
}

// inputHash is of everything that the payer confirmed; it holds no number that
// could be read back from it.
func (s *Service) inputHash(o Order, method payment.Method, more ...string) string {
	h := sha256.New()
	for _, part := range append([]string{o.Account.String(), string(method), o.Amount.String()}, more...) {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return s.db.Vault().IndexText("intent", hex.EncodeToString(h.Sum(nil)))
}

// SavedOrder is a payment from a bank account that is stored for the account.
type SavedOrder struct {
	Order
	Bank payment.BankAccountID
}

// PayBySaved takes a payment from a bank account that was used or saved before.
// The number is read here and goes nowhere else. Otherwise it is PayByBank.
func (s *Service) PayBySaved(ctx context.Context, who identity.Who, o SavedOrder) (payment.Payment, error) {
	if err := who.May(access.StartPayment); err != nil {
		return payment.Payment{}, err
	}
	if who.Account != o.Account {
		return payment.Payment{}, fault.New(fault.Denied, "payment.other_account", "this is not an account of yours")
	}
	var bank payment.BankAccount
	err := s.db.Read(ctx, "saved bank account", func(tx *store.ReadTx) (err error) {
		if bank, err = tx.BankAccount(o.Account, o.Bank); err != nil {
			return err
		}
		if err := mayDebit(tx, who, o); err != nil {
			return err
		}
		return notReturned(tx, bank)
	})
	if err != nil {
		return payment.Payment{}, err
	}
	return s.PayByBank(ctx, BankOrder{Order: o.Order, Bank: bank})
}

// mayDebit refuses a saved bank account that is not verified yet: no live entry
// goes there before (ACH-10, ACH-11). It refuses one that somebody else saved:
// only who saved it can let it be debited (REG-40).
func mayDebit(tx *store.ReadTx, who identity.Who, o SavedOrder) error {
	saved, err := tx.SavedBanks(o.Account)
	if err != nil {
		return err
	}
	others := false
	for _, b := range saved {
		switch {
		case b.ID != o.Bank:
		case b.Person != who.Person.UUID:
			others = true
		case b.Waits && b.RemovedOn.IsZero():
			return fault.At("bank_account", ach.CodeBankWaits, "We are still checking this account. Confirm it first, or pay another way.")
		default:
			return nil
		}
	}
	if others {
		return fault.New(fault.Denied, "payment.other_person", "this bank account was saved by somebody else")
	}
	return nil
}

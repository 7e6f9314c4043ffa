package app

import (
	"context"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
)

// The kinds of job. The names are stored with the jobs and never change.
type (
	receiptJob struct {
		Operation payment.OperationID `json:"operation"`
	}
	receiptTextJob struct {
		Operation payment.OperationID `json:"operation"`
	}
	messageJob struct {
		Account enrollment.AccountID `json:"account"`
		Message store.MessageID      `json:"message"`
	}
	cardJob struct {
		Operation payment.OperationID `json:"operation"`
	}
	mandateLetterJob struct {
		Account enrollment.AccountID `json:"account"`
		Letter  mandate.LetterID     `json:"letter"`
	}
	firstBillJob struct {
		Account enrollment.AccountID `json:"account"`
	}
)

func (receiptJob) Kind() string       { return "receipt.send" }
func (receiptTextJob) Kind() string   { return "receipt.text" }
func (messageJob) Kind() string       { return "message.send" }
func (cardJob) Kind() string          { return "card.check" }
func (mandateLetterJob) Kind() string { return "mandate.letter" }
func (firstBillJob) Kind() string     { return "bill.first" }

// SendReceipt enqueues the receipt of a payment.
func (a *App) SendReceipt(tx *store.Tx, _ enrollment.AccountID, operation payment.OperationID) error {
	return a.queue.Insert(tx, receiptJob{operation})
}

// TextReceipt enqueues the writing of a receipt by text.
func (a *App) TextReceipt(tx *store.Tx, _ enrollment.AccountID, operation payment.OperationID) error {
	return a.queue.Insert(tx, receiptTextJob{operation})
}

// SendMessage enqueues the sending of an e-mail that is kept.
func (a *App) SendMessage(tx *store.Tx, account enrollment.AccountID, id store.MessageID) error {
	return a.queue.Insert(tx, messageJob{account, id})
}

// CheckCard enqueues a look at the card processor.
func (a *App) CheckCard(tx *store.Tx, operation payment.OperationID) error {
	return a.queue.Insert(tx, cardJob{operation})
}

// SendMandateLetter enqueues the writing of a letter about a mandate: who turns
// AutoPay on has the copy of the authorization at once (REG-40).
func (a *App) SendMandateLetter(tx *store.Tx, account enrollment.AccountID, id mandate.LetterID) error {
	return a.queue.Insert(tx, mandateLetterJob{account, id})
}

// Enqueue enqueues the first bill of an account.
func (a *App) Enqueue(tx *store.Tx, account enrollment.AccountID) error {
	return a.queue.Insert(tx, firstBillJob{account})
}

func (a *App) sendReceipt(ctx context.Context, job receiptJob) error {
	letter, err := a.receiptLetter(ctx, job.Operation)
	if err != nil {
		return err
	}
	return unlessFinal(a.Notifying.Deliver(ctx, letter))
}

// textReceipt writes the receipt of an operation as a text to the number that its
// payer gave. Whether it may leave is asked when it does.
func (a *App) textReceipt(ctx context.Context, job receiptTextJob) error {
	receipt, err := a.Paying.Receipt(ctx, job.Operation)
	if err != nil {
		return err
	}
	letter, err := a.config.Letters.Receipt(receipt)
	if err != nil {
		return err
	}
	return a.Notifying.TextReceipt(ctx, letter, receipt.Number)
}

// receiptLetter writes the receipt of an operation, or that no money was taken.
func (a *App) receiptLetter(ctx context.Context, operation payment.OperationID) (notifying.Letter, error) {
	intent, err := a.Paying.Intent(ctx, operation)
	if err != nil {
		return notifying.Letter{}, err
	}
	if intent.State.Final() && intent.State != payment.IntentSucceeded {
		return a.config.Letters.Unpaid(intent)
	}
	receipt, err := a.Paying.Receipt(ctx, operation)
	if err != nil {
		return notifying.Letter{}, err
	}
	return a.config.Letters.Receipt(receipt)
}

func (a *App) sendMessage(ctx context.Context, job messageJob) error {
	err := a.Notifying.Send(ctx, job.Account, job.Message)
	if notifying.Final(err) {
		if err := a.bounced(ctx, job); err != nil {
			return err
		}
	}
	return unlessFinal(err)
}

func (a *App) sendMandateLetter(ctx context.Context, job mandateLetterJob) error {
	_, err := a.Notifying.SendMandate(ctx, job.Account, job.Letter, a.config.Profile.Today(a.db.Now()))
	return err
}

// unlessFinal ends the tries at a letter that will never be taken.
func unlessFinal(err error) error {
	if notifying.Final(err) {
		return queue.Cancel(err)
	}
	return err
}

func (a *App) checkCard(ctx context.Context, job cardJob) error {
	_, err := a.Paying.Check(ctx, job.Operation)
	return err
}

func (a *App) firstBill(ctx context.Context, job firstBillJob) error {
	// A change of plan ends the old enrollment: what was charged beyond its end
	// is taken back before the new one is billed.
	if _, err := a.Collecting.ReviewAccount(ctx, job.Account, a.config.Profile.Today(a.db.Now())); err != nil {
		return err
	}
	return a.Billing.FirstBill(ctx, job.Account)
}

package payment

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

// RefundID names a refund.
type RefundID = ident.ID[Refund]

// RefundState says how far a refund is.
type RefundState string

// The states of a refund.
const (
	RefundAsked    RefundState = "asked"    // a second person must approve it
	RefundApproved RefundState = "approved" // posted; an ACH credit carries it
	RefundDeclined RefundState = "declined" // the second person said no
	RefundPaid     RefundState = "paid"     // the bank says so
	RefundFailed   RefundState = "failed"   // it came back, and is credit again
)

// Refund is money of a payment that goes back to the bank account it came from
// (R-PAY-8).
type Refund struct {
	ID        RefundID
	AccountID enrollment.AccountID
	PaymentID ID
	Bank      BankAccountID
	Amount    money.Amount
	State     RefundState
	Reason    string
	AskedBy   string
	AskedAt   civil.Instant
	NeedsTwo  bool // more than one person may pay out (refund.dual_control)
	DecidedBy string
	ClosedOn  civil.Date // when it was paid, or came back
}

// Package payment holds the rules of taking money: channels and methods, the
// life of a payment intent, what may be paid, how money is applied to charges,
// and the ports through which the card processor and the account validator are
// reached.
package payment

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
)

type (
	// OperationID is the birth certificate of a payment: made when the payer
	// opens the form, kept through reload, Back, double tap, retry and crash.
	OperationID = ident.ID[Intent]
	// ID names a payment.
	ID = ident.ID[Payment]
	// BankAccountID names a stored bank account.
	BankAccountID = ident.ID[BankAccount]
)

// Channel is the way money came in (R-PAY-1).
type Channel string

// The channels.
const (
	ChannelWebGuest   Channel = "web_guest"
	ChannelWebAccount Channel = "web_account"
	ChannelAutoPay    Channel = "autopay"
	ChannelIVR        Channel = "phone_ivr"
	ChannelAgent      Channel = "phone_agent"
	ChannelMail       Channel = "mail"
	ChannelBillPay    Channel = "bank_bill_pay"
	ChannelThirdParty Channel = "third_party_bill_pay"
	ChannelStaff      Channel = "staff"
)

// Method is what the payer paid with (R-PAY-2).
type Method string

// The methods.
const (
	MethodBank       Method = "bank"
	MethodCard       Method = "card"
	MethodCheck      Method = "check"
	MethodMoneyOrder Method = "money_order"
)

// IntentState is where a payment intent stands. The transitions are in
// CanBecome; docs/states/payment-intent.md draws them.
type IntentState string

// The states of an intent.
const (
	IntentCreated   IntentState = "created"   // stored; the processor may or may not know it
	IntentPending   IntentState = "pending"   // the payer is on the processor's page
	IntentUnknown   IntentState = "unknown"   // the processor did not answer; ask it by operation id
	IntentSucceeded IntentState = "succeeded" // money taken, payment posted
	IntentDeclined  IntentState = "declined"  // no money taken, by the bank's word
	IntentCanceled  IntentState = "canceled"  // no money taken, by the payer's word
	IntentExpired   IntentState = "expired"   // no money taken, the page ran out
)

// Final tells whether s is settled: nothing follows it but a late success.
func (s IntentState) Final() bool {
	switch s {
	case IntentSucceeded, IntentDeclined, IntentCanceled, IntentExpired:
		return true
	}
	return false
}

// Intent is one wish to pay.
type Intent struct {
	ID          OperationID
	AccountID   enrollment.AccountID
	Channel     Channel
	Method      Method
	Amount      money.Amount
	State       IntentState
	InputHash   string // of everything the payer confirmed; another input under the same id is a conflict
	SessionRef  string // the processor's name for its page, once known
	Reason      string // why it was declined: a Decline code
	Email       string // where the receipt goes, if given
	Language    string
	SubmittedAt civil.Instant // decides timeliness
	UpdatedAt   civil.Instant
	ExpiresAt   civil.Instant // when the processor's page runs out

	Authorization Authorization // zero where nobody was asked: AutoPay's is with its mandate
}

// Authorization is what a payer agreed to, and how we know (ACH-02, REG-40). It
// was given when the intent was submitted.
type Authorization struct {
	Version     string // of the words
	Wording     string // as they were shown
	Network     string
	SessionHash string
}

// Payment is a receipt attached to an account: money that we have, or that is
// on its way and counts.
type Payment struct {
	ID           ID
	AccountID    enrollment.AccountID
	IntentID     OperationID
	Channel      Channel
	Method       Method
	Amount       money.Amount
	Confirmation ident.Confirmation
	Processor    string // "sandbox", "stripe", "" for none
	ProcessorRef string // the processor's charge, unique per processor (I9)
	LastFour     string
	Brand        string        // "Visa", or "checking"
	SubmittedAt  civil.Instant // when the payer pressed the button
	ReceivedOn   civil.Date
	EffectiveOn  civil.Date // decides timeliness (R-CAL-2)
	PostedAt     civil.Instant
}

// AccountType tells checking from savings: US bank files need it.
type AccountType string

// The account types.
const (
	AccountChecking AccountType = "checking"
	AccountSavings  AccountType = "savings"
)

// BankAccount is where a bank payment is taken from. Number is encrypted at
// rest and shown once.
type BankAccount struct {
	ID         BankAccountID
	AccountID  enrollment.AccountID
	HolderName string
	Type       AccountType
	Routing    string
	Number     pii.Secret
}

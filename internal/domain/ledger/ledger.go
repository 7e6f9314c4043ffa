// Package ledger is the chart of accounts and the posting rules: every event
// becomes transfers of a positive amount from one account to another, so a set
// of transfers can not fail to balance (architecture section 5).
package ledger

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Account is an account of the chart. Those in brackets in the design have an
// owner as well: an enrollment, a billing account or a carrier.
type Account string

// The chart of accounts.
const (
	CashOperating      Account = "cash.operating"
	ClearingCard       Account = "clearing.card"
	ClearingACH        Account = "clearing.ach"
	ClearingLockbox    Account = "clearing.lockbox"
	ClearingBillPay    Account = "clearing.billpay"
	ReceivableMember   Account = "receivable.member"   // owner: enrollment
	ReceivableState    Account = "receivable.state"    // owner: carrier
	CreditMember       Account = "credit.member"       // owner: the billing account of the entry
	Suspense           Account = "suspense"            //
	CarrierUncollected Account = "carrier.uncollected" // owner: carrier
	CarrierPayable     Account = "carrier.payable"     // owner: carrier
	RefundPayable      Account = "refund.payable"      // owner: the billing account of the entry
	FeeIncome          Account = "fee.income"
	FeeExpense         Account = "fee.expense"
	WriteOff           Account = "write_off"
	Waiver             Account = "waiver"
	Verification       Account = "verification" // micro-entries: what they cost when they do not come back whole
)

// Chart lists every account.
var Chart = []Account{
	CashOperating, ClearingCard, ClearingACH, ClearingLockbox, ClearingBillPay, ReceivableMember, ReceivableState,
	CreditMember, Suspense, CarrierUncollected, CarrierPayable, RefundPayable, FeeIncome, FeeExpense, WriteOff, Waiver, Verification,
}

// Side is an account with its owner; Owner is "" for accounts without one.
type Side struct {
	Account Account
	Owner   string
}

// Transfer moves Amount, always positive, from Credit to Debit.
type Transfer struct {
	Debit, Credit Side
	Amount        money.Amount
}

// House is the account under which the marketplace's own movements stand:
// deposits, which bring the money of many accounts at once.
var House = enrollment.AccountID{UUID: ident.Named([]byte("marketplace's own"))}

// EntryID names an entry.
type EntryID = ident.ID[Entry]

// EntryKind says what happened.
type EntryKind string

// The kinds of entry.
const (
	EntryCharge      EntryKind = "charge"
	EntryReversal    EntryKind = "charge_reversal"
	EntryReceipt     EntryKind = "receipt"
	EntryApplication EntryKind = "application"
	EntryUnapplied   EntryKind = "application_undone"
	EntryWaiver      EntryKind = "waiver"
	EntryUnwaived    EntryKind = "waiver_undone"
	EntryReturn      EntryKind = "return"
	EntryDeposit     EntryKind = "deposit"
	EntryRefund      EntryKind = "refund"
	EntryRemittance  EntryKind = "remittance"
	EntryMicro       EntryKind = "micro"
)

// Source ties an entry to its cause.
type Source struct {
	Kind string // "charge", "payment", "application", "waived"
	ID   string
}

// Entry is a set of transfers with one cause. It is never edited: a correction
// is another entry that names this one in Reverses.
type Entry struct {
	ID          EntryID
	AccountID   enrollment.AccountID
	Kind        EntryKind
	EffectiveOn civil.Date
	Source      Source
	Actor       string
	Reason      string
	Reverses    EntryID
	Transfers   []Transfer
}

// Charge posts a month's charge: the member's and the state's shares become
// receivable, owed on to the carrier when collected. APTC goes straight from
// the federal government to the carrier and never enters the ledger. A charge
// of $0 to both posts nothing.
func Charge(id enrollment.ID, carrier string, p enrollment.Premium) []Transfer {
	uncollected := Side{CarrierUncollected, carrier}
	return positive(
		Transfer{Side{ReceivableMember, id.String()}, uncollected, p.Member},
		Transfer{Side{ReceivableState, carrier}, uncollected, p.State},
	)
}

// Receipt posts money that came in through a clearing account for a known
// billing account.
func Receipt(clearing Account, amount money.Amount) []Transfer {
	return positive(Transfer{Side{clearing, ""}, Side{CreditMember, ""}, amount})
}

// Apply posts the payment of a charge: the member owes less, and what was owed
// to the carrier on collection is owed outright.
func Apply(id enrollment.ID, carrier string, amount money.Amount) []Transfer {
	return positive(
		Transfer{Side{CreditMember, ""}, Side{ReceivableMember, id.String()}, amount},
		Transfer{Side{CarrierUncollected, carrier}, Side{CarrierPayable, carrier}, amount},
	)
}

// Waive posts relief from a charge (R-DUE-8): the member owes less, and the
// marketplace bears it. The carrier is owed outright what it is owed when a
// member pays: it insures the member for the month like any other.
func Waive(id enrollment.ID, carrier string, amount money.Amount) []Transfer {
	return positive(
		Transfer{Side{Waiver, ""}, Side{ReceivableMember, id.String()}, amount},
		Transfer{Side{CarrierUncollected, carrier}, Side{CarrierPayable, carrier}, amount},
	)
}

// Return posts that the bank or the card holder took the money back, after its
// applications have been undone.
func Return(clearing Account, amount money.Amount) []Transfer {
	return Reverse(Receipt(clearing, amount))
}

// Deposit posts what the bank reports as arrived, and the processor's fee that
// it held back.
func Deposit(clearing Account, arrived, fee money.Amount) []Transfer {
	return positive(
		Transfer{Side{CashOperating, ""}, Side{clearing, ""}, arrived},
		Transfer{Side{FeeExpense, ""}, Side{clearing, ""}, fee},
	)
}

// BankFee posts what our bank took for its work.
func BankFee(amount money.Amount) []Transfer {
	return positive(Transfer{Side{FeeExpense, ""}, Side{CashOperating, ""}, amount})
}

// Refund posts that money which is not applied will go back to who paid it.
func Refund(amount money.Amount) []Transfer {
	return positive(Transfer{Side{CreditMember, ""}, Side{RefundPayable, ""}, amount})
}

// RefundPaid posts that the bank has paid a refund out.
func RefundPaid(amount money.Amount) []Transfer {
	return positive(Transfer{Side{RefundPayable, ""}, Side{CashOperating, ""}, amount})
}

// RefundBack posts that money of a refund, which the payer's bank could not
// take, is with us again.
func RefundBack(amount money.Amount) []Transfer {
	return positive(Transfer{Side{CashOperating, ""}, Side{RefundPayable, ""}, amount})
}

// MicroDebit posts the debit that will take micro-entries back (ACH-11). The
// books show their sum and not the two amounts, which are a secret.
func MicroDebit(amount money.Amount) []Transfer {
	return positive(Transfer{Side{ClearingACH, ""}, Side{Verification, ""}, amount})
}

// MicroPaid posts that the bank has paid micro-credits out.
func MicroPaid(amount money.Amount) []Transfer {
	return positive(Transfer{Side{Verification, ""}, Side{CashOperating, ""}, amount})
}

// Remit posts what a carrier was paid of the money collected for it. A payment
// that comes back later leaves the carrier with less than nothing to get: the
// next remittance is smaller by it.
func Remit(carrier string, amount money.Amount) []Transfer {
	return positive(Transfer{Side{CarrierPayable, carrier}, Side{CashOperating, ""}, amount})
}

// Reverse swaps the sides of transfers, for the entry that undoes them.
func Reverse(transfers []Transfer) []Transfer {
	reversed := make([]Transfer, len(transfers))
	for i, t := range transfers {
		reversed[i] = Transfer{Debit: t.Credit, Credit: t.Debit, Amount: t.Amount}
	}
	return reversed
}

func positive(transfers ...Transfer) []Transfer {
	kept := transfers[:0]
	for _, t := range transfers {
		if t.Amount.IsNegative() {
			panic("ledger: negative transfer to " + string(t.Debit.Account))
		}
		if t.Amount.IsPositive() {
			kept = append(kept, t)
		}
	}
	return kept
}

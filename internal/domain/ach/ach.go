// Package ach is the rules of money that moves through the Automated Clearing
// House: what an entry and a file are, when they settle, what may be sent again
// or taken back, and how much may leave without a second person. Values in,
// values out; the bank's mailbox is the one port.
package ach

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

// EntryID names an entry.
type EntryID = ident.ID[Entry]

// FileID names a file to the bank.
type FileID = ident.ID[BankFile]

// Kind says what an entry is for. Kinds are stored and never change.
type Kind string

// The kinds of entry.
const (
	KindDebit    Kind = "debit"    // a premium, once or by AutoPay
	KindRetry    Kind = "retry"    // the second or third presentation of a debit that came back (ACH-32)
	KindRefund   Kind = "refund"   // money back to a payer (ACH-37)
	KindPrenote  Kind = "prenote"  // $0, to hear whether an account can be debited (ACH-10)
	KindMicro    Kind = "micro"    // cents, to see whether a member can read the account's statement (ACH-11)
	KindReversal Kind = "reversal" // an entry of ours that was an error, undone (ACH-36)
)

// Kinds lists every kind in the order of a file's batches.
var Kinds = []Kind{KindDebit, KindRetry, KindPrenote, KindMicro, KindReversal, KindRefund}

// IsCredit tells whether all entries of a kind bring money to the Receiver. We
// reverse debits only: a refund that was an error is asked back. Micro-entries
// go both ways in one batch: see Entry.IsCredit.
func (k Kind) IsCredit() bool { return k == KindRefund || k == KindReversal }

// State says how far an entry is.
type State string

// The states of an entry.
const (
	StateWaiting  State = "waiting"  // for the next file
	StateFiled    State = "filed"    // in a file, for good (I11)
	StateSettled  State = "settled"  // the bank has moved the money
	StateReturned State = "returned" // the bank has taken it back
	StateDropped  State = "dropped"  // never sent
)

// SEC is the standard entry class: how the Receiver authorized the entry
// (ACH-01).
type SEC string

// The classes that we send.
const (
	WEB SEC = "WEB" // a consumer, on the internet
	PPD SEC = "PPD" // a consumer, on paper; and every credit to a consumer
	TEL SEC = "TEL" // a consumer, on the phone
	CCD SEC = "CCD" // a business
)

// Classes lists every class in the order of a file's batches.
var Classes = []SEC{WEB, PPD, TEL, CCD}

// PaymentType says, for WEB and TEL, whether the authorization is for one entry
// or for many (positions 77 and 78).
type PaymentType string

// The payment types.
const (
	Single    PaymentType = "S"
	Recurring PaymentType = "R"
	NoType    PaymentType = "" // of PPD and CCD
)

// Entry is one movement of money, or a prenote, for one bank account.
type Entry struct {
	ID        EntryID
	AccountID enrollment.AccountID
	Kind      Kind
	PaymentID payment.ID            // of a debit or retry: the payment that it collects
	RefundID  payment.RefundID      // of a refund
	MandateID ident.UUID            // of a debit by AutoPay, and its retries
	FirstID   EntryID               // of a retry or reversal: the entry that was returned or wrong; of a micro-debit: the first credit that it takes back
	Bank      payment.BankAccountID // the Receiver's account
	SEC       SEC
	Type      PaymentType
	Amount    money.Amount
	SettleOn  civil.Date // not before
	State     State
	FileID    FileID
	Trace     string // "" until it is filed
}

// IsCredit tells whether money goes to the Receiver.
func (e Entry) IsCredit() bool {
	return e.Kind.IsCredit() || e.Kind == KindMicro && e.FirstID.IsZero()
}

// ClearingOf names what the money of an entry is on its way for: its payment, or
// the entry itself where there is none.
func (e Entry) ClearingOf() payment.ID {
	if e.PaymentID.IsZero() {
		return payment.ID{UUID: e.ID.UUID}
	}
	return e.PaymentID
}

// BankFile is a file to the bank. Its text is never kept: it is written anew
// from its entries, the same bytes every time, which the sum proves.
type BankFile struct {
	ID       FileID
	BankOn   civil.Date // the bank day it was built for
	Modifier string     // A, B, …: files of one bank day (ACH-21)
	SettleOn civil.Date // effective entry date of all its entries (ACH-20)
	Name     string
	State    FileState
	Totals
	Bytes   int64
	SHA256  string
	BuiltAt civil.Instant
}

// FileState says how far a file is.
type FileState string

// The states of a file.
const (
	FileBuilding     FileState = "building"     // entries are being put in; a crash may have cut it off
	FileHeld         FileState = "held"         // whole, and larger than may leave without a second person
	FileBuilt        FileState = "built"        // whole: entries, totals and sum are recorded
	FileSending      FileState = "sending"      // it may be with the bank, or not
	FileSent         FileState = "sent"         // it is with the bank
	FileAcknowledged FileState = "acknowledged" // the bank has taken it
	FileRefused      FileState = "refused"      // the bank has not
	FileWithdrawn    FileState = "withdrawn"    // nobody has it, and its entries wait again
)

// Totals count what a file or a day holds.
type Totals struct {
	Entries         int
	Debits, Credits money.Amount
}

// Add gives the totals of both.
func (t Totals) Add(o Totals) Totals {
	return Totals{t.Entries + o.Entries, t.Debits.Add(o.Debits), t.Credits.Add(o.Credits)}
}

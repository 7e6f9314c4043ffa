// Package nacha writes and reads NACHA files: records of 94 characters that
// carry debits and credits to the banks, and returns and corrections back.
//
// Writer and Reader stream: neither holds more than one entry, so memory does
// not grow with the file (docs/adr/0014-nacha-files-are-streamed.md). The
// writer refuses what a bank would refuse. The reader takes what banks really
// send (ACH-42): what can not be used is set aside entry by entry, with its
// line and the reason, and the rest goes on.
package nacha

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
)

// RecordLength is the length of every record; ten records are a block.
const (
	RecordLength = 94
	BlockRecords = 10
)

// Limits that the width of a field sets.
const (
	EntryMaxCents      = 99_999_999_99    // 10 digits
	TotalMaxCents      = 9_999_999_999_99 // 12 digits, of a batch and of a file
	BatchEntriesMax    = 999_999          // entries and addenda of one batch
	FileEntriesMax     = 99_999_999       // entries and addenda of one file
	AddendumTextMax    = 80               // characters
	MicroEntryMaxCents = 99               // a micro-entry credit is below $1.00 (ACH-11)
)

// Class is a standard entry class (ACH-01).
type Class string

// The classes that Writer writes.
const (
	WEB Class = "WEB" // consumer, authorized on the internet
	TEL Class = "TEL" // consumer, authorized on the phone
	PPD Class = "PPD" // consumer, authorized on paper; credits to consumers
	CCD Class = "CCD" // business
)

// Classes that only come in.
const (
	COR Class = "COR" // notifications of change
	ACK Class = "ACK" // acknowledgment of a CCD entry
	ATX Class = "ATX" // acknowledgment of a CTX entry
	ADV Class = "ADV" // the operator's accounting advice
	IAT Class = "IAT" // international
	CTX Class = "CTX" // business, with many addenda
	CIE Class = "CIE" // a consumer's bank pays a bill
)

// Service says which way the money of a batch moves.
type Service int

// The service classes.
const (
	Mixed   Service = 200
	Credits Service = 220
	Debits  Service = 225
	Advices Service = 280 // accounting advices only; read, never written
)

// Code is a transaction code: what kind of account, which way, and whether it
// is live, a prenote, or a return.
type Code int

// The codes that Writer writes.
const (
	CheckingCredit        Code = 22
	CheckingCreditPrenote Code = 23
	CheckingDebit         Code = 27
	CheckingDebitPrenote  Code = 28
	SavingsCredit         Code = 32
	SavingsCreditPrenote  Code = 33
	SavingsDebit          Code = 37
	SavingsDebitPrenote   Code = 38
)

// Descriptions that the rules fix to the letter.
const (
	DescriptionRetry    = "RETRY PYMT" // a returned debit presented again (ACH-32)
	DescriptionReversal = "REVERSAL"   // an erroneous entry undone (ACH-36)
	DescriptionMicro    = "ACCTVERIFY" // micro-entries (ACH-11)
)

// PaymentType of a WEB or TEL entry.
const (
	Single    = "S"
	Recurring = "R"
)

// Header is the first record of a file.
type Header struct {
	Destination     string // routing number of the bank that gets the file, 9 digits
	DestinationName string // at most 23 characters
	Origin          string // 9 digits or 10 characters, as the bank assigned it
	OriginName      string // at most 23 characters
	CreatedOn       civil.Date
	CreatedAt       string // HHMM, may be empty
	Modifier        string // A to Z or 0 to 9: tells the files of a day apart
	Reference       string // at most 8 characters, may be empty
	CRLF            bool   // ends lines with CR and LF, for banks that want it
}

// BatchHeader begins a batch: entries of one class, company and date.
type BatchHeader struct {
	Class       Class
	Service     Service
	CompanyName string // at most 16 characters; the member recognizes it (ACH-24)
	CompanyData string // at most 20 characters, may be empty
	CompanyID   string // at most 10 characters
	Description string // at most 10 characters, shown on statements
	Descriptive string // at most 6 characters: a date for people, may be empty
	EffectiveOn civil.Date
	ODFI        string // first 8 digits of our bank's routing number
	Number      int    // given by Writer in order; as read by Reader
	Settled     string // as read: the operator's day of the year, "138"; written as blanks
}

// Entry is one movement of money, or a prenote of one.
type Entry struct {
	Code        Code
	Routing     string // 9 digits
	Account     pii.Secret
	Amount      money.Amount
	ID          string // at most 15 characters: who it is for, by our number
	Name        string // of the person; cut at 22 characters when written
	PaymentType string // WEB and TEL: Single or Recurring
	Data        string // other classes: at most 2 characters, may be empty
	Trace       string // 15 digits: ODFI and a number that is not used again (ACH-25)
	Addenda     []string
}

// Totals are what the control records say.
type Totals struct {
	Batches int
	Entries int
	Addenda int
	Hash    int64 // sum of the first 8 digits of the routing numbers, 10 digits of it
	Debit   money.Amount
	Credit  money.Amount
	Records int   // padding included
	Bytes   int64 // line ends included
}

package ach

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

// Codes of what the rules of the network forbid.
const (
	CodeRetryReason    = "retry.reason"      // the entry did not come back for lack of money
	CodeRetryCount     = "retry.count"       // it was presented three times
	CodeRetryLate      = "retry.late"        // more than 180 days after the first settlement
	CodeRetryAmount    = "retry.amount"      // another amount
	CodeReverseKind    = "reversal.kind"     // only debits of ours are reversed
	CodeReverseLate    = "reversal.late"     // more than 5 bank days after settlement
	CodeReverseFound   = "reversal.found"    // more than 24 hours after it was found
	CodeReverseWhy     = "reversal.why"      // not an error that may be reversed
	CodeReverseUnsent  = "reversal.unsent"   // it was not sent yet: drop it
	CodeReverseNoMoney = "reversal.no_money" // it has come back already
)

// Limits of the network, which a marketplace can make narrower and not wider.
const (
	presentationsMost = 3   // the first and two retries (ACH-32)
	retryDaysMost     = 180 // after the first settlement
	reverseBankDays   = 5   // after settlement (ACH-36)
	reverseWithin     = 24 * time.Hour
)

// Presentation is a debit that is to be presented again.
type Presentation struct {
	Code          string     // why it came back last
	Presentations int        // so far, the first included
	FirstSettled  civil.Date // of the first presentation
	FirstAmount   money.Amount
	SettleOn      civil.Date // of the new one
	Amount        money.Amount
}

// Check refuses what may not be presented again (ACH-32). R08 needs the word of
// the Receiver, which is not asked for here; so it is refused.
func (p Presentation) Check() error {
	switch {
	case p.Code != "R01" && p.Code != "R09":
		return fault.New(fault.Conflict, CodeRetryReason, "a debit that came back as %s may not be presented again", p.Code)
	case p.Presentations >= presentationsMost:
		return fault.New(fault.Conflict, CodeRetryCount, "a debit may be presented three times in all")
	case p.SettleOn.After(p.FirstSettled.AddDays(retryDaysMost)):
		return fault.New(fault.Conflict, CodeRetryLate, "the last day for presenting it again was %s", p.FirstSettled.AddDays(retryDaysMost))
	case p.Amount != p.FirstAmount:
		return fault.New(fault.Conflict, CodeRetryAmount, "only the same amount may be presented again: %s", p.FirstAmount)
	}
	return nil
}

// ReversalWhy is the error that a reversal undoes.
type ReversalWhy string

// The errors that may be reversed. Lack of money and a wish for a refund are
// none (ACH-36).
const (
	WhyDuplicate ReversalWhy = "duplicate"
	WhyAmount    ReversalWhy = "wrong_amount"
	WhyReceiver  ReversalWhy = "wrong_receiver"
	WhyDate      ReversalWhy = "wrong_date"
)

// Reversal is an entry that is to be reversed.
type Reversal struct {
	Entry    Entry
	Settled  civil.Date // when the wrong entry settles
	Why      ReversalWhy
	FoundAt  civil.Instant // when the error was found
	AskedAt  civil.Instant // now
	SentAt   civil.Instant // when the reversal would leave: with the next file
	SettleOn civil.Date    // when the reversal would settle
}

// Check refuses what may not be reversed (ACH-36): a reversal must be with the
// Receiver's bank within 5 bank days of the wrong entry's settlement, and leave
// within 24 hours of the error being found.
func (r Reversal) Check() error {
	switch {
	case r.Why != WhyDuplicate && r.Why != WhyAmount && r.Why != WhyReceiver && r.Why != WhyDate:
		return fault.New(fault.Invalid, CodeReverseWhy, "only a duplicate, a wrong amount, receiver or date may be reversed: refund it instead")
	case r.Entry.Kind != KindDebit && r.Entry.Kind != KindRetry:
		return fault.New(fault.Conflict, CodeReverseKind, "only a debit can be reversed")
	case r.Entry.State == StateWaiting || r.Entry.State == StateDropped:
		return fault.New(fault.Conflict, CodeReverseUnsent, "the debit was not sent: it can be taken out before it is")
	case r.Entry.State == StateReturned:
		return fault.New(fault.Conflict, CodeReverseNoMoney, "the debit has come back: there is nothing to give back")
	case r.SettleOn.After(civil.BankDays.Add(r.Settled, reverseBankDays)):
		return fault.New(fault.Conflict, CodeReverseLate, "the last day for reversing it was %s: refund it instead", civil.BankDays.Add(r.Settled, reverseBankDays))
	case r.SentAt.Sub(r.FoundAt) > reverseWithin || r.AskedAt.Before(r.FoundAt):
		return fault.New(fault.Conflict, CodeReverseFound, "a reversal must leave within 24 hours of the error being found, and the next file does not: refund it instead")
	}
	return nil
}

// finalAfter is how many bank days after settlement a debit can come back for
// lack of money or a wrong account (ACH-30: by the opening of the second; one
// more until we have read it).
const finalAfter = 3

// FinalFrom gives the first day on which the money of a debit is ours to give
// back. A return as unauthorized can still come, for 60 days.
func FinalFrom(settled civil.Date) civil.Date { return civil.BankDays.Add(settled, finalAfter) }

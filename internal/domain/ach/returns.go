package ach

import (
	"regexp"

	"quittance.org/quittance/internal/base/civil"
)

// TimeLimit says how long after settlement a bank may send a return (ACH-30).
type TimeLimit string

// The limits.
const (
	WithinTwoBankDays TimeLimit = "2BD"       // by the opening of the second bank day
	WithinSixtyDays   TimeLimit = "60CD"      // by the opening of the bank day after the 60th day
	WithinNextFile    TimeLimit = "next_file" // the operator refuses it in its next file
	WithinAgreed      TimeLimit = "agreed"    // both banks agreed to it, whenever
	WithinNoTime      TimeLimit = ""          // no debit of ours comes back like this
)

// Retry says whether the same debit may be presented again (ACH-32).
type Retry string

// The answers.
const (
	RetryNo       Retry = "no"
	RetryTwice    Retry = "twice"    // two times more, for want of money
	RetryApproved Retry = "approved" // once the account holder agrees
	RetryFixed    Retry = "fixed"    // once our mistake is put right
	RetryNever    Retry = "never"    // not on this authorization (ACH-33)
)

// Consequence is what becomes of the authorization and of the bank account.
type Consequence string

// The consequences.
const (
	ThenKeep    Consequence = "keep"    // nothing but a warning
	ThenPause   Consequence = "pause"   // no debit until the member has said so
	ThenAsk     Consequence = "ask"     // the account moved to another bank: ask for the new one
	ThenStop    Consequence = "stop"    // the bank account is no good: another one is needed
	ThenDispute Consequence = "dispute" // the authorization is dead for good (ACH-33)
	ThenReview  Consequence = "review"  // staff look; the authorization stays
)

// Class is the class in which the return rates count a return (ACH-34).
type Class string

// The classes. Every return of a debit counts in the overall rate, but for
// those of returned checks (RCK).
const (
	ClassUnauthorized   Class = "unauthorized"
	ClassAdministrative Class = "administrative"
	ClassOther          Class = "other"
	ClassUncounted      Class = "uncounted"
)

// Traffic says in which conversation of the banks a code belongs.
type Traffic string

// The conversations.
const (
	TrafficReturn    Traffic = "return"    // an entry of ours came back
	TrafficDishonor  Traffic = "dishonor"  // our bank sent a return back to the other bank
	TrafficContest   Traffic = "contest"   // the other bank insists, or corrects its return
	TrafficForeign   Traffic = "foreign"   // international and government entries: we send none
	TrafficUndefined Traffic = "undefined" // no such code
)

// Reason is what is to be known of a return reason code.
type Reason struct {
	Code    string
	Meaning string // in plain words, of the payment
	Words   string // the key of the words for members, see web/messages letter.returned.reason
	Within  TimeLimit
	Retry   Retry
	Then    Consequence
	Class   Class
	Traffic Traffic
	OurBug  bool // we made the entry wrongly: somebody looks at the program
	Look    bool // somebody looks at what is behind it: fraud, a death
}

// CodeDisputed is why a payment is taken back whose debit was never sent,
// because its mandate was disputed before (ACH-33). It is no code of a bank.
const CodeDisputed = "DISPUTED"

// CodeReversal is why a payment is taken back whose debit was our error: the
// money goes back to the bank account (ACH-36). It is no code of a bank.
const CodeReversal = "REVERSAL"

// ReasonOf gives what is to be known of a code. One that nobody has defined
// is TrafficUndefined: the money is gone all the same, so it is undone, and
// staff look (ACH-42: banks send codes of their own, such as R97).
func ReasonOf(code string) Reason {
	if c, ok := reasons[code]; ok {
		c.Code = code
		return c
	}
	return Reason{
		Code: code, Meaning: "The bank sent the payment back and gave a reason that is not in the rules.", Words: "unknown",
		Within: WithinTwoBankDays, Retry: RetryNo, Then: ThenReview, Class: ClassOther, Traffic: TrafficUndefined,
	}
}

// Undoes tells whether the code means that a debit of ours did not happen.
func (c Reason) Undoes() bool { return c.Traffic == TrafficReturn || c.Traffic == TrafficUndefined }

// ByReceiver tells whether a payment that was taken back for a code came back
// from the payer's bank for a reason of the payer's: not that we took it back, or
// had made the entry wrongly.
func ByReceiver(code string) bool {
	return returnCode.MatchString(code) && !ReasonOf(code).OurBug
}

var returnCode = regexp.MustCompile(`^R[0-9]{2}$`)

// AlwaysReviewed tells whether staff look at the return besides all that
// follows by itself.
func (c Reason) AlwaysReviewed() bool {
	return c.OurBug || c.Look || c.Then == ThenReview || c.Traffic == TrafficUndefined
}

// Bars tells whether a bank account from which something came back for this
// reason is none to debit: it is closed, unknown or frozen, or lets nobody debit
// it (R29). An account that the bank did not find may be there as the other
// type, checking or savings: sameType is false when it was given as that.
func (c Reason) Bars(sameType bool) bool {
	if c.Words == "no_account" && !sameType {
		return false
	}
	return c.NeedsOther() || c.Code == "R29"
}

// NeedsOther tells whether the bank account can not be debited any more, and
// another one is needed.
func (c Reason) NeedsOther() bool { return c.Then == ThenStop || c.Then == ThenAsk }

// Unauthorized tells whether the code says that nobody agreed to the debit, or
// not to this: nothing is ever sent on the authorization again. The list of
// ACH-33 is the class that the rates of ACH-34 count.
func (c Reason) Unauthorized() bool { return c.Class == ClassUnauthorized }

// wantOfMoney and the like are rows that several codes share.
func wantOfMoney(meaning string) Reason {
	return Reason{Meaning: meaning, Words: "funds", Within: WithinTwoBankDays, Retry: RetryTwice, Then: ThenKeep, Class: ClassOther, Traffic: TrafficReturn}
}

func noGood(meaning, words string, class Class) Reason {
	return Reason{Meaning: meaning, Words: words, Within: WithinTwoBankDays, Retry: RetryNo, Then: ThenStop, Class: class, Traffic: TrafficReturn}
}

func disputed(meaning string, limit TimeLimit) Reason {
	return Reason{Meaning: meaning, Words: "refused", Within: limit, Retry: RetryNever, Then: ThenDispute, Class: ClassUnauthorized, Traffic: TrafficReturn}
}

// looked is a row at which somebody looks as well.
func looked(c Reason) Reason {
	c.Look = true
	return c
}

// ourMistake is an entry that the operator or the bank refused as badly made.
func ourMistake(meaning string, limit TimeLimit, then Consequence) Reason {
	return Reason{Meaning: meaning, Words: "unknown", Within: limit, Retry: RetryFixed, Then: then, Class: ClassOther, Traffic: TrafficReturn, OurBug: true}
}

func reversed(meaning string, limit TimeLimit, class Class) Reason {
	return Reason{Meaning: meaning, Words: "unknown", Within: limit, Retry: RetryNo, Then: ThenReview, Class: class, Traffic: TrafficReturn}
}

func elsewhere(meaning string, traffic Traffic) Reason {
	return Reason{Meaning: meaning, Words: "unknown", Within: WithinNoTime, Retry: RetryNo, Then: ThenReview, Class: ClassUncounted, Traffic: traffic}
}

// LastReturnDay gives the day at whose opening the time for a return ends, for
// an entry that settled on a day; false where there is no limit that we could
// hold the bank to (ACH-30, ACH-31).
func (c Reason) LastReturnDay(settled civil.Date) (civil.Date, bool) {
	switch c.Within {
	case WithinTwoBankDays:
		return civil.BankDays.Add(settled, 2), true
	case WithinSixtyDays:
		return civil.BankDays.Add(settled.AddDays(60), 1), true
	case WithinNextFile:
		// The operator answers with its next file; a bank day is left for it.
		return civil.BankDays.Add(settled, 1), true
	case WithinAgreed, WithinNoTime:
	}
	return civil.Date{}, false
}

// Late tells whether a return that the other bank sent on a day came after the
// time for it. Its money is gone; our bank may be asked to send the return back
// (R68) within five bank days.
func (c Reason) Late(settled, sent civil.Date) bool {
	last, limited := c.LastReturnDay(settled)
	return limited && sent.After(last)
}

// DishonorUntil gives the last day on which our bank may send a return back
// that reached it on a day.
func DishonorUntil(returned civil.Date) civil.Date { return civil.BankDays.Add(returned, 5) }

// TraceWindowDays is for how long after settlement a return is taken for the
// entry of its trace number. Numbers are given out again after ten million, no
// sooner than this (ACH-25).
const TraceWindowDays = 180

// MayReturn tells whether a return that comes on a day can belong to an entry
// that settles on another: not before the file was made, nor after the window.
func MayReturn(settles, came civil.Date) bool {
	made := civil.BankDays.Add(settles, -1)
	return !came.Before(made) && came.DaysSince(settles) <= TraceWindowDays
}

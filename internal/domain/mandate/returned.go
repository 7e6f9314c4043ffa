package mandate

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/profile"
)

// retryAfterBankDays is how long the member has, after a return, to put the
// money there (MA-AUTO-9: within five days).
const retryAfterBankDays = 4

// Consequence is what follows when the bank sends a debit back (R-AUTO-7).
type Consequence struct {
	State   State      // that the mandate goes to; "" leaves it
	Reason  Reason     // with State
	RetryOn civil.Date // the bank day of the next presentation; zero: none
}

// History is what a return is judged by.
type History struct {
	Attempt      int        // of the debit that was returned: 0 is the first presentation
	FirstSettled civil.Date // when the first presentation settled, or was to
	// Before is how many bills in a row, before this one, AutoPay could not
	// collect. A bill and its retries count once.
	Before int
	// Undone is set when the payment was taken back before, by us, or can not be:
	// the bank's word on the account and on the permission counts all the same,
	// but it is no bill that the member failed to pay, and nothing to try again.
	Undone bool
}

// AfterReturn tells what follows when the bank sends a debit back on a day. What
// a code means is told by ach.ReasonOf (ACH-30), and by nothing else.
func AfterReturn(p *profile.Profile, code string, h History, on civil.Date) Consequence {
	a, reason := p.AutoPay, ach.ReasonOf(code)
	switch {
	case reason.Unauthorized():
		return Consequence{State: Disputed, Reason: ReasonUnauthorized}
	case reason.NeedsOther():
		return Consequence{State: Stopped, Reason: ReasonBankAccount}
	case reason.Then == ach.ThenPause: // stopped at the bank (REG-42)
		return Consequence{State: Stopped, Reason: ReasonBankStop}
	case h.Undone:
		return Consequence{}
	case ach.ByReceiver(code) && h.Before+1 >= a.OffAfterReturns.On(on):
		return Consequence{State: Stopped, Reason: ReasonReturns}
	case reason.Retry != ach.RetryTwice || h.Attempt >= a.Retries.On(on):
		return Consequence{}
	}
	again := civil.BankDays.Add(on, retryAfterBankDays)
	if again.After(h.FirstSettled.AddDays(a.RetryDays.On(on))) {
		return Consequence{}
	}
	return Consequence{RetryOn: again}
}

// Outcome is what became of one presentation of a bill's debit.
type Outcome struct {
	Month    civil.Month
	Returned bool
}

// UncollectedInRow counts the bills in a row, the newest first, whose last
// presentation came back. outcomes has the newest presentation first; those of
// the month given are left out.
func UncollectedInRow(outcomes []Outcome, of civil.Month) int {
	n := 0
	last := of
	for _, o := range outcomes {
		if o.Month == last || o.Month == of {
			continue // an earlier presentation of a bill that was counted
		}
		if !o.Returned {
			break
		}
		last = o.Month
		n++
	}
	return n
}

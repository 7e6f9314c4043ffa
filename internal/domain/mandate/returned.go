package mandate

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// Codes by which banks send debits back, by what follows for a mandate.
var (
	// shortOfMoney may be presented again (ACH-32).
	shortOfMoney = []string{"R01", "R09"}
	// unauthorized end every debit on the mandate for good (ACH-33).
	unauthorized = []string{"R05", "R07", "R10", "R11", "R29", "R51"}
	// unusable are accounts that take no debits.
	unusable = []string{"R02", "R03", "R04", "R12", "R13", "R14", "R15", "R16", "R20"}
)

// stoppedAtBank is the code of a payment that the member stopped there (REG-42).
const stoppedAtBank = "R08"

// Unauthorized tells whether a code says that nobody agreed to the debit.
func Unauthorized(code string) bool { return slices.Contains(unauthorized, code) }

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
}

// AfterReturn tells what follows when the bank sends a debit back on a day.
func AfterReturn(p *profile.Profile, code string, h History, on civil.Date) Consequence {
	a := p.AutoPay
	switch {
	case Unauthorized(code):
		return Consequence{State: Disputed, Reason: ReasonUnauthorized}
	case slices.Contains(unusable, code):
		return Consequence{State: Stopped, Reason: ReasonBankAccount}
	case code == stoppedAtBank:
		return Consequence{State: Stopped, Reason: ReasonBankStop}
	case h.Before+1 >= a.OffAfterReturns.On(on):
		return Consequence{State: Stopped, Reason: ReasonReturns}
	case !slices.Contains(shortOfMoney, code) || h.Attempt >= a.Retries.On(on):
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

package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Waiver is relief for hardship that was granted: a part of the share of some
// months is not owed (R-DUE-8).
type Waiver struct {
	From, To civil.Month
	Percent  int // of the share, rounded up to the cent
	Amount   money.Amount
}

// Of gives what is waived of a month's share, never more than the share.
func (w Waiver) Of(month civil.Month, share money.Amount) money.Amount {
	if month.Before(w.From) || month.After(w.To) {
		return money.Zero
	}
	return money.Min(share, share.MulDiv(int64(w.Percent), 100, money.Up).Add(w.Amount))
}

// Waived is what several waivers take off a month's share together, never more
// than the share.
func Waived(waivers []Waiver, month civil.Month, share money.Amount) money.Amount {
	sum := money.Zero
	for _, w := range waivers {
		sum = sum.Add(w.Of(month, share))
	}
	return money.Min(share, sum)
}

// WaiverDecisionKind is what was decided on a waiver.
type WaiverDecisionKind string

// The decisions on waivers.
const (
	WaiverGranted   WaiverDecisionKind = "granted"
	WaiverDenied    WaiverDecisionKind = "denied"
	WaiverWithdrawn WaiverDecisionKind = "withdrawn"
)

// WaiverDecision is what was decided on a waiver that was asked for or granted.
// A letter tells of it (MA-NOTE-11).
type WaiverDecision struct {
	Kind     WaiverDecisionKind
	From, To civil.Month // granted, asked for, or owed in full again
	Cause    string      // of a denial or withdrawal, a code
	Waiver   Waiver      // as it was granted; zero: none was
	AppealBy civil.Date
	On       civil.Date
}

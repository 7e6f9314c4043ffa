package payment

import (
	"slices"

	"quittance.org/quittance/internal/base/money"
)

// Repeat is a payment that seems to have been made twice (R-PAY-7): the member
// is asked whether it was meant (M15).
type Repeat struct {
	First  Payment
	Second Payment
}

// MostlyLeft tells whether more of a payment was left over than paid anything.
// Of the last of several part payments something may be left as well: that was
// owed for the most part, and is no repeat.
func MostlyLeft(paid, left money.Amount) bool { return paid.Sub(left).Less(left) }

// RepeatOf finds the payment that a second one repeats, by whatever channel
// each came: the latest before it of the same amount, if the second was not
// owed for the most part. before are the payments of some days that were not
// taken back, in the order in which they were posted; left is what is left over
// of the second.
func RepeatOf(second Payment, left money.Amount, before []Payment) (Repeat, bool) {
	if !MostlyLeft(second.Amount, left) {
		return Repeat{}, false
	}
	for _, first := range slices.Backward(before) {
		if first.Amount == second.Amount && first.ID != second.ID {
			return Repeat{first, second}, true
		}
	}
	return Repeat{}, false
}

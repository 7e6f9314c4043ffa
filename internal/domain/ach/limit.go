package ach

import (
	"fmt"

	"quittance.org/quittance/internal/base/money"
)

// Limit is the most that may leave without a second person.
type Limit struct {
	Entries         int
	Debits, Credits money.Amount
}

// Limits are the limits of one file, and of all files of one bank day: a fault
// that splits its harm over many files is stopped as well.
type Limits struct {
	File, Day Limit
}

// Exceeded tells, in words for whoever must release it, what a file is over;
// day is what the bank day's earlier files hold. None: it may leave.
func (l Limits) Exceeded(file, day Totals) []string {
	return append(l.File.exceeded("file", file), l.Day.exceeded("day", day.Add(file))...)
}

func (l Limit) exceeded(what string, t Totals) []string {
	var over []string
	if t.Entries > l.Entries {
		over = append(over, fmt.Sprintf("%d entries, and a %s may have %d", t.Entries, what, l.Entries))
	}
	if l.Debits.Less(t.Debits) {
		over = append(over, fmt.Sprintf("debits of %s, and a %s may have %s", t.Debits.Format(), what, l.Debits.Format()))
	}
	if l.Credits.Less(t.Credits) {
		over = append(over, fmt.Sprintf("credits of %s, and a %s may have %s", t.Credits.Format(), what, l.Credits.Format()))
	}
	return over
}

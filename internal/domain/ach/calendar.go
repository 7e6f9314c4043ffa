package ach

import (
	"fmt"

	"quittance.org/quittance/internal/base/civil"
)

// Settles gives the effective entry date of a file that is built on a bank day:
// the next bank day (ACH-20). A later one the operator refuses (R18); an earlier
// one would take the money before the day that was agreed.
func Settles(bankDay civil.Date) civil.Date { return civil.BankDays.Add(bankDay, 1) }

// prenoteWait is how many bank days after a prenote settles the bank has to
// object before the first live entry may settle (ACH-10).
const prenoteWait = 3

// LiveFrom gives the first day on which a live entry may settle after a prenote
// that settled on a day and was not objected to (ACH-10): a prenote of Monday
// 14 December 2026 lets live entries settle from Thursday 17 December.
func LiveFrom(prenoteSettled civil.Date) civil.Date {
	return civil.BankDays.Add(prenoteSettled, prenoteWait)
}

// AnswerBy gives the day on which the bank's word on a file of a bank day is
// overdue: the next bank day (ACH-43).
func AnswerBy(bankDay civil.Date) civil.Date { return civil.BankDays.Add(bankDay, 1) }

// FileName names a file: "ACH-20261120-A.ach".
func FileName(bankOn civil.Date, modifier string) string {
	return fmt.Sprintf("ACH-%04d%02d%02d-%s.ach", bankOn.Year(), bankOn.MonthOfYear(), bankOn.Day(), modifier)
}

// modifiers are the letters and digits that tell files of one day apart, in
// order (position 34 of the file header).
const modifiers = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Modifier gives the n-th modifier of a day, from 0; ok is false after the last.
func Modifier(n int) (modifier string, ok bool) {
	if n < 0 || n >= len(modifiers) {
		return "", false
	}
	return modifiers[n : n+1], true
}

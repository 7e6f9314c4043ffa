package payment

import (
	"unicode/utf8"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
)

// Codes of CheckAmount's errors.
const (
	CodeAmountNotPositive = "amount.not_positive"
	CodeAmountTooLarge    = "amount.too_large"
)

// CodeRefunded marks a return of money that went back to the payer by another
// way already: not all of it is left to undo, and staff settle it with the bank.
const CodeRefunded = "payment.refunded"

// CheckAmount refuses an amount that can not be paid: nothing, less than
// nothing, or more than most. The field is "amount".
func CheckAmount(amount, most money.Amount) error {
	switch {
	case !amount.IsPositive():
		return fault.At("amount", CodeAmountNotPositive, "Amount must be more than $0")
	case most.Less(amount):
		return fault.At("amount", CodeAmountTooLarge, "Amount must be %s or less", most.Format())
	}
	return nil
}

// Check finds everything wrong with a bank account as typed, in the order of
// the page (brief G4).
func (b BankAccount) Check() error {
	var problems fault.List
	switch {
	case b.HolderName == "":
		problems.Add("holder_name", "holder_name.empty", "Enter the name on the account")
	case utf8.RuneCountInString(b.HolderName) > 60:
		problems.Add("holder_name", "holder_name.too_long", "Name on the account must be 60 characters or fewer")
	case pii.HasLongNumber(b.HolderName):
		problems.Add("holder_name", "holder_name.card_number", "Don't enter card numbers here")
	case hasDigit(b.HolderName):
		problems.Add("holder_name", "holder_name.digits", "Enter the name as it appears on the account")
	}
	if b.Type != AccountChecking && b.Type != AccountSavings {
		problems.Add("account_type", "account_type.empty", "Select checking or savings")
	}
	switch {
	case b.Routing == "":
		problems.Add("routing", "routing.empty", "Enter the routing number")
	case len(b.Routing) != 9 || !ident.AllDigits(b.Routing):
		problems.Add("routing", "routing.length", "Routing number must be 9 numbers")
	case !ValidRouting(b.Routing):
		problems.Add("routing", "routing.check_digit", "Check the routing number. These 9 numbers don't match a US bank.")
	}
	switch number := b.Number.Reveal(); {
	case number == "":
		problems.Add("account_number", "account_number.empty", "Enter the account number")
	case pii.LooksLikeCard(number) && len(number) >= 15:
		problems.Add("account_number", "account_number.card", "That looks like a card number. Enter your bank account number.")
	case len(number) < 4 || len(number) > 17 || !ident.AllDigits(number):
		problems.Add("account_number", "account_number.length", "Account number must be 4 to 17 numbers")
	}
	return problems.Err()
}

// ValidRouting checks the routing number's check digit (weights 3, 7, 1) and
// its first two digits against the ranges that the Federal Reserve gives out:
// 01–12, 21–32 (thrifts), 61–72 (electronic), 80 (travelers cheques). Test
// numbers that begin with 11 fall into the first.
func ValidRouting(routing string) bool {
	if len(routing) != 9 || !ident.AllDigits(routing) {
		return false
	}
	sum := 0
	for i, weight := range [9]int{3, 7, 1, 3, 7, 1, 3, 7, 1} {
		sum += weight * int(routing[i]-'0')
	}
	prefix := int(routing[0]-'0')*10 + int(routing[1]-'0')
	known := prefix >= 1 && prefix <= 12 || prefix >= 21 && prefix <= 32 || prefix >= 61 && prefix <= 72 || prefix == 80
	return sum%10 == 0 && known
}

func hasDigit(s string) bool {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			return true
		}
	}
	return false
}

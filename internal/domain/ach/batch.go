package ach

import "quittance.org/quittance/internal/domain/payment"

// The descriptions that the rules fix to the letter, and ours of a refund
// (positions 54 to 63 of a batch header; ACH-11, ACH-32, ACH-36).
const (
	descriptionRetry    = "RETRY PYMT"
	descriptionReversal = "REVERSAL"
	descriptionRefund   = "REFUND"
	descriptionMicro    = "ACCTVERIFY"
)

// Description says what the Receiver's bank shows for entries of a kind;
// premium is what it shows for a debit. A prenote has that of the live entries
// it goes before (ACH-10).
func (k Kind) Description(premium string) string {
	switch k {
	case KindRetry:
		return descriptionRetry
	case KindReversal:
		return descriptionReversal
	case KindRefund:
		return descriptionRefund
	case KindMicro:
		return descriptionMicro
	}
	return premium
}

// TransactionCode gives the two digits that say what kind of account an entry
// is for and which way the money goes (positions 2 and 3 of an entry). Of
// micro-entries it is that of the credits; the debit has that of a KindDebit.
func (k Kind) TransactionCode(account payment.AccountType) int {
	code := 27
	switch {
	case k.IsCredit(), k == KindMicro:
		code = 22
	case k == KindPrenote:
		code = 28
	}
	if account == payment.AccountSavings {
		code += 10
	}
	return code
}

// CreditClass gives the class of a credit to somebody who was debited under a
// class: the internet and phone classes are for debits alone.
func CreditClass(debit SEC) SEC {
	if debit == CCD {
		return CCD
	}
	return PPD
}

package nacha

// IsCredit tells whether the code gives money to the receiver.
func (c Code) IsCredit() bool {
	if c >= 81 && c <= 88 { // accounting advices
		return c%2 == 1
	}
	return c%10 >= 1 && c%10 <= 4
}

// IsPrenote tells whether the code asks if an account is there, without money.
func (c Code) IsPrenote() bool { return c.known() && (c%10 == 3 || c%10 == 8) && c < 60 }

// IsReturn tells whether the code is one of returns and notifications of change.
func (c Code) IsReturn() bool { return c.known() && (c%10 == 1 || c%10 == 6) && c < 60 }

// IsZeroDollar tells whether the code carries remittance data and no money.
func (c Code) IsZeroDollar() bool { return c.known() && (c%10 == 4 || c%10 == 9) && c < 60 }

// known tells whether the code is one of the standard: checking, savings,
// general ledger and loan accounts, and accounting advices.
func (c Code) known() bool {
	switch {
	case c >= 81 && c <= 88:
		return true
	case c >= 21 && c <= 49:
		return c%10 != 0 && c%10 != 5
	}
	return c >= 51 && c <= 56 // loans: debits (55) are reversals only
}

func (c Code) written() bool {
	switch c {
	case CheckingCredit, CheckingCreditPrenote, CheckingDebit, CheckingDebitPrenote,
		SavingsCredit, SavingsCreditPrenote, SavingsDebit, SavingsDebitPrenote:
		return true
	}
	return false
}

func (c Class) written() bool { return c == WEB || c == TEL || c == PPD || c == CCD }

// hasPaymentType tells whether positions 77 and 78 say single or recurring.
func (c Class) hasPaymentType() bool { return c == WEB || c == TEL }

// known tells whether the standard has the class.
func (c Class) known() bool {
	switch c {
	case WEB, TEL, PPD, CCD, COR, ACK, ATX, ADV, IAT, CTX, CIE,
		"ARC", "BOC", "DNE", "ENR", "MTE", "POP", "POS", "RCK", "SHR", "TRC", "TRX", "XCK":
		return true
	}
	return false
}

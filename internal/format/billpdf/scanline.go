package billpdf

import (
	"fmt"
	"strconv"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
)

// The parts of a scan line, in digits.
const (
	subscriberDigits = 12
	billDigits       = 8
	amountDigits     = 10
	scanDigits       = subscriberDigits + billDigits + amountDigits + 1
)

// Scan is what a payment slip tells a machine: whose bill, which, how much.
type Scan struct {
	SubscriberID ident.SubscriberID
	BillNumber   string // 8 digits
	Amount       money.Amount
}

// What can be wrong with a scan line.
const (
	CodeScanNumber = "scanline.number" // a number of the wrong length
	CodeScanAmount = "scanline.amount" // negative, or more than ten digits of cents
	CodeScanCheck  = "scanline.check"  // the check digit does not fit: read it again
)

// ScanLine gives the line in OCR-A, also the content of the barcode:
// SSSSSSSSSSSSBBBBBBBBAAAAAAAAAAC, zero-filled, without spaces, the last digit
// a mod-10 check digit over all others (brief 16.1).
func ScanLine(s Scan) (string, error) {
	if _, err := ident.ParseSubscriberID(s.SubscriberID.String()); err != nil {
		return "", fault.Wrap(fault.Invalid, CodeScanNumber, err, "The Subscriber ID must be 12 digits that fit together")
	}
	if len(s.BillNumber) != billDigits || !ident.AllDigits(s.BillNumber) {
		return "", fault.New(fault.Invalid, CodeScanNumber, "The bill number must be %d digits", billDigits)
	}
	amount := fmt.Sprintf("%0*d", amountDigits, s.Amount.Cents())
	if s.Amount.IsNegative() || len(amount) > amountDigits {
		return "", fault.New(fault.Invalid, CodeScanAmount, "The amount must be from $0.00 to $99,999,999.99")
	}
	body := s.SubscriberID.String() + s.BillNumber + amount
	return body + string(checkDigit(body)), nil
}

// ParseScanLine reads what a machine read. Spaces do not matter.
func ParseScanLine(line string) (Scan, error) {
	line = ident.CleanNumber(line)
	if len(line) != scanDigits || !ident.AllDigits(line) {
		return Scan{}, fault.New(fault.Invalid, CodeScanNumber, "A scan line is %d digits", scanDigits)
	}
	body := line[:scanDigits-1]
	if checkDigit(body) != line[scanDigits-1] {
		return Scan{}, fault.New(fault.Invalid, CodeScanCheck, "The check digit does not fit: read the line again")
	}
	id, err := ident.ParseSubscriberID(body[:subscriberDigits])
	if err != nil {
		return Scan{}, fault.Wrap(fault.Invalid, CodeScanNumber, err, "The Subscriber ID in the line is not one")
	}
	rest := body[subscriberDigits:]
	cents, err := strconv.ParseInt(rest[billDigits:], 10, 64)
	if err != nil {
		return Scan{}, fault.Wrap(fault.Invalid, CodeScanAmount, err, "The amount in the line is not a number")
	}
	return Scan{SubscriberID: id, BillNumber: rest[:billDigits], Amount: money.Cents(cents)}, nil
}

// checkDigit is the usual one of slips and cards: from the right every other
// digit is doubled, the digits of the results are added, the check digit fills
// up to the next ten. It finds every wrong digit and nearly every swap.
func checkDigit(body string) byte {
	sum := 0
	for i := range len(body) {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

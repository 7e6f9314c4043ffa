package processor

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
)

// cardForm is what the payer typed. It lives for one request and is never
// stored or logged.
type cardForm struct {
	Number, Month, Year, Name, Code, ZIP string
}

// fieldError is a message at a field; ID is the field's id on the page.
type fieldError struct{ ID, Text string }

type fieldErrors []fieldError

func (e *fieldErrors) add(id, text string) { *e = append(*e, fieldError{id, text}) }

// At gives the message at a field, for the template.
func (e fieldErrors) At(id string) string {
	for _, f := range e {
		if f.ID == id {
			return f.Text
		}
	}
	return ""
}

func readCardForm(v url.Values) cardForm {
	return cardForm{
		Number: strings.TrimSpace(v.Get("number")),
		Month:  strings.TrimSpace(v.Get("month")),
		Year:   strings.TrimSpace(v.Get("year")),
		Name:   strings.TrimSpace(v.Get("name")),
		Code:   strings.TrimSpace(v.Get("code")),
		ZIP:    strings.TrimSpace(v.Get("zip")),
	}
}

// check says everything that is wrong with the form at once, and which test
// card it is about (brief G5).
func (f cardForm) check(today civil.Date) (TestCard, fieldErrors) {
	var errs fieldErrors
	number := ident.CleanNumber(f.Number)
	card := checkNumber(number, &errs)
	f.checkExpiry(today, &errs)
	switch {
	case f.Name == "" || strings.ContainsAny(f.Name, "0123456789") && !pii.HasLongNumber(f.Name):
		errs.add("name", "Enter the name as it appears on the card")
	case pii.HasLongNumber(f.Name):
		errs.add("name", "Don't enter card numbers here")
	case utf8.RuneCountInString(f.Name) > 60:
		errs.add("name", "Name on card must be 60 characters or fewer")
	}
	f.checkCode(brandOf(number).code, &errs)
	switch zip := ident.CleanNumber(f.ZIP); {
	case zip == "":
		errs.add("zip", "Enter the ZIP code")
	case len(zip) != 5 || !ident.AllDigits(zip):
		errs.add("zip", "ZIP code must be 5 numbers")
	}
	return card, errs
}

func checkNumber(number string, errs *fieldErrors) TestCard {
	b := brandOf(number)
	switch {
	case number == "":
		errs.add("number", "Enter your card number")
	case !ident.AllDigits(number):
		errs.add("number", "Check your card number")
	case !slices.Contains(b.lengths, len(number)):
		errs.add("number", "Card number is not the right length")
	case !pii.LooksLikeCard(number):
		errs.add("number", "Check your card number")
	case !b.accepted:
		errs.add("number", "We don't take "+b.name+" cards")
	default:
		card, ok := findTestCard(number)
		if !ok {
			errs.add("number", notATestCard)
		}
		return card
	}
	return TestCard{}
}

const notATestCard = "Use one of the test cards on this page. Never type a real card here."

func (f cardForm) checkExpiry(today civil.Date, errs *fieldErrors) {
	month, year := ident.CleanNumber(f.Month), ident.CleanNumber(f.Year)
	if month == "" || year == "" {
		errs.add(expiryField(month), "Enter the expiry date")
		return
	}
	m, badMonth := strconv.Atoi(month)
	y, badYear := strconv.Atoi(year)
	if badMonth != nil || m < 1 || m > 12 || !ident.AllDigits(month) {
		errs.add("month", "Expiry date must be a month and a year, like 10/29")
		return
	}
	if badYear != nil || len(year) != 2 && len(year) != 4 || !ident.AllDigits(year) {
		errs.add("year", "Expiry date must be a month and a year, like 10/29")
		return
	}
	if len(year) == 2 {
		y += 2000
	}
	// A card can be used through the last day of its month.
	if civil.NewMonth(y, time.Month(m)).Before(today.Month()) {
		errs.add("month", "Expiry date must be in the future")
	}
}

func expiryField(month string) string {
	if month == "" {
		return "month"
	}
	return "year"
}

func (f cardForm) checkCode(length int, errs *fieldErrors) {
	switch code := ident.CleanNumber(f.Code); {
	case code == "":
		errs.add("code", "Enter the security code")
	case len(code) != length || !ident.AllDigits(code):
		errs.add("code", "Security code must be "+strconv.Itoa(length)+" numbers")
	}
}

// forRedisplay gives what may be shown again after an error: never the
// security code, and no number that might be a real card.
func (f cardForm) forRedisplay() cardForm {
	f.Code = ""
	number := ident.CleanNumber(f.Number)
	if _, known := findTestCard(number); !known && pii.LooksLikeCard(number) {
		f.Number = ""
	}
	if pii.HasLongNumber(f.Name) {
		f.Name = ""
	}
	return f
}

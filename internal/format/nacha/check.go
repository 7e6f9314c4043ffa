package nacha

import (
	"strings"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
)

// Codes of what Writer refuses. The field says where.
const (
	codeLimit    = "nacha.limit"    // too long, too much
	codeForm     = "nacha.form"     // not written as it must be
	codeRequired = "nacha.required" // empty
	codeRule     = "nacha.rule"     // a rule of the network forbids it
	codeOrder    = "nacha.order"    // called in the wrong order
)

const (
	hashModulus    = 10_000_000_000
	fileRecordsMax = 999_999 * BlockRecords // blocks have six digits
)

// check tells what is wrong with the header, all of it.
func (h Header) check() error {
	var p fault.List
	checkRouting(&p, "file.destination", h.Destination)
	if n := len(h.Origin); n != 10 && (n != 9 || !ident.AllDigits(h.Origin)) || !printable(h.Origin) {
		p.Add("file.origin", codeForm, "the immediate origin must be 9 digits or 10 characters")
	}
	checkText(&p, "file.destination_name", h.DestinationName, 23, true)
	checkText(&p, "file.origin_name", h.OriginName, 23, true)
	checkText(&p, "file.reference", h.Reference, 8, false)
	if h.CreatedOn.IsZero() {
		p.Add("file.created_on", codeRequired, "the creation date is missing")
	}
	if h.CreatedAt != "" && !isTime(h.CreatedAt) {
		p.Add("file.created_at", codeForm, "the creation time must be 4 digits, 0000 to 2359")
	}
	if len(h.Modifier) != 1 || !strings.Contains("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", h.Modifier) {
		p.Add("file.modifier", codeForm, "the file id modifier must be one of A to Z and 0 to 9")
	}
	return p.Err()
}

// check tells what is wrong with the header, all of it.
func (h BatchHeader) check() error {
	var p fault.List
	if !h.Class.written() {
		p.Add("batch.class", codeRule, "entries of class %q are not written; only WEB, TEL, PPD and CCD are", string(h.Class))
	}
	if h.Service != Mixed && h.Service != Credits && h.Service != Debits {
		p.Add("batch.service", codeForm, "the service class must be 200, 220 or 225")
	}
	if h.Class.hasPaymentType() && h.Service != Debits && h.Description != DescriptionReversal {
		p.Add("batch.service", codeRule, "WEB and TEL batches are debits (225); only a reversal may give money back")
	}
	if h.Description == DescriptionRetry && h.Service != Debits {
		p.Add("batch.service", codeRule, "entries presented again are debits (225)")
	}
	checkText(&p, "batch.company_name", h.CompanyName, 16, true)
	checkText(&p, "batch.company_data", h.CompanyData, 20, false)
	checkText(&p, "batch.company_id", h.CompanyID, 10, true)
	checkText(&p, "batch.description", h.Description, 10, true)
	checkText(&p, "batch.descriptive_date", h.Descriptive, 6, false)
	if len(h.ODFI) != 8 || !ident.AllDigits(h.ODFI) {
		p.Add("batch.odfi", codeForm, "the ODFI identification must be 8 digits")
	}
	switch {
	case h.EffectiveOn.IsZero():
		p.Add("batch.effective_on", codeRequired, "the effective entry date is missing")
	case !civil.BankDays.IsBusinessDay(h.EffectiveOn):
		p.Add("batch.effective_on", codeRule, "the effective entry date is not a bank day (ACH-20)")
	}
	return p.Err()
}

// check tells what is wrong with an entry, all of it.
func (b *openBatch) check(e Entry) error {
	var p fault.List
	h := b.header
	b.checkCode(&p, e)
	checkRouting(&p, "entry.routing", e.Routing)
	checkText(&p, "entry.account", e.Account.Reveal(), 17, true)
	checkText(&p, "entry.id", e.ID, 15, false)
	if Transliterate(e.Name) == "" {
		p.Add("entry.name", codeRequired, "the name is empty, or has no letter that a bank file can carry")
	}
	switch {
	case h.Class.hasPaymentType() && e.PaymentType != Single && e.PaymentType != Recurring:
		p.Add("entry.payment_type", codeForm, "the payment type must be R or S")
	case !h.Class.hasPaymentType() && e.PaymentType != "":
		p.Add("entry.payment_type", codeRule, "%s entries have no payment type", h.Class)
	}
	if h.Class.hasPaymentType() && e.Data != "" {
		p.Add("entry.data", codeRule, "%s entries carry the payment type instead", h.Class)
	}
	checkText(&p, "entry.data", e.Data, 2, false)
	checkAddenda(&p, h.Class, e.Addenda)
	switch {
	case len(e.Trace) != 15 || !ident.AllDigits(e.Trace):
		p.Add("entry.trace", codeForm, "the trace number must be 15 digits")
	case e.Trace[:8] != h.ODFI:
		p.Add("entry.trace", codeRule, "the trace number must begin with the batch's ODFI %s", h.ODFI)
	case e.Trace <= b.lastTrace:
		p.Add("entry.trace", codeRule, "trace numbers must rise within a batch: %s follows %s", e.Trace, b.lastTrace)
	}
	return p.Err()
}

// checkCode checks code, amount and the batch against one another.
func (b *openBatch) checkCode(p *fault.List, e Entry) {
	h, cents := b.header, e.Amount.Cents()
	switch {
	case !e.Code.written():
		p.Add("entry.code", codeRule, "transaction code %02d is not written", int(e.Code))
	case h.Service == Debits && e.Code.IsCredit(), h.Service == Credits && !e.Code.IsCredit():
		p.Add("entry.code", codeRule, "transaction code %02d does not go into a batch of service class %d", int(e.Code), int(h.Service))
	}
	switch {
	case cents < 0 || cents > EntryMaxCents:
		p.Add("entry.amount", codeLimit, "the amount must be at most %s", money.Cents(EntryMaxCents).Format())
	case e.Code.IsPrenote() && cents != 0:
		p.Add("entry.amount", codeRule, "a prenote has no amount (ACH-10)")
	case !e.Code.IsPrenote() && cents == 0:
		p.Add("entry.amount", codeRequired, "the amount is zero")
	case h.Description == DescriptionMicro && e.Code.IsCredit() && cents > MicroEntryMaxCents:
		p.Add("entry.amount", codeLimit, "a micro-entry credit is at most $0.99 (ACH-11)")
	}
}

// checkAddenda allows what the class allows: one, and none for TEL.
func checkAddenda(p *fault.List, class Class, addenda []string) {
	most := 1
	if class == TEL {
		most = 0
	}
	if len(addenda) > most {
		p.Add("entry.addenda", codeLimit, "%s entries have at most %d addenda", class, most)
	}
	for _, text := range addenda {
		checkText(p, "addenda.text", text, AddendumTextMax, true)
	}
}

func checkText(p *fault.List, field, s string, most int, required bool) {
	switch {
	case s == "" && !required:
	case strings.Trim(s, " 0") == "" && field != "entry.account" || s == "":
		if required {
			p.Add(field, codeRequired, "the field is empty")
		}
	case utf8.RuneCountInString(s) > most:
		p.Add(field, codeLimit, "the field has %d characters, at most %d fit", utf8.RuneCountInString(s), most)
	case !printable(s):
		p.Add(field, codeForm, "the field has characters that a bank file can not carry")
	case s[0] == ' ':
		p.Add(field, codeForm, "the field begins with a space")
	}
}

func checkRouting(p *fault.List, field, s string) {
	if len(s) != 9 || !ident.AllDigits(s) {
		p.Add(field, codeForm, "a routing number must be 9 digits")
	} else if s[8] != checkDigit(s[:8]) {
		p.Add(field, codeForm, "the routing number's check digit is wrong")
	}
}

// checkDigit works out the ninth digit of a routing number from the others.
func checkDigit(s string) byte {
	sum := 0
	for i, weight := range [...]int{3, 7, 1, 3, 7, 1, 3, 7} {
		sum += weight * int(s[i]-'0')
	}
	return byte('0' + (10-sum%10)%10)
}

// number reads digits that were checked.
func number(digits string) int64 {
	var n int64
	for i := range len(digits) {
		n = n*10 + int64(digits[i]-'0')
	}
	return n
}

func isTime(s string) bool {
	return len(s) == 4 && ident.AllDigits(s) && s[:2] < "24" && s[2:] < "60"
}

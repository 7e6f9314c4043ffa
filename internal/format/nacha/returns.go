package nacha

import (
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
)

// kindOfReturn tells a return from its dishonor and from its contest
// (ACH-30).
func kindOfReturn(code string) Kind {
	switch {
	case slices.Contains([]string{"R61", "R62", "R67", "R68", "R69", "R70"}, code):
		return KindDishonored
	case code >= "R71" && code <= "R77":
		return KindContested
	}
	return KindReturn
}

// isReturnCode tells whether the standard has a return code (ACH-30).
func isReturnCode(c string) bool {
	if len(c) != 3 || c[0] != 'R' || !ident.AllDigits(c[1:]) {
		return false
	}
	n := number(c[1:])
	return n >= 1 && n <= 47 || n >= 50 && n <= 53 || n == 61 || n == 62 || n >= 67 && n <= 77 || n >= 80 && n <= 85
}

// readReturn reads an addenda 99. Dishonored and contested returns use the
// information field for what they answer to.
func (l *line) readReturn(item *Item) {
	code := l.raw(4, 6)
	ret := Return{Line: l.number, Code: code, OriginalTrace: l.raw(7, 21), OriginalRDFI: l.field(28, 35), Trace: l.field(80, 94)}
	switch kindOfReturn(code) {
	case KindDishonored:
		ret.ReturnTrace, ret.ReturnSettled, ret.ReturnReason = l.field(39, 53), l.field(54, 56), l.field(57, 58)
		ret.Info = l.field(59, 79)
	case KindContested:
		ret.OriginalOn = date(l.raw(22, 27))
		ret.ReturnTrace, ret.ReturnSettled, ret.ReturnReason = l.field(39, 53), l.field(54, 56), l.field(57, 58)
		ret.DishonorTrace, ret.DishonorCode = l.field(59, 73), l.field(77, 78)
	default:
		ret.DiedOn = date(l.raw(22, 27))
		ret.Info = l.field(36, 79)
		if d := strings.Trim(l.raw(22, 27), " 0"); d != "" && ret.DiedOn.IsZero() {
			l.note("date of death", "return.died_on", "the date of death is no date", SpoilsNothing)
		}
	}
	if !isReturnCode(code) {
		l.note("return reason code", "return.code", "the return reason is not one of the standard", SpoilsEntry)
	}
	if !ident.AllDigits(ret.OriginalTrace) {
		l.note("original entry trace number", "return.original_trace", "the trace number of the returned entry must be 15 digits", SpoilsEntry)
	}
	item.Returns = append(item.Returns, ret)
}

// refusesChange tells whether a change code is our bank's refusal of one.
func refusesChange(code string) bool { return code >= "C61" && code <= "C69" }

// readChange reads an addenda 98 (ACH-41).
func (l *line) readChange(item *Item) {
	c := &Change{
		Line: l.number, Code: l.raw(4, 6), OriginalTrace: l.raw(7, 21), OriginalRDFI: l.field(28, 35), Trace: l.field(80, 94),
	}
	if item.Change != nil {
		l.note("addenda type code", "change.twice", "the entry has two notifications of change", SpoilsEntry)
	}
	item.Change = c
	if !ident.AllDigits(c.OriginalTrace) {
		l.note("original entry trace number", "change.original_trace", "the trace number of the corrected entry must be 15 digits", SpoilsEntry)
	}
	data := l.raw(36, 64)
	if refusesChange(c.Code) {
		c.RefusedCode, c.RefusedTrace, c.Text = l.field(65, 67), l.field(68, 74), strings.TrimSpace(data)
		return
	}
	if problem := c.read([]rune(data)); problem != "" {
		l.note("corrected data", "change.data", problem, SpoilsEntry)
	}
}

// read takes the corrected data apart, by the offsets of its code, and gives
// what is wrong with it. A gap that is not blank means that a bank puts the
// fields elsewhere: then none is believed.
func (c *Change) read(data []rune) (problem string) {
	part := func(from, to int) string { return strings.TrimSpace(string(data[from-1 : to])) }
	account := func(from, to int) { c.Account = pii.NewSecret(part(from, to)) }
	switch c.Code {
	case "C01":
		account(1, 17)
	case "C02":
		c.Routing = part(1, 9)
	case "C03":
		c.Routing = part(1, 9)
		account(13, 29)
		if part(10, 12) != "" {
			return "routing and account number are not where they must be"
		}
	case "C04":
		c.Name = part(1, 22)
	case "C05":
		c.Transaction = readCode(part(1, 2))
	case "C06": // the account may hold spaces
		account(1, 17)
		c.Transaction = readCode(part(21, 22))
		if part(18, 20) != "" {
			return "account number and transaction code are not where they must be"
		}
	case "C07": // no gap
		c.Routing = part(1, 9)
		account(10, 26)
		c.Transaction = readCode(part(27, 28))
	case "C09":
		c.ID = part(1, 22)
	case "C08", "C13", "C14":
		c.Text = part(1, 29)
		return ""
	default:
		c.Text = part(1, 29)
		return "the change code is not one of the standard"
	}
	return c.wrong()
}

// readCode reads a transaction code, 0 when it is none.
func readCode(s string) Code {
	if n, ok := digits(s); ok && Code(n).known() && !Code(n).IsReturn() {
		return Code(n)
	}
	return 0
}

// wrong says what is missing of that which the code corrects.
func (c *Change) wrong() string {
	has := func(codes ...string) bool { return slices.Contains(codes, c.Code) }
	switch {
	case has("C02", "C03", "C07") && (len(c.Routing) != 9 || !ident.AllDigits(c.Routing) || c.Routing[8] != checkDigit(c.Routing[:8])):
		return "the corrected routing number is none"
	case has("C01", "C03", "C06", "C07") && c.Account.IsZero():
		return "the corrected account number is empty"
	case has("C05", "C06", "C07") && c.Transaction == 0:
		return "the corrected transaction code is none"
	case has("C04") && c.Name == "", has("C09") && c.ID == "":
		return "the corrected data is empty"
	}
	return ""
}

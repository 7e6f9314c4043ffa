package enrollcsv

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

// rowReader reads the fields of one row and collects what is wrong with them.
// Messages never repeat a name, a birth date or an address: reject lists are
// read by many.
type rowReader struct {
	layout   *layout
	fields   []string
	problems []Problem
}

func (r *rowReader) bad(name, code, message string, args ...any) {
	column := 0
	if i, ok := r.layout.at[name]; ok {
		column = i + 1
	}
	r.problems = append(r.problems, Problem{column, name, code, fmt.Sprintf(message, args...)})
}

// text gives a field without outer spaces, "" where the column is left out.
func (r *rowReader) text(name string) string {
	if i, ok := r.layout.at[name]; ok {
		return strings.TrimSpace(r.fields[i])
	}
	return ""
}

func (r *rowReader) need(name string) (string, bool) {
	s := r.text(name)
	if s == "" {
		r.bad(name, "row.empty", "must not be empty")
	}
	return s, s != ""
}

var (
	// The earliest birth date and month that can be meant.
	firstBirth = civil.NewDate(1900, 1, 1)
	firstMonth = civil.NewMonth(2014, 1)
	lastMonth  = civil.NewMonth(2099, 12)

	amountMax = money.Dollars(1_000_000)

	languages     = []string{"en", "es", "pt", "ht", "zh", "vi"}
	billingForm   = regexp.MustCompile(`^7\d{8}$`)
	zipForm       = regexp.MustCompile(`^\d{5}(-\d{4})?$`)
	referenceForm = regexp.MustCompile(`^RefID[A-Za-z0-9]{4,20}$`)
	codeForm      = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,29}$`)
	emailForm     = regexp.MustCompile(`^[^\s@,;<>"]{1,64}@[^\s@,;<>"]{1,190}\.[^\s@,;<>".]{2,60}$`)
)

// checkBytes looks at what no field may hold.
func (r *rowReader) checkBytes() {
	for i, field := range r.fields {
		problem := Problem{Column: i + 1, Field: r.layout.names[i]}
		switch {
		case strings.ContainsRune(field, 0):
			problem.Code, problem.Message = "row.nul_byte", "has a NUL byte: the file is damaged or is not text"
		case !utf8.ValidString(field):
			problem.Code, problem.Message = "row.encoding", "is not UTF-8: save the file as CSV in UTF-8"
		case strings.ContainsFunc(field, unicode.IsControl):
			problem.Code, problem.Message = "row.control", "has a line break or another control character: remove it"
		default:
			continue
		}
		r.problems = append(r.problems, problem)
	}
}

func (r *rowReader) account() enrollment.Account {
	a := enrollment.Account{
		SubscriberID:  r.subscriberID(),
		Kind:          choose(r, "account_kind", enrollment.AccountIndividual, enrollment.AccountIndividual, enrollment.AccountGroup),
		BillingNumber: r.match("billing_number", billingForm, "9 numbers that begin with 7"),
		LastName:      r.name("last_name"),
		Address:       r.address(),
		Phone:         r.phone(),
		Language:      choose(r, "language", "en", languages...),
		Email:         r.match("email", emailForm, "an address like name@example.com"),
	}
	if a.Kind == enrollment.AccountGroup && r.text("first_name") == "" && r.text("birth_date") == "" {
		a.ZIP = r.zip()
		return a // an employer has neither
	}
	a.FirstName = r.name("first_name")
	if s, ok := r.need("birth_date"); ok {
		a.BirthDate = r.birth("birth_date", s)
	}
	a.ZIP = r.zip()
	return a
}

func (r *rowReader) subscriberID() ident.SubscriberID {
	id, err := ident.ParseSubscriberID(r.text("subscriber_id"))
	switch {
	case errors.Is(err, ident.ErrEmpty):
		r.bad("subscriber_id", "row.empty", "must not be empty")
	case errors.Is(err, ident.ErrLength):
		r.bad("subscriber_id", "row.subscriber_id", "must be 12 numbers: spreadsheets shorten long numbers, format the column as text")
	case err != nil:
		r.bad("subscriber_id", "row.check_digit", "has a wrong check digit: one of its numbers is wrong")
	}
	return id
}

const nameRunesMax = 60

func (r *rowReader) name(field string) string {
	s, ok := r.need(field)
	switch {
	case !ok:
	case utf8.RuneCountInString(s) > nameRunesMax:
		r.bad(field, "row.name", "must have %d characters or fewer", nameRunesMax)
	case pii.HasLongNumber(s):
		r.bad(field, "row.name", "has a long number: a name can not")
	}
	return s
}

func (r *rowReader) birth(field, s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil || d.Before(firstBirth) {
		r.bad(field, "row.date", "must be a date like 1984-05-17, year first, 1900 or later")
	}
	return d
}

func (r *rowReader) window(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil || d.Before(firstMonth.First()) || d.After(lastMonth.Last()) {
		r.bad("window_ends", "row.date", "must be a date like 2027-01-23, year first, or empty")
	}
	return d
}

// What an envelope's window has room for, beside the name.
const (
	addressLinesMax = 3
	addressRunesMax = 40 // of a line
)

// phone reads a phone number of the United States as ten digits.
func (r *rowReader) phone() string {
	s := r.text("phone")
	if s == "" {
		return ""
	}
	digits, ok := identity.ParsePhone(s)
	if !ok {
		r.bad("phone", "row.form", "must be a phone number with 10 numbers, like 617-555-0147")
	}
	return digits
}

// address reads "1428 Commonwealth Avenue; Apt 12B; Brighton, MA" as lines.
func (r *rowReader) address() string {
	s := r.text("address")
	if s == "" {
		return ""
	}
	lines := strings.Split(s, ";")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
		if lines[i] == "" || utf8.RuneCountInString(lines[i]) > addressRunesMax {
			r.bad("address", "row.address", "must be lines of 1 to %d characters, separated by semicolons", addressRunesMax)
			return ""
		}
	}
	if len(lines) > addressLinesMax {
		r.bad("address", "row.address", "must have %d lines or fewer, the town in the last", addressLinesMax)
		return ""
	}
	return strings.Join(lines, "\n")
}

func (r *rowReader) zip() string {
	s, ok := r.need("zip")
	if ok && !zipForm.MatchString(s) {
		r.bad("zip", "row.zip", "must be 5 numbers: spreadsheets drop the first 0, format the column as text")
	}
	return s[:min(len(s), 5)]
}

// match reads an optional field of a fixed form.
func (r *rowReader) match(field string, form *regexp.Regexp, like string) string {
	s := r.text(field)
	if s != "" && !form.MatchString(s) {
		r.bad(field, "row.form", "must be %s, or empty", like)
	}
	return s
}

// choose reads an optional field that has a few possible values.
func choose[T ~string](r *rowReader, field string, absent T, allowed ...T) T {
	s := T(strings.ToLower(r.text(field)))
	if s == "" {
		return absent
	}
	if !slices.Contains(allowed, s) {
		names := make([]string, len(allowed))
		for i, a := range allowed {
			names[i] = string(a)
		}
		r.bad(field, "row.choice", "must be one of: %s", strings.Join(names, ", "))
	}
	return s
}

func (r *rowReader) enrollment() Enrollment {
	e := Enrollment{Enrollment: enrollment.Enrollment{
		Reference: r.match("enrollment_reference", referenceForm, "a reference like RefID48213"),
		PlanID:    r.code("plan_id"),
		CarrierID: r.code("carrier_id"),
		Renewal:   choose(r, "renewal", "no", "yes", "no") == "yes",
	}}
	if s := r.text("window_ends"); s != "" {
		e.WindowEndsOn = r.window(s)
	}
	e.PlanName, e.CarrierName = r.title("plan_name"), r.title("carrier_name")
	if _, ok := r.need("kind"); ok {
		e.Kind = choose(r, "kind", "", enrollment.KindMedical, enrollment.KindDental)
	}
	if s, ok := r.need("members"); ok {
		e.Members = r.members(s)
	}
	return e
}

func (r *rowReader) code(field string) string {
	s, ok := r.need(field)
	if ok && !codeForm.MatchString(s) {
		r.bad(field, "row.form", "must be 2 to 30 letters, numbers, dashes or underscores")
	}
	return s
}

const titleRunesMax = 100

func (r *rowReader) title(field string) string {
	s, ok := r.need(field)
	if ok && utf8.RuneCountInString(s) > titleRunesMax {
		r.bad(field, "row.name", "must have %d characters or fewer", titleRunesMax)
	}
	return s
}

// members reads "Ana|Silva|1984-05-17|self; Rui|Silva|2015-02-01|child".
func (r *rowReader) members(list string) []enrollment.Member {
	parts := strings.Split(list, ";")
	if len(parts) > MembersMax {
		r.bad("members", "row.members", "has more than %d people", MembersMax)
		return nil
	}
	var members []enrollment.Member
	for i, part := range parts {
		m, problem := parseMember(part)
		switch {
		case problem != "":
			r.bad("members", "row.members", "person %d %s", i+1, problem)
		case slices.Contains(members, m):
			r.bad("members", "row.members", "person %d is there twice: remove one", i+1)
		case m.Relation == enrollment.RelationSelf && slices.ContainsFunc(members, isSelf):
			r.bad("members", "row.members", "person %d is a second self: only the subscriber is", i+1)
		}
		members = append(members, m)
	}
	return members
}

func isSelf(m enrollment.Member) bool { return m.Relation == enrollment.RelationSelf }

func parseMember(text string) (m enrollment.Member, problem string) {
	fields := strings.Split(text, "|")
	if len(fields) != 4 {
		return m, "must be first name|last name|birth date|relation"
	}
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	birth, err := civil.ParseDate(fields[2])
	m = enrollment.Member{FirstName: fields[0], LastName: fields[1], BirthDate: birth, Relation: enrollment.Relation(strings.ToLower(fields[3]))}
	relations := []enrollment.Relation{enrollment.RelationSelf, enrollment.RelationSpouse, enrollment.RelationChild, enrollment.RelationOther}
	switch {
	case m.FirstName == "" || m.LastName == "":
		return m, "needs a first and a last name"
	case utf8.RuneCountInString(m.FirstName) > nameRunesMax || utf8.RuneCountInString(m.LastName) > nameRunesMax:
		return m, fmt.Sprintf("has a name of more than %d characters", nameRunesMax)
	case pii.HasLongNumber(m.FirstName) || pii.HasLongNumber(m.LastName):
		return m, "has a long number in a name: a name can not"
	case err != nil || birth.Before(firstBirth):
		return m, "needs a birth date like 1984-05-17, 1900 or later"
	case !slices.Contains(relations, m.Relation):
		return m, "needs a relation: self, spouse, child or other"
	}
	return m, ""
}

func (r *rowReader) segment() enrollment.Segment {
	s := enrollment.Segment{From: r.month("from"), To: r.month("to")}
	if !s.From.IsZero() && !s.To.IsZero() {
		switch {
		case s.To.Before(s.From):
			r.bad("to", "row.months", "is before from: swap them")
		case yearOf(s.From) != yearOf(s.To):
			r.bad("to", "row.months", "is in another year than from: an enrollment is for one benefit year, write a row for each")
		}
	}
	before := len(r.problems)
	s.Premium = enrollment.Premium{
		Gross: r.amount("gross"), APTC: r.amount("aptc"), State: r.amount("state_subsidy"), Member: r.amount("member_share"),
	}
	if p := s.Premium; len(r.problems) == before && !p.Balanced() {
		r.bad("gross", "row.unbalanced", "%s is not aptc %s + state_subsidy %s + member_share %s = %s: correct one of the four",
			p.Gross, p.APTC, p.State, p.Member, money.Sum(p.APTC, p.State, p.Member))
	}
	return s
}

func (r *rowReader) month(field string) civil.Month {
	s, ok := r.need(field)
	if !ok {
		return civil.Month{}
	}
	m, err := civil.ParseMonth(s)
	if err != nil || m.Before(firstMonth) || m.After(lastMonth) {
		r.bad(field, "row.month", "must be a month like 2027-01")
		return civil.Month{}
	}
	return m
}

func (r *rowReader) amount(field string) money.Amount {
	s, ok := r.need(field)
	if !ok {
		return money.Zero
	}
	a, err := money.Parse(s)
	switch {
	case err != nil:
		r.bad(field, "row.amount", "must be an amount like 412.50: numbers, and two decimals or none")
	case a.IsNegative():
		r.bad(field, "row.negative", "must not be less than 0.00")
	case amountMax.Less(a):
		r.bad(field, "row.amount", "must be %s or less", amountMax)
	}
	return a
}

package guest

import (
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/edge/web/portal"
)

func (v *visit) showFind() {
	q := v.r.URL.Query()
	v.show(portal.Find{Form: portal.FindForm{Factor: factorOf(q.Get("by")), Someone: q.Get("for") == "someone"}})
}

func factorOf(by string) portal.Factor {
	if by == string(portal.FactorZIP) {
		return portal.FactorZIP
	}
	return portal.FactorBirth
}

// newPlanShows is how long a new plan takes to come from the eligibility
// system (brief F3).
const newPlanShows = 4 * time.Hour

// find looks a bill up. What was typed is kept, whatever comes of it.
func (v *visit) find() {
	form := portal.FindForm{
		SubscriberID: v.field(portal.FieldSubscriberID), Factor: factorOf(v.field("by")), Someone: v.field("for") == "someone",
		BirthMonth: v.field(portal.FieldBirthMonth), BirthDay: v.field(portal.FieldBirthDay), BirthYear: v.field(portal.FieldBirthYear),
		ZIP: v.field(portal.FieldZIP),
	}
	in, problems := v.readFind(form)
	if len(problems) > 0 {
		v.show(portal.Find{Form: form, Problems: problems})
		return
	}
	account, err := v.paying.Find(v.ctx(), in)
	switch {
	case fault.Is(err, paying.CodeNoMatch):
		v.show(portal.Find{Form: form, NoMatch: true, Again: v.clock.Now().Add(newPlanShows)})
	case err != nil:
		v.fail(err)
	default:
		v.found(account)
	}
}

// found opens a session for the account of a bill that was found and leads to
// it.
func (v *visit) found(account enrollment.AccountID) {
	if err := v.begin(account); err != nil {
		v.broken(err)
		return
	}
	v.to(portal.PathAmount + "?" + justFound)
}

// readFind finds everything that is wrong with a look-up, in the order of the
// page.
func (v *visit) readFind(form portal.FindForm) (paying.FindInput, portal.Problems) {
	in := paying.FindInput{Number: form.SubscriberID, Network: v.network()}
	var problems portal.Problems
	if err := v.paying.CheckNumber(form.SubscriberID); err != nil {
		addNumberProblem(&problems, err, form)
	}
	birth, zip, more := readFactor(form, v.today())
	in.BirthDate, in.ZIP = birth, zip
	return in, append(problems, more...)
}

// readZIP reads a ZIP code and adds what is wrong with it.
func readZIP(form portal.FindForm, problems *portal.Problems) string {
	zip := ident.CleanNumber(form.ZIP)
	switch {
	case zip == "":
		problems.Add(portal.FieldZIP, portal.ProblemZIPEmpty)
	case len(zip) != 5 || !ident.AllDigits(zip):
		problems.Add(portal.FieldZIP, portal.ProblemZIPLength)
	}
	return zip
}

func addNumberProblem(problems *portal.Problems, err error, form portal.FindForm) {
	switch fault.CodeOf(err) {
	case paying.CodeNumberEmpty:
		key := portal.ProblemIDEmpty
		if form.Someone {
			key = portal.ProblemIDSomeone
		}
		problems.Add(portal.FieldSubscriberID, key)
	case paying.CodeNumberBilling:
		problems.Add(portal.FieldSubscriberID, portal.ProblemIDBilling)
	case paying.CodeNumberDigit:
		problems.Add(portal.FieldSubscriberID, portal.ProblemIDCheck)
	default:
		problems.Add(portal.FieldSubscriberID, portal.ProblemIDLength, "n", len([]rune(ident.CleanNumber(form.SubscriberID))))
	}
}

// readBirth reads a birth date and adds the one thing that is most wrong with
// each of its parts.
func readBirth(form portal.FindForm, today civil.Date, problems *portal.Problems) civil.Date {
	month, day, year := ident.CleanNumber(form.BirthMonth), ident.CleanNumber(form.BirthDay), ident.CleanNumber(form.BirthYear)
	if month+day+year == "" {
		problems.Add(portal.FieldBirthMonth, portal.ProblemBirthEmpty)
		return civil.Date{}
	}
	before := len(*problems)
	m, d, y := number(month), number(day), number(year)
	if m < 1 || m > 12 {
		problems.Add(portal.FieldBirthMonth, portal.ProblemBirthMonth)
	}
	if day == "" {
		problems.Add(portal.FieldBirthDay, portal.ProblemBirthDay)
	}
	switch {
	case year == "":
		problems.Add(portal.FieldBirthYear, portal.ProblemBirthYear)
	case len(year) != 4 || y < 0:
		problems.Add(portal.FieldBirthYear, portal.ProblemBirthYear4)
	}
	if len(*problems) > before {
		return civil.Date{}
	}
	birth := civil.NewDate(y, time.Month(m), d)
	switch {
	case birth.Day() != d || birth.Year() != y || y < 1880:
		problems.Add(portal.FieldBirthDay, portal.ProblemBirthReal)
	case !birth.Before(today):
		problems.Add(portal.FieldBirthYear, portal.ProblemBirthPast)
	}
	return birth
}

// number reads digits; -1 for anything else.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || strings.HasPrefix(s, "+") || len(s) > 4 {
		return -1
	}
	return n
}

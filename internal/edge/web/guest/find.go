package guest

import (
	"time"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

func (v *visit) showFind() {
	q := v.R.URL.Query()
	v.Show(portal.Find{Form: portal.FindForm{Factor: factorOf(q.Get("by")), Someone: q.Get("for") == "someone"}})
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
	form := v.findForm()
	in, problems := v.readFind(form)
	if len(problems) > 0 {
		v.Show(portal.Find{Form: form, Problems: problems})
		return
	}
	account, err := v.paying.Find(v.Ctx(), in)
	switch {
	case fault.Is(err, paying.CodeNoMatch):
		v.notFoundNew(form)
	case err != nil:
		v.Fail(err)
	default:
		v.found(account)
	}
}

// findForm is G1 as it was typed.
func (v *visit) findForm() portal.FindForm {
	return portal.FindForm{
		SubscriberID: v.Field(portal.FieldSubscriberID), Factor: factorOf(v.Field("by")), Someone: v.Field("for") == "someone",
		BirthMonth: v.Field(portal.FieldBirthMonth), BirthDay: v.Field(portal.FieldBirthDay), BirthYear: v.Field(portal.FieldBirthYear),
		ZIP: v.Field(portal.FieldZIP),
	}
}

// found opens a session for the account of a bill that was found and leads to
// it.
func (v *visit) found(account enrollment.AccountID) {
	if !v.takePlace() {
		return
	}
	if err := v.begin(account); err != nil {
		v.Broken(err)
		return
	}
	v.To(portal.PathAmount + "?" + justFound)
}

// readFind finds everything that is wrong with a look-up, in the order of the
// page.
func (v *visit) readFind(form portal.FindForm) (paying.FindInput, portal.Problems) {
	in := paying.FindInput{Number: form.SubscriberID, Network: v.Network()}
	var problems portal.Problems
	if err := v.paying.CheckNumber(form.SubscriberID); err != nil {
		addNumberProblem(&problems, err, form)
	}
	birth, zip, more := readFactor(form, v.Today())
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
		serving.NumberProblem(problems, form.SubscriberID)
	}
}

package guest

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/portal"
)

// notFoundNew answers a look-up that fits nothing: the plan may be new, and then
// an address can be left (F3).
func (v *visit) notFoundNew(form portal.FindForm) {
	view := portal.Find{Form: form, NoMatch: true, Again: v.Clock.Now().Add(newPlanShows)}
	if v.paying.TakesAddresses() {
		view.Wait = &portal.Wait{}
	}
	v.Show(view)
}

// wait takes an address that is told when the bill is there. It answers the same
// whatever is known of the number (R-ID-2).
func (v *visit) wait() {
	if !v.paying.TakesAddresses() {
		v.NotFound()
		return
	}
	form := v.findForm()
	in, problems := v.readFind(form)
	if len(problems) > 0 {
		v.Show(portal.Find{Form: form, Problems: problems})
		return
	}
	view := portal.Find{Form: form, Wait: &portal.Wait{}}
	entry := v.typedEmail()
	view.Wait.Email, view.Wait.Suggestion = entry.address, entry.suggestion
	if entry.address == "" || entry.wrong {
		view.Problems.Add(portal.FieldEmail, portal.ProblemEmail)
	}
	if len(view.Problems) > 0 || entry.suggestion != "" {
		v.Show(view)
		return
	}
	err := v.paying.WaitForBill(v.Ctx(), paying.WaitInput{FindInput: in, Email: entry.address, Language: string(v.Lang)})
	switch {
	case fault.KindOf(err) == fault.Invalid && err != nil:
		view.Problems.Add(portal.FieldEmail, portal.ProblemEmail)
		v.Show(view)
	case err != nil:
		v.Fail(err)
	default:
		v.To(portal.PathWaiting)
	}
}

func (v *visit) waiting() {
	if !v.paying.TakesAddresses() {
		v.NotFound()
		return
	}
	v.Show(portal.Waiting{Days: paying.WaitDays})
}

package guest

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// showLink is G1q: somebody came by the short address of a bill and is asked
// one thing only that tells who it is (brief F4).
func (v *visit) showLink() {
	if view, ok := v.linkCheck(factorOf(v.R.URL.Query().Get("by"))); ok {
		v.Show(view)
	}
}

// linkCheck gives the form for a link that works. For any other it answers by
// itself: with the form that finds a bill without a link.
func (v *visit) linkCheck(by portal.Factor) (portal.LinkCheck, bool) {
	linked, err := v.paying.LinkedBill(v.Ctx(), v.R.PathValue("code"), v.Network())
	switch {
	case err != nil:
		v.Fail(err)
		return portal.LinkCheck{}, false
	case linked.Expired:
		v.linkExpired()
		return portal.LinkCheck{}, false
	}
	return portal.LinkCheck{Path: v.Path, IDLastFour: linked.IDLastFour, Form: portal.FindForm{Factor: by}}, true
}

func (v *visit) linkExpired() {
	v.Show(portal.Find{Form: portal.FindForm{Factor: portal.FactorBirth}, Expired: true})
}

// takeLink looks at the answer. What was typed is kept, whatever comes of it.
func (v *visit) takeLink() {
	view, ok := v.linkCheck(factorOf(v.Field("by")))
	if !ok {
		return
	}
	view.Form.BirthMonth, view.Form.BirthDay, view.Form.BirthYear = v.Field(portal.FieldBirthMonth), v.Field(portal.FieldBirthDay), v.Field(portal.FieldBirthYear)
	view.Form.ZIP = v.Field(portal.FieldZIP)
	in := paying.LinkInput{Code: v.R.PathValue("code"), Network: v.Network()}
	in.BirthDate, in.ZIP, view.Problems = readFactor(view.Form, v.Today())
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	account, err := v.paying.FindByLink(v.Ctx(), in)
	switch {
	case fault.Is(err, paying.CodeNoMatch):
		view.NoMatch = true
		v.Show(view)
	case fault.Is(err, paying.CodeLinkExpired):
		v.linkExpired()
	case err != nil:
		v.Fail(err)
	default:
		v.found(account)
	}
}

// showAddress puts the short address of a bill on it, while there is one.
func (v *visit) showAddress(view *portal.Document, link paying.Link) {
	if link.Code == "" || !view.Due.IsPositive() || view.Note == portal.NoteEnded || view.Note == portal.NoteLapsed {
		return
	}
	view.AddressPath = portal.PathLink + link.Code
	view.Address, view.AddressUntil = v.Host+v.Lang.Path(view.AddressPath), link.Until
}

// readFactor reads the second thing that a look-up asks for.
func readFactor(form portal.FindForm, today civil.Date) (birth civil.Date, zip string, problems portal.Problems) {
	if form.Factor == portal.FactorZIP {
		zip = readZIP(form, &problems)
		return birth, zip, problems
	}
	birth = serving.ReadBirth(form, today, &problems)
	return birth, zip, problems
}

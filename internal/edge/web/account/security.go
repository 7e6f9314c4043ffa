package account

import (
	"slices"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

// fieldOf names a thing in a form or an address: its key, which says nothing.
const fieldOf = "of"

func (v *visit) showSecurity() {
	known, err := v.people.Security(v.Ctx(), v.now.Who)
	if err != nil {
		v.Fail(err)
		return
	}
	view := portal.Security{Email: known.Email, PasswordChanged: known.PasswordChanged, BackupLeft: known.BackupCodes, Done: string(v.done())}
	for _, f := range known.Factors {
		view.Steps = append(view.Steps, portal.StepLine{Value: f.ID.String(), Way: portal.Way(f.Kind), Name: f.Name, Added: f.Added, Used: f.Used})
	}
	for _, d := range known.Sessions {
		view.Devices = append(view.Devices, portal.Device{Value: d.ID.String(), Browser: d.Browser, Network: d.Network, Seen: d.Seen, This: d.This})
	}
	for _, e := range known.History {
		view.History = append(view.History, portal.Past{At: e.At, What: string(e.What), Way: portal.Way(e.Way), Browser: e.Browser, Network: e.Network})
	}
	v.Show(view)
}

func (v *visit) showPassword() { v.Show(portal.Password{Email: v.now.Email}) }

func (v *visit) changePassword() {
	view := portal.Password{Email: v.now.Email}
	if v.Field(portal.FieldOldPassword) == "" {
		view.Problems.Add(portal.FieldOldPassword, portal.ProblemOldEmpty)
		v.Show(view)
		return
	}
	err := v.people.ChangePassword(v.Ctx(), v.now.Who, people.ChangePassword{
		Old: v.secret(portal.FieldOldPassword), New: v.secret(portal.FieldPassword), From: v.from(),
	})
	view.Problems = problems(err, map[string]string{"old": portal.FieldOldPassword, "new": portal.FieldPassword})
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.Fail(err)
		return
	}
	v.toSecurity(donePassword)
}

func (v *visit) toSecurity(done doneKind) {
	v.session.Done = done
	v.keep()
	v.To(portal.PathSecurity)
}

func (v *visit) showConfirm() { v.Show(portal.Confirm{Email: v.now.Email}) }

// confirm takes the password again, before something weighty.
func (v *visit) confirm() {
	view := portal.Confirm{Email: v.now.Email}
	if v.Field(portal.FieldPassword) == "" {
		view.Problems.Add(portal.FieldPassword, portal.ProblemPasswordEmpty)
		v.Show(view)
		return
	}
	err := v.people.Confirm(v.Ctx(), v.now.Who, v.secret(portal.FieldPassword), v.from())
	if view.Problems = problems(err, nil); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.Fail(err)
		return
	}
	if v.session.Back == portal.PathSecurity || v.session.Back == "" {
		v.session.Back, v.session.Done = portal.PathSecurity, doneConfirmed
	}
	v.onward()
}

// factor finds the second step that a form or an address names.
func (v *visit) factor(value string) (people.Factor, int, bool) {
	known, err := v.people.Security(v.Ctx(), v.now.Who)
	if err != nil {
		v.Fail(err)
		return people.Factor{}, 0, false
	}
	i := slices.IndexFunc(known.Factors, func(f people.Factor) bool { return f.ID.String() == value })
	if i < 0 {
		v.To(portal.PathSecurity)
		return people.Factor{}, 0, false
	}
	return known.Factors[i], len(known.Factors), true
}

func (v *visit) showRemoveStep() {
	f, n, ok := v.factor(v.R.URL.Query().Get(fieldOf))
	if !ok {
		return
	}
	v.Show(v.removePage(f, n == 1))
}

func (v *visit) removePage(f people.Factor, last bool) portal.Remove {
	return portal.Remove{Kind: string(f.Kind), Name: f.Name, Value: f.ID.String(), Last: last}
}

func (v *visit) removeStep() {
	f, _, ok := v.factor(v.Field(fieldOf))
	if !ok {
		return
	}
	err := v.people.RemoveFactor(v.Ctx(), v.now.Who, f.ID, v.from())
	switch {
	case fault.Is(err, people.CodeLastFactor):
		v.Show(v.removePage(f, true))
	case err != nil:
		v.weighty(err, portal.PathRemoveStep+"?"+fieldOf+"="+f.ID.String())
	default:
		v.toSecurity(doneRemoved)
	}
}

// signOutOne signs another browser out, or all of them but this.
func (v *visit) signOutOne() {
	if v.Field(fieldOf) == "others" {
		if err := v.people.SignOutOthers(v.Ctx(), v.now.Who, v.from()); err != nil {
			v.Fail(err)
			return
		}
		v.toSecurity(doneOthers)
		return
	}
	id, err := ident.ParseID[identity.Session](v.Field(fieldOf))
	if err != nil {
		v.BadRequest()
		return
	}
	err = v.people.SignOutOne(v.Ctx(), v.now.Who, id, v.from())
	if err != nil && !fault.Is(err, people.CodeNoSuch) { // out already: as wanted
		v.Fail(err)
		return
	}
	v.toSecurity(doneOne)
}

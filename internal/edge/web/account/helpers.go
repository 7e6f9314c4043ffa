package account

import (
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

// helperDone gives what was done just now in the words of A16.
var helperDone = map[doneKind]string{doneInvited: "invited", doneHelper: "removed", doneWithdrawn: "withdrawn"}

// helpers asks who may help; false means that it has answered.
func (v *visit) helpers() (people.Helpers, bool) {
	all, err := v.people.Helpers(v.Ctx(), v.who)
	if err != nil {
		v.notAllowed(err)
		return all, false
	}
	return all, true
}

// notAllowed answers who may not do what they asked for: who helps somebody can
// not invite others, for example.
func (v *visit) notAllowed(err error) {
	if fault.KindOf(err) == fault.Denied {
		v.Show(portal.System{Kind: portal.SystemForbidden})
		return
	}
	v.Fail(err)
}

func (v *visit) showHelpers() {
	all, ok := v.helpers()
	if !ok {
		return
	}
	view := portal.Helpers{Done: helperDone[v.done()]}
	for _, h := range all.People {
		view.People = append(view.People, portal.Helper{Value: h.Link.String(), Email: h.Email, Scope: string(h.Scope), Until: h.Until})
	}
	for _, i := range all.Invitations {
		view.Waiting = append(view.Waiting, portal.Helper{Value: i.ID.String(), Email: i.Email, Scope: string(i.Scope), Until: i.Ends})
	}
	v.Show(view)
}

// How long somebody may help, in months.
var helpMonths = []int{1, 3, 6, 12}

func (v *visit) invitePage() portal.Invite {
	view := portal.Invite{Email: v.email(), Scope: v.Field(portal.FieldScope), Until: v.Field(portal.FieldUntil)}
	for _, scope := range []identity.Scope{identity.ScopeView, identity.ScopePay, identity.ScopeAutoPay} {
		view.Scopes = append(view.Scopes, string(scope))
	}
	today := v.Today()
	for _, months := range helpMonths {
		view.Dates = append(view.Dates, sameDay(today, months))
	}
	return view
}

// sameDay gives the same day some months later, or the last day of that month.
func sameDay(d civil.Date, months int) civil.Date {
	month := d.Month().Add(months)
	last := month.Add(1).First().AddDays(-1)
	return month.First().AddDays(min(d.Day(), last.Day()) - 1)
}

func (v *visit) showInvite() {
	if _, ok := v.helpers(); ok {
		v.Show(v.invitePage())
	}
}

func (v *visit) invite() {
	view := v.invitePage()
	until, err := civil.ParseDate(view.Until)
	if err != nil || !slices.Contains(view.Dates, until) {
		until = civil.Date{}
	}
	_, err = v.people.Invite(v.Ctx(), v.who, people.Invite{
		Email: view.Email, Scope: identity.Scope(view.Scope), Until: until, From: v.from(),
	})
	view.Problems = problems(err, nil)
	switch {
	case len(view.Problems) > 0:
		v.Show(view)
	case fault.Is(err, people.CodeInvited):
		view.Stop = "invited"
		v.Show(view)
	case fault.Is(err, people.CodeDelegateMany):
		view.Stop = "too_many"
		v.Show(view)
	case err != nil:
		v.notAllowed(err)
	default:
		v.toPeople(doneInvited)
	}
}

func (v *visit) toPeople(done doneKind) {
	v.session.Done = done
	v.keep()
	v.To(portal.PathPeople)
}

// helper finds the person that a form or an address names.
func (v *visit) helper(value string) (people.Helper, bool) {
	all, ok := v.helpers()
	if !ok {
		return people.Helper{}, false
	}
	i := slices.IndexFunc(all.People, func(h people.Helper) bool { return h.Link.String() == value })
	if i < 0 {
		v.To(portal.PathPeople)
		return people.Helper{}, false
	}
	return all.People[i], true
}

func (v *visit) showRemoveHelper() {
	if h, ok := v.helper(v.R.URL.Query().Get(fieldOf)); ok {
		v.Show(portal.Remove{Kind: "helper", Name: h.Email, Value: h.Link.String()})
	}
}

func (v *visit) removeHelper() {
	h, ok := v.helper(v.Field(fieldOf))
	if !ok {
		return
	}
	if err := v.people.RemoveHelper(v.Ctx(), v.who, h.Link, v.from()); err != nil {
		v.notAllowed(err)
		return
	}
	v.toPeople(doneHelper)
}

func (v *visit) withdraw() {
	all, ok := v.helpers()
	if !ok {
		return
	}
	value := v.Field(fieldOf)
	i := slices.IndexFunc(all.Invitations, func(i people.Invitation) bool { return i.ID.String() == value })
	if i >= 0 {
		if err := v.people.Withdraw(v.Ctx(), v.who, all.Invitations[i].ID); err != nil {
			v.notAllowed(err)
			return
		}
	}
	v.toPeople(doneWithdrawn)
}

func (v *visit) showInvitations() {
	asked, err := v.people.MyInvitations(v.Ctx(), v.now.Who)
	if err != nil {
		v.Fail(err)
		return
	}
	view := portal.Invitations{}
	if done := v.done(); done == doneAccepted || done == doneDeclined {
		view.Done = string(done)
	}
	for _, i := range asked {
		view.All = append(view.All, portal.Invitation{Value: i.ID.String(), From: i.From, Scope: string(i.Scope), Until: i.Until})
	}
	v.Show(view)
}

// answerInvitation says yes or no. The invitation is one of the person's own,
// found by the address they sign in with.
func (v *visit) answerInvitation() {
	asked, err := v.people.MyInvitations(v.Ctx(), v.now.Who)
	if err != nil {
		v.Fail(err)
		return
	}
	value := v.Field(fieldOf)
	i := slices.IndexFunc(asked, func(i people.Invitation) bool { return i.ID.String() == value })
	if i < 0 {
		v.To(portal.PathInvitations)
		return
	}
	v.session.Done = doneDeclined
	if strings.HasPrefix(v.Field("answer"), "yes") {
		var linked people.Coverage
		linked, err = v.people.Accept(v.Ctx(), v.now.Who, asked[i].ID, v.from())
		v.session.Account, v.session.Done = linked.Account, doneAccepted
	} else {
		err = v.people.Decline(v.Ctx(), v.now.Who, asked[i].ID)
	}
	if err != nil {
		v.Fail(err)
		return
	}
	v.keep()
	v.To(portal.PathInvitations)
}

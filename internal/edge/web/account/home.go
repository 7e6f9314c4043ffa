package account

import (
	"slices"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// recentShown is how many lines of what happened last the home has.
const recentShown = 5

// home is A6. When bills can not be read it says so, and the rest of the page
// still works.
func (v *visit) home() {
	view := portal.AccountHome{Theirs: v.theirs(), Others: len(v.now.Coverages) > 1}
	status, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	switch {
	case err == nil:
		view.AutoPay = v.autoPayLine(status)
	case fault.KindOf(err) != fault.Denied:
		v.notShown(err)
	}
	d, err := v.owing()
	if err != nil {
		v.notShown(err)
		view.State = portal.HomeDown
		v.Show(view)
		return
	}
	v.fillHome(&view, d)
	if a := view.AutoPay; a != nil && a.Next != nil && a.Next.Retry && owing.Late(a.Next.On, view.PayBy) {
		a.Next.Late = view.PayBy
	}
	if a := view.AutoPay; a != nil && a.Waits != nil {
		a.Waits.OnlyIf = d.OnlyIf()
	}
	if err := v.fillHappened(&view); err != nil {
		v.notShown(err)
	}
	v.Show(view)
}

// notShown logs why a part of a page is left out.
func (v *visit) notShown(err error) {
	v.Log.ErrorContext(v.Ctx(), "a part of the page can not be shown", "request", serving.RequestID(v.Ctx()), "error", err)
}

// theirs tells that the account is one that the reader only helps with.
func (v *visit) theirs() bool { return v.who.Role != access.RoleMember }

// payer is who acts, as AutoPay is told.
func (v *visit) payer() autopay.Who { return autopay.Who{Person: v.who.Person.UUID, Role: v.who.Role} }

// owing reads what the account owes.
func (v *visit) owing() (owing.View, error) {
	d, err := v.member.Paying.OwnDue(v.Ctx(), v.who)
	return owing.View{Due: d, Profile: v.Profile}, err
}

func (v *visit) fillHome(view *portal.AccountHome, d owing.View) {
	view.Who, view.Due, view.PayBy, view.From, view.Covers = d.Who(), d.Now(), d.PayBy(), d.From(), d.Covers()
	view.NextBill = d.NextBillOn
	pays := access.Allowed(v.who.Role, access.StartPayment)
	banner := d.Banner()
	asks := portal.Bill{Banner: banner, Due: view.Due}
	switch {
	case view.Due.IsPositive():
		view.State, view.CanPay = portal.HomeOwes, pays && !asks.Blocked()
	case d.Bill == nil && !d.Standing.TotalDue.IsPositive():
		view.State, view.FirstBy = portal.HomeNew, d.Today.AddDays(1)
	default:
		view.State, view.CanPay = portal.HomePaid, pays && !asks.Blocked() && d.Most.IsPositive()
	}
	if banner != nil && tellsMore(banner.Kind) {
		view.Banner = banner
		view.Timeline = d.Timelines()
	}
	if view.Part = d.Part(); view.Part != nil {
		view.Timeline = d.Timelines()
	}
	if !view.Theirs {
		view.Coverage = d.Coverage()
	} else {
		view.Timeline = nil
	}
}

// tellsMore tells which banners of a bill the home repeats: what is due soon or
// paid is said there already.
func tellsMore(kind portal.BannerKind) bool {
	switch kind {
	case portal.BannerFirstPayment, portal.BannerPastDue, portal.BannerEnding, portal.BannerPlan, portal.BannerHold,
		portal.BannerRestart, portal.BannerInProcess, portal.BannerCredit, portal.BannerEnded, portal.BannerLapsed, portal.BannerEmployer, portal.BannerRestarting:
		return true
	case portal.BannerPaidToday, portal.BannerAutoPay, portal.BannerAutoPayWaits, portal.BannerAutoPayLate, portal.BannerDueSoon, portal.BannerNothingDue, portal.BannerPart, portal.BannerPartHealth, portal.BannerPartDental:
	}
	return false
}

// fillHappened adds what happened last and what is to be done.
func (v *visit) fillHappened(view *portal.AccountHome) error {
	events, err := v.member.Paying.Recent(v.Ctx(), v.who, recentShown)
	if err != nil {
		return err
	}
	for _, e := range events {
		line := portal.Recent{Event: portal.Event{Kind: portal.EventKind(e.Kind), On: e.On, Month: e.Month, Amount: e.Amount}}
		switch {
		case e.Kind != paying.EventBill:
			line.Path = paymentPath(e.Confirmation)
		case !view.Theirs:
			line.Path = portal.BillRow{Number: e.Number}.Path()
		}
		view.Recent = append(view.Recent, line)
		if e.Kind == paying.EventReturn && view.Due.IsPositive() && v.Today().DaysSince(e.On) <= returnTold {
			view.ToDo = append(view.ToDo, portal.ToDo{Kind: portal.ToDoReturned, On: e.On, Path: line.Path})
		}
	}
	if view.Theirs {
		return nil
	}
	if chosen := v.now.Language; chosen != string(v.Lang) && (chosen != "" || v.Lang != catalogue.English) {
		view.ToDo = append(view.ToDo, portal.ToDo{Kind: portal.ToDoLanguage, Name: v.Lang.Name(), Path: portal.PathSpoken})
	}
	for _, fill := range []func(*portal.AccountHome) error{v.fillConfirm, v.fillBounced, v.fillInvited} {
		if err := fill(view); err != nil {
			return err
		}
	}
	unread, err := v.people.UnreadMessages(v.Ctx(), v.who)
	if unread > 0 {
		view.ToDo = append(view.ToDo, portal.ToDo{Kind: portal.ToDoMessages, N: unread, Path: portal.PathMessages})
	}
	return err
}

// fillConfirm points at bank accounts whose two small amounts have arrived.
func (v *visit) fillConfirm(view *portal.AccountHome) error {
	saved, err := v.member.AutoPay.SavedAccounts(v.Ctx(), v.payer(), v.who.Account)
	for _, s := range saved {
		if path := savedView(s).ConfirmPath(); path != "" {
			view.ToDo = append(view.ToDo, portal.ToDo{Kind: portal.ToDoConfirm, Path: path})
		}
	}
	return err
}

// fillBounced says that e-mail did not arrive, so that paper is on (M20).
func (v *visit) fillBounced(view *portal.AccountHome) error {
	if v.who.May(access.SeeSettings) != nil {
		return nil
	}
	now, err := v.people.Settings(v.Ctx(), v.who)
	if slices.ContainsFunc(now.Delivery, func(c people.Choice) bool { return c.Why == identity.PaperBounced }) {
		view.ToDo = append(view.ToDo, portal.ToDo{Kind: portal.ToDoBounced, Path: portal.PathReached})
	}
	return err
}

// fillInvited says that somebody asks for help with their bills (A16).
func (v *visit) fillInvited(view *portal.AccountHome) error {
	if v.who.May(access.AcceptInvitation) != nil {
		return nil
	}
	all, err := v.people.MyInvitations(v.Ctx(), v.who)
	if len(all) > 0 {
		view.ToDo = append(view.ToDo, portal.ToDo{Kind: portal.ToDoGuest, Path: portal.PathInvitations})
	}
	return err
}

// returnTold is for how many days the home points at a payment that came back,
// while something is due.
const returnTold = 30

func paymentPath(number ident.Confirmation) string {
	return portal.PathPayments + "/" + number.String()
}

// payBill opens the paying pages for the account.
func (v *visit) payBill() {
	if err := v.who.May(access.StartPayment); err != nil {
		v.Show(portal.System{Kind: portal.SystemForbidden})
		return
	}
	if err := v.Keep(); err != nil {
		v.Broken(err)
		return
	}
	v.member.Pay(v.W, v.R, v.who, v.now.Email)
}

// settlesOn is the day on which the bank moves money, where that is another
// day than the one that counts (R-AUTO-4).
func settlesOn(on, settles civil.Date) civil.Date {
	if settles == on {
		return civil.Date{}
	}
	return settles
}

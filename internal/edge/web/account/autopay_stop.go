package account

import (
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// ending is what was just done to AutoPay, for the page that says so.
type ending struct {
	Kind  portal.DoneKind    `json:"kind"`
	First civil.Date         `json:"first"`
	Later bool               `json:"later,omitempty"`
	Last  civil.Date         `json:"last"`
	Paid  ident.Confirmation `json:"paid,omitempty"`
	Owed  money.Amount       `json:"owed"` // was to be paid now too, and could not
}

// showStop is A8s.
func (v *visit) showStop() {
	s, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	switch {
	case err != nil:
		v.fail(err)
	case !v.manages():
		v.Show(portal.System{Kind: portal.SystemForbidden})
	case s.Mandate == nil || s.Mandate.State != mandate.Active && s.Mandate.State != mandate.Paused:
		v.To(portal.PathAutoPay)
	default:
		view, err := v.stopPage(s)
		if err != nil {
			v.fail(err)
			return
		}
		v.Show(view)
	}
}

func (v *visit) stopPage(s autopay.Status) (portal.AutoPayStop, error) {
	view := portal.AutoPayStop{Next: nextOf(s), LastFour: s.Bank.LastFour, Now: s.StopNow, Chosen: v.Field(portal.FieldWhen)}
	d, err := v.owing()
	if err != nil {
		return view, err
	}
	view.Bill = billOf(d)
	if s.Bank.Waits && (s.Next == nil || s.StopNow) {
		view.Waits, view.Next = true, nil
	}
	return view, nil
}

// billOf gives what is to be paid next, nil when nothing is asked for.
func billOf(d owing.View) *portal.Unpaid {
	if !d.Now().IsPositive() || d.PayBy().IsZero() {
		return nil
	}
	return &portal.Unpaid{Amount: d.Now(), Month: d.Covers(), Due: d.PayBy()}
}

// stop takes the member's word. What is with the bank is still taken.
func (v *visit) stop() {
	s, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return
	}
	when := map[string]autopay.StopWhen{portal.WhenNow: autopay.StopNow, portal.WhenAfter: autopay.StopAfterNext}[v.Field(portal.FieldWhen)]
	if when == "" {
		view, err := v.stopPage(s)
		if err != nil {
			v.fail(err)
			return
		}
		view.Problems.Add(portal.FieldWhen, portal.ProblemWhen)
		v.Show(view)
		return
	}
	stopped, err := v.member.AutoPay.Stop(v.Ctx(), autopay.Stop{Account: v.who.Account, Who: v.payer(), When: when, Language: string(v.Lang)})
	switch {
	case fault.Is(err, autopay.CodeTooLate): // the cut-off came while the page was open
		v.To(portal.PathAutoPayStop)
		return
	case fault.Is(err, autopay.CodeOff):
		v.To(portal.PathAutoPay)
		return
	case err != nil:
		v.fail(err)
		return
	}
	done := &ending{Kind: portal.DoneStopped, Last: stopped.Last}
	if !stopped.Last.IsZero() {
		done.Kind = portal.DoneStopping
	}
	v.session.Member.Done = done
	v.keep()
	v.To(portal.PathAutoPayDone)
}

// showDone is A8, step 4, and the page after each change. It says what was done
// and how things are now, so a reload shows the same.
func (v *visit) showDone() {
	done := v.session.Member.Done
	if done == nil {
		v.To(portal.PathAutoPay)
		return
	}
	s, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return
	}
	d, err := v.owing()
	if err != nil {
		v.fail(err)
		return
	}
	view := portal.AutoPayDone{Kind: done.Kind, First: portal.FirstDebit{On: done.First}, Later: done.Later, Last: done.Last, StopBy: s.StopBy}
	if !v.theirs() && done.Kind != portal.DoneReleased && done.Kind != portal.DoneDeclined {
		view.Email = pii.Email(v.now.Email)
	}
	if n := s.Next; n != nil && n.On == done.First {
		view.First = portal.FirstDebit{On: n.On, Settles: settlesOn(n.On, n.Settles), Amount: n.Amount, Known: n.Known, Covers: n.Month}
	}
	switch {
	case done.Paid != "":
		view.Paid = &portal.PaidNow{Amount: done.Owed, Confirmation: done.Paid.String(), Path: paymentPath(done.Paid)}
	case done.Owed.IsPositive():
		view.Paid = &portal.PaidNow{Amount: done.Owed, Failed: true}
	}
	switch done.Kind {
	case portal.DoneStopped, portal.DoneDeclined:
		if view.Bill = billOf(d); view.Bill == nil {
			view.Next = d.NextBillOn
		}
	case portal.DoneOn, portal.DoneChanged, portal.DoneReleased:
		if view.Waits = waitsOf(s.Bank); view.Waits != nil {
			view.Waits.OnlyIf = d.OnlyIf()
		}
	case portal.DoneStopping:
	}
	v.Show(view)
}

package account

import (
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// stateOf gives a mandate's state in the member's words.
func stateOf(s autopay.Status) portal.AutoPayState {
	m := s.Mandate
	switch {
	case m == nil:
		return portal.AutoPayOff
	case m.State == mandate.Active:
		return portal.AutoPayOn
	case m.State == mandate.Paused:
		return portal.AutoPayPaused
	}
	switch m.Reason {
	case mandate.ReasonReturns:
		return portal.AutoPayReturned
	case mandate.ReasonUnverified:
		return portal.AutoPayUnverified
	case mandate.ReasonBankAccount:
		return portal.AutoPayAccount
	case mandate.ReasonUnauthorized, mandate.ReasonBankStop:
		return portal.AutoPayRefused
	}
	return portal.AutoPayStopped
}

func (v *visit) manages() bool { return access.Allowed(v.who.Role, access.ManageAutoPay) }

func (v *visit) autoPayLine(s autopay.Status) *portal.AutoPayLine {
	line := &portal.AutoPayLine{State: stateOf(s), Manage: v.manages(), Held: v.held(s)}
	if line.State == portal.AutoPayOn {
		line.Next, line.Waits = nextOf(s), waitsOf(s.Bank)
	}
	return line
}

func nextOf(s autopay.Status) *portal.AutoPayNext {
	n := s.Next
	if n == nil {
		return nil
	}
	return &portal.AutoPayNext{
		On: n.On, Settles: settlesOn(n.On, n.Settles), Amount: n.Amount, Known: n.Known, Month: n.Month, StopBy: s.StopBy, Sent: n.Sent, Retry: n.Retry,
	}
}

func (v *visit) held(s autopay.Status) *portal.Held {
	d := s.Held
	if d == nil || s.Mandate == nil {
		return nil
	}
	held := &portal.Held{
		ID: d.ID.String(), Month: d.Month, Is: d.Noticed, Was: s.Usual, Cap: s.Mandate.Cap, Why: portal.HeldWhy(d.Reason), On: d.DebitOn, Due: v.Profile.DueOn(d.Month),
	}
	if d.Reason != mandate.ReasonOverCap && d.Reason != mandate.ReasonNoticeLate {
		held.Why = portal.HeldOverLast
	}
	return held
}

// showAutoPay is A7.
func (v *visit) showAutoPay() {
	s, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return
	}
	view := portal.AutoPay{
		State: stateOf(s), Manage: v.manages(), LastFour: s.Bank.LastFour, Held: v.held(s), Returned: s.Returned,
		Keep: v.Profile.AutoPay.KeepMonths.On(v.Today()),
	}
	if m := s.Mandate; m != nil {
		view.Since, view.Last, view.Proof = m.StateOn, m.StopOn, !v.theirs()
		if view.Proof {
			if view.Before, err = v.proofs(); err != nil {
				v.fail(err)
				return
			}
		}
		if view.State == portal.AutoPayOn {
			view.Next, view.Terms, view.Waits = nextOf(s), v.terms(s), waitsOf(s.Bank)
		}
	}
	for _, d := range s.Debits {
		view.Rows = append(view.Rows, portal.AutoPayRow{On: d.DebitOn, Amount: d.Amount, Status: debitStatus(d), Path: paymentPath(d.Confirmation)})
	}
	v.explainHeld(&view)
	v.Show(view)
}

// explainHeld says why the bill is another one than last time, what AutoPay may
// not take, and whether there is something to pay now.
func (v *visit) explainHeld(view *portal.AutoPay) {
	d, err := v.owing()
	if err != nil {
		v.notShown(err)
		return
	}
	if view.Waits != nil {
		view.Waits.OnlyIf = d.OnlyIf()
	}
	if n := view.Next; n != nil && n.Retry && owing.Late(n.On, d.PayBy()) {
		n.Late = d.PayBy()
	}
	view.CanPay = d.Now().IsPositive() && view.Next != nil && access.Allowed(v.who.Role, access.StartPayment)
	if view.Held != nil && d.Bill != nil && d.Bill.Month == view.Held.Month && !v.theirs() {
		view.Held.Change = d.Document().Change
	}
}

func (v *visit) terms(s autopay.Status) *portal.AutoPayTerms {
	m := s.Mandate
	return &portal.AutoPayTerms{
		Day: m.Day, Bank: savedView(s.Bank), Cap: m.Cap, Always: m.Notice != mandate.NoticeOver, Over: m.NoticeOver,
		Days: v.Profile.AutoPay.NoticeDays.On(v.Today()),
	}
}

func savedView(s autopay.SavedAccount) portal.Saved {
	view := portal.Saved{ID: s.ID.String(), Kind: portal.AccountKind(s.Type), LastFour: s.LastFour, Nickname: s.Nickname, AutoPay: s.InUse}
	switch c := s.Check; {
	case !s.Waits:
	case !c.Asked:
		view.Wait = portal.WaitBank
	case c.Open:
		view.Wait, view.AnswerBy = portal.WaitAmounts, c.AnswerBy
	default:
		view.Wait, view.Arrives = portal.WaitComing, c.ArrivesOn
	}
	return view
}

// waitsOf is an account from which nothing can be taken yet; nil: it can.
func waitsOf(s autopay.SavedAccount) *portal.AutoPayWaits {
	if !s.Waits {
		return nil
	}
	return &portal.AutoPayWaits{Saved: savedView(s)}
}

func debitStatus(d autopay.Debit) portal.PaymentStatus {
	switch {
	case d.Returned == ach.CodeDisputed: // it never went to a bank
		return portal.StatusCanceled
	case d.Returned == ach.CodeReversal: // we gave it back
		return portal.StatusRefunded
	case d.Returned != "":
		return portal.StatusReturned
	case d.Settled:
		return portal.StatusPaid
	}
	return portal.StatusReceived
}

// answerHeld takes the member's word on a payment that waits for it.
func (v *visit) answerHeld() {
	id, err := ident.ParseID[mandate.Draft](v.Field("draft"))
	if err != nil {
		v.BadRequest()
		return
	}
	shown, err := money.Parse(v.Field("shown"))
	if err != nil {
		v.BadRequest()
		return
	}
	s, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return
	}
	answer := autopay.Answer{Account: v.who.Account, Who: v.payer(), Draft: id, Amount: shown}
	kind := portal.DoneReleased
	if v.Field("answer") == "yes" {
		err = v.member.AutoPay.Release(v.Ctx(), answer)
	} else {
		kind, err = portal.DoneDeclined, v.member.AutoPay.Decline(v.Ctx(), answer)
	}
	switch {
	case fault.Is(err, autopay.CodeAmountChanged), fault.Is(err, autopay.CodeNothingHeld): // the page shows how it is now
		v.To(portal.PathAutoPay)
	case err != nil:
		v.fail(err)
	default:
		v.session.Member.Done = &ending{Kind: kind}
		if s.Held != nil {
			v.session.Member.Done.Last = s.Held.DebitOn
		}
		v.keep()
		v.To(portal.PathAutoPayDone)
	}
}

// fail answers an error of a use case: who may not is told so.
func (v *visit) fail(err error) {
	switch fault.KindOf(err) {
	case fault.Denied, fault.Unauthenticated:
		v.Show(portal.System{Kind: portal.SystemForbidden})
	default:
		v.Fail(err)
	}
}

package guest

import (
	"crypto/rand"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// answeredPaid answers a form whose operation is paid already: a reload, a
// second press, or Back and Pay again lead to the one confirmation (R-PAY-6).
func (v *visit) answeredPaid(s *session) bool {
	op, ok := v.operation()
	if !ok {
		v.BadRequest()
		return true
	}
	return v.answeredIfPaid(s, op)
}

func (v *visit) answeredIfPaid(s *session, op payment.OperationID) bool {
	i, err := v.paying.Intent(v.Ctx(), op)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return false
	case err != nil:
		v.Broken(err)
		return true
	case i.State != payment.IntentSucceeded || i.AccountID != s.Account:
		return false
	}
	v.finished(s, op)
	return true
}

// finished leads to the confirmation of a payment of this session.
func (v *visit) finished(s *session, op payment.OperationID) {
	v.finish(s, paid{Op: op, Late: s.Attempt.Late})
	v.keep(*s)
	v.To(donePath(op))
}

// current checks that a form belongs to the session's attempt before money
// moves on it. Another tab may have gone on, the bill may have changed, or the
// payment may be done: it then answers by itself.
func (v *visit) current() (session, owing.View, bool) {
	s, ok := v.member()
	if !ok || v.answeredPaid(&s) {
		return s, owing.View{}, false
	}
	shown, err := money.Parse(v.Field("shown"))
	if err != nil {
		v.BadRequest()
		return s, owing.View{}, false
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return s, d, false
	}
	op, _ := v.operation()
	a := s.Attempt
	switch {
	case !a.Amount.IsPositive():
		v.To(portal.PathAmount)
	case d.Now() != a.Due || shown != a.Amount:
		v.changed(s, d, op, shown)
	case op != a.Op: // a form from before the way to pay was changed
		v.To(v.step(a))
	case !a.toldOf(d): // somebody has paid, or begun to
		v.To(portal.PathAgain)
	default:
		return s, d, true
	}
	return s, d, false
}

// changed says that the amount is another one by now (G9c). What the bill asks
// for may have changed because a twin of this very request has paid it.
func (v *visit) changed(s session, d owing.View, op payment.OperationID, shown money.Amount) {
	if v.answeredIfPaid(&s, op) {
		return
	}
	stop := portal.Stopped{Kind: portal.StopChanged, Op: s.Attempt.Op.String(), Old: shown, Amount: s.Attempt.Amount, Due: d.Now()}
	if d.Now() != s.Attempt.Due {
		stop.Amount = d.Now()
	}
	switch {
	case stop.Amount.IsPositive():
		v.Show(stop)
	case len(d.PaidToday) > 0:
		v.alreadyPaid(s, d.PaidToday[len(d.PaidToday)-1])
	default:
		v.To(portal.PathAmount)
	}
}

// alreadyPaid says that somebody has paid the bill meanwhile (G9b). The receipt
// is for whoever paid in this session.
func (v *visit) alreadyPaid(s session, p payment.Payment) {
	stop := portal.Stopped{Kind: portal.StopPaid, Amount: p.Amount, At: p.SubmittedAt, Confirmation: p.Confirmation.String()}
	if _, own := s.paidAs(p.IntentID); own {
		stop.Receipt = receiptPath(p.IntentID)
	}
	v.Show(stop)
}

// step gives the page at which the attempt stands.
func (v *visit) step(a attempt) string {
	switch {
	case !a.Amount.IsPositive():
		return portal.PathAmount
	case a.Method == "":
		return portal.PathMethod
	case a.Method == portal.MethodBank && a.Saved == nil && a.Bank.ValidationRef == "":
		return portal.PathBank
	}
	return portal.PathCheck
}

// release gives the attempt a new operation before anything about it changes,
// if the processor has a page for the old one. That page is closed first, so
// that nobody pays twice; false means that release has answered the request:
// the page was paid after all, or nobody can say.
func (v *visit) release(s *session) bool {
	if !s.Attempt.Sent {
		return true
	}
	i, err := v.paying.Abandon(v.Ctx(), s.Attempt.Op)
	switch {
	case err == nil && i.State == payment.IntentSucceeded:
		v.finished(s, s.Attempt.Op)
		return false
	case err != nil || !i.State.Final():
		v.To(portal.PathStatus)
		return false
	}
	s.Attempt.restart(v.paying.NewOperation())
	return true
}

// others are the operations of today's payments, and of those that are under
// way.
func others(d owing.View) []payment.OperationID {
	var all []payment.OperationID
	for _, p := range d.PaidToday {
		all = append(all, p.IntentID)
	}
	for _, i := range d.InProcess {
		all = append(all, i.ID)
	}
	return all
}

// toldOf tells whether the payer knows of every other payment (R-PAY-7).
func (a attempt) toldOf(d owing.View) bool {
	return !slices.ContainsFunc(others(d), func(op payment.OperationID) bool { return !slices.Contains(a.Told, op) })
}

// payFrom notes what the debit is taken from: saved, or what was typed.
func (a *attempt) payFrom(typed bankDetails, saved *savedBank) {
	a.Method, a.Bank, a.Saved, a.From = portal.MethodBank, typed, saved, rand.Text()
}

// restart goes on with what was chosen under a new operation id.
func (a *attempt) restart(op payment.OperationID) {
	a.Op, a.Sent, a.AskedAt, a.Stop, a.Reason = op, false, civil.Instant{}, "", ""
}

// ready gives the session's attempt for a page that comes after the amount. It
// leads back to the page that is missing.
func (v *visit) ready(path string) (session, owing.View, bool) {
	s, ok := v.member()
	if !ok {
		return s, owing.View{}, false
	}
	step := v.step(s.Attempt)
	if order[step] < order[path] {
		v.To(step)
		return s, owing.View{}, false
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return s, d, false
	}
	return s, d, true
}

var order = map[string]int{portal.PathAmount: 1, portal.PathMethod: 2, portal.PathBank: 3, portal.PathCheck: 4}

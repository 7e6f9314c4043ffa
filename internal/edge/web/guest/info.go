package guest

import (
	"strings"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/portal"
)

func (v *visit) home() {
	due, covers := nextDue(v.profile, v.today())
	v.show(portal.Home{Form: portal.FindForm{Factor: portal.FactorBirth}, NextDue: due, Covers: covers})
}

func (v *visit) ways() {
	due, _ := nextDue(v.profile, v.today())
	v.show(portal.Ways{
		Due: due, Cards: v.paying.Method(payment.MethodCard), Postmark: v.profile.Mail.Rule.On(due) != profile.MailReceived,
		Calendar: v.url(portal.PathCalendar), MailBy: mailBy(v.profile, due), Payee: v.profile.Marketplace.PayeeName, Address: v.profile.Marketplace.LockboxAddress.On(due),
	})
}

// mailBy is when to mail a check so that it surely is there on the due date.
func mailBy(p *profile.Profile, due civil.Date) civil.Date {
	return due.AddDays(-p.Mail.WaitDays.On(due))
}

func (v *visit) showLookup() { v.show(portal.Lookup{}) }

// lookup answers "Is my payment in?". It changes nothing, so the answer stands
// on the page that was sent: the number stays out of every address.
func (v *visit) lookup() {
	view := portal.Lookup{Confirmation: v.field(portal.FieldConfirmation)}
	if strings.TrimSpace(view.Confirmation) == "" {
		view.Problems.Add(portal.FieldConfirmation, portal.ProblemConfirmationEmpty)
		v.show(view)
		return
	}
	p, err := v.paying.ByConfirmation(v.ctx(), view.Confirmation, v.network())
	switch {
	case fault.KindOf(err) == fault.Invalid:
		view.Problems.Add(portal.FieldConfirmation, portal.ProblemConfirmation)
	case fault.Is(err, paying.CodeUnknownConfirmation):
		view.NoMatch = true
	case err != nil:
		v.fail(err)
		return
	default:
		view.Result = lookUpResult(p.Payment, p.Returned)
	}
	v.show(view)
}

func lookUpResult(p payment.Payment, returned bool) *portal.LookupResult {
	return &portal.LookupResult{
		Confirmation: p.Confirmation.String(), Amount: p.Amount, At: p.SubmittedAt, Counts: p.EffectiveOn, Status: statusOf(p, returned),
	}
}

// statusOf gives a payment's status in the member's words (brief 6.3).
func statusOf(p payment.Payment, returned bool) portal.PaymentStatus {
	switch {
	case returned:
		return portal.StatusReturned
	case p.Method == payment.MethodBank:
		return portal.StatusReceived
	}
	return portal.StatusPaid
}

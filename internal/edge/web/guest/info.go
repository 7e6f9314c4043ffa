package guest

import (
	"strings"
	"time"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

func (v *visit) home() {
	due, covers := owing.NextDue(v.Profile, v.Today())
	v.Show(portal.Home{Form: portal.FindForm{Factor: portal.FactorBirth}, NextDue: due, Covers: covers, Busy: v.expectLine()})
}

func (v *visit) ways() {
	due, _ := owing.NextDue(v.Profile, v.Today())
	v.Show(portal.Ways{
		WalkIn: v.Profile.WalkIn.Open(v.Today()), Due: due, Cards: v.paying.Method(payment.MethodCard), Postmark: v.Profile.Mail.Rule.On(due) != profile.MailReceived,
		Calendar: v.URL(v.Lang, portal.PathCalendar), MailBy: v.Profile.MailBy(due), Payee: v.Profile.Marketplace.PayeeName, Address: v.Profile.Marketplace.LockboxAddress.On(due),
	})
}

func (v *visit) aboutAutoPay() {
	today := v.Today()
	cutoff := v.Profile.AutoPay.Cutoff.On(today)
	view := portal.AboutAutoPay{DueDay: nextDueDay(v.Profile, today), Cutoff: timeOn(today, cutoff, v.Profile.Zone())}
	for _, day := range v.Profile.AutoPay.Days.On(today) {
		view.Days = append(view.Days, portal.DayOfMonth(day))
	}
	v.Show(view)
}

// nextDueDay is the day of the month by which bills are paid.
func nextDueDay(p *profile.Profile, today civil.Date) int {
	due, _ := owing.NextDue(p, today)
	return due.Day()
}

// timeOn is a time of day of the marketplace on a date.
func timeOn(d civil.Date, at profile.TimeOfDay, zone *time.Location) civil.Instant {
	return civil.InstantOf(time.Date(d.Year(), d.MonthOfYear(), d.Day(), at.Hour, at.Minute, at.Second, 0, zone))
}

func (v *visit) showLookup() { v.Show(portal.Lookup{}) }

// lookup answers "Is my payment in?". It changes nothing, so the answer stands
// on the page that was sent: the number stays out of every address.
func (v *visit) lookup() {
	view := portal.Lookup{Confirmation: v.Field(portal.FieldConfirmation)}
	if strings.TrimSpace(view.Confirmation) == "" {
		view.Problems.Add(portal.FieldConfirmation, portal.ProblemConfirmationEmpty)
		v.Show(view)
		return
	}
	p, err := v.paying.ByConfirmation(v.Ctx(), view.Confirmation, v.Network())
	switch {
	case fault.KindOf(err) == fault.Invalid:
		view.Problems.Add(portal.FieldConfirmation, portal.ProblemConfirmation)
	case fault.Is(err, paying.CodeUnknownConfirmation):
		view.NoMatch = true
	case err != nil:
		v.Fail(err)
		return
	default:
		view.Result = lookUpResult(p.Payment, owing.StatusOf(p.PaymentLine))
		if p.ReturnCode == "" {
			view.Result.Steps = owing.ToldSteps(p.Told, false)
		}
	}
	v.Show(view)
}

func lookUpResult(p payment.Payment, status portal.PaymentStatus) *portal.LookupResult {
	return &portal.LookupResult{
		Confirmation: p.Confirmation.String(), Amount: p.Amount, At: p.SubmittedAt, Counts: p.EffectiveOn, Status: status,
	}
}

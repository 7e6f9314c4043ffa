package account

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// paymentsShown is how many payments a page of the list has.
const paymentsShown = 25

// payments is A11. Search and year narrow it; older ones come with ?before=.
func (v *visit) payments() {
	all, err := v.member.Paying.Payments(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	query := v.R.URL.Query()
	view := portal.Payments{Search: trimmed(query.Get(portal.FieldSearch)), Year: v.year()}
	view.Filtered = view.Search != "" || view.Year != 0
	before, skipping := query.Get("before"), query.Has("before")
	for _, p := range all {
		view.Years = addYear(view.Years, p.EffectiveOn.Year())
		switch {
		case skipping:
			skipping = p.Confirmation.String() != before
		case view.Year != 0 && p.EffectiveOn.Year() != view.Year, !fits(p, view.Search):
		case len(view.Rows) == paymentsShown:
			if view.More == "" {
				query.Set("before", view.Rows[len(view.Rows)-1].Confirmation)
				view.More = portal.PathPayments + "?" + query.Encode()
			}
		default:
			view.Rows = append(view.Rows, paymentRow(p))
		}
	}
	view.Years = worthChoosing(view.Years, view.Year)
	v.Show(view)
}

// trimmed is a search without what no person means.
func trimmed(text string) string {
	text = strings.TrimSpace(text)
	return text[:min(len(text), 40)]
}

// fits tells whether a payment has a confirmation number or an amount.
func fits(p paying.PaymentLine, search string) bool {
	if search == "" {
		return true
	}
	if number, err := ident.ParseConfirmation(search); err == nil && number == p.Confirmation {
		return true
	}
	amount, err := money.ParseInput(search)
	return err == nil && amount == p.Amount
}

func paymentRow(p paying.PaymentLine) portal.PaymentRow {
	return portal.PaymentRow{
		On: p.EffectiveOn, Amount: p.Amount, With: channelOf(p.Payment), LastFour: p.LastFour, Status: owing.StatusOf(p),
		Confirmation: p.Confirmation.String(), Path: paymentPath(p.Confirmation),
	}
}

// channelOf says how money came, in the member's words.
func channelOf(p payment.Payment) portal.Channel {
	switch p.Channel {
	case payment.ChannelAutoPay:
		return portal.ChannelAutoPay
	case payment.ChannelBillPay, payment.ChannelThirdParty:
		return portal.ChannelBillPay
	case payment.ChannelMail:
		return portal.ChannelCheck
	case payment.ChannelIVR, payment.ChannelAgent:
		return portal.ChannelPhone
	case payment.ChannelWebGuest, payment.ChannelWebAccount:
		if p.Method == payment.MethodCard {
			return portal.ChannelCard
		}
		return portal.ChannelBank
	case payment.ChannelStaff:
	}
	return portal.ChannelOther
}

// paymentsFile is A11 as a table for a spreadsheet.
func (v *visit) paymentsFile() {
	all, err := v.member.Paying.Payments(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	rows := [][]string{{"date", "amount", "how", "account_ending", "status", "confirmation"}}
	for _, p := range all {
		row := paymentRow(p)
		rows = append(rows, []string{row.On.String(), row.Amount.String(), string(row.With), row.LastFour, string(row.Status), row.Confirmation})
	}
	if err := w.WriteAll(rows); err != nil {
		v.Broken(err)
		return
	}
	v.Send(serving.File{Type: "text/csv; charset=utf-8", Name: "payments.csv", Data: out.Bytes()})
}

// ownPayment reads the payment that the address names, or answers.
func (v *visit) ownPayment() (*paying.OwnPayment, bool) {
	number, err := ident.ParseConfirmation(v.R.PathValue("number"))
	if err != nil {
		v.NotFound()
		return nil, false
	}
	p, err := v.member.Paying.OwnPayment(v.Ctx(), v.who, number)
	if err != nil {
		v.fail(err)
		return nil, false
	}
	return p, true
}

// onePayment is A12.
func (v *visit) onePayment() {
	p, ok := v.ownPayment()
	if !ok {
		return
	}
	path := paymentPath(p.Confirmation)
	view := portal.Payment{
		Confirmation: p.Confirmation.String(), Amount: p.Amount, At: p.SubmittedAt, Counts: p.EffectiveOn, How: paymentRow(p.PaymentLine).How(),
		Status: owing.StatusOf(p.PaymentLine), AutoPay: p.Channel == payment.ChannelAutoPay, Steps: stepsOf(p.PaymentLine), Receipt: path + "/receipt.pdf",
	}
	var err error
	if view.ReceiptFile, err = v.receiptSheet(p).Size(); err != nil {
		v.Broken(err)
		return
	}
	if p.ReturnCode != "" && p.ReturnCode != payment.Canceled {
		d := owing.View{Due: p.Receipt.After, Profile: v.Profile}
		view.Reason, view.Due, view.By = portal.ReasonOf(p.ReturnCode), d.Now(), d.PayBy()
		view.CanPay = view.Due.IsPositive() && access.Allowed(v.who.Role, access.StartPayment)
		v.Show(view)
		return
	}
	if view.Status == portal.StatusCanceled {
		v.Show(view)
		return
	}
	if view.CancelBy = p.CancelBy; !access.Allowed(v.who.Role, access.CancelPayment) {
		view.CancelBy = civil.Instant{}
	}
	view.Cancel, view.TooLate = path+"/cancel", v.R.URL.Query().Has("late")
	view.Steps = inOrder(view.Steps, owing.ToldSteps(p.Told, !v.theirs()))
	view.Lines = owing.Paid(p.Receipt)
	if p.Method == payment.MethodBank && !v.theirs() {
		view.Agreed = p.Receipt.Wording
	}
	if !v.theirs() {
		view.Letter = path + "/proof.pdf"
		if view.LetterFile, err = v.letterSheet(p).Size(); err != nil {
			v.Broken(err)
			return
		}
	}
	v.Show(view)
}

// inOrder puts steps in the order of their days; what is still to come stands
// last.
func inOrder(steps, more []portal.Happened) []portal.Happened {
	all := slices.Concat(steps, more)
	slices.SortStableFunc(all, func(a, b portal.Happened) int {
		if a.On.IsZero() != b.On.IsZero() {
			return b.On.Compare(a.On)
		}
		return a.On.Compare(b.On)
	})
	return all
}

// cancelPayment takes a payment back that is not with the bank yet (A12).
func (v *visit) cancelPayment() {
	p, ok := v.ownPayment()
	if !ok {
		return
	}
	at := paymentPath(p.Confirmation)
	switch err := v.member.Paying.Cancel(v.Ctx(), v.who, p.Confirmation); {
	case fault.Is(err, paying.CodeTooLate):
		v.To(at + "?late")
	case err != nil:
		v.fail(err)
	default:
		v.To(at)
	}
}

// toPayment leads back to the payment that is named in the address.
func (v *visit) toPayment() {
	if p, ok := v.ownPayment(); ok {
		v.To(paymentPath(p.Confirmation))
	}
}

// stepsOf tells what happened to a payment, in order.
func stepsOf(p paying.PaymentLine) []portal.Happened {
	if p.ReturnCode == ach.CodeDisputed { // no bank was asked
		return []portal.Happened{{Step: portal.StepNotTaken, On: p.ReturnedOn, Amount: p.Amount}}
	}
	first := portal.StepReceived
	if p.Channel == payment.ChannelAutoPay {
		first = portal.StepAsked
	}
	steps := []portal.Happened{{Step: first, On: p.ReceivedOn, Counts: p.EffectiveOn}}
	add := func(step portal.PaymentStep, on civil.Date, amount money.Amount) {
		steps = append(steps, portal.Happened{Step: step, On: on, Amount: amount})
	}
	if !p.SettledOn.IsZero() {
		add(portal.StepConfirmed, p.SettledOn, p.Amount)
	}
	if p.ReturnCode == payment.Canceled {
		add(portal.StepCanceled, p.ReturnedOn, p.Amount)
	} else if p.ReturnCode != "" {
		add(portal.StepReturned, p.ReturnedOn, p.Amount)
	} else if owing.StatusOf(p) == portal.StatusReceived {
		add(portal.StepWaiting, civil.Date{}, p.Amount)
	}
	if p.Refunded.IsPositive() {
		add(portal.StepRefunded, p.RefundedOn, p.Refunded)
	}
	return steps
}

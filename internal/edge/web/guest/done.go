package guest

import (
	"bytes"
	"slices"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/edge/web/sheet"
)

// bookmarkDays is how long a confirmation can be opened again.
const bookmarkDays = 30

// proof finds the payment that a confirmation's address names; own tells that
// it was made in this session. Without a payment it answers by itself.
func (v *visit) proof() (r *paying.Receipt, p paid, own, ok bool) {
	op, err := parseOperation(v.R.PathValue("op"))
	if err != nil {
		v.NotFound()
		return nil, p, false, false
	}
	r, err = v.paying.Receipt(v.Ctx(), op)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		v.noPayment(op)
		return nil, p, false, false
	case err != nil:
		v.Fail(err)
		return nil, p, false, false
	}
	s := v.session()
	if p, own = s.paidAs(op); !own && v.Today().DaysSince(r.Payment.ReceivedOn) > bookmarkDays {
		v.Show(portal.System{Kind: portal.SystemExpired})
		return nil, p, false, false
	}
	if r.Returned { // what is left to say of it
		status := portal.StatusReturned
		if r.Canceled {
			status = portal.StatusCanceled
		}
		v.Show(portal.Lookup{Result: lookUpResult(r.Payment, status)})
		return nil, p, false, false
	}
	return r, p, own, true
}

// noPayment answers for an operation without a payment.
func (v *visit) noPayment(op payment.OperationID) {
	i, err := v.paying.Intent(v.Ctx(), op)
	switch {
	case err != nil:
		v.Fail(err)
	case v.session().Attempt.Op == op:
		v.To(portal.PathStatus)
	case i.State.Final():
		v.Show(portal.Stopped{Kind: portal.StopCanceled})
	default:
		v.Show(portal.Stopped{Kind: portal.StopUnfinished, Reference: serving.Reference(op.String()), Emailed: i.Email != ""})
	}
}

// done is G8. In the payer's own session it has all the facts; as a bookmark
// it has no digits of an account and nothing that is only true today.
func (v *visit) done() {
	r, p, own, ok := v.proof()
	if !ok {
		return
	}
	view := portal.Done{
		Path: donePath(r.Payment.IntentID), Confirmation: r.Payment.Confirmation.String(), Amount: r.Payment.Amount, At: r.Payment.SubmittedAt,
		With: paidWith(r.Payment, own), Receipt: receiptPath(r.Payment.IntentID), File: receiptFilePath(r.Payment.IntentID),
	}
	if own {
		if r.Email != "" {
			view.Email = pii.Email(r.Email)
		}
		if !r.Number.IsZero() {
			view.Phone = identity.MaskPhone(r.Number.Reveal())
		}
		after := owing.View{Due: r.After, Profile: v.Profile}
		view.Next = v.nextSteps(r, p, after)
		view.First = len(r.Starts) > 0
		owes := after.Now()
		view.CaughtUp = p.Late && owes.IsZero()
		if owes.IsPositive() {
			view.Owing = &portal.Owing{Amount: owes, By: after.PayBy()}
		}
	}
	if s := v.session(); own {
		view.Home = s.home(r.Payment.Confirmation)
		view.Ask, view.Thanks = !p.Said, p.Said
	}
	v.Show(view)
}

// takeOpinion counts the answer to the one question about paying, once for each
// payment. Nothing of it is kept with the payment.
func (v *visit) takeOpinion() {
	op, err := parseOperation(v.R.PathValue("op"))
	if err != nil {
		v.NotFound()
		return
	}
	s := v.session()
	i := slices.IndexFunc(s.Paid, func(p paid) bool { return p.Op == op })
	if i >= 0 && !s.Paid[i].Said {
		if err := v.paying.CountOpinion(v.Ctx(), paying.Opinion(v.Field(portal.FieldOpinion))); err != nil {
			v.Log.WarnContext(v.Ctx(), "answer not counted", "request", serving.RequestID(v.Ctx()), "error", err)
		} else {
			s.Paid[i].Said = true
			v.keep(s)
		}
	}
	v.To(donePath(op))
}

func paidWith(p payment.Payment, own bool) portal.PaidWith {
	with := portal.PaidWith{Method: portal.MethodKind(p.Method), Brand: p.Brand}
	if p.Method == payment.MethodBank {
		with.Account, with.Brand = portal.AccountKind(p.Brand), ""
	}
	if own {
		with.LastFour = p.LastFour
	}
	return with
}

// Days of the first payment's road to coverage (brief F3).
const (
	confirmDays = 5  // business days until the plan confirms
	idCardDays  = 14 // until the ID cards are in the mail
)

// nextSteps says what happens after a payment, with dates.
func (v *visit) nextSteps(r *paying.Receipt, p paid, after owing.View) []portal.Next {
	bank := portal.NextStatement
	if r.Payment.Method == payment.MethodCard {
		bank = portal.NextCard
	}
	steps := []portal.Next{{Kind: portal.NextCounted}, {Kind: bank}}
	on := r.Payment.EffectiveOn
	if len(r.Starts) > 0 {
		start := r.Starts[0]
		return append(steps,
			portal.Next{Kind: portal.NextConfirmed, On: civil.StateDays.Add(on, confirmDays)},
			portal.Next{Kind: portal.NextIDCards, On: on.AddDays(idCardDays)},
			portal.Next{Kind: portal.NextStarts, On: start.First()},
			portal.Next{Kind: portal.NextDue, On: v.Profile.DueOn(start.Next())})
	}
	if after.Restart.Paid {
		steps = append(steps, portal.Next{Kind: portal.NextRestarts, On: after.Today.AddDays(1), Month: after.Restart.From})
		return append(steps, portal.Next{Kind: portal.NextBill, On: after.NextBillOn})
	}
	if month := newest(r.Parts); !month.IsZero() && after.Now().IsZero() {
		steps = append(steps, portal.Next{Kind: portal.NextContinues, On: month.First(), Month: month})
	}
	return append(steps, portal.Next{Kind: portal.NextBill, On: after.NextBillOn})
}

func newest(parts []paying.ReceiptPart) civil.Month {
	var month civil.Month
	for _, p := range parts {
		if p.Month.After(month) {
			month = p.Month
		}
	}
	return month
}

// receipt is the printable proof.
func (v *visit) receipt() {
	r, _, own, ok := v.proof()
	if !ok {
		return
	}
	after := owing.View{Due: r.After, Profile: v.Profile}
	view := portal.Receipt{
		Who: after.Who(), Confirmation: r.Payment.Confirmation.String(), Amount: r.Payment.Amount, At: r.Payment.SubmittedAt,
		Counts: r.Payment.EffectiveOn, With: paidWith(r.Payment, own), Balance: after.Now(), Back: donePath(r.Payment.IntentID), Lines: owing.Paid(r),
		File: receiptFilePath(r.Payment.IntentID),
	}
	if r.Payment.Method == payment.MethodBank {
		view.Authorization = r.Wording
	}
	v.Show(view)
}

// receiptFile is the receipt as a file, with what its page says (R-PAY-6).
func (v *visit) receiptFile() {
	r, _, own, ok := v.proof()
	if !ok {
		return
	}
	who := (owing.View{Due: r.After, Profile: v.Profile}).Who()
	p := sheet.New(sheet.Reader{Site: v.Site, Lang: v.Lang, Name: who.Name(), LastFour: who.IDLastFour}, "proof.receipt.title")
	p.Payment(r, paidWith(r.Payment, own).Message(), p.T("proof.receipt.left", "amount", (owing.View{Due: r.After, Profile: v.Profile}).Now()))
	if r.Payment.Method == payment.MethodBank && r.Wording != "" {
		p.Section(p.T("receipt.agreed"), []string{r.Wording}, nil)
	}
	var out bytes.Buffer
	if _, err := p.Print(&out); err != nil {
		v.Broken(err)
		return
	}
	v.Send(serving.File{Type: serving.PDF, Name: "receipt-" + r.Payment.Confirmation.String() + ".pdf", Data: out.Bytes()})
}

package guest

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// due reads what the session's account owes. Card payments that nobody has
// settled yet are looked up first; the session's own is none of them.
func (v *visit) due(s session) (owing.View, error) {
	d, err := v.paying.Due(v.Ctx(), s.Account)
	if err != nil {
		return owing.View{}, err
	}
	if v.settleSome(s, d.InProcess) {
		if d, err = v.paying.Due(v.Ctx(), s.Account); err != nil {
			return owing.View{}, err
		}
	}
	d.InProcess = slices.DeleteFunc(d.InProcess, func(i payment.Intent) bool { return s.knows(i.ID) })
	return owing.View{Due: d, Profile: v.Profile}, nil
}

// A page waits for the processor this long in all, for as many look-ups as
// this; the sweep does the rest.
const (
	lookUpTime = 2 * time.Second
	lookUps    = 3
)

// settleSome looks up payments of others, and tells whether one was settled.
func (v *visit) settleSome(s session, waiting []payment.Intent) (settled bool) {
	ctx, cancel := context.WithTimeout(v.Ctx(), lookUpTime)
	defer cancel()
	for n, i := range waiting {
		if n == lookUps || ctx.Err() != nil {
			break
		}
		if !s.knows(i.ID) {
			after, err := v.paying.Refresh(ctx, i.ID)
			settled = settled || err == nil && after.State.Final()
		}
	}
	return settled
}

// knows tells whether an operation is one of this session's own.
func (s session) knows(op payment.OperationID) bool {
	return op == s.Attempt.Op || slices.Contains(s.Unseen, op)
}

// bill gives G2.
func (v *visit) bill(d owing.View, s session) portal.Bill {
	a := s.Attempt
	b := portal.Bill{
		Op: a.Op.String(), Who: d.Who(), Due: d.Now(), PayBy: d.PayBy(), From: d.From(), Covers: d.Covers(),
		Lines: d.Lines(), Why: d.Why(), Banner: d.Banner(), Part: d.Part(), Choices: d.Choices(), HasBill: d.Bill != nil, Own: s.Signed != nil,
		NoMore: !d.Most.IsPositive(),
	}
	if !b.Due.IsPositive() {
		b.Lines = nil
	}
	if b.Banner != nil {
		switch b.Banner.Kind {
		case portal.BannerPastDue, portal.BannerEnding, portal.BannerPlan, portal.BannerHold, portal.BannerRestart:
			b.Timeline = d.Timelines()
		case portal.BannerPaidToday, portal.BannerInProcess:
			b.Ahead = a.toldOf(d)
		case portal.BannerNothingDue, portal.BannerCredit:
			b.Ahead = v.R.Method == http.MethodPost || v.R.URL.Query().Has("ahead")
		}
	}
	if b.Part != nil && b.Timeline == nil {
		b.Timeline = d.Timelines()
	}
	b.Form = chosen(b.Choices, a.Amount)
	return b
}

// chosen fills the form in with an amount that was chosen before, the first
// choice if none was.
func chosen(choices []portal.Choice, amount money.Amount) portal.AmountForm {
	for _, c := range choices {
		if c.Amount == amount || !amount.IsPositive() {
			return portal.AmountForm{Choice: string(c.Kind)}
		}
	}
	form := portal.AmountForm{Choice: portal.ChoiceOther}
	if amount.IsPositive() {
		form.Other = amount.String()
	}
	return form
}

func (v *visit) showBill() {
	s, ok := v.member()
	if !ok {
		return
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return
	}
	if s.Attempt.Op.IsZero() {
		s.Attempt = attempt{Op: v.paying.NewOperation(), StartedAt: v.Clock.Now()}
		v.keep(s)
	}
	v.Show(v.bill(d, s))
}

// chooseAmount takes the amount. No money moves here, so a form from another
// tab is fine as long as it showed what is due.
func (v *visit) chooseAmount() {
	s, ok := v.member()
	if !ok || v.answeredPaid(&s) {
		return
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return
	}
	if s.Attempt.Op.IsZero() {
		s.Attempt = attempt{Op: v.paying.NewOperation(), StartedAt: v.Clock.Now()}
	}
	b := v.bill(d, s)
	shown, err := money.Parse(v.Field("shown"))
	switch {
	case err != nil:
		v.BadRequest()
		return
	case !b.ShowsForm(): // paid meanwhile, or not to be paid online: the bill says so
		v.To(portal.PathAmount)
		return
	case shown != b.Due:
		v.keep(s)
		v.Show(portal.Stopped{Kind: portal.StopChanged, Op: b.Op, Old: shown, Amount: b.Due, Due: b.Due})
		return
	}
	b.Form = portal.AmountForm{Choice: v.Field(portal.FieldChoice), Other: v.Field(portal.FieldOther)}
	amount := readAmount(&b, d.Most)
	if len(b.Problems) > 0 {
		v.Show(b)
		return
	}
	if amount != s.Attempt.Amount && !v.release(&s) {
		return
	}
	s.Attempt.Amount, s.Attempt.Due = amount, b.Due
	v.onward(s, d)
}

// readAmount gives the chosen amount, or adds what is wrong with it.
func readAmount(b *portal.Bill, most money.Amount) money.Amount {
	var amount money.Amount
	i := slices.IndexFunc(b.Choices, func(c portal.Choice) bool { return string(c.Kind) == b.Form.Choice })
	switch {
	case i >= 0:
		amount = b.Choices[i].Amount
	case b.Form.Choice != portal.ChoiceOther || b.TotalOnly():
		b.Problems.Add(portal.FieldChoice, portal.ProblemChoice)
		return money.Zero
	case strings.TrimSpace(b.Form.Other) == "":
		b.Problems.Add(portal.FieldOther, portal.ProblemAmountEmpty)
		return money.Zero
	default:
		typed, err := money.ParseInput(b.Form.Other)
		if err != nil {
			b.Problems.Add(portal.FieldOther, portal.ProblemAmountSyntax)
			return money.Zero
		}
		amount = typed
	}
	switch fault.CodeOf(payment.CheckAmount(amount, most)) {
	case payment.CodeAmountTooLarge:
		b.Problems.Add(portal.FieldOther, portal.ProblemAmountMost, "most", most)
	case payment.CodeAmountNotPositive:
		b.Problems.Add(portal.FieldOther, portal.ProblemAmountZero)
	}
	return amount
}

// onward leads from the amount to the next page: an interruption where there
// is something to tell, or how to pay.
func (v *visit) onward(s session, d owing.View) {
	a := &s.Attempt
	next := ""
	switch {
	case !d.Enough(a.Amount) && !a.Low:
		next = portal.PathLess
	case !a.toldOf(d):
		next = portal.PathAgain
	default:
		next = v.chooseOnlyMethod(&s)
	}
	v.keep(s)
	v.To(next)
}

func (v *visit) showLess() {
	s, ok := v.member()
	if !ok {
		return
	}
	d, err := v.due(s)
	switch {
	case err != nil:
		v.Fail(err)
	case !s.Attempt.Amount.IsPositive() || d.Enough(s.Attempt.Amount):
		v.To(portal.PathAmount)
	default:
		v.Show(d.Short(s.Attempt.Op.String(), s.Attempt.Amount))
	}
}

func (v *visit) confirmLess() {
	s, ok := v.member()
	if !ok || v.answeredPaid(&s) {
		return
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return
	}
	if !s.Attempt.Amount.IsPositive() || v.Field("shown") != d.Keeps().String() {
		v.To(portal.PathAmount)
		return
	}
	s.Attempt.Low = true
	if v.Field(portal.FieldChoice) != "entered" { // the default button pays in full
		s.Attempt.Amount = d.Keeps()
	}
	v.onward(s, d)
}

func (v *visit) showAgain() {
	s, ok := v.member()
	if !ok {
		return
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return
	}
	view := portal.PayAgain{Op: s.Attempt.Op.String(), Others: len(others(d))}
	switch {
	case len(d.InProcess) > 0:
		i := d.InProcess[len(d.InProcess)-1]
		view.Paid, view.At, view.Waiting = i.Amount, i.SubmittedAt, true
	case len(d.PaidToday) > 0:
		p := d.PaidToday[len(d.PaidToday)-1]
		view.Paid, view.At, view.Confirmation = p.Amount, p.SubmittedAt, p.Confirmation.String()
	default:
		v.To(portal.PathAmount)
		return
	}
	v.Show(view)
}

// confirmAgain is the payer's word that they know of the other payment
// (R-PAY-7). Card pages that somebody left open are closed first: what was not
// paid on them can not be paid any more, what was paid shows on the bill.
func (v *visit) confirmAgain() {
	s, ok := v.member()
	if !ok || v.answeredPaid(&s) {
		return
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return
	}
	told := others(d)
	if v.Field("others") != strconv.Itoa(len(told)) { // one more has come since the page was shown
		v.To(portal.PathAgain)
		return
	}
	for _, i := range d.InProcess {
		after, err := v.paying.Abandon(v.Ctx(), i.ID)
		switch {
		case err != nil || !after.State.Final():
			v.Show(portal.Stopped{Kind: portal.StopUnfinished, Reference: serving.Reference(i.ID.String())})
			return
		case after.State == payment.IntentSucceeded:
			v.To(portal.PathAmount)
			return
		}
	}
	if s.Attempt.Op.IsZero() {
		s.Attempt = attempt{Op: v.paying.NewOperation(), StartedAt: v.Clock.Now()}
	}
	s.Attempt.Told = told
	if s.Attempt.Amount.IsPositive() && s.Attempt.Due == d.Now() {
		v.onward(s, d)
		return
	}
	s.Attempt.Amount = money.Zero // chosen for a bill that has changed since
	v.keep(s)
	v.To(portal.PathAmount + "?ahead=1")
}

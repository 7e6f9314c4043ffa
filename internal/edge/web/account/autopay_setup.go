package account

import (
	"slices"
	"strconv"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
)

// setUp is AutoPay being turned on or changed, from the day to the check page.
type setUp struct {
	Op     ident.UUID            `json:"op"` // the same for the whole way, so that a second press finds it done
	Change bool                  `json:"change,omitempty"`
	Day    int                   `json:"day,omitempty"`
	Bank   payment.BankAccountID `json:"bank"`
	Typed  *portal.BankForm      `json:"typed,omitempty"` // the account that was typed just now, shown in full once
	Form   *portal.AutoPayForm   `json:"form,omitempty"`
}

// offer reads what AutoPay would mean, for somebody who may turn it on. Without
// that it answers by itself.
func (v *visit) offer() (autopay.Offer, bool) {
	if !v.manages() {
		v.Show(portal.System{Kind: portal.SystemForbidden})
		return autopay.Offer{}, false
	}
	offer, err := v.member.AutoPay.Offer(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return offer, false
	}
	return offer, true
}

// underWay gives what is being set up; a new one when nothing is.
func (v *visit) underWay() *setUp {
	if v.session.Member.SetUp == nil {
		v.session.Member.SetUp = &setUp{Op: v.member.Paying.NewOperation().UUID}
	}
	return v.session.Member.SetUp
}

// beginChange takes up the terms as they are and leads to the page that
// changes one of them.
func (v *visit) beginChange() {
	s, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	switch {
	case err != nil:
		v.fail(err)
		return
	case !v.manages():
		v.Show(portal.System{Kind: portal.SystemForbidden})
		return
	case s.Mandate == nil || s.Mandate.State != mandate.Active:
		v.To(portal.PathAutoPay)
		return
	}
	m := s.Mandate
	form := portal.AutoPayForm{Notice: string(m.Notice), Over: defaultOver, Now: portal.NowOther}
	if m.Notice == mandate.NoticeOver {
		form.Over = m.NoticeOver.String()
	}
	if m.Cap.IsPositive() {
		form.Cap = m.Cap.String()
	}
	v.session.Member.SetUp = &setUp{Op: v.member.Paying.NewOperation().UUID, Change: true, Day: m.Day, Bank: m.BankAccount, Form: &form}
	v.keep()
	next := map[string]string{"day": portal.PathAutoPayDay, "bank": portal.PathAutoPayBank}[v.R.URL.Query().Get("what")]
	if next == "" {
		next = portal.PathAutoPayCheck
	}
	v.To(next)
}

// defaultOver is the difference that the notice "only if it changes" begins
// with.
const defaultOver = "10.00"

func (v *visit) dayPage(offer autopay.Offer, s *setUp) portal.AutoPayDay {
	view := portal.AutoPayDay{Chosen: s.Day, Change: s.Change}
	if typed, err := strconv.Atoi(v.Field(portal.FieldDay)); err == nil {
		view.Chosen = typed
	}
	for _, d := range offer.Days {
		view.Days = append(view.Days, portal.DayChoice{Day: d.Day, DaysDue: d.DaysDue, First: d.First})
	}
	return view
}

// showDay is A8, step 1.
func (v *visit) showDay() {
	offer, ok := v.offer()
	if !ok {
		return
	}
	s := v.underWay()
	if !s.Change && !v.off() {
		return
	}
	v.keep()
	v.Show(v.dayPage(offer, s))
}

// off tells that AutoPay can be turned on; if it is on already it answers.
func (v *visit) off() bool {
	status, err := v.member.AutoPay.Status(v.Ctx(), v.payer(), v.who.Account)
	switch {
	case err != nil:
		v.fail(err)
		return false
	case status.On:
		v.session.Member.SetUp = nil
		v.keep()
		v.To(portal.PathAutoPay)
		return false
	}
	return true
}

func (v *visit) chooseDay() {
	offer, ok := v.offer()
	if !ok {
		return
	}
	s := v.underWay()
	view := v.dayPage(offer, s)
	if !slices.ContainsFunc(offer.Days, func(d autopay.DayOffer) bool { return strconv.Itoa(d.Day) == v.Field(portal.FieldDay) }) {
		view.Problems.Add(portal.FieldDay, portal.ProblemDay)
		v.Show(view)
		return
	}
	s.Day = view.Chosen
	v.keep()
	if s.Change {
		v.To(portal.PathAutoPayCheck)
		return
	}
	v.To(portal.PathAutoPayBank)
}

// step leads to the page that is missing before one of the later steps.
func (v *visit) step(needsBank bool) (*setUp, bool) {
	s := v.session.Member.SetUp
	switch {
	case s == nil || s.Day == 0:
		v.To(portal.PathAutoPayDay)
	case needsBank && s.Bank.IsZero():
		v.To(portal.PathAutoPayBank)
	default:
		return s, true
	}
	return nil, false
}

// showBank is A8, step 2. Without a saved account there is nothing to choose.
func (v *visit) showBank() {
	s, ok := v.step(false)
	if !ok {
		return
	}
	offer, ok := v.offer()
	if !ok {
		return
	}
	if len(offer.Saved) == 0 {
		v.To(portal.PathAutoPayNew)
		return
	}
	v.Show(bankPage(offer, s))
}

func bankPage(offer autopay.Offer, s *setUp) portal.AutoPayBank {
	view := portal.AutoPayBank{Change: s.Change}
	for _, saved := range offer.Saved {
		view.Saved = append(view.Saved, savedView(saved))
	}
	switch {
	case !s.Bank.IsZero():
		view.Chosen = s.Bank.String()
	case len(view.Saved) == 1:
		view.Chosen = view.Saved[0].ID
	}
	return view
}

func (v *visit) chooseBank() {
	s, ok := v.step(false)
	if !ok {
		return
	}
	offer, ok := v.offer()
	if !ok {
		return
	}
	chosen := v.Field(portal.FieldSaved)
	if chosen == portal.ChoiceOther {
		v.To(portal.PathAutoPayNew)
		return
	}
	i := slices.IndexFunc(offer.Saved, func(a autopay.SavedAccount) bool { return a.ID.String() == chosen })
	if i < 0 {
		view := bankPage(offer, s)
		view.Chosen = ""
		view.Problems.Add(portal.FieldSaved, portal.ProblemSaved)
		v.Show(view)
		return
	}
	if s.Bank != offer.Saved[i].ID {
		s.Bank, s.Typed = offer.Saved[i].ID, nil
	}
	v.keep()
	v.To(portal.PathAutoPayCheck)
}

// showNewBank asks for a bank account that is not saved yet.
func (v *visit) showNewBank() {
	s, ok := v.step(false)
	if !ok {
		return
	}
	v.Show(v.newBankPage(s))
}

func (v *visit) newBankPage(s *setUp) portal.NewBank {
	view := portal.NewBank{ForAutoPay: true, Form: v.bankForm(), Nickname: v.Field(portal.FieldNickname)}
	if !s.Change {
		view.Step = 2
	}
	return view
}

// takeNewBank checks and saves the account; AutoPay will use it.
func (v *visit) takeNewBank() {
	s, ok := v.step(false)
	if !ok {
		return
	}
	saved, typed, ok := v.saveBank(v.newBankPage(s))
	if !ok {
		return
	}
	s.Bank, s.Typed = saved.ID, &typed
	v.keep()
	v.To(portal.PathAutoPayCheck)
}

package guest

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// methods lists what can be paid with today, bank account first (brief D11).
func (v *visit) methods() []portal.MethodKind {
	var all []portal.MethodKind
	if v.paying.Method(payment.MethodBank) {
		all = append(all, portal.MethodBank)
	}
	if v.paying.Method(payment.MethodCard) {
		all = append(all, portal.MethodCard)
	}
	return all
}

// chooseOnlyMethod skips G3 where there is nothing to choose, and gives the
// page that follows the amount.
func (v *visit) chooseOnlyMethod(s *session) string {
	a := &s.Attempt
	if all := v.methods(); len(all) == 1 && len(v.saved(*s)) == 0 {
		a.Method = all[0]
		return pageOf(a.Method)
	}
	return portal.PathMethod
}

func pageOf(m portal.MethodKind) string {
	if m == portal.MethodBank {
		return portal.PathBank
	}
	return portal.PathCheck
}

func (v *visit) showMethod() {
	s, _, ok := v.ready(portal.PathMethod)
	if !ok {
		return
	}
	if next := v.chooseOnlyMethod(&s); next != portal.PathMethod {
		v.keep(s)
		v.To(next)
		return
	}
	v.Show(v.methodPage(s))
}

// methodPage is G3: the methods, and before them the bank accounts that the
// member saved.
func (v *visit) methodPage(s session) portal.Method {
	view := portal.Method{Op: s.Attempt.Op.String(), Amount: s.Attempt.Amount, Chosen: s.Attempt.Method, Brands: v.Profile.Methods.CardBrands}
	all := v.methods()
	view.NoCard = len(all) == 1 && all[0] == portal.MethodBank
	for _, b := range v.saved(s) {
		view.Saved = append(view.Saved, b.view())
	}
	switch {
	case s.Attempt.Saved != nil:
		view.ChosenSaved = s.Attempt.Saved.ID.String()
	case view.Chosen == "" && len(view.Saved) > 0:
		view.ChosenSaved = view.Saved[0].ID
	}
	return view
}

func (v *visit) chooseMethod() {
	s, _, ok := v.current()
	if !ok {
		return
	}
	if saved, ok := v.chosenSaved(s, v.Field(portal.FieldMethod)); ok {
		if s.Attempt.Method == portal.MethodCard && !v.release(&s) {
			return
		}
		s.Attempt.payFrom(s.Attempt.Bank, saved)
		v.keep(s)
		v.To(portal.PathCheck)
		return
	}
	chosen := portal.MethodKind(v.Field(portal.FieldMethod))
	offered := false
	for _, m := range v.methods() {
		offered = offered || m == chosen
	}
	if !offered {
		view := v.methodPage(s)
		view.Chosen, view.ChosenSaved = "", ""
		view.Problems.Add(portal.FieldMethod, portal.ProblemMethod)
		v.Show(view)
		return
	}
	if chosen != s.Attempt.Method && !v.release(&s) {
		return
	}
	if s.Attempt.Saved != nil { // what was typed before takes its place
		s.Attempt.payFrom(s.Attempt.Bank, nil)
	}
	s.Attempt.Method = chosen
	v.keep(s)
	v.To(pageOf(chosen))
}

func (v *visit) showBank() {
	s, _, ok := v.ready(portal.PathBank)
	if !ok {
		return
	}
	if s.Attempt.Method != portal.MethodBank {
		v.To(v.step(s.Attempt))
		return
	}
	v.Show(v.bankPage(s, s.Attempt.Bank.form()))
}

func (v *visit) bankPage(s session, form portal.BankForm) portal.Bank {
	back := portal.PathAmount
	if len(v.methods()) > 1 || len(v.saved(s)) > 0 {
		back = portal.PathMethod
	}
	a := s.Attempt
	return portal.Bank{
		Op: a.Op.String(), Amount: a.Amount, Form: form, Back: back, CanSave: s.Signed != nil && v.who.Role == access.RoleMember, Save: a.Bank.Save,
	}
}

func (b bankDetails) form() portal.BankForm {
	return portal.BankForm{Name: b.Name, Kind: portal.AccountKind(b.Kind), Routing: b.Routing, Account: b.Number}
}

// takeBank takes the bank account. A number that looks like a card's is never
// kept or shown again.
func (v *visit) takeBank() {
	s, _, ok := v.current()
	if !ok {
		return
	}
	if s.Attempt.Method != portal.MethodBank {
		v.To(v.step(s.Attempt))
		return
	}
	form := portal.BankForm{
		Name: v.Field(portal.FieldName), Kind: portal.AccountKind(v.Field(portal.FieldKind)),
		Routing: v.Field(portal.FieldRouting), Account: v.Field(portal.FieldAccount),
	}
	account := payment.BankAccount{
		AccountID: s.Account, HolderName: form.Name, Type: payment.AccountType(form.Kind), Routing: ident.CleanNumber(form.Routing),
		Number: pii.NewSecret(ident.CleanNumber(form.Account)),
	}
	reference, err := v.paying.CheckBank(v.Ctx(), account)
	if err != nil {
		v.refuseBank(s, form, err)
		return
	}
	s.Attempt.payFrom(bankDetails{
		Name: account.HolderName, Kind: account.Type, Routing: account.Routing, Number: account.Number.Reveal(), ValidationRef: reference,
		Save: v.Field(portal.FieldSave) == "yes",
	}, nil)
	v.keep(s)
	v.To(portal.PathCheck)
}

func (v *visit) refuseBank(s session, form portal.BankForm, err error) {
	view := v.bankPage(s, form)
	view.Save = v.Field(portal.FieldSave) == "yes"
	switch {
	case fault.Is(err, paying.CodeBankReturned):
		v.Show(portal.Stopped{Kind: portal.StopAccount, Cards: v.paying.Method(payment.MethodCard)})
		return
	case fault.Is(err, paying.CodeBankRefused), fault.Is(err, paying.CodeBankSilent):
		view.NotConfirmed = true
	case len(fault.Fields(err)) > 0:
		view.Problems = serving.BankProblems(err)
	default:
		v.Fail(err)
		return
	}
	view.Form.Name = serving.LessCard(form.Name)
	view.Form.Routing = serving.LessCard(form.Routing)
	if pii.LooksLikeCard(ident.CleanNumber(form.Account)) {
		view.Form.Account = ""
	}
	v.Show(view)
}

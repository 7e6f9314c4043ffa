package guest

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
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
func (v *visit) chooseOnlyMethod(a *attempt) string {
	if all := v.methods(); len(all) == 1 {
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
	if next := v.chooseOnlyMethod(&s.Attempt); next != portal.PathMethod {
		v.keep(s)
		v.To(next)
		return
	}
	v.Show(portal.Method{Op: s.Attempt.Op.String(), Amount: s.Attempt.Amount, Chosen: s.Attempt.Method})
}

func (v *visit) chooseMethod() {
	s, _, ok := v.current()
	if !ok {
		return
	}
	chosen := portal.MethodKind(v.Field(portal.FieldMethod))
	offered := false
	for _, m := range v.methods() {
		offered = offered || m == chosen
	}
	if !offered {
		view := portal.Method{Op: s.Attempt.Op.String(), Amount: s.Attempt.Amount}
		view.Problems.Add(portal.FieldMethod, portal.ProblemMethod)
		v.Show(view)
		return
	}
	if chosen != s.Attempt.Method && !v.release(&s) {
		return
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
	v.Show(v.bankPage(s.Attempt, s.Attempt.Bank.form()))
}

func (v *visit) bankPage(a attempt, form portal.BankForm) portal.Bank {
	back := portal.PathAmount
	if len(v.methods()) > 1 {
		back = portal.PathMethod
	}
	return portal.Bank{Op: a.Op.String(), Amount: a.Amount, Form: form, Back: back}
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
		HolderName: form.Name, Type: payment.AccountType(form.Kind), Routing: ident.CleanNumber(form.Routing),
		Number: pii.NewSecret(ident.CleanNumber(form.Account)),
	}
	reference, err := v.paying.CheckBank(v.Ctx(), account)
	if err != nil {
		v.refuseBank(s.Attempt, form, err)
		return
	}
	s.Attempt.Bank = bankDetails{
		Name: account.HolderName, Kind: account.Type, Routing: account.Routing, Number: account.Number.Reveal(), ValidationRef: reference,
	}
	v.keep(s)
	v.To(portal.PathCheck)
}

func (v *visit) refuseBank(a attempt, form portal.BankForm, err error) {
	view := v.bankPage(a, form)
	switch {
	case fault.Is(err, paying.CodeBankRefused), fault.Is(err, paying.CodeBankSilent):
		view.NotConfirmed = true
	case len(fault.Fields(err)) > 0:
		for _, e := range fault.Fields(err) {
			problem := bankProblems[e.Code]
			view.Problems.Add(problem.field, problem.key)
		}
	default:
		v.Fail(err)
		return
	}
	view.Form.Name = lessCard(form.Name)
	view.Form.Routing = lessCard(form.Routing)
	if pii.LooksLikeCard(ident.CleanNumber(form.Account)) {
		view.Form.Account = ""
	}
	v.Show(view)
}

// lessCard keeps what was typed unless it may hold a card number.
func lessCard(typed string) string {
	if pii.HasLongNumber(typed) {
		return ""
	}
	return typed
}

// bankProblems gives the words of the page for what payment.BankAccount.Check
// finds.
var bankProblems = map[string]struct{ field, key string }{
	"holder_name.empty":       {portal.FieldName, portal.ProblemNameEmpty},
	"holder_name.too_long":    {portal.FieldName, portal.ProblemNameLength},
	"holder_name.card_number": {portal.FieldName, portal.ProblemNameCard},
	"holder_name.digits":      {portal.FieldName, portal.ProblemNameDigits},
	"account_type.empty":      {portal.FieldKind, portal.ProblemKind},
	"routing.empty":           {portal.FieldRouting, portal.ProblemRoutingEmpty},
	"routing.length":          {portal.FieldRouting, portal.ProblemRoutingLength},
	"routing.check_digit":     {portal.FieldRouting, portal.ProblemRoutingCheck},
	"account_number.empty":    {portal.FieldAccount, portal.ProblemAccountEmpty},
	"account_number.length":   {portal.FieldAccount, portal.ProblemAccountLength},
	"account_number.card":     {portal.FieldAccount, portal.ProblemAccountIsCard},
}

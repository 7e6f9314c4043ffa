package account

import (
	"slices"
	"unicode/utf8"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// ownSaved tells that the saved accounts are the reader's to see and change; to
// others it answers.
func (v *visit) ownSaved() bool {
	if !v.manages() {
		v.Show(portal.System{Kind: portal.SystemForbidden})
		return false
	}
	return true
}

// savedAccounts is A13.
func (v *visit) savedAccounts() {
	if !v.ownSaved() {
		return
	}
	all, err := v.member.AutoPay.SavedAccounts(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return
	}
	said := v.R.URL.Query()
	view := portal.SavedAccounts{
		Added: said.Has("added"), Waits: said.Get("added") == "waits", Gone: said.Has("removed"), Ready: said.Has("confirmed"), Lost: said.Has("lost"),
	}
	for _, a := range all {
		view.Rows = append(view.Rows, savedView(a))
	}
	v.Show(view)
}

func (v *visit) bankForm() portal.BankForm {
	return portal.BankForm{
		Name: v.Field(portal.FieldName), Kind: portal.AccountKind(v.Field(portal.FieldKind)),
		Routing: v.Field(portal.FieldRouting), Account: v.Field(portal.FieldAccount),
	}
}

func (v *visit) showSave() {
	if !v.ownSaved() {
		return
	}
	v.Show(portal.NewBank{Form: v.bankForm(), Nickname: v.Field(portal.FieldNickname)})
}

func (v *visit) save() {
	if !v.ownSaved() {
		return
	}
	saved, _, ok := v.saveBank(portal.NewBank{Form: v.bankForm(), Nickname: v.Field(portal.FieldNickname)})
	switch {
	case ok && saved.Waits:
		v.To(portal.PathSaved + "?added=waits")
	case ok:
		v.To(portal.PathSaved + "?added")
	}
}

const nicknameMax = 30 // characters

// saveBank checks and saves the account on a page, and gives it with its
// numbers as typed. If it can not be saved it answers by itself. A number that
// looks like a card's is never kept or shown again.
func (v *visit) saveBank(view portal.NewBank) (autopay.SavedAccount, portal.BankForm, bool) {
	form := view.Form
	account := payment.BankAccount{
		HolderName: form.Name, Type: payment.AccountType(form.Kind), Routing: ident.CleanNumber(form.Routing),
		Number: pii.NewSecret(ident.CleanNumber(form.Account)),
	}
	err := account.Check()
	long := utf8.RuneCountInString(view.Nickname) > nicknameMax || pii.HasLongNumber(view.Nickname)
	var saved autopay.SavedAccount
	if err == nil && !long {
		saved, err = v.member.AutoPay.Save(v.Ctx(), autopay.Save{Account: v.who.Account, Who: v.payer(), Bank: account, Nickname: view.Nickname})
	}
	if err == nil && !long {
		form.Routing, form.Account = account.Routing, account.Number.Reveal()
		return saved, form, true
	}
	if !v.markBank(&view, err) {
		return saved, form, false
	}
	if long {
		view.Problems.Add(portal.FieldNickname, portal.ProblemNickLength)
	}
	view.Form.Name, view.Form.Routing = serving.LessCard(form.Name), serving.LessCard(form.Routing)
	if pii.HasLongNumber(view.Nickname) {
		view.Nickname = ""
	}
	if pii.LooksLikeCard(ident.CleanNumber(form.Account)) {
		view.Form.Account = ""
	}
	v.Show(view)
	return saved, form, false
}

// markBank says on the page what is wrong with a bank account; an error that
// the page has no words for it answers by itself.
func (v *visit) markBank(view *portal.NewBank, err error) bool {
	switch {
	case err == nil:
	case fault.Is(err, paying.CodeBankRefused), fault.Is(err, paying.CodeBankSilent):
		view.NotConfirmed = true
	case fault.Is(err, paying.CodeBankReturned):
		view.CameBack = true
	case fault.Is(err, ach.CodeMicroTooOften), fault.Is(err, ach.CodeMicroTooSoon), fault.Is(err, ach.CodeMicroFull):
		view.TooOften = true
	case len(fault.Fields(err)) > 0:
		list := serving.BankProblems(err)
		if len(list) == 0 {
			v.Broken(err)
			return false
		}
		view.Problems = list
	default:
		v.fail(err)
		return false
	}
	return true
}

// saved finds the saved account that the request names, or answers.
func (v *visit) saved(id string) (autopay.SavedAccount, bool) {
	if !v.ownSaved() {
		return autopay.SavedAccount{}, false
	}
	all, err := v.member.AutoPay.SavedAccounts(v.Ctx(), v.payer(), v.who.Account)
	if err != nil {
		v.fail(err)
		return autopay.SavedAccount{}, false
	}
	i := slices.IndexFunc(all, func(a autopay.SavedAccount) bool { return a.ID.String() == id })
	if i < 0 {
		v.To(portal.PathSaved)
		return autopay.SavedAccount{}, false
	}
	return all[i], true
}

func (v *visit) showRename() {
	if a, ok := v.saved(v.R.URL.Query().Get("of")); ok {
		v.Show(portal.RenameSaved{Account: savedView(a), Nickname: a.Nickname})
	}
}

func (v *visit) rename() {
	a, ok := v.saved(v.Field("of"))
	if !ok {
		return
	}
	view := portal.RenameSaved{Account: savedView(a), Nickname: v.Field(portal.FieldNickname)}
	switch {
	case view.Nickname == "":
		view.Problems.Add(portal.FieldNickname, portal.ProblemNickname)
	case utf8.RuneCountInString(view.Nickname) > nicknameMax, pii.HasLongNumber(view.Nickname):
		view.Problems.Add(portal.FieldNickname, portal.ProblemNickLength)
	}
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err := v.member.AutoPay.Rename(v.Ctx(), v.payer(), v.who.Account, a.ID, view.Nickname); err != nil {
		v.fail(err)
		return
	}
	v.To(portal.PathSaved)
}

func (v *visit) showRemove() {
	if a, ok := v.saved(v.R.URL.Query().Get("of")); ok {
		v.Show(portal.RemoveSaved{Account: savedView(a)})
	}
}

func (v *visit) remove() {
	a, ok := v.saved(v.Field("of"))
	if !ok {
		return
	}
	err := v.member.AutoPay.Remove(v.Ctx(), v.payer(), v.who.Account, a.ID)
	switch {
	case fault.Is(err, autopay.CodeInUse):
		in := savedView(a)
		in.AutoPay = true
		v.Show(portal.RemoveSaved{Account: in})
	case err != nil:
		v.fail(err)
	default:
		v.To(portal.PathSaved + "?removed")
	}
}

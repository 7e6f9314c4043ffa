package account

import (
	"strings"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/web/portal"
)

// asked finds the saved account whose two small amounts are to be entered, or
// answers: one that waits for nothing, or that is gone, stands in the list as
// it is.
func (v *visit) asked(id string) (autopay.SavedAccount, bool) {
	a, ok := v.saved(id)
	if ok && !a.Check.Open {
		v.To(portal.PathSaved)
		return a, false
	}
	return a, ok
}

// showAmounts asks for the two small amounts.
func (v *visit) showAmounts() {
	if a, ok := v.asked(v.R.URL.Query().Get("of")); ok {
		v.Show(portal.ConfirmBank{Account: savedView(a), Left: a.Check.Left})
	}
}

// tellAmounts takes the amounts. What can not be two small amounts is said so and
// is no answer; a wrong answer is counted.
func (v *visit) tellAmounts() {
	a, ok := v.asked(v.Field("of"))
	if !ok {
		return
	}
	view := portal.ConfirmBank{
		Account: savedView(a), First: v.Field(portal.FieldFirst), Second: v.Field(portal.FieldSecond), Left: a.Check.Left,
	}
	amounts := smallAmounts(&view)
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	done, err := v.member.AutoPay.Confirm(v.Ctx(), autopay.Confirm{Account: v.who.Account, Who: v.payer(), Bank: a.ID, Amounts: amounts})
	if err != nil {
		v.fail(err)
		return
	}
	switch done.Answer {
	case ach.AnswerRight:
		v.To(portal.PathSaved + "?confirmed")
	case ach.AnswerLast, ach.AnswerLate:
		v.To(portal.PathSaved + "?lost")
	case ach.AnswerEarly:
		v.To(portal.PathSaved)
	case ach.AnswerWrong:
		view.Left = done.Left
		view.Problems.Add(portal.FieldFirst, portal.ProblemWrongAmounts, "n", done.Left)
		v.Show(view)
	}
}

// smallAmounts reads the two amounts, or adds what is wrong with them.
func smallAmounts(view *portal.ConfirmBank) [2]money.Amount {
	first, firstOK := smallAmount(view.First)
	second, secondOK := smallAmount(view.Second)
	switch {
	case firstOK && secondOK && first == second:
		view.Problems.Add(portal.FieldSecond, portal.ProblemSameAmounts)
	default:
		if !firstOK {
			view.Problems.Add(portal.FieldFirst, portal.ProblemFirstAmount)
		}
		if !secondOK {
			view.Problems.Add(portal.FieldSecond, portal.ProblemSecondAmount)
		}
	}
	return [2]money.Amount{first, second}
}

// smallAmount reads cents as people type them: "0.12", ".12", "$0.12" and "12".
func smallAmount(typed string) (money.Amount, bool) {
	text := strings.TrimPrefix(strings.TrimSpace(typed), "$")
	switch {
	case len(text) == 2 && ident.AllDigits(text) || len(text) == 1 && ident.AllDigits(text):
		text = "0." + strings.Repeat("0", 2-len(text)) + text
	case strings.HasPrefix(text, "."):
		text = "0" + text
	}
	amount, err := money.ParseInput(text)
	return amount, err == nil && amount.IsPositive() && amount.Less(money.Dollars(1))
}

package serving

import (
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/web/portal"
)

// LessCard keeps what was typed unless it may hold a card number.
func LessCard(typed string) string {
	if pii.HasLongNumber(typed) {
		return ""
	}
	return typed
}

// BankProblems says what payment.BankAccount.Check finds in the words of the
// pages; none for what is no problem of a bank account.
func BankProblems(err error) (list portal.Problems) {
	for _, e := range fault.Fields(err) {
		if problem, known := bankProblems[e.Code]; known {
			list.Add(problem.field, problem.key)
		}
	}
	return list
}

// bankProblems gives the field and the words for each code.
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

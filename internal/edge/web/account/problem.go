package account

import (
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

// problemKeys are the words for what can be wrong with a field, by the code of
// the error.
var problemKeys = map[string]string{
	identity.CodeEmailEmpty:     portal.ProblemEmailEmpty,
	identity.CodeEmailFormat:    portal.ProblemEmailFormat,
	identity.CodePasswordShort:  portal.ProblemPasswordShort,
	identity.CodePasswordLong:   portal.ProblemPasswordLong,
	identity.CodePasswordCommon: portal.ProblemPasswordCommon,
	identity.CodePasswordEmail:  portal.ProblemPasswordEmail,
	identity.CodeCodeFormat:     portal.ProblemCodeFormat,
	identity.CodeCodeWrong:      portal.ProblemCodeWrong,
	identity.CodeCodeExpired:    portal.ProblemCodeExpired,
	identity.CodeCodeTries:      portal.ProblemCodeTries,
	identity.CodeScope:          portal.ProblemScope,
	identity.CodeUntilPast:      portal.ProblemUntil,
	identity.CodeUntilFar:       portal.ProblemUntil,
	people.CodeWrongPassword:    portal.ProblemOldPassword,
	people.CodePhone:            portal.ProblemPhone,
	identity.CodeAccountCode:    portal.ProblemAccountCode,
	people.CodeBirthDate:        portal.ProblemBirthEmpty,
	people.CodeDelegateSelf:     portal.ProblemEmailSelf,
}

// problems gives what is wrong with the fields of a form, in the page's words;
// none for an error of another kind. rename says how the page calls a field.
func problems(err error, rename map[string]string) portal.Problems {
	var list portal.Problems
	for _, wrong := range fault.Fields(err) {
		key, known := problemKeys[wrong.Code]
		if !known {
			return nil
		}
		field := wrong.Field
		if ours, renamed := rename[field]; renamed {
			field = ours
		}
		list.Add(field, key)
	}
	return list
}

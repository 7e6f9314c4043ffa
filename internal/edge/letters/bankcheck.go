package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// The templates of the letters about a bank account that is verified by
// micro-entries.
var bankChecks = map[mandate.LetterKind]template{
	mandate.LetterBankSent:      {"bank_sent", 1},
	mandate.LetterBankConfirmed: {"bank_confirmed", 1},
	mandate.LetterBankFailed:    {"bank_failed", 1},
	mandate.LetterBankCorrected: {"bank_corrected", 1},
}

const bankAccountsPath = "/account/methods"

// bankChecked writes that two small amounts have been sent, that the member has
// told them, or that the account can not be used and why (ACH-11); or that its
// bank corrected it (ACH-40). The amounts are in no letter.
func (a *author) bankChecked(m notifying.Mandate) (notifying.Words, error) {
	bank := catalogue.Args{"bank": m.Bank.LastFour}
	var l *letter
	see := "see"
	switch m.Kind {
	case mandate.LetterBankSent:
		by := catalogue.Args{"by": m.Check.AnswerBy}
		l = a.begin(a.t("letter.bank.title_sent", nil), a.t("letter.bank.sent", bank), a.t("letter.bank.sent_back", nil), a.t("letter.bank.sent_then", by))
		see = "enter"
	case mandate.LetterBankConfirmed:
		l = a.begin(a.t("letter.bank.title_confirmed", nil), a.t("letter.bank.confirmed", bank), a.t("letter.bank.confirmed_then", nil))
	case mandate.LetterBankCorrected:
		l = a.begin(a.t("letter.bank.title_corrected", nil), a.t("letter.bank.corrected", bank), a.t("letter.bank.corrected_then", nil))
	default:
		lead := []string{a.t("letter.bank.failed_"+string(m.Check.End), catalogue.Args{"bank": m.Bank.LastFour, "by": m.Check.AnswerBy})}
		if m.Check.End == ach.EndReturned {
			lead = append(lead, a.t("letter.returned.reason."+returnReason(m.Check.Code), nil))
		}
		l = a.begin(a.t("letter.bank.title_failed", nil), append(lead, a.t("letter.bank.failed_then", nil), a.t("letter.bank.failed_next", nil))...)
	}
	l.Action = &lookUp{a.t("letter.bank.line", nil), a.t("letter.bank."+see, nil), a.t("mail.address", nil), a.url(bankAccountsPath)}
	return a.finish(bankChecks[m.Kind], l)
}

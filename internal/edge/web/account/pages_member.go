package account

import (
	"errors"
	"net/http"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Member is what the pages of bills, payments and AutoPay work with. Everything
// is needed.
type Member struct {
	Paying  *paying.Service
	AutoPay *autopay.Service
	Bills   *notifying.Papers
	Post    *notifying.Service // prints letters again
	Letters letters.Writer
	// Pay opens the paying pages for somebody who is signed in.
	Pay func(w http.ResponseWriter, r *http.Request, who identity.Who, email string)
}

var errMember = errors.New("account: the pages of coverage need all of Member")

func (m Member) check() error {
	if m.Paying == nil || m.AutoPay == nil || m.Bills == nil || m.Post == nil || m.Letters.Catalogue == nil || m.Pay == nil {
		return errMember
	}
	return nil
}

// memberSession is what the pages of coverage, bills and AutoPay keep between
// two pages.
type memberSession struct {
	SetUp     *setUp   `json:"set_up,omitempty"`
	Done      *ending  `json:"done,omitempty"`
	Email     *pending `json:"email,omitempty"`     // a new address that waits for its code
	Paperless *pending `json:"paperless,omitempty"` // the end of paper that waits for its code
	Texts     *pending `json:"texts,omitempty"`     // a number that waits for its code
}

// memberPages are the pages of coverage, bills and AutoPay.
func memberPages() []page {
	return []page{
		{portal.PathAccount, (*visit).home, nil, member},
		{portal.PathAccountPay, (*visit).payBill, nil, member},
		{portal.PathAutoPay, (*visit).showAutoPay, nil, member},
		{portal.PathAutoPayAnswer, elsewhere(portal.PathAutoPay), (*visit).answerHeld, member},
		{portal.PathAutoPayProof, (*visit).proof, nil, member},
		{portal.PathAutoPayChange, (*visit).beginChange, nil, member},
		{portal.PathAutoPayDay, (*visit).showDay, (*visit).chooseDay, member},
		{portal.PathAutoPayBank, (*visit).showBank, (*visit).chooseBank, member},
		{portal.PathAutoPayNew, (*visit).showNewBank, (*visit).takeNewBank, member},
		{portal.PathAutoPayCheck, (*visit).showCheck, (*visit).agree, member},
		{portal.PathAutoPayDone, (*visit).showDone, nil, member},
		{portal.PathAutoPayStop, (*visit).showStop, (*visit).stop, member},
		{portal.PathBills, (*visit).bills, nil, member},
		{portal.PathBills + "/{file}", (*visit).oneBill, nil, member},
		{portal.PathPayments, (*visit).payments, nil, member},
		{portal.PathPaymentsCSV, (*visit).paymentsFile, nil, member},
		{portal.PathPayments + "/{number}", (*visit).onePayment, nil, member},
		{portal.PathPayments + "/{number}/cancel", (*visit).toPayment, (*visit).cancelPayment, member},
		{portal.PathPayments + "/{number}/receipt.pdf", (*visit).receiptFile, nil, member},
		{portal.PathPayments + "/{number}/proof.pdf", (*visit).letterFile, nil, member},
		{portal.PathSaved, (*visit).savedAccounts, nil, member},
		{portal.PathSavedNew, (*visit).showSave, (*visit).save, member},
		{portal.PathSavedConfirm, (*visit).showAmounts, (*visit).tellAmounts, member},
		{portal.PathSavedRename, (*visit).showRename, (*visit).rename, member},
		{portal.PathSavedRemove, (*visit).showRemove, (*visit).remove, member},
		{portal.PathSettings, (*visit).settings, nil, member},
		{portal.PathSpoken, (*visit).showLanguages, (*visit).setLanguages, member},
		{portal.PathReached, (*visit).showContact, (*visit).changeEmail, member},
		{portal.PathReachedCode, (*visit).showEmailCode, (*visit).takeEmailCode, member},
		{portal.PathPaperless, (*visit).showPaperless, (*visit).choosePaperless, member},
		{portal.PathPaperlessCode, (*visit).showPaperlessCode, (*visit).takePaperlessCode, member},
		{portal.PathTexts, (*visit).showTexts, (*visit).agreeTexts, member},
		{portal.PathTextsCode, (*visit).showTextsCode, (*visit).takeTextsCode, member},
		{portal.PathTextsEnd, elsewhere(portal.PathTexts), (*visit).endTexts, member},
		{portal.PathYears, (*visit).years, nil, member},
		{portal.PathYears + "/{file}", (*visit).yearFile, nil, member},
		{portal.PathMessages, (*visit).messages, nil, member},
		{portal.PathMessages + "/{file}", (*visit).oneMessage, nil, member},
	}
}

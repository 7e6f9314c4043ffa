package guest

import (
	"strings"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Where the card processor sends browsers back to; an operation id follows.
const (
	pathReturn = "/pay/return/"
	pathBack   = "/pay/back/"
)

// WebhookPath is where the card processor reports.
const WebhookPath = "/webhooks/card"

// Links makes the addresses that the processor sends browsers back to. They
// hold an operation id and nothing personal.
type Links struct{ BaseURL string }

var _ paying.Links = Links{}

// CardSuccess gives the address for a payer who paid.
func (l Links) CardSuccess(operation payment.OperationID, language string) string {
	return l.to(pathReturn+operation.String(), language)
}

// CardCancel gives the address for a payer who left the card page.
func (l Links) CardCancel(operation payment.OperationID, language string) string {
	return l.to(pathBack+operation.String(), language)
}

func (l Links) to(path, language string) string {
	lang, _ := catalogue.ParseLang(language)
	return strings.TrimSuffix(l.BaseURL, "/") + lang.Path(path)
}

func donePath(op payment.OperationID) string    { return portal.PathDone + op.String() }
func receiptPath(op payment.OperationID) string { return donePath(op) + "/receipt" }

// receiptFilePath is the receipt as a PDF file.
func receiptFilePath(op payment.OperationID) string { return receiptPath(op) + ".pdf" }

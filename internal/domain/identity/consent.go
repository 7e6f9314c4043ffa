package identity

// Document is a kind of document that is delivered on paper, or only
// electronically when its reader has agreed to that (REG-45).
type Document string

// The kinds of document.
const (
	DocumentBill   Document = "bill"   // bills, with the payment slip
	DocumentNotice Document = "notice" // letters about payments and coverage
	DocumentTax    Document = "tax"    // yearly totals
)

// Documents lists the kinds.
var Documents = []Document{DocumentBill, DocumentNotice, DocumentTax}

// Delivery is how documents of a kind are delivered.
type Delivery string

// The ways of delivery.
const (
	DeliverPaper Delivery = "paper" // on paper, and by e-mail too: the rule
	DeliverEmail Delivery = "email" // by e-mail only, by consent
)

// ConsentVersion names the words that consent to e-mail only is given to. A
// change of the words, or of what is needed to read what is sent, makes a new
// one and asks again (15 USC 7001(c)(1)(D)).
const ConsentVersion = "esign-2026-1"

// Why paper came back.
const (
	PaperAsked   = "asked"   // the person wanted it
	PaperBounced = "bounced" // an e-mail could not be delivered (M20)
)

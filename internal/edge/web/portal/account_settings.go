package portal

import "quittance.org/quittance/internal/edge/web/catalogue"

// Settings is A14: what is set, with a way to change each.
type Settings struct {
	Site      catalogue.Lang // language of the site
	Bills     catalogue.Lang // of bills and letters
	Phone     catalogue.Lang // of calls
	Email     string         // masked
	EmailOK   bool           // confirmed
	Bounced   bool           // e-mail came back, paper is on
	Mobile    string         // masked; "" for none
	Address   []string
	Paperless []Delivery
	Texts     bool
	CanText   bool // text messages are offered (profile)
	Changed   bool // something was just saved
}

func (Settings) page() page { return page{template: "settings", title: "my.settings.title"} }

// DocumentKind is a kind of document whose delivery can be chosen (REG-45).
type DocumentKind string

// The kinds.
const (
	DocumentBills    DocumentKind = "bills"
	DocumentNotices  DocumentKind = "notices"
	DocumentTax      DocumentKind = "tax"
	DocumentReceipts DocumentKind = "receipts"
)

// Key gives the key of the kind's name.
func (k DocumentKind) Key() string { return "my.document." + string(k) }

// Delivery is how a kind of document comes.
type Delivery struct {
	Kind DocumentKind
	Only bool // e-mail only
}

// Field is the name of the kind's choice.
func (d Delivery) Field() string { return "delivery_" + string(d.Kind) }

// Key gives the key of the words for the choice.
func (d Delivery) Key() string {
	if d.Only {
		return "my.delivery.email"
	}
	return "my.delivery.both"
}

// LanguageSettings changes languages. What somebody reads may not be what they
// speak, so there are three.
type LanguageSettings struct {
	Site, Bills, Phone catalogue.Lang
	Problems           Problems
}

func (l LanguageSettings) page() page {
	return page{template: "settings_language", title: "my.languages.title", back: PathSettings, problems: l.Problems}
}

// ContactSettings changes the e-mail address and the mobile number.
type ContactSettings struct {
	Email    string
	Mobile   string
	Problems Problems
}

func (c ContactSettings) page() page {
	return page{template: "settings_contact", title: "my.contact.title", back: PathSettings, problems: c.Problems}
}

// PaperlessSettings chooses what comes by e-mail only (E-SIGN, REG-45).
type PaperlessSettings struct {
	Email     string // that documents go to
	Kinds     []Delivery
	Agreed    bool
	Problems  Problems
	Confirmed bool // the address is confirmed; without it nothing goes by e-mail only
}

// Consent gives the paragraphs that the member agrees to. They are stored word
// for word.
func (p PaperlessSettings) Consent() []Message {
	return []Message{{Key: "my.esign.choose"}, {Key: "my.esign.need"}, {Key: "my.esign.paper"}, {Key: "my.esign.back"}, {Key: "my.esign.bounce"}}
}

func (p PaperlessSettings) page() page {
	return page{template: "settings_paperless", title: "my.paperless.title", back: PathSettings, problems: p.Problems}
}

// TextSettings turns text messages on and off.
type TextSettings struct {
	Mobile   string
	On       bool
	Agreed   bool
	Problems Problems
}

// Consent gives the terms that the member agrees to.
func (TextSettings) Consent() []Message {
	return []Message{{Key: "my.texts.terms"}, {Key: "my.texts.stop"}}
}

func (t TextSettings) page() page {
	return page{template: "settings_texts", title: "my.texts.title", back: PathSettings, problems: t.Problems}
}

// Fields and problems of the settings.
const (
	FieldSite   = "site"
	FieldBills  = "bills"
	FieldCalls  = "phone_language"
	FieldMobile = "mobile"
	FieldAgree  = "agree"
	FieldTexts  = "texts"

	ProblemAgree       = "my.problem.agree"
	ProblemMobileEmpty = "my.problem.mobile_empty"
	ProblemMobile      = "my.problem.mobile"
)

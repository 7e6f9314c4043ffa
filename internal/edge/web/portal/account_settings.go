package portal

import "quittance.org/quittance/internal/edge/web/catalogue"

// Settings is A14: what is set, with a way to change each.
type Settings struct {
	Site      catalogue.Lang // language of the site
	Bills     catalogue.Lang // of bills and letters
	Phone     catalogue.Lang // of calls
	Email     string         // masked
	Bounced   bool           // e-mail came back, paper is on
	Mobile    string         // masked; "" for none
	Address   []string
	Paperless []Delivery
	Changed   bool // something was just saved
}

func (Settings) page() page { return page{template: "settings", title: "my.settings.title"} }

// DocumentKind is a kind of document whose delivery can be chosen (REG-45).
type DocumentKind string

// The kinds.
const (
	DocumentBills   DocumentKind = "bill"
	DocumentNotices DocumentKind = "notice"
	DocumentTax     DocumentKind = "tax"
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

// ContactSettings changes the e-mail address.
type ContactSettings struct {
	Email    string
	Problems Problems
}

func (c ContactSettings) page() page {
	return page{template: "settings_contact", title: "my.contact.title", back: PathSettings, problems: c.Problems}
}

// PaperlessSettings chooses what comes by e-mail only (E-SIGN, REG-45).
type PaperlessSettings struct {
	Email    string // that documents go to
	Kinds    []Delivery
	Agreed   bool
	Problems Problems
}

// Consent gives the paragraphs that the member agrees to. They are stored word
// for word.
func (p PaperlessSettings) Consent() []Message {
	return []Message{{Key: "my.esign.choose"}, {Key: "my.esign.need"}, {Key: "my.esign.paper"}, {Key: "my.esign.back"}, {Key: "my.esign.bounce"}}
}

func (p PaperlessSettings) page() page {
	return page{template: "settings_paperless", title: "my.paperless.title", back: PathSettings, problems: p.Problems}
}

// SettingsCode asks for the code that was sent: to a new e-mail address, or in
// the form in which documents will come, so that typing it shows that they can
// be read (REG-45).
type SettingsCode struct {
	Paperless bool
	To        string // masked
	Problems  Problems
}

// Path gives where the form goes.
func (c SettingsCode) Path() string {
	if c.Paperless {
		return PathPaperlessCode
	}
	return PathReachedCode
}

func (c SettingsCode) page() page {
	p := page{template: "settings_code", title: "my.code.title_email", back: PathReached, problems: c.Problems}
	if c.Paperless {
		p.title, p.back = "my.code.title_paper", PathPaperless
	}
	return p
}

// Fields and problems of the settings.
const (
	FieldSite  = "site"
	FieldBills = "bills"
	FieldCalls = "phone_language"
	FieldAgree = "agree"

	ProblemAgree = "my.problem.agree"
)

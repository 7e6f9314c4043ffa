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
	Apply     string // where the address is changed: the application; "" by phone
	Paperless []Delivery
	Texts     *Texted // nil: no bill is told by text here
	Changed   bool    // something was just saved
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
	Texts    bool // text messages can be had, to a number of their own
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

// TextState is whether bills are told by text message.
type TextState string

// The states.
const (
	TextsOff     TextState = "off"
	TextsAsked   TextState = "asked" // the number waits for its code, or for YES
	TextsOn      TextState = "on"
	TextsStopped TextState = "stopped" // by STOP or here; START takes it up
)

// Texted is what is set for text messages about bills.
type Texted struct {
	State  TextState
	Number string // masked; "" for none
}

// Key gives the key of the words for the state.
func (x Texted) Key() string { return "my.texts.state_" + string(x.State) }

// TextSettings agrees to text messages about bills, with all their terms, and
// ends them.
type TextSettings struct {
	Texted
	Typed    string
	Agreed   bool
	Problems Problems
}

// Live tells whether there is something to end.
func (x TextSettings) Live() bool { return x.State == TextsOn || x.State == TextsAsked }

// Terms gives the paragraphs that the member agrees to. They are stored word
// for word.
func (x TextSettings) Terms() []Message {
	return []Message{{Key: "my.texts.who"}, {Key: "my.texts.often"}, {Key: "my.texts.cost"}, {Key: "my.texts.stop"}, {Key: "my.texts.free"}}
}

func (x TextSettings) page() page {
	return page{template: "settings_texts", title: "my.texts.title", back: PathSettings, problems: x.Problems}
}

// SettingsCode asks for the code that was sent: to a new e-mail address, or in
// the form in which documents will come, so that typing it shows that they can
// be read (REG-45).
type SettingsCode struct {
	Paperless bool
	Texts     bool   // of the test message
	To        string // masked
	Problems  Problems
}

// Path gives where the form goes.
func (c SettingsCode) Path() string {
	switch {
	case c.Paperless:
		return PathPaperlessCode
	case c.Texts:
		return PathTextsCode
	}
	return PathReachedCode
}

// Field gives the key of the words for the field.
func (c SettingsCode) Field() string {
	if c.Texts {
		return "my.code.text_field"
	}
	return "my.code.field"
}

func (c SettingsCode) page() page {
	p := page{template: "settings_code", title: "my.code.title_email", back: PathReached, problems: c.Problems}
	switch {
	case c.Paperless:
		p.title, p.back = "my.code.title_paper", PathPaperless
	case c.Texts:
		p.title, p.back = "my.code.title_texts", PathTexts
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

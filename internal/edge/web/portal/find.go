package portal

import (
	"net/http"

	"quittance.org/quittance/internal/base/civil"
)

// Factor is the second thing that a guest look-up asks for (R-ID-2).
type Factor string

// The factors.
const (
	FactorBirth Factor = "dob"
	FactorZIP   Factor = "zip"
)

// FindForm is what a person typed into G1, kept as typed.
type FindForm struct {
	SubscriberID string
	Factor       Factor
	BirthMonth   string // "1" to "12"
	BirthDay     string
	BirthYear    string
	ZIP          string
	Someone      bool // paying for someone else
}

// Home is P1.
type Home struct {
	Form    FindForm
	NextDue civil.Date // the next due date
	Covers  civil.Month
	Busy    bool // there is a line: nobody should type before they are in
}

func (Home) page() page { return page{template: "home", title: "home.title"} }

// Find gives the form of G1 that stands on P1 itself.
func (h Home) Find() Find { return Find{Form: h.Form} }

// Find is G1.
type Find struct {
	Form     FindForm
	Problems Problems
	NoMatch  bool          // nothing matches; never says which part
	Again    civil.Instant // of NoMatch: a new plan shows by then
	Expired  bool          // came from a link that has run out
	Wait     *Wait         // an address can be left; nil: not here, or not now
}

// Wait is the form for an address that is told when the bill is there (F3).
type Wait struct {
	Email      string // as typed
	Suggestion string // a likely meant address, "" for none
}

func (f Find) page() page {
	p := page{template: "find", title: "find.title", flow: true, step: 1, back: PathHome, problems: f.Problems, refused: f.NoMatch}
	if f.Form.Someone {
		p.title = "find.title_someone"
	}
	if f.Expired {
		p.status = http.StatusGone
	}
	return p
}

// NewPlan says when to try again with a plan that is new.
func (f Find) NewPlan() *Message {
	key := "find.no_match.new"
	if f.Wait != nil {
		key = "find.no_match.new_or_wait"
	}
	return &Message{Key: key, Args: given("again", f.Again)}
}

// Waiting tells that an address was left (F3): the same, whatever is known of
// the number it was left for.
type Waiting struct {
	Days int // how long the bill is looked for
}

func (Waiting) page() page {
	return page{template: "waiting", title: "wait.left.title", flow: true, step: 1}
}

// ZIPPath leads to the variant that asks for the ZIP code.
func (f Find) ZIPPath() string { return findPath(FactorZIP, f.Form.Someone) }

// DobPath leads to the variant that asks for the birth date.
func (f Find) DobPath() string { return findPath(FactorBirth, f.Form.Someone) }

// SomeonePath leads to the variant for someone else's bill.
func (f Find) SomeonePath() string { return findPath(f.Form.Factor, true) }

func findPath(factor Factor, someone bool) string {
	path := PathFind + "?by=" + string(factor)
	if someone {
		path += "&for=someone"
	}
	return path
}

// LinkCheck is G1q: a person came from a QR code, a text or an e-mail.
type LinkCheck struct {
	Path       string // of this page, with its code
	IDLastFour string
	Form       FindForm
	Problems   Problems
	NoMatch    bool
}

func (l LinkCheck) page() page {
	return page{template: "link", title: "link.title", flow: true, step: 1, problems: l.Problems, refused: l.NoMatch}
}

// NewPlan is nothing to say here: who has a link has had a bill.
func (LinkCheck) NewPlan() *Message { return nil }

// ZIPPath leads to the variant that asks for the ZIP code.
func (l LinkCheck) ZIPPath() string { return l.Path + "?by=" + string(FactorZIP) }

// DobPath leads to the variant that asks for the birth date.
func (l LinkCheck) DobPath() string { return l.Path + "?by=" + string(FactorBirth) }

// Problem keys of the look-up.
const (
	ProblemIDEmpty    = "find.problem.id_empty"
	ProblemIDSomeone  = "find.problem.id_empty_someone"
	ProblemIDLength   = "find.problem.id_length"  // n: how many numbers were typed
	ProblemIDLetters  = "find.problem.id_letters" // something else than numbers was typed
	ProblemIDCheck    = "find.problem.id_check"
	ProblemIDBilling  = "find.problem.id_billing"
	ProblemBirthEmpty = "find.problem.birth_empty"
	ProblemBirthMonth = "find.problem.birth_month"
	ProblemBirthDay   = "find.problem.birth_day"
	ProblemBirthYear  = "find.problem.birth_year"
	ProblemBirthYear4 = "find.problem.birth_year_length"
	ProblemBirthReal  = "find.problem.birth_real"
	ProblemBirthPast  = "find.problem.birth_past"
	ProblemZIPEmpty   = "find.problem.zip_empty"
	ProblemZIPLength  = "find.problem.zip_length"
	FieldSubscriberID = "subscriber_id"
	FieldBirthMonth   = "birth_month"
	FieldBirthDay     = "birth_day"
	FieldBirthYear    = "birth_year"
	FieldZIP          = "zip"
)

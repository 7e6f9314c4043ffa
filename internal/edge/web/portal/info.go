package portal

import (
	"net/http"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Ways is P2: all ways to pay.
type Ways struct {
	Due      civil.Date // the next due date
	Cards    bool       // taken online
	Postmark bool       // a postmark by the due date is on time (mail.rule)
	MailBy   civil.Date // mail by this day to be safe
	Payee    string
	Address  []string // lines of the lockbox address
	WalkIn   bool     // payments are taken in person (walk_in.closed_on)
	Calendar string   // whole address of the feed of dates
}

func (Ways) page() page { return page{template: "ways", title: "ways.title"} }

// FieldConfirmation is the one field of Lookup.
const FieldConfirmation = "confirmation"

// Problem keys of the look-up by confirmation number.
const (
	ProblemConfirmationEmpty = "lookup.problem.empty"
	ProblemConfirmation      = "lookup.problem.syntax"
)

// Lookup asks "Is my payment in?" by confirmation number.
type Lookup struct {
	Confirmation string // as typed
	Problems     Problems
	NoMatch      bool
	Result       *LookupResult
}

func (l Lookup) page() page {
	p := page{template: "lookup", title: "lookup.title", problems: l.Problems, refused: l.NoMatch}
	if l.Result != nil {
		p.title = "lookup.title_result"
	}
	return p
}

// PaymentStatus is a payment's status in the member's words (brief 6.3).
type PaymentStatus string

// The statuses.
const (
	StatusReceived PaymentStatus = "received"
	StatusPaid     PaymentStatus = "paid"
	StatusReturned PaymentStatus = "returned"
	StatusCanceled PaymentStatus = "canceled"
	StatusRefunded PaymentStatus = "refunded"
)

// Key gives the message key of the status; Key + "_line" is the line under it.
func (s PaymentStatus) Key() string { return "status." + string(s) }

// Counts tells that the payment counts as paid.
func (s PaymentStatus) Counts() bool {
	return s != StatusReturned && s != StatusCanceled
}

// Icon gives the icon beside the word.
func (s PaymentStatus) Icon() string {
	switch s {
	case StatusPaid:
		return "check"
	case StatusReturned:
		return "cross"
	case StatusCanceled:
		return "dash"
	case StatusRefunded:
		return "undo"
	}
	return "clock"
}

// Look gives the class of the tag.
func (s PaymentStatus) Look() string {
	switch s {
	case StatusPaid:
		return "pp-status--good"
	case StatusReturned:
		return "pp-status--bad"
	case StatusCanceled, StatusRefunded:
		return "pp-status--off"
	}
	return ""
}

// LookupResult is what anybody who holds the confirmation number may know.
type LookupResult struct {
	Confirmation string
	Amount       money.Amount
	At           civil.Instant
	Counts       civil.Date
	Status       PaymentStatus
	Steps        []Happened // what carriers were told, without their names (R-ID-3)
}

// ArticleKind names a short page of text.
type ArticleKind string

// The articles of the footer.
const (
	ArticleLanguage ArticleKind = "language_help"
	ArticleAccess   ArticleKind = "accessibility"
	ArticlePrivacy  ArticleKind = "privacy"
	ArticleContact  ArticleKind = "contact"
)

// Article is one of the footer's pages.
type Article struct{ Kind ArticleKind }

func (a Article) page() page {
	return page{template: "article", title: "article." + string(a.Kind) + ".title"}
}

// Paragraph is one paragraph of an article, with a heading before it or not.
type Paragraph struct {
	Heading string // message key
	Text    Message
}

// Paragraphs gives the text of the article.
func (a Article) Paragraphs() []Paragraph {
	text := func(name string) Paragraph {
		return Paragraph{Text: Message{Key: a.key(name), Args: pairs([]any{"lookup", PathLookup})}}
	}
	under := func(heading, name string) Paragraph {
		p := text(name)
		p.Heading = a.key(heading)
		return p
	}
	switch a.Kind {
	case ArticleLanguage:
		return []Paragraph{text("languages"), text("formats"), under("rights_title", "rights"), text("choice")}
	case ArticleAccess:
		return []Paragraph{text("goal"), text("ways"), under("gaps_title", "gaps"), under("report_title", "report")}
	case ArticlePrivacy:
		return []Paragraph{text("ask"), text("show"), text("wait"), text("phones"), text("cards"), text("banks"), text("cookies")}
	case ArticleContact:
		return []Paragraph{text("phone"), text("bill"), text("lookup"), text("safe")}
	}
	return nil
}

func (a Article) key(name string) string { return "article." + string(a.Kind) + "." + name }

// SystemKind names a page that the site itself has to show.
type SystemKind string

// The system pages.
const (
	SystemNotFound    SystemKind = "not_found"
	SystemForbidden   SystemKind = "forbidden"
	SystemExpired     SystemKind = "expired"
	SystemTooMany     SystemKind = "too_many" // Minutes
	SystemBroken      SystemKind = "broken"   // Reference
	SystemClosed      SystemKind = "closed"   // Back, Due
	SystemCookies     SystemKind = "cookies"
	SystemBadRequest  SystemKind = "bad_request"
	SystemWrongMethod SystemKind = "wrong_method"
	SystemTooLarge    SystemKind = "too_large"
)

var systemStatus = map[SystemKind]int{
	SystemNotFound:    http.StatusNotFound,
	SystemForbidden:   http.StatusForbidden,
	SystemExpired:     http.StatusGone,
	SystemTooMany:     http.StatusTooManyRequests,
	SystemBroken:      http.StatusInternalServerError,
	SystemClosed:      http.StatusServiceUnavailable,
	SystemCookies:     http.StatusBadRequest,
	SystemBadRequest:  http.StatusBadRequest,
	SystemWrongMethod: http.StatusMethodNotAllowed,
	SystemTooLarge:    http.StatusRequestEntityTooLarge,
}

// System is an error page. It carries its own HTTP status.
type System struct {
	Kind      SystemKind
	Minutes   int
	Reference string
	Back      civil.Instant // when the service is back
	Due       civil.Date    // that has not moved
}

// Message gives the page's words.
func (s System) Message() Message {
	return Message{Key: "system." + string(s.Kind) + ".text", Args: given("n", s.Minutes, "back", s.Back)}
}

// DueMessage says that the due date has not moved, where a date is given.
func (s System) DueMessage() *Message {
	if s.Due.IsZero() {
		return nil
	}
	return &Message{Key: "system.closed.due", Args: given("due", s.Due)}
}

func (s System) page() page {
	return page{template: "system", title: "system." + string(s.Kind) + ".title", status: systemStatus[s.Kind]}
}

package portal

import (
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// MethodKind is what a guest can pay with online.
type MethodKind string

// The methods.
const (
	MethodBank MethodKind = "bank"
	MethodCard MethodKind = "card"
)

// AccountKind tells checking from savings.
type AccountKind string

// The account kinds.
const (
	AccountChecking AccountKind = "checking"
	AccountSavings  AccountKind = "savings"
)

// Key gives the message key of the kind's name.
func (k AccountKind) Key() string { return "account." + string(k) }

// Method is G3. It is skipped when only one method is offered.
type Method struct {
	Op       string
	Amount   money.Amount
	Chosen   MethodKind // "" for none yet
	Problems Problems

	Saved       []Saved  // bank accounts of a member who is signed in
	ChosenSaved string   // Saved.ID
	NoCard      bool     // no card is taken
	Brands      []string // of cards that are taken: "visa"
}

// brandNames are names: no language changes them.
var brandNames = map[string]string{"visa": "Visa", "mastercard": "Mastercard", "discover": "Discover", "amex": "American Express"}

// BrandList gives "Visa, Mastercard".
func (m Method) BrandList() string {
	var names []string
	for _, b := range m.Brands {
		names = append(names, brandNames[b])
	}
	return strings.Join(names, ", ")
}

func (m Method) page() page {
	return page{template: "method", title: "method.title", flow: true, step: 2, back: PathAmount, problems: m.Problems}
}

// BankForm is what was typed on G4, kept as typed. Account is left empty when
// it looked like a card number.
type BankForm struct {
	Name    string
	Kind    AccountKind
	Routing string
	Account string
}

// Bank is G4.
type Bank struct {
	Op           string
	Amount       money.Amount
	Form         BankForm
	Problems     Problems
	NotConfirmed bool   // the validation service said no; we never say why
	Back         string // PathMethod or PathAmount
	CanSave      bool   // a member may keep it to pay with again
	Save         bool
}

func (b Bank) page() page {
	return page{template: "bank", title: "bank.title", flow: true, step: 3, back: b.Back, problems: b.Problems, refused: b.NotConfirmed}
}

// Check is G6: everything is read back before money moves.
type Check struct {
	Op         string
	Amount     money.Amount
	Who        Who
	Covers     civil.Month
	Method     MethodKind
	Bank       BankForm // of MethodBank; its number is shown in full this once
	Today      civil.Date
	CancelBy   civil.Instant // a bank payment can be canceled before this
	Email      string
	Suggestion string // a likely meant address, "" for none
	Texts      bool   // a number may be given for a text with the receipt
	Phone      string // as typed
	Problems   Problems
	Choice     bool   // more than one method is offered, so the method can be changed
	Saved      *Saved // paid with instead of Bank: its number is not shown
	From       string // names Bank or Saved, so that the form pays from what it shows
	OtherBank  bool   // the form that was sent showed another bank account
}

func (c Check) page() page {
	p := page{template: "check", title: "check.title", flow: true, step: 4, back: PathBank, problems: c.Problems}
	if c.Saved != nil {
		p.back = PathMethod
	}
	if c.Method == MethodCard {
		p.title, p.back = "check.title_card", PathMethod
	}
	return p
}

// Authorization gives the words that the payer agrees to by pressing the
// button. They are stored with the payment, word for word.
func (c Check) Authorization() Message {
	if c.Method == MethodCard {
		return Message{Key: "check.card_next", Args: given("amount", c.Amount)}
	}
	return Message{Key: "check.authorization", Args: given("amount", c.Amount, "date", c.Today, "cancel_by", c.CancelBy)}
}

// TextTerms are the words that a payer agrees to by giving a number: the label
// and the hint of its field. They are kept with the payment, word for word.
func (c Check) TextTerms() []Message {
	return []Message{{Key: "check.phone.label"}, {Key: "check.phone.hint"}}
}

// Fields and problems of the paying pages.
const (
	FieldMethod      = "method"
	FieldFrom        = "from"
	FieldName        = "name"
	FieldKind        = "account_type"
	FieldRouting     = "routing"
	FieldAccount     = "account"
	FieldEmail       = "email"
	FieldEmailChoice = "email_choice"
	FieldSave        = "save"

	ProblemMethod        = "method.problem"
	ProblemNameEmpty     = "bank.problem.name_empty"
	ProblemNameLength    = "bank.problem.name_length"
	ProblemNameDigits    = "bank.problem.name_digits"
	ProblemNameCard      = "bank.problem.card_in_text"
	ProblemKind          = "bank.problem.kind"
	ProblemRoutingEmpty  = "bank.problem.routing_empty"
	ProblemRoutingLength = "bank.problem.routing_length"
	ProblemRoutingCheck  = "bank.problem.routing_check"
	ProblemAccountEmpty  = "bank.problem.account_empty"
	ProblemAccountLength = "bank.problem.account_length"
	ProblemAccountIsCard = "bank.problem.account_card"
	ProblemEmail         = "check.problem.email"
	ProblemReceiptPhone  = "check.problem.phone"
)

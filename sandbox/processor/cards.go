package processor

import (
	"strings"

	"quittance.org/quittance/internal/base/pii"
)

// The reasons for which a test card is declined, as the API words them.
const (
	DeclineGeneric      = "generic"
	DeclineFunds        = "insufficient_funds"
	DeclineExpired      = "expired_card"
	DeclineAuthenticate = "authentication_failed"
)

// TestCard is a card number that the simulated bank knows, and what it does.
type TestCard struct {
	Number string // spaced as on a card
	Story  string // for the table on the page

	decline   string // the bank says no
	challenge bool   // the bank asks the payer on a page of its own
	slow      bool   // the bank thinks before it says yes
	silent    bool   // charged, but neither browser nor webhook hears of it at once
	duplicate bool   // every webhook comes twice
	reorder   bool   // the webhook about the beginning comes after the one about the end
}

// TestCards are all the cards that the page takes. There is no other way in:
// a number that is not here might be somebody's real card.
func TestCards() []TestCard {
	return []TestCard{
		{Number: "4242 4242 4242 4242", Story: "Approved (Visa)"},
		{Number: "5555 5555 5555 4444", Story: "Approved (Mastercard)"},
		{Number: "3782 822463 10005", Story: "Approved (American Express, 4-number code)"},
		{Number: "4000 0000 0000 0002", Story: "Declined, no reason given", decline: DeclineGeneric},
		{Number: "4000 0000 0000 9995", Story: "Declined, not enough money", decline: DeclineFunds},
		{Number: "4000 0000 0000 0069", Story: "Declined, card expired", decline: DeclineExpired},
		{Number: "4000 0000 0000 3220", Story: "The bank asks you to approve or refuse", challenge: true},
		{Number: "4000 0000 0000 0101", Story: "The bank is slow to answer, then approves", slow: true},
		{Number: "4000 0000 0000 0200", Story: "Charged, but the answer gets lost", silent: true},
		{Number: "4000 0000 0000 0309", Story: "Approved, each webhook comes twice", duplicate: true},
		{Number: "4000 0000 0000 0408", Story: "Approved, webhooks come in the wrong order", reorder: true},
	}
}

func findTestCard(number string) (TestCard, bool) {
	for _, c := range TestCards() {
		if strings.ReplaceAll(c.Number, " ", "") == number {
			return c, true
		}
	}
	return TestCard{}, false
}

// Card is all that is kept of a card.
type Card struct {
	Brand    string `json:"brand"`
	LastFour string `json:"last_four"`
}

func faceOf(number string) Card {
	return Card{Brand: brandOf(number).name, LastFour: pii.LastFour(number)}
}

type brand struct {
	name     string
	lengths  []int
	code     int // numbers in the security code
	accepted bool
}

var unknownBrand = brand{name: "", lengths: []int{13, 14, 15, 16, 17, 18, 19}, code: 3, accepted: true}

// brandOf reads the brand from a number's first digits (ISO/IEC 7812 ranges).
func brandOf(number string) brand {
	is := func(low, high string) bool {
		n := len(low)
		return len(number) >= n && number[:n] >= low && number[:n] <= high
	}
	switch {
	case is("4", "4"):
		return brand{"Visa", []int{16}, 3, true}
	case is("51", "55"), is("2221", "2720"):
		return brand{"Mastercard", []int{16}, 3, true}
	case is("34", "34"), is("37", "37"):
		return brand{"American Express", []int{15}, 4, true}
	case is("6011", "6011"), is("644", "659"):
		return brand{"Discover", []int{16}, 3, true}
	case is("300", "305"), is("36", "36"), is("38", "39"):
		return brand{"Diners Club", []int{14, 16}, 3, false}
	case is("3528", "3589"):
		return brand{"JCB", []int{16}, 3, false}
	case is("62", "62"):
		return brand{"UnionPay", []int{16, 17, 18, 19}, 3, false}
	}
	return unknownBrand
}

// acceptedBrands are listed on the page.
var acceptedBrands = []string{"Visa", "Mastercard", "American Express", "Discover"}

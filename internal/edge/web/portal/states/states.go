// Package states is the catalogue of every page in every state. Tests render
// all of it in every language, browser checks walk through it, and show serves
// it to a person; a page that is not here fails a test.
package states

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/web"
)

// State is one page in one state.
type State struct {
	Page, Name string
	Frame      portal.Frame
	View       portal.View
}

// All lists every state of every page.
func All() []State {
	var all []State
	for _, group := range [][]State{find(), bill(), paying(), outcomes(), info(), inLine(), system(), identity(), account()} {
		all = append(all, group...)
	}
	return all
}

// Site is the invented marketplace of the design brief.
func Site() portal.Site {
	return portal.Site{
		Name: "Example Marketplace", Demo: true, Phone: "1-800-555-0100", TTY: "711",
		Hours:     map[catalogue.Lang]string{catalogue.English: "Monday to Friday, 8 a.m. to 6 p.m."},
		Statement: "HLTHMKT PREM",
	}
}

// NewRenderer gives a renderer for the states, in a brand.
func NewRenderer(colors brand.Colors) (*portal.Renderer, *asset.Set, error) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, nil, err
	}
	cat, err := catalogue.Load(web.Messages(), zone)
	if err != nil {
		return nil, nil, err
	}
	assets, err := asset.Load(web.Static())
	if err != nil {
		return nil, nil, err
	}
	css, hash := colors.CSS()
	assets.Add("brand.css", hash, css)
	renderer, err := portal.New(Site(), cat, assets, portal.Templates())
	return renderer, assets, err
}

// The day of the brief's usability tasks: Friday, November 20, 2026.
var (
	today    = day("2026-11-20")
	due      = day("2026-11-23")
	covers   = civil.MustParseMonth("2026-12")
	now      = moment("2026-11-20T19:14:00Z")
	evening  = moment("2026-11-21T01:00:00Z") // 8 p.m. Eastern time
	maria    = portal.Who{FirstName: "Maria", Initial: "S", IDLastFour: "6789"}
	total    = money.Cents(12450)
	op       = "018f6b2e-7c4d-7a31-9b1f-2f6a1c9d4e55"
	session  = portal.Frame{SessionMinutes: 30}
	number   = "7F3K-92QM-4X"
	bankPaid = portal.PaidWith{Method: portal.MethodBank, Account: portal.AccountChecking, LastFour: "6789"}
	cardPaid = portal.PaidWith{Method: portal.MethodCard, Brand: "Visa", LastFour: "4242"}
)

func day(s string) civil.Date { return civil.MustParseDate(s) }

func moment(s string) civil.Instant {
	at, err := civil.ParseInstant(s)
	if err != nil {
		panic(err)
	}
	return at
}

// at gives a frame for a path of the paying flow.
func at(path string) portal.Frame {
	frame := session
	frame.Path = path
	return frame
}

// problem gives one problem; args come in pairs.
func problem(field, key string, args ...any) portal.Problems {
	var list portal.Problems
	list.Add(field, key, args...)
	return list
}

package population

import (
	"fmt"
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
)

// Fixture is an invented household with a story, for demonstrations and
// browser tests. The stories are told from the afternoon of StoryDay.
type Fixture struct {
	Letter    string // "A"
	Story     string // one sentence for people
	Household *enrollcsv.Household
	History   []Event // what has happened up to StoryDay, oldest first
}

// StoryDay is the Friday on which the stories stand: bills for December 2026
// are out since 1 November and due on the Monday.
var StoryDay = civil.NewDate(2026, time.November, 20)

// EventKind says what happened.
type EventKind string

// The kinds of event.
const (
	EventSelected EventKind = "selected" // a plan was chosen; its first bill went out at once (R-BIND-1)
	EventBilled   EventKind = "billed"   // the bill for Month was issued
	EventPaid     EventKind = "paid"     // Amount was paid by Method
	EventReturned EventKind = "returned" // the bank returned the last payment, of Amount, with Code
	EventAutoPay  EventKind = "autopay"  // AutoPay was set up for day Day
	EventEnded    EventKind = "ended"    // coverage was ended for non-payment; Month is the last covered one
)

// Method is how a past payment was made.
type Method string

// The methods.
const (
	MethodBank  Method = "bank"
	MethodCard  Method = "card"
	MethodCheck Method = "check"
)

// Event is one thing in the past of a fixture. Which fields are set depends on
// its kind.
type Event struct {
	On     civil.Date
	Kind   EventKind
	Month  civil.Month
	Amount money.Amount
	Method Method
	Day    int
	Code   string
}

// Balance is what has been billed and not been paid: what the household must
// pay to be paid up, or to have its coverage back. Less than zero is money to
// use.
func (f Fixture) Balance() money.Amount {
	var balance money.Amount
	for _, e := range f.History {
		switch e.Kind {
		case EventBilled:
			balance = balance.Add(f.share(e.Month))
		case EventReturned:
			balance = balance.Add(e.Amount)
		case EventPaid:
			balance = balance.Sub(e.Amount)
		}
	}
	return balance
}

// Due is what the household is asked for on StoryDay.
func (f Fixture) Due() money.Amount { return money.Max(money.Zero, f.Balance()) }

// share is what all enrollments of the household are billed for a month.
func (f Fixture) share(m civil.Month) money.Amount {
	var total money.Amount
	for i := range f.Household.Enrollments {
		if p, ok := f.Household.Enrollments[i].PremiumFor(m); ok {
			total = total.Add(p.Member)
		}
	}
	return total
}

// Fixtures gives the ten households A to J.
func Fixtures() []Fixture {
	dec, nov, sep, jul := month(12), month(11), month(9), month(7)
	a := fixture("A", "Owes $124.50 for health and dental, due Monday; always paid on time", person("en", "Maria", "Silva", "1988-03-14", "02139"),
		medical("109.50", 2026), dental("15.00", 2026)).paidThrough(nov, MethodBank)
	b := fixture("B", "Has a tax credit and is two months behind", person("es", "Diego", "Navarro", "1979-08-02", "01103"),
		medical("103.00", 2026)).paidThrough(sep, MethodCard)
	c := fixture("C", "AutoPay takes $235.00 on the 23rd", person("en", "Grace", "Winslow", "1983-11-30", "01801"),
		medical("235.00", 2026)).paidThrough(nov, MethodBank).autoPay(23, dec)
	d := fixture("D", "A couple with health and dental on one bill", couple(person("pt", "João", "Moreira", "1975-01-22", "02301"), "Helena", "1977-06-09"),
		medical("206.00", 2026), dental("52.40", 2026)).paidThrough(nov, MethodBank)
	e := fixture("E", "Pays nothing: help covers all of it", person("ht", "Mirlande", "Toussaint", "1996-05-05", "02122"),
		medical("0.00", 2026))
	f := fixture("F", "New for January 2027: the first payment starts coverage", person("vi", "Khánh", "Trần", "1991-09-18", "02128"),
		medical("124.50", 2027)).selected("2026-11-12")
	g := fixture("G", "Coverage ended for non-payment and can be had back without a gap", person("en", "Victor", "Hale", "1986-02-27", "01610"),
		medical("124.50", 2026)).paidThrough(jul, MethodBank).billed(nov).ended("2026-10-31", month(8))
	h := fixture("H", "Paid $20.00 too much and can use it on the next bill", person("zh", "Meiling", "Shen", "1969-12-11", "02169"),
		medical("80.00", 2026)).paidThrough(nov, MethodCheck).billed(dec).paid("2026-11-09", "100.00", MethodCard)
	i := fixture("I", "The bank returned the last payment: not enough money", person("en", "Owen", "Marsh", "1993-07-07", "02740"),
		medical("152.00", 2026)).paidThrough(nov, MethodBank).billed(dec).paid("2026-11-06", "152.00", MethodBank).returned("2026-11-10", "152.00", "R01")
	j := fixture("J", "The employer pays this bill", person("en", "Tess", "Lowell", "1990-10-25", "02601"),
		medical("612.10", 2026)).forEmployer().paidThrough(nov, MethodCheck)
	return numbered(a.billed(dec).renewed(), b.billed(dec).renewed(), c.renewed(), d.billed(dec).renewed(), e.renewed(), f, g, h.renewed(), i.renewed(), j.billed(dec).renewed())
}

// month gives a month of the plan year 2026.
func month(m time.Month) civil.Month { return civil.NewMonth(2026, m) }

// numbered gives the fixtures their numbers. A has the one that the pages use
// as an example.
func numbered(fixtures ...Fixture) []Fixture {
	for i := range fixtures {
		h := fixtures[i].Household
		h.Account.SubscriberID = ident.NewSubscriberID(uint64(70010000001 + i))
		if i == 0 {
			h.Account.SubscriberID = ident.NewSubscriberID(70012345678)
		}
		h.Account.BillingNumber = fmt.Sprintf("7%08d", 1+i)
		for k := range h.Enrollments {
			h.Enrollments[k].Reference = fmt.Sprintf("RefID%05d", 48200+4*i+k) // health and dental, of two years
		}
		// Stable: what happened on one day stays in the order told.
		slices.SortStableFunc(fixtures[i].History, func(a, b Event) int { return a.On.Compare(b.On) })
	}
	return fixtures
}

func person(language, first, last, birth, zip string) *enrollcsv.Household {
	self := enrollment.Member{FirstName: first, LastName: last, BirthDate: civil.MustParseDate(birth), Relation: enrollment.RelationSelf}
	return &enrollcsv.Household{Account: enrollment.Account{
		Kind: enrollment.AccountIndividual, FirstName: first, LastName: last, BirthDate: self.BirthDate,
		ZIP: zip, Address: address(self, zip), Language: language,
	}, Enrollments: []enrollcsv.Enrollment{{Members: []enrollment.Member{self}}}}
}

func couple(h *enrollcsv.Household, first, birth string) *enrollcsv.Household {
	covered := &h.Enrollments[0].Members
	*covered = append(*covered, enrollment.Member{
		FirstName: first, LastName: h.Account.LastName, BirthDate: civil.MustParseDate(birth), Relation: enrollment.RelationSpouse,
	})
	return h
}

// choice is a plan of a fixture, and what the household pays for it a month.
type choice struct {
	kind  enrollment.Kind
	share money.Amount
	year  int
}

func medical(share string, year int) choice {
	return choice{enrollment.KindMedical, dollars(share), year}
}

func dental(share string, year int) choice {
	return choice{enrollment.KindDental, dollars(share), year}
}

func dollars(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic("population: " + err.Error())
	}
	return a
}

// fixture makes a household whose shares are those of its story; help pays
// what its medical plan costs above them.
func fixture(letter, story string, h *enrollcsv.Household, choices ...choice) Fixture {
	people := h.Enrollments[0].Members
	h.Enrollments = nil
	for _, c := range choices {
		s, err := newShelf(c.year)
		if err != nil {
			panic("population: " + err.Error())
		}
		h.Enrollments = append(h.Enrollments, c.enroll(s, h.Account.ZIP, people))
	}
	h.Account.Email = fmt.Sprintf("fixture-%s@example.com", letter)
	return Fixture{Letter: letter, Story: story, Household: h}
}

func (c choice) enroll(s *shelf, zip string, people []enrollment.Member) enrollcsv.Enrollment {
	p := s.program[0]
	if c.kind == enrollment.KindDental {
		p = s.dental[0]
	}
	e := (&Population{shelf: s}).enroll(p, people)
	e.First, e.Last = civil.NewMonth(c.year, time.January), civil.NewMonth(c.year, time.December)
	e.Renewal = c.year == StoryDay.Year()
	e.Segments = []enrollment.Segment{{From: e.First, To: e.Last, Premium: c.premium(s, p.ID, zip, people)}}
	return e
}

func (c choice) premium(s *shelf, planID, zip string, people []enrollment.Member) enrollment.Premium {
	if c.kind == enrollment.KindDental {
		return enrollment.Premium{Gross: c.share, Member: c.share}
	}
	gross, err := s.catalog.Price(planID, c.year, areaOf(zip), birthsOf(people))
	if err != nil {
		panic("population: " + err.Error())
	}
	gross = money.Max(gross, c.share)
	help := gross.Sub(c.share)
	aptc := help.MulDiv(4, 5, money.Down)
	return enrollment.Premium{Gross: gross, APTC: aptc, State: help.Sub(aptc), Member: c.share}
}

// renewed carries the coverage over into the next plan year, at the same price:
// life goes on after StoryDay.
func (f Fixture) renewed() Fixture {
	h := f.Household
	for _, e := range slices.Clone(h.Enrollments) {
		e.First, e.Last, e.Renewal = e.First.Add(12), e.Last.Add(12), true
		e.Segments = slices.Clone(e.Segments)
		for i := range e.Segments {
			e.Segments[i].From, e.Segments[i].To = e.Segments[i].From.Add(12), e.Segments[i].To.Add(12)
		}
		h.Enrollments = append(h.Enrollments, e)
	}
	return f
}

// billed adds the bills up to the one for last that are not there yet: each
// on the first of the month before (R-CAL-1).
func (f Fixture) billed(last civil.Month) Fixture {
	next := f.Household.Enrollments[0].First
	for _, e := range f.History {
		if e.Kind == EventBilled {
			next = e.Month.Next()
		}
	}
	for m := next; !m.After(last); m = m.Next() {
		f.History = append(f.History, Event{On: m.Prev().First(), Kind: EventBilled, Month: m})
	}
	return f
}

// paidThrough adds bills up to the one for last, each paid in full some days
// before it was due.
func (f Fixture) paidThrough(last civil.Month, by Method) Fixture {
	f = f.billed(last)
	for m := f.Household.Enrollments[0].First; !m.After(last); m = m.Next() {
		on := m.Prev().On(12 + int(m.MonthOfYear())%7)
		f.History = append(f.History, Event{On: on, Kind: EventPaid, Amount: f.share(m), Method: by})
	}
	return f
}

// autoPay sets AutoPay up two days after the bill for next was issued; that one
// and those to come are paid by it.
func (f Fixture) autoPay(day int, next civil.Month) Fixture {
	f = f.billed(next)
	f.History = append(f.History, Event{On: next.Prev().On(3), Kind: EventAutoPay, Day: day})
	return f
}

func (f Fixture) paid(on, amount string, by Method) Fixture {
	f.History = append(f.History, Event{On: civil.MustParseDate(on), Kind: EventPaid, Amount: dollars(amount), Method: by})
	return f
}

func (f Fixture) returned(on, amount, code string) Fixture {
	f.History = append(f.History, Event{On: civil.MustParseDate(on), Kind: EventReturned, Amount: dollars(amount), Code: code})
	return f
}

// selected makes the enrollment a new one, billed on the day it was chosen.
func (f Fixture) selected(on string) Fixture {
	day, first := civil.MustParseDate(on), f.Household.Enrollments[0].First
	f.History = append(f.History, Event{On: day, Kind: EventSelected, Month: first}, Event{On: day, Kind: EventBilled, Month: first})
	return f
}

func (f Fixture) ended(on string, last civil.Month) Fixture {
	f.History = append(f.History, Event{On: civil.MustParseDate(on), Kind: EventEnded, Month: last})
	return f
}

// forEmployer makes the account one that an employer pays, without help.
func (f Fixture) forEmployer() Fixture {
	f.Household.Account.Kind = enrollment.AccountGroup
	for i := range f.Household.Enrollments[0].Segments {
		p := &f.Household.Enrollments[0].Segments[i].Premium
		*p = enrollment.Premium{Gross: p.Gross, Member: p.Gross}
	}
	return f
}

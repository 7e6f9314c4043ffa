package population

import (
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/plan"
)

// pricesYear is the plan year of the reference prices below.
const pricesYear = 2026

// reference holds the prices of MA-PLAN-8 for 2026 by rating area, in dollars
// at the factor of a child: the benchmark silver plan and the cheapest bronze
// one. In six of seven areas the bronze one costs more.
var reference = [plan.Areas]struct{ benchmark, bronze int64 }{
	{262, 288}, {280, 307}, {255, 280}, {277, 280}, {266, 280}, {258, 272}, {476, 437},
}

// The carriers are invented.
var carriers = []plan.Carrier{
	{ID: "BAY", Name: "Bay Mutual Health"},
	{ID: "HARB", Name: "Harborlight Health Plan"},
	{ID: "CRAN", Name: "Cranberry Community Care"},
	{ID: "BERK", Name: "Berkshire Valley Health"},
	{ID: "LANT", Name: "Lantern Health"},
	{ID: "SMILE", Name: "Smile Coast Dental"},
	{ID: "PEARL", Name: "Pearl Cove Dental"},
}

// medicalCarriers is how many of the carriers sell medical plans.
const medicalCarriers = 5

// silverPercent is the price of each carrier's program plan, in percent of the
// benchmark: the second is the benchmark, the first the lowest-cost one.
var silverPercent = [medicalCarriers]int64{97, 100, 104, 109, 116}

// shelf is the catalog with what the generator needs to find its way in it.
type shelf struct {
	catalog *plan.Catalog
	year    int
	program []plan.Plan // the silver plans with state subsidy, cheapest first
	open    []plan.Plan // the other medical plans
	dental  []plan.Plan
}

func newShelf(year int) (*shelf, error) {
	s := &shelf{year: year}
	var rates []plan.Rate
	add := func(to *[]plan.Plan, p plan.Plan, price func(area int) money.Amount) {
		*to = append(*to, p)
		for area := range plan.Areas {
			rates = append(rates, plan.Rate{PlanID: p.ID, Year: year, Area: plan.Area(area + 1), Child: price(area)})
		}
	}
	for i, c := range carriers[:medicalCarriers] {
		add(&s.program, medicalPlan(c, plan.MetalSilver, "Care Silver", true), percentOf(silver, silverPercent[i]))
		add(&s.open, medicalPlan(c, plan.MetalBronze, "Bronze Basic", false), percentOf(bronze, 100+4*int64(i)))
		add(&s.open, medicalPlan(c, plan.MetalGold, "Gold Choice", false), percentOf(silver, 128+5*int64(i)))
		if i%2 == 0 {
			add(&s.open, medicalPlan(c, plan.MetalPlatinum, "Platinum Plus", false), percentOf(silver, 158+6*int64(i)))
		}
	}
	for i, c := range carriers[medicalCarriers:] {
		low, high := money.Cents(952+120*int64(i)), money.Cents(2140+260*int64(i))
		add(&s.dental, dentalPlan(c, plan.MetalLow, "Dental Essential"), func(int) money.Amount { return low })
		add(&s.dental, dentalPlan(c, plan.MetalHigh, "Dental Family High"), func(int) money.Amount { return high })
	}
	plans := append(append(append([]plan.Plan(nil), s.program...), s.open...), s.dental...)
	catalog, err := plan.NewCatalog(carriers, plans, rates)
	if err != nil {
		return nil, fmt.Errorf("invented plans: %w", err)
	}
	s.catalog = catalog
	return s, nil
}

func silver(area int) money.Amount { return money.Dollars(reference[area].benchmark) }
func bronze(area int) money.Amount { return money.Dollars(reference[area].bronze) }

func percentOf(price func(int) money.Amount, percent int64) func(int) money.Amount {
	return func(area int) money.Amount { return price(area).MulDiv(percent, 100, money.HalfUp) }
}

func medicalPlan(c plan.Carrier, metal plan.Metal, name string, program bool) plan.Plan {
	id := c.ID + "-" + map[plan.Metal]string{
		plan.MetalSilver: "SLV", plan.MetalBronze: "BRZ", plan.MetalGold: "GLD", plan.MetalPlatinum: "PLT",
	}[metal]
	return plan.Plan{ID: id, CarrierID: c.ID, Name: name, Kind: enrollment.KindMedical, Metal: metal, Program: program}
}

func dentalPlan(c plan.Carrier, metal plan.Metal, name string) plan.Plan {
	id := c.ID + "-" + map[plan.Metal]string{plan.MetalLow: "LOW", plan.MetalHigh: "HIGH"}[metal]
	return plan.Plan{ID: id, CarrierID: c.ID, Name: name, Kind: enrollment.KindDental, Metal: metal}
}

// carrierName gives the name of the carrier of p.
func (s *shelf) carrierName(p plan.Plan) string {
	c, _ := s.catalog.Carrier(p.CarrierID) // NewCatalog has checked that it is there
	return c.Name
}

// price gives the price of p for people living at zip.
func (s *shelf) price(p plan.Plan, zip string, births []civil.Date) (money.Amount, error) {
	return s.catalog.Price(p.ID, s.year, areaOf(zip), births)
}

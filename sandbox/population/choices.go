package population

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/plan"
	"quittance.org/quittance/internal/format/enrollcsv"
)

// medical chooses a medical plan and the months of it.
func (p *Population) medical(d dice, f *family) (enrollcsv.Enrollment, error) {
	members := f.covered(p.year, p.figures)
	chosen, err := p.choose(d, *f)
	if err != nil {
		return enrollcsv.Enrollment{}, err
	}
	e := p.enroll(chosen, members)
	d.months(&e, p.year)
	premium, err := p.premium(*f, chosen, members)
	if err != nil {
		return e, err
	}
	e.Segments = []enrollment.Segment{{From: e.First, To: e.Last, Premium: premium}}
	if d.chance(6) && e.First.MonthOfYear() < time.July {
		f.later = d.income(p.figures, len(f.people)) // as reported in June
		changed, err := p.premium(f.earning(f.later), chosen, members)
		if err != nil {
			return e, err
		}
		july := civil.NewMonth(p.year, time.July)
		e.Segments[0].To = july.Prev()
		e.Segments = append(e.Segments, enrollment.Segment{From: july, To: e.Last, Premium: changed})
	}
	return e, nil
}

// choose picks a plan: nearly everybody who gets state subsidy takes a plan
// that has it, mostly a cheap one; the others spread over the levels.
func (p *Population) choose(d dice, f family) (plan.Plan, error) {
	band, _, err := plan.BandOf(p.figures, f.income, len(f.people))
	if err != nil {
		return plan.Plan{}, err
	}
	if band != plan.BandNone && d.chance(95) || band == plan.BandNone && d.chance(30) {
		if band == plan.Band2A { // the lowest-cost plan is free of charge
			return p.shelf.program[d.weighted(62, 15, 10, 8, 5)], nil
		}
		return p.shelf.program[d.weighted(38, 26, 16, 12, 8)], nil
	}
	return pick(d, p.shelf.open), nil
}

func (p *Population) enroll(chosen plan.Plan, members []enrollment.Member) enrollcsv.Enrollment {
	return enrollcsv.Enrollment{
		Enrollment:  enrollment.Enrollment{PlanID: chosen.ID, CarrierID: chosen.CarrierID, Kind: chosen.Kind},
		PlanName:    chosen.Name,
		CarrierName: p.shelf.carrierName(chosen),
		Members:     members,
	}
}

// months draws when coverage runs: most all year as a renewal, some all year
// as newcomers, some from a later month on.
func (d dice) months(e *enrollcsv.Enrollment, year int) {
	e.First, e.Last = civil.NewMonth(year, time.January), civil.NewMonth(year, time.December)
	switch d.weighted(76, 14, 10) {
	case 0:
		e.Renewal = true
	case 2:
		e.First = civil.NewMonth(year, time.Month(d.between(2, 10)))
	}
}

// premium splits the price of the chosen plan (R-PLAN-4).
func (p *Population) premium(f family, chosen plan.Plan, members []enrollment.Member) (enrollment.Premium, error) {
	births := birthsOf(members)
	var prices [3]money.Amount
	for i, priced := range []plan.Plan{chosen, p.shelf.program[1], p.shelf.program[0]} {
		price, err := p.shelf.price(priced, f.zip, births)
		if err != nil {
			return enrollment.Premium{}, err
		}
		prices[i] = price
	}
	return plan.Quote{
		Year: p.figures, Income: f.income, HouseholdSize: len(f.people), Covered: len(members), Program: chosen.Program,
		Gross: prices[0], Benchmark: prices[1], LowestCost: prices[2],
	}.Split()
}

// dental adds a dental plan for the people and months of the medical one; no
// help is paid for it.
func (p *Population) dental(d dice, f family, medical enrollcsv.Enrollment) (enrollcsv.Enrollment, error) {
	chosen := pick(d, p.shelf.dental)
	price, err := p.shelf.price(chosen, f.zip, birthsOf(medical.Members))
	if err != nil {
		return enrollcsv.Enrollment{}, err
	}
	e := p.enroll(chosen, medical.Members)
	e.First, e.Last, e.Renewal = medical.First, medical.Last, medical.Renewal
	e.Segments = []enrollment.Segment{{From: e.First, To: e.Last, Premium: enrollment.Premium{Gross: price, Member: price}}}
	return e, nil
}

func birthsOf(members []enrollment.Member) []civil.Date {
	births := make([]civil.Date, len(members))
	for i, m := range members {
		births[i] = m.BirthDate
	}
	return births
}

package plan

import (
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Band is a plan type of the state program, by household income (MA-PLAN-1).
type Band string

// The bands.
const (
	BandNone Band = "" // not in the program
	Band1    Band = "1"
	Band2A   Band = "2A"
	Band2B   Band = "2B"
	Band3A   Band = "3A"
	Band3B   Band = "3B"
	Band3C   Band = "3C"
	Band3D   Band = "3D"
)

// year holds the figures of one plan year.
type year struct {
	povertyOne, povertyEach money.Amount // of one person, and of each one more
	bands                   []bandStep
	contribution            []contributionStep
	aptcFromPercent         int64
}

// bandStep is a band up to and including a percentage of the poverty level;
// its lower bound, the step before, is exclusive.
type bandStep struct {
	band  Band
	upTo  int64        // percent of the poverty level
	share money.Amount // per covered person and month, lowest-cost plan
}

// contributionStep is the share of income, in basis points, that a household
// pays itself, rising evenly over a range of income (MA-PLAN-5). The last
// step's upTo is the end of the tax credit.
type contributionStep struct {
	upTo        int64 // percent of the poverty level, exclusive but for the last
	first, last int64
}

// years holds what is known. A plan year uses the poverty guidelines of the
// year before (MA-PLAN-1); shares are MA-PLAN-2.
var years = map[int]year{
	2025: {
		povertyOne: money.Dollars(15_060), povertyEach: money.Dollars(5_380),
		bands: []bandStep{
			{Band1, 100, money.Zero},
			{Band2A, 150, money.Zero},
			{Band2B, 200, money.Dollars(51)},
			{Band3A, 250, money.Dollars(99)},
			{Band3B, 300, money.Dollars(147)},
			{Band3C, 400, money.Dollars(226)},
			{Band3D, 500, money.Dollars(264)},
		},
		contribution: []contributionStep{{150, 0, 0}, {200, 0, 200}, {250, 200, 400}, {300, 400, 600}, {400, 600, 850}, {1_000_000, 850, 850}},
	},
	2026: {
		povertyOne: money.Dollars(15_650), povertyEach: money.Dollars(5_500),
		bands: []bandStep{ // types 1 and 3D ended with the federal credit below 100 % and above 400 %
			{BandNone, 100, money.Zero},
			{Band2A, 150, money.Zero},
			{Band2B, 200, money.Dollars(53)},
			{Band3A, 250, money.Dollars(103)},
			{Band3B, 300, money.Dollars(152)},
			{Band3C, 400, money.Dollars(235)},
		},
		contribution:    []contributionStep{{133, 210, 210}, {150, 314, 419}, {200, 419, 660}, {250, 660, 844}, {300, 844, 996}, {400, 996, 996}},
		aptcFromPercent: 100,
	},
}

func figures(planYear int) (year, error) {
	y, ok := years[planYear]
	if !ok {
		return year{}, fault.New(fault.NotFound, "plan.unknown_year", "the program figures of plan year %d are not known yet", planYear)
	}
	return y, nil
}

// PovertyLevel gives the yearly poverty level that plan year uses for a
// household of size people.
func PovertyLevel(planYear, size int) (money.Amount, error) {
	y, err := figures(planYear)
	if err != nil {
		return money.Zero, err
	}
	return y.poverty(size), nil
}

func (y year) poverty(size int) money.Amount {
	return y.povertyOne.Add(y.povertyEach.MulDiv(int64(max(1, size)-1), 1, money.Down))
}

// within tells whether income is at most percent of the poverty level, to the
// cent: 200.01 % is above 200 % (test vector 10).
func within(income, poverty money.Amount, percent int64) bool {
	return income.Cents()*100 <= poverty.Cents()*percent
}

// BandOf gives the band of a household's yearly income, and its share per
// covered person and month in the lowest-cost plan (R-PLAN-3).
func BandOf(planYear int, income money.Amount, size int) (Band, money.Amount, error) {
	y, err := figures(planYear)
	if err != nil {
		return BandNone, money.Zero, err
	}
	for _, step := range y.bands {
		if within(income, y.poverty(size), step.upTo) {
			return step.band, step.share, nil
		}
	}
	return BandNone, money.Zero, nil
}

// ContributionBps gives the share of income in basis points that a household
// pays for the benchmark plan before the tax credit begins; false when there
// is no credit at that income.
func ContributionBps(planYear int, income money.Amount, size int) (int64, bool, error) {
	y, err := figures(planYear)
	if err != nil {
		return 0, false, err
	}
	poverty := y.poverty(size)
	if income.Cents()*100 < poverty.Cents()*y.aptcFromPercent {
		return 0, false, nil
	}
	from := int64(0)
	for i, step := range y.contribution {
		isLast := i == len(y.contribution)-1
		if income.Cents()*100 < poverty.Cents()*step.upTo || isLast && within(income, poverty, step.upTo) {
			return step.at(income, poverty, from), true, nil
		}
		from = step.upTo
	}
	return 0, false, nil
}

// at interpolates evenly between first and last, to the nearest basis point.
func (s contributionStep) at(income, poverty money.Amount, from int64) int64 {
	span := (s.upTo - from) * poverty.Cents()
	into := income.Cents()*100 - from*poverty.Cents()
	return s.first + money.Cents(s.last-s.first).MulDiv(into, span, money.HalfUp).Cents()
}

// Quote is what the split of a price depends on.
type Quote struct {
	Year          int
	Income        money.Amount // of the household, a year
	HouseholdSize int
	Covered       int          // people in the plan
	Program       bool         // the plan is sold with state subsidy
	Gross         money.Amount // of the chosen plan, a month
	Benchmark     money.Amount // of the second-lowest silver plan, same people
	LowestCost    money.Amount // of the lowest-cost program plan, same people
}

// Split tells who pays what part of a month (R-PLAN-4, MA-PLAN-3, MA-PLAN-4):
// the tax credit is the benchmark less the household's contribution, at most
// the price; in a program plan the household pays its band's share per person
// and what the plan costs above the lowest-cost one, the state pays the rest.
func (q Quote) Split() (enrollment.Premium, error) {
	bps, credit, err := ContributionBps(q.Year, q.Income, q.HouseholdSize)
	if err != nil {
		return enrollment.Premium{}, err
	}
	band, share, err := BandOf(q.Year, q.Income, q.HouseholdSize)
	if err != nil {
		return enrollment.Premium{}, err
	}
	p := enrollment.Premium{Gross: q.Gross}
	if credit {
		contribution := q.Income.MulDiv(bps, 12*10_000, money.HalfUp)
		p.APTC = money.Min(q.Gross, money.Max(money.Zero, q.Benchmark.Sub(contribution)))
	}
	p.Member = q.Gross.Sub(p.APTC)
	if q.Program && band != BandNone {
		above := money.Max(money.Zero, q.Gross.Sub(q.LowestCost))
		schedule := share.MulDiv(int64(q.Covered), 1, money.Down).Add(above)
		p.Member = money.Min(p.Member, schedule)
	}
	p.State = q.Gross.Sub(p.APTC).Sub(p.Member)
	return p, nil
}

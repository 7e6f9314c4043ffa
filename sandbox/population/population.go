// Package population invents the people of the sandbox: Massachusetts
// households with enrollments, prices and subsidies as the real rules give
// them (MA-PLAN-1 to 9), for carriers and plans that do not exist.
//
// A household depends only on the seed, the plan year and its number, so the
// same seed gives the same file byte for byte, and a file of a million
// households needs no more memory than one of ten.
package population

import (
	"fmt"
	"io"
	"math/rand/v2"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/plan"
	"quittance.org/quittance/internal/format/enrollcsv"
)

// Serials of the Subscriber IDs: those of the fixtures come first. All IDs
// begin with 7001.
const (
	firstSerial = 70010000100
	// HouseholdsMax is how many households have room in the range of IDs.
	HouseholdsMax = 2_000_000
)

// Population is the people of one seed and plan year.
type Population struct {
	seed    uint64
	year    int
	figures int // plan year whose prices and program figures are used
	shelf   *shelf
}

// New makes a population. A plan year after the last one whose figures are
// known is priced with those: its people are invented anyway.
func New(seed uint64, planYear int) (*Population, error) {
	if planYear < pricesYear || planYear > 2099 {
		return nil, fmt.Errorf("plan year %d: households can be invented from %d on", planYear, pricesYear)
	}
	s, err := newShelf(planYear)
	if err != nil {
		return nil, err
	}
	return &Population{seed, planYear, pricesYear, s}, nil
}

// Household gives household number n, counted from 0.
func (p *Population) Household(n int) (*enrollcsv.Household, error) {
	_, h, err := p.draw(n)
	return h, err
}

// draw draws the people of a household and what they chose.
func (p *Population) draw(n int) (family, *enrollcsv.Household, error) {
	d := dice{rand.New(rand.NewPCG(p.seed, uint64(n)))}
	f := d.family(p.year)
	f.income = d.income(p.figures, len(f.people))
	h := &enrollcsv.Household{Account: f.account()}
	h.Account.SubscriberID = ident.NewSubscriberID(uint64(firstSerial + n))
	h.Account.BillingNumber = fmt.Sprintf("7%08d", 100+n)
	if d.chance(70) {
		h.Account.Email = fmt.Sprintf("member%d@example.com", 100+n)
	}
	medical, err := p.medical(d, &f)
	if err != nil {
		return f, nil, fmt.Errorf("household %d: %w", n, err)
	}
	medical.Reference = fmt.Sprintf("RefID%09d", 2*(100+n))
	h.Enrollments = append(h.Enrollments, medical)
	if d.chance(30) {
		dental, err := p.dental(d, f, medical)
		if err != nil {
			return f, nil, fmt.Errorf("household %d: %w", n, err)
		}
		dental.Reference = fmt.Sprintf("RefID%09d", 2*(100+n)+1)
		h.Enrollments = append(h.Enrollments, dental)
	}
	return f, h, nil
}

// Generate writes an enrollment file (docs/ENROLLMENT-FILE.md) of the first
// households of a population.
func Generate(w io.Writer, households int, seed uint64, planYear int) error {
	if households < 0 || households > HouseholdsMax {
		return fmt.Errorf("households must be 0 to %d, not %d", HouseholdsMax, households)
	}
	p, err := New(seed, planYear)
	if err != nil {
		return err
	}
	out := enrollcsv.NewWriter(w)
	for n := range households {
		h, err := p.Household(n)
		if err != nil {
			return err
		}
		if err := out.Write(h); err != nil {
			return err
		}
	}
	return out.Flush()
}

// dice are the chances that shape one household.
type dice struct{ *rand.Rand }

// chance is true in so many of a hundred throws.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between gives a number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// weighted gives the index of one of the weights, each as likely as it is
// heavy.
func (d dice) weighted(weights ...int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	throw := d.IntN(total)
	for i, w := range weights {
		if throw -= w; throw < 0 {
			return i
		}
	}
	panic("population: weights do not add up")
}

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// areaOf is plan.AreaOf for the ZIP codes of this package, which are all in
// Massachusetts.
func areaOf(zip string) plan.Area {
	area, ok := plan.AreaOf(zip)
	if !ok {
		panic("population: ZIP code " + zip + " is outside Massachusetts")
	}
	return area
}

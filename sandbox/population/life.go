package population

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/plan"
	"quittance.org/quittance/internal/format/enrollcsv"
)

// Change is what befalls a household during the year.
type Change string

// The changes.
const (
	Newborn Change = "newborn" // a child is born in the first month of the change
	Moved   Change = "moved"   // to another ZIP code, mostly of another rating area
	NewPlan Change = "plan"    // another medical plan from the month on
	Died    Change = "death"   // of the subscriber: coverage ends with the month before
)

// Changed gives household number n as the eligibility system tells it after a
// change from a month on: a newborn or a move has its price from then on. A
// death of a subscriber who does not live alone changes nothing here, nor does
// a change before coverage has begun.
func (p *Population) Changed(n int, c Change, from civil.Month) (*enrollcsv.Household, error) {
	f, h, err := p.draw(n)
	if err != nil || from.After(h.Enrollments[0].Last) || !from.After(h.Enrollments[0].First) {
		return h, err
	}
	d := dice{rand.New(rand.NewPCG(p.seed+changeStream, uint64(n)))}
	switch c {
	case Newborn:
		return h, p.born(d, f, h, from)
	case Moved:
		f.zip = pick(d, zips[d.weighted(areaWeights...)])
		h.Account.ZIP, h.Account.Address = f.zip, address(f.people[0], f.zip)
		return h, p.reprice(f, h, from)
	case NewPlan:
		return h, p.switchPlan(d, f, h, from, n)
	case Died:
		if len(f.people) == 1 {
			for i := range h.Enrollments {
				cut(&h.Enrollments[i], from.Prev())
			}
		}
	}
	return h, nil
}

// changeStream sets the chances of changes apart from those of households.
const changeStream = 0x6368616e6765

// born adds a child. Of a family whose children have the state's program the
// newborn is not enrolled here, and nothing changes.
func (p *Population) born(d dice, f family, h *enrollcsv.Household, from civil.Month) error {
	child := enrollment.Member{
		FirstName: "Newborn", LastName: f.people[0].LastName, BirthDate: from.On(d.between(1, 28)), Relation: enrollment.RelationChild,
	}
	f.people = append(slices.Clone(f.people), child)
	if !slices.Contains(f.covered(p.year, p.figures), child) {
		return nil
	}
	for i := range h.Enrollments {
		h.Enrollments[i].Members = append(slices.Clone(h.Enrollments[i].Members), child)
	}
	return p.reprice(f, h, from)
}

// reprice prices all enrollments anew from a month on.
func (p *Population) reprice(f family, h *enrollcsv.Household, from civil.Month) error {
	for i := range h.Enrollments {
		e := &h.Enrollments[i]
		var segments []enrollment.Segment
		for m := e.First; !m.After(e.Last); m = m.Next() {
			premium, _ := e.PremiumFor(m)
			if !m.Before(from) {
				var err error
				if premium, err = p.premiumOf(f, e, m); err != nil {
					return fmt.Errorf("change of %s: %w", e.Reference, err)
				}
			}
			if last := len(segments) - 1; last >= 0 && segments[last].Premium == premium {
				segments[last].To = m
			} else {
				segments = append(segments, enrollment.Segment{From: m, To: m, Premium: premium})
			}
		}
		e.Segments = segments
	}
	return nil
}

// premiumOf prices an enrollment in a month, with the income of that month.
func (p *Population) premiumOf(f family, e *enrollcsv.Enrollment, m civil.Month) (enrollment.Premium, error) {
	chosen, ok := p.shelf.catalog.Plan(e.PlanID)
	if !ok {
		return enrollment.Premium{}, fmt.Errorf("plan %s is not on the shelf", e.PlanID)
	}
	if e.Kind == enrollment.KindDental {
		price, err := p.shelf.price(chosen, f.zip, birthsOf(e.Members))
		return enrollment.Premium{Gross: price, Member: price}, err
	}
	if f.later.IsPositive() && m.MonthOfYear() >= time.July {
		f = f.earning(f.later)
	}
	return p.premium(f, chosen, e.Members)
}

// switchPlan ends the medical plan and chooses another one, priced with the
// income of the month.
func (p *Population) switchPlan(d dice, f family, h *enrollcsv.Household, from civil.Month, n int) error {
	old := h.Enrollments[0]
	var chosen plan.Plan
	for chosen.ID == "" || chosen.ID == old.PlanID {
		var err error
		if chosen, err = p.choose(d, f); err != nil {
			return err
		}
	}
	next := p.enroll(chosen, old.Members)
	next.First, next.Last, next.Reference = from, old.Last, fmt.Sprintf("RefID9%08d", 100+n)
	next.Segments = []enrollment.Segment{{From: from, To: old.Last}}
	premium, err := p.premiumOf(f, &next, from)
	if err != nil {
		return err
	}
	next.Segments[0].Premium = premium
	cut(&h.Enrollments[0], from.Prev())
	h.Enrollments = append(h.Enrollments, next)
	return nil
}

// cut ends an enrollment with a month that lies in it.
func cut(e *enrollcsv.Enrollment, last civil.Month) {
	e.Last = last
	e.Segments = slices.DeleteFunc(slices.Clone(e.Segments), func(s enrollment.Segment) bool { return s.From.After(last) })
	e.Segments[len(e.Segments)-1].To = last
}

// Untold takes back what changes from a month on: the household as it was told
// before the change was known.
func Untold(h *enrollcsv.Household, from civil.Month) {
	for i := range h.Enrollments {
		e := &h.Enrollments[i]
		known := slices.DeleteFunc(slices.Clone(e.Segments), func(s enrollment.Segment) bool { return !s.From.Before(from) })
		if len(known) > 0 {
			known[len(known)-1].To = e.Last
			e.Segments = known
		}
	}
}

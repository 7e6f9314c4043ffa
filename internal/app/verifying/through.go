package verifying

import (
	"cmp"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// paidThrough counts how far each enrollment of a range is paid.
func (v *verification) paidThrough(r store.Range) error {
	facts, settled, err := v.tx.PaidFacts(r)
	if err == nil {
		v.paidAs(facts, settled)
	}
	return err
}

// paidAs counts how far each enrollment is paid from applications and what was
// waived alone, and asks standing, which members are told, whether it agrees (I7).
func (v *verification) paidAs(facts []*store.Facts, settled map[bill.ChargeID]money.Amount) {
	invariant := v.report.invariant("I7")
	today := v.profile.Today(v.tx.Now())
	for _, f := range facts {
		for _, e := range standing.Evaluate(v.profile, f.Standing(), today).Enrollments {
			invariant.Checked++
			if through := paidRun(f.Charges, e, settled); through != e.PaidThrough {
				invariant.add(Violation{
					Account: f.Account.ID.String(), Object: "enrollment " + e.ID.String(),
					Problem:  "standing tells another month as paid through than the applications do",
					Expected: through.String(), Found: e.PaidThrough.String(),
				})
			}
		}
	}
}

// paidRun walks the live charges of an enrollment from its start, month by
// month, for as long as the member's share is settled. A charge beyond
// its coverage, which the next review takes back, pays for nothing.
func paidRun(charges []store.Charge, e standing.EnrollmentStanding, settled map[bill.ChargeID]money.Amount) civil.Month {
	var own []store.Charge
	for _, c := range charges {
		if c.EnrollmentID == e.ID && !c.Month.Before(e.Start) && (e.CoveredTo.IsZero() || !c.Month.After(e.CoveredTo)) {
			own = append(own, c)
		}
	}
	slices.SortFunc(own, func(a, b store.Charge) int {
		return cmp.Or(a.Month.Compare(b.Month), cmp.Compare(a.Generation, b.Generation))
	})
	var through civil.Month
	next := e.Start
	for _, c := range own {
		if c.Month != next || settled[c.ID].Less(c.Premium.Member) {
			break
		}
		through, next = c.Month, c.Month.Next()
	}
	return through
}

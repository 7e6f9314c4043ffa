package verifying

import (
	"fmt"

	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/store"
)

// bills reads every sealed bill of a range again (I8).
func (v *verification) bills(r store.Range) error { return v.tx.EachBill(r, v.sealed) }

// sealed tells whether a bill's document adds up on both of its roads, and the
// columns repeat what it says.
func (v *verification) sealed(s store.SealedBill) {
	invariant := v.report.invariant("I8")
	invariant.Checked++
	for _, d := range sealedWrong(s) {
		d.Account, d.Object = s.Columns.AccountID.String(), "bill "+s.Columns.Number
		invariant.add(d)
	}
}

func sealedWrong(s store.SealedBill) []Violation {
	if s.Broken != nil {
		// The reader's error may quote the document, which is personal.
		return []Violation{{Problem: "the sealed document can not be read"}}
	}
	var wrong []Violation
	same := func(problem string, expected, found fmt.Stringer) {
		if expected.String() != found.String() {
			wrong = append(wrong, Violation{Problem: problem, Expected: expected.String(), Found: found.String()})
		}
	}
	d, c := s.Document, s.Columns
	same("the lines do not add up to the total", d.Total, d.SumLines())
	same("the explanation does not add up to the total", d.Total, d.SumReasons())
	same("the column for the total differs from the document", d.Total, c.Total)
	same("the column for the coverage month differs from the document", d.Month, c.Month)
	same("the column for the due date differs from the document", d.DueOn, c.DueOn)
	same("the column for the day of issue differs from the document", d.IssuedOn, c.IssuedOn)
	if !sameBill(d, &c) {
		wrong = append(wrong, Violation{Problem: "the document is another bill than its columns say"})
	}
	return wrong
}

// sameBill compares what identifies a bill.
func sameBill(a, b *bill.Bill) bool {
	return a.ID == b.ID && a.AccountID == b.AccountID && a.Number == b.Number && a.Kind == b.Kind && a.Revision == b.Revision
}

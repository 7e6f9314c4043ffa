// Package billing issues bills: the monthly run for every account and the
// first bill of a new enrollment (R-CAL-1, R-BILL-1 to 5, R-BIND-1).
package billing

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Actor is who bills, in entries and the audit trail.
const Actor = "system:billing"

// Service issues bills.
type Service struct {
	db      *store.DB
	profile *profile.Profile
}

// New makes the service.
func New(db *store.DB, p *profile.Profile) *Service { return &Service{db, p} }

// Latest gives the account's last bill, or fault.NotFound.
func (s *Service) Latest(ctx context.Context, id enrollment.AccountID) (*bill.Bill, error) {
	var facts *store.Facts
	err := s.db.Read(ctx, "latest bill", func(tx *store.ReadTx) (err error) {
		facts, err = tx.FactsOf(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if facts.LastBill == nil {
		return nil, fault.New(fault.NotFound, "bill.none", "no bill has been issued yet")
	}
	return facts.LastBill, nil
}

// FirstBills issues the first bill of every new enrollment that waits for one,
// and tells how many accounts it looked at. An account that can not be billed
// is set aside under its first month.
func (s *Service) FirstBills(ctx context.Context) (int, error) {
	const batch = 200
	done := 0
	for {
		var waiting []enrollment.AccountID
		err := s.db.Read(ctx, "first bills due", func(tx *store.ReadTx) (err error) {
			waiting, err = tx.FirstBillsDue(batch)
			return err
		})
		if err != nil || len(waiting) == 0 {
			return done, err
		}
		for _, id := range waiting {
			if err := s.FirstBill(ctx, id); err != nil {
				return done, err
			}
			done++
		}
	}
}

// FirstBill issues the first bills of an account's new enrollments: one bill
// for each month from the first one to the month billed now. It does nothing
// when they are out already, and sets an account aside that can not be billed.
func (s *Service) FirstBill(ctx context.Context, id enrollment.AccountID) error {
	today := s.profile.Today(s.db.Now())
	var months []civil.Month
	err := s.db.InTx(ctx, "first bill", func(tx *store.Tx) error {
		facts, err := tx.FactsOf(id)
		if err != nil {
			return err
		}
		months = s.firstMonths(facts, today)
		for i, month := range months {
			if i > 0 { // the second month's bill builds on the first one's
				if facts, err = tx.FactsOf(id); err != nil {
					return err
				}
			}
			if err := s.issue(tx, facts, month, bill.KindEnrollment, today); err != nil {
				return err
			}
			tx.ClearSetAside(month, id)
		}
		tx.FirstBillDone(id)
		return nil
	})
	if err == nil || len(months) == 0 || !blameable(err) {
		return err
	}
	return s.db.InTx(ctx, "set aside", func(tx *store.Tx) error {
		tx.SetAside(months[0], id, codeOf(err), err.Error())
		tx.FirstBillDone(id)
		return nil
	})
}

// firstMonths gives the months to bill at once: from the first uncharged month
// of a new enrollment to the month that is billed now, at least its first.
func (s *Service) firstMonths(facts *store.Facts, today civil.Date) []civil.Month {
	var first, last civil.Month
	for _, e := range facts.Enrollments {
		if e.Renewal || facts.Charged(e.ID, e.First) {
			continue
		}
		if first.IsZero() || e.First.Before(first) {
			first = e.First
		}
		last = s.profile.CoverageMonthBilledOn(today)
		if last.Before(first) {
			last = first
		}
	}
	var months []civil.Month
	for m := first; !first.IsZero() && !m.After(last); m = m.Next() {
		months = append(months, m)
	}
	return months
}

// issue bills one account on its own.
func (s *Service) issue(tx *store.Tx, facts *store.Facts, month civil.Month, kind bill.Kind, today civil.Date) error {
	number, err := tx.NextNumbers("bill_no", 1)
	if err != nil {
		return err
	}
	plans, err := plansOf(tx.ReadTx)
	if err != nil {
		return err
	}
	revision, err := tx.NextRevision(facts.Account.ID, month, kind)
	if err != nil {
		return err
	}
	one, err := s.makeBilled(tx, facts, plan{month, kind, revision, today, plans}, number)
	if err != nil {
		return err
	}
	if err := tx.InsertBilled([]store.Billed{one}, Actor); err != nil {
		return err
	}
	s.recordStarts(tx, facts, one, today)
	return nil
}

// ByNumber finds a sealed bill, or fault.NotFound.
func (s *Service) ByNumber(ctx context.Context, number string) (b *bill.Bill, err error) {
	err = s.db.Read(ctx, "bill by number", func(tx *store.ReadTx) error {
		b, err = tx.BillByNumber(number)
		return err
	})
	return b, err
}

func formatNumber(n int64) string { return fmt.Sprintf("%08d", n) }

func plansOf(tx *store.ReadTx) (map[string]bill.Plan, error) {
	rows, err := tx.Plans()
	if err != nil {
		return nil, err
	}
	plans := make(map[string]bill.Plan, len(rows))
	for _, p := range rows {
		plans[p.PlanID] = bill.Plan{Name: p.Name, Carrier: p.CarrierName}
	}
	return plans, nil
}

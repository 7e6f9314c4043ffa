// Package billing issues bills: the monthly run for every account and the
// first bill of a new enrollment (R-CAL-1, R-BILL-1 to 5, R-BIND-1).
package billing

import (
	"context"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
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

// firstBillBatch is how many accounts one transaction issues first bills for.
const firstBillBatch = 100

// FirstBills issues the first bill of every new enrollment that waits for one,
// and tells how many accounts it looked at. An account that can not be billed
// is set aside under the month billed now.
func (s *Service) FirstBills(ctx context.Context) (int, error) {
	done := 0
	growth := s.db.NewGrowth()
	for {
		var waiting []enrollment.AccountID
		err := s.db.Read(ctx, "first bills due", func(tx *store.ReadTx) (err error) {
			waiting, err = tx.FirstBillsDue(firstBillBatch)
			return err
		})
		if err != nil {
			return done, err
		}
		if len(waiting) == 0 {
			return done, growth.End(ctx)
		}
		if err := s.firstBills(ctx, waiting); err != nil && !store.Blameable(err) {
			return done, err
		} else if err != nil {
			// Together they failed: one by one, only the bad account is set aside.
			for _, id := range waiting {
				if err := s.FirstBill(ctx, id); err != nil {
					return done, err
				}
			}
		}
		done += len(waiting)
		if err := growth.Add(ctx, len(waiting)); err != nil {
			return done, err
		}
	}
}

// FirstBill issues the first bills of an account's new enrollments: one bill
// for each month from the first one to the month billed now. It does nothing
// when they are out already, and sets an account aside that can not be billed.
func (s *Service) FirstBill(ctx context.Context, id enrollment.AccountID) error {
	err := s.firstBills(ctx, []enrollment.AccountID{id})
	if err == nil || !store.Blameable(err) {
		return err
	}
	today := s.profile.Today(s.db.Now())
	return s.db.InTx(ctx, "set aside", func(tx *store.Tx) error {
		facts, readErr := tx.FactsOf(id)
		if readErr != nil {
			return readErr
		}
		months := s.firstMonths(facts, today)
		if len(months) == 0 {
			return err
		}
		tx.SetAside(months[0], id, codeOf(err), err.Error())
		tx.FirstBillDone(id)
		return nil
	})
}

func (s *Service) firstBills(ctx context.Context, ids []enrollment.AccountID) error {
	return s.db.InTx(ctx, "first bills", func(tx *store.Tx) error {
		run := plan{kind: bill.KindEnrollment, today: s.profile.Today(tx.Now())}
		var err error
		if run.plans, err = plansOf(tx.ReadTx); err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.firstBillsOf(tx, id, run); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) firstBillsOf(tx *store.Tx, id enrollment.AccountID, run plan) error {
	facts, err := tx.FactsOf(id)
	if err != nil {
		return err
	}
	for i, month := range s.firstMonths(facts, run.today) {
		if i > 0 { // the second month's bill builds on the first one's
			if facts, err = tx.FactsOf(id); err != nil {
				return err
			}
		}
		run.month = month
		if err := s.issue(tx, facts, run); err != nil {
			return err
		}
		tx.ClearSetAside(month, id)
	}
	tx.FirstBillDone(id)
	return nil
}

// firstMonths gives the months to bill at once, in order: for every new
// enrollment from its first month as it stands, if that is not charged, to the
// month that is billed now.
func (s *Service) firstMonths(facts *store.Facts, today civil.Date) []civil.Month {
	now := s.profile.CoverageMonthBilledOn(today)
	states := standing.Evaluate(s.profile, facts.Standing(), today)
	var months []civil.Month
	for i, e := range facts.Enrollments {
		start := states.Enrollments[i].Start
		if e.Renewal || facts.Charged(e.ID, start) {
			continue
		}
		months = append(months, start)
		for m := start.Next(); !m.After(now); m = m.Next() {
			months = append(months, m)
		}
	}
	slices.SortFunc(months, civil.Month.Compare)
	return slices.Compact(months)
}

// issue bills one account on its own.
func (s *Service) issue(tx *store.Tx, facts *store.Facts, run plan) error {
	number, err := tx.NextNumbers("bill_no", 1)
	if err != nil {
		return err
	}
	id := facts.Account.ID
	revisions, err := tx.Revisions(id, id, run.month, run.kind)
	if err != nil {
		return err
	}
	run.revision = revisions[id] + 1
	one, err := s.makeBilled(tx, facts, run, number)
	if err != nil {
		return err
	}
	if err := tx.InsertBilled([]store.Billed{one}, Actor); err != nil {
		return err
	}
	s.recordStarts(tx, facts, one, run.today)
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

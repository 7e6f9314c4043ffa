package autopay

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/store"
)

// planPage is how many bills one transaction plans drafts for.
const planPage = 500

// Plan plans the drafts of the bills that are new, between the bill run and the
// bills' letters, which are the notice (R-AUTO-3). Before that, mandates stop,
// pause and resume that are to. It may be repeated; a run that was killed is
// taken up where it stopped, and one of a date past goes by today, as its
// notices do.
func (s *Service) Plan(ctx context.Context, date civil.Date) (PlanCounts, error) {
	asked, err := s.verifications(ctx, date)
	if err != nil {
		return asked, err
	}
	total, err := s.follow(ctx, date)
	total.add(asked)
	if err != nil {
		return total, err
	}
	var after string
	err = s.db.InTx(ctx, "mark bills", func(tx *store.Tx) (err error) {
		after, err = tx.MarkBills(date)
		return err
	})
	if err != nil {
		return total, err
	}
	growth := s.db.NewGrowth()
	for {
		var last string
		var counts PlanCounts
		err := s.db.InTx(ctx, "plan drafts", func(tx *store.Tx) (err error) {
			counts = PlanCounts{}
			if last, err = tx.BillPage(after, planPage); err != nil || last == "" {
				return err
			}
			page, err := tx.BillsToDraft(after, last)
			if err != nil {
				return err
			}
			counts, err = s.planPage(tx, page, later(date, s.profile.Today(tx.Now())))
			return err
		})
		if err != nil {
			return total, err
		}
		total.add(counts)
		if err := growth.Add(ctx, counts.Planned+counts.Held); err != nil {
			return total, err
		}
		if last == "" {
			return total, growth.End(ctx)
		}
		after = last
	}
}

func (c *PlanCounts) add(x PlanCounts) {
	c.Planned += x.Planned
	c.Held += x.Held
	c.Revised += x.Revised
	c.Paused += x.Paused
	c.Resumed += x.Resumed
	c.Stopped += x.Stopped
	c.Asked += x.Asked
	c.Expired += x.Expired
}

func later(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return b
	}
	return a
}

type accountMonth struct {
	account enrollment.AccountID
	month   civil.Month
}

// planPage plans one page of bills. Two bills of a month on it make one draft.
func (s *Service) planPage(tx *store.Tx, page []store.BillToDraft, on civil.Date) (PlanCounts, error) {
	var counts PlanCounts
	var fresh []mandate.Draft
	place := map[accountMonth]int{}
	for _, b := range page {
		d := s.draftFor(b, on)
		if s.missed(d, b, tx.Now()) {
			continue
		}
		if !b.Draft.IsZero() {
			revised, err := s.revise(tx, b, d, on)
			if err != nil {
				return counts, err
			}
			counts.Revised += revised
			continue
		}
		key := accountMonth{b.AccountID, b.Month}
		if at, twice := place[key]; twice {
			d.ID = fresh[at].ID
			fresh[at] = d
			continue
		}
		d.ID = mandate.DraftID{UUID: tx.NewID()}
		place[key] = len(fresh)
		fresh = append(fresh, d)
	}
	for _, d := range fresh {
		if d.State == mandate.Held {
			counts.Held++
		} else {
			counts.Planned++
		}
	}
	return counts, tx.InsertDrafts(fresh)
}

// draftFor is the draft for a bill whose letter goes out on a day.
func (s *Service) draftFor(b store.BillToDraft, on civil.Date) mandate.Draft {
	debit := mandate.DebitFor(s.profile, b.Terms.Day, b.Month)
	d := mandate.Draft{
		AccountID: b.AccountID, Mandate: b.Mandate, Month: b.Month, BillNo: b.Number, DebitOn: debit, SettleOn: mandate.SettleOn(debit),
		Noticed: b.Total, NoticeBy: mandate.NoticeBy(s.profile, debit), Before: b.Before, State: mandate.Planned,
	}
	if d.Reason = mandate.Question(s.profile, b.Terms, b.Before, b.Total, on, debit); d.Reason != "" {
		d.State = mandate.Held
	}
	return d
}

// missed tells whether a bill comes too late for the debit of its month, or
// after the last debit of a mandate that stops. The next bill asks for it.
func (s *Service) missed(d mandate.Draft, b store.BillToDraft, now civil.Instant) bool {
	return now.After(s.profile.AutoPayCutoff(d.DebitOn)) || !b.StopOn.IsZero() && d.DebitOn.After(b.StopOn)
}

// revise lets an open draft follow a newer bill of its month, if the notice can
// still be in time. Otherwise the lower amount stands, which was told.
func (s *Service) revise(tx *store.Tx, b store.BillToDraft, newer mandate.Draft, on civil.Date) (int, error) {
	d, err := tx.Draft(b.AccountID, b.Draft)
	if err != nil {
		return 0, err
	}
	if !mandate.Revised(s.profile, d, on) {
		return 0, nil
	}
	from := d.State
	newer.ID, newer.DebitOn, newer.SettleOn = d.ID, d.DebitOn, d.SettleOn
	tx.UpdateDraft(newer, from)
	return 1, nil
}

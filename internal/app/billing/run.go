package billing

import (
	"context"
	"fmt"
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// RunInput says what to bill.
type RunInput struct {
	Month    civil.Month
	On       civil.Date     // the business date it is run for, when that is past; zero means today
	Workers  int            // chunks at the same time; 0 means one on SQLite, four on PostgreSQL
	Progress func(Progress) // called after each chunk, from one goroutine at a time
}

// Progress is what a run has come to so far.
type Progress struct {
	Seen       int // accounts looked at
	Billed     int // bills issued
	NothingDue int // accounts charged, with nothing for the member to pay
	Skipped    int // charged before, or not covered in the month
	SetAside   int // accounts that could not be billed
}

func (p *Progress) add(q Progress) {
	p.Seen += q.Seen
	p.Billed += q.Billed
	p.NothingDue += q.NothingDue
	p.Skipped += q.Skipped
	p.SetAside += q.SetAside
}

// chunkAccounts is how many accounts one transaction bills: enough to make
// round trips and commits cheap, few enough to hold in memory and to redo.
const chunkAccounts = 500

// Run bills a month for every account (R-BILL-1). It can be killed at any
// moment and run again: what is charged for the month is not charged twice, and
// a chunk is billed whole or not at all. Coverage that arrived after the
// account's bill gets one of its own. An account that can not be billed is
// set aside with its reason and the rest billed.
func (s *Service) Run(ctx context.Context, in RunInput) (Progress, error) {
	run := plan{month: in.Month, kind: bill.KindMonthly, today: s.profile.Today(s.db.Now())}
	if !in.On.IsZero() && in.On.Before(run.today) {
		run.today = in.On
	}
	if opens := s.profile.BillOn(in.Month); run.today.Before(opens) {
		return Progress{}, fault.New(fault.Invalid, "bill_run.too_early",
			"bills for %s go out on %s; today is %s", in.Month, opens, run.today)
	}
	var setAside int64
	err := s.db.InTx(ctx, "start bill run", func(tx *store.Tx) (err error) {
		tx.StartBillRun(in.Month)
		if run.plans, err = plansOf(tx.ReadTx); err != nil {
			return err
		}
		setAside, err = tx.BillExceptionCount(in.Month)
		return err
	})
	if err != nil {
		return Progress{}, err
	}
	r := &runner{s: s, run: run, together: insertTogether[s.db.Engine()], report: in.Progress, numbers: &numbers{db: s.db}, clearing: setAside > 0}
	err = s.db.InChunks(ctx, "next accounts", store.Chunks{Workers: in.Workers, Next: nextAccounts, Do: r.chunk, Failed: r.setAside})
	if err != nil {
		return r.total, err
	}
	return r.total, s.db.InTx(ctx, "finish bill run", func(tx *store.Tx) error {
		tx.FinishBillRun(in.Month, r.total.Billed, r.total.NothingDue, r.total.SetAside)
		return nil
	})
}

// runner is one run under way.
type runner struct {
	s        *Service
	run      plan
	numbers  *numbers
	clearing bool // some accounts were set aside before
	together int  // accounts whose bills are inserted together
	report   func(Progress)

	mu    sync.Mutex
	total Progress
}

// nextAccounts is the next chunk of all accounts.
func nextAccounts(tx *store.ReadTx, after enrollment.AccountID) ([][]enrollment.AccountID, error) {
	page, err := tx.AccountsAfter(after, chunkAccounts)
	if len(page) == 0 {
		return nil, err
	}
	return [][]enrollment.AccountID{page}, err
}

// chunk bills a chunk in one transaction.
func (r *runner) chunk(ctx context.Context, ids []enrollment.AccountID) (int, error) {
	done, err := r.bill(ctx, ids)
	if err != nil {
		return 0, err
	}
	r.tell(done)
	return done.Billed + done.NothingDue, nil
}

func (r *runner) tell(done Progress) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total.add(done)
	if r.report != nil {
		r.report(r.total)
	}
}

func (r *runner) setAside(ctx context.Context, id enrollment.AccountID, cause error) error {
	err := r.s.db.InTx(ctx, "set aside", func(tx *store.Tx) error {
		tx.SetAside(r.run.month, id, codeOf(cause), cause.Error())
		return nil
	})
	if err == nil {
		r.tell(Progress{Seen: 1, SetAside: 1})
	}
	return err
}

func codeOf(err error) string {
	if code := fault.CodeOf(err); code != "" {
		return code
	}
	return "bill.failed"
}

// bill bills a range of accounts in one transaction.
func (r *runner) bill(ctx context.Context, ids []enrollment.AccountID) (done Progress, err error) {
	first, err := r.numbers.take(ctx, len(ids))
	if err != nil {
		return done, err
	}
	err = r.s.db.InBulk(ctx, "bill accounts", ids[0], ids[len(ids)-1], func(tx *store.Tx) error {
		done = Progress{Seen: len(ids)}
		number := first
		var batch []store.Billed
		err := store.Ahead(tx, ids, factsAccounts, r.facts, func(f billable) error {
			run := r.run
			run.revision = f.revision
			one, err := r.s.makeBilled(tx, f.Facts, run, number)
			if err != nil {
				done.SetAside++
				tx.SetAside(r.run.month, f.Account.ID, codeOf(err), err.Error())
				return nil
			}
			r.count(tx, &done, one)
			if one.Bill != nil {
				number++
			}
			if len(one.Charges) == 0 {
				return nil
			}
			r.s.recordStarts(tx, f.Facts, one, r.run.today)
			if batch = append(batch, one); len(batch) < r.together {
				return nil
			}
			full := batch
			batch = nil
			return tx.InsertBilled(full, Actor)
		})
		if err != nil {
			return err
		}
		return tx.InsertBilled(batch, Actor)
	})
	if err != nil {
		return done, fmt.Errorf("accounts %s to %s: %w", ids[0], ids[len(ids)-1], err)
	}
	return done, nil
}

// billable is what billing an account needs.
type billable struct {
	*store.Facts
	revision int64 // of the bill, if there is one
}

// factsAccounts is how many accounts one look ahead reads. On SQLite their bills
// are inserted while others are read.
const factsAccounts = 50

var insertTogether = map[string]int{"sqlite": factsAccounts, "postgres": chunkAccounts}

// facts reads what billing accounts that follow one another needs.
func (r *runner) facts(tx *store.ReadTx, ids []enrollment.AccountID) ([]billable, error) {
	facts, err := tx.BillingFacts(ids[0], ids[len(ids)-1], r.run.month)
	if err != nil {
		return nil, err
	}
	revisions, err := tx.Revisions(ids[0], ids[len(ids)-1], r.run.month, r.run.kind)
	all := make([]billable, len(facts))
	for i, f := range facts {
		all[i] = billable{f, revisions[f.Account.ID] + 1}
	}
	return all, err
}

func (r *runner) count(tx *store.Tx, done *Progress, one store.Billed) {
	switch {
	case one.Bill != nil:
		done.Billed++
	case len(one.Charges) > 0:
		done.NothingDue++
	default:
		done.Skipped++
	}
	if r.clearing {
		tx.ClearSetAside(r.run.month, one.Account)
	}
}

// numbers hands out bill numbers from blocks, so that chunks do not collide on
// the counter. A block is lost when a run is killed: numbers need not be
// without gaps.
type numbers struct {
	db *store.DB

	mu         sync.Mutex
	next, left int64
}

const numberBlock = 10_000

// take gives the first of n numbers in a row.
func (x *numbers) take(ctx context.Context, n int) (int64, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.left < int64(n) {
		var first int64
		err := x.db.InTx(ctx, "take bill numbers", func(tx *store.Tx) (err error) {
			first, err = tx.NextNumbers("bill_no", numberBlock)
			return err
		})
		if err != nil {
			return 0, err
		}
		x.next, x.left = first, numberBlock
	}
	first := x.next
	x.next += int64(n)
	x.left -= int64(n)
	return first, nil
}

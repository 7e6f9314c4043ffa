package autopay

import (
	"context"
	"fmt"
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// freezeChunk is how many accounts one transaction freezes drafts of: enough to
// make round trips and commits cheap, few enough to hold in memory and to redo.
const freezeChunk = 500

// postTries is how often a chunk is posted with other confirmation numbers.
const postTries = 4

// Freeze posts the drafts that go into the file of a bank day (R-AUTO-2): what
// is still unpaid of each bill becomes a payment, an item of clearing and an
// ACH entry that waits for the file. On a day without a file it does nothing.
// It can be killed at any moment and run again: a draft is frozen once, and a
// chunk whole or not at all.
func (s *Service) Freeze(ctx context.Context, date civil.Date) (FreezeCounts, error) {
	until, ok := mandate.FilesUntil(date)
	if !ok {
		return FreezeCounts{}, nil
	}
	workers := s.workers
	if workers == 0 {
		workers = map[string]int{"sqlite": 1, "postgres": 4}[s.db.Engine()]
	}
	f := &freezer{s: s, on: date, until: until, growth: s.db.NewGrowth()}
	if err := f.all(ctx, workers); err != nil {
		return f.total, err
	}
	return f.total, f.growth.End(ctx)
}

// freezer is one cut-off under way.
type freezer struct {
	s         *Service
	on, until civil.Date
	growth    *store.Growth

	mu    sync.Mutex
	total FreezeCounts
}

// all hands chunks of accounts, in the order of their keys, to workers.
func (f *freezer) all(ctx context.Context, workers int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	chunks := make(chan []enrollment.AccountID)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for chunk := range chunks {
				if err := f.chunk(ctx, chunk); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	err := f.walk(ctx, chunks)
	close(chunks)
	group.Wait()
	if cause := context.Cause(ctx); cause != nil { // also when all chunks were handed out
		return cause
	}
	return err
}

// walk finds the accounts with drafts whose day has come. Where they are far
// apart they are frozen one by one, so that the accounts between them are
// neither locked nor read.
func (f *freezer) walk(ctx context.Context, chunks chan<- []enrollment.AccountID) error {
	var after enrollment.AccountID
	for {
		var page []enrollment.AccountID
		dense := false
		err := f.s.db.Read(ctx, "accounts to freeze", func(tx *store.ReadTx) (err error) {
			page, err = tx.AccountsToFreeze(after, f.until, f.s.chunk)
			if err != nil || len(page) == 0 {
				return err
			}
			dense, err = isDense(tx, page)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		after = page[len(page)-1]
		parts := [][]enrollment.AccountID{page}
		if !dense {
			parts = one(page)
		}
		for _, part := range parts {
			select {
			case chunks <- part:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// sparse is how many accounts there may be for each that is frozen before they
// are taken one by one.
const sparse = 8

func isDense(tx *store.ReadTx, page []enrollment.AccountID) (bool, error) {
	between, err := tx.AccountsAfter(page[0], sparse*len(page))
	if err != nil {
		return false, err
	}
	last := page[len(page)-1]
	return len(between) < sparse*len(page) || last.Compare(between[len(between)-1].UUID) <= 0, nil
}

func one(page []enrollment.AccountID) [][]enrollment.AccountID {
	parts := make([][]enrollment.AccountID, len(page))
	for i := range page {
		parts[i] = page[i : i+1]
	}
	return parts
}

// chunk freezes a chunk in one transaction. When the database refuses it as a
// whole, its accounts are frozen one by one, so that only the bad one is left.
func (f *freezer) chunk(ctx context.Context, ids []enrollment.AccountID) error {
	done, err := f.freeze(ctx, ids[0], ids[len(ids)-1])
	if err != nil && store.Blameable(err) {
		done, err = f.oneByOne(ctx, ids)
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.total.add(done)
	f.mu.Unlock()
	if err := f.s.killed("committed"); err != nil {
		return err
	}
	return f.growth.Add(ctx, done.Frozen)
}

// oneByOne freezes accounts each on its own. One that can not be is left with
// its draft planned and said in the log: it goes into the next file.
func (f *freezer) oneByOne(ctx context.Context, ids []enrollment.AccountID) (FreezeCounts, error) {
	var done FreezeCounts
	for _, id := range ids {
		one, err := f.freeze(ctx, id, id)
		if err != nil && store.Blameable(err) {
			f.s.log.ErrorContext(ctx, "AutoPay: a person must look, a payment could not be posted", "account", id, "error", err)
			one, err = FreezeCounts{SetAside: 1}, nil
		}
		if err != nil {
			return done, err
		}
		done.add(one)
	}
	return done, nil
}

func (c *FreezeCounts) add(x FreezeCounts) {
	c.Frozen += x.Frozen
	c.Skipped += x.Skipped
	c.Canceled += x.Canceled
	c.SetAside += x.SetAside
	c.Amount = c.Amount.Add(x.Amount)
}

// freeze freezes the drafts of a range of accounts in one transaction.
func (f *freezer) freeze(ctx context.Context, first, last enrollment.AccountID) (FreezeCounts, error) {
	var done FreezeCounts
	var err error
	for try := range postTries {
		err = f.s.db.InBulk(ctx, "freeze drafts", first, last, func(tx *store.Tx) error {
			done = FreezeCounts{}
			drafts, err := tx.DraftsToFreeze(first, last, f.until)
			if err != nil || len(drafts) == 0 {
				return err
			}
			all, err := tx.MoneyIn(first, last)
			if err != nil {
				return err
			}
			facts := make(map[enrollment.AccountID]*store.Facts, len(all))
			for _, x := range all {
				facts[x.Account.ID] = x
			}
			for _, d := range drafts {
				if err := f.draft(tx, d, facts[d.AccountID], &done, try); err != nil {
					return fmt.Errorf("draft %s: %w", d.ID, err)
				}
			}
			if done.Frozen > 0 {
				if err := tx.FreezeDrafts(first, last, f.until, done.Frozen); err != nil {
					return err
				}
			}
			return f.s.killed("posted")
		})
		if !fault.Is(err, store.CodeDuplicate) {
			break
		}
	}
	return done, err
}

// draft decides what becomes of one draft, and posts what it takes.
func (f *freezer) draft(tx *store.Tx, d store.DueDraft, facts *store.Facts, done *FreezeCounts, try int) error {
	now := d.Draft
	switch {
	case d.Mandated != mandate.Active:
		now.State, now.Reason = mandate.Canceled, mandate.ReasonMember
	case !mandate.HasCoverage(standing.Evaluate(f.s.profile, facts.Standing(), f.on), f.on):
		now.State, now.Reason = mandate.Canceled, mandate.ReasonCoverageEnded
	default:
		now.Amount, now.Reason = mandate.Take(f.s.profile, d.Terms, d.Before, d.Draft, unpaidThrough(facts, d.Month))
		now.State = mandate.Skipped
		if now.Amount.IsPositive() {
			now.State = mandate.Frozen
		}
	}
	switch now.State {
	case mandate.Frozen:
		done.Frozen++
		done.Amount = done.Amount.Add(now.Amount)
		return f.post(tx, d, now, facts, try) // FreezeDrafts writes the draft
	case mandate.Skipped:
		done.Skipped++
	default:
		done.Canceled++
	}
	tx.UpdateDraft(now, d.State)
	if now.Reason == mandate.ReasonNoticeLate && d.State == mandate.Planned {
		return f.s.owe(tx, mandate.Mandate{ID: d.Mandate, AccountID: d.AccountID, Version: 1}, mandate.LetterNotTaken, d.ID)
	}
	return nil
}

func (f *freezer) post(tx *store.Tx, d store.DueDraft, now mandate.Draft, facts *store.Facts, try int) error {
	debit := payment.Debit{
		Operation: payment.OperationID{UUID: d.ID.UUID}, Account: d.AccountID, Channel: payment.ChannelAutoPay, Amount: now.Amount,
		ReceivedOn: f.on, EffectiveOn: d.DebitOn, SettleOn: d.SettleOn, Bank: d.Terms.BankAccount, Type: d.Type, LastFour: d.LastFour,
		Mandate: d.Mandate.UUID, Email: facts.Account.Email, Language: facts.Account.Language,
	}
	if !d.SettleOn.After(f.on) { // its own file was missed
		debit.SettleOn = f.until
	}
	if d.Attempt > 0 {
		first, err := firstOf(tx.ReadTx, d.Draft)
		if err != nil {
			return err
		}
		entry, err := tx.FirstEntryOf(d.AccountID, first.PaymentID)
		if err != nil {
			return err
		}
		debit.FirstEntry = entry.ID
	}
	_, err := f.s.poster.PostDebit(tx, debit, facts, try)
	return err
}

// killed is where a test ends the process; nothing in the product does.
func (s *Service) killed(step string) error {
	if s.kill == nil {
		return nil
	}
	return s.kill(step)
}

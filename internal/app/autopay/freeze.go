package autopay

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
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
	f := &freezer{s: s, on: date, until: until}
	err := s.db.InChunks(ctx, "accounts to freeze", store.Chunks{Workers: s.workers, Next: f.next, Do: f.chunk, Failed: f.failed})
	return f.total, err
}

// freezer is one cut-off under way.
type freezer struct {
	s         *Service
	on, until civil.Date

	mu    sync.Mutex
	total FreezeCounts
}

// next finds the accounts with drafts whose day has come. Where they are far
// apart they are frozen one by one, so that the accounts between them are
// neither locked nor read.
func (f *freezer) next(tx *store.ReadTx, after enrollment.AccountID) ([][]enrollment.AccountID, error) {
	page, err := tx.AccountsToFreeze(after, f.until, f.s.chunk)
	if err != nil || len(page) == 0 {
		return nil, err
	}
	dense, err := isDense(tx, page)
	if err != nil || dense {
		return [][]enrollment.AccountID{page}, err
	}
	return one(page), nil
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

// chunk freezes a chunk in one transaction.
func (f *freezer) chunk(ctx context.Context, ids []enrollment.AccountID) (int, error) {
	done, err := f.freeze(ctx, ids)
	if err != nil {
		return 0, err
	}
	f.count(done)
	return done.Frozen, f.s.killed("committed")
}

// failed leaves an account with its draft planned and says so in the log: it
// goes into the next file.
func (f *freezer) failed(ctx context.Context, id enrollment.AccountID, cause error) error {
	f.s.log.ErrorContext(ctx, "AutoPay: a person must look, a payment could not be posted", "account", id, "error", cause)
	f.count(FreezeCounts{SetAside: 1})
	return nil
}

func (f *freezer) count(done FreezeCounts) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.total.add(done)
}

func (c *FreezeCounts) add(x FreezeCounts) {
	c.Frozen += x.Frozen
	c.Skipped += x.Skipped
	c.Canceled += x.Canceled
	c.SetAside += x.SetAside
	c.Amount = c.Amount.Add(x.Amount)
}

// freeze freezes the drafts of accounts in one transaction.
func (f *freezer) freeze(ctx context.Context, ids []enrollment.AccountID) (done FreezeCounts, err error) {
	first, last := ids[0], ids[len(ids)-1]
	for try := range postTries {
		err = f.s.db.InBulk(ctx, "freeze drafts", first, last, func(tx *store.Tx) error {
			done = FreezeCounts{}
			due, err := f.due(tx.ReadTx, first, last)
			if err != nil {
				return err
			}
			err = store.Ahead(tx, due, store.FactsTogether, readMoney, func(a dueAccount) error {
				for _, d := range a.drafts {
					if err := f.draft(tx, d, a.facts, &done, try); err != nil {
						return fmt.Errorf("draft %s: %w", d.ID, err)
					}
				}
				return nil
			})
			if err == nil && done.Frozen > 0 {
				err = tx.FreezeDrafts(ids, f.until, done.Frozen)
			}
			if err != nil {
				return err
			}
			return f.s.killed("posted")
		})
		if !fault.Is(err, store.CodeDuplicate) {
			break
		}
	}
	return done, err
}

// dueAccount is an account with its drafts to freeze. A second one sees in the
// facts what the first has paid.
type dueAccount struct {
	drafts []store.DueDraft
	facts  *store.Facts
}

// due gives the drafts to freeze of a range of accounts.
func (f *freezer) due(tx *store.ReadTx, first, last enrollment.AccountID) ([]dueAccount, error) {
	drafts, err := tx.DraftsToFreeze(first, last, f.until)
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	waits, err := tx.BanksThatWait(first, last)
	if err != nil {
		return nil, err
	}
	var all []dueAccount
	for _, d := range drafts {
		d.Waits = waits[store.BankThatWaits{AccountID: d.AccountID, Bank: d.Terms.BankAccount}]
		if n := len(all); n > 0 && all[n-1].drafts[0].AccountID == d.AccountID {
			all[n-1].drafts = append(all[n-1].drafts, d)
		} else {
			all = append(all, dueAccount{drafts: []store.DueDraft{d}})
		}
	}
	return all, nil
}

// readMoney reads the facts of accounts: of a whole chunk, which lie close
// together, as a range.
func readMoney(tx *store.ReadTx, some []dueAccount) ([]dueAccount, error) {
	ids := make([]enrollment.AccountID, len(some))
	for i, a := range some {
		ids[i] = a.drafts[0].AccountID
	}
	read := tx.MoneyOfSome
	if len(ids) > store.FactsTogether {
		read = func(ids []enrollment.AccountID) ([]*store.Facts, error) { return tx.MoneyIn(ids[0], ids[len(ids)-1]) }
	}
	facts, err := read(ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[enrollment.AccountID]*store.Facts, len(facts))
	for _, f := range facts {
		byID[f.Account.ID] = f
	}
	all := slices.Clone(some)
	for i := range all {
		all[i].facts = byID[ids[i]]
	}
	return all, nil
}

// draft decides what becomes of one draft, and posts what it takes.
func (f *freezer) draft(tx *store.Tx, d store.DueDraft, facts *store.Facts, done *FreezeCounts, try int) error {
	now := d.Draft
	var presents ident.UUID
	switch {
	case d.Mandated != mandate.Active:
		now.State, now.Reason = mandate.Canceled, mandate.ReasonMember
	case !mandate.HasCoverage(standing.Evaluate(f.s.profile, facts.Standing(), f.on), f.on):
		now.State, now.Reason = mandate.Canceled, mandate.ReasonCoverageEnded
	default:
		now.Amount, now.Reason = mandate.Take(f.s.profile, d.Terms, d.Before, d.Draft, unpaidThrough(facts, d.Month))
		if d.Waits && now.Amount.IsPositive() { // no live entry before the account is verified (ACH-10, ACH-11)
			now.Amount, now.Reason = money.Zero, mandate.ReasonWaits
		}
		if now.Amount.IsPositive() {
			entry, allowed, err := f.presents(tx.ReadTx, d, now.Amount)
			if err != nil {
				return err
			}
			if presents = entry; !allowed {
				now.Amount, now.Reason = money.Zero, mandate.ReasonNotAgain
			}
		}
		now.State = mandate.Skipped
		if now.Amount.IsPositive() {
			now.State = mandate.Frozen
		}
	}
	switch now.State {
	case mandate.Frozen:
		done.Frozen++
		done.Amount = done.Amount.Add(now.Amount)
		return f.post(tx, d, now, presents, facts, try) // FreezeDrafts writes the draft
	case mandate.Skipped:
		done.Skipped++
	default:
		done.Canceled++
	}
	tx.UpdateDraft(now, d.State)
	if notTaken(now.Reason) && d.State == mandate.Planned {
		return f.s.owe(tx, mandate.Mandate{ID: d.Mandate, AccountID: d.AccountID, Version: 1}, mandate.LetterNotTaken, d.ID)
	}
	return nil
}

// notTaken tells whether the member, who counted on a debit, is told that it
// was not taken.
func notTaken(why mandate.Reason) bool {
	return why == mandate.ReasonNoticeLate || why == mandate.ReasonWaits
}

func (f *freezer) post(tx *store.Tx, d store.DueDraft, now mandate.Draft, presents ident.UUID, facts *store.Facts, try int) error {
	debit := payment.Debit{
		Operation: payment.OperationID{UUID: d.ID.UUID}, Account: d.AccountID, Channel: payment.ChannelAutoPay, Amount: now.Amount,
		ReceivedOn: f.on, EffectiveOn: d.DebitOn, SettleOn: f.settles(d.Draft), Bank: d.Terms.BankAccount, Type: d.Type, LastFour: d.LastFour,
		Mandate: d.Mandate.UUID, Email: facts.Account.Email, Language: facts.Account.Language, FirstEntry: presents,
	}
	_, err := f.s.poster.PostDebit(tx, debit, facts, try)
	return err
}

// settles gives the day on which a draft settles that is frozen now.
func (f *freezer) settles(d mandate.Draft) civil.Date {
	if !d.SettleOn.After(f.on) { // its own file was missed
		return f.until
	}
	return d.SettleOn
}

// presents gives the entry that a draft presents again, zero if it is a debit of
// its own, and whether the rules of the network let it (ACH-32). They were kept
// when it was planned; its file may have been missed since.
func (f *freezer) presents(tx *store.ReadTx, d store.DueDraft, amount money.Amount) (entry ident.UUID, allowed bool, err error) {
	if d.Attempt == 0 {
		return entry, true, nil
	}
	first, err := firstOf(tx, d.Draft)
	if err != nil {
		return entry, false, err
	}
	if entry, err = presentedBefore(tx, first, d.Terms.BankAccount); err != nil || entry.IsZero() {
		return entry, true, err
	}
	code, err := lastCode(tx, d.Draft)
	if err != nil {
		return entry, false, err
	}
	refused := ach.Presentation{
		Code: code, Presentations: d.Attempt, FirstSettled: first.SettleOn, FirstAmount: first.Amount, SettleOn: f.settles(d.Draft), Amount: amount,
	}.Check()
	return entry, refused == nil, nil
}

// lastCode tells why the presentation before came back.
func lastCode(tx *store.ReadTx, d mandate.Draft) (string, error) {
	before, err := presentation(tx, d, d.Attempt-1)
	if err != nil {
		return "", err
	}
	back, err := tx.ReturnOf(d.AccountID, before.PaymentID)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	return back.Code, err
}

// presentedBefore gives the entry that a debit presents again whose first
// presentation was that of a draft (ACH-32). It is
// zero where the member has changed to another bank account since: nothing was
// presented there, and what goes there is a debit of its own. A number that the
// bank has corrected is the same account (ACH-40).
func presentedBefore(tx *store.ReadTx, first mandate.Draft, bank payment.BankAccountID) (ident.UUID, error) {
	entry, err := tx.FirstEntryOf(first.AccountID, first.PaymentID)
	if err != nil {
		return ident.UUID{}, err
	}
	before, err := tx.ACHEntryOf(first.AccountID, first.PaymentID)
	if err != nil || before.Bank == bank {
		return entry.ID, err
	}
	saved, err := tx.SavedBanks(first.AccountID)
	for _, b := range saved {
		if b.ID == bank && b.Method == store.ValidatedByBank {
			return entry.ID, err
		}
	}
	return ident.UUID{}, err
}

// killed is where a test ends the process; nothing in the product does.
func (s *Service) killed(step string) error {
	if s.kill == nil {
		return nil
	}
	return s.kill(step)
}

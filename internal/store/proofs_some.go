package store

import (
	"maps"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
)

// paidReads are the statements that tell what PaidFacts reads, and what it
// depends on: on a day of review time itself decides.
var paidReads = []*Stmt{
	qAccountsIn.one, qEnrollmentsIn.one, qSegmentsIn.one, qAllChargesIn.one, qOpenIn.one, qDecisionsIn.one, qAppliedDaysIn.one, qReturnedIn.one,
	qAppliedIn.one, qWaivedIn.one, qWaiversIn.one, qHoldsIn.one, qArrangementsIn.one, qExtensionsIn.one, qReviewsDue,
}

// Writing is what was written for, as a transaction sees it.
type Writing struct {
	Writings
	tx    *ReadTx
	order []enrollment.AccountID
	since key // keys that were made since are not below it
}

var qAccountsOfFile = stmt("accounts_of_file", `SELECT DISTINCT account_id FROM ach_entry WHERE file_id = $1`)

// Look finds out which accounts were written for by way of a file to the bank;
// those of entries that were taken out of it again it does not find.
// All of it was written since a moment; zero: ever.
func (w Writings) Look(tx *ReadTx, since civil.Instant) (*Writing, error) {
	w.accounts = maps.Clone(w.accounts) // others look as well
	l := &Writing{tx: tx, Writings: w, since: lowestKey}
	if !since.IsZero() {
		l.since = key(ident.Earliest(since))
	}
	moved := tableOf("ach_entry") | tableOf("ach_file") | tableOf("clearing_item")
	for _, file := range w.files {
		err := each(tx, qAccountsOfFile, func(scan func(...any) error) error {
			id, err := scalar[enrollment.AccountID](scan)
			l.accounts[id] |= moved
			return err
		}, file)
		if err != nil {
			return nil, err
		}
	}
	for id := range l.accounts {
		l.order = append(l.order, id)
	}
	slices.SortFunc(l.order, func(a, b enrollment.AccountID) int { return a.Compare(b.UUID) })
	return l, nil
}

// Share is one of several shares of the accounts.
func (w *Writing) Share(n, of int) *Writing {
	mine := *w
	mine.order = w.order[n*len(w.order)/of : (n+1)*len(w.order)/of]
	return &mine
}

// Blocks hands on the accounts some at a time.
func (w *Writing) Blocks(size int, visit func(*Writing) error) error {
	for some := range slices.Chunk(w.order, size) {
		block := *w
		block.order = some
		if err := visit(&block); err != nil {
			return err
		}
	}
	return nil
}

// Empty tells whether nothing was written for any account.
func (w *Writing) Empty() bool { return len(w.order) == 0 }

// of gives the accounts for which one of some tables was written.
func (w *Writing) of(some tables) (ids []enrollment.AccountID) {
	for _, id := range w.order {
		if w.accounts[id]&some != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// each runs a query over lists of the accounts for which one of some tables was
// written, or over ranges of all.
func (w *Writing) each(s proofStmt, some tables, do func(*Stmt, []any) error) error {
	if !w.everything {
		return w.lists(s, w.of(some), do)
	}
	return w.tx.Ranges(rangeAtOnce, func(r Range) error { return do(s.all, []any{r.after, r.through}) })
}

// rangeAtOnce bounds what a proof holds in memory.
const rangeAtOnce = 2000

func (w *Writing) lists(s proofStmt, ids []enrollment.AccountID, do func(*Stmt, []any) error) error {
	return inLists(ids, func(args []any) error {
		if s.fresh {
			args = append(args, w.since)
		}
		return do(s.some, args)
	})
}

// inLists hands on lists of SomeTogether keys; a shorter one repeats its last.
func inLists[T any](keys []T, do func([]any) error) error {
	for some := range slices.Chunk(keys, SomeTogether) {
		args := make([]any, SomeTogether, SomeTogether+1)
		for i := range args {
			args[i] = some[min(i, len(some)-1)]
		}
		if err := do(args); err != nil {
			return err
		}
	}
	return nil
}

// Prove is Prove of what was written for: of the accounts whose rows a proof
// looks at, or of the files, which are what it counts. Of the whole book it is
// where the rows are few, and nothing where sums are kept or it follows from others.
func (w *Writing) Prove(p Proof, differ func(Difference)) (checked int64, err error) {
	switch {
	case p.Summed:
		return 0, nil
	case p.Follows:
		return int64(len(w.of(p.breaks()))), nil
	case p.stmt.some == nil:
		return w.tx.Prove(p, Range{}, differ)
	case p.Whole:
		return int64(len(w.files)), inLists(w.files, func(args []any) error { return w.tx.prove(p.stmt.some, args, differ) })
	}
	return w.Closely(p, differ)
}

// Closely is Prove for a proof of accounts that is spared where nothing else was
// found.
func (w *Writing) Closely(p Proof, differ func(Difference)) (checked int64, err error) {
	accounts := w.of(p.breaks())
	return int64(len(accounts)), w.lists(p.stmt, accounts, func(stmt *Stmt, args []any) error { return w.tx.prove(stmt, args, differ) })
}

// breaks is the set of tables of which a row that was written can break a proof.
func (p Proof) breaks() (all tables) {
	if p.over == nil {
		return readsOf(p.stmt.all)
	}
	for _, name := range p.over {
		all |= tableOf(name)
	}
	return all
}

// For tells whether anything was written for an account.
func (w *Writing) For(id enrollment.AccountID) bool { return w.accounts[id] != 0 }

// PaidFacts gives the facts of the accounts of which they may have changed, or
// whose day of review it was, some at a time.
func (w *Writing) PaidFacts(visit func([]*Facts, map[bill.ChargeID]money.Amount)) error {
	var reads tables
	for _, s := range paidReads {
		reads |= readsOf(s)
	}
	for some := range slices.Chunk(w.of(reads), FactsTogether) {
		facts, settled, err := w.tx.paidFacts(accountsIn{list: some})
		if err != nil {
			return err
		}
		visit(facts, settled)
	}
	return nil
}

// held are the ledger accounts whose balances are kept from evening to evening and
// proved from what lies behind them: money on its way, cash, and what members have
// paid and not used.
var held = append(slices.Clone(clearing), ledger.CashOperating, ledger.CreditMember)

// Held is an amount in cents for each of the ledger accounts that are held, in the
// order of the chart, as debits less credits.
type Held [6]int64

// move adds what came to one of the accounts that are held, and takes nothing of
// another.
func (h *Held) move(name ledger.Account, cents int64) {
	if i := slices.Index(held, name); i >= 0 {
		h[i] += cents
	}
}

// Kept is what one account's books hold: the balances, of cash without what
// carriers were paid, and what lies behind them, open items and open credits.
// Over all accounts the two are the same, but for cash, of which the bank's
// statements tell; of credit they are the same for each account.
type Kept struct{ balance, behind Held }

// creditHeld is the place of credit.member, which is not summed over accounts.
const creditHeld = len(Held{}) - 1

// Over adds what is not behind the balances of an account to a sum, or takes it
// away.
func (k Kept) Over(sum *Held, sign int64) {
	for i := range creditHeld {
		sum[i] += sign * (k.balance[i] - k.behind[i])
	}
}

// creditAgrees tells whether the open credits come to credit.member, which is not
// below zero (I3): it grows on the credit side.
func (k Kept) creditAgrees() bool {
	return k.balance[creditHeld] == k.behind[creditHeld] && k.balance[creditHeld] <= 0
}

// Balances is what accounts hold, kept from evening to evening.
type Balances struct {
	Of map[enrollment.AccountID]Kept

	edge map[ledger.EntryID]bool // entries in it that are fresh still the next evening
}

// With is what accounts hold with what some of them hold now.
func (b Balances) With(now Balances) Balances {
	if b.Of == nil {
		return now
	}
	maps.Copy(b.Of, now.Of)
	return Balances{Of: b.Of, edge: now.edge}
}

var (
	qMoved = overSome("moved", `
		SELECT t.account_id, t.entry_id, t.debit, t.credit, t.amount_cents, CASE WHEN `+isRemittance+` THEN t.amount_cents ELSE 0 END
		FROM transfer t WHERE (t.debit IN (`+list(held...)+`) OR t.credit IN (`+list(held...)+`)) AND `+inRange("t")+` AND `+fresh("t.entry_id"))
	qBehind = overSome("behind", `
		SELECT i.account_id, i.clearing, i.amount_cents FROM clearing_item i WHERE i.closed_on IS NULL AND `+inRange("i")+`
		UNION ALL SELECT o.account_id, 'credit.member', -o.open_cents FROM open_credit o WHERE `+inRange("o"))
	qStated = stmt("stated", `
		SELECT CAST(COALESCE((SELECT SUM(d.posted_cents) FROM deposit d), 0) + COALESCE((SELECT SUM(i.amount_cents) FROM bank_item i
			WHERE i.kind = 'line' AND i.state = 'posted' AND NOT `+isDeposited+`), 0) AS BIGINT)`)
	qDepositItems = overSome("deposit_items", `
		SELECT i.deposit_id, CAST(SUM(i.amount_cents) AS BIGINT) FROM clearing_item i WHERE i.deposit_id IS NOT NULL AND `+inRange("i")+` GROUP BY i.deposit_id`)
	qDeposits = stmt("deposits_some", `
		SELECT deposit_id, posted_cents, CASE WHEN done_at IS NULL THEN 1 ELSE 0 END FROM deposit
		WHERE side <> 'credits' AND deposit_id IN `+placeholders(SomeTogether))
)

// Held gives what the accounts that were written for hold, and perhaps others.
// Transfers can not change: what came since is added to the balances before.
func (w *Writing) Held(before Balances) (Balances, error) {
	some := readsOf(qMoved.all) | readsOf(qBehind.all)
	now := Balances{Of: map[enrollment.AccountID]Kept{}, edge: map[ledger.EntryID]bool{}}
	for _, id := range w.of(some) {
		now.Of[id] = Kept{balance: before.Of[id].balance}
	}
	err := w.each(qMoved, some, func(s *Stmt, args []any) error {
		return each(w.tx, s, func(scan func(...any) error) error { return now.moved(scan, before.edge, ident.Earliest(w.tx.Now())) }, args...)
	})
	if err != nil {
		return now, err
	}
	return now, w.each(qBehind, some, func(s *Stmt, args []any) error {
		return each(w.tx, s, func(scan func(...any) error) error {
			var id enrollment.AccountID
			var name ledger.Account
			var cents int64
			err := scan(&id, &name, &cents)
			k := now.Of[id]
			k.behind.move(name, cents)
			now.Of[id] = k
			return err
		}, args...)
	})
}

// moved adds a transfer, unless it is one of those that were seen before.
func (b *Balances) moved(scan func(...any) error, seen map[ledger.EntryID]bool, next ident.UUID) error {
	var id enrollment.AccountID
	var entry ledger.EntryID
	var debit, credit ledger.Account
	var cents, remitted int64
	if err := scan(&id, &entry, &debit, &credit, &cents, &remitted); err != nil {
		return err
	}
	if entry.Compare(next) >= 0 {
		b.edge[entry] = true
	}
	if seen[entry] {
		return nil
	}
	k := b.Of[id]
	k.balance.move(debit, cents)
	k.balance.move(credit, remitted-cents)
	b.Of[id] = k
	return nil
}

// Agrees tells whether what all books hold is what lies behind it.
func (w *Writing) Agrees(sum Held) (bool, error) {
	stated, err := one(w.tx, qStated, scalar[int64])
	want := Held{}
	want.move(ledger.CashOperating, stated)
	return sum == want, err
}

// Overdrawn gives those of the accounts that were written for of which the open
// credits are not what is kept of them.
func (w *Writing) Overdrawn(now Balances) *Writing {
	some := *w
	some.order = slices.DeleteFunc(slices.Clone(w.order), func(id enrollment.AccountID) bool { return now.Of[id].creditAgrees() })
	return &some
}

// Deposits tells whether each deposit that was written for is what the items that
// it closed come to, and whether one is under way still: what it has closed until
// now is to be looked at again when it is over.
func (w *Writing) Deposits() (agree, underWay bool, err error) {
	if len(w.deposits) == 0 {
		return true, false, nil
	}
	closed := map[DepositID]int64{}
	err = w.each(qDepositItems, tableOf("clearing_item"), func(s *Stmt, args []any) error {
		return each(w.tx, s, func(scan func(...any) error) error {
			var id DepositID
			var cents int64
			err := scan(&id, &cents)
			closed[id] += cents
			return err
		}, args...)
	})
	if err != nil {
		return false, false, err
	}
	agree = true
	err = inLists(w.deposits, func(args []any) error {
		return each(w.tx, qDeposits, func(scan func(...any) error) error {
			var id DepositID
			var posted, open int64
			err := scan(&id, &posted, &open)
			agree, underWay = agree && posted == closed[id], underWay || open == 1
			return err
		}, args...)
	})
	return agree, underWay, err
}

package receiving

import (
	"cmp"
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/store"
)

// linesAtOnce bounds how many open items of bank files are in memory.
const linesAtOnce = 500

// How far back a line of the statement looks for what it is about: days on
// which a file settles, and days since which other money is on its way.
const (
	settleDays = 7
	itemDays   = 14
	itemsMost  = 100_000
)

// Reconcile looks for what each waiting line of the statement is about, and
// posts those that agree to the cent (BANK-15). It tells how many did. It goes
// on with deposits that a crash has cut off.
func (s *Service) Reconcile(ctx context.Context, date civil.Date) (int, error) {
	if err := s.finishDeposits(ctx); err != nil {
		return 0, err
	}
	agreed := 0
	var after store.BankItem
	for {
		var page []store.BankItem
		err := s.db.Read(ctx, "open bank items", func(tx *store.ReadTx) (err error) {
			page, err = tx.OpenBankItems(after, linesAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return agreed, err
		}
		for _, i := range page {
			if i.State != store.BankItemWaiting || i.Kind != itemLine || i.On.After(date) {
				continue
			}
			found, err := s.match(ctx, i)
			if err != nil {
				return agreed, err
			}
			if found {
				agreed++
			}
		}
		after = page[len(page)-1]
	}
}

// match posts a line if it agrees with something.
func (s *Service) match(ctx context.Context, line store.BankItem) (bool, error) {
	m := s.meaning(line.Code)
	if !m.agrees(line.Amount) {
		return false, nil
	}
	switch m {
	case meansCollected:
		return s.matchFiles(ctx, line, store.DepositDebits)
	case meansPaidOut:
		return s.matchFiles(ctx, line, store.DepositCredits)
	case meansReturned:
		return s.matchReturned(ctx, line)
	case meansCard:
		return s.matchItems(ctx, line, ledger.ClearingCard)
	case meansLockbox:
		return s.matchItems(ctx, line, ledger.ClearingLockbox)
	case meansBillPay:
		return s.matchItems(ctx, line, ledger.ClearingBillPay)
	case meansCreditReturned:
		return s.matchCreditReturned(ctx, line)
	case meansFee:
		return true, s.postFee(ctx, line)
	case meansNothing:
	}
	return false, nil
}

// matchFiles finds the file of ours that a line settles: the one that it names,
// else the only one of its amount, else all those of a day together.
func (s *Service) matchFiles(ctx context.Context, line store.BankItem, side store.DepositSide) (bool, error) {
	var files []store.SettlingFile
	err := s.db.Read(ctx, "files that settle", func(tx *store.ReadTx) error {
		var err error
		files, err = tx.SettlingFiles(line.On.AddDays(-settleDays), line.On)
		return err
	})
	if err != nil {
		return false, err
	}
	found := filesOf(files, line.Trace, line.On, line.Amount.Abs(), side)
	if len(found) == 0 {
		return false, nil
	}
	if err := s.beginDeposits(ctx, line, side, found); err != nil {
		return false, err
	}
	return true, s.finishDeposits(ctx)
}

func amountOf(f store.SettlingFile, side store.DepositSide) money.Amount {
	if side == store.DepositCredits {
		return f.Credits
	}
	return f.Debits
}

func shown(f store.SettlingFile, side store.DepositSide) bool {
	return side == store.DepositCredits && f.CreditsOut || side == store.DepositDebits && f.DebitsIn
}

// filesOf chooses among files that no line has shown yet. A line that names a
// file is about that one, and about nothing when the amount differs or another
// line has shown it.
func filesOf(files []store.SettlingFile, name string, on civil.Date, amount money.Amount, side store.DepositSide) []store.SettlingFile {
	for _, f := range files {
		if f.Name == name {
			if amountOf(f, side) == amount && !shown(f, side) {
				return []store.SettlingFile{f}
			}
			return nil
		}
	}
	files = slices.DeleteFunc(slices.Clone(files), func(f store.SettlingFile) bool { return !amountOf(f, side).IsPositive() || shown(f, side) })
	var ofDay, equal []store.SettlingFile
	var sum money.Amount
	for _, f := range files {
		if f.SettleOn == on {
			ofDay = append(ofDay, f)
			sum = sum.Add(amountOf(f, side))
		}
		if amountOf(f, side) == amount {
			equal = append(equal, f)
		}
	}
	switch {
	case len(equal) == 1:
		return equal
	case len(ofDay) > 1 && sum == amount:
		return ofDay
	}
	return nil
}

// matchReturned finds the debit whose return a line takes back: by its trace,
// else the only one of its amount, else all of a day together.
func (s *Service) matchReturned(ctx context.Context, line store.BankItem) (bool, error) {
	var found []store.ClearingItem
	err := s.db.Read(ctx, "money on its way back", func(tx *store.ReadTx) error {
		found = nil
		e, err := tx.FiledEntryByTrace(line.Trace)
		if err == nil {
			item, err := tx.ReturnedClearingOf(e.AccountID, e.ClearingOf())
			if err == nil && item.Amount == line.Amount {
				found = []store.ClearingItem{item}
			}
			return unlessMissing(err)
		}
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		open, err := tx.ReturnedClearing(ledger.ClearingACH, itemsMost)
		found = itemsOf(open, line.Amount)
		return err
	})
	if err != nil || len(found) == 0 {
		return false, err
	}
	return true, s.closeItems(ctx, line, ledger.ClearingACH, store.DepositReturned, found)
}

func unlessMissing(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// matchItems finds the money of a channel that a line brings: all that is on
// its way since one day, or since any, or the only item of its amount.
func (s *Service) matchItems(ctx context.Context, line store.BankItem, clearing ledger.Account) (bool, error) {
	var open []store.ClearingItem
	err := s.db.Read(ctx, "money on its way", func(tx *store.ReadTx) (err error) {
		open, err = tx.OpenClearing(clearing, line.On.AddDays(-itemDays), line.On, itemsMost)
		return err
	})
	if err != nil || len(open) == itemsMost {
		return false, err
	}
	found := itemsOf(open, line.Amount)
	if len(found) == 0 {
		return false, nil
	}
	return true, s.closeItems(ctx, line, clearing, store.DepositItems, found)
}

// itemsOf chooses the items that come to an amount: those of the only day that
// does, else all of them, else the only one. Two ways to come to it are none.
func itemsOf(open []store.ClearingItem, amount money.Amount) []store.ClearingItem {
	var total money.Amount
	days := map[civil.Date]money.Amount{}
	var equal []store.ClearingItem
	for _, i := range open {
		total = total.Add(i.Amount)
		days[i.OpenedOn] = days[i.OpenedOn].Add(i.Amount)
		if i.Amount == amount {
			equal = append(equal, i)
		}
	}
	var fits []civil.Date
	for day, sum := range days {
		if sum == amount {
			fits = append(fits, day)
		}
	}
	switch {
	case len(fits) == 1:
		return slices.DeleteFunc(slices.Clone(open), func(i store.ClearingItem) bool { return i.OpenedOn != fits[0] })
	case len(fits) > 1:
		return nil
	case total == amount:
		return open
	case len(equal) == 1:
		return equal
	}
	return nil
}

// matchCreditReturned finds the refund or micro-credit that a line brings back,
// by its trace. When the return of a refund itself has come, Refunds has made
// the money the payer's again.
func (s *Service) matchCreditReturned(ctx context.Context, line store.BankItem) (bool, error) {
	var e ach.Entry
	err := s.db.Read(ctx, "credit that came back", func(tx *store.ReadTx) (err error) {
		e, err = tx.FiledEntryByTrace(line.Trace)
		return err
	})
	if err != nil || !e.IsCredit() || e.Kind == ach.KindReversal || e.State != ach.StateReturned || e.Amount != line.Amount {
		return false, unlessMissing(err)
	}
	return true, s.postCreditBack(ctx, line, e)
}

// Aging is what is open of a clearing account, by age in bank days.
type Aging struct {
	Clearing ledger.Account `json:"clearing"`
	BankDays int            `json:"bank_days"`
	Items    int64          `json:"items"`
	Coming   money.Amount   `json:"coming"`
	Going    money.Amount   `json:"going_back"`
	Overdue  bool           `json:"overdue"` // for staff: the bank should have shown it
}

// Ages tells how long money has been on its way, the oldest first.
func (s *Service) Ages(ctx context.Context) ([]Aging, error) {
	today := s.today()
	var ages []Aging
	err := s.db.Read(ctx, "money on its way", func(tx *store.ReadTx) error {
		ages = nil
		open, err := tx.AgedClearing()
		for _, a := range open {
			days := bankDaysBetween(a.Since, today)
			ages = append(ages, Aging{a.Clearing, days, a.Items, a.Coming, a.Going, days > s.profile.Statement.OpenDays})
		}
		return err
	})
	slices.SortStableFunc(ages, func(a, b Aging) int { return cmp.Compare(b.BankDays, a.BankDays) })
	return ages, err
}

// bankDaysBetween counts the bank days after one day up to another, up to a
// year of them.
func bankDaysBetween(from, to civil.Date) int {
	n := 0
	for d := from.AddDays(1); !d.After(to) && n < 260; d = d.AddDays(1) {
		if civil.BankDays.IsBusinessDay(d) {
			n++
		}
	}
	return n
}

package store

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Written collects for what transactions write: for which accounts, in which of
// the tables that proofs read, and for which files to the bank and deposits. It
// is taken from the statements themselves on their way to the database, so that
// nobody has to say what he did. What was sent and then undone is in it too.
//
// An account is in it when a statement names it. A statement for all entries of
// a file names the file; those for other sets say for whom they wrote (for).
type Written struct {
	mu       sync.Mutex
	accounts map[enrollment.AccountID]tables
	files    map[ach.FileID]bool
	deposits map[DepositID]bool
}

// Writings is what was written for in some stretch of time; with everything, for
// all that there is.
type Writings struct {
	everything bool

	accounts map[enrollment.AccountID]tables
	files    []ach.FileID
	deposits []DepositID
}

// NewWritten begins to collect.
func NewWritten() *Written {
	w := &Written{}
	w.reset()
	return w
}

func (w *Written) reset() {
	w.accounts, w.files, w.deposits = map[enrollment.AccountID]tables{}, map[ach.FileID]bool{}, map[DepositID]bool{}
}

// Beside notes accounts for which anything may have been written in another way
// than by the transactions that are collected.
func (w *Written) Beside(accounts ...enrollment.AccountID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range accounts {
		w.accounts[id] = ^tables(0)
	}
}

// Take gives what was written for since the last time.
func (w *Written) Take() Writings {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := Writings{accounts: w.accounts, files: slices.Collect(maps.Keys(w.files)), deposits: slices.Collect(maps.Keys(w.deposits))}
	w.reset()
	return all
}

// Everything is what everything was written for.
func Everything() Writings {
	return Writings{everything: true, accounts: map[enrollment.AccountID]tables{}}
}

// And adds what was written for in another stretch of time.
func (w Writings) And(o Writings) Writings {
	for id, in := range o.accounts {
		w.accounts[id] |= in
	}
	w.files, w.deposits = append(w.files, o.files...), append(w.deposits, o.deposits...)
	return w
}

// steps notes statements. Nobody may collect.
func (w *Written) steps(steps []step) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range steps {
		w.note(s.stmt.writes, s.args)
	}
}

// rows notes rows of a table.
func (w *Written) rows(table string, rows [][]any) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, row := range rows {
		w.note(table, row)
	}
}

// of notes that a statement writes for accounts that it does not name.
func (w *Written) of(s *Stmt, accounts ...enrollment.AccountID) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range accounts {
		w.accounts[id] |= tableOf(s.writes)
	}
}

func (w *Written) note(table string, args []any) {
	in := tableOf(table)
	if in == 0 {
		return
	}
	for _, arg := range args {
		switch id := arg.(type) {
		case enrollment.AccountID:
			w.accounts[id] |= in
		case ach.FileID:
			w.files[id] = true
		case DepositID:
			w.deposits[id] = true
		}
	}
}

// tables is a set of the tables that proofs read.
type tables uint64

// provedTables numbers the tables that proofs read.
var provedTables = sync.OnceValue(func() map[string]tables {
	numbered := map[string]tables{}
	number := func(s *Stmt) {
		for _, name := range tablesRead(s) {
			if numbered[name] == 0 {
				numbered[name] = 1 << len(numbered)
			}
		}
	}
	for _, p := range Proofs {
		number(p.stmt.all)
	}
	for _, s := range paidReads {
		number(s)
	}
	if len(numbered) > 64 {
		panic("store: more tables than a set can hold")
	}
	return numbered
})

// tableOf is the set of one table, empty if no proof reads it.
func tableOf(name string) tables {
	if name == "" {
		return 0
	}
	return provedTables()[name]
}

var (
	writeMark = regexp.MustCompile(`^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z_0-9]+)`)
	readMark  = regexp.MustCompile(`\b(?:FROM|JOIN)\s+([a-z_]+)`)
)

// tableWritten names the table that a statement writes, "" if it writes none.
func tableWritten(sql string) string {
	if found := writeMark.FindStringSubmatch(sql); found != nil {
		return found[1]
	}
	return ""
}

// tablesRead names the tables that a statement reads, and what it calls parts
// of itself.
func tablesRead(s *Stmt) (names []string) {
	for _, found := range readMark.FindAllStringSubmatch(s.sql, -1) {
		if name := found[1]; name != "part" && name != "compared" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// readsOf is the set of tables that a statement reads.
func readsOf(s *Stmt) (all tables) {
	for _, name := range tablesRead(s) {
		all |= tableOf(name)
	}
	return all
}

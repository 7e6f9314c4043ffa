package bank

import (
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Return brings an entry back by hand, at the end of the bank day. It must be
// in time for its code (ACH-30).
func (b *Bank) Return(now civil.Instant, trace, code string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return err
	}
	reason, known := reasonOf(code)
	if !known {
		return fmt.Errorf("bank: %q is not a code of a return", code)
	}
	e := b.byTrace[trace]
	switch {
	case e == nil:
		return errNoEntry
	case e.State == StateReturned:
		return fmt.Errorf("bank: it has come back, %s", e.Outcome)
	case e.State == StateSettled && reason.lastDay(e.SettlesOn).Before(b.today()):
		return fmt.Errorf("bank: it is too late for %s: the last day was %s", code, reason.lastDay(e.SettlesOn))
	}
	due := later(b.today(), e.SettlesOn)
	return b.do(act{Kind: actNotice, On: due, Trace: trace, Code: code})
}

// Correct sends a notification of change by hand, at the end of the bank day.
func (b *Bank) Correct(now civil.Instant, trace, code, account string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return err
	}
	if !slices.ContainsFunc(Corrections, func(c Correction) bool { return c.Code == code }) {
		return fmt.Errorf("bank: %q is not a code of a correction", code)
	}
	e := b.byTrace[trace]
	if e == nil {
		return errNoEntry
	}
	if account == "" {
		account = GoodAccount
	}
	if len(account) > 17 {
		return fmt.Errorf("bank: an account number has at most 17 characters")
	}
	due := later(b.today(), e.SettlesOn)
	return b.do(act{Kind: actNotice, On: due, Trace: trace, Code: code, Data: corrected(code, e, account)})
}

const oneCentCents = 1

var oneCent = money.Cents(oneCentCents)

// View is how things stand at the bank.
type View struct {
	Day        civil.Date // the bank day under way
	Ledger     money.Amount
	Files      []File      // newest first
	Entries    []Entry     // newest first
	Coming     []Coming    // soonest first
	Statements []Statement // newest first
	Faults     Faults
	RefusesNow bool // the next file
}

// Coming is a return or a correction on its way, with its entry.
type Coming struct {
	Notice
	Words string
	Entry Entry
}

// View shows how things stand.
func (b *Bank) View(now civil.Instant) (View, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return View{}, err
	}
	v := View{Day: b.today(), Ledger: b.ledger, Faults: b.faults, RefusesNow: b.refusal != ""}
	for _, f := range slices.Backward(b.files) {
		v.Files = append(v.Files, *f)
	}
	for _, e := range slices.Backward(b.entries) {
		v.Entries = append(v.Entries, *e)
	}
	for _, n := range b.notices {
		if e := b.byTrace[n.Trace]; e != nil {
			v.Coming = append(v.Coming, Coming{*n, describe(n.Code), *e})
		}
	}
	slices.SortStableFunc(v.Coming, func(x, y Coming) int {
		return max(-1, min(1, x.DueOn.Compare(y.DueOn)*2+strings.Compare(x.Trace, y.Trace)))
	})
	for _, s := range slices.Backward(b.statements) {
		v.Statements = append(v.Statements, s)
	}
	return v, nil
}

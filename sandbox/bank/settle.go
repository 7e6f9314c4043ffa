package bank

import (
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// close ends a bank day: entries whose day it is settle, returns and
// corrections that are due go out, and the statement is written.
func (b *Bank) close(day civil.Date) {
	s := Statement{Day: day, Opening: b.ledger}
	b.closed = day
	b.settle(day, &s)
	due := b.takeDue(day)
	b.bookReturns(day, due, &s)
	for _, d := range b.deposits {
		s.add(d.Type, d.Amount, d.Reference, d.Text)
	}
	b.deposits = nil
	s.Closing = b.ledger.Add(s.net())
	b.ledger = s.Closing
	b.sendReturns(day, due)
	b.sendStatement(&s)
	b.forget(day)
}

// settle lets entries settle. The originator's account is credited for its
// debits, and debited for its credits, in one sum for each file.
func (b *Bank) settle(day civil.Date, s *Statement) {
	type sums struct{ debits, credits money.Amount }
	byFile := map[string]*sums{}
	var files []string
	for _, e := range b.entries {
		if e.State != StateWaiting || e.SettlesOn.After(day) {
			continue
		}
		e.State, e.SettlesOn = StateSettled, day
		sum := byFile[e.File]
		if sum == nil {
			sum = &sums{}
			byFile[e.File] = sum
			files = append(files, e.File)
		}
		if e.credit() {
			sum.credits = sum.credits.Add(e.Amount)
		} else {
			sum.debits = sum.debits.Add(e.Amount)
		}
		b.notices = append(b.notices, b.fate(e)...)
	}
	for _, name := range files {
		s.add(settlementLine, byFile[name].debits, name, "ACH SETTLEMENT")
		s.add(creditsLine, byFile[name].credits, name, "ACH SETTLEMENT")
	}
}

// takeDue takes the notices that go out today, in the order of their traces.
// One of an entry that has come back already is let go.
func (b *Bank) takeDue(day civil.Date) []*Notice {
	var due, rest []*Notice
	returned := map[string]bool{}
	for _, n := range b.notices {
		e := b.byTrace[n.Trace]
		switch {
		case n.DueOn.After(day):
			rest = append(rest, n)
		case e == nil || e.State == StateReturned || returned[n.Trace]:
		default:
			due = append(due, n)
			returned[n.Trace] = !n.correction()
		}
	}
	b.notices = rest
	slices.SortStableFunc(due, func(x, y *Notice) int { return strings.Compare(x.Trace, y.Trace) })
	return due
}

// bookReturns takes the money of returned debits off the originator's account
// again, and gives back what a credit could not pay.
func (b *Bank) bookReturns(day civil.Date, due []*Notice, s *Statement) {
	for _, n := range due {
		e := b.byTrace[n.Trace]
		e.Outcome = n.Code
		if n.correction() {
			continue
		}
		e.State = StateReturned
		if b.options.Returned != nil {
			b.options.Returned(*e, day)
		}
		kind := debitReturned
		if e.credit() {
			kind = creditReturned
		}
		s.add(kind, e.Amount, e.Trace, "ACH RETURN "+n.Code)
		if n.Code == "R01" || n.Code == "R09" {
			b.noteTry(e, day)
		}
	}
}

// noteTry remembers a debit that came back for want of money.
func (b *Bank) noteTry(e *Entry, day civil.Date) {
	t := b.tries[e.key()]
	if e.Description != retryDescription {
		t = tries{}
	}
	t.Returned++
	t.On = day
	b.tries[e.key()] = t
}

// forget drops what can no longer come back or come again.
func (b *Bank) forget(day civil.Date) {
	entriesFrom, tracesFrom := day.AddDays(-entryKeptDays), day.AddDays(-traceKeptDays)
	b.entries = slices.DeleteFunc(b.entries, func(e *Entry) bool {
		old := e.State != StateWaiting && e.SettlesOn.Before(entriesFrom)
		if old {
			delete(b.byTrace, e.Trace)
		}
		return old
	})
	for trace, on := range b.traces {
		if on.Before(tracesFrom) {
			delete(b.traces, trace)
		}
	}
	if b.options.Forget {
		b.forgetFiles(day)
	}
}

// forgetFiles is for simulations: nobody looks at files and statements there.
func (b *Bank) forgetFiles(day civil.Date) {
	b.out = slices.DeleteFunc(b.out, func(o *Out) bool { return o.Done })
	b.statements = nil
	keep := b.closeOf(day).Time().AddDate(0, 0, -entryKeptDays)
	b.files = slices.DeleteFunc(b.files, func(f *File) bool { return f.Ack.Received.Time().Before(keep) })
}

// describe words a notice for people.
func describe(code string) string {
	if r, ok := reasonOf(code); ok {
		return fmt.Sprintf("%s: %s", code, r.Words)
	}
	if i := slices.IndexFunc(Corrections, func(c Correction) bool { return c.Code == code }); i >= 0 {
		return fmt.Sprintf("%s: %s", code, Corrections[i].Words)
	}
	return code
}

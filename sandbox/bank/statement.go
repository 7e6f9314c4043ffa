package bank

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Line is one movement of the originator's account.
type Line struct {
	Type      string // BAI2's: below 400 a credit, from 400 on a debit
	Amount    money.Amount
	Reference string // of the bank
	Customer  string // reference that the originator knows: its file, its trace, a payout
	Text      string
}

func (l *Line) credit() bool { return l.Type < "400" }

// Statement is a bank day of the originator's account.
type Statement struct {
	Day     civil.Date
	Opening money.Amount
	Closing money.Amount
	Lines   []Line
}

// add books a movement. Nothing is booked for nothing.
func (s *Statement) add(kind string, amount money.Amount, customer, text string) {
	if !amount.IsZero() {
		reference := fmt.Sprintf("%s%05d", compact(s.Day), len(s.Lines)+1)
		s.Lines = append(s.Lines, Line{kind, amount, reference, customer, text})
	}
}

// sum adds up credits or debits.
func (s *Statement) sum(credits bool) (total money.Amount, n int) {
	for i := range s.Lines {
		if l := &s.Lines[i]; l.credit() == credits {
			total = total.Add(l.Amount)
			n++
		}
	}
	return total, n
}

func (s *Statement) net() money.Amount {
	credits, _ := s.sum(true)
	debits, _ := s.sum(false)
	return credits.Sub(debits)
}

func compact(d civil.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// FileName is the name of the statement's file.
func (s *Statement) FileName() string { return "STATEMENT-" + compact(s.Day) + statementExtension }

const statementExtension = ".bai2"

// sendStatement puts the day's statement in the outbox.
func (b *Bank) sendStatement(s *Statement) {
	b.statements = append(b.statements, *s)
	b.putDated(strings.TrimSuffix(s.FileName(), statementExtension), statementExtension, s.bai2(&b.options), b.closeOf(s.Day))
}

// bai2 writes the statement in BAI2 (BANK-10): one group, one account. The
// control total of an account is the sum of all amounts in its records,
// balances and summaries too; a record that goes on in 88 counts for each line
// (BANK-11).
func (s *Statement) bai2(o *Options) []byte {
	var w bytes.Buffer
	yymmdd := compact(s.Day)[2:]
	credits, creditCount := s.sum(true)
	debits, debitCount := s.sum(false)
	total := s.Opening.Add(s.Closing).Add(s.Closing).Add(credits).Add(debits).Add(credits).Add(debits)
	fmt.Fprintf(&w, "01,%s,%s,%s,%02d00,%s,,,2/\n", o.Routing, o.Company, yymmdd, closeHour, yymmdd)
	fmt.Fprintf(&w, "02,%s,%s,1,%s,%02d00,USD,2/\n", o.Company, o.Routing, yymmdd, closeHour)
	fmt.Fprintf(&w, "03,%s,USD,010,%s,,,015,%s,,,040,%s,,/\n", o.Account, cents(s.Opening), cents(s.Closing), cents(s.Closing))
	fmt.Fprintf(&w, "88,100,%s,%d,,400,%s,%d,/\n", cents(credits), creditCount, cents(debits), debitCount)
	records := 3
	for _, l := range s.Lines {
		fmt.Fprintf(&w, "16,%s,%s,0,%s,%s,%s\n", l.Type, cents(l.Amount), l.Reference, l.Customer, l.Text)
		records++
	}
	fmt.Fprintf(&w, "49,%s,%d/\n98,%s,1,%d/\n99,%s,1,%d/\n", cents(total), records, cents(total), records+2, cents(total), records+4)
	return w.Bytes()
}

func cents(a money.Amount) string { return strconv.FormatInt(a.Cents(), 10) }

package receiving

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/bai2"
	"quittance.org/quittance/internal/store"
)

// statement takes the lines of a statement in. Control totals stand at the end
// of the file: it is read once to see that they agree, and then again to act.
// One whose totals are off is not used at all (BANK-11).
func (t *taking) statement() error {
	report, err := bai2.Check(t.spool.Content())
	if err != nil {
		return err
	}
	if !report.Accepted {
		for _, p := range report.Problems {
			if !p.Harmless {
				if err := t.problem(p.Line, problemOf(p.Code, p.Message)); err != nil {
					return err
				}
			}
		}
		return t.put(store.BankItem{
			Kind: itemFile, State: store.BankItemSetAside, Reason: "statement.refused",
			Note: "the statement does not add up, and nothing of it was used: ask the bank for it again",
		})
	}
	return t.lines()
}

func (t *taking) lines() error {
	r := bai2.NewReader(t.spool.Content())
	same := map[string]int{}
	for {
		item, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := t.ctx.Err(); err != nil {
			return err
		}
		switch item.Kind {
		case bai2.KindAccount:
			clear(same)
		case bai2.KindDetail:
			if err := t.line(&item, same); err != nil {
				return err
			}
		case bai2.KindFile, bai2.KindGroup, bai2.KindTrailer, bai2.KindEnd, bai2.KindProblem:
		}
	}
}

// line records a line of the statement. It waits until it agrees with
// something. same counts the lines of the account that say the same: each of
// them is one, and all of them are the same when the statement comes again.
func (t *taking) line(item *bai2.Item, same map[string]int) error {
	d, g, a := item.Detail, item.Group, item.Account
	text := strings.Join([]string{a.Number, g.On.String(), d.Code, d.Amount.String(), d.BankRef, d.Customer, d.Text}, "|")
	key := t.db.Vault().IndexText("bank_item.line", text)
	same[key]++
	kind := itemLine
	if !g.Final() || g.Status != "" && g.Status != "1" { // the same line counts once it is final
		kind = fmt.Sprintf("%s of status %s, as of %s", itemLine, g.Status, g.Modifier)
	}
	i := store.BankItem{
		BankItemID: t.place(item.Line), Kind: itemLine, Code: d.Code, Amount: d.Signed(), On: g.On, Trace: t.reference(traceOf(d)),
		Key: fmt.Sprintf("%s|%s|%d", kind, key, same[key]), State: store.BankItemWaiting, Reason: "line.waiting",
	}
	if meaning := t.meaning(d.Code); meaning == meansNothing {
		i.State, i.Reason, i.Note = store.BankItemSetAside, "line.unmapped", "the profile does not say what lines with this code are: see [statement]"
	}
	switch currency := cmp.Or(a.Currency, g.Currency, "USD"); {
	case !g.Final():
		i.State, i.Reason, i.Note = store.BankItemNoted, "statement.interim", "an interim statement: the final one counts"
	case g.Status != "" && g.Status != "1":
		i.State, i.Reason, i.Note = store.BankItemSetAside, "statement.status", "the bank deletes, corrects or tests with this group: compare it with the one of before"
	case currency != "USD":
		i.State, i.Reason, i.Note = store.BankItemSetAside, "statement.currency", "the account is not in dollars"
	case t.profile.Statement.Account != "" && digits(a.Number) != t.profile.Statement.Account:
		i.State, i.Reason, i.Note = store.BankItemSetAside, "statement.other_account", "the line is of another account than ours"
	case i.Amount.IsZero():
		i.State, i.Reason = store.BankItemNoted, "line.nothing"
	}
	return t.put(i)
}

var traceForm = regexp.MustCompile(`\b\d{15}\b`)

// traceOf finds what a line refers to: the trace of an entry, or the name of a
// file, in the reference that we know it by; else a trace anywhere.
func traceOf(d bai2.Detail) string {
	if d.Customer != "" {
		return d.Customer
	}
	return cmp.Or(traceForm.FindString(d.BankRef), traceForm.FindString(d.Text))
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// meaning is what a line of the statement stands for.
type meaning int

const (
	meansNothing meaning = iota
	meansCollected
	meansPaidOut
	meansReturned
	meansCreditReturned
	meansCard
	meansLockbox
	meansBillPay
	meansFee
)

// meaning reads a line's code as the profile says.
func (s *Service) meaning(code string) meaning {
	p := s.profile.Statement
	for _, m := range []struct {
		codes []string
		means meaning
	}{
		{p.Collected, meansCollected},
		{p.PaidOut, meansPaidOut},
		{p.Returned, meansReturned},
		{p.CreditReturned, meansCreditReturned},
		{p.Card, meansCard},
		{p.Lockbox, meansLockbox},
		{p.BillPay, meansBillPay},
		{p.Fees, meansFee},
	} {
		for _, c := range m.codes {
			if c == code {
				return m.means
			}
		}
	}
	return meansNothing
}

// agrees tells whether a line's sign is the one that its meaning has.
func (m meaning) agrees(amount money.Amount) bool {
	switch m {
	case meansPaidOut, meansReturned, meansFee:
		return amount.IsNegative()
	case meansNothing, meansCollected, meansCreditReturned, meansCard, meansLockbox, meansBillPay:
	}
	return amount.IsPositive()
}

package sandbox

import (
	"maps"
	"slices"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/postoffice"
	"quittance.org/quittance/sandbox/processor"
)

// payIns is who pays in at the bank besides the marketplace's own debits: the
// card processor, and the lockbox to which checks are mailed.
type payIns struct {
	processor *processor.Processor
	post      *postoffice.Office
	zone      *time.Location

	mu     sync.Mutex
	banked map[int]bool // envelopes
}

// payoutDays is how many bank days after a charge the processor pays it out.
const payoutDays = 2

// on gives the deposits of a bank day: one for the charges of each day that are
// due, and one for the checks of each day, as their slips say.
func (p *payIns) on(day civil.Date) []bank.Deposit {
	return append(p.payouts(day), p.checks(day)...)
}

// byDate adds amounts up by day.
type byDate map[civil.Date]money.Amount

func (b byDate) deposits(kind, prefix, text string) []bank.Deposit {
	var all []bank.Deposit
	for _, on := range slices.SortedFunc(maps.Keys(b), civil.Date.Compare) {
		all = append(all, bank.Deposit{Type: kind, Amount: b[on], Reference: prefix + on.Time().Format("20060102"), Text: text})
	}
	return all
}

// payouts adds up the charges whose day it is.
func (p *payIns) payouts(day civil.Date) []bank.Deposit {
	due := byDate{}
	for _, c := range p.processor.Charges() {
		made := c.CreatedAt.DateIn(p.zone)
		if civil.BankDays.Add(civil.BankDays.OnOrAfter(made), payoutDays) == day {
			due[made] = due[made].Add(money.Cents(c.AmountCents))
		}
	}
	return due.deposits(bank.CardPayout, "PAYOUT-", "CARD PROCESSOR PAYOUT")
}

// checks adds up the checks that were taken and not deposited yet.
func (p *payIns) checks(day civil.Date) []bank.Deposit {
	p.mu.Lock()
	defer p.mu.Unlock()
	due := byDate{}
	for _, e := range p.post.Envelopes() {
		if e.Accepted && !p.banked[e.Serial] && !e.PostedOn.After(day) {
			p.banked[e.Serial] = true
			due[e.PostedOn] = due[e.PostedOn].Add(e.Amount)
		}
	}
	return due.deposits(bank.LockboxDeposit, "LOCKBOX-", "LOCKBOX DEPOSIT")
}

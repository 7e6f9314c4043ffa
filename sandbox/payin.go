package sandbox

import (
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

// on gives the deposits of a bank day.
func (p *payIns) on(day civil.Date) []bank.Deposit {
	suffix := day.Time().Format("20060102")
	return []bank.Deposit{
		{Type: bank.CardPayout, Amount: p.payout(day), Reference: "PAYOUT-" + suffix, Text: "CARD PROCESSOR PAYOUT"},
		{Type: bank.LockboxDeposit, Amount: p.checks(day), Reference: "LOCKBOX-" + suffix, Text: "LOCKBOX DEPOSIT"},
	}
}

// payout adds up the charges whose day it is.
func (p *payIns) payout(day civil.Date) money.Amount {
	total := money.Zero
	for _, c := range p.processor.Charges() {
		made := civil.BankDays.OnOrAfter(c.CreatedAt.DateIn(p.zone))
		if civil.BankDays.Add(made, payoutDays) == day {
			total = total.Add(money.Cents(c.AmountCents))
		}
	}
	return total
}

// checks adds up the checks that have come and were not deposited yet.
func (p *payIns) checks(day civil.Date) money.Amount {
	p.mu.Lock()
	defer p.mu.Unlock()
	total := money.Zero
	for _, e := range p.post.Envelopes() {
		if e.Accepted && !p.banked[e.Serial] && !e.Arrives.After(day) {
			p.banked[e.Serial] = true
			total = total.Add(e.Amount)
		}
	}
	return total
}

package simulate

import (
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/sandbox/bank"
)

// payIns is the money that comes to the bank without the marketplace's debits:
// payouts of the card processor, checks from the lockbox, payers' own banks.
// It is paid in by the day on which the marketplace was told.
type payIns struct {
	mu  sync.Mutex
	due map[payIn]money.Amount
}

// payIn is the money of one kind and day.
type payIn struct {
	clearing ledger.Account
	on       civil.Date
}

// payInKinds says how each kind comes: in which line of the statement, and so
// many bank days later.
var payInKinds = []struct {
	clearing ledger.Account
	line     string
	name     string
	days     int
}{
	{ledger.ClearingCard, bank.CardPayout, "PAYOUT-", 2},
	{ledger.ClearingLockbox, bank.LockboxDeposit, "LOCKBOX-", 0},
	{ledger.ClearingBillPay, bank.BillPayDeposit, "BILLPAY-", 0},
}

func (p *payIns) add(clearing ledger.Account, on civil.Date, amount money.Amount) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.due == nil {
		p.due = map[payIn]money.Amount{}
	}
	key := payIn{clearing, on}
	p.due[key] = p.due[key].Add(amount)
}

// on gives what is paid in on a bank day, the oldest first.
func (p *payIns) on(day civil.Date) []bank.Deposit {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []bank.Deposit
	for _, kind := range payInKinds {
		for on := day.AddDays(-payInDaysMost); !on.After(day); on = on.AddDays(1) {
			key := payIn{kind.clearing, on}
			amount, ok := p.due[key]
			if !ok || civil.BankDays.Add(civil.BankDays.OnOrAfter(on), kind.days).After(day) {
				continue
			}
			delete(p.due, key)
			all = append(all, bank.Deposit{Type: kind.line, Amount: amount, Reference: kind.name + on.String(), Text: "DEPOSIT"})
		}
	}
	return all
}

// payInDaysMost is how long money may be on its way to the bank.
const payInDaysMost = 20

// takeIn notes what a payment that was received brings to the bank by itself.
// One that is taken back is deducted from what comes on that day.
func (s *simulation) takeIn(e *event) {
	amount := e.amount
	if e.choice == doTakeBack {
		amount = amount.Neg()
	}
	switch e.way {
	case wayWebCard:
		if e.choice == doTakeBack { // what is paid, the processor tells
			s.payIns.add(ledger.ClearingCard, s.now(), amount)
		}
	case wayPhone, wayAgent:
		s.payIns.add(ledger.ClearingCard, s.now(), amount)
	case wayCheck:
		s.payIns.add(ledger.ClearingLockbox, s.now(), amount)
	case wayBillPay:
		s.payIns.add(ledger.ClearingBillPay, s.now(), amount)
	}
}

// now is today by the clock, which may be wrong.
func (s *simulation) now() civil.Date { return s.Profile.Today(s.clock.Now()) }

// rates are how the debits of ordinary accounts come back in a simulated year,
// of ten thousand.
var rates = bank.Rates{NoFunds: 70, Uncollected: 6, Closed: 8, NoAccount: 4, Frozen: 1, NotAuthorized: 3, Revoked: 2, Corrected: 15}

// openBank opens the bank in which all debits and deposits of the year settle.
func (s *simulation) openBank(first civil.Date) (*bank.Bank, error) {
	b := &s.Profile.Bank
	return bank.New(bank.Options{
		Routing: b.Routing, Name: b.Name, Company: b.CompanyID, Zone: s.Profile.Zone(), Opened: first, Seed: s.Seed, Rates: rates, Forget: true,
		PaysIn: s.payIns.on, Returned: s.debitReturned,
	})
}

// bankDay sets what is wrong with the bank and the connection in a part of the
// day.
func (s *simulation) bankDay(part step) error {
	calls := -1
	if s.trouble.lost == part {
		calls = s.trouble.calls
	}
	s.market.mailbox.day(calls, s.trouble.afterward, s.trouble.reversed)
	wrong := bank.Faults{
		Twice: s.trouble.duplicate, LateAck: s.trouble.late,
		Stranger: s.trouble.dirty == 1, WrongAmount: s.trouble.dirty == 2, NoControls: s.trouble.dirty == 3,
	}
	if wrong == s.bank.Faults() {
		return nil
	}
	return s.bank.SetFaults(wrong)
}

// Package bank is a simulated bank: it takes the marketplace's ACH files,
// checks them with rules of its own, settles them, brings back returns and
// corrections from the banks of everybody it debited, takes deposits, and
// writes a statement every bank day.
//
// The Bank in it is a pure core. It has no clock and no network: it is handed
// moments and bytes, and what it does follows from them and a seed. So its
// journal is nothing but what it was handed, a simulated year can be lived
// twice with the same outcome, and the server that speaks SFTP
// (sandbox/bank/sftpd) holds no state of its own.
//
// It shares no code with the product's formats: ACH files are read and written
// with moov-io/ach, and statements are written here, so that one misreading of
// a format can not hide another.
package bank

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/journal"
)

// Options configure a Bank. Routing, Company and Opened are needed.
type Options struct {
	Routing string         // of the bank, nine digits
	Name    string         // as it stands in files; empty: "Sandbox Bank"
	Company string         // the originator's id, as its batches must have it
	Account string         // the originator's account, for statements
	Zone    *time.Location // of the bank's hours; nil: UTC
	Opened  civil.Date     // the first bank day is on or after it
	Opening money.Amount   // what the account holds then
	Seed    uint64         // of Rates
	Rates   Rates          // how often debits of ordinary accounts come back
	Journal string         // file that keeps what the bank was handed; empty: memory only
	Forget  bool           // let go of what is done with: for long simulations
	// PaysIn tells who else pays in on a bank day; nil: nobody. It is asked once
	// for each day, before the day is closed, and must not call the Bank.
	PaysIn func(day civil.Date) []Deposit
	// Returned tells the holder of an account that a debit was taken back, as
	// their own bank does; nil: nobody. It must not call the Bank.
	Returned func(e Entry, day civil.Date)
}

// closeHour is when a bank day ends. What it settled, returned and booked lies
// in the outbox from then on; a file that comes later is of the next day.
const closeHour = 22

// How long the bank remembers: entries for late returns and for the control
// page, traces and files to know them again (ACH-25), returns for another try
// of the same debit (ACH-32).
const (
	entryKeptDays = 75
	traceKeptDays = 180
)

// Bank is the core. It is safe for concurrent use.
type Bank struct {
	options Options

	mu         sync.Mutex
	closed     civil.Date // the last bank day that has ended
	ledger     money.Amount
	entries    []*Entry // in the order of their coming
	byTrace    map[string]*Entry
	traces     map[string]civil.Date // all that are remembered, with the day they came
	files      []*File
	byHash     map[string]*File
	byHeader   map[string]*File // by creation date and modifier
	notices    []*Notice        // returns and corrections that are still to come
	deposits   []Deposit        // still to be booked
	deposited  map[string]bool  // references
	tries      map[string]tries // debits that came back for want of money
	statements []Statement
	out        []*Out
	serial     int // of the bank's own traces
	faults     Faults
	refusal    string // why the next file is refused; empty: it is not
	journal    *journal.Journal[act]
}

// New makes a Bank and reads its journal, if it has one.
func New(o Options) (*Bank, error) {
	if len(o.Routing) != 9 || o.Company == "" || o.Opened.IsZero() {
		return nil, errors.New("bank: Routing, Company and Opened are needed")
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Name == "" {
		o.Name = "Sandbox Bank"
	}
	if o.Account == "" {
		o.Account = "000100200300"
	}
	b := &Bank{
		options: o, closed: civil.BankDays.OnOrAfter(o.Opened).AddDays(-1), ledger: o.Opening,
		byTrace: map[string]*Entry{}, traces: map[string]civil.Date{}, byHash: map[string]*File{}, byHeader: map[string]*File{},
		deposited: map[string]bool{}, tries: map[string]tries{},
	}
	if o.Journal != "" {
		var err error
		if b.journal, err = journal.Open(o.Journal, b.apply); err != nil {
			return nil, fmt.Errorf("open the bank's journal: %w", err)
		}
	}
	return b, nil
}

// Close closes the journal. Nothing is lost without it.
func (b *Bank) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.journal.Close()
}

// Run lets the bank live up to a moment: every bank day that has ended by then
// is closed, in order.
func (b *Bank) Run(now civil.Instant) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.run(now)
}

func (b *Bank) run(now civil.Instant) error {
	for {
		day := civil.BankDays.OnOrAfter(b.closed.AddDays(1))
		if now.Before(b.closeOf(day)) {
			return nil
		}
		if b.options.PaysIn != nil {
			for _, d := range b.options.PaysIn(day) {
				if err := b.deposit(d); err != nil {
					return err
				}
			}
		}
		if err := b.do(act{Kind: actClose, On: day}); err != nil {
			return err
		}
	}
}

// closeOf is the moment at which a bank day ends.
func (b *Bank) closeOf(day civil.Date) civil.Instant {
	year, month, d := day.Time().Date()
	return civil.InstantOf(time.Date(year, month, d, closeHour, 0, 0, 0, b.options.Zone))
}

// today is the bank day to which what comes now belongs.
func (b *Bank) today() civil.Date { return civil.BankDays.OnOrAfter(b.closed.AddDays(1)) }

// Take takes a file, all of it, and gives what it answers. The answer also
// lies in the outbox, unless a fault holds it back.
func (b *Bank) Take(now civil.Instant, name string, body []byte) (Ack, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return Ack{}, err
	}
	if err := b.do(act{Kind: actFile, At: now, Name: name, Body: body}); err != nil {
		return Ack{}, err
	}
	return b.files[len(b.files)-1].Ack, nil
}

// Deposit is money that comes to the originator's account by itself.
type Deposit struct {
	Type      string // of the statement's line: 165, 115 or 142
	Amount    money.Amount
	Reference string // names it: told twice, it is booked once
	Text      string
}

// What deposits are, by the type of their line.
const (
	CardPayout     = "165" // preauthorized ACH credit: the card processor pays out
	LockboxDeposit = "115"
	BillPayDeposit = "142" // ACH credit received: payers' own banks
	settlementLine = "166" // of debits
	creditsLine    = "466" // of credits
	debitReturned  = "557"
	creditReturned = "257"
)

// Deposit books a deposit on the bank day that is under way.
func (b *Bank) Deposit(now civil.Instant, d Deposit) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return err
	}
	return b.deposit(d)
}

func (b *Bank) deposit(d Deposit) error {
	if !d.Amount.IsPositive() || b.deposited[d.Reference] {
		return nil
	}
	return b.do(act{Kind: actDeposit, Deposit: &d})
}

// RefuseNext makes the bank refuse the next file, for a reason it makes up.
func (b *Bank) RefuseNext(on bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.do(act{Kind: actRefuse, On: b.closed, Set: on})
}

// SetFaults sets what the bank does wrong from now on.
func (b *Bank) SetFaults(f Faults) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.do(act{Kind: actFaults, Faults: &f})
}

// do writes down what the bank is handed, and then does it. Callers hold b.mu.
func (b *Bank) do(a act) error {
	if err := b.journal.Append(a); err != nil {
		return err
	}
	b.apply(a)
	return nil
}

// apply does what an act asks for. It goes by nothing but the act and what
// came before it.
func (b *Bank) apply(a act) {
	switch a.Kind {
	case actFile:
		b.takeFile(a)
	case actClose:
		b.close(a.On)
	case actDeposit:
		b.deposited[a.Deposit.Reference] = true
		b.deposits = append(b.deposits, *a.Deposit)
	case actNotice:
		b.notices = append(b.notices, &Notice{Trace: a.Trace, Code: a.Code, Data: a.Data, DueOn: a.On})
	case actRefuse:
		b.refusal = ""
		if a.Set {
			b.refusal = "refused by the bank's operations desk"
		}
	case actFaults:
		b.faults = *a.Faults
	case actDone:
		b.setDone(a.Name)
	}
}

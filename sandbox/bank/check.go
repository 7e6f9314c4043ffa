package bank

import (
	"errors"
	"slices"
	"strings"

	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// classes are the entry classes of which the originator has a contract.
var classes = []string{ach.WEB, ach.PPD, ach.TEL, ach.CCD}

// How many bank days ahead a batch may be effective (ACH-20).
const (
	debitsAhead  = 1
	creditsAhead = 2
)

// batch checks a batch and its entries.
func (c *check) batch(batch ach.Batcher) {
	h := batch.GetHeader()
	switch {
	case !slices.Contains(classes, h.StandardEntryClassCode):
		c.refuse("batch %d: class %s is not in the contract", h.BatchNumber, h.StandardEntryClassCode)
	case strings.TrimSpace(h.CompanyIdentification) != c.bank.options.Company:
		c.refuse("batch %d: company %s is not the originator", h.BatchNumber, h.CompanyIdentification)
	case h.ODFIIdentification != c.bank.options.Routing[:8]:
		c.refuse("batch %d: the originating bank is %s, this bank is %s", h.BatchNumber, h.ODFIIdentification, c.bank.options.Routing[:8])
	case strings.TrimSpace(h.SettlementDate) != "":
		c.refuse("batch %d: the settlement date is the operator's to fill in", h.BatchNumber)
	}
	effective, err := parseSixDate(h.EffectiveEntryDate)
	if err != nil {
		c.refuse("batch %d: effective date %q is not one", h.BatchNumber, h.EffectiveEntryDate)
		return
	}
	settles := effective
	if bankDay := civil.BankDays.OnOrAfter(later(effective, c.taken)); bankDay != effective {
		settles = bankDay
		c.warn("batch %d: effective on %s, settles on %s", h.BatchNumber, effective, settles)
	}
	for _, d := range batch.GetEntries() {
		e := &Entry{
			Trace: d.TraceNumber, SEC: h.StandardEntryClassCode, Description: strings.TrimSpace(h.CompanyEntryDescription),
			Company: strings.TrimSpace(h.CompanyName), Code: d.TransactionCode, Routing: d.RDFIIdentification + d.CheckDigit,
			Account: strings.TrimSpace(d.DFIAccountNumber), Amount: money.Cents(int64(d.Amount)), ID: strings.TrimSpace(d.IdentificationNumber),
			Name: strings.TrimSpace(d.IndividualName), PaymentType: strings.TrimSpace(d.DiscretionaryData),
			Effective: effective, TakenOn: c.taken, SettlesOn: settles, State: StateWaiting,
		}
		c.entry(h, e)
		c.entries = append(c.entries, e)
	}
}

func parseSixDate(yymmdd string) (civil.Date, error) {
	if len(yymmdd) != 6 {
		return civil.Date{}, errors.New("bank: a date has six digits")
	}
	return civil.ParseDate("20" + yymmdd[:2] + "-" + yymmdd[2:4] + "-" + yymmdd[4:])
}

func later(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// entry checks what the operator and the contract ask of one entry.
func (c *check) entry(h *ach.BatchHeader, e *Entry) {
	if _, before := c.bank.traces[e.Trace]; before || c.seen[e.Trace] {
		c.refuse("batch %d: trace %s came before", h.BatchNumber, e.Trace)
	}
	c.seen[e.Trace] = true
	if (e.SEC == ach.WEB || e.SEC == ach.TEL) && e.PaymentType != "R" && e.PaymentType != "S" {
		c.refuse("batch %d: entry %s does not say whether it is single or recurring", h.BatchNumber, e.Trace)
	}
	if e.Name == "" {
		c.refuse("batch %d: entry %s has no name", h.BatchNumber, e.Trace)
	}
	ahead := debitsAhead
	if e.credit() {
		ahead = creditsAhead
	}
	if e.SettlesOn.After(civil.BankDays.Add(c.taken, ahead)) {
		e.Improper, e.SettlesOn = "R18", c.taken
	}
	if e.Description == retryDescription {
		c.retry(h, e)
	}
}

// tries counts how often a debit came back for want of money.
type tries struct {
	Returned int
	Again    int // how often it was tried again since
	On       civil.Date
}

// retriesMost is how often a debit may be tried again (ACH-32).
const retriesMost = 2

// retry checks that a debit that is tried again has come back, for the same
// amount, and not too often or too long ago. The receiving bank can not see
// that; the originator's own bank warns.
func (c *check) retry(h *ach.BatchHeader, e *Entry) {
	t := c.bank.tries[e.key()]
	switch {
	case t.Returned == 0:
		c.warn("batch %d: entry %s is tried again, but no such debit has come back", h.BatchNumber, e.Trace)
	case t.Again >= retriesMost:
		c.warn("batch %d: entry %s is tried again too often", h.BatchNumber, e.Trace)
	case c.taken.DaysSince(t.On) > traceKeptDays:
		c.warn("batch %d: entry %s is tried again too late", h.BatchNumber, e.Trace)
	}
}

package bank

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/base/civil"
)

// sendReturns puts the day's returns and corrections in the outbox, if there
// are any.
func (b *Bank) sendReturns(day civil.Date, due []*Notice) {
	var answers []*answer
	for _, n := range due {
		answers = append(answers, &answer{notice: n, entry: *b.byTrace[n.Trace]})
	}
	if b.faults.Stranger && len(answers) > 0 {
		answers = append(answers, b.stranger(answers[0]))
	}
	if b.faults.WrongAmount {
		for _, a := range answers {
			if !a.notice.correction() {
				a.entry.Amount = a.entry.Amount.Add(oneCent)
				break
			}
		}
	}
	if len(answers) == 0 {
		return
	}
	body := b.returnFile(day, answers)
	if b.faults.NoControls {
		body = withoutControls(body)
	}
	if b.faults.Truncated {
		body = body[:len(body)*2/3]
	}
	b.putDated("RETURNS-"+compact(day), ".ach", body, b.closeOf(day))
}

// answer is a return or a correction with the entry it is about.
type answer struct {
	notice *Notice
	entry  Entry
}

// stranger is a return of a trace that nobody sent.
func (b *Bank) stranger(like *answer) *answer {
	a := &answer{notice: &Notice{Trace: b.options.Routing[:8] + "9999999", Code: "R03"}, entry: like.entry}
	a.entry.Trace, a.entry.Account = a.notice.Trace, "000999999999"
	return a
}

// group names the answers that go in one batch: of one receiving bank and one
// original batch.
type group struct{ routing, sec, description, company string }

// returnFile writes the answers as a NACHA file: a batch for each group, in
// which the receiving bank is the originator.
func (b *Bank) returnFile(day civil.Date, answers []*answer) []byte {
	batches := map[group]ach.Batcher{}
	var order []group
	for _, a := range answers {
		g := group{a.entry.Routing, a.entry.SEC, a.entry.Description, a.entry.Company}
		if a.notice.correction() {
			g.sec = ach.COR
		}
		if batches[g] == nil {
			batches[g] = b.returnBatch(g, day)
			order = append(order, g)
		}
		batches[g].AddEntry(b.returnEntry(a))
	}
	file := ach.NewFile()
	file.Header = b.returnHeader(day)
	slices.SortStableFunc(order, func(x, y group) int { return strings.Compare(x.routing+x.sec, y.routing+y.sec) })
	for _, g := range order {
		if err := batches[g].Create(); err != nil {
			panic(fmt.Sprintf("bank: a batch of returns is not valid: %v", err))
		}
		file.AddBatch(batches[g])
	}
	if err := file.Create(); err != nil {
		panic(fmt.Sprintf("bank: a file of returns is not valid: %v", err))
	}
	var w bytes.Buffer
	if err := ach.NewWriter(&w).Write(file); err != nil {
		panic(fmt.Sprintf("bank: a file of returns can not be written: %v", err))
	}
	return w.Bytes()
}

// returnHeader says that the file is from the bank, for the bank's customer.
func (b *Bank) returnHeader(day civil.Date) ach.FileHeader {
	h := ach.NewFileHeader()
	h.ImmediateDestination, h.ImmediateOrigin = b.options.Routing, b.options.Routing
	h.ImmediateDestinationName, h.ImmediateOriginName = b.options.Name, b.options.Name
	h.FileCreationDate, h.FileCreationTime = compact(day)[2:], fmt.Sprintf("%02d00", closeHour)
	h.FileIDModifier = "A"
	return h
}

func (b *Bank) returnBatch(g group, day civil.Date) ach.Batcher {
	h := ach.NewBatchHeader()
	h.ServiceClassCode = ach.MixedDebitsAndCredits
	h.CompanyName, h.CompanyIdentification = g.company, b.options.Company
	h.StandardEntryClassCode, h.CompanyEntryDescription = g.sec, g.description
	h.EffectiveEntryDate = compact(day)[2:]
	h.ODFIIdentification = g.routing[:8]
	batch, err := ach.NewBatch(h)
	if err != nil {
		panic(fmt.Sprintf("bank: class %s: %v", g.sec, err))
	}
	return batch
}

// returnEntry turns an entry round: the receiving bank sends it back to this
// one, with the reason in an addenda record.
func (b *Bank) returnEntry(a *answer) *ach.EntryDetail {
	b.serial++
	d := ach.NewEntryDetail()
	d.TransactionCode = a.entry.Code/10*10 + 1 // of credits
	if !a.entry.credit() {
		d.TransactionCode = a.entry.Code/10*10 + 6
	}
	d.SetRDFI(b.options.Routing)
	d.DFIAccountNumber, d.Amount = a.entry.Account, int(a.entry.Amount.Cents())
	d.IdentificationNumber, d.IndividualName, d.DiscretionaryData = a.entry.ID, a.entry.Name, a.entry.PaymentType
	d.AddendaRecordIndicator = 1
	d.SetTraceNumber(a.entry.Routing[:8], b.serial%10_000_000)
	if a.notice.correction() {
		d.Category, d.Amount = ach.CategoryNOC, 0
		d.Addenda98 = ach.NewAddenda98()
		d.Addenda98.ChangeCode, d.Addenda98.CorrectedData = a.notice.Code, a.notice.Data
		d.Addenda98.OriginalTrace, d.Addenda98.OriginalDFI, d.Addenda98.TraceNumber = a.notice.Trace, a.entry.Routing[:8], d.TraceNumber
		return d
	}
	d.Category = ach.CategoryReturn
	d.Addenda99 = ach.NewAddenda99()
	d.Addenda99.ReturnCode = a.notice.Code
	d.Addenda99.OriginalTrace, d.Addenda99.OriginalDFI, d.Addenda99.TraceNumber = a.notice.Trace, a.entry.Routing[:8], d.TraceNumber
	return d
}

// withoutControls drops the control records of a file and its padding, as some
// banks do.
func withoutControls(body []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(body) {
		if line[0] != '8' && line[0] != '9' {
			kept = append(kept, line...)
		}
	}
	return kept
}

package nacha

import (
	"bufio"
	"io"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

// Writer writes one file. It holds one record at a time, and the sums that the
// control records ask for.
type Writer struct {
	out   *bufio.Writer
	line  record
	crlf  bool
	file  Totals
	batch *openBatch
	err   error // of writing: nothing can follow
}

// openBatch is the batch being written.
type openBatch struct {
	header    BatchHeader
	sum       Totals
	lastTrace string
}

// NewWriter begins a file.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	f := &Writer{out: bufio.NewWriterSize(w, 64<<10), crlf: h.CRLF}
	f.line.header(h)
	f.flushRecord()
	return f, f.err
}

// Batch ends the batch before and begins another. Its number is given here.
func (w *Writer) Batch(h BatchHeader) error {
	if w.err != nil {
		return w.err
	}
	if err := h.check(); err != nil {
		return err
	}
	if err := w.endBatch(); err != nil {
		return err
	}
	return w.beginBatch(h, "")
}

// beginBatch writes the header. lastTrace goes on from a full batch before.
func (w *Writer) beginBatch(h BatchHeader, lastTrace string) error {
	w.file.Batches++
	h.Number = w.file.Batches
	w.batch = &openBatch{header: h, lastTrace: lastTrace}
	w.line.batchHeader(h)
	w.flushRecord()
	return w.err
}

// Entry writes an entry with its addenda. One that is refused leaves the file
// as it was, so that the others can go on. A batch that is full is ended, and
// another with the same header begun.
func (w *Writer) Entry(e Entry) error {
	switch {
	case w.err != nil:
		return w.err
	case w.batch == nil:
		return fault.New(fault.Internal, codeOrder, "an entry must follow a batch header")
	}
	if err := w.batch.check(e); err != nil {
		return err
	}
	if err := w.makeRoom(1 + len(e.Addenda)); err != nil {
		return err
	}
	if err := w.fits(e); err != nil {
		return err
	}
	w.batch.sum.add(e)
	w.batch.lastTrace = e.Trace
	w.line.entry(w.batch.header.Class, e)
	w.flushRecord()
	for i, text := range e.Addenda {
		w.line.addendum(text, i+1, e.Trace)
		w.flushRecord()
	}
	return w.err
}

// makeRoom goes on in another batch when n more records do not fit: a batch
// counts them in six digits.
func (w *Writer) makeRoom(n int) error {
	if w.batch.sum.Entries+w.batch.sum.Addenda+n <= BatchEntriesMax {
		return nil
	}
	header, last := w.batch.header, w.batch.lastTrace
	if err := w.endBatch(); err != nil {
		return err
	}
	return w.beginBatch(header, last)
}

// fits refuses what the file control's fields can not hold: 12 digits of money
// and six digits of blocks.
func (w *Writer) fits(e Entry) error {
	total := w.file.Debit.Add(w.batch.sum.Debit)
	if e.Code.IsCredit() {
		total = w.file.Credit.Add(w.batch.sum.Credit)
	}
	if total.Add(e.Amount).Cents() > TotalMaxCents {
		return fault.At("file.total", codeLimit, "the file's total would pass %s", money.Cents(TotalMaxCents).Format())
	}
	const trailers = 2 // the controls of the batch and of the file
	if w.file.Records+1+len(e.Addenda)+trailers > fileRecordsMax {
		return fault.At("file.blocks", codeLimit, "the file would have more than %d records", fileRecordsMax)
	}
	return nil
}

// endBatch writes the control of the open batch, if there is one.
func (w *Writer) endBatch() error {
	b := w.batch
	if b == nil {
		return nil
	}
	if b.sum.Entries == 0 {
		return fault.New(fault.Internal, codeOrder, "batch %d has no entry", b.header.Number)
	}
	if b.header.Description == DescriptionMicro && b.sum.Credit.Less(b.sum.Debit) {
		return fault.At("batch.debit_total", codeLimit, "micro-entry debits may not exceed the credits (ACH-11)")
	}
	w.line.batchControl(b.header, b.sum)
	w.flushRecord()
	w.file.join(b.sum)
	w.batch = nil
	return w.err
}

// Close ends the last batch and the file, padded with nines to whole blocks.
// It does not close what it writes to.
func (w *Writer) Close() (Totals, error) {
	if w.err == nil {
		w.err = w.endBatch()
	}
	if w.err != nil {
		return w.file, w.err
	}
	blocks := (w.file.Records + 1 + BlockRecords - 1) / BlockRecords
	w.line.fileControl(w.file, blocks)
	w.flushRecord()
	for w.file.Records < blocks*BlockRecords {
		w.line.filler()
		w.flushRecord()
	}
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.file, w.err
}

// flushRecord writes the line and begins an empty one.
func (w *Writer) flushRecord() {
	if w.err != nil {
		return
	}
	n, err := w.out.Write(w.line.end(w.crlf))
	w.file.Records++
	w.file.Bytes += int64(n)
	w.err = err
}

// add counts an entry.
func (t *Totals) add(e Entry) {
	t.Entries++
	t.Addenda += len(e.Addenda)
	t.Hash = (t.Hash + number(e.Routing[:8])) % hashModulus
	if e.Code.IsCredit() {
		t.Credit = t.Credit.Add(e.Amount)
	} else {
		t.Debit = t.Debit.Add(e.Amount)
	}
}

// join counts a batch.
func (t *Totals) join(b Totals) {
	t.Entries += b.Entries
	t.Addenda += b.Addenda
	t.Hash = (t.Hash + b.Hash) % hashModulus
	t.Debit, t.Credit = sum(t.Debit, b.Debit), sum(t.Credit, b.Credit)
}

package nacha

import (
	"fmt"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
)

// readFile is the file being read: what its control record must say.
type readFile struct {
	sum     Totals
	records int
	ended   bool // its control was seen
	adv     bool
	lost    bool // a header is missing, and that was said
}

// readBatch is the batch being read.
type readBatch struct {
	header *BatchHeader // nil when it is missing
	line   int
	sum    Totals
	trace  string // the last one
}

func (r *Reader) takeFileHeader(l *line) {
	if r.file != nil {
		r.closeFile(nil)
	}
	r.file = &readFile{records: 1}
	item := Item{Kind: KindFile, Line: l.number}
	h := &item.Header
	h.Destination, h.Origin = l.field(4, 13), l.field(14, 23)
	h.CreatedOn, h.CreatedAt = date(l.raw(24, 29)), l.field(30, 33)
	h.Modifier = l.field(34, 34)
	h.DestinationName, h.OriginName, h.Reference = l.field(41, 63), l.field(64, 86), l.field(87, 94)
	l.checkLength(40, SpoilsFile)
	if l.raw(2, 3) != "01" {
		l.note("priority code", "file.priority", "the priority code is not 01", SpoilsNothing)
	}
	switch {
	case h.Destination == "":
		l.note("immediate destination", "file.destination", "the immediate destination is empty", SpoilsFile)
	case !ident.AllDigits(h.Destination):
		l.note("immediate destination", "file.destination", "the immediate destination is no routing number", SpoilsNothing)
	}
	if h.CreatedOn.IsZero() {
		l.note("file creation date", "file.created_on", "the file creation date is no date", SpoilsFile)
	}
	if h.CreatedAt != "" && !isTime(h.CreatedAt) {
		l.note("file creation time", "file.created_at", "the file creation time is no time", SpoilsNothing)
	}
	if l.raw(35, 37) != "094" || l.raw(38, 39) != "10" {
		l.note("record size", "file.record_size", "the record size must be 094 and the blocking factor 10", SpoilsFile)
	}
	if l.raw(40, 40) != "1" {
		l.note("format code", "file.format_code", "the format code must be 1", SpoilsFile)
	}
	item.Problems = l.problems
	r.ready = append(r.ready, item)
}

// inFile begins a file when its header is missing, and says so.
func (r *Reader) inFile(l *line) {
	if r.file != nil && r.file.ended {
		r.file = &readFile{lost: true}
		r.problem(Problem{l.number, "record type", "file.after_control", "there are records after the file control", SpoilsFile})
	}
	if r.file == nil {
		r.file = &readFile{}
		r.problem(Problem{l.number, "file header", "file.no_header", "the file header is missing", SpoilsFile})
	}
	r.file.records++
}

func (r *Reader) takeBatchHeader(l *line) {
	r.flush()
	r.closeBatch(l)
	r.inFile(l)
	h := &BatchHeader{
		Class: Class(l.raw(51, 53)), CompanyName: l.field(5, 20), CompanyData: l.field(21, 40), CompanyID: l.field(41, 50),
		Description: l.field(54, 63), Descriptive: l.field(64, 69), EffectiveOn: date(l.raw(70, 75)), Settled: l.field(76, 78), ODFI: l.field(80, 87),
	}
	service, _ := strconv.Atoi(l.raw(2, 4))
	h.Service = Service(service)
	h.Number, _ = strconv.Atoi(l.raw(88, 94))
	r.batch = &readBatch{header: h, line: l.number}
	r.file.sum.Batches++
	l.checkBatchHeader(h)
	r.problems(l.problems...)
}

// checkBatchHeader says what makes a header unreliable: every field is fixed in
// its place, so one that can not be right tells that others are shifted.
func (l *line) checkBatchHeader(h *BatchHeader) {
	l.checkLength(RecordLength, SpoilsBatch)
	switch h.Service {
	case Mixed, Credits, Debits, Advices:
	default:
		l.note("service class code", "batch.service", "the service class must be 200, 220, 225 or 280", SpoilsBatch)
	}
	if !h.Class.known() {
		l.note("standard entry class", "batch.class", "the entry class is not one of the standard", SpoilsBatch)
	}
	iat := h.Class == IAT || strings.HasPrefix(l.raw(5, 20), "IATCOR")
	if strings.Trim(h.CompanyName, "0") == "" && !iat {
		l.note("company name", "batch.company_name", "the company name is empty", SpoilsBatch)
	}
	if strings.Trim(h.CompanyID, "0") == "" {
		l.note("company identification", "batch.company_id", "the company identification is empty", SpoilsNothing)
	}
	if strings.Trim(h.Description, "0") == "" {
		l.note("company entry description", "batch.description", "the entry description is empty", SpoilsBatch)
	}
	if d := strings.Trim(l.raw(70, 75), " 0"); d != "" && h.EffectiveOn.IsZero() {
		l.note("effective entry date", "batch.effective_on", "the effective entry date is no date", SpoilsNothing) // the operator settles it on the next bank day
	}
	if c := l.raw(79, 79); c != "0" && c != "1" && c != "2" {
		l.note("originator status code", "batch.originator", "the originator status code must be 1 or 2", SpoilsBatch)
	}
	if len(h.ODFI) != 8 || !ident.AllDigits(h.ODFI) || number(h.ODFI) == 0 {
		l.note("ODFI identification", "batch.odfi", "the ODFI identification must be 8 digits and not zero", SpoilsBatch)
	}
	if !ident.AllDigits(l.raw(88, 94)) {
		l.note("batch number", "batch.number", "the batch number must be 7 digits", SpoilsNothing)
	}
}

// inBatch begins a batch when its header is missing, and says so once.
func (r *Reader) inBatch(l *line) {
	r.inFile(l)
	if r.batch == nil {
		r.batch = &readBatch{line: l.number}
		r.problem(Problem{l.number, "batch header", "batch.no_header", "entries stand outside of a batch: its header is missing", SpoilsBatch})
	}
}

func (r *Reader) takeBatchControl(l *line) {
	r.flush()
	r.inFile(l)
	b := r.batch
	if b == nil {
		r.problem(Problem{l.number, "batch control", "batch.no_header", "a batch ends that was not begun", SpoilsBatch})
		return
	}
	l.checkLength(RecordLength, SpoilsBatch)
	l.total("entry/addenda count", "batch.count", 5, 10, int64(b.sum.Entries+b.sum.Addenda), SpoilsBatch)
	l.total("entry hash", "batch.hash", 11, 20, b.sum.Hash, SpoilsBatch)
	if r.file.adv {
		l.amount("total debits", "batch.debit_total", 21, 40, b.sum.Debit, SpoilsBatch)
		l.amount("total credits", "batch.credit_total", 41, 60, b.sum.Credit, SpoilsBatch)
	} else {
		l.amount("total debits", "batch.debit_total", 21, 32, b.sum.Debit, SpoilsBatch)
		l.amount("total credits", "batch.credit_total", 33, 44, b.sum.Credit, SpoilsBatch)
	}
	if b.header != nil {
		l.checkSameBatch(b.header, r.file.adv)
	}
	r.problems(l.problems...)
	r.file.sum.join(b.sum)
	r.batch = nil
}

// checkSameBatch compares what header and control both say.
func (l *line) checkSameBatch(h *BatchHeader, adv bool) {
	if service, err := strconv.Atoi(l.raw(2, 4)); err != nil || Service(service) != h.Service {
		l.note("service class code", "batch.control_service", "the service class differs from the batch header's", SpoilsBatch)
	}
	if id := l.field(45, 54); !adv && id != "" && id != h.CompanyID {
		l.note("company identification", "batch.control_company", "the company identification differs from the batch header's", SpoilsNothing)
	}
	if l.field(80, 87) != h.ODFI {
		l.note("ODFI identification", "batch.control_odfi", "the ODFI identification differs from the batch header's", SpoilsBatch)
	}
	if n, err := strconv.Atoi(l.raw(88, 94)); err != nil || n != h.Number {
		l.note("batch number", "batch.control_number", "the batch number differs from the batch header's", SpoilsBatch)
	}
}

// closeBatch ends a batch whose control is missing; l is the record that shows
// it, nil at the end of the file.
func (r *Reader) closeBatch(l *line) {
	b := r.batch
	if b == nil {
		return
	}
	at := r.lines.number
	if l != nil {
		at = l.number
	}
	r.problem(Problem{at, "batch control", "batch.no_control", fmt.Sprintf("the batch begun on line %d has no control record", b.line), SpoilsBatch})
	r.file.sum.join(b.sum)
	r.batch = nil
}

func (r *Reader) takeFileControl(l *line) {
	r.flush()
	r.closeBatch(l)
	r.inFile(l)
	r.closeFile(l)
}

// closeFile ends the file: with its control, or with nil when that is missing.
func (r *Reader) closeFile(l *line) {
	r.flush()
	r.closeBatch(l)
	f := r.file
	if f.ended {
		return
	}
	f.ended = true
	item := Item{Kind: KindEnd, Line: r.lines.number}
	switch {
	case l != nil:
		l.checkFileControl(f)
		item.Line, item.Problems = l.number, l.problems
	case !f.lost:
		item.Problems = []Problem{{r.lines.number, "file control", "file.no_control", "the file ends without its control record: it may be cut off", SpoilsFile}}
	}
	f.sum.Records = f.records
	item.Totals = f.sum
	r.ready = append(r.ready, item)
}

func (l *line) checkFileControl(f *readFile) {
	l.checkLength(55, SpoilsFile)
	l.total("batch count", "file.batches", 2, 7, int64(f.sum.Batches), SpoilsFile)
	l.total("block count", "file.blocks", 8, 13, int64((f.records+BlockRecords-1)/BlockRecords), SpoilsNothing)
	l.total("entry/addenda count", "file.count", 14, 21, int64(f.sum.Entries+f.sum.Addenda), SpoilsFile)
	l.total("entry hash", "file.hash", 22, 31, f.sum.Hash, SpoilsFile)
	if f.adv {
		l.amount("total debits", "file.debit_total", 32, 51, f.sum.Debit, SpoilsFile)
		l.amount("total credits", "file.credit_total", 52, 71, f.sum.Credit, SpoilsFile)
		return
	}
	l.amount("total debits", "file.debit_total", 32, 43, f.sum.Debit, SpoilsFile)
	l.amount("total credits", "file.credit_total", 44, 55, f.sum.Credit, SpoilsFile)
}

// total compares a number of a control record with what was counted.
func (l *line) total(field, code string, from, to int, counted int64, spoils Spoils) {
	said, ok := digits(l.raw(from, to))
	switch {
	case !ok:
		l.note(field, code, fmt.Sprintf("the %s is no number", field), spoils)
	case said != counted:
		l.note(field, code, fmt.Sprintf("the %s says %d; counted: %d", field, said, counted), spoils)
	}
}

func (l *line) amount(field, code string, from, to int, counted money.Amount, spoils Spoils) {
	said, ok := digits(l.raw(from, to))
	switch {
	case !ok:
		l.note(field, code, fmt.Sprintf("the %s are no amount", field), spoils)
	case said != counted.Cents():
		l.note(field, code, fmt.Sprintf("the %s are %s; the entries add up to %s", field, money.Cents(said).Format(), counted.Format()), spoils)
	}
}

// digits reads a number that fills its field. Blanks are not a number: where
// money is counted, nothing is guessed.
func digits(s string) (int64, bool) {
	if !ident.AllDigits(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// date reads YYMMDD; no date when it is none.
func date(s string) civil.Date {
	if !ident.AllDigits(s) || s == "000000" {
		return civil.Date{}
	}
	d, err := civil.ParseDate("20" + s[:2] + "-" + s[2:4] + "-" + s[4:])
	if err != nil {
		return civil.Date{}
	}
	return d
}

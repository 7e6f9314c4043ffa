package nacha_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/format/nacha"
)

var update = flag.Bool("update", false, "write the golden files")

const odfi = "11000000"

func header() nacha.Header {
	return nacha.Header{
		Destination: "110000000", DestinationName: "FIRST BANK OF THE BAY", Origin: "1234567890", OriginName: "BAY STATE MARKETPLACE",
		CreatedOn: civil.MustParseDate("2026-12-14"), CreatedAt: "2000", Modifier: "A", Reference: "QUIT0001",
	}
}

func batch(class nacha.Class, service nacha.Service, description string) nacha.BatchHeader {
	return nacha.BatchHeader{
		Class: class, Service: service, CompanyName: "BAY STATE HEALTH", CompanyID: "1043334444", Description: description,
		EffectiveOn: civil.MustParseDate("2026-12-15"), ODFI: odfi,
	}
}

func debits(class nacha.Class) nacha.BatchHeader { return batch(class, nacha.Debits, "PREMIUM") }

// entry is a good WEB debit of 512.00; its trace number ends with n.
func entry(n int) nacha.Entry {
	return nacha.Entry{
		Code: nacha.CheckingDebit, Routing: "231380104", Account: pii.NewSecret("000123456789"), Amount: money.Cents(51200),
		ID: "700100000013", Name: "Maria Souza", PaymentType: nacha.Recurring, Trace: trace(n),
	}
}

func trace(n int) string { return fmt.Sprintf("%s%07d", odfi, n) }

// plainEntry is entry for classes without a payment type.
func plainEntry(n int) nacha.Entry {
	e := entry(n)
	e.PaymentType = ""
	return e
}

// part is a batch of a test's file.
type part struct {
	header  nacha.BatchHeader
	entries []nacha.Entry
}

func write(t failer, h nacha.Header, parts ...part) (string, nacha.Totals) {
	t.Helper()
	var out bytes.Buffer
	w, err := nacha.NewWriter(&out, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if err := w.Batch(p.header); err != nil {
			t.Fatal(err)
		}
		for _, e := range p.entries {
			if err := w.Entry(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	totals, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if int64(out.Len()) != totals.Bytes {
		t.Fatalf("%d bytes written, %d counted", out.Len(), totals.Bytes)
	}
	return out.String(), totals
}

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// library reads a file with moov-io/ach, which checks every field and total.
func library(t failer, file string) *ach.File {
	t.Helper()
	read, err := ach.NewReader(strings.NewReader(file)).Read()
	if err == nil {
		err = read.Validate()
	}
	if err != nil {
		t.Fatalf("moov-io/ach refuses the file: %v\n%s", err, file)
	}
	return &read
}

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (go test -update writes it):\n%s", name, diff)
	}
}

// Every kind of entry that the marketplace sends, each as a whole file that is
// looked at as text and read back with the library.
func TestFilesAreWrittenToTheByte(t *testing.T) {
	t.Parallel()
	with := func(e nacha.Entry, change func(*nacha.Entry)) nacha.Entry {
		change(&e)
		return e
	}
	single := with(entry(2), func(e *nacha.Entry) {
		e.PaymentType, e.Code, e.Name = nacha.Single, nacha.SavingsDebit, "Zoë Nuñez-O’Brien Gonçalves da Silva"
	})
	credit := func(n int, cents int64) nacha.Entry {
		return with(plainEntry(n), func(e *nacha.Entry) { e.Code, e.Amount = nacha.CheckingCredit, money.Cents(cents) })
	}
	debit := func(n int, cents int64) nacha.Entry {
		return with(plainEntry(n), func(e *nacha.Entry) { e.Amount = money.Cents(cents) })
	}
	prenote := func(e nacha.Entry, code nacha.Code) nacha.Entry {
		e.Code, e.Amount = code, money.Zero
		return e
	}
	for name, parts := range map[string][]part{
		"web": {{debits(nacha.WEB), []nacha.Entry{entry(1), single}}},
		"ppd": {{debits(nacha.PPD), []nacha.Entry{plainEntry(1)}}},
		"tel": {{debits(nacha.TEL), []nacha.Entry{with(entry(1), func(e *nacha.Entry) { e.PaymentType = nacha.Single })}}},
		"ccd": {{debits(nacha.CCD), []nacha.Entry{with(plainEntry(1), func(e *nacha.Entry) {
			e.Name, e.Data, e.Addenda = "Harbor Bakery Inc.", "G1", []string{"RMR*IV*4100017**512.00\\"}
		})}}},
		"refund":   {{batch(nacha.PPD, nacha.Credits, "REFUND"), []nacha.Entry{credit(1, 1999), with(credit(2, 100), func(e *nacha.Entry) { e.Code = nacha.SavingsCredit })}}},
		"prenote":  {{debits(nacha.WEB), []nacha.Entry{prenote(entry(1), nacha.CheckingDebitPrenote), prenote(entry(2), nacha.SavingsDebitPrenote)}}},
		"micro":    {{batch(nacha.PPD, nacha.Mixed, nacha.DescriptionMicro), []nacha.Entry{credit(1, 12), credit(2, 31), debit(3, 43)}}},
		"retry":    {{batch(nacha.WEB, nacha.Debits, nacha.DescriptionRetry), []nacha.Entry{entry(1)}}},
		"reversal": {{batch(nacha.WEB, nacha.Credits, nacha.DescriptionReversal), []nacha.Entry{with(entry(1), func(e *nacha.Entry) { e.Code = nacha.CheckingCredit })}}},
		"day": {
			{debits(nacha.WEB), []nacha.Entry{entry(1), single}},
			{debits(nacha.TEL), []nacha.Entry{entry(3)}},
			{debits(nacha.PPD), []nacha.Entry{plainEntry(4), with(plainEntry(5), func(e *nacha.Entry) { e.Addenda = []string{"BILL 2027-01 ACCOUNT 700100000013"} })}},
			{batch(nacha.WEB, nacha.Debits, nacha.DescriptionRetry), []nacha.Entry{entry(6)}},
			{batch(nacha.PPD, nacha.Credits, "REFUND"), []nacha.Entry{credit(7, 1999)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, totals := write(t, header(), parts...)
			golden(t, name+".ach", file)
			sameAsLibrary(t, library(t, file), parts, totals)
		})
	}
}

// A reversal keeps the class of what it undoes (ACH-36). The library knows no
// credit in a TEL batch; that is the one file of ours that it refuses.
func TestReversalOfADebitByPhone(t *testing.T) {
	t.Parallel()
	e := entry(1)
	e.Code = nacha.CheckingCredit
	file, _ := write(t, header(), part{batch(nacha.TEL, nacha.Credits, nacha.DescriptionReversal), []nacha.Entry{e}})
	golden(t, "reversal-tel.ach", file)
	if _, err := ach.NewReader(strings.NewReader(file)).Read(); err == nil || !strings.Contains(err.Error(), "TransactionCode this batch type does not allow credit") {
		t.Errorf("the library said %v: say so in ADR 0014", err)
	}
}

// sameAsLibrary compares what was to be written with what the library reads.
func sameAsLibrary(t failer, read *ach.File, parts []part, totals nacha.Totals) {
	t.Helper()
	if len(read.Batches) != len(parts) {
		t.Fatalf("%d batches instead of %d", len(read.Batches), len(parts))
	}
	for i, p := range parts {
		h := read.Batches[i].GetHeader()
		got := []any{h.StandardEntryClassCode, h.ServiceClassCode, h.CompanyName, h.CompanyIdentification, h.CompanyEntryDescription, h.EffectiveEntryDate, h.ODFIIdentification, h.BatchNumber}
		want := []any{string(p.header.Class), int(p.header.Service), p.header.CompanyName, p.header.CompanyID, p.header.Description, "261215", p.header.ODFI, i + 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("batch %d: %s", i+1, diff)
		}
		for j, e := range p.entries {
			r := read.Batches[i].GetEntries()[j]
			name := nacha.Transliterate(e.Name)
			name = strings.TrimSpace(name[:min(len(name), 22)])
			got := []any{r.TransactionCode, r.RDFIIdentification + r.CheckDigit, strings.TrimSpace(r.DFIAccountNumber), r.Amount, strings.TrimSpace(r.IdentificationNumber), strings.TrimSpace(r.IndividualName), strings.TrimSpace(r.DiscretionaryData), r.TraceNumber, len(r.Addenda05)}
			want := []any{int(e.Code), e.Routing, strings.TrimSpace(e.Account.Reveal()), int(e.Amount.Cents()), strings.TrimSpace(e.ID), name, strings.TrimSpace(e.PaymentType + e.Data), e.Trace, len(e.Addenda)}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("batch %d entry %d: %s", i+1, j+1, diff)
			}
		}
	}
	c := read.Control
	got := []int64{int64(c.BatchCount), int64(c.EntryAddendaCount), int64(c.EntryHash), int64(c.TotalDebitEntryDollarAmountInFile), int64(c.TotalCreditEntryDollarAmountInFile)}
	want := []int64{int64(totals.Batches), int64(totals.Entries + totals.Addenda), totals.Hash, totals.Debit.Cents(), totals.Credit.Cents()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("file control: %s", diff)
	}
}

// What a bank would refuse is refused before it is written, with the field and
// its limit, and the entries that follow are written as if nothing had been.
func TestEntriesThatABankWouldRefuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in     nacha.BatchHeader
		change func(*nacha.Entry)
		field  string
		says   string
	}{
		"an account of 18 characters":     {debits(nacha.WEB), func(e *nacha.Entry) { e.Account = pii.NewSecret(strings.Repeat("1", 18)) }, "entry.account", "at most 17"},
		"no account":                      {debits(nacha.WEB), func(e *nacha.Entry) { e.Account = pii.Secret{} }, "entry.account", "empty"},
		"an id of 16 characters":          {debits(nacha.WEB), func(e *nacha.Entry) { e.ID = strings.Repeat("7", 16) }, "entry.id", "at most 15"},
		"an id with an accent":            {debits(nacha.WEB), func(e *nacha.Entry) { e.ID = "Zoë" }, "entry.id", "can not carry"},
		"a check digit that is wrong":     {debits(nacha.WEB), func(e *nacha.Entry) { e.Routing = "231380105" }, "entry.routing", "check digit"},
		"a routing number of 8 digits":    {debits(nacha.WEB), func(e *nacha.Entry) { e.Routing = "23138010" }, "entry.routing", "9 digits"},
		"a hundred million":               {debits(nacha.WEB), func(e *nacha.Entry) { e.Amount = money.Dollars(100_000_000) }, "entry.amount", "$99,999,999.99"},
		"nothing":                         {debits(nacha.WEB), func(e *nacha.Entry) { e.Amount = money.Zero }, "entry.amount", "zero"},
		"less than nothing":               {debits(nacha.WEB), func(e *nacha.Entry) { e.Amount = money.Cents(-1) }, "entry.amount", "at most"},
		"a prenote with an amount ACH-10": {debits(nacha.WEB), func(e *nacha.Entry) { e.Code = nacha.CheckingDebitPrenote }, "entry.amount", "prenote"},
		"a credit among debits":           {debits(nacha.PPD), func(e *nacha.Entry) { e.Code, e.PaymentType = nacha.CheckingCredit, "" }, "entry.code", "225"},
		"a debit among credits":           {batch(nacha.PPD, nacha.Credits, "REFUND"), func(e *nacha.Entry) { e.PaymentType = "" }, "entry.code", "220"},
		"the code of a return":            {debits(nacha.WEB), func(e *nacha.Entry) { e.Code = 26 }, "entry.code", "26"},
		"WEB without a payment type":      {debits(nacha.WEB), func(e *nacha.Entry) { e.PaymentType = "" }, "entry.payment_type", "R or S"},
		"PPD with a payment type":         {debits(nacha.PPD), func(*nacha.Entry) {}, "entry.payment_type", "PPD"},
		"WEB with other data":             {debits(nacha.WEB), func(e *nacha.Entry) { e.Data = "X" }, "entry.data", "payment type"},
		"a name in no Latin letter":       {debits(nacha.WEB), func(e *nacha.Entry) { e.Name = "陳大文" }, "entry.name", "letter"},
		"no name":                         {debits(nacha.WEB), func(e *nacha.Entry) { e.Name = " " }, "entry.name", "empty"},
		"a trace number of 14 digits":     {debits(nacha.WEB), func(e *nacha.Entry) { e.Trace = e.Trace[1:] }, "entry.trace", "15 digits"},
		"another bank's trace number":     {debits(nacha.WEB), func(e *nacha.Entry) { e.Trace = "220000000000009" }, "entry.trace", odfi},
		"a trace number again ACH-25":     {debits(nacha.WEB), func(e *nacha.Entry) { e.Trace = trace(1) }, "entry.trace", "rise"},
		"two addenda":                     {debits(nacha.WEB), func(e *nacha.Entry) { e.Addenda = []string{"A", "B"} }, "entry.addenda", "at most 1"},
		"addenda on the phone":            {debits(nacha.TEL), func(e *nacha.Entry) { e.Addenda = []string{"A"} }, "entry.addenda", "at most 0"},
		"81 characters of addenda":        {debits(nacha.WEB), func(e *nacha.Entry) { e.Addenda = []string{strings.Repeat("A", 81)} }, "addenda.text", "at most 80"},
		"a dollar of micro-entry ACH-11":  {batch(nacha.PPD, nacha.Mixed, nacha.DescriptionMicro), func(e *nacha.Entry) { e.PaymentType, e.Code, e.Amount = "", nacha.CheckingCredit, money.Dollars(1) }, "entry.amount", "$0.99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			w, err := nacha.NewWriter(&out, header())
			if err != nil {
				t.Fatal(err)
			}
			good := plainEntry(1)
			if c.in.Class == nacha.WEB || c.in.Class == nacha.TEL {
				good = entry(1)
			}
			if c.in.Service == nacha.Credits {
				good.Code = nacha.CheckingCredit
			}
			if c.in.Description == nacha.DescriptionMicro {
				good.Code, good.Amount = nacha.CheckingCredit, money.Cents(5)
			}
			if err := errors.Join(w.Batch(c.in), w.Entry(good)); err != nil {
				t.Fatal(err)
			}
			bad := entry(2)
			c.change(&bad)
			refusal := w.Entry(bad)
			if problems := fault.Fields(refusal); len(problems) != 1 || problems[0].Field != c.field || !strings.Contains(problems[0].Message, c.says) {
				t.Errorf("said %v, want field %s and %q", refusal, c.field, c.says)
			}
			good.Trace = trace(3)
			if err := w.Entry(good); err != nil {
				t.Fatal(err)
			}
			if totals, err := w.Close(); err != nil || totals.Entries != 2 {
				t.Fatalf("%d entries, %v", totals.Entries, err)
			}
			library(t, out.String())
		})
	}
}

func TestHeadersThatABankWouldRefuse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file  func(*nacha.Header)
		batch func(*nacha.BatchHeader)
		field string
	}{
		"a destination that is no bank": {file: func(h *nacha.Header) { h.Destination = "110000001" }, field: "file.destination"},
		"an origin of 8 characters":     {file: func(h *nacha.Header) { h.Origin = "12345678" }, field: "file.origin"},
		"a name of 24 characters":       {file: func(h *nacha.Header) { h.OriginName = strings.Repeat("A", 24) }, field: "file.origin_name"},
		"no name of the bank":           {file: func(h *nacha.Header) { h.DestinationName = "" }, field: "file.destination_name"},
		"no date":                       {file: func(h *nacha.Header) { h.CreatedOn = civil.Date{} }, field: "file.created_on"},
		"the hour 24":                   {file: func(h *nacha.Header) { h.CreatedAt = "2400" }, field: "file.created_at"},
		"a modifier in lower case":      {file: func(h *nacha.Header) { h.Modifier = "a" }, field: "file.modifier"},
		"a reference of 9 characters":   {file: func(h *nacha.Header) { h.Reference = "123456789" }, field: "file.reference"},
		"a class that is not written":   {batch: func(h *nacha.BatchHeader) { h.Class = nacha.IAT }, field: "batch.class"},
		"WEB credits":                   {batch: func(h *nacha.BatchHeader) { h.Service = nacha.Credits }, field: "batch.service"},
		"credits presented again ACH-32": {batch: func(h *nacha.BatchHeader) {
			h.Class, h.Service, h.Description = nacha.PPD, nacha.Credits, nacha.DescriptionRetry
		}, field: "batch.service"},
		"a company of 17 characters":       {batch: func(h *nacha.BatchHeader) { h.CompanyName = strings.Repeat("A", 17) }, field: "batch.company_name"},
		"a company of zeros":               {batch: func(h *nacha.BatchHeader) { h.CompanyName = "0000" }, field: "batch.company_name"},
		"a description of 11 characters":   {batch: func(h *nacha.BatchHeader) { h.Description = "PREMIUMS DUE" }, field: "batch.description"},
		"no company id":                    {batch: func(h *nacha.BatchHeader) { h.CompanyID = "" }, field: "batch.company_id"},
		"settlement on a Sunday ACH-20":    {batch: func(h *nacha.BatchHeader) { h.EffectiveOn = civil.MustParseDate("2026-11-15") }, field: "batch.effective_on"},
		"settlement on Thanksgiving":       {batch: func(h *nacha.BatchHeader) { h.EffectiveOn = civil.MustParseDate("2026-11-26") }, field: "batch.effective_on"},
		"no effective date":                {batch: func(h *nacha.BatchHeader) { h.EffectiveOn = civil.Date{} }, field: "batch.effective_on"},
		"the bank's number with nine":      {batch: func(h *nacha.BatchHeader) { h.ODFI = "110000000" }, field: "batch.odfi"},
		"a service class that is not ours": {batch: func(h *nacha.BatchHeader) { h.Service = 280; h.Class = nacha.PPD }, field: "batch.service"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := header()
			if c.file != nil {
				c.file(&h)
			}
			w, err := nacha.NewWriter(new(bytes.Buffer), h)
			if c.batch != nil && err == nil {
				b := debits(nacha.WEB)
				c.batch(&b)
				err = w.Batch(b)
			}
			if problems := fault.Fields(err); len(problems) != 1 || problems[0].Field != c.field {
				t.Errorf("said %v, want field %s", err, c.field)
			}
		})
	}
}

func TestMicroEntryDebitsDoNotExceedTheCredits(t *testing.T) { // ACH-11
	t.Parallel()
	w, err := nacha.NewWriter(new(bytes.Buffer), header())
	if err != nil {
		t.Fatal(err)
	}
	credit, debit := plainEntry(1), plainEntry(2)
	credit.Code, credit.Amount, debit.Amount = nacha.CheckingCredit, money.Cents(43), money.Cents(44)
	if err := errors.Join(w.Batch(batch(nacha.PPD, nacha.Mixed, nacha.DescriptionMicro)), w.Entry(credit), w.Entry(debit)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err == nil || !strings.Contains(err.Error(), "ACH-11") {
		t.Errorf("closed with %v", err)
	}
}

// A batch counts entries and addenda in six digits: what does not fit goes on
// in another batch with the same header.
func TestFullBatchGoesOnInAnother(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w, err := nacha.NewWriter(&out, header())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Batch(debits(nacha.WEB)); err != nil {
		t.Fatal(err)
	}
	const n = nacha.BatchEntriesMax + 2
	e := entry(1)
	for i := range n {
		e.Trace = trace(i + 1)
		if err := w.Entry(e); err != nil {
			t.Fatal(err)
		}
	}
	totals, err := w.Close()
	if err != nil || totals.Batches != 2 || totals.Entries != n || totals.Hash != n*23138010%10_000_000_000 {
		t.Fatalf("%+v, %v", totals, err)
	}
	if got := strings.Count(out.String(), "\n5225BAY STATE HEALTH"); got != 2 {
		t.Errorf("%d batch headers", got)
	}
	if !strings.Contains(out.String(), "\n8225999999") {
		t.Error("the first batch is not full")
	}
}

// The file's totals have twelve digits.
func TestFileTotalThatDoesNotFit(t *testing.T) {
	t.Parallel()
	w, err := nacha.NewWriter(new(bytes.Buffer), header())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Batch(debits(nacha.WEB)); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		e := entry(i + 1)
		e.Amount = money.Cents(nacha.EntryMaxCents)
		if err := w.Entry(e); err != nil {
			t.Fatal(err)
		}
	}
	e := entry(101)
	e.Amount = money.Cents(99)
	if err := w.Entry(e); err != nil {
		t.Fatalf("exactly 9,999,999,999.99: %v", err)
	}
	e = entry(102)
	if problems := fault.Fields(w.Entry(e)); len(problems) != 1 || problems[0].Field != "file.total" {
		t.Errorf("said %v", problems)
	}
	if totals, err := w.Close(); err != nil || totals.Entries != 101 {
		t.Errorf("%+v, %v", totals, err)
	}
}

// failing takes some bytes and then no more, as a full disk.
type failing struct{ left int }

var errFull = errors.New("disk full")

func (f *failing) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestDiskThatIsFullIsNotSilent(t *testing.T) {
	t.Parallel()
	for _, left := range []int{0, 70_000, 200_000} {
		w, err := nacha.NewWriter(&failing{left}, header())
		if err == nil {
			err = w.Batch(debits(nacha.WEB))
		}
		for i := 0; err == nil && i < 3000; i++ {
			err = w.Entry(entry(i + 1))
		}
		if _, closed := w.Close(); !errors.Is(closed, errFull) {
			t.Errorf("after %d bytes: closed with %v", left, closed)
		}
	}
}

func TestTransliterate(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Maria Souza": "Maria Souza", "José  Núñez": "Jose Nunez", "François L’Écuyer": "Francois L'Ecuyer", "Łukasz Groß": "Lukasz Gross",
		"Nguyễn Thị Ánh": "Nguyen Thi Anh", "O\u200bBrien": "OBrien", "陳 Mei": "Mei", "Фёдор": "", "": "", "a/b (c) & d": "a/b (c) & d", "x*y\tz": "x y z", " Ana ": "Ana",
	} {
		if got := nacha.Transliterate(name); got != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}

package bank_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/bank"
)

const (
	routing = "091000019"
	company = "1999999999"
)

var (
	tuesday = civil.NewDate(2026, time.December, 15)
	newYork = mustZone("America/New_York")
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

// at is a moment of a day in the bank's zone.
func at(day civil.Date, hour int) civil.Instant {
	y, m, d := day.Time().Date()
	return civil.InstantOf(time.Date(y, m, d, hour, 0, 0, 0, newYork))
}

func open(t *testing.T, changes ...func(*bank.Options)) *bank.Bank {
	t.Helper()
	o := bank.Options{Routing: routing, Company: company, Zone: newYork, Opened: civil.NewDate(2026, time.December, 1)}
	for _, change := range changes {
		change(&o)
	}
	b, err := bank.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// debit is an entry of a test's file.
type debit struct {
	account string
	cents   int
	code    int // transaction code; 0: 27
}

// order is a file to be made.
type order struct {
	made        civil.Date
	modifier    string
	effective   civil.Date
	description string
	firstTrace  int
	entries     []debit
	change      func(*ach.BatchHeader)
}

// file makes a NACHA file with the library.
func file(t *testing.T, o order) []byte {
	t.Helper()
	six := func(d civil.Date) string { return d.Time().Format("060102") }
	f := ach.NewFile()
	f.Header.ImmediateDestination, f.Header.ImmediateOrigin = routing, company
	f.Header.ImmediateDestinationName, f.Header.ImmediateOriginName = "Bank", "Marketplace"
	f.Header.FileCreationDate, f.Header.FileCreationTime, f.Header.FileIDModifier = six(o.made), "2000", o.modifier
	h := ach.NewBatchHeader()
	h.ServiceClassCode, h.CompanyName, h.CompanyIdentification = ach.MixedDebitsAndCredits, "Marketplace", company
	h.StandardEntryClassCode, h.CompanyEntryDescription = ach.PPD, o.description
	if h.CompanyEntryDescription == "" {
		h.CompanyEntryDescription = "PREMIUM"
	}
	h.EffectiveEntryDate, h.ODFIIdentification = six(o.effective), routing[:8]
	if o.change != nil {
		o.change(h)
	}
	batch, err := ach.NewBatch(h)
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range o.entries {
		e := ach.NewEntryDetail()
		if e.TransactionCode = d.code; d.code == 0 {
			e.TransactionCode = ach.CheckingDebit
		}
		e.SetRDFI(bank.GoodRouting)
		e.DFIAccountNumber, e.Amount, e.IndividualName, e.IdentificationNumber = d.account, d.cents, "Ana Ruiz", "700123456789"
		e.SetTraceNumber(h.ODFIIdentification, o.firstTrace+i)
		e.Category = ach.CategoryForward
		batch.AddEntry(e)
	}
	if err := batch.Create(); err != nil {
		t.Fatal(err)
	}
	f.AddBatch(batch)
	if err := f.Create(); err != nil {
		t.Fatal(err)
	}
	var w bytes.Buffer
	if err := ach.NewWriter(&w).Write(f); err != nil {
		t.Fatal(err)
	}
	return w.Bytes()
}

// premium is a file of Tuesday evening.
func premium(entries ...debit) order {
	return order{made: tuesday, modifier: "A", effective: tuesday.AddDays(1), firstTrace: 1, entries: entries}
}

func take(t *testing.T, b *bank.Bank, name string, body []byte) bank.Ack {
	t.Helper()
	ack, err := b.Take(at(tuesday, 20), name, body)
	if err != nil {
		t.Fatal(err)
	}
	return ack
}

// outbox gives the texts that lie there at a moment, by name.
func outbox(t *testing.T, b *bank.Bank, now civil.Instant) map[string]string {
	t.Helper()
	all, err := b.Outbox(now)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, o := range all {
		texts[o.Name] = string(o.Body)
	}
	return texts
}

// answers reads a return file strictly: code and original trace of each entry.
func answers(t *testing.T, text string) []string {
	t.Helper()
	f, err := ach.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	var all []string
	for _, batch := range f.Batches {
		for _, e := range batch.GetEntries() {
			switch {
			case e.Addenda98 != nil:
				all = append(all, fmt.Sprintf("%s %s %d %s", e.Addenda98.ChangeCode, e.Addenda98.OriginalTrace[8:], e.Amount, e.Addenda98.CorrectedData))
			case e.Addenda99 != nil:
				all = append(all, fmt.Sprintf("%s %s %d", e.Addenda99.ReturnCode, e.Addenda99.OriginalTrace[8:], e.Amount))
			}
		}
	}
	return all
}

// A file of Tuesday evening settles on Wednesday; what has no money behind it
// comes back on Thursday, and the statements say so.
func TestSettleAndReturn(t *testing.T) {
	t.Parallel()
	b := open(t)
	ack := take(t, b, "one.ach", file(t, premium(debit{account: bank.GoodAccount, cents: 12450}, debit{account: "000111111116", cents: 5000})))
	if ack.Status != bank.Accepted || ack.Entries != 2 || ack.Debits != money.Cents(17450) || len(ack.Warnings) > 0 {
		t.Fatalf("%+v", ack)
	}
	if text := outbox(t, b, at(tuesday, 20))["one.ach.ack"]; !strings.Contains(text, "status: accepted\n") || !strings.Contains(text, "debits: 174.50\n") {
		t.Errorf("the acknowledgment: %q", text)
	}
	before := outbox(t, b, at(tuesday.AddDays(1), 21))
	if _, early := before["STATEMENT-20261216.bai2"]; early {
		t.Error("the statement of Wednesday is there before the bank closes")
	}
	wednesday := outbox(t, b, at(tuesday.AddDays(1), 22))["STATEMENT-20261216.bai2"]
	if !strings.Contains(wednesday, "\n16,166,17450,0,2026121600001,one.ach,ACH SETTLEMENT\n") {
		t.Errorf("Wednesday:\n%s", wednesday)
	}
	after := outbox(t, b, at(tuesday.AddDays(2), 22))
	if got := answers(t, after["RETURNS-20261217.ach"]); !cmp.Equal(got, []string{"R01 0000002 5000"}) {
		t.Errorf("returned: %q", got)
	}
	want := "01,091000019,1999999999,261217,2200,261217,,,2/\n" +
		"02,1999999999,091000019,1,261217,2200,USD,2/\n" +
		"03,000100200300,USD,010,17450,,,015,12450,,,040,12450,,/\n" +
		"88,100,0,0,,400,5000,1,/\n" +
		"16,557,5000,0,2026121700001,091000010000002,ACH RETURN R01\n" +
		"49,52350,4/\n98,52350,1,6/\n99,52350,1,8/\n"
	if diff := cmp.Diff(want, after["STATEMENT-20261217.bai2"]); diff != "" {
		t.Errorf("Thursday (-want +got):\n%s", diff)
	}
}

// An account number says what becomes of its debit, and when (ACH-30, ACH-40).
func TestAccounts(t *testing.T) {
	t.Parallel()
	wednesday := tuesday.AddDays(1)
	for _, c := range []struct {
		account string
		code    int
		on      civil.Date // of the answer; zero: none ever
		want    string
	}{
		{bank.GoodAccount, 27, civil.Date{}, ""},
		{"000555000002", 27, wednesday.AddDays(1), "R02 0000001 5000"},
		{"000777000003", 27, wednesday.AddDays(1), "R03 0000001 5000"},
		{"000777000003", 22, wednesday.AddDays(1), "R03 0000001 5000"}, // a micro-credit, or a refund
		{"000777123456", 27, civil.Date{}, ""},
		{"000555000009", 27, wednesday.AddDays(1), "R09 0000001 5000"},
		{"000555000007", 27, wednesday.AddDays(5), "R07 0000001 5000"},
		{"000555000107", 27, civil.NewDate(2027, time.January, 11), "R07 0000001 5000"}, // the 25th day is a Sunday
		{"000555000110", 27, civil.NewDate(2027, time.January, 25), "R10 0000001 5000"},
		{"000555000101", 27, wednesday.AddDays(1), "R01 0000001 5000"},
		{"000555000099", 27, civil.Date{}, ""}, // no such code
		{"000666000001", 27, wednesday.AddDays(1), "C01 0000001 0 000123456789"},
		{"000666000003", 27, wednesday.AddDays(1), "C03 0000001 0 110000000   000123456789"},
		{"000666000005", 27, wednesday.AddDays(1), "C05 0000001 0 37"},
		{"000666000006", 27, wednesday.AddDays(1), "C06 0000001 0 000123456789        37"},
		{"000666000007", 37, wednesday.AddDays(1), "C07 0000001 0 110000000000123456789     27"},
		{"000555000003", 28, wednesday.AddDays(1), "R03 0000001 0"}, // a prenote
		{"000111111116", 28, civil.Date{}, ""},                      // needs no money
		{"000555000002", 22, wednesday.AddDays(1), "R02 0000001 5000"},
		{"000111111116", 22, civil.Date{}, ""}, // a refund arrives
	} {
		t.Run(fmt.Sprintf("%s %d", c.account, c.code), func(t *testing.T) {
			t.Parallel()
			b := open(t)
			d := debit{c.account, 5000, c.code}
			if c.code == 28 {
				d.cents = 0
			}
			if ack := take(t, b, "one.ach", file(t, premium(d))); ack.Status != bank.Accepted {
				t.Fatal(ack.Reasons)
			}
			got := map[civil.Date][]string{}
			for name, text := range outbox(t, b, at(tuesday.AddDays(100), 23)) {
				if on, ok := strings.CutPrefix(name, "RETURNS-"); ok {
					day, err := civil.ParseDate(on[:4] + "-" + on[4:6] + "-" + on[6:8])
					if err != nil {
						t.Fatal(err)
					}
					got[day] = answers(t, text)
				}
			}
			want := map[civil.Date][]string{}
			if !c.on.IsZero() {
				want[c.on] = []string{c.want}
			}
			if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What came back for want of money may be tried again; the second time it is
// paid. A retry of nothing is warned of (ACH-32).
func TestRetry(t *testing.T) {
	t.Parallel()
	b := open(t)
	take(t, b, "one.ach", file(t, premium(debit{account: "000555000101", cents: 6240})))
	friday := tuesday.AddDays(3)
	again := order{made: friday, modifier: "A", effective: friday.AddDays(3), description: "RETRY PYMT", firstTrace: 2, entries: []debit{
		{account: "000555000101", cents: 6240}, {account: "000555000101", cents: 4240},
	}}
	ack, err := b.Take(at(friday, 20), "two.ach", file(t, again))
	if err != nil || ack.Status != bank.Accepted || len(ack.Warnings) != 1 || !strings.Contains(ack.Warnings[0], "0000003") {
		t.Fatalf("%+v, %v", ack, err)
	}
	if text := outbox(t, b, at(friday.AddDays(10), 23)); len(text["RETURNS-20261217.ach"]) == 0 || len(text["RETURNS-20261222.ach"]) != 0 {
		t.Error("it must come back once and no more")
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	good := file(t, premium(debit{account: bank.GoodAccount, cents: 100}))
	alter := func(from, to string) []byte { return bytes.Replace(good, []byte(from), []byte(to), 1) }
	header := func(change func(*ach.BatchHeader)) []byte {
		o := premium(debit{account: bank.GoodAccount, cents: 100})
		o.change = change
		return file(t, o)
	}
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"empty":            {nil, "not a valid file"},
		"another bank":     {alter(routing, "110000000"), "is for"},
		"wrong total":      {alter("000000000100000000000000", "000000000101000000000000"), "not a valid file"},
		"truncated":        {good[:len(good)/3], "not a valid file"},
		"a short line":     {alter("Marketplace            ", "Marketplace          "), "94 characters"},
		"another company":  {header(func(h *ach.BatchHeader) { h.CompanyIdentification = "1888888888" }), "not the originator"},
		"class of a shop":  {header(func(h *ach.BatchHeader) { h.StandardEntryClassCode = ach.ARC }), "not in the contract"},
		"operator's field": {alter("261216   1", "2612163501"), "operator"},
		"nines":            {bytes.Repeat(append(bytes.Repeat([]byte("9"), 94), '\n'), 100), "not a valid file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			ack := take(t, b, "bad.ach", c.body)
			if ack.Status != bank.Refused || !strings.Contains(strings.Join(ack.Reasons, "\n"), c.want) {
				t.Fatalf("%s: %q", ack.Status, ack.Reasons)
			}
			if v, err := b.View(at(tuesday, 21)); err != nil || len(v.Entries) > 0 {
				t.Errorf("%d entries of a refused file were taken, %v", len(v.Entries), err)
			}
			if ack := take(t, b, "good.ach", good); ack.Status != bank.Accepted {
				t.Errorf("the good file after it: %q", ack.Reasons)
			}
		})
	}
}

// A file that was taken is known again, whatever its name; another file must
// not have its modifier or its traces (ACH-25).
func TestTakenOnce(t *testing.T) {
	t.Parallel()
	b := open(t)
	o := premium(debit{account: bank.GoodAccount, cents: 100})
	take(t, b, "one.ach", file(t, o))
	for name, status := range map[string]string{"one.ach": bank.Accepted, "copy.ach": bank.Refused} {
		if ack := take(t, b, name, file(t, o)); ack.Status != status || ack.First != "one.ach" {
			t.Errorf("%s: %+v", name, ack)
		}
	}
	o.entries[0].cents = 200
	if ack := take(t, b, "two.ach", file(t, o)); ack.Status != bank.Refused || len(ack.Reasons) != 2 {
		t.Errorf("same modifier and traces: %+v", ack)
	}
	o.modifier, o.firstTrace = "B", 2
	if ack := take(t, b, "two.ach", file(t, o)); ack.Status != bank.Accepted {
		t.Errorf("another file: %+v", ack)
	}
	statement := outbox(t, b, at(tuesday.AddDays(1), 22))["STATEMENT-20261216.bai2"]
	if !strings.Contains(statement, ",one.ach,") || !strings.Contains(statement, ",two.ach,") || strings.Contains(statement, "copy") {
		t.Errorf("the statement:\n%s", statement)
	}
}

// The day on which a batch is effective (ACH-20).
func TestEffectiveDate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		effective civil.Date
		code      int
		settles   civil.Date
		comesBack bool
	}{
		"next bank day":        {tuesday.AddDays(1), 27, tuesday.AddDays(1), false},
		"same day":             {tuesday, 27, tuesday, false},
		"past":                 {tuesday.AddDays(-3), 27, tuesday, false},
		"too far ahead":        {tuesday.AddDays(2), 27, tuesday, true},
		"credits have two":     {tuesday.AddDays(2), 22, tuesday.AddDays(2), false},
		"credits have no more": {tuesday.AddDays(3), 22, tuesday, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			o := premium(debit{bank.GoodAccount, 100, c.code})
			o.effective = c.effective
			if ack := take(t, b, "one.ach", file(t, o)); ack.Status != bank.Accepted {
				t.Fatal(ack.Reasons)
			}
			v, err := b.View(at(c.settles, 22))
			if err != nil {
				t.Fatal(err)
			}
			e := v.Entries[0]
			if e.SettlesOn != c.settles || (e.State == bank.StateReturned) != c.comesBack || c.comesBack && e.Outcome != "R18" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// By hand, entries come back with any code that is in time.
func TestDesk(t *testing.T) {
	t.Parallel()
	b := open(t)
	take(t, b, "one.ach", file(t, premium(debit{account: bank.GoodAccount, cents: 100}, debit{account: bank.GoodAccount, cents: 200})))
	first, second := routing[:8]+"0000001", routing[:8]+"0000002"
	thursday, friday := tuesday.AddDays(2), tuesday.AddDays(3)
	for _, c := range []struct {
		trace, code string
		on          civil.Date
		want        string
	}{
		{first, "R77", thursday, "not a code"},
		{"123", "R01", thursday, "no entry"},
		{first, "R01", thursday, ""},
		{first, "R02", friday, "has come back"},
		{second, "R01", friday, "too late"},
		{second, "R10", friday, ""},
	} {
		err := b.Return(at(c.on, 12), c.trace, c.code)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s on %s: %v, want %q", c.trace, c.code, c.on, err, c.want)
		}
	}
	if err := b.RefuseNext(true); err != nil {
		t.Fatal(err)
	}
	o := premium(debit{account: bank.GoodAccount, cents: 300})
	o.modifier, o.firstTrace, o.made, o.effective = "C", 9, friday, friday.AddDays(3)
	for _, want := range []string{bank.Refused, bank.Accepted} {
		if ack, err := b.Take(at(friday, 20), "three.ach", file(t, o)); err != nil || ack.Status != want {
			t.Errorf("%+v, %v, want %s", ack, err, want)
		}
	}
	text := outbox(t, b, at(friday, 22))
	if got := answers(t, text["RETURNS-20261217.ach"]); !cmp.Equal(got, []string{"R01 0000001 100"}) {
		t.Errorf("Thursday: %q", got)
	}
	if got := answers(t, text["RETURNS-20261218.ach"]); !cmp.Equal(got, []string{"R10 0000002 200"}) {
		t.Errorf("Friday: %q", got)
	}
}

// Deposits are booked once, on the bank day under way.
func TestDeposits(t *testing.T) {
	t.Parallel()
	b := open(t)
	for range 2 {
		if err := b.Deposit(at(tuesday, 9), bank.Deposit{Type: bank.CardPayout, Amount: money.Cents(9900), Reference: "PAYOUT-1", Text: "CARDS"}); err != nil {
			t.Fatal(err)
		}
	}
	statement := outbox(t, b, at(tuesday, 22))["STATEMENT-20261215.bai2"]
	if strings.Count(statement, "16,165,9900,0,2026121500001,PAYOUT-1,CARDS\n") != 1 {
		t.Errorf("the statement:\n%s", statement)
	}
}

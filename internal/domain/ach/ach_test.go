package ach_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	day    = civil.MustParseDate
	opaque = cmpopts.EquateComparable(money.Amount{}, civil.Date{})
)

func TestSettles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, built, settles string }{
		{"an ordinary day", "2026-11-17", "2026-11-18"},
		{"over a weekend", "2026-11-20", "2026-11-23"},
		{"over Thanksgiving", "2026-11-25", "2026-11-27"},
		{"ACH-20: AutoPay of Saturday 23 May, over Memorial Day", "2026-05-22", "2026-05-26"},
		{"over New Year", "2026-12-31", "2027-01-04"},
		{"a Monday holiday that banks keep and a state office does too", "2026-10-09", "2026-10-13"},
		{"Patriots' Day, which banks do not keep", "2026-04-17", "2026-04-20"},
	} {
		if got := ach.Settles(day(c.built)).String(); got != c.settles {
			t.Errorf("%s: built %s settles %s, want %s", c.name, c.built, got, c.settles)
		}
	}
	// ACH-10: the example of the rule.
	if got := ach.LiveFrom(day("2026-12-14")); got != day("2026-12-17") {
		t.Errorf("a prenote of 14 December lets live entries settle from %s", got)
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	if got := ach.FileName(day("2026-01-05"), "B"); got != "ACH-20260105-B.ach" {
		t.Error(got)
	}
	last, ok := ach.Modifier(35)
	if _, more := ach.Modifier(36); last != "9" || !ok || more {
		t.Errorf("the last modifier is %q", last)
	}
}

func TestTraces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		taken int64
		most  int
		want  ach.Traces
	}{
		{"the first", 0, 5000, ach.Traces{Round: 0, First: 1, N: 5000}},
		{"going on", 5000, 3, ach.Traces{Round: 0, First: 5001, N: 3}},
		{"to the end of the round", 9_999_990, 5000, ach.Traces{Round: 0, First: 9_999_991, N: 9}},
		{"the first of the next round", 9_999_999, 5000, ach.Traces{Round: 1, First: 0, N: 5000}},
		{"the third round", 20_000_004, 10, ach.Traces{Round: 2, First: 5, N: 10}},
	} {
		if diff := cmp.Diff(c.want, ach.TracesAfter(c.taken, c.most)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if got := ach.Trace("11000000", 42); got != "110000000000042" {
		t.Error(got)
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, k := range ach.Kinds {
		for _, a := range []payment.AccountType{payment.AccountChecking, payment.AccountSavings} {
			got[string(k)+" "+string(a)] = string(rune('0'+k.TransactionCode(a)/10)) + string(rune('0'+k.TransactionCode(a)%10)) + " " + k.Description("PREMIUM")
		}
	}
	want := map[string]string{
		"debit checking": "27 PREMIUM", "debit savings": "37 PREMIUM", "retry checking": "27 RETRY PYMT", "retry savings": "37 RETRY PYMT",
		"prenote checking": "28 PREMIUM", "prenote savings": "38 PREMIUM", "reversal checking": "22 REVERSAL", "reversal savings": "32 REVERSAL",
		"micro checking": "22 ACCTVERIFY", "micro savings": "32 ACCTVERIFY", "refund checking": "22 REFUND", "refund savings": "32 REFUND",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	most := ach.Limit{Entries: 10, Debits: money.Dollars(1000), Credits: money.Dollars(100)}
	limits := ach.Limits{File: most, Day: ach.Limit{Entries: 15, Debits: money.Dollars(1500), Credits: money.Dollars(150)}}
	totals := func(entries int, debits, credits int64) ach.Totals {
		return ach.Totals{Entries: entries, Debits: money.Dollars(debits), Credits: money.Dollars(credits)}
	}
	for _, c := range []struct {
		name      string
		file, day ach.Totals
		want      []string
	}{
		{"nothing", totals(0, 0, 0), totals(0, 0, 0), nil},
		{"just as much as may be", totals(10, 1000, 100), totals(5, 500, 50), nil},
		{"an entry too many", totals(11, 0, 0), totals(0, 0, 0), []string{"11 entries, and a file may have 10"}},
		{"too many debits", totals(1, 1001, 0), totals(0, 0, 0), []string{"debits of $1,001.00, and a file may have $1,000.00"}},
		{"too many credits", totals(1, 0, 101), totals(0, 0, 0), []string{"credits of $101.00, and a file may have $100.00"}},
		{"a small file on a full day", totals(1, 1, 0), totals(15, 1500, 0), []string{
			"16 entries, and a day may have 15", "debits of $1,501.00, and a day may have $1,500.00",
		}},
	} {
		if diff := cmp.Diff(c.want, limits.Exceeded(c.file, c.day)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestAck(t *testing.T) {
	t.Parallel()
	totals := ach.Totals{Entries: 3, Debits: money.Cents(12345), Credits: money.Cents(6)}
	for _, c := range []struct {
		name, text string
		want       ach.Ack
		code       string
	}{
		{"yes", "file: A.ach\nstatus: accepted\nentries: 3\ndebits: 123.45\ncredits: 0.06\n", ach.Ack{File: "A.ach", Accepted: true, Totals: totals}, ""},
		{"yes, in a dialect", "FILE : A.ach\r\nStatus: ACCEPTED\r\nsha256: 00\r\n\r\n", ach.Ack{File: "A.ach", Accepted: true}, ""},
		{"no, for two reasons", "file: A.ach\nstatus: refused\nreason: one\nreason: two\n", ach.Ack{File: "A.ach", Reason: "one; two"}, ""},
		{"it came before", "file: A.ach\nstatus: refused\nfirst: A.ach\n", ach.Ack{File: "A.ach", First: "A.ach", Accepted: true}, ""},
		{"it came before as another", "file: A.ach\nstatus: refused\nfirst: B.ach\n", ach.Ack{File: "A.ach", First: "B.ach"}, ""},
		{"neither yes nor no", "file: A.ach\nstatus: perhaps\n", ach.Ack{}, ach.CodeBadAck},
		{"of no file", "status: accepted\n", ach.Ack{}, ach.CodeBadAck},
		{"nothing", "", ach.Ack{}, ach.CodeBadAck},
		{"an amount that is none", "file: A.ach\nstatus: accepted\ndebits: much\n", ach.Ack{}, ach.CodeBadAck},
		{"300 kB on one line", "file: " + strings.Repeat("9", 300_000), ach.Ack{}, ach.CodeBadAck},
		{"yes after the part that is read", "file: A.ach\n" + strings.Repeat("x: y\n", 20_000) + "status: accepted\n", ach.Ack{}, ach.CodeBadAck},
	} {
		got, err := ach.ReadAck(strings.NewReader(c.text))
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, opaque); c.code == "" && diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if c.code != "" {
			continue
		}
		var again bytes.Buffer
		if err := got.Write(&again); err != nil {
			t.Fatal(err)
		}
		back, err := ach.ReadAck(&again)
		if diff := cmp.Diff(got, back, opaque); err != nil || diff != "" {
			t.Errorf("%s, written and read again: %v %s", c.name, err, diff)
		}
	}
	if file, ok := ach.IsAck(ach.AckName("A.ach")); !ok || file != "A.ach" {
		t.Error("the name of an acknowledgment is not known again")
	}
	if _, ok := ach.IsAck("RETURNS-20261217.ach"); ok {
		t.Error("returns are taken for an acknowledgment")
	}
}

package nacha_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/format/nacha"
)

const (
	ourTrace   = "110000000000042"
	theirTrace = "231380100000007"
)

// inbound is a file from the bank with one entry, of the class, code and
// addenda that are given. Its totals agree.
func inbound(class, code string, cents int, addenda ...string) string {
	debit, credit := cents, 0
	if code[1] <= '4' {
		debit, credit = 0, cents
	}
	indicator := min(len(addenda), 1)
	lines := []string{
		"1011234567890 1100000002612170900A094101BAY STATE MARKETPLACE  FIRST BANK OF THE BAY          ",
		fmt.Sprintf("5200%-16s%-20s%-10s%-3s%-10s%-6s%s%-3s1%s%07d", "BAY STATE HEALTH", "", "1043334444", class, "PREMIUM", "", "261217", "351", "23138010", 1),
		fmt.Sprintf("6%s%s%-17s%010d%-15s%-22s%-2s%d%s", code, "110000000", "000123456789", cents, "700100000013", "Maria Souza", "", indicator, theirTrace),
	}
	lines = append(lines, addenda...)
	count := 1 + len(addenda)
	lines = append(lines,
		fmt.Sprintf("8200%06d%010d%012d%012d%-10s%25s%s%07d", count, 11000000, debit, credit, "1043334444", "", "23138010", 1),
		fmt.Sprintf("9%06d%06d%08d%010d%012d%012d%39s", 1, 1, count, 11000000, debit, credit, ""))
	return strings.Join(lines, "\n") + "\n"
}

// returned is an addenda 99.
func returned(code, original, died, info string) string {
	return fmt.Sprintf("799%s%s%-6s%s%-44s%s", code, original, died, "23138010", info, theirTrace)
}

// changed is an addenda 98.
func changed(code, data string) string {
	return fmt.Sprintf("798%s%s%-6s%s%-29s%-15s%s", code, ourTrace, "", "23138010", data, "", theirTrace)
}

// remittance is that many addenda 05.
func remittance(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("705%-80s%04d%s", fmt.Sprintf("RMR*IV*%d", i), (i+1)%10000, theirTrace[8:])
	}
	return all
}

// theOne gives the only item of a file that is not of the file itself.
func theOne(t *testing.T, file string) nacha.Item {
	t.Helper()
	var found []nacha.Item
	for _, i := range read(t, strings.NewReader(file)) {
		if i.Kind != nacha.KindFile && i.Kind != nacha.KindEnd && i.Kind != nacha.KindProblem {
			found = append(found, i)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d items in\n%s", len(found), file)
	}
	return found[0]
}

func TestReturns(t *testing.T) { // ACH-30
	t.Parallel()
	for name, c := range map[string]struct {
		file    string
		kind    nacha.Kind
		want    nacha.Return
		problem string
	}{
		"no funds": {
			inbound("WEB", "26", 51200, returned("R01", ourTrace, "", "INSUFFICIENT FUNDS")), nacha.KindReturn,
			nacha.Return{Code: "R01", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Info: "INSUFFICIENT FUNDS", Trace: theirTrace},
			"",
		},
		"died": {
			inbound("PPD", "26", 51200, returned("R15", ourTrace, "261130", "")), nacha.KindReturn,
			nacha.Return{Code: "R15", OriginalTrace: ourTrace, DiedOn: civil.MustParseDate("2026-11-30"), OriginalRDFI: "23138010", Trace: theirTrace},
			"",
		},
		"died on no date": {
			inbound("PPD", "26", 51200, returned("R14", ourTrace, "261131", "")), nacha.KindReturn,
			nacha.Return{Code: "R14", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace},
			"~return.died_on",
		},
		"a prenote": {
			inbound("WEB", "26", 0, returned("R03", ourTrace, "000000", "")), nacha.KindReturn,
			nacha.Return{Code: "R03", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace},
			"",
		},
		"a refund refused": {
			inbound("PPD", "21", 1999, returned("R23", ourTrace, "", "")), nacha.KindReturn,
			nacha.Return{Code: "R23", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace},
			"",
		},
		"with the code of the entry it returns": {
			inbound("WEB", "27", 51200, returned("R10", ourTrace, "", "")), nacha.KindReturn,
			nacha.Return{Code: "R10", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace},
			"",
		},
		"a reason that is none": {
			inbound("WEB", "26", 51200, returned("R97", ourTrace, "", "")), nacha.KindReturn,
			nacha.Return{Code: "R97", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace},
			"return.code",
		},
		"the reason R54": {
			inbound("WEB", "26", 51200, returned("R54", ourTrace, "", "")), nacha.KindReturn,
			nacha.Return{Code: "R54", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace},
			"return.code",
		},
		"a trace number in letters": {
			inbound("WEB", "26", 51200, returned("R01", "11000000000004O", "", "")), nacha.KindReturn,
			nacha.Return{Code: "R01", OriginalTrace: "11000000000004O", OriginalRDFI: "23138010", Trace: theirTrace},
			"return.original_trace",
		},
		"dishonored": {
			inbound("WEB", "26", 51200, returned("R68", ourTrace, "", "   "+theirTrace+"35101UNTIMELY RETURN")), nacha.KindDishonored,
			nacha.Return{Code: "R68", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Info: "UNTIMELY RETURN", Trace: theirTrace, ReturnTrace: theirTrace, ReturnSettled: "351", ReturnReason: "01"},
			"",
		},
		"contested": {
			inbound("WEB", "26", 51200, returned("R73", ourTrace, "261217", "349"+theirTrace+"35101"+ourTrace+"35368")), nacha.KindContested,
			nacha.Return{Code: "R73", OriginalTrace: ourTrace, OriginalRDFI: "23138010", Trace: theirTrace, ReturnTrace: theirTrace, ReturnSettled: "351", ReturnReason: "01", DishonorTrace: ourTrace, DishonorCode: "68", OriginalOn: civil.MustParseDate("2026-12-17")},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := theOne(t, c.file)
			if item.Kind != c.kind || len(item.Returns) != 1 {
				t.Fatalf("%s with %d returns", item.Kind, len(item.Returns))
			}
			c.want.Line = 4
			if diff := cmp.Diff(c.want, item.Returns[0], equal); diff != "" {
				t.Error(diff)
			}
			if got := strings.Join(problems([]nacha.Item{item}), " "); got != c.problem {
				t.Errorf("problems %q, want %q", got, c.problem)
			}
			usable := c.problem == "" || c.problem[0] == '~'
			if report, err := nacha.Check(strings.NewReader(c.file)); err != nil || report.Accepted != usable || item.Usable() != usable {
				t.Errorf("usable: %v; %+v, %v", item.Usable(), report, err)
			}
			if item.Entry.Amount.Cents() > 0 && item.Entry.Amount.Cents() != 51200 && item.Entry.Amount.Cents() != 1999 || item.Batch.Settled != "351" {
				t.Errorf("amount %v, settled %s", item.Entry.Amount, item.Batch.Settled)
			}
		})
	}
}

func TestNotificationsOfChange(t *testing.T) { // ACH-41
	t.Parallel()
	secret := pii.NewSecret
	for name, c := range map[string]struct {
		code, data string
		want       nacha.Change
		bad        bool
	}{
		"C01 account":                  {"C01", "1918171614", nacha.Change{Account: secret("1918171614")}, false},
		"C01 without one":              {"C01", "", nacha.Change{}, true},
		"C02 routing":                  {"C02", "231380104", nacha.Change{Routing: "231380104"}, false},
		"C02 with a wrong check digit": {"C02", "231380105", nacha.Change{Routing: "231380105"}, true},
		"C03 both":                     {"C03", "231380104   000123456789", nacha.Change{Routing: "231380104", Account: secret("000123456789")}, false},
		"C03 without its gap":          {"C03", "231380104000123456789", nacha.Change{Routing: "231380104", Account: secret("123456789")}, true},
		"C04 name":                     {"C04", "Maria D. Souza", nacha.Change{Name: "Maria D. Souza"}, false},
		"C05 code":                     {"C05", "37", nacha.Change{Transaction: 37}, false},
		"C05 of a return":              {"C05", "36", nacha.Change{}, true},
		"C06 with spaces":              {"C06", "0001 234 567 89     37", nacha.Change{Account: secret("0001 234 567 89"), Transaction: 37}, false},
		"C06 shifted":                  {"C06", "00012345678901234537", nacha.Change{Account: secret("00012345678901234")}, true},
		"C07 all":                      {"C07", "231380104000123456789     37", nacha.Change{Routing: "231380104", Account: secret("000123456789"), Transaction: 37}, false},
		"C07 with 17 digits":           {"C07", "2313801040012345678901234537", nacha.Change{Routing: "231380104", Account: secret("00123456789012345"), Transaction: 37}, false},
		"C07 with the gap of C03":      {"C07", "231380104   000123456789  37", nacha.Change{Routing: "231380104", Account: secret("000123456789"), Transaction: 37}, false},
		"C07 without a code":           {"C07", "231380104000123456789", nacha.Change{Routing: "231380104", Account: secret("000123456789")}, true},
		"C09 id":                       {"C09", "700100000013", nacha.Change{ID: "700100000013"}, false},
		"C13 addenda":                  {"C13", "SEE RULES", nacha.Change{Text: "SEE RULES"}, false},
		"C78 is none":                  {"C78", "1918171614", nacha.Change{Text: "1918171614"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := theOne(t, inbound("COR", "26", 0, changed(c.code, c.data)))
			if item.Kind != nacha.KindChange {
				t.Fatalf("%s", item.Kind)
			}
			c.want.Line, c.want.Code, c.want.OriginalTrace, c.want.OriginalRDFI, c.want.Trace = 4, c.code, ourTrace, "23138010", theirTrace
			if diff := cmp.Diff(&c.want, item.Change, equal); diff != "" {
				t.Error(diff)
			}
			report, err := nacha.Check(strings.NewReader(inbound("COR", "26", 0, changed(c.code, c.data))))
			if err != nil || item.Usable() == c.bad || report.Accepted == c.bad {
				t.Errorf("usable: %v, %+v, %v", item.Usable(), report, err)
			}
		})
	}
}

func TestOtherKindsAreRecognised(t *testing.T) {
	t.Parallel()
	refused := fmt.Sprintf("798C62%s%-6s%s%-29s%-3s%-7s%-5s%s", ourTrace, "", "23138010", "1918171614", "C01", "0000007", "", theirTrace)
	for name, c := range map[string]struct {
		file    string
		kind    nacha.Kind
		problem string
	}{
		"a refused change":               {inbound("COR", "26", 0, refused), nacha.KindRefused, ""},
		"an acknowledgment":              {inbound("ACK", "24", 0), nacha.KindAcknowledge, ""},
		"a credit to us":                 {inbound("CIE", "22", 51200), nacha.KindEntry, ""},
		"a return without its reason":    {inbound("WEB", "26", 51200), nacha.KindEntry, "entry.no_reason"},
		"a change without its addenda":   {inbound("COR", "26", 0), nacha.KindEntry, "entry.no_change"},
		"a change and a return (ACH-42)": {inbound("COR", "26", 0, changed("C01", "1918171614"), returned("R01", ourTrace, "", "")), nacha.KindReturn, "addenda.mixed"},
		"two changes":                    {inbound("COR", "26", 0, changed("C01", "1918171614"), changed("C02", "231380104")), nacha.KindChange, "change.twice"},
		"a prenote with an amount":       {inbound("PPD", "28", 51200), nacha.KindEntry, "entry.prenote"},
		"a debit of nothing":             {inbound("PPD", "27", 0), nacha.KindEntry, "entry.amount_zero"},
		"9,999 addenda":                  {inbound("CTX", "22", 51200, remittance(9999)...), nacha.KindEntry, ""},
		"10,001 addenda":                 {inbound("CTX", "22", 51200, remittance(10001)...), nacha.KindEntry, "addenda.too_many"},
		"addenda of no type":             {inbound("PPD", "27", 51200, "744"+strings.Repeat("X", 80)+"00010000007"), nacha.KindEntry, "addenda.type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := theOne(t, c.file)
			if item.Kind != c.kind {
				t.Errorf("%s, want %s", item.Kind, c.kind)
			}
			if got := strings.Join(problems([]nacha.Item{item}), " "); got != c.problem {
				t.Errorf("problems %q, want %q", got, c.problem)
			}
		})
	}
	item := theOne(t, inbound("COR", "26", 0, refused))
	if c := item.Change; c.Code != "C62" || c.RefusedCode != "C01" || c.RefusedTrace != "0000007" {
		t.Errorf("%+v", c)
	}
}

// A bill-pay credit has name and account number the other way round (BANK-32).
func TestBillPayCredit(t *testing.T) {
	t.Parallel()
	file := strings.Replace(inbound("CIE", "22", 51200), fmt.Sprintf("%-15s%-22s", "700100000013", "Maria Souza"), fmt.Sprintf("%-15s%-22s", "Maria Souza", "700100000013"), 1)
	if e := theOne(t, file).Entry; e.ID != "700100000013" || e.Name != "Maria Souza" {
		t.Errorf("id %q, name %q", e.ID, e.Name)
	}
}

// Quarantine the entry, not the file (ACH-42): a bad entry among good ones is
// set aside with line and field, and the others are there.
func TestBadEntryDoesNotSpoilTheOthers(t *testing.T) {
	t.Parallel()
	good := strings.Split(day(t), "\n")
	for name, c := range map[string]struct{ from, to, field string }{
		"an amount with a letter":       {"0000051200", "00000512O0", "amount"},
		"an amount with a space":        {"0000051200", "000005120 ", "amount"},
		"an amount with a sign":         {"0000051200", "-000051200", "amount"},
		"a routing number with a space": {"231380104", "23138 104", "RDFI identification"},
		"a wrong check digit":           {"231380104", "231380107", "check digit"},
		"no account number":             {"000123456789", "            ", "DFI account number"},
		"a code that is none":           {"627", "620", "transaction code"},
		"a short line":                  {"Maria Souza ", "Maria Souza", "record"},
		"a long line":                   {"Maria Souza ", "Maria  Souza ", "record"},
		"a letter in the trace number":  {trace(1), odfi + "000000l", "trace number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := append([]string(nil), good...)
			lines[2] = strings.Replace(lines[2], c.from, c.to, 1)
			usable := 0
			var spoiled *nacha.Item
			for _, i := range read(t, strings.NewReader(strings.Join(lines, "\n"))) {
				switch {
				case i.Kind == nacha.KindEntry && i.Usable():
					usable++
				case i.Kind == nacha.KindEntry:
					spoiled = &i
				}
			}
			if usable != 2 || spoiled == nil {
				t.Fatalf("%d entries are usable", usable)
			}
			if p := spoiled.Problems[0]; spoiled.Line != 3 || p.Line != 3 || p.Field != c.field {
				t.Errorf("line %d: %+v", spoiled.Line, p)
			}
			if report, _ := nacha.Check(strings.NewReader(strings.Join(lines, "\n"))); report.Accepted || report.SetAside != 1 {
				t.Errorf("%+v", report)
			}
		})
	}
}

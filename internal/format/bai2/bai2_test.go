package bai2_test

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/bai2"
	"quittance.org/quittance/internal/format/formattest"
)

var update = flag.Bool("update", false, "write the golden files")

var equal = cmpopts.EquateComparable(money.Zero, civil.Date{})

// failer is what *testing.T and *rapid.T have in common.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func read(t failer, r io.Reader) []bai2.Item {
	t.Helper()
	reader := bai2.NewReader(r)
	var items []bai2.Item
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return items
		}
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
}

func check(t failer, file string) bai2.Report {
	t.Helper()
	report, err := bai2.Check(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// codes gives the codes of what was found, harmless ones with a tilde.
func codes(problems []bai2.Problem) []string {
	var all []string
	for _, p := range problems {
		code := p.Code
		if p.Harmless {
			code = "~" + code
		}
		all = append(all, code)
	}
	return all
}

func details(items []bai2.Item) []bai2.Detail {
	var all []bai2.Detail
	for _, i := range items {
		if i.Kind == bai2.KindDetail {
			all = append(all, i.Detail)
		}
	}
	return all
}

const morning = `01,110000000,1234567890,261216,0630,1,80,1,2/
02,1234567890,110000000,1,261215,,USD,2/
03,000987654321,USD,010,1000000,,,015,1051200,,/
16,166,51200,0,BR1,QUIT0001,ACH SETTLEMENT/
88,FILE 261215A/
16,557,2400,,BR2,,RETURN R01/
16,115,2400,V,261216,0800,LB1,,LOCKBOX 68751/
49,2107200,6/
98,2107200,1,8/
99,2107200,1,10/
`

func TestStatement(t *testing.T) {
	t.Parallel()
	items := read(t, strings.NewReader(morning))
	var kinds []bai2.Kind
	var found []bai2.Problem
	for _, i := range items {
		kinds = append(kinds, i.Kind)
		found = append(found, i.Problems...)
	}
	if diff := cmp.Diff([]bai2.Kind{"file", "group", "account", "detail", "detail", "detail", "trailer", "end"}, kinds); diff != "" || found != nil {
		t.Fatalf("%v %s", found, diff)
	}
	account := items[2]
	if b, ok := account.Account.Balance("015"); !ok || b != money.Cents(1051200) || account.Account.Number != "000987654321" || account.Account.Currency != "USD" {
		t.Errorf("%+v", account.Account)
	}
	if g := account.Group; g.On != civil.MustParseDate("2026-12-15") || !g.Final() || account.File.Sender != "110000000" {
		t.Errorf("%+v", g)
	}
	want := []bai2.Detail{
		{Code: "166", Amount: money.Cents(51200), Funds: bai2.Funds{Type: "0"}, BankRef: "BR1", Customer: "QUIT0001", Text: "ACH SETTLEMENT\nFILE 261215A"},
		{Code: "557", Amount: money.Cents(2400), BankRef: "BR2", Text: "RETURN R01"},
		{Code: "115", Amount: money.Cents(2400), Funds: bai2.Funds{Type: "V", On: civil.MustParseDate("2026-12-16"), At: "0800"}, BankRef: "LB1", Text: "LOCKBOX 68751"},
	}
	if diff := cmp.Diff(want, details(items), equal); diff != "" {
		t.Error(diff)
	}
	if got := want[0].Signed().Add(want[1].Signed()).Add(want[2].Signed()); got != money.Cents(51200) {
		t.Errorf("the account moved by %v", got)
	}
}

// The dialects of BANK-14 are read; each row is the statement with one change.
func TestDialects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to string
		says     []string
	}{
		"CR LF":                          {"\n", "\r\n", nil},
		"CR alone":                       {"\n", "\r", nil},
		"no mark at the end of records":  {"/\n", "\n", nil},
		"spaces behind the mark":         {"/\n", "/   \n", nil},
		"empty lines between":            {"\n", "\n\n", nil},
		"99 without its mark":            {"99,2107200,1,10/", "99,2107200,1,10", nil},
		"24:00":                          {"261215,,USD", "261215,24:00,USD", nil},
		"2400":                           {"261215,,USD", "261215,2400,USD", nil},
		"14:59:35":                       {"261215,,USD", "261215,14:59:35,USD", nil},
		"an hour that is none":           {"261215,,USD", "261215,2560,USD", []string{"~record.time"}},
		"no currency":                    {"USD", "", nil},
		"an account number with spaces":  {"000987654321", "0009 8765 4321", nil},
		"a slash in a text":              {"RETURN R01", "RETURN 12/15 R01/X", nil},
		"commas in a text":               {"RETURN R01", "RETURN, R01, DDA", nil},
		"a slash in a reference":         {"QUIT0001", "QU/IT/0001", nil},
		"trailing commas":                {"1051200,,/", "1051200,,,,,/", nil},
		"empty summaries":                {"USD,010", "USD,,,,,010", nil},
		"plus signs and zeros":           {"010,1000000", "010,+000000001000000", nil},
		"a colon after 88":               {"88,FILE", "88:FILE", []string{"~record.comma"}},
		"summaries in continuations":     {"88,FILE 261215A/", "88,FILE 261215A", nil},
		"bytes that are no UTF-8":        {"RETURN", "R\xc9TURN", nil},
		"a mark of the end of the file":  {"1,10/\n", "1,10/\n\x1a", nil},
		"two files in one transmission":  {morning, morning + morning, nil},
		"a byte order mark":              {"01,110000000", "\ufeff01,110000000", nil},
		"a version that is not said":     {"80,1,2/", "80,1,/", nil},
		"a length that is none believed": {"1,80,1,2/", "1,1,1,2/", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := strings.ReplaceAll(morning, c.from, c.to)
			if file == morning {
				t.Fatal("nothing was changed")
			}
			report := check(t, file)
			if diff := cmp.Diff(c.says, codes(report.Problems)); diff != "" || !report.Accepted {
				t.Fatalf("accepted %v: %s\n%+v", report.Accepted, diff, report.Problems)
			}
			for _, d := range details(read(t, iotest.OneByteReader(strings.NewReader(file)))) {
				if d.Amount != money.Cents(51200) && d.Amount != money.Cents(2400) || d.BankRef == "" {
					t.Errorf("%+v", d)
				}
			}
		})
	}
}

// What does not add up is refused (BANK-11), with line and field.
func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from, to string
		line     int
		first    string
	}{
		"an account's total":              {"49,2107200", "49,2107201", 8, "account.total"},
		"an account's total of no digits": {"49,2107200", "49,21O7200", 8, "account.total"},
		"an account without a total":      {"49,2107200", "49,", 8, "account.total"},
		"an account's records":            {"49,2107200,6", "49,2107200,5", 8, "account.count"},
		"no number of records":            {"49,2107200,6/", "49,2107200/", 8, "account.count"},
		"a group's total":                 {"98,2107200", "98,2107201", 9, "group.total"},
		"a group's accounts":              {"98,2107200,1", "98,2107200,2", 9, "group.count"},
		"a file's total":                  {"99,2107200", "99,-2107200", 10, "file.total"},
		"a file's groups":                 {"99,2107200,1,10", "99,2107200,2,10", 10, "file.count"},
		"a file's records":                {"1,10/", "1,11/", 10, "file.count"},
		"an amount changed":               {"16,166,51200", "16,166,51300", 8, "account.total"},
		"a balance changed":               {"015,1051200", "015,1051300", 8, "account.total"},
		"an amount with a point":          {"16,166,51200", "16,166,512.00", 4, "detail.amount"},
		"an amount of 14 digits":          {"16,166,51200", "16,166,10000000000000", 4, "detail.amount"},
		"a balance in letters":            {"010,1000000", "010,1OOOOOO", 3, "account.amount"},
		"a type code of two digits":       {"16,166", "16,66", 4, "detail.code"},
		"a type code of no direction":     {"16,166", "16,015", 4, "detail.direction"},
		"a summary code in letters":       {"015,1051200", "X15,1051200", 3, "account.code"},
		"a funds type that is none":       {"51200,0,BR1", "51200,Q,BR1", 4, "detail.funds"},
		"a funds type D without days":     {"51200,0,BR1", "51200,D,BR1", 4, "detail.funds"},
		"no account trailer":              {"49,2107200,6/\n", "", 8, "account.no_trailer"},
		"no group trailer":                {"98,2107200,1,8/\n", "", 9, "group.no_trailer"},
		"no file trailer":                 {"99,2107200,1,10/\n", "", 9, "file.no_trailer"},
		"no file header":                  {"01,110000000,1234567890,261216,0630,1,80,1,2/\n", "", 1, "file.no_header"},
		"no group header":                 {"02,1234567890,110000000,1,261215,,USD,2/\n", "", 2, "group.no_header"},
		"no account header":               {"03,000987654321,USD,010,1000000,,,015,1051200,,/\n", "", 3, "account.no_header"},
		"no account number":               {"03,000987654321", "03,", 3, "account.number"},
		"no date":                         {"261215,,USD", ",,USD", 2, "record.date"},
		"a date that is none":             {"261215,,USD", "261315,,USD", 2, "record.date"},
		"version 3, BTRS":                 {"80,1,2/", "80,1,3/", 1, "file.version"},
		"a line that is no record":        {"16,557", "17,557", 6, "record.code"},
		"a continuation of nothing":       {"01,110000000", "88,X/\n01,110000000", 1, "record.continuation"},
		"an account that ends twice":      {"49,2107200,6/", "49,2107200,6/\n49,2107200,6/", 9, "account.no_header"},
		"a group that ends twice":         {"98,2107200,1,8/", "98,2107200,1,8/\n98,2107200,1,8/", 10, "group.no_header"},
		"a record after the end":          {"99,2107200,1,10/\n", "99,2107200,1,10/\n16,166,1,,,/\n", 11, "file.after_trailer"},
		"a line of a megabyte":            {"RETURN R01", strings.Repeat("RETURN ", 1<<17), 6, "record.long"},
		"a megabyte of continuations":     {"88,FILE 261215A/\n", strings.Repeat("88,"+strings.Repeat("X", 1000)+"\n", 1100), 1037, "record.long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := strings.Replace(morning, c.from, c.to, 1)
			if file == morning {
				t.Fatal("nothing was changed")
			}
			report := check(t, file)
			if report.Accepted || len(report.Problems) == 0 {
				t.Fatal("accepted")
			}
			if p := report.Problems[0]; p.Code != c.first || p.Line != c.line {
				t.Errorf("%+v; want %s on line %d", p, c.first, c.line)
			}
		})
	}
}

// A balance that is not said is not zero.
func TestBalanceThatIsNotSaid(t *testing.T) {
	t.Parallel()
	file := strings.Replace(morning, "015,1051200,,/", "015,1051200,,,040,,,,045,0,,/", 1)
	account := read(t, strings.NewReader(file))[2].Account
	if _, said := account.Balance("040"); said || !check(t, file).Accepted {
		t.Errorf("%+v", account)
	}
	if b, said := account.Balance("045"); !said || !b.IsZero() {
		t.Errorf("%+v", account)
	}
}

func TestBlankTotalsOfNothing(t *testing.T) { // BANK-14: "49,,2/"
	t.Parallel()
	file := "01,A,B,261216,0630,1,,,2/\n02,B,A,1,261215,,,2/\n03,1,,,,,/\n49,,2/\n98,,1,4/\n99,,1,6/\n"
	if report := check(t, file); !report.Accepted {
		t.Errorf("%+v", report.Problems)
	}
}

// A field goes on in the next line when its own is as long as the file says
// that lines are.
func TestFieldCutByTheLengthOfLines(t *testing.T) {
	t.Parallel()
	const length = 60
	cut := "16,166,51200,0,BR1,QUIT0001,ACH SETTLEMENT OF THE FILE OF TH"
	balance := "03,0000000000000000000000000987654321,USD,010,1000000,,,015,"
	if len(cut) != length || len(balance) != length {
		t.Fatal(len(cut), len(balance))
	}
	file := "01,A,B,261216,0630,1,60,1,2/\n02,B,A,1,261215,,USD,2/\n" + balance + "\n88,1051200,,/\n" + cut + "\n88,E DAY/\n49,2102400,5/\n98,2102400,1,7/\n99,2102400,1,9/\n"
	report := check(t, file)
	items := read(t, strings.NewReader(file))
	if got := details(items); !report.Accepted || got[0].Text != "ACH SETTLEMENT OF THE FILE OF THE DAY" {
		t.Errorf("%+v %+v", report.Problems, got)
	}
	split := strings.Replace(file, balance+"\n88,1051200", strings.Replace(balance, "1000000,,,015,", "1000000,,,015,", 1)[:length]+"\n88,1051200", 1)
	if report := check(t, split); !report.Accepted {
		t.Errorf("%+v", report.Problems)
	}
	middle := strings.Replace(file, balance+"\n88,1051200", strings.Replace(balance, ",USD,010,1000000,,,015,", ",,010,1000000,,,015,105", 1)+"\n88,1200", 1)
	if report := check(t, middle); !report.Accepted {
		t.Errorf("an amount in two lines: %+v", report.Problems)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, first string }{
		"nothing":      {"", "file.empty"},
		"line ends":    {"\n\r\n", "file.empty"},
		"a letter":     {"Dear Sir or Madam,\n", "record.code"},
		"a long text":  {strings.Repeat("word ", 100_000), "record.code"},
		"many lines":   {strings.Repeat("word\n", 100_000), "record.code"},
		"a page":       {"<html></html>", "record.code"},
		"zeros":        {strings.Repeat("\x00", 1000), "file.empty"},
		"a NACHA file": {"101 11000000012345678902612142000A094101FIRST BANK OF THE BAY  BAY STATE MARKETPLACE  QUIT0001\n9000000000001000000000000000000000000000000000000000000                                       \n", "record.code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := check(t, c.file)
			if report.Accepted || report.Problems[0].Code != c.first || len(report.Problems) > 2 {
				t.Errorf("%+v", report)
			}
		})
	}
}

// Amounts made to overflow into the control total are refused like others:
// these add up to one cent more than 64 bits can tell.
func TestSumThatOverflows(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads two million lines")
	}
	const (
		most  = 9_999_999_999_999
		lines = (1<<64 - 1) / most
		rest  = (1<<64 - 1) - lines*most + 2
	)
	head := "01,A,B,261216,0630,1,,,2/\n02,B,A,1,261215,,USD,2/\n03,1,USD/\n"
	line := fmt.Sprintf("16,195,%d\n", int64(most))
	tail := fmt.Sprintf("16,195,%d\n49,1,%d\n98,1,1,%d\n99,1,1,%d\n", int64(rest), lines+3, lines+5, lines+7)
	e := &endless{left: lines * len(line), line: line, seen: -1 << 40}
	report, err := bai2.Check(io.MultiReader(strings.NewReader(head), e, strings.NewReader(tail)))
	if err != nil || report.Details != lines+1 || len(report.Problems) != 1 || report.Problems[0].Code != "account.total" {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestDirectionsAndFinality(t *testing.T) { // BANK-12, BANK-10
	t.Parallel()
	for code, want := range map[string][2]bool{ // credit, debit
		"015": {}, "100": {true, false}, "165": {true, false}, "399": {true, false}, "400": {false, true}, "557": {false, true}, "699": {false, true},
		"700": {}, "720": {true, false}, "723": {true, false}, "724": {}, "760": {false, true}, "761": {}, "890": {}, "920": {true, false}, "959": {true, false}, "960": {false, true}, "999": {false, true},
	} {
		if got := [2]bool{bai2.Credit(code), bai2.Debit(code)}; got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	for modifier, want := range map[string]bool{"": true, "1": false, "2": true, "3": false, "4": true} {
		if got := (bai2.Group{Modifier: modifier}).Final(); got != want {
			t.Errorf("modifier %q: %v", modifier, got)
		}
	}
}

// A text in Latin-1 is read, and a length of lines that can not be is not
// believed: each line ends its field.
func TestTextsOfOtherBanks(t *testing.T) {
	t.Parallel()
	file := "01,A,B,261216,0630,1,9,1,2\n02,B,A,1,261215,,USD,2\n03,1,USD,010,5,,\n88,015,5,,\n16,195,5,0,BR1,,PAY\xc9E\n88,PAR JOS\xc9\n49,15,5\n98,15,1,7\n99,15,1,9\n"
	report := check(t, file)
	if got := details(read(t, strings.NewReader(file))); !report.Accepted || got[0].Text != "PAYÉE\nPAR JOSÉ" {
		t.Errorf("%+v %+v", report.Problems, got)
	}
}

func TestErrorOfReadingIsPassedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	report, err := bai2.Check(io.MultiReader(strings.NewReader(morning), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || report.Accepted {
		t.Errorf("accepted %v, said %v", report.Accepted, err)
	}
}

// A file cut anywhere never looks whole.
func TestFileCutAnywhere(t *testing.T) {
	t.Parallel()
	for n := range strings.LastIndex(morning, "10/") + 1 {
		if report := check(t, morning[:n]); report.Accepted {
			t.Fatalf("accepted when cut after %d bytes", n)
		}
	}
}

// endless reads as lines that say the same, up to a size. Now and then it looks
// how much memory is in use.
type endless struct {
	left, seen int
	line       string
	in         strings.Reader
	peak       uint64
}

func (e *endless) Read(b []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if e.in.Len() == 0 {
		e.in.Reset(e.line)
	}
	n, err := e.in.Read(b)
	e.left -= n
	if e.seen += n; e.seen > 4<<20 {
		e.seen = 0
		e.peak = max(e.peak, inUse())
	}
	return n, err
}

func inUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// A mass of anything costs no memory.
func TestMass(t *testing.T) { //nolint:paralleltest // memory is measured
	for name, c := range map[string]struct{ start, line string }{
		"nines": {"", strings.Repeat("9", 4096)}, "lines of nines": {"", "999999999\n"}, "continuations": {"16,195,1,,,", "88,9\n"}, "files": {"", morning},
	} {
		e := &endless{left: 20 << 20, line: c.line}
		before := inUse()
		report, err := bai2.Check(io.MultiReader(strings.NewReader(c.start), e))
		if err != nil || report.Accepted != (name == "files") || len(report.Problems) > 10 {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
		if mb := (int64(e.peak) - int64(before)) >> 20; mb > 8 {
			t.Errorf("%s: %d MB in use", name, mb)
		}
	}
}

// Every sample of other systems is read, none crashes, and what is said of it
// is on record.
func TestSamples(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, s := range formattest.Samples(t, "bai2") {
		report := check(t, string(s.Text))
		verdict := "accepted"
		var reasons []string
		for _, p := range report.Problems {
			if !p.Harmless {
				verdict = "refused"
				reasons = append(reasons, fmt.Sprintf("line %d, %s: %s", p.Line, p.Field, p.Message))
			} else if !slices.Contains(reasons, p.Code) {
				reasons = append(reasons, p.Code)
			}
		}
		fmt.Fprintf(&out, "%s\t%s\t%d accounts, %d movements\t%s\n", s.Name, verdict, report.Accounts, report.Details, strings.Join(reasons[:min(1, len(reasons))], ""))
	}
	golden(t, "samples.txt", out.String())
}

// No sample of another format passes for a BAI2 file.
func TestSamplesOfOtherFormats(t *testing.T) {
	t.Parallel()
	for _, s := range formattest.Samples(t, "*") {
		if report := check(t, string(s.Text)); report.Accepted && !strings.HasPrefix(s.Name, "bai2/") {
			t.Errorf("%s is accepted", s.Name)
		}
	}
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

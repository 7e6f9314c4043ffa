package nacha_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/format/formattest"
	"quittance.org/quittance/internal/format/nacha"
)

var equal = cmp.Options{
	cmpopts.EquateComparable(money.Zero, civil.Date{}),
	cmp.Comparer(func(a, b pii.Secret) bool { return a.Reveal() == b.Reveal() }),
}

func read(t failer, r io.Reader) []nacha.Item {
	t.Helper()
	reader := nacha.NewReader(r)
	var items []nacha.Item
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

// problems gives the codes of everything that was found, notes with a tilde.
func problems(items []nacha.Item) []string {
	var codes []string
	for _, i := range items {
		for _, p := range i.Problems {
			code := p.Code
			if p.Spoils == nacha.SpoilsNothing {
				code = "~" + code
			}
			codes = append(codes, code)
		}
	}
	return codes
}

func entries(items []nacha.Item) []nacha.Entry {
	var all []nacha.Entry
	for _, i := range items {
		if i.Kind != nacha.KindFile && i.Kind != nacha.KindEnd && i.Kind != nacha.KindProblem {
			all = append(all, i.Entry)
		}
	}
	return all
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := 0
		parts := make([]part, rapid.IntRange(1, 4).Draw(t, "batches"))
		var want []nacha.Entry
		for i := range parts {
			parts[i] = anyPart(t, &n)
			for _, e := range parts[i].entries {
				name := nacha.Transliterate(e.Name)
				e.Name = strings.TrimSpace(name[:min(len(name), 22)])
				want = append(want, e)
			}
		}
		file, totals := write(t, header(), parts...)
		items := read(t, strings.NewReader(file))
		if found := problems(items); len(found) > 0 {
			t.Fatalf("problems %v in\n%s", found, file)
		}
		if diff := cmp.Diff(want, entries(items), equal); diff != "" {
			t.Fatal(diff)
		}
		first, last := items[0], items[len(items)-1]
		if diff := cmp.Diff(header(), first.Header, equal); diff != "" {
			t.Fatal(diff)
		}
		got := last.Totals
		got.Bytes, got.Records = totals.Bytes, totals.Records
		if diff := cmp.Diff(totals, got, equal); diff != "" || last.Kind != nacha.KindEnd {
			t.Fatal(diff)
		}
	})
}

func day(t failer) string {
	file, _ := write(t, header(), part{debits(nacha.WEB), []nacha.Entry{entry(1), entry(2)}}, part{debits(nacha.PPD), []nacha.Entry{plainEntry(3)}})
	return file
}

// The same file in every shape in which banks send one gives the same entries.
func TestShapesOfAFile(t *testing.T) {
	t.Parallel()
	file := day(t)
	want := entries(read(t, strings.NewReader(file)))
	toEBCDIC := func(s string) string {
		out, err := charmap.CodePage037.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	lines := strings.Split(strings.TrimSuffix(file, "\n"), "\n")
	for name, c := range map[string]struct {
		file string
		says []string
	}{
		"LF":                          {file, nil},
		"CR LF":                       {strings.ReplaceAll(file, "\n", "\r\n"), nil},
		"CR alone":                    {strings.ReplaceAll(file, "\n", "\r"), []string{"~file.cr"}},
		"no line ends":                {strings.ReplaceAll(file, "\n", ""), []string{"~file.no_line_ends"}},
		"no line ends but the last":   {strings.ReplaceAll(file, "\n", "") + "\r\n", []string{"~file.no_line_ends"}},
		"two records on a line":       {lines[0] + lines[1] + "\n" + strings.Join(lines[2:], "\n"), []string{"~file.no_line_ends"}},
		"without its last line end":   {strings.TrimSuffix(file, "\n"), nil},
		"without padding":             {strings.Join(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Trim(l, "9") == "" }), "\n"), nil},
		"empty lines between":         {strings.ReplaceAll(file, "\n", "\n\n"), nil},
		"spaces behind every line":    {strings.ReplaceAll(file, "\n", "     \n"), nil},
		"an end-of-file mark of DOS":  {file + "\x1a", nil},
		"a byte order mark":           {"\xef\xbb\xbf" + file, []string{"~file.bom"}},
		"EBCDIC":                      {toEBCDIC(file), []string{"~file.ebcdic"}},
		"EBCDIC without line ends":    {toEBCDIC(strings.ReplaceAll(file, "\n", "")), []string{"~file.ebcdic", "~file.no_line_ends"}},
		"EBCDIC with mainframe's NEL": {strings.ReplaceAll(toEBCDIC(file), "\x25", "\x15"), []string{"~file.ebcdic"}},
		"blanks of controls cut off":  {strings.ReplaceAll(file, strings.Repeat(" ", 39)+"\n", "\n"), []string{"~record.short"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			items := read(t, iotest.HalfReader(strings.NewReader(c.file)))
			if diff := cmp.Diff(want, entries(items), equal); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.says, problems(items)); diff != "" {
				t.Error(diff)
			}
			report, err := nacha.Check(strings.NewReader(c.file))
			if err != nil || !report.Accepted || report.Counts[nacha.KindEntry] != len(want) {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

// A problem names the line on which it is.
func TestProblemsNameTheirLine(t *testing.T) {
	t.Parallel()
	lines := strings.SplitAfter(day(t), "\n")
	lines[3] = strings.Replace(lines[3], "0000051200", "00000512OO", 1)
	for name, file := range map[string]string{
		"LF": strings.Join(lines, ""), "CR": strings.ReplaceAll(strings.Join(lines, ""), "\n", "\r"), "CR LF": strings.ReplaceAll(strings.Join(lines, ""), "\n", "\r\n"),
		"none": strings.ReplaceAll(strings.Join(lines, ""), "\n", ""),
	} {
		for _, i := range read(t, strings.NewReader(file)) {
			for _, p := range i.Problems {
				if p.Code == "entry.amount" && p.Line != 4 {
					t.Errorf("%s: line %d instead of 4", name, p.Line)
				}
			}
		}
	}
	blank := read(t, strings.NewReader("\n\n"+strings.Replace(lines[0], "094", "093", 1)+"\n\n"+lines[1]))
	if blank[0].Line != 3 || blank[len(blank)-1].Line != 6 {
		t.Errorf("with empty lines: %d and %d instead of 3 and 6", blank[0].Line, blank[len(blank)-1].Line)
	}
}

// A file cut anywhere never looks whole, and what is before the cut is read.
func TestFileCutAnywhere(t *testing.T) {
	t.Parallel()
	file := day(t)
	whole := strings.Index(file, "\n9") + len("\n9") + 54 // what follows in the control is blank
	want := entries(read(t, strings.NewReader(file)))
	for n := range whole {
		report, err := nacha.Check(strings.NewReader(file[:n]))
		if err != nil || report.Accepted {
			t.Fatalf("cut after %d of %d bytes: accepted %v, %v", n, len(file), report.Accepted, err)
		}
		got := entries(read(t, strings.NewReader(file[:n])))
		for i, e := range got[:max(0, len(got)-1)] {
			if diff := cmp.Diff(want[i], e, equal); diff != "" {
				t.Fatal(diff)
			}
		}
	}
	if report, err := nacha.Check(strings.NewReader(file[:whole])); err != nil || !report.Accepted {
		t.Errorf("only blanks are missing: %+v, %v", report, err)
	}
}

// One digit changed in a routing number, an amount or a control total is seen,
// whichever it is.
func TestChangedDigitIsSeen(t *testing.T) {
	t.Parallel()
	lines := strings.SplitAfter(day(t), "\n")
	for n, line := range lines {
		for _, field := range map[byte][][2]int{'6': {{3, 11}, {29, 39}}, '8': {{4, 44}}, '9': {{1, 7}, {13, 55}}}[(line + " ")[0]] {
			for at := field[0]; at < field[1] && strings.Trim(line, "9\n") != ""; at++ {
				changed := slices.Clone(lines)
				changed[n] = line[:at] + string('0'+(line[at]-'0'+1)%10) + line[at+1:]
				report, err := nacha.Check(strings.NewReader(strings.Join(changed, "")))
				if err != nil || report.Accepted {
					t.Errorf("accepted: %s", changed[n])
				}
			}
		}
	}
}

// Names in UTF-8 and Latin-1 do not move the fields behind them.
func TestNamesOfOtherAlphabets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"UTF-8":             {"Maria Souza ", "Mária Souza ", "Mária Souza"},
		"Latin-1":           {"Maria Souza ", "M\xe1ria Souza ", "Mária Souza"},
		"UTF-8 and blanks":  {"0110000000000001\n", "0110000000000001   \n", "Mária Souza"},
		"UTF-8, long names": {"Maria Souza           ", "Фёдор Михайлович Дост.", "Фёдор Михайлович Дост."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := day(t)
			if strings.HasSuffix(c.from, "\n") {
				file = strings.Replace(file, "Maria Souza ", "Mária Souza ", 1)
			}
			items := read(t, strings.NewReader(strings.Replace(file, c.from, c.to, 1)))
			got := entries(items)
			if got[0].Name != c.want || got[0].Trace != trace(1) || got[0].PaymentType != nacha.Recurring || len(got) != 3 {
				t.Errorf("%+v", got)
			}
			if found := problems(items); !slices.Equal(found, []string{"~record.not_ascii"}) {
				t.Errorf("%v", found)
			}
		})
	}
}

// Trace numbers that do not rise are told, and do no harm.
func TestTraceNumbersThatDoNotRise(t *testing.T) {
	t.Parallel()
	file := strings.Replace(day(t), trace(2), trace(1), 1)
	if found := problems(read(t, strings.NewReader(file))); !slices.Equal(found, []string{"~entry.trace_order"}) {
		t.Errorf("%v", found)
	}
}

// nines reads as a number of nines, with a line end after every 94 or not.
type nines struct {
	left  int
	line  []byte
	inner bytes.Reader
}

func (n *nines) Read(b []byte) (int, error) {
	if n.left <= 0 {
		return 0, io.EOF
	}
	if n.inner.Len() == 0 {
		n.inner.Reset(n.line)
	}
	k, err := n.inner.Read(b)
	n.left -= k
	return k, err
}

// 300 MB of nines are refused, and cost no memory.
func TestMassOfNines(t *testing.T) { //nolint:paralleltest // memory is measured
	size := 300 << 20
	if testing.Short() {
		size = 20 << 20
	}
	for name, line := range map[string]string{"in lines": strings.Repeat("9", 94) + "\n", "without line ends": strings.Repeat("9", 94), "after a header": ""} {
		var r io.Reader = &nines{left: size, line: []byte(line)}
		if line == "" {
			r = io.MultiReader(strings.NewReader(day(t)[:95]), &nines{left: size, line: bytes.Repeat([]byte("9"), 4096)})
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := nacha.Check(r)
		runtime.ReadMemStats(&after)
		if err != nil || report.Accepted || len(report.Problems) > 3 {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
		// What is kept for a second opinion is given up when it is too much.
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 40 {
			t.Errorf("%s: %d MB allocated", name, mb)
		}
	}
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, first string }{
		"nothing":                 {"", "file.empty"},
		"line ends":               {"\r\n\r\n", "file.empty"},
		"padding":                 {strings.Repeat("9", 940), "file.empty"},
		"a letter":                {"Dear Sir or Madam,\n", "record.type"},
		"a long text":             {strings.Repeat("word ", 100_000), "record.type"},
		"a long text in lines":    {strings.Repeat("word\n", 100_000), "record.type"},
		"zeros":                   {strings.Repeat("\x00", 1000), "file.empty"},
		"zeros in a record":       {"101 " + strings.Repeat("\x00", 90), "file.created_on"},
		"a page":                  {"<html><body>404</body></html>", "record.type"},
		"a lone batch control":    {"8225" + strings.Repeat("0", 90) + "\n", "file.no_header"},
		"a lone file control":     {"9000000" + strings.Repeat("0", 48), "file.no_header"},
		"digits that are records": {strings.Repeat("6789", 10_000), "file.no_header"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := nacha.Check(strings.NewReader(c.file))
			if err != nil || report.Accepted || len(report.Problems) == 0 || c.first == "record.type" && len(report.Problems) > 2 {
				t.Fatalf("%+v, %v", report, err)
			}
			reasons := slices.DeleteFunc(report.Problems, func(p nacha.Problem) bool { return p.Spoils == nacha.SpoilsNothing })
			if reasons[0].Code != c.first {
				t.Errorf("the first reason is %+v, want %s", reasons[0], c.first)
			}
		})
	}
}

func TestErrorOfReadingIsPassedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	report, err := nacha.Check(io.MultiReader(strings.NewReader(day(t)), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) || report.Accepted {
		t.Errorf("accepted %v, said %v", report.Accepted, err)
	}
}

// Two files in one transmission are read one after the other.
func TestFilesInARow(t *testing.T) {
	t.Parallel()
	report, err := nacha.Check(strings.NewReader(day(t) + day(t)))
	if err != nil || !report.Accepted || report.Counts[nacha.KindFile] != 2 || report.Debit != money.Dollars(2*3*512) {
		t.Errorf("%+v, %v", report, err)
	}
}

// Every sample of other systems is read, none crashes, and what is said of it
// is on record: a change of the verdicts is a change of the golden file.
func TestSamples(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	for _, s := range formattest.Samples(t, "ach") {
		report, err := nacha.Check(bytes.NewReader(s.Text))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s\t%s\n", s.Name, verdict(report))
	}
	golden(t, "samples.txt", out.String())
}

// verdict gives the first reason of a refusal; of an accepted file what is in
// it, and what was noted.
func verdict(r nacha.Report) string {
	var found []string
	for _, kind := range []nacha.Kind{nacha.KindEntry, nacha.KindReturn, nacha.KindDishonored, nacha.KindContested, nacha.KindChange, nacha.KindRefused, nacha.KindAcknowledge, nacha.KindAdvice} {
		if n := r.Counts[kind]; n > 0 {
			found = append(found, fmt.Sprintf("%d %s", n, kind))
		}
	}
	what := strings.Join(append(found, fmt.Sprintf("%d set aside", r.SetAside)), ", ")
	for _, p := range r.Problems {
		if p.Spoils != nacha.SpoilsNothing {
			return fmt.Sprintf("refused\t%s\tline %d, %s: %s", what, p.Line, p.Field, p.Message)
		}
	}
	var notes []string
	for _, p := range r.Problems {
		if !slices.Contains(notes, p.Code) {
			notes = append(notes, p.Code)
		}
	}
	return fmt.Sprintf("accepted\t%s\t%s", what, strings.Join(notes, " "))
}

// No sample of another format passes for a NACHA file.
func TestSamplesOfOtherFormats(t *testing.T) {
	t.Parallel()
	for _, s := range formattest.Samples(t, "*") {
		report, err := nacha.Check(bytes.NewReader(s.Text))
		if err != nil {
			t.Fatal(err)
		}
		if report.Accepted && !strings.HasPrefix(s.Name, "ach/") {
			t.Errorf("%s is accepted", s.Name)
		}
	}
}

package billpdf_test

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/pdf"
	"quittance.org/quittance/web"
	"quittance.org/quittance/web/fonts"
)

// To look at the bills: go test ./internal/format/billpdf -args -save /tmp
var save = flag.String("save", "", "a folder to keep the printed bills in")

var englishNote = "AutoPay will take $249.00 from your bank account ending in 5678 on November 23. You don't need to do anything. Have the money in the account by then."

// bills are all that the tests print.
var bills = []struct {
	name string
	bill *billpdf.Document
	most int // bytes
}{
	{"english", english(), 40_000},
	{"english, two plans", twoPlans(english()), 40_000},
	{"english, AutoPay", autoPay(english(), englishNote, "No payment slip needed."), 40_000},
	{"english, the largest", largest(english()), 40_000},
	{"vietnamese", vietnamese(), 40_000},
	{"vietnamese, the largest", largest(vietnamese()), 40_000},
	{"vietnamese, two plans", twoPlans(vietnamese()), 40_000},
	{"vietnamese, AutoPay", autoPay(vietnamese(), "", "Không cần phiếu trả tiền."), 40_000},
	{"chinese", chinese(), 40_000},
	{"chinese, the largest", largest(chinese()), 40_000},
	{"chinese, AutoPay", autoPay(chinese(), "", "无需付款单。"), 40_000},
}

func newPress(t testing.TB) *billpdf.Press {
	t.Helper()
	press, err := billpdf.NewPress(fonts.Files())
	if err != nil {
		t.Fatal(err)
	}
	return press
}

// printed writes a bill to a file.
func printed(t *testing.T, bill *billpdf.Document) string {
	t.Helper()
	dir := t.TempDir()
	if *save != "" {
		dir = *save
	}
	name := filepath.Join(dir, strings.ReplaceAll(filepath.Base(t.Name()), "/", "-")+".pdf")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := newPress(t).Write(file, bill); err != nil {
		t.Fatal(err)
	}
	return name
}

// run runs a program of scripts/install-deps.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("this test needs %s: scripts/install-deps installs it", program)
	}
	var complaints bytes.Buffer
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil || strings.Contains(complaints.String(), "Error") {
		t.Fatalf("%s: %v\n%s", program, err, &complaints)
	}
	return string(out)
}

// Brief 18.1, check 36: tags, language, title, order.
func TestBillIsTaggedInReadingOrder(t *testing.T) {
	t.Parallel()
	for _, c := range bills {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := printed(t, c.bill)
			info := run(t, "pdfinfo", file)
			for _, want := range []string{`Title: +` + regexp.QuoteMeta(c.bill.Title), `Tagged: +yes`, `Pages: +2\n`, `Page size: +612 x 792 pts \(letter\)`, `CreationDate: +Mon Nov +2`} {
				if !regexp.MustCompile(want).MatchString(info) {
					t.Errorf("pdfinfo does not say %q:\n%s", want, info)
				}
			}
			inOrder(t, run(t, "pdfinfo", "-struct-text", file), readingOrder(c.bill))
			inOrder(t, run(t, "pdftotext", "-raw", file, "-"), []string{c.bill.Title, c.bill.Amount.Due.Format()})
		})
	}
}

// readingOrder is what a screen reader must come across, in that order.
func readingOrder(d *billpdf.Document) []string {
	want := []string{
		"Document", "P (block)", d.Marketplace, "H1", d.Title, d.To[0], d.Facts[1].Label, d.Facts[1].Value,
		d.Amount.Label, d.Amount.Due.Format(), d.Status.Text, planOf(d, 0), planOf(d, 4), "H2", d.Statement.Heading, "Table", "TR", "TH", d.Statement.Item,
		"/Scope /Column", "TH", "/Scope /Row", d.Statement.Rows[0].Text, "TD", d.Statement.Rows[0].Amount.Format(),
		d.Statement.Rows[len(d.Statement.Rows)-1].Text, d.Changes.Heading, d.Ways.Heading, "Link", d.Help[0],
	}
	if d.Slip != nil {
		want = append(want, d.Slip.Cut, d.Slip.Heading, d.Slip.Fields[0].Label, d.Slip.Enclosed, "Figure", d.Slip.Payee[1], "Figure")
	} else {
		want = slices.Insert(want, len(want)-1, d.NoSlip)
	}
	return append(want, "H2", d.History.Heading, "Table", d.More[0].Heading, d.More[len(d.More)-1].Heading)
}

// planOf is the name of the plan whose line begins with a step, "" if none does.
func planOf(d *billpdf.Document, step int) string {
	if step >= len(d.Status.Steps) {
		return ""
	}
	return d.Status.Steps[step].Plan
}

// inOrder compares without white space: lines are broken and cells stand apart.
func inOrder(t *testing.T, text string, want []string) {
	t.Helper()
	squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "", "\"", "").Replace(s) }
	rest := squeeze(text)
	for _, w := range want {
		_, after, found := strings.Cut(rest, squeeze(w))
		if !found {
			t.Errorf("%q is not where it should be in\n%s", w, text)
			return
		}
		rest = after
	}
}

// Brief 16.2: both codes are read back from a 200 dpi picture, and say what
// the slip says.
func TestScannerReadsTheCodes(t *testing.T) {
	t.Parallel()
	line, err := billpdf.ScanLine(scan)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range bills {
		if c.bill.Slip == nil {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			picture := strings.TrimSuffix(printed(t, c.bill), ".pdf")
			run(t, "pdftoppm", "-r", "200", "-gray", "-png", "-f", "1", "-l", "1", "-singlefile", picture+".pdf", picture)
			read := strings.Split(strings.TrimSpace(run(t, "zbarimg", "-q", "--nodbus", picture+".png")), "\n")
			slices.Sort(read)
			if diff := cmp.Diff([]string{"CODE-128:" + line, "QR-Code:" + payURL}, read); diff != "" {
				t.Errorf("zbarimg (-want +got):\n%s", diff)
			}
			back, err := billpdf.ParseScanLine(strings.TrimPrefix(read[0], "CODE-128:"))
			if err != nil || back != scan {
				t.Errorf("the barcode says %v, %v", back, err)
			}
		})
	}
}

// word is a word on page 1, in points from the upper left corner.
type word struct {
	text                   string
	left, top, right, foot float64
}

func words1(t *testing.T, file string) []word {
	t.Helper()
	boxes := regexp.MustCompile(`xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>`)
	var all []word
	for _, m := range boxes.FindAllStringSubmatch(run(t, "pdftotext", "-bbox", "-l", "1", file, "-"), -1) {
		w := word{text: html.UnescapeString(m[5])}
		for i, to := range []*float64{&w.left, &w.top, &w.right, &w.foot} {
			if _, err := fmt.Sscan(m[i+1], to); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, w)
	}
	return all
}

// Brief 16.1: machines and windows look at the same place of every bill, and
// find nothing else there.
func TestFixedPlaces(t *testing.T) {
	t.Parallel()
	line, err := billpdf.ScanLine(scan)
	if err != nil {
		t.Fatal(err)
	}
	const inch = 72
	for _, c := range bills {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var scanned []word
			for _, w := range words1(t, printed(t, c.bill)) {
				inWindow := w.right > 0.875*inch && w.left < 5.375*inch && w.foot > 2.04*inch+8 && w.top < 3.17*inch
				if inWindow && !strings.Contains(strings.Join(c.bill.To, " "), w.text) {
					t.Errorf("%q shows in the envelope's window", w.text)
				}
				if c.bill.Slip != nil && w.foot > (11-0.875)*inch+2 {
					scanned = append(scanned, w)
				}
			}
			if c.bill.Slip == nil {
				return
			}
			if len(scanned) != 1 || scanned[0].text != line {
				t.Fatalf("the clear band holds %v, want only %s", scanned, line)
			}
			if left, right := scanned[0].left, scanned[0].right; left < 352.5 || left > 353.5 || right < 575 || right > 576.5 {
				t.Errorf("the scan line goes from %.2f to %.2f pt", left, right)
			}
		})
	}
}

// Brief 16.2: every character that any page or bill may use can be printed.
func TestFontsHaveTheCatalogue(t *testing.T) {
	t.Parallel()
	press := newPress(t)
	for _, lang := range []string{"en", "es", "pt", "ht", "zh", "vi"} {
		text, err := web.Messages().Open(lang + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range press.Missing(strings.ReplaceAll(string(all), "\t", " ")) {
			t.Errorf("%s: no glyph for U+%04X %c", lang, r, r)
		}
	}
	if got := press.Missing("Đỗ ø 王 ก ↯"); !slices.Equal(got, []rune("ก↯")) {
		t.Errorf("missing %q, want the Thai letter and the arrow", string(got))
	}
}

func TestSameBillSameBytes(t *testing.T) {
	t.Parallel()
	for _, c := range bills {
		var first, second bytes.Buffer
		if err := newPress(t).Write(&first, c.bill); err != nil {
			t.Fatal(err)
		}
		if err := newPress(t).Write(&second, c.bill); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: printed twice, it differs", c.name)
		}
		if first.Len() > c.most {
			t.Errorf("%s: %d bytes, at most %d wanted", c.name, first.Len(), c.most)
		}
		t.Logf("%s: %d bytes", c.name, first.Len())
	}
}

func TestBillsThatCanNotBePrinted(t *testing.T) {
	t.Parallel()
	press := newPress(t)
	batch := press.Batch(io.Discard, pdf.Info{Title: "Batch", Lang: "en", Created: english().Issued})
	long := strings.Repeat("long words ", 60)
	for _, c := range []struct {
		name  string
		spoil func(*billpdf.Document)
		code  string
	}{
		{"a name in Thai", func(d *billpdf.Document) { d.To[0] = "สมชาย" }, billpdf.CodeGlyph},
		{"a Thai letter in a way to pay", func(d *billpdf.Document) { d.Ways.Ways[0].Text = "ก" }, billpdf.CodeGlyph},
		{"a Thai letter in the history", func(d *billpdf.Document) { d.History.Rows[0].What = "ก" }, billpdf.CodeGlyph},
		{"a Thai letter in the footer", func(d *billpdf.Document) { d.Footer = "ก" }, billpdf.CodeGlyph},
		{"an endless address", func(d *billpdf.Document) { d.To = []string{long} }, billpdf.CodeRoom},
		{"an endless title", func(d *billpdf.Document) { d.Title = long }, billpdf.CodeRoom},
		{"an endless lockbox", func(d *billpdf.Document) { d.Slip.Payee = []string{long} }, billpdf.CodeRoom},
		{"too many numbers", func(d *billpdf.Document) { d.Facts = append(d.Facts, d.Facts...) }, billpdf.CodeRoom},
		{"a value wider than its place", func(d *billpdf.Document) { d.Facts[0].Value = long }, billpdf.CodeRoom},
		{"an amount that is owed to the member", func(d *billpdf.Document) { d.Slip.Scan.Amount = money.Cents(-1) }, billpdf.CodeScanAmount},
		{"a bill number with a letter", func(d *billpdf.Document) { d.Slip.Scan.BillNumber = "0000471A" }, billpdf.CodeScanNumber},
	} {
		bill := english()
		c.spoil(bill)
		var out bytes.Buffer
		if err := press.Write(&out, bill); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
		if _, err := batch.Add(bill); !fault.Is(err, c.code) {
			t.Errorf("%s, in a batch: %v, want %s", c.name, err, c.code)
		}
	}
	if at, err := batch.Add(english()); err != nil || at != (billpdf.Pages{First: 1, Count: 2}) {
		t.Errorf("after them all a good bill: %v, %v", at, err)
	}
}

// Long bills go on overleaf and lose nothing.
func TestEveryRowOfALongBillIsThere(t *testing.T) {
	t.Parallel()
	bill := english()
	for i := range 60 {
		bill.Statement.Rows = append(bill.Statement.Rows, billpdf.Row{Text: fmt.Sprintf("Adjustment number %d", i), Amount: money.Cents(int64(i))})
		bill.History.Rows = append(bill.History.Rows, billpdf.Event{On: "November 3, 2026", What: fmt.Sprintf("Event number %d", i), Amount: money.Cents(1)})
	}
	text := run(t, "pdftotext", "-raw", printed(t, bill), "-")
	for i := range 60 {
		for _, want := range []string{fmt.Sprintf("Adjustment number %d\n", i), fmt.Sprintf("Event number %d ", i)} {
			if strings.Count(strings.ReplaceAll(text, fmt.Sprintf("number %d $", i), fmt.Sprintf("number %d\n", i)), strings.TrimSpace(want)) == 0 {
				t.Errorf("%q is lost", want)
			}
		}
	}
	for _, section := range bill.More {
		if !strings.Contains(text, section.Heading) {
			t.Errorf("%q is lost", section.Heading)
		}
	}
}

// R-BILL-6, issue 3: a batch is one file, each bill on sheets of its own, and
// memory does not grow with the number of bills.
func TestBatch(t *testing.T) {
	t.Parallel()
	press := newPress(t)
	name := filepath.Join(t.TempDir(), "batch.pdf")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	batch := press.Batch(file, pdf.Info{Title: "Bills of November 2", Lang: "en", Created: english().Issued})
	short := english()
	short.More, short.History = nil, billpdf.History{} // one page
	next := 1
	for i := range 60 {
		bill := []*billpdf.Document{bills[i%len(bills)].bill, short}[i%2]
		at, err := batch.Add(bill)
		if err != nil {
			t.Fatal(err)
		}
		if at.First != next || at.First%2 != 1 || at.Count != 2 {
			t.Errorf("bill %d is at %v, want it to begin the sheet of page %d", i, at, next)
		}
		next += at.Count
	}
	if err := batch.Close(); err != nil {
		t.Fatal(err)
	}
	if info := run(t, "pdfinfo", name); !regexp.MustCompile(`(?s)Tagged: +yes\n.*Pages: +120\n`).MatchString(info) {
		t.Errorf("pdfinfo says\n%s", info)
	}
	last := run(t, "pdftotext", "-raw", "-f", "117", "-l", "117", name, "-")
	if !strings.Contains(last, bills[58%len(bills)].bill.Title) {
		t.Errorf("page 117 reads\n%s", last)
	}
}

// Not parallel: it looks at the memory of the whole process.
func TestMemoryOfABatchStaysFlat(t *testing.T) { //nolint:paralleltest // other tests would be measured
	press := newPress(t)
	batch := press.Batch(io.Discard, pdf.Info{Title: "Batch", Lang: "en", Created: english().Issued})
	heap := func(bills int) int64 {
		bill := english()
		for range bills {
			if _, err := batch.Add(bill); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap(50)
	grown := heap(400) - before
	runtime.KeepAlive(batch)
	if each := grown / 400; each > 1000 {
		t.Errorf("each bill leaves %d bytes in memory; 10,000 would leave %d MB", each, each*10_000/1_000_000)
	}
}

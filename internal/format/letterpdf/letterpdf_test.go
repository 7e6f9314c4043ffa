package letterpdf_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/internal/format/pdf"
	"quittance.org/quittance/web"
	"quittance.org/quittance/web/fonts"
)

func letter() *letterpdf.Document {
	return &letterpdf.Document{
		Lang: "en", Written: civil.MustParseDate("2027-01-02"), Marketplace: "Bay Harbor Health Marketplace",
		From: []string{"PO Box 5550100", "Boston, MA 02199-0100"},
		To:   []string{"María-José Nguyễn-O'Connor", "1428 Commonwealth Avenue, Apt 12B", "Brighton, MA 02135-4402"},
		Facts: []letterpdf.Fact{
			{Label: "Date", Value: "January 2, 2027"}, {Label: "Subscriber ID", Value: "ends 0016"},
		},
		Title: "Your payment is past due", Lead: []string{"We did not get all of your payment in time.", "You are covered."},
		Box: []letterpdf.Fact{{Label: "Pay", Value: "$206.00"}, {Label: "Pay by", Value: "Saturday, January 23, 2027"}},
		Sections: []letterpdf.Section{
			{Heading: "Ways to pay", Points: []string{"Online", "Phone"}},
			{Heading: "Language help", Paragraphs: []string{"Bòdwo sa a enpòtan.\n此账单很重要。\nHóa đơn này quan trọng."}},
		},
		Footer: "Page {page} of {pages}",
	}
}

// long is a letter that no single page holds.
func long(points int) *letterpdf.Document {
	doc := letter()
	for i := range points {
		doc.Sections[0].Points = append(doc.Sections[0].Points, fmt.Sprintf("Point %d is so long that it goes on in the next line, which must stay with it or begin the next page.", i))
	}
	return doc
}

func press(t *testing.T) *letterpdf.Press {
	t.Helper()
	p, err := letterpdf.NewPress(fonts.Files())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// printed writes a letter to a file.
func printed(t *testing.T, doc *letterpdf.Document) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "letter.pdf")
	var file bytes.Buffer
	if err := press(t).Write(&file, doc); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// run runs a program of scripts/install-deps.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%s (scripts/install-deps installs it): %v", program, err)
	}
	return string(out)
}

// inOrder compares without white space: lines are broken and cells stand apart.
func inOrder(t *testing.T, text string, want ...string) {
	t.Helper()
	squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "", "\"", "").Replace(s) }
	rest := squeeze(text)
	for _, w := range want {
		_, after, found := strings.Cut(rest, squeeze(w))
		if !found {
			t.Fatalf("%q is not where it should be in\n%s", w, text)
		}
		rest = after
	}
}

func TestALetterIsTaggedInReadingOrder(t *testing.T) {
	t.Parallel()
	d := letter()
	file := printed(t, d)
	info := run(t, "pdfinfo", file)
	for _, want := range []string{`Title: +Your payment is past due`, `Tagged: +yes`, `Pages: +1\n`, `\(letter\)`, `CreationDate: +Sat Jan +2`} {
		if !regexp.MustCompile(want).MatchString(info) {
			t.Errorf("pdfinfo does not say %q:\n%s", want, info)
		}
	}
	inOrder(t, run(t, "pdfinfo", "-struct-text", file),
		"Document", "P (block)", d.Marketplace, d.From[1], d.To[0], d.To[2], "L (block)", d.Facts[0].Label, d.Facts[0].Value, "H1", d.Title,
		d.Lead[0], d.Lead[1], "L (block)", "Pay", "$206.00", "H2", "Ways to pay", "LI", "Online", "Phone", "H2", "Bòdwo", "此账单很重要", "quan trọng")
	if text := run(t, "pdftotext", file, "-"); !strings.Contains(text, "Page 1 of 1") {
		t.Errorf("the page has no number:\n%s", text)
	}
}

// The envelope's window shows the address and nothing else.
func TestTheWindowShowsTheAddressAlone(t *testing.T) {
	t.Parallel()
	d := letter()
	const inch = 72.0
	box := regexp.MustCompile(`xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>`)
	inside := ""
	for _, m := range box.FindAllStringSubmatch(run(t, "pdftotext", "-bbox", "-l", "1", printed(t, d), "-"), -1) {
		var left, top, right, foot float64
		for i, to := range []*float64{&left, &top, &right, &foot} {
			if _, err := fmt.Sscan(m[i+1], to); err != nil {
				t.Fatal(err)
			}
		}
		if right > 0.875*inch && left < 5.375*inch && foot > 2.04*inch && top < 3.17*inch {
			inside += m[5]
			if left < 0.875*inch-1 || top < 2.04*inch || foot > 3.17*inch {
				t.Errorf("%q is cut off by the window", m[5])
			}
		}
	}
	if want := strings.ReplaceAll(strings.Join(d.To, ""), " ", ""); html.UnescapeString(inside) != want {
		t.Errorf("the window shows %q, want %q", inside, want)
	}
}

func TestALongLetterGoesOnOverleaf(t *testing.T) {
	t.Parallel()
	file := printed(t, long(60))
	if info := run(t, "pdfinfo", file); !regexp.MustCompile(`Pages: +4\n`).MatchString(info) {
		t.Errorf("pdfinfo says\n%s", info)
	}
	want := []string{"Page 1 of 4"}
	text := run(t, "pdftotext", "-raw", file, "-")
	for i := range 60 {
		if !strings.Contains(text, fmt.Sprintf("Point %d is", i)) {
			t.Errorf("point %d is not there", i)
		}
	}
	inOrder(t, text, append(want, "Page 4 of 4")...)
}

func TestSameLetterSameBytes(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	for _, out := range []io.Writer{&first, &second} {
		if err := press(t).Write(out, long(20)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("printed twice, it differs")
	}
	if first.Len() > 60_000 {
		t.Errorf("%d bytes", first.Len())
	}
}

func TestLettersThatCanNotBePrinted(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*letterpdf.Document)
		code   string
	}{
		"a character that no font has": {func(d *letterpdf.Document) { d.To[0] = "𓀀" }, letterpdf.CodeGlyph},
		"too many lines in the window": {func(d *letterpdf.Document) { d.To = append(d.To, "a", "b", "c", "d", "e", "f") }, letterpdf.CodeRoom},
		"a number too long":            {func(d *letterpdf.Document) { d.Facts[0].Value = strings.Repeat("9", 60) }, letterpdf.CodeRoom},
		"too many numbers": {func(d *letterpdf.Document) {
			d.Facts = append(d.Facts, d.Facts...)
			d.Facts = append(d.Facts, d.Facts...)
		}, letterpdf.CodeRoom},
		"an amount too long": {func(d *letterpdf.Document) { d.Box[0].Value = strings.Repeat("9", 60) }, letterpdf.CodeRoom},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := letter()
			row.change(doc)
			if err := press(t).Write(io.Discard, doc); fault.CodeOf(err) != row.code {
				t.Errorf("got %v, want %s", err, row.code)
			}
		})
	}
}

// A batch prints on both sides, and a letter that fails leaves no trace in it.
func TestBatch(t *testing.T) {
	t.Parallel()
	var file, without bytes.Buffer
	bad := letter()
	bad.To[0] = "𓀀"
	batch := press(t).Batch(&file, pdf.Info{Title: "Batch 1", Lang: "en", Created: letter().Written})
	other := press(t).Batch(&without, pdf.Info{Title: "Batch 1", Lang: "en", Created: letter().Written})
	for _, doc := range []*letterpdf.Document{letter(), bad, long(30)} {
		pages, err := batch.Add(doc)
		if doc == bad {
			if fault.CodeOf(err) != letterpdf.CodeGlyph {
				t.Errorf("got %v, want that it can not be printed", err)
			}
			continue
		}
		if err != nil || pages%2 != 0 {
			t.Errorf("got %d pages and %v, want full sheets", pages, err)
		}
		if _, err := other.Add(doc); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range []*letterpdf.Batch{batch, other} {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(file.Bytes(), without.Bytes()) {
		t.Error("the letter that failed has left a trace")
	}
}

// Every character of the words of letters can be printed.
func TestFontsHaveTheWords(t *testing.T) {
	t.Parallel()
	doc := letter()
	for _, lang := range []string{"en", "es", "pt", "ht", "zh", "vi"} {
		text, err := web.Messages().Open("letters." + lang + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(text)
		if err != nil {
			t.Fatal(err)
		}
		doc.Lead = append(doc.Lead, strings.ReplaceAll(string(all), "\t", " "))
	}
	if err := press(t).Write(io.Discard, doc); err != nil {
		t.Error(err)
	}
}

package pdf_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/format/pdf"
	"quittance.org/quittance/web/fonts"
)

func font(t testing.TB, name string) *pdf.Font {
	t.Helper()
	data, err := fs.ReadFile(fonts.Files(), name+".ttf")
	if err != nil {
		t.Fatal(err)
	}
	f, err := pdf.ReadFont(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Brief 16.2: text that can be extracted is no proof that it can be read.
func TestEveryCharacterHasADrawing(t *testing.T) {
	t.Parallel()
	for name, least := range map[string]int{
		"NotoSans-Regular": 840, "NotoSans-Bold": 840, "NotoSansSC-Regular": 3755, "OCRA": 10,
	} {
		f := font(t, name)
		if n := len(f.Runes()); n < least {
			t.Errorf("%s has %d characters, want %d at least", name, n, least)
		}
		for _, r := range f.Runes() {
			blank := unicode.IsSpace(r) || unicode.Is(unicode.Cf, r)
			if drawn := len(f.Outline(r)) > 10; !drawn && !blank {
				t.Errorf("%s: nothing is drawn for U+%04X", name, r)
			}
		}
	}
}

func TestSubsetDrawsTheSame(t *testing.T) {
	t.Parallel()
	whole := font(t, "NotoSans-Regular")
	cut := whole.Subset('A', 'é', 'g', ' ')
	if len(cut) > 4000 {
		t.Errorf("four characters take %d bytes", len(cut))
	}
	// A subset has no table of characters: read with one put in front, it would
	// be a font again. Its outlines are looked for instead.
	for _, r := range []rune{'A', 'g'} {
		if !bytes.Contains(cut, whole.Outline(r)) {
			t.Errorf("the outline of %c is not in the subset", r)
		}
	}
	if bytes.Contains(cut, whole.Outline('Q')) {
		t.Error("Q was not asked for and is there")
	}
	if !bytes.Contains(cut, whole.Outline('e')) {
		t.Error("é is made of e, which is not there")
	}
}

// A lean font draws each character where the font has it, but for what no eye sees
// in the size of a bill: 12 thousandths of an em are 1/550 of an inch in 11 points.
func TestLeanDrawsTheSame(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"NotoSans-Regular", "NotoSansSC-Regular"} {
		f := font(t, name)
		lean := f.Lean()
		most := 0.0
		runes := f.Runes()
		slices.Sort(runes)
		for i := 0; i < len(runes); i += 7 {
			stray := f.Stray(lean, runes[i])
			most = max(most, stray)
			if stray > 12 {
				t.Errorf("%s: %c is %.1f thousandths of an em from where it was", name, runes[i], stray)
			}
		}
		t.Logf("%s: at most %.1f thousandths of an em", name, most)
	}
}

// A joined font draws what its fonts draw, of the first where both can. Its file
// tells what each code means, in ranges that keep within the last byte of a code.
func TestJoin(t *testing.T) {
	t.Parallel()
	latin, chinese := font(t, "NotoSans-Regular"), font(t, "NotoSansSC-Regular")
	both, err := pdf.Join("NotoSansSC-Regular", latin, chinese)
	if err != nil {
		t.Fatal(err)
	}
	var text []rune
	for _, f := range []*pdf.Font{latin, chinese} {
		for _, r := range f.Runes() {
			if f == chinese && latin.Has(r) {
				continue
			}
			text = append(text, r)
			if !bytes.Equal(both.Outline(r), f.Outline(r)) {
				t.Fatalf("%c is not drawn as it was", r)
			}
		}
	}
	slices.Sort(text)
	text = text[len(text)-600:]
	var out bytes.Buffer
	w := pdf.NewWriter(&out, pdf.Info{Title: "Joined", Lang: "zh-Hans", Created: civil.MustParseDate("2026-11-02")})
	d := w.Document("zh-Hans", "Joined")
	d.AddPage().Text(d.Root().Add("P"), 0, 0, pdf.Style{Face: pdf.Face{both}, Size: 11 * pdf.Point}, string(text))
	if err := errors.Join(w.Add(d), w.Close()); err != nil {
		t.Fatal(err)
	}
	codes := 0
	for _, s := range streams(t, out.Bytes()) {
		for _, m := range regexp.MustCompile(`<(..)(..)><(..)(..)>\[(.*)\]`).FindAllStringSubmatch(s, -1) {
			if m[1] != m[3] {
				t.Errorf("a range goes from %s to %s", m[1]+m[2], m[3]+m[4])
			}
			codes += strings.Count(m[5], "<")
		}
	}
	if codes != len(text) {
		t.Errorf("%d codes have a meaning, want %d", codes, len(text))
	}
}

// Where glyphs begin is written short for as long as it fits.
func TestOffsets(t *testing.T) {
	t.Parallel()
	if loca, long := pdf.Offsets(0, 131_070); long != 0 || !bytes.Equal(loca, []byte{0, 0, 0xff, 0xff}) {
		t.Errorf("got %x, long %d", loca, long)
	}
	if loca, long := pdf.Offsets(0, 131_072); long != 1 || !bytes.Equal(loca, []byte{0, 0, 0, 0, 0, 2, 0, 0}) {
		t.Errorf("got %x, long %d", loca, long)
	}
}

func TestReadFontRefuses(t *testing.T) {
	t.Parallel()
	good, err := fs.ReadFile(fonts.Files(), "OCRA.ttf")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"nothing", nil},
		{"a text", []byte("This is no font at all, only words.")},
		{"half a font", good[:len(good)/2]},
		{"a font with the outlines of another format", bytes.Replace(good, []byte("glyf"), []byte("CFF "), 1)},
		{"a font without characters", bytes.Replace(good, []byte("cmap"), []byte("xmap"), 1)},
	} {
		if _, err := pdf.ReadFont("Broken", c.data); !errors.Is(err, pdf.ErrFont) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func FuzzReadFont(f *testing.F) {
	good, err := fs.ReadFile(fonts.Files(), "OCRA.ttf")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		font, err := pdf.ReadFont("Fuzz", data)
		if err != nil {
			return
		}
		font.Subset(font.Runes()...)
	})
}

func TestWrap(t *testing.T) {
	t.Parallel()
	style := pdf.Style{Face: pdf.Face{font(t, "NotoSans-Regular"), font(t, "NotoSansSC-Regular")}, Size: 10 * pdf.Point}
	wide := func(s string) pdf.Length { return style.Width(s) }
	for _, c := range []struct {
		name   string
		text   string
		width  pdf.Length
		indent pdf.Length
		want   []string
	}{
		{"a word", "bill", wide("bill"), 0, []string{"bill"}},
		{"nothing", "", wide("bill"), 0, []string{""}},
		{"two words that fit", "your bill", wide("your bill"), 0, []string{"your bill"}},
		{"two words that do not", "your bill", wide("your bill") - 1, 0, []string{"your", "bill"}},
		{"a line feed", "your\nbill", wide("your bill"), 0, []string{"your", "bill"}},
		{"a space that must not break", "pay $1\u00A0000 now", wide("pay $1"), 0, []string{"pay", "$1\u00A000", "0 now"}},
		{"a word wider than the line", "bookkeeping", wide("bookkee"), 0, []string{"bookkee", "ping"}},
		{"after a bold label", "your bill", wide("your bill"), pdf.Point, []string{"your", "bill"}},
		{"after a label that leaves no room", "bookkeeping now", wide("bookkeeping"), wide("book"), []string{"", "bookkeeping", "now"}},
		{"Chinese, between any two characters", "请付款", wide("请付"), 0, []string{"请付", "款"}},
		{"Chinese, no comma at the head of a line", "请付，款", wide("请付"), 0, []string{"请", "付，", "款"}},
		{"Chinese, no bracket at the foot", "付（款）", wide("付（款"), 0, []string{"付", "（款）"}},
		{"a web address, behind a slash", "pay.example/bill", wide("pay.example/"), 0, []string{"pay.example/", "bill"}},
		{"a telephone number stays whole", "call 1-800-555-0100", wide("1-800-555-0100"), 0, []string{"call", "1-800-555-0100"}},
	} {
		if diff := cmp.Diff(c.want, style.Wrap(c.text, c.width, c.indent)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// sample has one of everything that can be drawn.
func sample(t *testing.T, out io.Writer) {
	t.Helper()
	face := pdf.Face{font(t, "NotoSans-Regular"), font(t, "NotoSansSC-Regular")}
	w := pdf.NewWriter(out, pdf.Info{Title: "Größe (1)", Lang: "de", Created: civil.MustParseDate("2027-02-28")})
	d := w.Document("de", "Größe")
	p := d.AddPage()
	style := pdf.Style{Face: face, Size: pdf.Points(10.5)}
	h, para := d.Root().Add("H1"), d.Root().Add("P")
	p.Text(h, pdf.Inch, pdf.Inch, style, "Größe 账单")
	p.Text(para, pdf.Inch, 2*pdf.Inch, style, "eins")
	p.Text(para, pdf.Inch, 3*pdf.Inch, style, "zwei")
	p.Rule(pdf.Line{Width: pdf.Point, Dash: pdf.Point}, 0, 0, pdf.Inch, pdf.Inch)
	p.Text(para, pdf.Inch, 4*pdf.Inch, style, "drei")
	p.Dot(pdf.Line{Width: pdf.Point}, pdf.Inch, pdf.Inch, pdf.Point, true)
	p.Fill(d.Root().AddFigure("Ein (Quadrat)"), pdf.Black, pdf.Rect{X: 0, Y: 0, W: pdf.Inch, H: pdf.Inch})
	link := d.Root().Add("Link")
	p.Text(link, pdf.Inch, 5*pdf.Inch, style, "hier")
	p.Link(link, pdf.Rect{X: pdf.Inch, Y: 5 * pdf.Inch, W: pdf.Inch, H: pdf.Point}, "https://example.org/(a)", "Anderswo")
	if err := w.Add(d); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// streams gives what is compressed in a file.
func streams(t *testing.T, file []byte) []string {
	t.Helper()
	var all []string
	for _, m := range regexp.MustCompile(`(?s)/FlateDecode/Length \d+>>stream\n(.*?)\nendstream`).FindAllSubmatch(file, -1) {
		r, err := zlib.NewReader(bytes.NewReader(m[1]))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(data))
	}
	return all
}

// Brief 16.2: no text without a tag, no drawing without one or a mark that it
// is decoration.
func TestNothingIsDrawnUntagged(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	sample(t, &file)
	content := ""
	for _, s := range streams(t, file.Bytes()) {
		if strings.Contains(s, " Tm") {
			content = s
		}
	}
	var open []string
	for line := range strings.SplitSeq(strings.TrimSpace(content), "\n") {
		switch {
		case strings.HasSuffix(line, "BDC"), strings.HasSuffix(line, "BMC"):
			open = append(open, line)
			if len(open) > 1 {
				t.Errorf("%q inside %q", line, open[0])
			}
		case line == "EMC":
			open = open[:len(open)-1]
		case len(open) == 0:
			t.Errorf("%q belongs to nothing", line)
		case strings.Contains(line, "Tj") && strings.HasPrefix(open[0], "/Artifact"):
			t.Errorf("%q is text, marked as decoration", line)
		}
	}
	if len(open) != 0 {
		t.Errorf("%q is never closed", open)
	}
	if n := strings.Count(content, "/P <</MCID"); n != 2 {
		t.Errorf("the paragraph is in %d pieces, want 2: before the rule and behind it", n)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	sample(t, &file)
	all := strings.Join(streams(t, file.Bytes()), "\n") + file.String()
	for _, want := range []string{
		"/S/Document/P", "/Lang(de)", "/S/H1/P", "/S/Figure/P", "/Alt<FEFF00450069006E002000280051", "/Type/OBJR/Obj",
		"/URI(https://example.org/\\(a\\))", "/StructParents 0", "/StructParent 1/", "/Limits[0 1]", "/ParentTreeNextKey 2",
		"/MarkInfo<</Marked true>>", "/DisplayDocTitle true", "/CreationDate(D:20270228000000Z)", "/Tabs/S",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the file has no %q", want)
		}
	}
}

type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFullDiskIsToldOf(t *testing.T) {
	t.Parallel()
	w := pdf.NewWriter(full{}, pdf.Info{})
	d := w.Document("en", "Bill")
	d.AddPage()
	if err := w.Add(d); !errors.Is(err, errFull) {
		t.Errorf("Add: %v", err)
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close: %v", err)
	}
}

// Bold of a script whose outlines are large takes no second copy of them.
func TestHeavierTextSharesItsOutlines(t *testing.T) {
	t.Parallel()
	light := font(t, "NotoSansSC-Regular")
	write := func(second pdf.Face) []byte {
		var out bytes.Buffer
		w := pdf.NewWriter(&out, pdf.Info{Lang: "zh-Hans"})
		d := w.Document("zh-Hans", "")
		p := d.AddPage()
		p.Text(d.Root().Add("P"), 72, 72, pdf.Style{Face: pdf.Face{light}, Size: 11 * pdf.Point}, "付款单")
		p.Text(d.Root().Add("P"), 72, 90, pdf.Style{Face: second, Size: 11 * pdf.Point}, "付款单")
		if err := w.Add(d); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	plain, bold := write(pdf.Face{light}), write(pdf.Face{light.Heavier()})
	if bytes.Equal(plain, bold) || len(bold) > len(plain)+60 || bytes.Count(bold, []byte("/FontDescriptor")) != bytes.Count(plain, []byte("/FontDescriptor")) {
		t.Errorf("plain %d bytes, bold %d", len(plain), len(bold))
	}
}

package letters_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/profiles"
	"quittance.org/quittance/web"
)

var update = flag.Bool("update", false, "write the golden files")

const base = "https://pay.example.gov"

var cases = map[string]func(*testing.T) *paying.Receipt{
	"bank": paid, "first": firstPayment, "card-partly": cardPartly, "overpaid": overpaid, "spanish": spanish,
}

func policy(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func words(t *testing.T, files fs.FS) *catalogue.Catalogue {
	t.Helper()
	cat, err := catalogue.Load(files, policy(t).Zone())
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func write(t *testing.T, r *paying.Receipt) notifying.Letter {
	t.Helper()
	l, err := letters.Receipt(words(t, web.Messages()), policy(t), base, r)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, receipt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := write(t, receipt(t))
			golden(t, name+".txt", "Subject: "+l.Subject+"\n\n"+l.Text)
			golden(t, name+".html", l.HTML)
		})
	}
}

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
		t.Errorf("%s (go test -update writes it):\n%s", name, diff)
	}
}

func TestALetterIsAboutOnePayment(t *testing.T) {
	t.Parallel()
	for name, receipt := range map[string]*paying.Receipt{"monthly": paid(t), "first": firstPayment(t)} {
		l := write(t, receipt)
		if l.Account != receipt.Payment.AccountID || l.Source != receipt.Payment.ID.UUID || l.Template != letters.TemplateReceipt ||
			l.Language != "en" || l.Address.Reveal() != receipt.Email {
			t.Errorf("%s: got %+v", name, l)
		}
	}
	if l := write(t, spanish(t)); l.Language != "en" {
		t.Errorf("a letter in English for a Spanish reader is kept as %q", l.Language)
	}
}

// element is one start tag of the HTML.
type element struct {
	name  string
	attrs map[string]string
}

// parse reads the HTML as XML, so that every tag must be closed in order.
func parse(t *testing.T, html string) (elements []element, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	var b strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, b.String()
		}
		if err != nil {
			t.Fatalf("the HTML is not well-formed: %v", err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := element{x.Name.Local, map[string]string{}}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			elements = append(elements, e)
		case xml.CharData:
			b.Write(x)
		}
	}
}

var allowed = map[string]bool{
	"html": true, "head": true, "meta": true, "title": true, "body": true, "table": true, "tr": true, "th": true, "td": true,
	"p": true, "br": true, "span": true, "strong": true, "h1": true, "h2": true, "ul": true, "li": true, "a": true,
}

func TestHTMLLoadsNothingAndLinksOnce(t *testing.T) {
	t.Parallel()
	for name, receipt := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := receipt(t)
			elements, _ := parse(t, write(t, r).HTML)
			count := map[string]int{}
			for _, e := range elements {
				count[e.name]++
				if !allowed[e.name] {
					t.Errorf("<%s> has no business in a letter", e.name)
				}
				for key, value := range e.attrs {
					if key != "href" && strings.Contains(value, "//") || strings.HasPrefix(key, "on") || strings.Contains(value, "url(") {
						t.Errorf("<%s %s=%q> could load something", e.name, key, value)
					}
				}
				if lang, _ := catalogue.ParseLang(r.Language); e.name == "a" && e.attrs["href"] != base+lang.Path("/is-my-payment-in") {
					t.Errorf("the link goes to %q", e.attrs["href"])
				}
			}
			if count["h1"] != 1 || count["a"] != 1 || count["title"] != 1 {
				t.Errorf("got %d h1, %d links, %d titles, want one of each", count["h1"], count["a"], count["title"])
			}
			if elements[0].attrs["lang"] != "en" {
				t.Errorf("the letter's language is %q, want the one its text is in", elements[0].attrs["lang"])
			}
		})
	}
}

func TestTextSaysAllThatHTMLSays(t *testing.T) {
	t.Parallel()
	for name, receipt := range cases {
		l := write(t, receipt(t))
		_, html := parse(t, l.HTML)
		for line := range strings.Lines(html) {
			line = strings.TrimSpace(line)
			if line == "" || line == "Look up this payment" || strings.HasPrefix(line, "Or type this address") {
				continue // the address stands in the text itself
			}
			for _, found := range split(line) {
				if !strings.Contains(l.Text, found) {
					t.Errorf("%s: the text lacks %q", name, found)
				}
			}
		}
	}
}

// split cuts a line of a table or a heading into what its cells say: "Amount"
// and "$124.50" stand together once the tags are gone.
func split(line string) []string {
	if at := strings.LastIndex(line, "$"); at > 0 && !strings.Contains(line[at:], " ") {
		return []string{line[:at], line[at:]}
	}
	for _, label := range []string{"Confirmation number", "Paid to", "Paying for", "Paid on", "Counts as paid on", "Paid with"} {
		if rest, ok := strings.CutPrefix(line, label); ok {
			return []string{label, rest}
		}
	}
	if rest, ok := strings.CutPrefix(line, "Bay Harbor Health Marketplace"); ok && rest != "" {
		return []string{rest}
	}
	return []string{line}
}

func TestNothingPersonalBeyondWhatAPayerSees(t *testing.T) {
	t.Parallel()
	longNumber := regexp.MustCompile(`[0-9]{5,}`)
	for name, receipt := range cases {
		r := receipt(t)
		r.Payment.LastFour = "00012" + r.Payment.LastFour // what must never be, is cut
		l := write(t, r)
		_, html := parse(t, l.HTML)
		for part, text := range map[string]string{"subject": l.Subject, "text": l.Text, "html": html} {
			if found := longNumber.FindString(text); found != "" {
				t.Errorf("%s: the %s shows %s", name, part, found)
			}
			for _, hidden := range []string{"maria@", r.SubscriberID.String(), r.SubscriberID.Grouped(), r.Payment.ID.String()} {
				if strings.Contains(text, hidden) {
					t.Errorf("%s: the %s shows %s", name, part, hidden)
				}
			}
		}
		for _, want := range []string{"Maria S. · Subscriber ID ending in " + r.SubscriberID.LastFour(), "ending in " + r.Payment.LastFour[5:]} {
			if !strings.Contains(l.Text, want) || !strings.Contains(html, want) {
				t.Errorf("%s: lacks %q", name, want)
			}
		}
		for _, word := range []string{"Maria", "$", r.Payment.Confirmation.String(), "dental"} {
			if strings.Contains(l.Subject, word) {
				t.Errorf("%s: the subject %q shows %q", name, l.Subject, word)
			}
		}
		if strings.Count(l.HTML, "?") != strings.Count(html, "?") {
			t.Errorf("%s: a link has a query", name)
		}
	}
}

func TestWhichLetterAPaymentGets(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name  string
		edit  func(*paying.Receipt)
		first bool
	}{
		{"it starts coverage", func(*paying.Receipt) {}, true},
		{"it pays a part of the first bill", func(r *paying.Receipt) { r.Starts = nil }, false},
		{"it starts coverage, and the next bill is out", func(r *paying.Receipt) { r.After.Bill.Kind, r.After.Bill.Month = bill.KindMonthly, january.Next() }, true},
		{"it pays a monthly bill of coverage that began this very month", func(r *paying.Receipt) { r.Starts, r.After.Bill.Kind = nil, bill.KindMonthly }, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := firstPayment(t)
			row.edit(r)
			l := write(t, r)
			starts := strings.Contains(l.Text, "January 1, 2027: your coverage starts.")
			if starts != row.first || (l.Subject == "You're paid. Here's what happens next") != row.first {
				t.Errorf("got %q, want the letter of a first payment: %t\n%s", l.Subject, row.first, l.Text)
			}
		})
	}
}

func TestWhatIsOwedStill(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name  string
		edit  func(*standing.Standing)
		says  string
		never string
	}{
		{"by the next due date", func(*standing.Standing) {}, "You still owe $62.00 by Monday, November 23, 2026.", ""},
		{"by the day that cures", func(s *standing.Standing) {
			s.KeepsBy = civil.Date{}
			s.Enrollments[1].CureBy = civil.MustParseDate("2026-12-23")
		}, "You still owe $62.00 by Wednesday, December 23, 2026.", ""},
		{"no day is left", func(s *standing.Standing) { s.KeepsBy = civil.Date{} }, "Left to pay after this payment: $62.00", "You still owe"},
		{"one of two is not paid at all", func(s *standing.Standing) { s.Enrollments[0].PaidThrough = civil.Month{} }, "", "You are paid through"},
		{"the one that lags counts", func(s *standing.Standing) { s.Enrollments[1].PaidThrough = december }, "You are paid through October 31, 2026.", ""},
		{"what has ended does not count", func(s *standing.Standing) {
			s.Enrollments[0].State = standing.StateEnded
			s.Enrollments[1].PaidThrough = december
		}, "You are paid through December 31, 2026.", ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := cardPartly(t)
			row.edit(&r.After.Standing)
			text := write(t, r).Text
			if !strings.Contains(text, row.says) || row.never != "" && strings.Contains(text, row.never) {
				t.Errorf("want %q and not %q:\n%s", row.says, row.never, text)
			}
		})
	}
}

func TestEscaping(t *testing.T) {
	t.Parallel()
	r := paid(t)
	r.FirstName, r.Wording = `<script>alert(1)</script>`, `a & b "<img src=//x>"`
	l := write(t, r)
	elements, text := parse(t, l.HTML)
	for _, e := range elements {
		if !allowed[e.name] {
			t.Errorf("<%s> came in with a value", e.name)
		}
	}
	if !strings.Contains(text, r.FirstName) || !strings.Contains(text, r.Wording) || !strings.Contains(l.Text, r.Wording) {
		t.Error("the values do not read as they were written")
	}
}

func TestWhatCanNotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	cat, p := words(t, web.Messages()), policy(t)
	for _, wrong := range []string{"", "pay.example.gov", "ftp://pay.example.gov", "https://", "https://pay.example.gov/x", "https://pay.example.gov?a=b", "https://a:b@pay.example.gov", "://"} {
		if _, err := letters.Receipt(cat, p, wrong, paid(t)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, want that it is no address of a portal", wrong, err)
		}
	}
	if _, err := letters.Receipt(cat, p, base+"/", paid(t)); err != nil {
		t.Errorf("a slash at the end: %v", err)
	}
	r := paid(t)
	r.Payment.Method = payment.Method("barter")
	if _, err := letters.Receipt(cat, p, base, r); err == nil || !strings.Contains(err.Error(), "barter") {
		t.Errorf("barter: got %v, want that there are no words for it", err)
	}
}

// Every message under [mail] is said by some letter.
func TestEveryMessageOfMailIsUsed(t *testing.T) {
	t.Parallel()
	said := ""
	for _, receipt := range cases {
		l := write(t, receipt(t))
		said += l.Subject + l.Text + l.HTML
	}
	cat := words(t, web.Messages())
	for _, key := range cat.Keys() {
		if !strings.HasPrefix(key, "mail.") || key == "mail.notice" { // said in the other languages alone
			continue
		}
		text, err := cat.T(catalogue.English, key, catalogue.Args{"starts": january.First()})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(said, strings.ReplaceAll(text, "'", "&#39;")) {
			t.Errorf("no letter says %s, %q", key, text)
		}
	}
	if !strings.Contains(said, "Este mensaje") {
		t.Error("no letter says mail.notice")
	}
}

// Once a language has every key, dates, banner, hours and link are its own. The
// words here are English: what matters is that the file counts as complete.
func TestATranslatedLetterIsOfItsLanguage(t *testing.T) {
	t.Parallel()
	english, err := fs.ReadFile(web.Messages(), "en.toml")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, lang := range catalogue.Langs() {
		files[string(lang)+".toml"] = &fstest.MapFile{}
	}
	files["en.toml"] = &fstest.MapFile{Data: english}
	files["pt.toml"] = &fstest.MapFile{Data: english}
	short, err := fs.ReadFile(web.Messages(), "texts.en.toml")
	if err != nil {
		t.Fatal(err)
	}
	files["texts.en.toml"], files["texts.pt.toml"] = &fstest.MapFile{Data: short}, &fstest.MapFile{Data: short}
	r := paid(t)
	r.Language = "pt"
	l, err := letters.Receipt(words(t, files), policy(t), base, r)
	if err != nil {
		t.Fatal(err)
	}
	if l.Language != "pt" || !strings.Contains(l.Text, "20 de novembro de 2026") || strings.Contains(l.Text, "November 20, 2026, 2:14") {
		t.Errorf("got %s:\n%s", l.Language, l.Text)
	}
	if !strings.Contains(l.Text, base+"/pt/is-my-payment-in") || !strings.Contains(l.Text, "Demonstração") {
		t.Errorf("the link or the banner is not Portuguese:\n%s", l.Text)
	}
}

// M8: a check is receipted as well; no bank statement of ours is promised to who
// mailed it, and no time of day.
func TestReceiptOfACheck(t *testing.T) {
	t.Parallel()
	r := paid(t)
	r.Payment.Method, r.Payment.Channel, r.Payment.LastFour, r.Payment.Brand, r.Wording = payment.MethodCheck, payment.ChannelMail, "", "", ""
	text := write(t, r).Text
	for _, want := range []string{"Check", "Paid on: November 20, 2026\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "statement shows") {
		t.Errorf("it promises a statement:\n%s", text)
	}
}

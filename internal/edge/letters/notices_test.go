package letters_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/web/fonts"
)

// eachSample runs test for every letter.
func eachSample(t *testing.T, test func(t *testing.T, name string, w notifying.Words)) {
	t.Helper()
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := s.write(writerOf(t))
			if err != nil {
				t.Fatal(err)
			}
			test(t, name, w)
		})
	}
}

// onPaper is all that a printed letter says.
func onPaper(t *testing.T, w notifying.Words) string {
	t.Helper()
	doc := any(w.Letter)
	if w.Bill != nil {
		doc = w.Bill
	}
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	if err := out.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(text.String(), `\u0026`, "&")
}

func TestLettersSayTheirFacts(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, name string, w notifying.Words) {
		want := samples()[name]
		if w.Subject != want.subject {
			t.Errorf("subject: got %q, want %q", w.Subject, want.subject)
		}
		_, html := parse(t, w.HTML)
		parts := map[string]string{"text": w.Text, "HTML": html}
		if w.Letter != nil { // the paper of a bill is the bill
			parts["paper"] = onPaper(t, w)
		}
		for part, text := range parts {
			for _, says := range want.says {
				if !strings.Contains(text, says) {
					t.Errorf("the %s lacks %q:\n%s", part, says, text)
				}
			}
		}
		golden(t, name+".txt", "Subject: "+w.Subject+"\n\n"+w.Text)
		if name == "past_due" {
			golden(t, name+".html", w.HTML)
		}
	})
}

// The words of a letter change with its version: what is kept beside a message
// says which words they were.
func TestVersionsFollowTheWords(t *testing.T) {
	t.Parallel()
	sums := map[string][]string{}
	for name, s := range samples() {
		w, err := s.write(writerOf(t))
		if err != nil {
			t.Fatal(err)
		}
		key := fmt.Sprintf("%s %d", w.Template, w.Version)
		sums[key] = append(sums[key], fmt.Sprintf("%s %x", name, sha256.Sum256([]byte(w.Subject+w.Text+w.HTML+onPaper(t, w)))))
		if short := w.Short; short != nil {
			key := fmt.Sprintf("%s %d", short.Template, short.Version)
			sums[key] = append(sums[key], fmt.Sprintf("%s %x", name, sha256.Sum256([]byte(short.Words))))
		}
	}
	var lines strings.Builder
	for _, key := range slices.Sorted(maps.Keys(sums)) {
		slices.Sort(sums[key])
		sum := sha256.Sum256([]byte(strings.Join(sums[key], "\n")))
		fmt.Fprintf(&lines, "%s %s\n", key, hex.EncodeToString(sum[:6]))
	}
	golden(t, "versions.txt", lines.String()) // a line that differs: give its template a new version
}

func TestLettersTellNothingPersonalToOthers(t *testing.T) {
	t.Parallel()
	id := reader().SubscriberID
	eachSample(t, func(t *testing.T, _ string, w notifying.Words) {
		for _, word := range []string{"Maria", "Souza", "$", "Harbor", "Tide", "plan", "dental", id.LastFour()} {
			if strings.Contains(w.Subject, word) {
				t.Errorf("the subject %q shows %q", w.Subject, word)
			}
		}
		_, html := parse(t, w.HTML)
		for part, text := range map[string]string{"text": w.Text, "HTML": html} {
			for _, hidden := range []string{"Souza", id.String(), id.Grouped(), "700000001", "Silver", "Tide", "Commonwealth"} {
				if strings.Contains(text, hidden) {
					t.Errorf("the %s shows %s", part, hidden)
				}
			}
			if !strings.Contains(text, "Maria S. · Subscriber ID ending in "+id.LastFour()) {
				t.Errorf("the %s does not say whom it is for", part)
			}
		}
		if strings.Count(w.HTML, "?") != strings.Count(html, "?") {
			t.Error("a link has a query")
		}
	})
}

func TestLettersByEmailAreWellMade(t *testing.T) {
	t.Parallel()
	pages := []string{"/account/autopay", "/account/methods", "/is-my-payment-in"} // besides those to pay
	eachSample(t, func(t *testing.T, _ string, w notifying.Words) {
		elements, html := parse(t, w.HTML)
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
			if href := e.attrs["href"]; e.name == "a" && (!strings.HasPrefix(href, base+"/p") && !slices.Contains(pages, strings.TrimPrefix(href, base)) || !strings.Contains(w.Text, href)) {
				t.Errorf("the button leads to %q, which the text must say and which must be ours", href)
			}
		}
		if count["h1"] != 1 || count["a"] > 1 || count["title"] != 1 {
			t.Errorf("got %d h1, %d buttons, %d titles", count["h1"], count["a"], count["title"])
		}
		for _, both := range []string{"We never ask for your bank number, password or code by email or text.", "1-800-555-0100 (TTY: 711)", base + "/language-help"} {
			if !strings.Contains(html, both) || !strings.Contains(w.Text, both) {
				t.Errorf("the footer lacks %q", both)
			}
		}
	})
}

func TestALetterIsWrittenForItsWaysAlone(t *testing.T) {
	t.Parallel()
	for _, ways := range []notifying.Ways{{Email: true}, {Print: true}, {}} {
		n := notice(standing.NoticePastDue, "2027-01-02", january, 20600, "2027-01-23")
		b := billed()
		n.Reader.Ways, b.Reader.Ways = ways, ways
		for name, write := range map[string]sample{
			"notice": of(n), "bill": func(w letters.Writer) (notifying.Words, error) { return w.Bill(b) },
		} {
			w, err := write(writerOf(t))
			if err != nil {
				t.Fatal(err)
			}
			if email := w.Text != "" && w.HTML != ""; email != ways.Email {
				t.Errorf("%s, %+v: an e-mail: %t", name, ways, email)
			}
			if paper := w.Letter != nil || w.Bill != nil; paper != ways.Print {
				t.Errorf("%s, %+v: on paper: %t", name, ways, paper)
			}
		}
	}
}

func TestEveryNoticeHasWords(t *testing.T) {
	t.Parallel()
	for _, kind := range []standing.NoticeKind{
		standing.NoticeStartReminder, standing.NoticeStartMoved, standing.NoticeNotStarted, standing.NoticeDueReminder, standing.NoticePastDue,
		standing.NoticeEndWarning, standing.NoticeEnded, standing.NoticeReinstated, standing.NoticeStands,
	} {
		if w, err := writerOf(t).Notice(notice(kind, "2027-01-02", january, 20600, "2027-01-23")); err != nil || w.Template != string(kind) || w.Version < 1 {
			t.Errorf("%s: got %s version %d, %v", kind, w.Template, w.Version, err)
		}
	}
	if _, err := writerOf(t).Notice(notice("nonsense", "2027-01-02", january, 20600, "2027-01-23")); err == nil {
		t.Error("a kind without words: got no error")
	}
}

// A past-due letter on hold has no day to pay by, and a bank's reason always
// has words.
func TestLettersWithLessToSay(t *testing.T) {
	t.Parallel()
	n := notice(standing.NoticePastDue, "2027-01-02", january, 20600, "")
	w, err := writerOf(t).Notice(n)
	if err != nil || strings.Contains(w.Text, "to stay covered") || !strings.Contains(w.Text, "You now owe $206.00.") {
		t.Errorf("on hold: %v\n%s", err, w.Text)
	}
	for _, code := range []string{"R01", "R02", "R03", "R07", "R08", "R09", "R10", "R16", "R29", "dispute", "", "R77"} {
		w, err := writerOf(t).Returned(returned(code))
		if err != nil || !strings.Contains(w.Text, "reason") {
			t.Errorf("%q: %v\n%s", code, err, w.Text)
		}
	}
}

// printed gives the paper of a letter as a PDF.
func printed(t *testing.T, w notifying.Words) []byte {
	t.Helper()
	var out bytes.Buffer
	to := []string{"María-José Nguyễn-O'Connor", "1428 Commonwealth Avenue, Apt 12B", "Brighton, MA 02135-4402"}
	if w.Bill != nil {
		press, err := billpdf.NewPress(fonts.Files())
		if err != nil {
			t.Fatal(err)
		}
		w.Bill.To = to
		if err := press.Write(&out, w.Bill); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	press, err := letterpdf.NewPress(fonts.Files())
	if err != nil {
		t.Fatal(err)
	}
	w.Letter.To = to
	if err := press.Write(&out, w.Letter); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every letter can be printed, and the paper says in six languages that help
// is free (MA-NOTE-16).
func TestEveryLetterCanBePrinted(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, _ string, w notifying.Words) {
		if file := printed(t, w); !bytes.HasPrefix(file, []byte("%PDF-1.7")) {
			t.Errorf("got %.20q", file)
		}
		paper := onPaper(t, w)
		for _, line := range []string{"free help in your language", "ayuda gratis", "èd gratis", "ajuda grátis", "免费中文帮助", "giúp miễn phí"} {
			if !strings.Contains(paper, line) {
				t.Errorf("the paper lacks %q", line)
			}
		}
	})
}

func TestALetterThatIsNotTranslatedSaysSo(t *testing.T) {
	t.Parallel()
	for _, lang := range catalogue.Langs() {
		if lang == catalogue.English {
			continue
		}
		n := notice(standing.NoticePastDue, "2027-01-02", january, 20600, "2027-01-23")
		b := billed()
		n.Reader.Language, b.Reader.Language = string(lang), string(lang)
		for name, write := range map[string]sample{
			"notice": of(n), "bill": func(w letters.Writer) (notifying.Words, error) { return w.Bill(b) },
		} {
			w, err := write(writerOf(t))
			if err != nil {
				t.Fatal(err)
			}
			says, err := writerOf(t).Catalogue.In(lang).Native().T("mail.notice", nil)
			if err != nil {
				t.Fatal(err)
			}
			if w.Language != "en" || !strings.Contains(w.Text, says) || !strings.Contains(w.Text, base+"/"+string(lang)+"/p") || !strings.Contains(onPaper(t, w), says) {
				t.Errorf("%s in %s: kept as %s, and must say %q and lead to pages in that language:\n%s", name, lang, w.Language, says, w.Text)
			}
			printed(t, w)
		}
	}
}

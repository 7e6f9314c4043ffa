package catalogue_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/web"
)

// folder gives a catalogue folder with the given files; the others are empty.
func folder(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for _, lang := range catalogue.Langs() {
		all[string(lang)+".toml"] = &fstest.MapFile{Data: []byte(files[string(lang)])}
	}
	return all
}

func eastern(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func load(t *testing.T, files map[string]string) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load(folder(files), eastern(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMessagesSayTheirValues(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"en": `
[a]
plain = "Pay {amount} by {due:weekday}."
forms = "{due}, {due:day}, {due:dayname}, {at:time}, {at}, {month}, {n}"
rich = "**Stop.** Call [{phone}](tel) or [look](here)."
end = "Until **{at:time}**. Then stop."
[a.people]
one = "{n} person"
other = "{n} people"
`})
	args := catalogue.Args{
		"amount": money.Cents(12450), "due": civil.MustParseDate("2026-11-23"), "month": civil.MustParseMonth("2026-12"),
		"at": instant(t, "2026-11-20T19:14:00Z"), "n": 2, "phone": `1 <b>`, "tel": "tel:1", "here": "/pay",
	}
	rows := map[string]string{
		"a.plain":  "Pay $124.50 by Monday, November 23, 2026.",
		"a.forms":  "November 23, 2026, November 23, Monday, 2:14 p.m., November 20, 2026, December 2026, 2",
		"a.people": "2 people",
		"a.end":    "Until 2:14 p.m. Then stop.",
		"a.rich":   "Stop. Call 1 <b> or look.",
	}
	for key, want := range rows {
		if got, err := c.T(catalogue.English, key, args); err != nil || got != want {
			t.Errorf("%s: got %q %v, want %q", key, got, err, want)
		}
	}
	one, _ := c.T(catalogue.English, "a.people", catalogue.Args{"n": 1})
	if one != "1 person" {
		t.Errorf("got %q, want the form for one", one)
	}
	html, err := c.In(catalogue.Spanish).Rich("a.rich", args)
	want := `<strong>Stop.</strong> Call <a href="tel:1">1 &lt;b&gt;</a> or <a href="/es/pay">look</a>.`
	if err != nil || string(html) != want {
		t.Errorf("got %q %v, want %q", html, err, want)
	}
}

func instant(t *testing.T, s string) civil.Instant {
	t.Helper()
	at, err := civil.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestMistakesInACallAreErrors(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"en": `
[a]
date = "{due}"
form = "{due:roman}"
link = "[x](to)"
[a.people]
one = "{n} person"
other = "{n} people"
`})
	due := civil.MustParseDate("2026-11-23")
	rows := []struct {
		name string
		key  string
		args catalogue.Args
		says string
	}{
		{"no such key", "a.nothing", nil, "no message"},
		{"an argument is missing", "a.date", nil, `"due" is missing`},
		{"no date is given", "a.date", catalogue.Args{"due": civil.Date{}}, "no date"},
		{"a value that has no words", "a.date", catalogue.Args{"due": 1.5}, "float64"},
		{"a form that dates do not have", "a.form", catalogue.Args{"due": due}, "roman"},
		{"no number to choose by", "a.people", nil, "number n"},
		{"a link to another site", "a.link", catalogue.Args{"to": "https://example.com"}, "no path"},
		{"a link that looks like a path", "a.link", catalogue.Args{"to": "//example.com"}, "no path"},
		{"a script as a link", "a.link", catalogue.Args{"to": "javascript:x"}, "no path"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.T(catalogue.English, row.key, row.args)
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, want an error that says %q", err, row.says)
			}
		})
	}
}

func TestMistakesInAFileAreErrorsAtStart(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name  string
		files map[string]string
		says  string
	}{
		{"a key that English lacks", map[string]string{"es": `a = "x"`}, "es.toml: a: en.toml has no such key"},
		{"a placeholder renamed", map[string]string{"en": `a = "{n}"`, "vi": `a = "{m}"`}, "vi.toml: a: has the placeholders [m]"},
		{"bold not closed", map[string]string{"en": `a = "**x"`}, "not closed"},
		{"link not closed", map[string]string{"en": `a = "[x"`}, "not closed"},
		{"link not begun", map[string]string{"en": `a = "x](y)"`}, "did not begin"},
		{"a brace", map[string]string{"en": `a = "{Amount}"`}, "no placeholder"},
		{"a number", map[string]string{"en": `a = 1`}, "no text"},
		{"not TOML", map[string]string{"zh": `a = `}, "zh.toml"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := catalogue.Load(folder(row.files), eastern(t))
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, want an error that says %q", err, row.says)
			}
		})
	}
	if _, err := catalogue.Load(fstest.MapFS{}, eastern(t)); err == nil {
		t.Error("no files at all: got no error")
	}
}

func TestAHalfTranslatedLanguageIsShownInEnglish(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{
		"en": "a = \"one\"\nb = \"two\"",
		"es": "a = \"uno\"",
		"pt": "a = \"um\"\nb = \"dois\"",
		"ht": "[glossary]\n\"bill\" = \"bòdwo\"\n\"receipt\" = \"resi\"",
	})
	if diff := cmp.Diff([]string{"b"}, c.Missing(catalogue.Spanish)); diff != "" {
		t.Error(diff)
	}
	spanish := c.In(catalogue.Spanish)
	if got, _ := spanish.T("a", nil); got != "one" || spanish.Spoken() != catalogue.English || spanish.Lang() != catalogue.Spanish {
		t.Errorf("got %q in %s for %s, want English for Spanish", got, spanish.Spoken(), spanish.Lang())
	}
	if got, _ := spanish.Native().T("a", nil); got != "uno" {
		t.Errorf("native: got %q, want uno", got)
	}
	if _, err := spanish.Native().T("b", nil); err == nil {
		t.Error("native: a key that is not translated must be an error")
	}
	if got, _ := c.T(catalogue.Portuguese, "b", nil); got != "dois" {
		t.Errorf("got %q, want the complete language", got)
	}
	want := []catalogue.Term{{English: "bill", Word: "bòdwo"}, {English: "receipt", Word: "resi"}}
	if diff := cmp.Diff(want, c.Glossary(catalogue.Haitian)); diff != "" {
		t.Error(diff)
	}
}

func TestPseudoIsLongerAndKeepsValues(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"en": `a = "Pay {amount} by this day to stay covered."`})
	args := catalogue.Args{"amount": money.Cents(12450)}
	english, _ := c.T(catalogue.English, "a", args)
	pseudo, err := c.T(catalogue.Pseudo, "a", args)
	if err != nil || len(pseudo)*10 < len(english)*14 || !strings.Contains(pseudo, "$124.50") || strings.Contains(pseudo, "stay") {
		t.Errorf("got %q %v, want 40 percent more than %q with its value", pseudo, err, english)
	}
}

func TestTheSixFilesLoadAndSayWhatTheyLack(t *testing.T) {
	t.Parallel()
	c, err := catalogue.Load(web.Messages(), eastern(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range catalogue.Langs() {
		for _, key := range []string{"fallback.notice", "fallback.words", "fallback.suggest"} {
			if _, err := c.In(lang).Native().T(key, nil); err != nil {
				t.Errorf("%s can not say that it is not translated: %v", lang, err)
			}
		}
		if lang != catalogue.English && len(c.Glossary(lang)) != 18 {
			t.Errorf("%s: got %d key words, want the 18 of the brief", lang, len(c.Glossary(lang)))
		}
	}
}

func TestALanguageMayHaveMoreFiles(t *testing.T) {
	t.Parallel()
	files := folder(map[string]string{"en": `a = "one"`, "pt": `a = "um"`, "es": `a = "uno"`})
	files["letters.en.toml"] = &fstest.MapFile{Data: []byte("[letter]\nb = \"two\"")}
	files["letters.pt.toml"] = &fstest.MapFile{Data: []byte("[letter]\nb = \"dois\"")}
	c, err := catalogue.Load(files, eastern(t))
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[catalogue.Lang]string{catalogue.English: "two", catalogue.Portuguese: "dois", catalogue.Spanish: "two"} {
		if got, err := c.T(lang, "letter.b", nil); err != nil || got != want {
			t.Errorf("%s: got %q %v, want %q", lang, got, err, want)
		}
	}
	files["more.en.toml"] = &fstest.MapFile{Data: []byte("[letter]\nb = \"again\"")}
	if _, err := catalogue.Load(files, eastern(t)); err == nil || !strings.Contains(err.Error(), "letter.b: is in two files") {
		t.Errorf("a key in two files: got %v", err)
	}
}

func TestVersionFollowsTheWords(t *testing.T) {
	t.Parallel()
	first := load(t, map[string]string{"en": `a = "By selecting **Pay** you let {who} take it."`})
	same := load(t, map[string]string{"en": `a = "By selecting **Pay** you let {who} take it."`})
	other := load(t, map[string]string{"en": `a = "By selecting **Pay** you let {who} take {who}."`})
	version := first.Version(catalogue.Spanish, "a")
	if !strings.HasPrefix(version, "en-") || len(version) != 11 {
		t.Errorf("got %q, want the language that was shown and 8 characters", version)
	}
	if version != same.Version(catalogue.English, "a") || version == other.Version(catalogue.English, "a") {
		t.Errorf("got %q: the version must follow the words and nothing else", version)
	}
}

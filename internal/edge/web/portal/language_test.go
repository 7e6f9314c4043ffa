package portal_test

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/BurntSushi/toml"

	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/portal/states"
	"quittance.org/quittance/web"
)

// Under a language's prefix every link stays there; only the language menu
// leads out, and it leads to the same page.
func TestLinksStayInTheLanguage(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	for _, s := range states.All() {
		root, _ := render(t, r, catalogue.Vietnamese, s)
		for _, e := range root.named("a", "form") {
			target := e.attrs["href"] + e.attrs["action"]
			if !strings.HasPrefix(target, "/") || e.attrs["hreflang"] != "" {
				continue
			}
			if target != "/vi" && !strings.HasPrefix(target, "/vi/") && !strings.HasPrefix(target, "/vi?") {
				t.Errorf("%s: %s leaves the language", s.URL(), target)
			}
		}
		for _, e := range root.all(func(e *node) bool { return e.attrs["hreflang"] != "" }) {
			if _, rest := catalogue.SplitPath(e.attrs["href"]); rest != s.Frame.Path {
				t.Errorf("%s: the language link %s leads to another page", s.URL(), e.attrs["href"])
			}
		}
	}
}

// A page that is not translated is marked as English and says so in both
// languages.
func TestAPageThatIsNotTranslatedSaysSo(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	root, _ := render(t, r, catalogue.Haitian, states.All()[0])
	if lang := root.named("html")[0].attrs["lang"]; lang != "en" {
		t.Errorf("got lang %q, want en: that is what the text is", lang)
	}
	text := root.inner()
	for _, want := range []string{"Paj sa a poko tradui.", "This page is not translated yet.", "bòdwo"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, e := range root.all(func(e *node) bool { return e.name == "p" && strings.HasPrefix(e.inner(), "Paj sa") }) {
		if e.attrs["lang"] != "ht" {
			t.Errorf("the Creole line is marked %q", e.attrs["lang"])
		}
	}
	english, _ := render(t, r, catalogue.English, states.All()[0])
	if strings.Contains(english.inner(), "not translated") {
		t.Error("the English page says that it is not translated")
	}
}

// Every message is said by some state of some page: the file holds nothing
// that nobody reads.
func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	cat, r := markedRenderer(t)
	said := map[string]bool{}
	mark := regexp.MustCompile(`⟦([a-z_.]+)⟧`)
	for _, s := range states.All() {
		for _, lang := range []catalogue.Lang{catalogue.English, catalogue.Spanish} {
			page, err := r.Page(lang, s.Frame, s.View)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range mark.FindAllSubmatch(page, -1) {
				said[string(found[1])] = true
			}
		}
	}
	for _, key := range cat.Keys() {
		elsewhere := []string{"mail.", "calendar.", "person.", "proof.", "text.", "call.", "paid_with.check_only", "paid_with.money_order_only"}
		if slices.ContainsFunc(elsewhere, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			continue // said by letters, files and the feed of dates, which have tests of their own
		}
		if !said[key] {
			t.Errorf("no page says %q", key)
		}
	}
}

// markedRenderer speaks with every message marked by its key.
func markedRenderer(t *testing.T) (*catalogue.Catalogue, *portal.Renderer) {
	t.Helper()
	marked := fstest.MapFS{}
	names, err := fs.Glob(web.Messages(), "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasPrefix(name, "letters.") {
			continue // said by letters, which have tests of their own
		}
		text, err := fs.ReadFile(web.Messages(), name)
		if err != nil {
			t.Fatal(err)
		}
		var tree map[string]any
		if _, err := toml.Decode(string(text), &tree); err != nil {
			t.Fatal(err)
		}
		markKeys("", tree)
		var out bytes.Buffer
		if err := toml.NewEncoder(&out).Encode(tree); err != nil {
			t.Fatal(err)
		}
		marked[name] = &fstest.MapFile{Data: out.Bytes()}
	}
	cat, err := catalogue.Load(marked, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	assets, err := asset.Load(web.Static())
	if err != nil {
		t.Fatal(err)
	}
	css, hash := brand.Plum.CSS()
	assets.Add("brand.css", hash, css)
	site := states.Site()
	site.Gov = true
	r, err := portal.New(site, cat, assets, portal.Templates())
	if err != nil {
		t.Fatal(err)
	}
	return cat, r
}

func markKeys(prefix string, tree map[string]any) {
	for name, value := range tree {
		key := prefix + name
		switch v := value.(type) {
		case string:
			key = strings.TrimSuffix(key, ".one")
			if _, plural := tree["other"].(string); plural {
				key = strings.TrimSuffix(key, ".other")
			}
			tree[name] = "⟦" + key + "⟧" + v
		case map[string]any:
			markKeys(key+".", v)
		}
	}
}

// Templates hold no words of their own: whatever a person reads is in the
// catalogue and can be translated.
func TestTemplatesHoldNoWords(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(portal.Templates(), "*.html")
	if err != nil || len(names) < 20 {
		t.Fatalf("got %d templates, %v", len(names), err)
	}
	actions := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tags := regexp.MustCompile(`(?s)<[^>]*>`)
	spoken := regexp.MustCompile(`(?:aria-label|alt|title|placeholder|data-label)="([^"]*\pL[^"]*)"`)
	letters := regexp.MustCompile(`\pL+`)
	for _, name := range names {
		text, err := fs.ReadFile(portal.Templates(), name)
		if err != nil {
			t.Fatal(err)
		}
		bare := actions.ReplaceAllString(string(text), "")
		if found := letters.FindString(tags.ReplaceAllString(bare, "")); found != "" {
			t.Errorf("%s says %q by itself", name, found)
		}
		if found := spoken.FindStringSubmatch(bare); found != nil {
			t.Errorf("%s says %q by itself", name, found[1])
		}
	}
}

// A template that asks for a message, an icon or a file that is not there is
// refused at start or at the first test, never on a member's screen.
func TestMistakesInATemplateAreErrors(t *testing.T) {
	t.Parallel()
	zone := time.UTC
	cat, err := catalogue.Load(web.Messages(), zone)
	if err != nil {
		t.Fatal(err)
	}
	assets, err := asset.Load(web.Static())
	if err != nil {
		t.Fatal(err)
	}
	base := fstest.MapFS{}
	for _, name := range []string{"layout.html", "parts.html"} {
		text, err := fs.ReadFile(portal.Templates(), name)
		if err != nil {
			t.Fatal(err)
		}
		base[name] = &fstest.MapFile{Data: text}
	}
	for name, content := range map[string]string{
		"a key that is not there":         `{{t "home.nothing"}}`,
		"inside a branch never taken":     `{{if false}}{{range .}}{{rich "home.nothing"}}{{end}}{{end}}`,
		"as an argument":                  `{{template "notice" (notice "info" (rich "home.nothing"))}}`,
		"a field without a label":         `{{template "input" (input "a" "home.nothing" "" nil)}}`,
		"a function that does not exist":  `{{shout "home.title"}}`,
		"a template that is not complete": `{{if .}}`,
	} {
		files := fstest.MapFS{"x.html": {Data: []byte(`{{define "content"}}` + content + `{{end}}`)}}
		for name, file := range base {
			files[name] = file
		}
		if _, err := portal.New(states.Site(), cat, assets, files); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// The words that pages never say (brief 6.1 and 6.2), and sentences that are
// too long to read in one go.
func TestEnglishIsPlain(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	banned := regexp.MustCompile(`(?i)\b(please|invalid|oops|illegal|click|above|below|invoice|remit\w*|delinquen\w*|debit(?:ed)?|ACH|NSF|ABA|RTN|CVV|OTP|token|dependents|terminated)\b`)
	allowed := []string{"Debit or credit card", "Online, debit or credit card", "Debit"}
	longest := map[string]bool{"check": true, "receipt": true, "autopay_check": true} // the authorization is a legal text
	for _, s := range states.All() {
		root, _ := render(t, r, catalogue.English, s)
		main := root.byID("main")
		text := main.inner()
		for _, phrase := range allowed {
			text = strings.ReplaceAll(text, phrase, "")
			text = strings.ReplaceAll(text, strings.ToLower(phrase), "")
		}
		if word := banned.FindString(text); word != "" {
			t.Errorf("%s says %q", s.URL(), word)
		}
		if longest[s.Page] {
			continue
		}
		for _, p := range main.named("p", "li", "label") {
			for _, sentence := range regexp.MustCompile(`[.?!]\s`).Split(p.inner(), -1) {
				if n := len(strings.Fields(sentence)); n > 20 {
					t.Errorf("%s: %d words in %q", s.URL(), n, sentence)
				}
			}
		}
	}
}

// A page that is not in the state catalogue is tested by nothing.
func TestEveryTemplateHasAState(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(portal.Templates(), "*.html")
	if err != nil {
		t.Fatal(err)
	}
	var pages []string
	seen := map[string]bool{}
	for _, s := range states.All() {
		pages = append(pages, s.Page)
		if seen[s.URL()] {
			t.Errorf("two states are called %s", s.URL())
		}
		seen[s.URL()] = true
	}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		if page != "layout" && page != "parts" && !slices.Contains(pages, page) {
			t.Errorf("%s is in no state", name)
		}
	}
}

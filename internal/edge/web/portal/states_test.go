package portal_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/portal/states"
)

func newRenderer(t *testing.T) (*portal.Renderer, *asset.Set) {
	t.Helper()
	renderer, assets, err := states.NewRenderer(brand.Blue)
	if err != nil {
		t.Fatal(err)
	}
	return renderer, assets
}

func render(t *testing.T, r *portal.Renderer, lang catalogue.Lang, s states.State) (*node, []byte) {
	t.Helper()
	page, err := r.Page(lang, s.Frame, s.View)
	if err != nil {
		t.Fatalf("%s: %v", s.URL(), err)
	}
	root, err := parseHTML(page)
	if err != nil {
		t.Fatalf("%s in %s: %v", s.URL(), lang, err)
	}
	return root, page
}

// Every page in every state in every language is sound HTML that a screen
// reader can follow (brief 18.1, checks 2 to 6, 26, 27).
func TestEveryStateInEveryLanguageIsSound(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	for _, lang := range append(catalogue.Langs(), catalogue.Pseudo) {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			for _, s := range states.All() {
				root, _ := render(t, r, lang, s)
				for _, check := range soundness {
					for _, wrong := range check(root) {
						t.Errorf("%s: %s", s.URL(), wrong)
					}
				}
			}
		})
	}
}

var soundness = []func(*node) []string{
	oneHeading, headingsDescend, idsAreUnique, controlsHaveLabels, descriptionsExist, problemsAgree,
	groupsHaveLegends, tablesAreNamed, nothingInline, picturesAreNamed, linksSayWhere,
}

func oneHeading(root *node) (wrong []string) {
	if n := len(root.named("h1")); n != 1 {
		wrong = append(wrong, fmt.Sprintf("%d h1", n))
	}
	return wrong
}

// headingsDescend wants no level skipped after the h1.
func headingsDescend(root *node) (wrong []string) {
	last := 0
	for _, h := range root.named("h1", "h2", "h3", "h4") {
		level := int(h.name[1] - '0')
		if last > 0 && level > last+1 {
			wrong = append(wrong, fmt.Sprintf("%s %q after h%d", h.name, h.inner(), last))
		}
		if h.inner() == "" {
			wrong = append(wrong, "an empty heading")
		}
		last = level
	}
	return wrong
}

func idsAreUnique(root *node) (wrong []string) {
	seen := map[string]bool{}
	for _, e := range root.all(func(e *node) bool { return e.attrs["id"] != "" }) {
		if id := e.attrs["id"]; seen[id] {
			wrong = append(wrong, "id "+id+" twice")
		}
		seen[e.attrs["id"]] = true
	}
	return wrong
}

func isControl(e *node) bool {
	return (e.name == "input" && e.attrs["type"] != "hidden") || e.name == "select" || e.name == "textarea"
}

func controlsHaveLabels(root *node) (wrong []string) {
	labels := map[string]string{}
	for _, label := range root.named("label") {
		labels[label.attrs["for"]] = label.inner()
	}
	for _, c := range root.all(isControl) {
		if labels[c.attrs["id"]] == "" {
			wrong = append(wrong, "no label for "+c.attrs["id"])
		}
		for _, banned := range []string{"required", "placeholder", "disabled", "pattern"} { // brief 7.4 and D9
			if _, has := c.attrs[banned]; has {
				wrong = append(wrong, c.attrs["id"]+" has "+banned)
			}
		}
	}
	for _, form := range root.named("form") {
		if _, has := form.attrs["novalidate"]; !has && form.attrs["method"] != "dialog" {
			wrong = append(wrong, "a form without novalidate")
		}
	}
	for _, button := range root.named("button") {
		if button.inner() == "" {
			wrong = append(wrong, "a button without words")
		}
	}
	return wrong
}

func descriptionsExist(root *node) (wrong []string) {
	for _, attr := range []string{"aria-describedby", "aria-labelledby"} {
		for _, e := range root.all(func(e *node) bool { _, has := e.attrs[attr]; return has }) {
			ids := strings.Fields(e.attrs[attr])
			if len(ids) == 0 {
				wrong = append(wrong, "an empty "+attr)
			}
			for _, id := range ids {
				if target := root.byID(id); target == nil || target.inner() == "" {
					wrong = append(wrong, attr+" points to nothing: "+id)
				}
			}
		}
	}
	return wrong
}

// problemsAgree wants the summary and the fields to say the same words, each
// link to lead to a control that is marked as wrong, and the title to say so.
func problemsAgree(root *node) (wrong []string) {
	title := root.named("title")[0].inner()
	summary := root.byID("problems")
	if summary == nil {
		if invalid := root.all(func(e *node) bool { return e.attrs["aria-invalid"] != "" }); len(invalid) > 0 {
			wrong = append(wrong, "a field is wrong and no summary says so")
		}
		return wrong
	}
	if summary.attrs["tabindex"] != "-1" {
		wrong = append(wrong, "the summary can not take the focus")
	}
	links := summary.all(func(e *node) bool { return strings.HasPrefix(e.attrs["href"], "#") })
	if !strings.HasPrefix(title, "Error: ") && !strings.HasPrefix(title, "Errör: ") {
		wrong = append(wrong, "the title does not start with Error: "+title)
	}
	for _, link := range links {
		control := root.byID(strings.TrimPrefix(link.attrs["href"], "#"))
		if control == nil || !isControl(control) {
			wrong = append(wrong, "the summary leads nowhere: "+link.attrs["href"])
			continue
		}
		said := root.all(func(e *node) bool { return e.attrs["class"] == "usa-error-message" && e.inner() == link.inner() })
		if len(said) != 1 {
			wrong = append(wrong, fmt.Sprintf("%q stands at %d fields", link.inner(), len(said)))
		}
	}
	return wrong
}

func groupsHaveLegends(root *node) (wrong []string) {
	for _, f := range root.named("fieldset") {
		if legends := f.named("legend"); len(legends) != 1 || legends[0].inner() == "" {
			wrong = append(wrong, "a group without its name")
		}
	}
	for _, radio := range root.all(func(e *node) bool { return e.attrs["type"] == "radio" }) {
		if !radio.inside("fieldset") {
			wrong = append(wrong, "a choice outside a group: "+radio.attrs["id"])
		}
	}
	return wrong
}

func tablesAreNamed(root *node) (wrong []string) {
	for _, table := range root.named("table") {
		if captions := table.named("caption"); len(captions) != 1 || captions[0].inner() == "" {
			wrong = append(wrong, "a table without a caption")
		}
		for _, th := range table.named("th") {
			if th.attrs["scope"] == "" {
				wrong = append(wrong, "a heading of a table without scope: "+th.inner())
			}
		}
	}
	return wrong
}

// nothingInline wants what the content security policy would block to be absent.
func nothingInline(root *node) (wrong []string) {
	for _, e := range root.all(func(*node) bool { return true }) {
		for attr, value := range e.attrs {
			if attr == "style" || strings.HasPrefix(attr, "on") || strings.HasPrefix(strings.ToLower(value), "javascript:") {
				wrong = append(wrong, fmt.Sprintf("<%s %s=%q>", e.name, attr, value))
			}
			if strings.Contains(value, "ZgotmplZ") {
				wrong = append(wrong, fmt.Sprintf("<%s %s> was refused by the template engine", e.name, attr))
			}
		}
		if e.name == "style" || (e.name == "script" && e.inner() != "") {
			wrong = append(wrong, "inline "+e.name)
		}
		if src := e.attrs["src"] + e.attrs["action"]; strings.Contains(src, "//") {
			wrong = append(wrong, "another origin: "+src)
		}
	}
	return wrong
}

func picturesAreNamed(root *node) (wrong []string) {
	for _, svg := range root.named("svg") {
		if svg.attrs["aria-hidden"] != "true" && (svg.attrs["role"] != "img" || svg.attrs["aria-label"] == "") {
			wrong = append(wrong, "a drawing without a name")
		}
	}
	return wrong
}

func linksSayWhere(root *node) (wrong []string) {
	for _, a := range root.named("a") {
		if text := a.inner(); text == "" || strings.EqualFold(text, "here") || strings.EqualFold(text, "more") {
			wrong = append(wrong, fmt.Sprintf("a link to %s says %q", a.attrs["href"], text))
		}
		href := a.attrs["href"]
		if href == "https://apply.example.gov/" { // the marketplace's application
			continue
		}
		if !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "tel:") {
			wrong = append(wrong, "a link to "+href)
		}
	}
	return wrong
}

// A page's bytes stay in the budget of brief 18.2 in every state.
func TestPagesKeepTheirBudget(t *testing.T) {
	t.Parallel()
	r, assets := newRenderer(t)
	budget := map[string]int{"home": 5, "find": 5, "link": 5, "checking": 3, "document": 14}
	for _, s := range states.All() {
		_, page := render(t, r, catalogue.English, s)
		most := budget[s.Page]
		if most == 0 {
			most = 7
		}
		if size := brotliSize(t, page); size > most<<10 {
			t.Errorf("%s is %d bytes with brotli, want at most %d KB", s.URL(), size, most)
		}
	}
	home, _ := r.Page(catalogue.English, portal.Frame{Path: "/"}, states.All()[0].View)
	first := brotliSize(t, home) + assets.Size("portal.css") + assets.Size("core.js") + assets.Size("brand.css")
	if first > 30<<10 {
		t.Errorf("the first view is %d bytes, want at most 30 KB", first)
	}
	t.Logf("first view of the home page: %d bytes", first)
}

// Brief 18.2: what somebody who signed in downloads first, A6, A9 and A11.
func TestTheFirstViewOfTheAccountKeepsItsBudget(t *testing.T) {
	t.Parallel()
	r, assets := newRenderer(t)
	most := map[string]int{}
	for _, s := range states.All() {
		if s.Page == "account_home" || s.Page == "bills" || s.Page == "payments" {
			_, page := render(t, r, catalogue.English, s)
			most[s.Page] = max(most[s.Page], brotliSize(t, page))
		}
	}
	if len(most) != 3 {
		t.Fatalf("got the pages %v", most)
	}
	for name, page := range most {
		first := page + assets.Size("portal.css") + assets.Size("core.js") + assets.Size("brand.css")
		if page > 12<<10 || first > 36<<10 {
			t.Errorf("%s is %d bytes, %d in all, want at most 12 KB and 36 KB", name, page, first)
		}
		t.Logf("%s: %d bytes, first view %d bytes", name, page, first)
	}
}

// requested lists what a browser loads for a page: itself, styles, scripts and
// pictures.
func requested(root *node) []string {
	all := []string{"the page"}
	for _, e := range root.named("link", "script", "img", "source", "iframe") {
		switch {
		case e.name == "link" && e.attrs["rel"] == "stylesheet":
			all = append(all, e.attrs["href"])
		case e.name == "link": // what else a page may link to is not loaded for it
		case e.attrs["src"] != "":
			all = append(all, e.attrs["src"])
		}
	}
	return all
}

// Brief 18.2: the requests of each page. The paying pages have what the first
// one brought, so that they ask for themselves and at most one thing more.
func TestPagesKeepTheirRequests(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	home, _ := render(t, r, catalogue.English, states.All()[0])
	kept := map[string]bool{}
	for _, address := range requested(home)[1:] {
		kept[address] = true
	}
	if len(kept) != 3 {
		t.Errorf("the home page loads %v", requested(home))
	}
	for _, s := range states.All() {
		root, page := render(t, r, catalogue.English, s)
		first := requested(root)
		later := slices.DeleteFunc(slices.Clone(first), func(address string) bool { return kept[address] })
		most := 5 // with a script of its own
		switch s.Page {
		case "home", "find", "link", "account_home", "bills", "payments", "ways", "amount", "document":
			most = 4
		}
		if len(first) > most || len(later) > 2 {
			t.Errorf("%s loads %v", s.URL(), first)
		}
		for _, elsewhere := range []string{"url(", "@import", "@font-face"} { // what would ask for more than its tags say
			if bytes.Contains(page, []byte(elsewhere)) {
				t.Errorf("%s has %s", s.URL(), elsewhere)
			}
		}
	}
}

// The styles ask for nothing more: no font and no picture of their own.
func TestStylesLoadNothing(t *testing.T) {
	t.Parallel()
	_, assets := newRenderer(t)
	for _, name := range []string{"portal.css", "brand.css"} {
		address, err := assets.URL(name)
		if err != nil {
			t.Fatal(err)
		}
		got := httptest.NewRecorder()
		assets.ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody))
		text := got.Body.String()
		if !strings.Contains(text, "--pp-") {
			t.Fatalf("%s is no style sheet: %d", name, got.Code)
		}
		for _, more := range []string{"url(", "@import", "@font-face"} {
			if strings.Contains(text, more) {
				t.Errorf("%s has %s", name, more)
			}
		}
	}
}

func brotliSize(t *testing.T, page []byte) int {
	t.Helper()
	var packed bytes.Buffer
	w := brotli.NewWriterLevel(&packed, 5) // what a server does for each answer
	if _, err := w.Write(page); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Len()
}

// Two pages never share a title, and no title holds what a person typed.
func TestTitlesTellPagesApart(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	pages := map[string]string{}
	for _, s := range states.All() {
		root, _ := render(t, r, catalogue.English, s)
		title := strings.TrimPrefix(root.named("title")[0].inner(), "Error: ")
		if !strings.HasSuffix(title, " – Example Marketplace") {
			t.Errorf("%s: title %q does not name the marketplace", s.URL(), title)
		}
		if other, taken := pages[title]; taken && other != s.Page {
			t.Errorf("%s and %s share the title %q", s.Page, other, title)
		}
		pages[title] = s.Page
		if strings.Contains(title, "Maria") || strings.ContainsAny(title, "0123456789") {
			t.Errorf("%s: personal data in the title %q", s.URL(), title)
		}
	}
	root, _ := render(t, r, catalogue.English, states.All()[3])
	if got := root.named("title")[0].inner(); got != "Find your bill – Pay your bill – Example Marketplace" {
		t.Errorf("got title %q", got)
	}
}

// What the catalogue shows is right too: the lines of every amount, and the
// explanation of every cent, add up to what is due (R-BILL-5).
func TestAmountsAddUp(t *testing.T) {
	t.Parallel()
	sum := func(why []portal.Why) (total money.Amount) {
		for _, w := range why {
			total = total.Add(w.Amount)
		}
		return total
	}
	checked := 0
	for _, s := range states.All() {
		switch v := s.View.(type) {
		case portal.Bill:
			lines := money.Zero
			for _, line := range v.Lines {
				lines = lines.Add(line.Amount)
			}
			if lines != v.Due || sum(v.Why) != v.Due {
				t.Errorf("%s: %s due, lines %s, explanation %s", s.URL(), v.Due, lines, sum(v.Why))
			}
			checked++
		case portal.Document:
			lines := money.Zero
			for _, line := range v.Account {
				lines = lines.Add(line.Amount)
			}
			for _, section := range v.Sections {
				lines = lines.Add(section.Total)
			}
			if sum(v.Why) != v.Due || (len(v.Sections) > 0 && lines != v.Due) {
				t.Errorf("%s: %s due, lines %s, explanation %s", s.URL(), v.Due, lines, sum(v.Why))
			}
			checked++
		}
	}
	if checked < 20 {
		t.Errorf("checked %d states, want every bill", checked)
	}
}

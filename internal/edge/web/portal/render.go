package portal

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

//go:embed templates
var templateFiles embed.FS

// Renderer turns view models into pages. It is safe for concurrent use.
type Renderer struct {
	site   Site
	cat    *catalogue.Catalogue
	assets *asset.Set
	shared *template.Template // what all pages have
	pages  map[string]string  // the text of each page's own template

	mu    sync.Mutex
	ready map[templateKey]*template.Template // those that were asked for
}

type templateKey struct {
	lang catalogue.Lang
	name string
}

// Templates gives the embedded templates. A marketplace may lay its own
// folder over them.
func Templates() fs.FS {
	files, err := fs.Sub(templateFiles, "templates")
	if err != nil { // only a misspelt name in this file can do that
		panic(err)
	}
	return files
}

// New parses the templates of every page. A message key that the catalogue
// lacks is an error here, not on a member's screen.
func New(site Site, cat *catalogue.Catalogue, assets *asset.Set, files fs.FS) (*Renderer, error) {
	r := &Renderer{site: site, cat: cat, assets: assets, pages: map[string]string{}, ready: map[templateKey]*template.Template{}}
	shared, err := template.New("layout.html").Option("missingkey=error").Funcs(r.functions(catalogue.English)).ParseFS(files, "layout.html", "parts.html")
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	r.shared = shared
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	for _, file := range names {
		if name := strings.TrimSuffix(path.Base(file), ".html"); name != "layout" && name != "parts" {
			if err := r.read(files, file, name); err != nil {
				return nil, fmt.Errorf("portal: %w", err)
			}
		}
	}
	return r, nil
}

// read takes a page's own template in, and checks it.
func (r *Renderer) read(files fs.FS, file, name string) error {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return err
	}
	r.pages[name] = string(text)
	set, err := r.parse(name)
	if err != nil {
		return err
	}
	if err := checkKeys(set, r.cat); err != nil {
		return fmt.Errorf("%s.html: %w", name, err)
	}
	return nil
}

// parse gives the template of a page with what all pages have.
func (r *Renderer) parse(name string) (*template.Template, error) {
	set, err := r.shared.Clone()
	if err != nil {
		return nil, err
	}
	_, err = set.New(name + ".html").Parse(r.pages[name])
	return set, err
}

// template gives the template of a page in a language. It is made when it is
// asked for the first time: all pages in all languages together take 85 MB.
func (r *Renderer) template(lang catalogue.Lang, name string) (*template.Template, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := templateKey{lang, name}
	if set := r.ready[key]; set != nil {
		return set, nil
	}
	if _, ok := r.pages[name]; !ok {
		return nil, fmt.Errorf("portal: no template %q", name)
	}
	set, err := r.parse(name)
	if err != nil {
		return nil, fmt.Errorf("portal: %w", err)
	}
	r.ready[key] = set.Funcs(r.functions(lang))
	return r.ready[key], nil
}

// data is what the layout sees.
type data struct {
	Frame Frame
	Site  Site
	View  View
	Title string

	Flow     bool
	Step     int
	Back     string
	Refresh  int
	Problems Problems
	Script   string
}

// Page renders a view as a whole HTML page.
func (r *Renderer) Page(lang catalogue.Lang, frame Frame, view View) ([]byte, error) {
	p := view.page()
	set, err := r.template(lang, p.template)
	if err != nil {
		return nil, err
	}
	title, err := r.title(lang, p)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = set.Execute(&page, data{
		Frame: frame, Site: r.site, View: view, Title: title,
		Flow: p.flow, Step: p.step, Back: p.back, Refresh: p.refresh, Problems: p.problems, Script: p.script,
	})
	if err != nil {
		return nil, fmt.Errorf("portal: %s in %s: %w", p.template, lang, err)
	}
	return page.Bytes(), nil
}

// title gives "Error: Find your bill – Pay your bill – Example Marketplace".
func (r *Renderer) title(lang catalogue.Lang, p page) (string, error) {
	say := r.printer(lang)
	title, err := say.T(p.title, nil)
	if err != nil {
		return "", err
	}
	key := "frame.title"
	if p.flow {
		key = "frame.title_flow"
	}
	if title, err = say.T(key, catalogue.Args{"page": title}); err != nil || !p.failed() {
		return title, err
	}
	return say.T("frame.title_error", catalogue.Args{"title": title})
}

// Respond writes a view with the headers that every page has. formTargets are
// other origins that a form on this page may lead to: the card processor's.
// When a page can not be rendered the reader gets a plain sentence, and the
// error goes back to the caller's log.
func (r *Renderer) Respond(w http.ResponseWriter, lang catalogue.Lang, frame Frame, view View, formTargets ...string) error {
	content, err := r.Page(lang, frame, view)
	if err != nil {
		http.Error(w, "We're sorry, there is a problem with the service. Try again in a few minutes, or call "+r.site.Phone+".",
			http.StatusInternalServerError)
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", r.printer(lang).Spoken().Tag())
	header.Set("Content-Length", strconv.Itoa(len(content)))
	maps.Copy(header, SecurityHeaders(formTargets...))
	w.WriteHeader(status(view.page()))
	_, err = w.Write(content)
	return err
}

func status(p page) int {
	switch {
	case p.status != 0:
		return p.status
	case p.failed():
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// CSP gives the content security policy of the portal's pages (brief 7.6).
// Browsers hold the redirect after a form to form-action too, so the card
// processor's origin has to be named.
func CSP(formTargets ...string) string {
	targets := strings.Join(append([]string{"'self'"}, slices.Compact(slices.Sorted(slices.Values(formTargets)))...), " ")
	return "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action " +
		targets + "; frame-ancestors 'none'; base-uri 'none'"
}

// SecurityHeaders gives the headers of every answer of the portal.
func SecurityHeaders(formTargets ...string) http.Header {
	return http.Header{
		"Content-Security-Policy":    {CSP(formTargets...)},
		"Cache-Control":              {"no-store"},
		"Referrer-Policy":            {"same-origin"},
		"X-Content-Type-Options":     {"nosniff"},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Permissions-Policy":         {"camera=(), geolocation=(), microphone=(), payment=()"},
	}
}

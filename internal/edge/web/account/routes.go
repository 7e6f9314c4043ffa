package account

import (
	"net/http"
	"slices"

	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// need is what a page asks of its visitor.
type need string

// The needs.
const (
	nobody need = ""       // anybody may see it
	signed need = "signed" // somebody who is signed in
	member need = "member" // and whose coverage, or a person they help, is connected
)

// page is one path. Each is served under every language. A page that only
// takes something leads to the page with its form when it is asked for.
type page struct {
	path string
	get  func(*visit)
	post func(*visit) // nil: nothing can be sent here
	need need
}

// pages lists every page of the account.
func (s *site) pages() []page {
	if s.member == nil {
		return identityPages()
	}
	return slices.Concat(identityPages(), memberPages())
}

// elsewhere makes a page that leads to another one.
func elsewhere(path string) func(*visit) { return func(v *visit) { v.To(path) } }

func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	for _, p := range s.pages() {
		var post http.HandlerFunc
		if p.post != nil {
			post = s.on(p.post, p.need)
		}
		s.Route(mux, p.path, s.WhileOpen(s.on(p.get, p.need)), s.WhileOpen(post))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.Visit(w, r).NotFound() })
	return s.Handler(s.Guarded(mux))
}

// Mount puts the pages of the account under their paths, in every language.
func Mount(mux *http.ServeMux, pages http.Handler) {
	for _, lang := range catalogue.Langs() {
		at := lang.Path(portal.PathAccount)
		mux.Handle(at, pages)
		mux.Handle(at+"/", pages)
	}
}

// on makes a handler of what a visit does for a visitor with what it needs.
func (s *site) on(act func(*visit), n need) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{site: s, Visit: s.Visit(w, r)}
		v.Frame.Nav = portal.NavSigningIn
		if err := v.Load(s.sessions); err != nil {
			v.Broken(err)
			return
		}
		v.session = v.kept()
		if !v.ReadForm() || !v.resume(n) {
			return
		}
		if r.Method == http.MethodHead && n != nobody {
			v.stay()
			return
		}
		act(v)
	}
}

// stay answers the script that asks whether somebody is still signed in, which
// keeps them so. The page is not made: it may say something once, or begin a
// step.
func (v *visit) stay() {
	if err := v.Keep(); err != nil {
		v.Broken(err)
		return
	}
	v.W.WriteHeader(http.StatusOK)
}

package serving

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"github.com/alexedwards/scs/v2"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Visit is one request being answered.
type Visit struct {
	W     http.ResponseWriter
	R     *http.Request
	Lang  catalogue.Lang
	Path  string // without language
	Frame portal.Frame

	site     *Site
	sessions *scs.SessionManager // of the session that is to be kept before the answer goes out
}

// Visit begins to answer a request.
func (s *Site) Visit(w http.ResponseWriter, r *http.Request) *Visit {
	lang, path := catalogue.SplitPath(r.URL.Path)
	v := &Visit{W: w, R: r, Lang: lang, Path: path, Frame: portal.Frame{Path: path, Alert: s.alert(r.Context())}, site: s}
	if preferred, ours := catalogue.Preferred(r.Header.Get("Accept-Language")); ours && preferred != lang {
		v.Frame.Suggest = preferred
	}
	return v
}

// Ctx is the request's context.
func (v *Visit) Ctx() context.Context { return v.R.Context() }

// Limits of what a form may hold. The largest real one has eight fields.
const (
	BodyMax   = 64 << 10 // of any request
	fieldsMax = 100
	fieldMax  = 400 // characters that are looked at, and shown again
)

// ReadForm reads what was sent, and answers itself when that is too much.
func (v *Visit) ReadForm() bool {
	if v.R.Method != http.MethodPost {
		return true
	}
	v.R.Body = http.MaxBytesReader(v.W, v.R.Body, BodyMax)
	err := v.R.ParseForm()
	tooLarge := (*http.MaxBytesError)(nil)
	switch {
	case errors.As(err, &tooLarge):
		v.Show(portal.System{Kind: portal.SystemTooLarge})
	case err != nil || count(v.R.PostForm) > fieldsMax:
		v.Show(portal.System{Kind: portal.SystemBadRequest})
	default:
		return true
	}
	return false
}

func count(form url.Values) int {
	n := 0
	for _, values := range form {
		n += len(values)
	}
	return n
}

// Field gives what was typed into a field, less characters that no person can
// type and no database keeps.
func (v *Visit) Field(name string) string {
	kept := 0
	return strings.Map(func(r rune) rune {
		if kept++; kept > fieldMax || unicode.IsControl(r) {
			return -1
		}
		return r
	}, v.R.PostForm.Get(name))
}

// Load makes the session that the browser names ready to be read.
func (v *Visit) Load(sessions *scs.SessionManager) error {
	v.W.Header().Add("Vary", "Cookie")
	name := ""
	if cookie, err := v.R.Cookie(sessions.Cookie.Name); err == nil {
		name = cookie.Value
	}
	ctx, err := sessions.Load(v.Ctx(), name)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	v.R, v.sessions = v.R.WithContext(ctx), sessions
	return nil
}

// Keep stores what has changed, and that somebody was here. It runs before the
// answer goes out, once: an answer that the session does not know of would
// break the next step. Show and Away do it by themselves.
func (v *Visit) Keep() error {
	if v.sessions == nil {
		return nil
	}
	m := v.sessions
	switch m.Status(v.Ctx()) {
	case scs.Modified:
		v.sessions = nil
		name, expiry, err := m.Commit(v.Ctx())
		if err != nil {
			return fmt.Errorf("keep session: %w", err)
		}
		m.WriteSessionCookie(v.Ctx(), v.W, name, expiry)
	case scs.Destroyed:
		v.sessions = nil
		http.SetCookie(v.W, &http.Cookie{
			Name: m.Cookie.Name, Path: m.Cookie.Path, MaxAge: -1, HttpOnly: true, Secure: m.Cookie.Secure, SameSite: m.Cookie.SameSite,
		})
	case scs.Unmodified:
	}
	return nil
}

// Show answers with a page. formTargets are other origins that its forms may
// lead to.
func (v *Visit) Show(view portal.View, formTargets ...string) {
	if err := v.Keep(); err != nil {
		v.Broken(err)
		return
	}
	if err := v.site.Pages.Respond(v.W, v.Lang, v.Frame, view, formTargets...); err != nil {
		v.site.Log.ErrorContext(v.Ctx(), "page can not be shown", "request", RequestID(v.Ctx()), "error", err)
	}
}

// To answers with a redirect to a path of the site, in the same language.
func (v *Visit) To(path string) { v.Away(v.Lang.Path(path)) }

// Away answers with a redirect to an address.
func (v *Visit) Away(address string) {
	if err := v.Keep(); err != nil {
		v.Broken(err)
		return
	}
	http.Redirect(v.W, v.R, address, http.StatusSeeOther)
}

// NotFound answers for a page that is not there.
func (v *Visit) NotFound() { v.Show(portal.System{Kind: portal.SystemNotFound}) }

// BadRequest answers a form that no page of ours sends.
func (v *Visit) BadRequest() { v.Show(portal.System{Kind: portal.SystemBadRequest}) }

func (v *Visit) wrongMethod(allowed string) {
	v.W.Header().Set("Allow", allowed)
	v.Show(portal.System{Kind: portal.SystemWrongMethod})
}

// Fail answers an error that the page has no words of its own for.
func (v *Visit) Fail(err error) {
	switch fault.KindOf(err) {
	case fault.RateLimited:
		v.Show(portal.System{Kind: portal.SystemTooMany, Minutes: v.site.Profile.Guest.WindowMinutes})
	case fault.NotFound:
		v.NotFound()
	default:
		v.Broken(err)
	}
}

// Broken answers an error of ours. The reader gets a reference, the log the
// detail (E5).
func (v *Visit) Broken(err error) {
	v.site.Log.ErrorContext(v.Ctx(), "request failed", "request", RequestID(v.Ctx()), "error", err)
	v.Show(portal.System{Kind: portal.SystemBroken, Reference: Reference(RequestID(v.Ctx()))})
}

// Address is where the request comes from: no header is believed here, but see
// Proxies.
func (v *Visit) Address() string {
	from, err := netip.ParseAddrPort(v.R.RemoteAddr)
	if err != nil {
		return ""
	}
	return from.Addr().Unmap().WithZone("").String()
}

// Network is what wrong tries are counted by: an IPv6 household has a /64.
func (v *Visit) Network() string {
	from, err := netip.ParseAddr(v.Address())
	if err != nil || from.Is4() {
		return v.Address()
	}
	prefix, err := from.Prefix(64)
	if err != nil {
		return v.Address()
	}
	return prefix.String()
}

package guest

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// visit is one request being answered.
type visit struct {
	*site
	w    http.ResponseWriter
	r    *http.Request
	lang catalogue.Lang
	path string // without language

	loaded bool // the request has a session, which is to be kept before the answer goes out
	alive  bool // somebody's bill is open in the session
}

func (s *site) visit(w http.ResponseWriter, r *http.Request) *visit {
	lang, path := catalogue.SplitPath(r.URL.Path)
	return &visit{site: s, w: w, r: r, lang: lang, path: path}
}

func (v *visit) ctx() context.Context { return v.r.Context() }

// Limits of what a form may hold. The largest real one has eight fields.
const (
	bodyMax   = 64 << 10
	fieldsMax = 100
	fieldMax  = 400 // characters that are looked at, and shown again
)

// readForm reads what was sent, and answers itself when that is too much.
func (v *visit) readForm() bool {
	if v.r.Method != http.MethodPost {
		return true
	}
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, bodyMax)
	err := v.r.ParseForm()
	tooLarge := (*http.MaxBytesError)(nil)
	switch {
	case errors.As(err, &tooLarge):
		v.show(portal.System{Kind: portal.SystemTooLarge})
	case err != nil || count(v.r.PostForm) > fieldsMax:
		v.show(portal.System{Kind: portal.SystemBadRequest})
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

// field gives what was typed into a field, less characters that no person can
// type and no database keeps.
func (v *visit) field(name string) string {
	kept := 0
	return strings.Map(func(r rune) rune {
		if kept++; kept > fieldMax || unicode.IsControl(r) {
			return -1
		}
		return r
	}, v.r.PostForm.Get(name))
}

// operation gives the operation id that a form carries.
func (v *visit) operation() (payment.OperationID, bool) {
	id, err := parseOperation(v.field("op"))
	return id, err == nil
}

// show answers with a page.
func (v *visit) show(view portal.View) { v.showTo(view) }

// showTo answers with a page whose forms may lead to another origin.
func (v *visit) showTo(view portal.View, formTargets ...string) {
	if err := v.keepSession(); err != nil {
		v.broken(err)
		return
	}
	if err := v.pages.Respond(v.w, v.lang, v.frame(), view, formTargets...); err != nil {
		v.log.ErrorContext(v.ctx(), "page can not be shown", "request", requestID(v.ctx()), "error", err)
	}
}

func (v *visit) frame() portal.Frame {
	f := portal.Frame{Path: v.path}
	if v.alive {
		f.SessionMinutes = v.profile.Guest.SessionMinutes
	}
	if preferred, ours := catalogue.Preferred(v.r.Header.Get("Accept-Language")); ours && preferred != v.lang {
		f.Suggest = preferred
	}
	return f
}

// to answers with a redirect to a path of the site, in the same language.
func (v *visit) to(path string) { v.away(v.lang.Path(path)) }

// away answers with a redirect to an address.
func (v *visit) away(address string) {
	if err := v.keepSession(); err != nil {
		v.broken(err)
		return
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
}

func (v *visit) notFound() { v.show(portal.System{Kind: portal.SystemNotFound}) }

func (v *visit) badRequest() { v.show(portal.System{Kind: portal.SystemBadRequest}) }

func (v *visit) wrongMethod(allowed string) {
	v.w.Header().Set("Allow", allowed)
	v.show(portal.System{Kind: portal.SystemWrongMethod})
}

// fail answers an error that the page has no words of its own for.
func (v *visit) fail(err error) {
	switch fault.KindOf(err) {
	case fault.RateLimited:
		v.show(portal.System{Kind: portal.SystemTooMany, Minutes: v.profile.Guest.WindowMinutes})
	case fault.NotFound:
		v.notFound()
	default:
		v.broken(err)
	}
}

// broken answers an error of ours. The reader gets a reference, the log the
// detail (E5).
func (v *visit) broken(err error) {
	v.log.ErrorContext(v.ctx(), "request failed", "request", requestID(v.ctx()), "error", err)
	v.show(portal.System{Kind: portal.SystemBroken, Reference: reference(requestID(v.ctx()))})
}

// address is where the request comes from. No proxy is trusted, so no header
// is believed.
func (v *visit) address() string {
	from, err := netip.ParseAddrPort(v.r.RemoteAddr)
	if err != nil {
		return ""
	}
	return from.Addr().Unmap().WithZone("").String()
}

// network is what wrong tries are counted by: an IPv6 household has a /64.
func (v *visit) network() string {
	from, err := netip.ParseAddr(v.address())
	if err != nil || from.Is4() {
		return v.address()
	}
	prefix, err := from.Prefix(64)
	if err != nil {
		return v.address()
	}
	return prefix.String()
}

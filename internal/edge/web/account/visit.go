package account

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// visit is one request being answered.
type visit struct {
	*site
	*serving.Visit

	session session
	now     people.Current // who is signed in, and the coverages; zero for nobody
	who     identity.Who   // the same person, in the role they have for the account that is looked at
}

// from is where the request comes from.
func (v *visit) from() identity.From {
	return identity.From{Network: v.Network(), Agent: v.R.UserAgent()}
}

// resume finds who is signed in, and leads away who lacks what the page needs.
func (v *visit) resume(n need) bool {
	if v.session.ID.IsZero() {
		if n == nobody {
			return true
		}
		v.signInFirst()
		return false
	}
	now, err := v.people.Resume(v.Ctx(), v.session.ID, v.from())
	switch {
	case fault.Is(err, people.CodeNoSession):
		v.session.ID, v.session.Ended = identity.SessionID{}, true
		if n == nobody {
			v.keep()
			return true
		}
		v.signInFirst()
		return false
	case err != nil:
		v.Broken(err)
		return false
	}
	v.now, v.who = now, now.Who
	linked := v.choose()
	v.frame()
	if n == member && !linked {
		v.To(portal.PathConnect)
		return false
	}
	v.restore()
	return true
}

// choose takes the account that was looked at last, or the first.
func (v *visit) choose() bool {
	who, ok := v.now.On(v.session.Account)
	if !ok {
		who, ok = v.now.On(noAccount)
	}
	if ok {
		v.who = who
	}
	return ok
}

// coverage gives the coverage that is looked at.
func (v *visit) coverage() people.Coverage {
	i := slices.IndexFunc(v.now.Coverages, func(c people.Coverage) bool { return c.Account == v.who.Account })
	if i < 0 {
		return people.Coverage{}
	}
	return v.now.Coverages[i]
}

func (v *visit) frame() {
	v.Frame.SessionMinutes = v.Profile.Session.AccountMinutes
	switch v.who.Role {
	case access.RoleMember:
		v.Frame.Nav = portal.NavMember
	case access.RoleDelegatePay, access.RoleDelegateAutoPay:
		v.Frame.Nav = portal.NavDelegate
	case access.RoleDelegateView:
		v.Frame.Nav = portal.NavViewer
	default:
		v.Frame.Nav = portal.NavUnlinked
	}
}

// signInFirst leads to the sign-in page, and remembers what was asked for and
// what was typed.
func (v *visit) signInFirst() {
	v.session.Back, v.session.Late = v.Path, nil
	if query := v.R.URL.RawQuery; query != "" {
		v.session.Back += "?" + query
	}
	// Whose it is must be known: it is for nobody else.
	if fields := worthKeeping(v.R.PostForm); v.session.Ended && !v.session.Person.IsZero() && len(fields) > 0 {
		v.session.Late = &lateForm{Path: v.Path, Fields: fields}
	}
	v.keep()
	v.To(portal.PathSignIn)
}

// lateMax is how much of a form is kept.
const lateMax = 8 << 10

// worthKeeping gives what is worth keeping of a form: all but secrets.
func worthKeeping(form url.Values) url.Values {
	kept, size := url.Values{}, 0
	for name, values := range form {
		if strings.Contains(name, "password") || strings.Contains(name, "code") {
			continue
		}
		kept[name] = values
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	if size > lateMax {
		return nil
	}
	return kept
}

// restore lets a page that is shown again find what had been typed into it.
func (v *visit) restore() {
	d := v.session.Late
	if d == nil || v.R.Method != http.MethodGet || d.Path != v.Path {
		return
	}
	v.R.PostForm = d.Fields
	v.session.Late = nil
	v.keep()
}

// onward leads to the page that was asked for before signing in.
func (v *visit) onward() {
	back := v.session.Back
	if back == "" {
		back = portal.PathAccount
	}
	v.session.Back = ""
	v.keep()
	v.To(back)
}

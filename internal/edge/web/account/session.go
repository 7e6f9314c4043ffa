package account

import (
	"encoding/json"
	"net/http"
	"net/url"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

var noAccount enrollment.AccountID

// session is all that is kept between two pages. It lives on the server,
// encrypted; the browser holds a random name for it, which changes when
// somebody signs in.
type session struct {
	ID      identity.SessionID   `json:"id"`      // zero: nobody is signed in
	Person  identity.PersonID    `json:"person"`  // who is, or was until the time ran out
	Account enrollment.AccountID `json:"account"` // the one of several that is looked at; zero: the first
	Ended   bool                 `json:"ended,omitempty"`
	Back    string               `json:"back,omitempty"` // the page that was asked for, without language
	Late    *lateForm            `json:"late,omitempty"`
	Step    step                 `json:"step"`
	New     bool                 `json:"new,omitempty"`      // signed up just now
	Done    doneKind             `json:"done,omitempty"`     // what the next page says was done
	Codes   []string             `json:"codes,omitempty"`    // backup codes that are to be saved
	CodesOf portal.Way           `json:"codes_of,omitempty"` // the second step that they came with
	MailBy  civil.Date           `json:"mail_by"`            // when the letter with the code should be there
	Member  memberSession        `json:"member"`
}

// doneKind is what was done just now.
type doneKind string

// What was done.
const (
	doneReset     doneKind = "reset"
	doneAdded     doneKind = "added"
	donePassword  doneKind = "password"
	doneRemoved   doneKind = "removed"
	doneOne       doneKind = "signed_out"
	doneOthers    doneKind = "signed_out_others"
	doneConfirmed doneKind = "confirmed"
	doneInvited   doneKind = "invited"
	doneHelper    doneKind = "helper_removed"
	doneWithdrawn doneKind = "withdrawn"
	doneAccepted  doneKind = "accepted"
	doneDeclined  doneKind = "declined"
)

// done gives what was done just now, once.
func (v *visit) done() doneKind {
	done := v.session.Done
	if done != "" {
		v.session.Done = ""
		v.keep()
	}
	return done
}

// lateForm is a form that was sent when the time had run out.
type lateForm struct {
	Path   string     `json:"path"`
	Fields url.Values `json:"fields"`
}

// sessionKey is the one value kept in the session manager's bag.
const sessionKey = "account"

func (v *visit) kept() session {
	var s session
	kept := v.sessions.GetBytes(v.Ctx(), sessionKey)
	if len(kept) > 0 && json.Unmarshal(kept, &s) == nil {
		return s
	}
	// A browser that names a session that is gone was signed out elsewhere, was
	// away for long, or has one of another release.
	_, err := v.R.Cookie(v.sessions.Cookie.Name)
	return session{Ended: err == nil}
}

// keep stores the session as it is now.
func (v *visit) keep() {
	text, err := json.Marshal(v.session)
	if err != nil { // plain fields: can not happen
		panic(err)
	}
	v.sessions.Put(v.Ctx(), sessionKey, text)
}

// enter opens the session of somebody who has shown all that is needed, under
// a new name, so that nobody can have planted it. What another person had
// begun in this browser is dropped.
func (v *visit) enter(in people.SignedIn) error {
	before := v.session
	v.session = session{ID: in.Session, Person: in.Person}
	if before.Person.IsZero() || before.Person == in.Person {
		v.session.Back, v.session.Late, v.session.Account = before.Back, before.Late, before.Account
	}
	if err := v.sessions.RenewToken(v.Ctx()); err != nil {
		return err
	}
	v.keep()
	if in.Device != "" {
		v.setDevice(in.Device)
	}
	return v.people.Bind(v.Ctx(), in.Session, v.sessions.Token(v.Ctx()))
}

// deviceCookie names the device that needs no second step for a while.
func (v *visit) deviceCookie() string {
	if v.Secure {
		return "__Host-device"
	}
	return "device"
}

func (v *visit) setDevice(value string) {
	http.SetCookie(v.W, &http.Cookie{
		Name: v.deviceCookie(), Value: value, Path: "/", MaxAge: identity.RememberDays * 24 * 60 * 60,
		HttpOnly: true, Secure: v.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// device gives the value of a remembered device, "" for none.
func (v *visit) device() string {
	cookie, err := v.R.Cookie(v.deviceCookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}

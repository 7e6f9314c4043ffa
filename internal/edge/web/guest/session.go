package guest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"

	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
)

// session is all that is kept of a guest between two pages. It lives on the
// server, encrypted; the browser holds a random name for it.
type session struct {
	Account enrollment.AccountID `json:"account"` // zero: no bill was found yet
	Attempt attempt              `json:"attempt"`
	Paid    []paid               `json:"paid,omitempty"`
	// Unseen are operations whose card page could not be opened: nobody can
	// have paid there, so nobody needs to be warned of them.
	Unseen []payment.OperationID `json:"unseen,omitempty"`
	Signed *signed               `json:"signed,omitempty"` // came from their account; nil for a guest
	Place  admitting.Place       `json:"place,omitzero"`   // where so many may pay at the same time; zero for none
}

// attempt is one try to pay: from the first look at the amount to the
// confirmation, under one operation id.
type attempt struct {
	Op        payment.OperationID   `json:"op"`
	StartedAt civil.Instant         `json:"started_at"`
	Due       money.Amount          `json:"due"` // what the bill asked for when the amount was chosen
	Amount    money.Amount          `json:"amount"`
	Low       bool                  `json:"low,omitempty"`  // told that the amount may not keep coverage; once is enough
	Told      []payment.OperationID `json:"told,omitempty"` // today's other payments that the payer knows of and wants to pay in spite of (R-PAY-7)
	Method    portal.MethodKind     `json:"method,omitempty"`
	Bank      bankDetails           `json:"bank"`
	Saved     *savedBank            `json:"saved,omitempty"` // paid with instead of Bank
	From      string                `json:"from,omitempty"`  // names this choice of Bank or Saved: a page that showed another does not pay
	Email     string                `json:"email,omitempty"`
	Phone     string                `json:"phone,omitempty"`    // for a text with the receipt, as typed
	Late      bool                  `json:"past_due,omitempty"` // something is past due
	Sent      bool                  `json:"sent,omitempty"`     // the card processor has a page for Op
	AskedAt   civil.Instant         `json:"asked_at"`           // when the waiting for its answer began
	Stop      portal.StopKind       `json:"stop,omitempty"`     // how the operation before Op came to nothing
	Reason    portal.DeclineReason  `json:"reason,omitempty"`
}

// bankDetails is a bank account that the validation service has confirmed.
type bankDetails struct {
	Name          string              `json:"name,omitempty"`
	Kind          payment.AccountType `json:"kind,omitempty"`
	Routing       string              `json:"routing,omitempty"`
	Number        string              `json:"number,omitempty"`
	ValidationRef string              `json:"validation_ref,omitempty"`
	Save          bool                `json:"save,omitempty"` // the member wants to pay with it again
}

// paid is a payment made in this session, with what was true before it.
type paid struct {
	Op   payment.OperationID `json:"op"`
	Late bool                `json:"past_due,omitempty"` // something was past due
	Said bool                `json:"said,omitempty"`     // the payer has answered the question about paying
}

// sessionKey is the one value kept in the session manager's bag.
const sessionKey = "guest"

func (v *visit) session() session {
	var s session
	kept := v.sessions.GetBytes(v.Ctx(), sessionKey)
	if len(kept) > 0 && json.Unmarshal(kept, &s) != nil {
		return session{} // kept by another release: the guest starts again
	}
	v.setAlive(s)
	return s
}

func (v *visit) keep(s session) {
	v.setAlive(s)
	text, err := json.Marshal(s)
	if err != nil { // plain fields: can not happen
		panic(err)
	}
	v.sessions.Put(v.Ctx(), sessionKey, text)
}

// member gives the session of somebody who has found a bill. Without one it
// answers by itself: what became of a payment that was on its way, G9a if there
// was a session, the way to begin if not.
func (v *visit) member() (session, bool) {
	s := v.session()
	if v.alive {
		s = v.stays(s)
		return s, v.stillSigned(s)
	}
	_, err := v.R.Cookie(v.sessions.Cookie.Name)
	switch {
	case v.R.Method == http.MethodPost:
		v.ended(s)
	case s.Attempt.Sent: // adopted: a card payment that is followed to its end
		v.To(portal.PathStatus)
	case err == nil:
		v.Show(portal.Stopped{Kind: portal.StopSession, Minutes: v.Profile.Guest.SessionMinutes})
	case v.R.URL.Query().Has(justFound):
		v.Show(portal.System{Kind: portal.SystemCookies})
	default:
		v.To(portal.PathFind)
	}
	return s, false
}

// ended answers a form whose session is gone. The form still names its
// operation, and what became of that is what its payer must know (G9a): paid, it
// leads to the confirmation; on its way, to the page that waits for the answer.
func (v *visit) ended(s session) {
	stop := portal.Stopped{Kind: portal.StopSession, Minutes: v.Profile.Guest.SessionMinutes}
	op, ok := v.operation()
	if !ok {
		v.Show(stop)
		return
	}
	switch i, err := v.paying.Intent(v.Ctx(), op); {
	case fault.KindOf(err) == fault.NotFound, err == nil && i.State.Final() && i.State != payment.IntentSucceeded:
		stop.NotCharged = true
		v.Show(stop)
	case err != nil:
		v.Fail(err)
	case i.State == payment.IntentSucceeded:
		v.To(donePath(op))
	default:
		if op != s.Attempt.Op {
			v.keep(adopted(i))
		}
		v.To(portal.PathStatus)
	}
}

// justFound marks the first page after the look-up: a browser that brings no
// cookie there keeps none.
const justFound = "found"

// begin opens a session for an account under a new name, so that nobody can
// have planted it (session fixation).
func (v *visit) begin(account enrollment.AccountID) error {
	s := v.session()
	if s.Account != account {
		s = session{Account: account, Place: s.Place}
	}
	s.Place = cmp.Or(s.Place, v.place)
	if err := v.sessions.RenewToken(v.Ctx()); err != nil {
		return err
	}
	v.keep(s)
	return nil
}

// sessionHash ties an authorization to the session it was given in (ACH-02).
func (v *visit) sessionHash() string {
	sum := sha256.Sum256([]byte(v.sessions.Token(v.Ctx())))
	return hex.EncodeToString(sum[:])
}

// paidAs finds a payment made in this session.
func (s session) paidAs(op payment.OperationID) (paid, bool) {
	i := slices.IndexFunc(s.Paid, func(p paid) bool { return p.Op == op })
	if i < 0 {
		return paid{}, false
	}
	return s.Paid[i], true
}

// paidMax is how many payments a session remembers as its own.
const paidMax = 10

// finish notes that the attempt was paid. The next one gets a new operation.
func (s *session) finish(p paid) {
	if _, known := s.paidAs(p.Op); !known {
		s.Paid = append(s.Paid, p)
		s.Paid = s.Paid[max(0, len(s.Paid)-paidMax):]
	}
	if s.Attempt.Op == p.Op {
		s.Attempt = attempt{}
	}
}

func parseOperation(text string) (payment.OperationID, error) {
	return ident.ParseID[payment.Intent](text)
}

// channel tells guests from people who are signed in.
func (s session) channel() payment.Channel {
	if s.Signed != nil {
		return payment.ChannelWebAccount
	}
	return payment.ChannelWebGuest
}

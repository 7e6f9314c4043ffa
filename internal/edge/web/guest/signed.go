package guest

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// SignedIn is what the paying pages ask about somebody who came from their
// account.
type SignedIn struct {
	People interface {
		Resume(ctx context.Context, id identity.SessionID, from identity.From) (people.Current, error)
	}
	AutoPay *autopay.Service // keeps saved bank accounts
}

// signed is somebody who came from their account: no look-up is needed, their
// saved bank accounts are offered, and the way leads back there.
type signed struct {
	Session identity.SessionID `json:"session"`
	Email   string             `json:"email,omitempty"`
}

// savedBank is a saved bank account that was chosen to pay with. Its number
// stays where it is kept.
type savedBank struct {
	ID       payment.BankAccountID `json:"id"`
	Kind     payment.AccountType   `json:"kind,omitempty"`
	LastFour string                `json:"last_four,omitempty"`
	Nickname string                `json:"nickname,omitempty"`
}

func (b savedBank) view() portal.Saved {
	return portal.Saved{ID: b.ID.String(), Kind: portal.AccountKind(b.Kind), LastFour: b.LastFour, Nickname: b.Nickname}
}

// Enter opens the paying pages for somebody who is signed in, without a
// look-up. What they had begun there goes on.
func (p *Pages) Enter(w http.ResponseWriter, r *http.Request, who identity.Who, email string) {
	v := &visit{site: p.site, Visit: p.Visit(w, r)}
	if err := v.Load(p.sessions); err != nil {
		v.Broken(err)
		return
	}
	s := v.session()
	if !v.alive && !v.turnHasCome() {
		return
	}
	if s.Account != who.Account || s.Signed == nil || s.Signed.Session != who.Session {
		s = session{Account: who.Account, Signed: &signed{Session: who.Session, Email: email}, Place: s.Place}
	}
	s.Place = cmp.Or(s.Place, v.place)
	if err := v.sessions.RenewToken(v.Ctx()); err != nil {
		v.Broken(err)
		return
	}
	v.keep(s)
	v.To(portal.PathAmount)
}

// stillSigned finds out whether somebody who came from their account is signed
// in yet and may pay. If not, nothing of theirs stays in the browser.
func (v *visit) stillSigned(s session) bool {
	if s.Signed == nil {
		return true
	}
	now, err := v.signedIn.People.Resume(v.Ctx(), s.Signed.Session, identity.From{Network: v.Network(), Agent: v.R.UserAgent()})
	who, known := now.On(s.Account)
	switch {
	case err != nil && !fault.Is(err, people.CodeNoSession):
		v.Broken(err)
		return false
	case err != nil || !known || who.May(access.StartPayment) != nil:
		v.keep(session{})
		v.To(portal.PathAccount) // which asks to sign in, and says why
		return false
	}
	v.who = who
	return true
}

// saved lists the bank accounts that can be paid with: the member's own, for
// the member alone.
func (v *visit) saved(s session) []savedBank {
	if s.Signed == nil || v.who.Role != access.RoleMember || !v.paying.Method(payment.MethodBank) {
		return nil
	}
	all, err := v.signedIn.AutoPay.SavedAccounts(v.Ctx(), autopay.Who{Person: v.who.Person.UUID, Role: v.who.Role}, s.Account)
	if err != nil { // the other ways to pay still work
		v.Log.WarnContext(v.Ctx(), "saved accounts can not be shown", "request", serving.RequestID(v.Ctx()), "error", err)
		return nil
	}
	var saved []savedBank
	for _, a := range all {
		if a.Waits || !a.Mine {
			continue // its bank has not answered yet (ACH-10), or only a helper may use it
		}
		saved = append(saved, savedBank{a.ID, a.Type, a.LastFour, a.Nickname})
	}
	return saved
}

// savedPrefix marks a saved bank account among the ways to pay.
const savedPrefix = "saved:"

// chosenSaved finds the saved bank account that a form chose.
func (v *visit) chosenSaved(s session, chosen string) (*savedBank, bool) {
	id, ok := strings.CutPrefix(chosen, savedPrefix)
	if !ok {
		return nil, false
	}
	saved := v.saved(s)
	i := slices.IndexFunc(saved, func(b savedBank) bool { return b.ID.String() == id })
	if i < 0 {
		return nil, false
	}
	return &saved[i], true
}

// payBySaved pays from a saved bank account.
func (v *visit) payBySaved(saved savedBank, order paying.Order) error {
	_, err := v.paying.PayBySaved(v.Ctx(), v.who, paying.SavedOrder{Order: order, Bank: saved.ID})
	return err
}

// keepBank saves the bank account of a payment that went well, if the member
// asked for that. The payment stands whether it can be saved or not.
func (v *visit) keepBank(s session) {
	b := s.Attempt.Bank
	if s.Signed == nil || !b.Save || v.who.Role != access.RoleMember {
		return
	}
	_, err := v.signedIn.AutoPay.Save(v.Ctx(), autopay.Save{
		Account: s.Account, Who: autopay.Who{Person: v.who.Person.UUID, Role: v.who.Role},
		Bank: payment.BankAccount{HolderName: b.Name, Type: b.Kind, Routing: b.Routing, Number: pii.NewSecret(b.Number)},
	})
	if err != nil {
		v.Log.WarnContext(v.Ctx(), "bank account not saved", "request", serving.RequestID(v.Ctx()), "error", err)
	}
}

// home is where a payer goes when all is done: "" for a guest.
func (s session) home(number ident.Confirmation) string {
	if s.Signed == nil {
		return ""
	}
	return portal.PathPayments + "/" + number.String()
}

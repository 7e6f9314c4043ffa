package people_test

import (
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

func invite(email string, scope identity.Scope) people.Invite {
	return people.Invite{Email: email, Scope: scope, Until: civil.MustParseDate("2026-12-31"), From: from}
}

// helper makes a person who helps a member.
func (w *lobby) helper(member person, h apptest.Household, email string, scope identity.Scope) person {
	w.t.Helper()
	ctx := w.t.Context()
	i, err := w.s.Invite(ctx, member.who, invite(email, scope))
	w.ok(err)
	p := w.signedUpAgain(email)
	_, err = w.s.Accept(ctx, p.who, i.ID, from)
	w.ok(err)
	w.mails()
	return w.on(p, h)
}

func TestDelegates(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h := w.household()
		ana := w.member("ana@example.org", h)
		i, err := w.s.Invite(ctx, ana.who, invite("Bo@example.org", identity.ScopePay))
		w.ok(err)
		w.mail("invite", "Bo@example.org")
		bo, eve := w.signedUp("bo@example.org"), w.signedUp("eve@example.org")
		mine, err := w.s.MyInvitations(ctx, bo.who)
		if err != nil || len(mine) != 1 || mine[0].From != "Ana T." || mine[0].Email != "" || mine[0].Scope != identity.ScopePay {
			t.Fatalf("invitations %+v, %v", mine, err)
		}
		_, err = w.s.Accept(ctx, eve.who, i.ID, from) // it is not hers
		w.wantCode(err, people.CodeNoSuch)
		c, err := w.s.Accept(ctx, bo.who, i.ID, from)
		w.ok(err)
		if c.Role != access.RoleDelegatePay || c.LastName != "T" || c.Until.String() != "2026-12-31" {
			t.Errorf("helps as %+v", c)
		}
		_, err = w.s.Accept(ctx, bo.who, i.ID, from) // once
		w.wantCode(err, people.CodeNoSuch)
		bo = w.on(bo, h)
		w.mails()
		helpers, err := w.s.Helpers(ctx, ana.who)
		if err != nil || len(helpers.People) != 1 || helpers.People[0].Email != "bo@example.org" || len(helpers.Invitations) != 0 {
			t.Fatalf("helpers %+v, %v", helpers, err)
		}
		_, err = w.s.Invite(ctx, ana.who, invite("bo@example.org", identity.ScopeView))
		w.wantCode(err, people.CodeInvited)
		w.ok(w.s.RemoveHelper(ctx, ana.who, helpers.People[0].Link, from))
		if current := w.resume(bo.who.Session); len(current.Coverages) != 0 {
			t.Error("a helper who was removed still helps")
		}
		w.wantCode(w.s.RemoveHelper(ctx, ana.who, helpers.People[0].Link, from), people.CodeNoSuch)
	})
}

func TestInvitationsRefuse(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h := w.household()
		ana := w.member("ana@example.org", h)
		_, err := w.s.Invite(ctx, ana.who, invite("ANA@example.org", identity.ScopePay))
		w.wantCode(err, people.CodeDelegateSelf)
		in := invite("bo", "everything")
		in.Until = civil.MustParseDate("2026-11-20")
		_, err = w.s.Invite(ctx, ana.who, in)
		w.wantCode(err, identity.CodeEmailFormat)
		i, err := w.s.Invite(ctx, ana.who, invite("bo@example.org", identity.ScopePay))
		w.ok(err)
		w.mails()
		bo := w.signedUp("bo@example.org")
		w.ok(w.s.Withdraw(ctx, ana.who, i.ID))
		_, err = w.s.Accept(ctx, bo.who, i.ID, from)
		w.wantCode(err, people.CodeNoSuch)
		i, err = w.s.Invite(ctx, ana.who, invite("bo@example.org", identity.ScopePay))
		w.ok(err)
		w.ok(w.s.Decline(ctx, bo.who, i.ID))
		_, err = w.s.Accept(ctx, bo.who, i.ID, from)
		w.wantCode(err, people.CodeNoSuch)
		i, err = w.s.Invite(ctx, ana.who, invite("bo@example.org", identity.ScopePay))
		w.ok(err)
		w.At("2026-12-05 12:00:00") // an invitation waits 14 days
		_, err = w.s.Accept(ctx, bo.who, i.ID, from)
		w.wantCode(err, people.CodeNoSuch)
	})
}

// What somebody may do ends with its last day, in Boston.
func TestDelegateRunsOut(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		ana := w.member("ana@example.org", h)
		bo := w.helper(ana, h, "bo@example.org", identity.ScopeView)
		for want, moment := range []string{"2027-01-01 00:00:01", "2026-12-31 23:59:59", "2027-01-01 00:00:01"} {
			w.At(moment)
			if current := w.resume(w.again(bo).Session); len(current.Coverages) != want%2 {
				t.Errorf("%s: %d accounts, want %d", moment, len(current.Coverages), want%2)
			}
		}
		// Who has run out may be invited again.
		ana.who = w.again(ana)
		ana = w.on(ana, h)
		in := invite("bo@example.org", identity.ScopePay)
		in.Until = civil.MustParseDate("2027-02-01")
		i, err := w.s.Invite(t.Context(), ana.who, in)
		w.ok(err)
		_, err = w.s.Accept(t.Context(), w.again(bo), i.ID, from)
		w.ok(err)
	})
}

// AutoPay is off before the last member goes: nobody could turn it off here.
func TestUnlinkWithAutoPay(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		ana, bo := w.member("ana@example.org", h), w.member("bo@example.org", h)
		w.InTx(func(tx *store.Tx) error {
			tx.InsertMandate(mandate.Mandate{
				ID: mandate.ID{UUID: tx.NewID()}, AccountID: h.Account, Person: ana.id.UUID, State: mandate.Active, StateOn: w.Today(),
				Terms:  mandate.Terms{Day: 23, BankAccount: payment.BankAccountID{UUID: tx.NewID()}, Notice: mandate.NoticeAlways},
				LiveAt: tx.Now(), AuthorizedAt: tx.Now(), Version: 1,
			}, "test")
			return nil
		})
		w.ok(w.s.Unlink(t.Context(), bo.who, from))
		w.wantCode(w.s.Unlink(t.Context(), ana.who, from), people.CodeUnlinkAutoPay)
		w.on(ana, h)
	})
}

// With the last member go those who help.
func TestUnlinkOfTheLastMember(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		ana := w.member("ana@example.org", h)
		bo := w.helper(ana, h, "bo@example.org", identity.ScopeView)
		w.advance(time.Minute)
		w.ok(w.s.Unlink(t.Context(), ana.who, from))
		if current := w.resume(bo.who.Session); len(current.Coverages) != 0 {
			t.Error("a helper without a member still helps")
		}
	})
}

// mandates is AutoPay: it notes whose mandate ended.
type mandates struct{ left []people.ID }

func (m *mandates) HelperLeft(_ *store.Tx, _ enrollment.AccountID, person people.ID, _ string) (bool, error) {
	m.left = append(m.left, person)
	return true, nil
}

// A16: the AutoPay that a helper had turned on ends with them, whoever ends it,
// and the helper is told.
func TestAHelpersAutoPayEndsWithThem(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		autoPay := &mandates{}
		w.s.AutoPay = autoPay
		h := w.household()
		ana := w.member("ana@example.org", h)
		bo := w.helper(ana, h, "bo@example.org", identity.ScopeAutoPay)
		helpers, err := w.s.Helpers(ctx, ana.who)
		w.ok(err)
		w.ok(w.s.RemoveHelper(ctx, ana.who, helpers.People[0].Link, from))
		told := 0
		for _, m := range w.mails() {
			if m.Address.Reveal() == bo.email && strings.Contains(m.Text.Reveal(), string(store.EventAutoPayEnded)) {
				told++
			}
		}
		if len(autoPay.left) == 0 || autoPay.left[0] != bo.id || told != 1 {
			t.Errorf("ended for %v, told %d times", autoPay.left, told)
		}
		autoPay.left = nil
		cy := w.helper(ana, h, "cy@example.org", identity.ScopeAutoPay)
		w.ok(w.s.Unlink(ctx, cy.who, from))
		if len(autoPay.left) == 0 || autoPay.left[0] != cy.id {
			t.Errorf("who leaves: ended for %v", autoPay.left)
		}
		autoPay.left = nil
		w.mails()
		di := w.helper(ana, h, "di@example.org", identity.ScopeAutoPay)
		if n, err := w.s.EndHelpersOver(ctx); err != nil || n != 0 {
			t.Errorf("%d are over in time, %v", n, err)
		}
		w.At("2027-01-01")
		for _, want := range []int{1, 0} {
			if n, err := w.s.EndHelpersOver(ctx); err != nil || n != want {
				t.Errorf("%d are over, want %d, %v", n, want, err)
			}
		}
		if len(autoPay.left) == 0 || autoPay.left[0] != di.id {
			t.Errorf("whose time is over: ended for %v", autoPay.left)
		}
	})
}

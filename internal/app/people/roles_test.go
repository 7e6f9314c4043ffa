package people_test

import (
	"context"
	"io"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// pay takes a payment by mail.
func (w *lobby) pay(h apptest.Household, amount string) {
	w.t.Helper()
	s := w.NewPaying(nil)
	_, err := s.Receive(w.t.Context(), paying.Received{
		Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
		Amount: apptest.Amount(amount), ReceivedOn: w.Today(), Reference: "r-" + amount,
	})
	w.ok(err)
}

// operations are all that a signed-in person can ask for, with what the policy
// table calls it.
func operations(s *people.Service) map[string]struct {
	op  access.Operation
	ask func(ctx context.Context, who people.Who) error
} {
	type entry = struct {
		op  access.Operation
		ask func(ctx context.Context, who people.Who) error
	}
	only := func(_ any, err error) error { return err }
	return map[string]entry{
		"Security":       {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.Security(c, w)) }},
		"ChangePassword": {access.ManageSelf, func(c context.Context, w people.Who) error { return s.ChangePassword(c, w, people.ChangePassword{}) }},
		"Confirm":        {access.ManageSelf, func(c context.Context, w people.Who) error { return s.Confirm(c, w, pii.Secret{}, from) }},
		"BeginPasskey":   {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.BeginPasskey(c, w)) }},
		"BeginApp":       {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.BeginApp(c, w)) }},
		"AddApp":         {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.AddApp(c, w, people.AnswerSetup{})) }},
		"BeginPhone": {access.ManageSelf, func(c context.Context, w people.Who) error {
			return only(s.BeginPhone(c, w, people.NewPhone{Number: "6175550147"}))
		}},
		"AddPhone":       {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.AddPhone(c, w, people.AnswerSetup{})) }},
		"RemoveFactor":   {access.ManageSelf, func(c context.Context, w people.Who) error { return s.RemoveFactor(c, w, identity.FactorID{}, from) }},
		"NewBackupCodes": {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.NewBackupCodes(c, w, from)) }},
		"SignOutOne":     {access.ManageSelf, func(c context.Context, w people.Who) error { return s.SignOutOne(c, w, identity.SessionID{}, from) }},
		"SignOutOthers":  {access.ManageSelf, func(c context.Context, w people.Who) error { return s.SignOutOthers(c, w, from) }},
		"BeginEmail":     {access.ManageSelf, func(c context.Context, w people.Who) error { return only(s.BeginEmail(c, w, "x@example.org", from)) }},
		"ChangeEmail":    {access.ManageSelf, func(c context.Context, w people.Who) error { return s.ChangeEmail(c, w, people.AnswerSetup{}) }},
		"page language":  {access.ManageSelf, func(c context.Context, w people.Who) error { return s.SetLanguages(c, w, people.Languages{Page: "en"}) }},
		"Link":           {access.LinkCoverage, func(c context.Context, w people.Who) error { return only(s.Link(c, w, people.LinkCoverage{})) }},
		"MailCode":       {access.LinkCoverage, func(c context.Context, w people.Who) error { return only(s.MailCode(c, w, people.LinkCoverage{})) }},
		"TextCode":       {access.LinkCoverage, func(c context.Context, w people.Who) error { return only(s.TextCode(c, w, people.LinkCoverage{})) }},
		"MyInvitations":  {access.AcceptInvitation, func(c context.Context, w people.Who) error { return only(s.MyInvitations(c, w)) }},
		"Accept": {access.AcceptInvitation, func(c context.Context, w people.Who) error {
			return only(s.Accept(c, w, identity.InvitationID{}, from))
		}},
		"Decline":      {access.AcceptInvitation, func(c context.Context, w people.Who) error { return s.Decline(c, w, identity.InvitationID{}) }},
		"Helpers":      {access.SeeDelegates, func(c context.Context, w people.Who) error { return only(s.Helpers(c, w)) }},
		"Invite":       {access.ManageDelegates, func(c context.Context, w people.Who) error { return only(s.Invite(c, w, people.Invite{})) }},
		"Withdraw":     {access.ManageDelegates, func(c context.Context, w people.Who) error { return s.Withdraw(c, w, identity.InvitationID{}) }},
		"RemoveHelper": {access.ManageDelegates, func(c context.Context, w people.Who) error { return s.RemoveHelper(c, w, identity.LinkID{}, from) }},
		"Settings":     {access.SeeSettings, func(c context.Context, w people.Who) error { return only(s.Settings(c, w)) }},
		"letter language": {access.ChangeSettings, func(c context.Context, w people.Who) error {
			return s.SetLanguages(c, w, people.Languages{Letters: "en"})
		}},
		"BeginPaperless": {access.ChooseDelivery, func(c context.Context, w people.Who) error {
			return only(s.BeginPaperless(c, w, people.AskPaperless{}))
		}},
		"GoPaperless": {access.ChooseDelivery, func(c context.Context, w people.Who) error { return s.GoPaperless(c, w, people.GoPaperless{}) }},
		"BeginTexts": {access.ChooseTexts, func(c context.Context, w people.Who) error {
			return only(s.BeginTexts(c, w, people.AskTexts{}))
		}},
		"ConfirmTexts":   {access.ChooseTexts, func(c context.Context, w people.Who) error { return s.ConfirmTexts(c, w, people.AnswerSetup{}) }},
		"EndTexts":       {access.ChooseTexts, func(c context.Context, w people.Who) error { return s.EndTexts(c, w, from) }},
		"BackToPaper":    {access.ChooseDelivery, func(c context.Context, w people.Who) error { return s.BackToPaper(c, w, nil, from) }},
		"TextsBeside":    {access.SeeMessages, func(c context.Context, w people.Who) error { return only(s.TextsBeside(c, w, store.Message{})) }},
		"Messages":       {access.SeeMessages, func(c context.Context, w people.Who) error { return only(s.Messages(c, w, store.MessageID{})) }},
		"Message":        {access.SeeMessages, func(c context.Context, w people.Who) error { return only(s.Message(c, w, store.MessageID{})) }},
		"UnreadMessages": {access.SeeMessages, func(c context.Context, w people.Who) error { return only(s.UnreadMessages(c, w)) }},
		"YearTotals":     {access.SeeYearTotals, func(c context.Context, w people.Who) error { return only(s.YearTotals(c, w)) }},
		"Unlink":         {access.UnlinkCoverage, func(c context.Context, w people.Who) error { return s.Unlink(c, w, from) }},
	}
}

// Every operation asks the policy table first: a role that may not is refused
// whatever it asks for, one that may gets past it (R-ACC-1).
func TestEveryOperationAndRole(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		p := w.member("ana@example.org", h)
		for name, o := range operations(w.s) {
			for _, role := range access.Roles {
				who := p.who
				who.Role = role
				err := o.ask(t.Context(), who)
				denied := fault.Is(err, "access.denied")
				if denied == access.Allowed(role, o.op) {
					t.Errorf("%s as %s: %v, want refused %t", name, role, err, !denied)
				}
			}
			if err := o.ask(t.Context(), people.Who{Role: access.RoleMember}); fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%s as nobody: got %v, want Unauthenticated", name, err)
			}
		}
	})
}

// A delegate acts on the account that they help with, whatever else they ask.
func TestDelegatesSeeNoPlan(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		ana := w.member("ana@example.org", h)
		bo := w.helper(ana, h, "bo@example.org", identity.ScopeAutoPay)
		_, err := w.s.Messages(t.Context(), bo.who, store.MessageID{})
		w.wantCode(err, "access.denied")
		_, err = w.s.Invite(t.Context(), bo.who, invite("eve@example.org", identity.ScopeView))
		w.wantCode(err, "access.denied")
		if _, err := w.s.YearTotals(t.Context(), bo.who); err != nil {
			t.Errorf("totals: %v", err)
		}
	})
}

// Mail that the server does not take at once is tried again, what it refuses
// for good is not.
func TestMailThatFails(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		_, err := w.s.Forgot(ctx, people.Forgot{Email: "ana@example.org", From: from})
		w.ok(err)
		id := w.out.queued[len(w.out.queued)-1]
		w.out.fail = fault.New(fault.Unavailable, "mail.not_taken", "later")
		if err := w.s.SendMail(ctx, id); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v, want a retry", err)
		}
		w.out.fail = fault.New(fault.Conflict, "message.refused", "no such address")
		w.ok(w.s.SendMail(ctx, id))
		w.out.fail = io.ErrUnexpectedEOF
		w.ok(w.s.SendMail(ctx, id)) // it is not tried again
	})
}

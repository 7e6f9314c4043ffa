package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Helpers is what A16 shows to a member.
type Helpers struct {
	People      []Helper
	Invitations []Invitation // that wait
}

// Helper is a person who may help.
type Helper struct {
	Link  identity.LinkID
	Email string // in full: the member invited it
	Scope identity.Scope
	Since civil.Instant
	Until civil.Date
}

// Invitation asks a person to help.
type Invitation struct {
	ID    identity.InvitationID
	Email string // of who was invited; "" for the invited
	From  string // "Ana T.": whom to help; "" for the member
	Scope identity.Scope
	Until civil.Date // how long they may help
	Ends  civil.Date // the last day to accept
}

// Codes of errors of inviting.
const (
	CodeDelegateSelf = "delegate.self"     // at "email": the member's own
	CodeDelegateMany = "delegate.too_many" // Conflict
	CodeInvited      = "delegate.invited"  // Conflict: invited already, or helps
)

// Helpers gives who may help with an account.
func (s *Service) Helpers(ctx context.Context, who Who) (Helpers, error) {
	if err := who.May(access.SeeDelegates); err != nil {
		return Helpers{}, err
	}
	var out Helpers
	err := s.DB.Read(ctx, "helpers", func(tx *store.ReadTx) (err error) {
		out, err = s.helpers(tx, who)
		return err
	})
	return out, err
}

func (s *Service) helpers(tx *store.ReadTx, who Who) (Helpers, error) {
	var out Helpers
	links, err := tx.LinksOfAccount(who.Account, s.today(tx))
	if err != nil {
		return out, err
	}
	for _, l := range links {
		if scope := identity.ScopeOf(l.Role); scope != "" {
			out.People = append(out.People, Helper{l.ID, l.Email.Reveal(), scope, l.From, l.Until})
		}
	}
	invitations, err := tx.InvitationsOf(who.Account, s.today(tx))
	for _, i := range invitations {
		out.Invitations = append(out.Invitations, Invitation{ID: i.ID, Email: i.Email.Reveal(), Scope: identity.ScopeOf(i.Role), Until: i.Until, Ends: i.Ends})
	}
	return out, err
}

// Invite is what A16 asks for.
type Invite struct {
	Email string
	Scope identity.Scope
	Until civil.Date
	From  From
}

// Invite mails an invitation: whoever signs in with that address sees it under
// MyInvitations. The address of the mail's page holds no secret. Errors: at
// "email", "scope", "until" (identity.Code…), CodeInvited, CodeDelegateMany,
// CodeThrottled.
func (s *Service) Invite(ctx context.Context, who Who, in Invite) (Invitation, error) {
	if err := who.May(access.ManageDelegates); err != nil {
		return Invitation{}, err
	}
	var out Invitation
	err := s.DB.InTx(ctx, "invite", func(tx *store.Tx) error {
		me, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		today := s.today(tx.ReadTx)
		email, err := checkInvitation(in, me, today)
		if err != nil {
			return err
		}
		if err := s.mayInvite(tx, who, email, in.From); err != nil {
			return err
		}
		a, err := tx.Account(who.Account)
		if err != nil {
			return err
		}
		i := store.DelegateInvitation{
			Account: who.Account, ID: identity.InvitationID{UUID: tx.NewID()}, Email: pii.NewSecret(email), Role: in.Scope.Role(),
			Until: in.Until, Ends: today.AddDays(identity.InvitationDays), By: who.Person,
		}
		if err := tx.InsertInvitation(i); err != nil {
			return err
		}
		tx.Audit(store.AuditEvent{AccountID: who.Account, Operation: string(access.ManageDelegates), Actor: who.Actor(), Subject: "invitation:" + i.ID.String(), Summary: "invited to " + string(in.Scope) + " until " + in.Until.String()})
		out = Invitation{ID: i.ID, Email: email, Scope: in.Scope, Until: i.Until, Ends: i.Ends}
		return s.mail(tx, i.Email, Mail{Kind: MailInvite, Language: me.Language, Helped: shortName(a.FirstName, a.LastName), Scope: in.Scope, Until: i.Ends})
	})
	return out, err
}

// checkInvitation checks all fields at once.
func checkInvitation(in Invite, me store.Person, today civil.Date) (string, error) {
	email, err := identity.ReadEmail(in.Email)
	wrong := append(fault.List{}, fault.Fields(err)...)
	if err == nil && identity.EmailKey(email) == identity.EmailKey(me.Email.Reveal()) {
		wrong.Add("email", CodeDelegateSelf, "This is your own email address")
	}
	wrong = append(wrong, fault.Fields(identity.CheckInvitation(in.Scope, in.Until, today))...)
	return email, wrong.Err()
}

// mayInvite tells whether one more may be invited.
func (s *Service) mayInvite(tx *store.Tx, who Who, email string, from From) error {
	counters := append(s.mails(email, from), s.counter("invite", who.Person.String(), identity.MailLimit))
	if err := admit(tx.ReadTx, counters...); err != nil {
		return err
	}
	count(tx, counters...)
	now, err := s.helpers(tx.ReadTx, who)
	if err != nil {
		return err
	}
	if len(now.People)+len(now.Invitations) >= identity.DelegatesPerMember {
		return fault.New(fault.Conflict, CodeDelegateMany, "You have invited %d people. Remove one first.", identity.DelegatesPerMember)
	}
	known := map[string]bool{}
	for _, p := range now.People {
		known[identity.EmailKey(p.Email)] = true
	}
	for _, i := range now.Invitations {
		known[identity.EmailKey(i.Email)] = true
	}
	if known[identity.EmailKey(email)] {
		return fault.New(fault.Conflict, CodeInvited, "This person is invited already, or helps you. Remove them first to change it.")
	}
	return nil
}

// shortName gives "Ana T.", or an employer's name (R-ID-3).
func shortName(first, last string) string {
	if first == "" {
		return last
	}
	if initial := (enrollment.Account{LastName: last}).Initial(); initial != "" {
		return first + " " + initial + "."
	}
	return first
}

// Withdraw takes an invitation back.
func (s *Service) Withdraw(ctx context.Context, who Who, id identity.InvitationID) error {
	if err := who.May(access.ManageDelegates); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "withdraw invitation", func(tx *store.Tx) error {
		was, err := tx.SettleInvitation(who.Account, id, store.InvitationWithdrawn)
		if err == nil && !was {
			return noSuch()
		}
		tx.Audit(store.AuditEvent{AccountID: who.Account, Operation: string(access.ManageDelegates), Actor: who.Actor(), Subject: "invitation:" + id.String(), Summary: "withdrawn"})
		return err
	})
}

// MyInvitations gives the invitations to the address of the person.
func (s *Service) MyInvitations(ctx context.Context, who Who) (all []Invitation, err error) {
	if err := who.May(access.AcceptInvitation); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, "my invitations", func(tx *store.ReadTx) error {
		all = nil
		rows, err := s.myInvitations(tx, who)
		for _, i := range rows {
			all = append(all, Invitation{ID: i.ID, From: shortName(i.FirstName, i.LastName), Scope: identity.ScopeOf(i.Role), Until: i.Until, Ends: i.Ends})
		}
		return err
	})
	return all, err
}

func (s *Service) myInvitations(tx *store.ReadTx, who Who) ([]store.DelegateInvitation, error) {
	p, err := tx.Person(who.Person)
	if err != nil {
		return nil, err
	}
	return tx.InvitationsTo(p.Email.Reveal(), s.today(tx))
}

// Accept lets the person help. Decline does not.
func (s *Service) Accept(ctx context.Context, who Who, id identity.InvitationID, from From) (Coverage, error) {
	var out Coverage
	err := s.settle(ctx, who, id, store.InvitationAccepted, func(tx *store.Tx, i store.DelegateInvitation) error {
		a, err := tx.Account(i.Account)
		if err != nil {
			return err
		}
		l := store.CoverageLink{
			Account: i.Account, ID: identity.LinkID{UUID: tx.NewID()}, Person: who.Person, Role: i.Role, How: store.LinkedByInvitation,
			From: tx.Now(), Until: i.Until, Kind: a.Kind, SubscriberID: a.SubscriberID, FirstName: a.FirstName, LastName: a.LastName,
		}
		err = tx.InsertLink(l, s.today(tx.ReadTx))
		if fault.Is(err, store.CodeDuplicate) {
			return fault.Wrap(fault.Conflict, CodeLinked, err, "You have this coverage already")
		}
		if err != nil {
			return err
		}
		out = coverageOf(l)
		if err := s.tellMembers(tx, i.Account, store.EventDelegateAdded); err != nil {
			return err
		}
		return s.record(tx, who, store.PersonEvent{Kind: store.EventLinked, From: from})
	})
	return out, err
}

// Decline says no to an invitation.
func (s *Service) Decline(ctx context.Context, who Who, id identity.InvitationID) error {
	return s.settle(ctx, who, id, store.InvitationDeclined, func(*store.Tx, store.DelegateInvitation) error { return nil })
}

// settle ends an invitation to the person.
func (s *Service) settle(ctx context.Context, who Who, id identity.InvitationID, state string, then func(*store.Tx, store.DelegateInvitation) error) error {
	if err := who.May(access.AcceptInvitation); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "settle invitation", func(tx *store.Tx) error {
		mine, err := s.myInvitations(tx.ReadTx, who)
		if err != nil {
			return err
		}
		for _, i := range mine {
			if i.ID != id {
				continue
			}
			if was, err := tx.SettleInvitation(i.Account, id, state); err != nil || !was {
				return unless(err, noSuch())
			}
			tx.Audit(store.AuditEvent{AccountID: i.Account, Operation: string(access.AcceptInvitation), Actor: who.Actor(), Subject: "invitation:" + id.String(), Summary: state})
			return then(tx, i)
		}
		return noSuch()
	})
}

func unless(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// tellMembers mails word of a change to all members of an account (M18).
func (s *Service) tellMembers(tx *store.Tx, account enrollment.AccountID, change store.PersonEventKind) error {
	links, err := tx.LinksOfAccount(account, s.today(tx.ReadTx))
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Role != access.RoleMember {
			continue
		}
		if err := s.tell(tx, store.Person{Email: l.Email, Language: l.Language}, change, ""); err != nil {
			return err
		}
	}
	return nil
}

// endHelpersAutoPay stops the AutoPay that a helper had turned on: what they had
// agreed to was theirs to give as long as they might, and nobody but them could
// have stopped it (REG-40, REG-42). Members and helper are told (M13, M18).
func (s *Service) endHelpersAutoPay(tx *store.Tx, actor string, l store.CoverageLink) error {
	if s.AutoPay == nil {
		return nil
	}
	was, err := s.AutoPay.HelperLeft(tx, l.Account, l.Person, actor)
	if err != nil || !was {
		return err
	}
	tx.RecordPersonEvent(store.PersonEvent{Person: l.Person, Kind: store.EventAutoPayEnded})
	return s.tell(tx, store.Person{Email: l.Email, Language: l.Language}, store.EventAutoPayEnded, "")
}

// actorUntil ends what has run out by its date.
const actorUntil = "until"

// overAtOnce is how many helpers are looked up at a time.
const overAtOnce = 100

// EndHelpersOver ends, once a night, the ties of helpers whose last day is over,
// and the AutoPay that they had turned on, and tells how many. They can do
// nothing since that day; this ends what goes on by itself.
func (s *Service) EndHelpersOver(ctx context.Context) (int, error) {
	ended := 0
	for {
		var over []store.CoverageLink
		err := s.DB.InTx(ctx, "helpers whose time is over", func(tx *store.Tx) (err error) {
			if over, err = tx.LinksOver(s.today(tx.ReadTx), overAtOnce); err != nil {
				return err
			}
			for _, l := range over {
				if was, err := tx.EndLink(l.Account, l.ID, actorUntil); err != nil || !was {
					return err
				}
				if err := s.endHelpersAutoPay(tx, actorUntil, l); err != nil {
					return err
				}
			}
			return nil
		})
		if ended += len(over); err != nil || len(over) < overAtOnce {
			return ended, err
		}
	}
}

// RemoveHelper ends what a helper may do, at once.
func (s *Service) RemoveHelper(ctx context.Context, who Who, id identity.LinkID, from From) error {
	if err := who.May(access.ManageDelegates); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "remove helper", func(tx *store.Tx) error {
		links, err := tx.LinksOfAccount(who.Account, s.today(tx.ReadTx))
		if err != nil {
			return err
		}
		for _, l := range links {
			if l.ID != id || identity.ScopeOf(l.Role) == "" {
				continue
			}
			if was, err := tx.EndLink(who.Account, id, who.Actor()); err != nil || !was {
				return unless(err, noSuch())
			}
			tx.Audit(store.AuditEvent{AccountID: who.Account, Operation: string(access.ManageDelegates), Actor: who.Actor(), Subject: "link:" + id.String(), Summary: "removed"})
			if err := s.endHelpersAutoPay(tx, who.Actor(), l); err != nil {
				return err
			}
			tx.RecordPersonEvent(store.PersonEvent{Person: l.Person, Kind: store.EventUnlinked})
			if err := s.tell(tx, store.Person{Email: l.Email, Language: l.Language}, store.EventUnlinked, ""); err != nil {
				return err
			}
			return s.record(tx, who, store.PersonEvent{Kind: store.EventDelegateRemoved, From: from})
		}
		return noSuch()
	})
}

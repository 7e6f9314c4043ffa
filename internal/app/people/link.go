package people

import (
	"context"
	"errors"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// Coverage is an account that a person has connected, or may help with. A
// delegate is shown the first name and initial only.
type Coverage struct {
	Link         identity.LinkID
	Account      enrollment.AccountID
	Role         access.Role
	FirstName    string
	LastName     string // an initial, for delegates
	SubscriberID ident.SubscriberID
	Group        bool
	Since        civil.Instant
	Until        civil.Date // zero: no end
}

func coverageOf(l store.CoverageLink) Coverage {
	c := Coverage{
		Link: l.ID, Account: l.Account, Role: l.Role, FirstName: l.FirstName, LastName: l.LastName, SubscriberID: l.SubscriberID,
		Group: l.Kind == enrollment.AccountGroup, Since: l.From, Until: l.Until,
	}
	if l.Role != access.RoleMember {
		c.LastName = enrollment.Account{LastName: l.LastName}.Initial()
	}
	return c
}

// LinkCoverage is what A5 asks for. Code is the account code of the bill or the
// code of a letter; with a Ticket, the code that TextCode sent.
type LinkCoverage struct {
	SubscriberID string
	BirthDate    civil.Date
	Code         string
	Ticket       Ticket
	From         From
}

// Codes of errors of connecting coverage.
const (
	CodeLinkNoMatch      = "link.no_match"    // NotFound; never says which part was wrong
	CodeLinked           = "link.linked"      // Conflict: connected already
	CodeMailed           = "link.mailed"      // Conflict: a letter is on its way
	CodeNoAddress        = "link.no_address"  // Conflict: nobody knows where to mail it; call
	CodeNoPhone          = "link.no_phone"    // Conflict: no phone on file; call
	CodeUnlinkAutoPay    = "link.autopay"     // Conflict: turn AutoPay off first, or nobody could
	CodeBirthDate        = "birth_date.empty" // at "birth_date"
	CodeSubscriberEmpty  = "subscriber_id.empty"
	CodeSubscriberLength = "subscriber_id.length"
	CodeSubscriberDigit  = "subscriber_id.check_digit"
)

// claim is a checked wish to connect coverage.
type claim struct {
	subscriber ident.SubscriberID
	birthDate  civil.Date
	account    identity.AccountCode // or
	once       string               // of a text message
	ticket     Ticket
}

// readClaim checks all fields at once. code tells whether one is asked for.
func readClaim(in LinkCoverage, code bool) (claim, error) {
	var wrong fault.List
	c := claim{birthDate: in.BirthDate, ticket: in.Ticket}
	var err error
	switch c.subscriber, err = ident.ParseSubscriberID(in.SubscriberID); {
	case errors.Is(err, ident.ErrEmpty):
		wrong.Add("subscriber_id", CodeSubscriberEmpty, "Enter your Subscriber ID")
	case errors.Is(err, ident.ErrCheckDigit):
		wrong.Add("subscriber_id", CodeSubscriberDigit, "Check your Subscriber ID. One of the numbers looks wrong.")
	case err != nil:
		wrong.Add("subscriber_id", CodeSubscriberLength, "Subscriber ID must be 12 numbers")
	}
	if in.BirthDate.IsZero() {
		wrong.Add("birth_date", CodeBirthDate, "Enter your date of birth")
	}
	switch {
	case !code:
	case in.Ticket.IsZero():
		c.account, err = identity.ReadAccountCode(in.Code)
		wrong = append(wrong, fault.Fields(err)...)
	default:
		c.once, err = identity.ReadCode(in.Code)
		wrong = append(wrong, fault.Fields(err)...)
	}
	return c, wrong.Err()
}

func (s *Service) linkCounters(c claim, who Who, from From) []counter {
	return []counter{
		s.counter("link.id", string(c.subscriber), identity.LinkLimit),
		s.counter("link.person", who.Person.String(), identity.LinkLimit),
		s.network(from),
	}
}

// claimed finds the account that somebody claims. An unknown number costs the
// same work as a wrong birth date, and prove is asked in either case.
func (s *Service) claimed(tx *store.Tx, c claim, who Who, from From, prove func(store.AccountRow) (bool, error)) (a store.AccountRow, wrong, err error) {
	counters := s.linkCounters(c, who, from)
	if wrong := admit(tx.ReadTx, counters...); wrong != nil {
		return a, wrong, nil
	}
	a, err = tx.AccountBySubscriber(c.subscriber)
	known := err == nil
	if err != nil && !missing(err) {
		return a, nil, err
	}
	born := tx.BirthDateMatches(a, c.birthDate)
	proven, err := prove(a)
	if err != nil {
		return a, nil, err
	}
	if !known || !born || !proven {
		count(tx, counters...)
		return a, fault.New(fault.NotFound, CodeLinkNoMatch, "We couldn't find coverage that matches. Check all three and try again."), nil
	}
	return a, nil, nil
}

// forget forgets what went wrong before somebody connected coverage. Asking for a
// code proves too little: who could ask again and again would have as many guesses
// at it as they like.
func (s *Service) forget(tx *store.Tx, c claim, who Who, from From) {
	counters := s.linkCounters(c, who, from)
	tx.ForgetTries(counters[0].key)
	tx.ForgetTries(counters[1].key)
}

// Link connects coverage (R-ACC-3, F7.4). Errors: at "subscriber_id" (as
// paying.CheckNumber), "birth_date", "code"; CodeLinkNoMatch, CodeLinked,
// CodeThrottled.
func (s *Service) Link(ctx context.Context, who Who, in LinkCoverage) (Coverage, error) {
	if err := who.May(access.LinkCoverage); err != nil {
		return Coverage{}, err
	}
	c, err := readClaim(in, true)
	if err != nil {
		return Coverage{}, err
	}
	var out Coverage
	var wrong error
	err = s.DB.InTx(ctx, "link coverage", func(tx *store.Tx) error {
		out, wrong = Coverage{}, nil
		var f fit
		a, refused, err := s.claimed(tx, c, who, in.From, func(a store.AccountRow) (ok bool, err error) {
			f, ok, err = s.codeFits(tx, a, c, who)
			return ok, err
		})
		if wrong = refused; err != nil || wrong != nil {
			return err
		}
		if err := f.use(); err != nil {
			return err
		}
		if out, err = s.link(tx, who, a, f.how, in.From); err != nil {
			return err
		}
		s.forget(tx, c, who, in.From)
		return nil
	})
	if err == nil {
		err = wrong
	}
	return out, err
}

// fit is a code that does. It is used up once the rest of the claim holds too.
type fit struct {
	how store.LinkHow
	use func() error
}

// codeFits compares a typed code with all that would do.
func (s *Service) codeFits(tx *store.Tx, a store.AccountRow, c claim, who Who) (fit, bool, error) {
	if !c.ticket.IsZero() {
		return s.textFits(tx, a, c, who)
	}
	typed := pii.NewSecret(string(c.account))
	printed := typed.Equal(pii.NewSecret(string(tx.AccountCode(a.ID))))
	mailed, err := tx.LinkCodes(a.ID, s.today(tx.ReadTx))
	if err != nil || printed {
		return fit{store.LinkedByAccountCode, func() error { return nil }}, printed, err
	}
	for _, m := range mailed {
		if typed.Equal(pii.NewSecret(string(tx.MailedCode(m.ID)))) {
			return fit{store.LinkedByMail, func() error { tx.UseLinkCode(m); return nil }}, true, nil
		}
	}
	return fit{}, false, nil
}

func (s *Service) textFits(tx *store.Tx, a store.AccountRow, c claim, who Who) (fit, bool, error) {
	st, err := s.step(tx.ReadTx, c.ticket, who.Person, store.PurposeLink)
	if err != nil {
		return fit{}, false, err
	}
	if st.Tries >= identity.CodeTries || !st.CodeUntil.After(s.now()) || st.Account != a.ID || !tx.CodeMatches(st.Challenge, c.once) {
		tx.CountChallengeTry(st.Ticket)
		return fit{}, false, nil
	}
	return fit{store.LinkedByText, func() error { return done(tx, st.Ticket) }}, true, nil
}

// link ties the person to the account as a member, and tells everybody who is
// one (M18).
func (s *Service) link(tx *store.Tx, who Who, a store.AccountRow, how store.LinkHow, from From) (Coverage, error) {
	today := s.today(tx.ReadTx)
	others, err := tx.LinksOfAccount(a.ID, today)
	if err != nil {
		return Coverage{}, err
	}
	for _, l := range others {
		switch {
		case l.Person != who.Person:
		case l.Role == access.RoleMember:
			return Coverage{}, fault.New(fault.Conflict, CodeLinked, "This coverage is connected already")
		default: // helped until now
			if _, err := tx.EndLink(a.ID, l.ID, who.Actor()); err != nil {
				return Coverage{}, err
			}
		}
	}
	l := store.CoverageLink{
		Account: a.ID, ID: identity.LinkID{UUID: tx.NewID()}, Person: who.Person, Role: access.RoleMember, How: how, From: tx.Now(),
		Kind: a.Kind, SubscriberID: a.SubscriberID, FirstName: a.FirstName, LastName: a.LastName,
	}
	if err := tx.InsertLink(l, today); err != nil {
		return Coverage{}, err
	}
	tx.Audit(store.AuditEvent{AccountID: a.ID, Operation: string(access.LinkCoverage), Actor: who.Actor(), Subject: "link:" + l.ID.String(), Summary: "connected by " + string(how)})
	for _, o := range others {
		if o.Role == access.RoleMember {
			if err := s.tell(tx, store.Person{Email: o.Email, Language: o.Language}, store.EventLinked, ""); err != nil {
				return Coverage{}, err
			}
		}
	}
	return coverageOf(l), s.record(tx, who, store.PersonEvent{Kind: store.EventLinked, From: from})
}

// Mailed says when a letter with a code goes out and should be there.
type Mailed struct {
	On civil.Date
	By civil.Date
}

// How long a mailed code works, how soon another may be asked for, and how long
// the mail takes (A5: "5–7 days").
const (
	mailedCodeDays = 30
	mailAgainDays  = 7
	mailTakesDays  = 7
)

// MailCode mails a code to the address on file; in.Code is not looked at.
func (s *Service) MailCode(ctx context.Context, who Who, in LinkCoverage) (Mailed, error) {
	var out Mailed
	err := s.claiming(ctx, who, in, func(tx *store.Tx, a store.AccountRow) error {
		today := s.today(tx.ReadTx)
		address, err := tx.MailingAddress(a.ID)
		if err != nil {
			return err
		}
		if address == "" {
			return fault.New(fault.Conflict, CodeNoAddress, "We do not have your mailing address. Call us.")
		}
		codes, err := tx.LinkCodes(a.ID, today)
		if err != nil {
			return err
		}
		if len(codes) > 0 && today.DaysSince(codes[0].Made) < mailAgainDays {
			return fault.New(fault.Conflict, CodeMailed, "A letter with a code is on its way")
		}
		code := store.LinkCode{Account: a.ID, ID: store.LinkCodeID{UUID: tx.NewID()}, Person: who.Person, Made: today, Until: today.AddDays(mailedCodeDays)}
		tx.InsertLinkCode(code)
		tx.Audit(store.AuditEvent{AccountID: a.ID, Operation: string(access.LinkCoverage), Actor: who.Actor(), Subject: "link_code:" + code.ID.String(), Summary: "a code is mailed"})
		out = Mailed{On: today, By: today.AddDays(mailTakesDays)}
		return s.Post.PrintCode(tx, a.ID, code.ID)
	})
	return out, err
}

// TextCode sends a code to the phone on file; in.Code is not looked at. Errors
// besides Link's: CodeTextsOff, CodeNoPhone.
func (s *Service) TextCode(ctx context.Context, who Who, in LinkCoverage) (Sent, error) {
	code := identity.NewCode(random(16))
	var out Sent
	err := s.claiming(ctx, who, in, func(tx *store.Tx, a store.AccountRow) error {
		number, err := tx.Phone(a.ID)
		if err != nil {
			return err
		}
		if number.IsZero() {
			return fault.New(fault.Conflict, CodeNoPhone, "We do not have your phone number. Call us.")
		}
		st, err := s.begin(tx, step{
			Challenge: store.Challenge{Purpose: store.PurposeLink, Person: who.Person, Account: a.ID, Way: identity.FactorText},
			payload:   payload{Phone: number.Reveal(), Language: a.Language},
		}, code)
		out = st.sent()
		return err
	})
	return out, err
}

// claiming does something for an account that somebody claims without a code.
func (s *Service) claiming(ctx context.Context, who Who, in LinkCoverage, do func(tx *store.Tx, a store.AccountRow) error) error {
	if err := who.May(access.LinkCoverage); err != nil {
		return err
	}
	c, err := readClaim(in, false)
	if err != nil {
		return err
	}
	var wrong error
	err = s.DB.InTx(ctx, "claim coverage", func(tx *store.Tx) error {
		wrong = nil
		a, refused, err := s.claimed(tx, c, who, in.From, func(store.AccountRow) (bool, error) { return true, nil })
		if wrong = refused; err != nil || wrong != nil {
			return err
		}
		return do(tx, a)
	})
	if err == nil {
		err = wrong
	}
	return err
}

// Unlink disconnects the account that who acts on from the person. With its
// last member go those who help.
func (s *Service) Unlink(ctx context.Context, who Who, from From) error {
	if err := who.May(access.UnlinkCoverage); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "unlink coverage", func(tx *store.Tx) error {
		all, err := tx.LinksOfAccount(who.Account, s.today(tx.ReadTx))
		if err != nil {
			return err
		}
		members, was := 0, false
		for _, l := range all {
			if l.Person == who.Person {
				if was, err = tx.EndLink(who.Account, l.ID, who.Actor()); err != nil {
					return err
				}
				if l.Role != access.RoleMember {
					if err := s.endHelpersAutoPay(tx, who.Actor(), l); err != nil {
						return err
					}
				}
			} else if l.Role == access.RoleMember {
				members++
			}
		}
		if !was {
			return noAccount()
		}
		if _, err := s.endTextsOf(tx, who, texting.Ended, texting.HowAccess, from); err != nil {
			return err
		}
		if members == 0 {
			if err := autoPayIsOff(tx.ReadTx, who.Account); err != nil {
				return err
			}
		}
		tx.Audit(store.AuditEvent{AccountID: who.Account, Operation: string(access.UnlinkCoverage), Actor: who.Actor(), Subject: who.Actor(), Summary: "disconnected"})
		if members == 0 {
			for _, l := range all {
				if _, err := tx.EndLink(who.Account, l.ID, who.Actor()); err != nil {
					return err
				}
			}
		}
		return s.record(tx, who, store.PersonEvent{Kind: store.EventUnlinked, From: from})
	})
}

// autoPayIsOff tells whether nothing is taken from anybody: what nobody is
// signed in for any more, nobody could stop here.
func autoPayIsOff(tx *store.ReadTx, account enrollment.AccountID) error {
	m, err := tx.NewestMandate(account)
	if missing(err) || err == nil && m.State != mandate.Active && m.State != mandate.Paused {
		return nil
	}
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, CodeUnlinkAutoPay, "AutoPay is on. Turn it off before you disconnect this coverage.")
}

func noAccount() error {
	return fault.New(fault.NotFound, CodeNoAccount, "This coverage is not connected with your account")
}

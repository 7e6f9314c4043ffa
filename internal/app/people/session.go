package people

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Current is a signed-in person, for every page.
type Current struct {
	Who       Who        // with Role access.RolePerson: see On
	Email     string     // the person's own
	Language  string     // of the pages, as chosen; "" if not
	Coverages []Coverage // the person's own first
}

// On gives the person in the role they have for an account; the zero account
// is that of the first coverage. False: it is none of theirs.
func (c Current) On(account enrollment.AccountID) (Who, bool) {
	for _, cover := range c.Coverages {
		if account.IsZero() || cover.Account == account {
			who := c.Who
			who.Account, who.Role = cover.Account, cover.Role
			return who, true
		}
	}
	return Who{}, false
}

func noSession() error {
	return fault.New(fault.Unauthenticated, CodeNoSession, "You are signed out. Sign in again.")
}

// seenEvery is how often it is noted that somebody is here: not with each of
// the pages that follow one another.
const seenEvery = 30 * time.Second

// Resume finds who is signed in and notes that they were here. A session that
// was revoked, or idle for longer than the profile lets it, is
// Unauthenticated (CodeNoSession).
func (s *Service) Resume(ctx context.Context, id identity.SessionID, from From) (Current, error) {
	var out Current
	var seen time.Duration
	now := s.now()
	err := s.DB.Read(ctx, "resume session", func(tx *store.ReadTx) error {
		session, err := tx.PersonSession(id)
		if missing(err) {
			return noSession()
		}
		if err != nil {
			return err
		}
		seen = now.Sub(session.Seen)
		if identity.Idle(seen, s.Profile.Session.AccountMinutes) || now.Sub(session.Created) > identity.SessionMost {
			return noSession()
		}
		out, err = s.current(tx, session)
		return err
	})
	if err != nil || seen < seenEvery {
		return out, err
	}
	return out, s.DB.InTx(ctx, "still here", func(tx *store.Tx) error {
		tx.TouchPersonSession(id, now)
		return nil
	})
}

func (s *Service) current(tx *store.ReadTx, session store.PersonSession) (Current, error) {
	p, err := tx.Person(session.Person)
	if err != nil {
		return Current{}, err
	}
	links, err := tx.LinksOfPerson(p.ID, s.today(tx))
	out := Current{
		Who: Who{Person: p.ID, Session: session.ID, Role: access.RolePerson, Method: session.Method}, Email: p.Email.Reveal(), Language: p.Language,
	}
	for _, l := range links {
		out.Coverages = append(out.Coverages, coverageOf(l))
	}
	return out, err
}

// Bind ties a session to the browser's session of the pages, by the name of
// the cookie: when the one is revoked, the other is deleted. It is called after
// each renewal of the name.
func (s *Service) Bind(ctx context.Context, id identity.SessionID, token string) error {
	// The session manager keeps the hash of a name, not the name.
	sum := sha256.Sum256([]byte(token))
	return s.DB.InTx(ctx, "bind session", func(tx *store.Tx) error {
		tx.BindPersonSession(id, base64.RawURLEncoding.EncodeToString(sum[:]))
		return nil
	})
}

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, who Who) error {
	return s.DB.InTx(ctx, "sign out", func(tx *store.Tx) error {
		_, err := tx.EndPersonSession(who.Person, who.Session)
		return err
	})
}

// SignOutOne ends another session of the person, or this.
func (s *Service) SignOutOne(ctx context.Context, who Who, id identity.SessionID, from From) error {
	if err := who.May(access.ManageSelf); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "sign out one", func(tx *store.Tx) error {
		was, err := tx.EndPersonSession(who.Person, id)
		if err != nil {
			return err
		}
		if !was {
			return noSuch()
		}
		tx.RecordPersonEvent(store.PersonEvent{Person: who.Person, Kind: store.EventSignedOut, From: from})
		return nil
	})
}

func noSuch() error {
	return fault.New(fault.NotFound, CodeNoSuch, "That is not there any more")
}

// SignOutOthers ends all sessions of the person but this, and forgets the
// remembered devices.
func (s *Service) SignOutOthers(ctx context.Context, who Who, from From) error {
	if err := who.May(access.ManageSelf); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "sign out others", func(tx *store.Tx) error {
		tx.EndPersonSessions(who.Person, who.Session)
		tx.ForgetDevices(who.Person)
		tx.RecordPersonEvent(store.PersonEvent{Person: who.Person, Kind: store.EventSignedOutOthers, From: from})
		return nil
	})
}

package people

import (
	"context"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Security is what A15 shows.
type Security struct {
	Email           string // the person's own, in full
	PasswordChanged civil.Instant
	Factors         []Factor
	BackupCodes     int // left
	Sessions        []Device
	History         []Event // the last ten, the latest first
	Texts           bool    // codes by text message can be set up
	Confirmed       bool    // the password was typed minutes ago: see Confirm
}

// Factor is a second step.
type Factor struct {
	ID    identity.FactorID
	Kind  identity.FactorKind
	Name  string // of a passkey or an app; the masked number of a phone
	Added civil.Instant
	Used  civil.Instant // zero: never
}

// Device is a browser in which the person is signed in.
type Device struct {
	ID      identity.SessionID
	Browser string // "Firefox on Windows", or ""
	Network string // "203.0.113.…", or ""
	Since   civil.Instant
	Seen    civil.Instant
	This    bool
}

// Event is a line of the sign-in history.
type Event struct {
	At      civil.Instant
	What    store.PersonEventKind
	Way     identity.FactorKind // of a sign-in, or of what was added or removed
	Browser string
	Network string
}

// historyLines is how much of the history is shown (A15).
const historyLines = 10

// Security gives what A15 shows.
func (s *Service) Security(ctx context.Context, who Who) (Security, error) {
	if err := who.May(access.ManageSelf); err != nil {
		return Security{}, err
	}
	var out Security
	err := s.DB.Read(ctx, "security", func(tx *store.ReadTx) error {
		p, err := tx.Person(who.Person)
		if err != nil {
			return err
		}
		ways, err := s.ways(tx, who.Person)
		if err != nil {
			return err
		}
		out = Security{
			Email: p.Email.Reveal(), PasswordChanged: p.PasswordAt, BackupCodes: ways.backups, Texts: s.Texts != nil,
			Confirmed: s.confirmed(tx, who) == nil,
		}
		for _, f := range ways.factors {
			out.Factors = append(out.Factors, factorOf(f))
		}
		if out.Sessions, err = s.devices(tx, who); err != nil {
			return err
		}
		out.History, err = history(tx, who.Person)
		return err
	})
	return out, err
}

func factorOf(f store.Factor) Factor {
	out := Factor{ID: f.ID, Kind: f.Kind, Name: f.Name, Added: f.Added, Used: f.Used}
	if f.Kind == identity.FactorText {
		out.Name = identity.MaskPhone(f.Secret.Reveal())
	}
	return out
}

func (s *Service) devices(tx *store.ReadTx, who Who) (all []Device, err error) {
	sessions, err := tx.PersonSessions(who.Person)
	for _, d := range sessions {
		if identity.Idle(s.now().Sub(d.Seen), s.Profile.Session.AccountMinutes) {
			continue
		}
		all = append(all, Device{
			ID: d.ID, Browser: d.Browser, Network: d.Network, Since: s.shown(tx, d.Created), Seen: s.shown(tx, d.Seen), This: d.ID == who.Session,
		})
	}
	return all, err
}

// shown gives a moment of the machine's clock, by which sign-ins last, on the
// clock that everything else on the page was recorded by: a demo's stands on
// another day. Elsewhere they are the same.
func (s *Service) shown(tx *store.ReadTx, at civil.Instant) civil.Instant {
	return tx.Now().Add(-s.now().Sub(at))
}

func history(tx *store.ReadTx, id ID) (all []Event, err error) {
	events, err := tx.PersonEvents(id, historyLines)
	for _, e := range events {
		all = append(all, Event{e.At, e.Kind, e.Way, e.Browser, e.Network})
	}
	return all, err
}

// confirmed tells whether the person typed the password, or signed in, minutes
// ago.
func (s *Service) confirmed(tx *store.ReadTx, who Who) error {
	session, err := tx.PersonSession(who.Session)
	if missing(err) || err == nil && session.Person != who.Person {
		return noSession()
	}
	if err == nil && s.now().Sub(session.Confirmed) > identity.ConfirmMinutes*time.Minute {
		return fault.New(fault.Denied, CodeNotConfirmed, "For your security, type your password again")
	}
	return err
}

// CodeLastFactor marks the last second step, which can be replaced and not
// removed.
const CodeLastFactor = "factor.last"

// RemoveFactor removes a second step, but never the last (CodeLastFactor).
func (s *Service) RemoveFactor(ctx context.Context, who Who, id identity.FactorID, from From) error {
	if err := who.May(access.ManageSelf); err != nil {
		return err
	}
	return s.DB.InTx(ctx, "remove second step", func(tx *store.Tx) error {
		if err := s.confirmed(tx.ReadTx, who); err != nil {
			return err
		}
		factors, err := tx.Factors(who.Person)
		if err != nil {
			return err
		}
		if len(factors) == 1 && factors[0].ID == id {
			return fault.New(fault.Conflict, CodeLastFactor, "This is your only second step. Set up another one first.")
		}
		for _, f := range factors {
			if f.ID == id {
				return s.removed(tx, who, f, from)
			}
		}
		return noSuch()
	})
}

func (s *Service) removed(tx *store.Tx, who Who, f store.Factor, from From) error {
	if _, err := tx.DeleteFactor(who.Person, f.ID); err != nil {
		return err
	}
	// A remembered device has skipped the step that is gone.
	tx.ForgetDevices(who.Person)
	return s.record(tx, who, store.PersonEvent{Kind: store.EventFactorRemoved, Way: f.Kind, From: from})
}

// record keeps an event of the person and mails word of it (M18).
func (s *Service) record(tx *store.Tx, who Who, e store.PersonEvent) error {
	e.Person = who.Person
	tx.RecordPersonEvent(e)
	p, err := tx.Person(who.Person)
	if err != nil {
		return err
	}
	return s.tell(tx, p, e.Kind, e.Way)
}

// NewBackupCodes makes backup codes; the old ones work no more.
func (s *Service) NewBackupCodes(ctx context.Context, who Who, from From) ([]string, error) {
	if err := who.May(access.ManageSelf); err != nil {
		return nil, err
	}
	codes := newBackupCodes()
	err := s.DB.InTx(ctx, "new backup codes", func(tx *store.Tx) error {
		if err := s.confirmed(tx.ReadTx, who); err != nil {
			return err
		}
		if err := putBackupCodes(tx, who.Person, codes); err != nil {
			return err
		}
		return s.record(tx, who, store.PersonEvent{Kind: store.EventBackupCodes, From: from})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

func newBackupCodes() []string {
	codes := make([]string, identity.BackupCodes)
	for i := range codes {
		codes[i] = identity.NewBackupCode(random(16))
	}
	return codes
}

func putBackupCodes(tx *store.Tx, id ID, shown []string) error {
	codes := make([]string, len(shown))
	for i, code := range shown {
		var err error
		if codes[i], err = identity.ReadBackupCode(code); err != nil {
			return err
		}
	}
	tx.PutBackupCodes(id, codes)
	return nil
}

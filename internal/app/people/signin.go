package people

import (
	"context"
	"encoding/base64"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// SignIn is what A2 asks for. Device is the value of the cookie of a remembered
// device, or "".
type SignIn struct {
	Email    string
	Password pii.Secret
	Device   string
	Language string
	From     From
}

// Step is what comes after the first step: signed in already (a remembered
// device), or a second step by one of Ways, the strongest first.
type Step struct {
	Done   *SignedIn
	Ticket Ticket
	Ways   []identity.FactorKind
	Sent   *Sent // a code is on its way
}

// Sent says where a code went, "m•••@example.org" or "(•••) •••-0147", and
// until when it works.
type Sent struct {
	Ticket Ticket
	Way    identity.FactorKind
	To     string
	Until  civil.Instant
}

// SignedIn is a person who has shown all that is needed. The page renews the
// name of its session, puts Session into it, and calls Bind. Device is set when
// the device is to be remembered: the value of a cookie for
// identity.RememberDays.
type SignedIn struct {
	Person  ID
	Session identity.SessionID
	Device  string
	// FirstStep tells that the person has no second step besides e-mail: offer
	// to set one up (F7.3).
	FirstStep bool
}

// CodeNoMatch marks a first step that failed, Unauthenticated: "That email and
// password don't match."
const CodeNoMatch = "sign_in.no_match"

// SignIn is the first step (F8). An unknown address costs the same hashing and
// gives the same answer as a wrong password. Errors: CodeNoMatch,
// CodeThrottled, CodeBusy.
func (s *Service) SignIn(ctx context.Context, in SignIn) (Step, error) {
	email, err := identity.ReadEmail(in.Email)
	if err != nil {
		return Step{}, err
	}
	p, err := s.tryPassword(ctx, email, in.From)
	if err != nil {
		return Step{}, err
	}
	ok, again, err := s.matches(ctx, in.Password, p.PasswordHash)
	if err != nil {
		return Step{}, err
	}
	if !ok {
		return Step{}, s.refuse(ctx, p, in.From)
	}
	return s.second(ctx, p, again, in)
}

// tryPassword counts the try before it is made, so that many at the same time
// are no more tries than one after the other; who gets in has the count set
// back. An unknown address gives a person without a hash.
func (s *Service) tryPassword(ctx context.Context, email string, from From) (store.Person, error) {
	var p store.Person
	if err := s.busy(); err != nil {
		return p, err
	}
	var locked error
	err := s.DB.InTx(ctx, "try password", func(tx *store.Tx) (err error) {
		p, locked = store.Person{}, nil
		if p, err = tx.PersonByEmail(email); err != nil && !missing(err) {
			return err
		}
		if locked = admit(tx.ReadTx, s.signIns(email), s.network(from)); locked != nil {
			return nil
		}
		count(tx, s.signIns(email))
		return nil
	})
	if err == nil {
		err = locked
	}
	return p, err
}

// refuse keeps that a password was wrong. Nothing in it depends on whether the
// person exists but one more line of history.
func (s *Service) refuse(ctx context.Context, p store.Person, from From) error {
	err := s.DB.InTx(ctx, "wrong password", func(tx *store.Tx) error {
		count(tx, s.network(from))
		if p.ID.IsZero() {
			return nil
		}
		tries, err := tx.Tries(s.signIns(p.Email.Reveal()).key, identity.SignInLimit.Window)
		if err != nil {
			return err
		}
		e := store.PersonEvent{Person: p.ID, Kind: store.EventSignInFailed, From: from}
		if identity.SignInLimit.Reached(tries) {
			e.Kind = store.EventLocked
		}
		tx.RecordPersonEvent(e)
		return nil
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Unauthenticated, CodeNoMatch, "That email and password don't match.")
}

// second begins the second step, or skips it on a remembered device.
func (s *Service) second(ctx context.Context, p store.Person, again pii.Secret, in SignIn) (Step, error) {
	code := identity.NewCode(random(16))
	var out Step
	err := s.DB.InTx(ctx, "begin second step", func(tx *store.Tx) error {
		out = Step{}
		if !again.IsZero() {
			tx.RehashPassword(p.ID, p.PasswordHash, again)
		}
		known, err := tx.DeviceKnown(p.ID, in.Device, s.now())
		if err != nil {
			return err
		}
		if known {
			signedIn, err := s.enter(tx, p, entrance{from: in.From})
			out.Done = &signedIn
			return err
		}
		ways, err := s.ways(tx.ReadTx, p.ID)
		if err != nil {
			return err
		}
		st := step{
			Challenge: store.Challenge{Purpose: store.PurposeSignIn, Person: p.ID},
			payload:   payload{Email: p.Email.Reveal(), Language: languageOf(p, in.Language), Phone: ways.phone()},
		}
		if first := ways.kinds()[0]; first == identity.FactorEmail || first == identity.FactorText && s.Texts != nil {
			st.Way = first
		}
		if st, err = s.begin(tx, st, code); err != nil {
			return err
		}
		out = stepOf(st, ways)
		return nil
	})
	return out, err
}

func languageOf(p store.Person, asked string) string {
	if p.Language != "" {
		return p.Language
	}
	return asked
}

func stepOf(st step, ways ways) Step {
	out := Step{Ticket: st.Ticket, Ways: ways.kinds()}
	if st.Way != "" {
		sent := st.sent()
		out.Sent = &sent
	}
	return out
}

// Step gives a sign-in that waits for its second step, to show A3 again.
func (s *Service) Step(ctx context.Context, t Ticket) (out Step, err error) {
	err = s.DB.Read(ctx, "sign-in under way", func(tx *store.ReadTx) error {
		st, err := s.step(tx, t, ID{}, store.PurposeSignIn)
		if err != nil {
			return err
		}
		ways, err := s.ways(tx, st.Person)
		out = stepOf(st, ways)
		return err
	})
	return out, err
}

// ways is the second steps of a person.
type ways struct {
	factors []store.Factor
	backups int
}

func (s *Service) ways(tx *store.ReadTx, id ID) (w ways, err error) {
	if w.factors, err = tx.Factors(id); err != nil {
		return w, err
	}
	w.backups, err = tx.BackupCodes(id)
	return w, err
}

func (w ways) kinds() []identity.FactorKind {
	has := make([]identity.FactorKind, len(w.factors))
	for i, f := range w.factors {
		has[i] = f.Kind
	}
	return identity.Ways(has, w.backups)
}

func (w ways) has(kind identity.FactorKind) bool {
	for _, k := range w.kinds() {
		if k == kind {
			return true
		}
	}
	return false
}

// phone gives the number of the phone that was set up last, or "".
func (w ways) phone() (digits string) {
	for _, f := range w.factors {
		if f.Kind == identity.FactorText {
			digits = f.Secret.Reveal()
		}
	}
	return digits
}

// entrance is how somebody gets in.
type entrance struct {
	way    identity.FactorKind // "" a remembered device
	from   From
	device string // token of this device, if it is to be remembered
	silent bool   // another event tells of it
	alone  bool   // no password was typed: a passkey is both steps
}

// newDevice makes the token of a device that is to be remembered.
func newDevice(remember bool) string {
	if !remember {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(random(32))
}

// enter opens a session.
func (s *Service) enter(tx *store.Tx, p store.Person, e entrance) (SignedIn, error) {
	now := s.now()
	session := store.PersonSession{
		ID: identity.SessionID{UUID: tx.NewID()}, Person: p.ID, Browser: e.from.Browser(), Network: e.from.Coarse(),
		Created: now, Seen: now, Confirmed: now, Method: identity.MethodOf(!e.alone, e.way),
	}
	tx.InsertPersonSession(session)
	tx.ForgetTries(s.signIns(p.Email.Reveal()).key)
	tx.ForgetTries(s.codes(p.Email.Reveal()).key)
	if !e.silent {
		tx.RecordPersonEvent(store.PersonEvent{Person: p.ID, Kind: store.EventSignedIn, Way: e.way, From: e.from})
	}
	if e.device != "" {
		tx.RememberDevice(p.ID, e.device, now.Add(rememberFor))
	}
	factors, err := tx.Factors(p.ID)
	return SignedIn{Person: p.ID, Session: session.ID, Device: e.device, FirstStep: len(factors) == 0}, err
}

// Package people lets people sign up, sign in and say what they want: their
// password and second steps, the browsers they are signed in with, the coverage
// they have connected, who may help them, and how documents reach them
// (R-ACC-1 to R-ACC-3, REG-45, REG-52).
//
// Nobody learns from it whether an e-mail address is known: the answers are the
// same, the work is the same, and what differs is said in the mail alone. Codes
// are kept as keyed hashes, passwords as argon2id, everything that names a
// person encrypted.
package people

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"sync/atomic"

	"github.com/alexedwards/argon2id"
	"github.com/go-webauthn/webauthn/webauthn"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Short names of what the pages handle all the time.
type (
	ID     = identity.PersonID
	Who    = identity.Who
	From   = identity.From
	Ticket = identity.Ticket
)

// Codes of errors that several methods have.
const (
	CodeThrottled      = "person.throttled"       // RateLimited: too many tries, wait
	CodeBusy           = "person.busy"            // Unavailable: too many sign in at this moment
	CodeNoSession      = "person.no_session"      // Unauthenticated: signed out, expired or revoked
	CodeTicket         = "person.ticket"          // NotFound: the step was not begun, took too long, or is done
	CodeNoAccount      = "person.no_account"      // NotFound: the person has no such coverage
	CodeNoSuch         = "person.no_such"         // NotFound: no such device, factor, invitation or helper
	CodeNotConfirmed   = "person.not_confirmed"   // Denied: type the password first (Confirm)
	CodeTextsOff       = "person.texts_off"       // Conflict: no text messages are sent here
	CodeCallsOff       = "person.calls_off"       // Conflict: nobody is called here
	CodePasskeysOff    = "person.passkeys_off"    // Conflict: the portal has a number for an address
	CodePasskeyRefused = "person.passkey_refused" // Invalid: the browser's answer does not hold
)

// Jobs enqueues work in the transaction that calls for it.
type Jobs interface {
	// SendPersonMail asks that Service.SendMail be called for a mail.
	SendPersonMail(tx *store.Tx, id store.PersonMailID) error
}

// Post lays a letter on paper among those to be printed.
type Post interface {
	// PrintCode prints the letter with the code to connect coverage. The code
	// itself is put in when the letter is laid out, and is stored nowhere.
	PrintCode(tx *store.Tx, account enrollment.AccountID, id store.LinkCodeID) error
}

// AutoPay ends what a helper has let the marketplace take.
type AutoPay interface {
	// HelperLeft stops the mandate that a person has given for an account, and
	// owes its members the letter about that. It tells whether there was one.
	HelperLeft(tx *store.Tx, account enrollment.AccountID, person ID, actor string) (bool, error)
}

// Courier takes a mail to its receiver, as notifying.Courier does.
type Courier interface {
	SendPerson(ctx context.Context, m store.PersonMail) error
}

// Texter sends text messages. Its errors are those of a Courier.
type Texter interface {
	Text(ctx context.Context, m Text) error
}

// Caller calls phones and speaks. Its errors are those of a Courier.
type Caller interface {
	Call(ctx context.Context, m Text) error
}

// Text is a text message, or what a call says, on its way. ID is the same on every try.
type Text struct {
	ID        ident.UUID
	WrittenAt civil.Instant
	Language  string
	Number    pii.Secret // ten digits
	Words     pii.Secret // they hold a code
}

// Site is what passkeys are bound to: the portal's own address.
type Site struct {
	Name   string // the marketplace's
	Origin string // "https://pay.example.gov"
}

// Config is what the service works with.
type Config struct {
	DB      *store.DB
	Profile *profile.Profile
	Jobs    Jobs
	Post    Post
	AutoPay AutoPay // nil: there is none
	Letters Letters
	Courier Courier
	Texts   Texter // nil: no text messages are sent
	Calls   Caller // nil: nobody is called
	// BillTexts offers text messages about bills: only where the answers of
	// phones are heard, or STOP would end nothing.
	BillTexts bool
	Site      Site
	Log       *slog.Logger
	// Clock is the machine's: how long a code or a sign-in lasts goes by it, as
	// browsers do, also where the marketplace lives on a virtual one.
	Clock clock.Clock
	// Hashing is what a password costs; nil: what is right for servers.
	Hashing *argon2id.Params
}

// Service does what people want. It is safe for concurrent use.
type Service struct {
	Config

	passkeys *webauthn.WebAuthn
	slots    chan struct{} // one for each password that is hashed at the same time
	waiting  atomic.Int64
	stranger func() (string, error) // the hash that an unknown person's password is compared with
}

// New makes the service.
func New(c Config) (*Service, error) {
	if c.DB == nil || c.Profile == nil || c.Jobs == nil || c.Letters == nil || c.Clock == nil || c.Log == nil {
		panic("people: New needs a database, a profile, jobs, letters, a clock and a log")
	}
	origin, err := url.Parse(c.Site.Origin)
	if err != nil || origin.Hostname() == "" {
		return nil, fault.New(fault.Invalid, "people.origin", "the portal's address must be like https://pay.example.gov, not %q", c.Site.Origin)
	}
	keys, err := newPasskeys(c.Site, origin)
	if err != nil {
		return nil, err
	}
	if c.Hashing == nil {
		c.Hashing = serverHashing
	}
	s := &Service{Config: c, passkeys: keys, slots: make(chan struct{}, hashesAtOnce)}
	s.stranger = s.hashOfNobody()
	return s, nil
}

// newPasskeys makes what checks passkeys, nil where the portal has a number for
// an address, as a demo on one machine does: passkeys are bound to a name.
func newPasskeys(site Site, origin *url.URL) (*webauthn.WebAuthn, error) {
	if net.ParseIP(origin.Hostname()) != nil {
		return nil, nil
	}
	keys, err := webauthn.New(&webauthn.Config{
		RPID: origin.Hostname(), RPDisplayName: site.Name, RPOrigins: []string{origin.Scheme + "://" + origin.Host},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return keys, nil
}

// Passkeys tells whether passkeys can be used here.
func (s *Service) Passkeys() bool { return s.passkeys != nil }

// needPasskeys refuses what begins with a passkey where there are none.
func (s *Service) needPasskeys() error {
	if s.passkeys == nil {
		return fault.New(fault.Conflict, CodePasskeysOff, "This portal has no name that passkeys can be bound to")
	}
	return nil
}

// now is the machine's present moment.
func (s *Service) now() civil.Instant { return s.Clock.Now() }

// today is the business date of a transaction.
func (s *Service) today(tx *store.ReadTx) civil.Date { return s.Profile.Today(tx.Now()) }

// random gives bytes that nobody can guess. It is called outside transactions,
// which may run twice.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand stops the program instead
	return b
}

// missing tells a row that is not there from other errors.
func missing(err error) bool { return err != nil && fault.KindOf(err) == fault.NotFound }

func noTicket() error {
	return fault.New(fault.NotFound, CodeTicket, "This step took too long or is done. Start again.")
}

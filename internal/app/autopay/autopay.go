// Package autopay takes what a member has let the marketplace take: mandates
// and their authorizations, drafts planned with the bill and frozen when the
// file of their day is built, and what a return does (R-AUTO-1 to R-AUTO-8).
//
// A draft is planned after the bill run, so that the bill's letter is the
// notice of its amount (REG-41), and is worked out anew at the cut-off: what is
// paid meanwhile is not taken.
package autopay

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Actor is who does what follows by itself, in entries and the audit trail.
const Actor = "system:autopay"

// Poster posts payments in a transaction of the caller, by the rules that all
// payments share. A transaction that fails because a confirmation number is
// taken is run again with the next try.
type Poster interface {
	PostDebit(tx *store.Tx, d payment.Debit, facts *store.Facts, try int) (payment.Payment, error)
}

// Banks checks a bank account before it is used for the first time (ACH-06),
// and gives the service's reference for the answer.
type Banks interface {
	CheckBank(ctx context.Context, b payment.BankAccount) (string, error)
}

// Jobs enqueues work in the transaction that calls for it.
type Jobs interface {
	// SendMandateLetter asks for a letter about a mandate to be written at once.
	SendMandateLetter(tx *store.Tx, account enrollment.AccountID, id mandate.LetterID) error
}

// Config is what the service works with.
type Config struct {
	DB      *store.DB
	Profile *profile.Profile
	Poster  Poster
	Banks   Banks
	Jobs    Jobs
	Log     *slog.Logger
	// Random draws the amounts of micro-entries; nil: crypto/rand. The simulator
	// hands in a seeded one.
	Random io.Reader
	// Workers is how many chunks are frozen at the same time; 0 means as many as
	// suit the engine.
	Workers int
}

// Service is AutoPay. It is safe for concurrent use.
type Service struct {
	db      *store.DB
	profile *profile.Profile
	poster  Poster
	banks   Banks
	jobs    Jobs
	log     *slog.Logger
	random  io.Reader
	workers int
	chunk   int                     // accounts frozen in one transaction
	kill    func(step string) error // tests only
}

// New makes the service.
func New(c Config) *Service {
	if c.DB == nil || c.Profile == nil || c.Poster == nil || c.Banks == nil || c.Jobs == nil || c.Log == nil {
		panic("autopay: New needs all of its Config but Random and Workers")
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return &Service{db: c.DB, profile: c.Profile, poster: c.Poster, banks: c.Banks, jobs: c.Jobs, log: c.Log, random: c.Random, workers: c.Workers, chunk: freezeChunk}
}

// Who is the person who acts, and what they are to the account.
type Who struct {
	Person ident.UUID
	Role   access.Role
}

func (w Who) actor() string { return string(w.Role) + ":" + w.Person.String() }

// Given is how an authorization was given (ACH-02, REG-40). The wording is
// what the page showed, filled in.
type Given struct {
	Channel     payment.Channel // ChannelWebAccount, ChannelAgent
	Language    string
	TextVersion string
	Wording     string
	Network     string
	SessionHash string
	Method      string // how the person had signed in, an identity.Method: "password+passkey"
}

// Codes of what can stand in the way.
const (
	CodeDay           = "autopay.day"            // not one of the days to choose
	CodeCapLow        = "autopay.cap_low"        // field "cap": below the first amount
	CodeNoticeOver    = "autopay.notice_over"    // field "notice_over": not more than $0
	CodeNotSaved      = "autopay.bank_not_saved" // field "bank_account"
	CodeOn            = "autopay.on"             // there is a mandate already: change it
	CodeOff           = "autopay.off"            // there is none to change or stop
	CodeTooLate       = "autopay.too_late"       // the payment is with the bank: stop after it
	CodeNothingHeld   = "autopay.nothing_held"   // nothing waits for an answer
	CodeAmountChanged = "autopay.amount_changed" // another amount waits than was shown
	CodeOther         = "autopay.other"          // the operation id was used for something else
	CodeInUse         = "autopay.bank_in_use"    // AutoPay uses this bank account: choose another first
	CodeNoWording     = "autopay.no_wording"     // an authorization without its words
	CodeNickname      = "bank.nickname"          // field "nickname": too long
	CodeNoCoverage    = "autopay.no_coverage"    // nobody is covered: there is nothing to pay
)

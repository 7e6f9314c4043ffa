// Package paying takes money: it finds a payer's bill, stores the wish to pay,
// and settles it exactly once, whatever crashes, repeats or keeps silent in
// between (R-PAY-6, R-PAY-7, architecture section 6).
//
// The browser's return, the processor's webhook, the poll of the waiting page
// and the sweep after a restart all end in Settle, which may be called in any
// order and any number of times.
package paying

import (
	"context"
	"fmt"
	"log/slog"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Actors of what this package does, in entries and the audit trail.
const (
	actorGuest  = "payer:web_guest"
	actorSystem = "system:paying"
)

// Jobs enqueues work in the transaction that calls for it.
type Jobs interface {
	// SendReceipt asks for the receipt of a payment to be sent, or the word that
	// there is none.
	SendReceipt(tx *store.Tx, account enrollment.AccountID, operation payment.OperationID) error
	// TextReceipt asks for the receipt to go to the number that the payer gave.
	TextReceipt(tx *store.Tx, account enrollment.AccountID, operation payment.OperationID) error
	// CheckCard asks for a card payment to be looked up at the processor.
	CheckCard(tx *store.Tx, operation payment.OperationID) error
}

// Links makes the addresses that the processor sends the payer's browser back
// to. They hold the operation id and nothing personal.
type Links interface {
	CardSuccess(operation payment.OperationID, language string) string
	CardCancel(operation payment.OperationID, language string) string
}

// Config is what the service works with.
type Config struct {
	DB        *store.DB
	Profile   *profile.Profile
	Jobs      Jobs
	Links     Links
	Gateway   payment.CardGateway // nil when no card is taken
	Validator payment.AccountValidator
	Mailer    Mailer // nil: nobody can leave an address to be told of a bill
	Texts     bool   // a payer may give a number for a text with the receipt
	Log       *slog.Logger
}

// Service takes payments. It is safe for concurrent use.
type Service struct {
	db        *store.DB
	profile   *profile.Profile
	jobs      Jobs
	links     Links
	gateway   payment.CardGateway
	validator payment.AccountValidator
	mailer    Mailer
	texts     bool
	log       *slog.Logger
}

// New makes the service.
func New(c Config) *Service {
	if c.DB == nil || c.Profile == nil || c.Jobs == nil || c.Links == nil || c.Validator == nil || c.Log == nil {
		panic("paying: New needs all of its Config but the gateway")
	}
	return &Service{c.DB, c.Profile, c.Jobs, c.Links, c.Gateway, c.Validator, c.Mailer, c.Texts, c.Log}
}

// TextsReceipts tells whether a payer may give a number for a text with the
// receipt.
func (s *Service) TextsReceipts() bool { return s.texts }

// NewOperation makes the birth certificate of a payment, when its form is
// first shown.
func (s *Service) NewOperation() payment.OperationID {
	return payment.OperationID{UUID: s.db.NewID()}
}

// confirmation gives the number of an operation's payment. It is a keyed hash
// that nobody can guess. Ten characters are few: some in ten million payments
// share the number of an earlier one, and are given the next that is tried.
func (s *Service) confirmation(id payment.OperationID, try int) ident.Confirmation {
	text := id.String()
	if try > 0 {
		text = fmt.Sprintf("%s %d", text, try)
	}
	return ident.NewConfirmation(s.db.Vault().Index("confirmation", text))
}

// postingTries bounds how many confirmation numbers are tried.
const postingTries = 4

// transactor is how a transaction is run: in the store's line, or alone.
type transactor func(ctx context.Context, op string, fn func(*store.Tx) error) error

// inLine is for a transaction on one account.
func (s *Service) inLine(account enrollment.AccountID) transactor {
	return func(ctx context.Context, op string, fn func(*store.Tx) error) error {
		return s.db.InLine(ctx, op, account, fn)
	}
}

// posting runs a transaction that posts a payment, and runs it again with the
// next confirmation number when something it writes is there already.
func (s *Service) posting(ctx context.Context, run transactor, op string, fn func(tx *store.Tx, try int) error) error {
	var err error
	for try := range postingTries {
		err = run(ctx, op, func(tx *store.Tx) error { return fn(tx, try) })
		if !fault.Is(err, store.CodeDuplicate) {
			break
		}
	}
	return err
}

// intent reads an intent.
func (s *Service) intent(ctx context.Context, id payment.OperationID) (i store.IntentRow, err error) {
	err = s.db.Read(ctx, "intent", func(tx *store.ReadTx) error {
		i, err = tx.Intent(id)
		return err
	})
	return i, err
}

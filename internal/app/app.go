// Package app puts the marketplace together: it opens the database, makes the
// use cases and runs the work that follows commits. Edges reach the store only
// through it.
package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
	"quittance.org/quittance/internal/store/vault"
)

// DatabaseConfig says which database to open and with which keys.
type DatabaseConfig struct {
	URL      string // "sqlite:PATH" or "postgres://…"
	KeysDir  string // the folder of the encryption keys
	MakeKeys bool   // make keys when there are none: the demo, and first starts on SQLite
	Clock    clock.Clock
	MaxConns int32
	Room     int64          // bytes that the database may still grow, for tests of a full disk; 0: no bound
	Volatile bool           // commits do not wait for the disk: for a database that is thrown away
	Serves   bool           // many are answered at the same time, which may take more memory
	Written  *store.Written // collects what is written for; nil if nobody asks
}

// Database is an open, migrated database.
type Database struct {
	db *store.DB
}

// OpenDatabase opens the database. PostgreSQL must have been migrated.
func OpenDatabase(ctx context.Context, c DatabaseConfig) (*Database, error) {
	if err := store.Recognize(ctx, c.URL); err != nil {
		return nil, err
	}
	open := vault.Open
	if c.MakeKeys {
		open = vault.OpenOrCreate
	}
	keys, err := open(c.KeysDir)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, c.URL, store.Options{Clock: c.Clock, Vault: keys, MaxConns: c.MaxConns, Room: c.Room, Volatile: c.Volatile, Serves: c.Serves})
	if err != nil {
		return nil, err
	}
	db.Collect(c.Written)
	d := &Database{db}
	if db.Engine() == "sqlite" {
		if err := queue.Migrate(ctx, db); err != nil {
			db.Close()
			return nil, err
		}
	}
	return d, nil
}

// Migrate brings the database and the job queue's tables up to date.
func (d *Database) Migrate(ctx context.Context) error {
	if err := d.db.Migrate(ctx); err != nil {
		return err
	}
	return queue.Migrate(ctx, d.db)
}

// CheckVersion refuses a database that is not ours, or not of this program's
// version.
func (d *Database) CheckVersion(ctx context.Context) error { return d.db.CheckVersion(ctx) }

// Engine names the engine: "sqlite" or "postgres".
func (d *Database) Engine() string { return d.db.Engine() }

// SpareProcessor gives Go one processor more than there are, where that lets more
// people pay at the same moment, until undone.
func (d *Database) SpareProcessor() (undo func()) { return d.db.SpareProcessor() }

// Close lets go of the database.
func (d *Database) Close() { d.db.Close() }

// Verify re-derives the invariants.
func (d *Database) Verify(ctx context.Context, p *profile.Profile) (verifying.Report, error) {
	return verifying.New(d.db, p).Verify(ctx)
}

// Letters writes the letters that the marketplace sends.
type Letters interface {
	notifying.Letters
	Receipt(r *paying.Receipt) (notifying.Letter, error)
	Unpaid(i payment.Intent) (notifying.Letter, error)
}

// Config is what the use cases work with besides the database.
type Config struct {
	Profile   *profile.Profile
	Links     paying.Links
	Gateway   payment.CardGateway // nil when no card is taken
	Validator payment.AccountValidator
	BankLink  ach.Link // nil: nothing goes to the bank or comes from it
	Courier   notifying.Courier
	Letters   Letters
	// People writes to people who sign in; nil: nobody can. Origin is the portal's
	// address, which passkeys are bound to; Texts sends codes to phones, nil: none;
	// Calls speaks them, nil: nobody is called. BillTexts offers texts about bills:
	// only where what phones answer is heard.
	People    people.Letters
	Origin    string
	Texts     people.Texter
	Calls     people.Caller
	BillTexts bool
	Fonts     fs.FS  // of printed letters; nil when none is printed
	PrintDir  string // where the business day lays printed letters out; "": nothing is printed, and waits
	Log       *slog.Logger
	// Random draws the amounts of micro-entries; nil: crypto/rand. The simulator
	// hands in a seeded one.
	Random io.Reader
	// DayBegins is when a running marketplace runs a business date; nil: never
	// by itself.
	DayBegins *profile.TimeOfDay
	// Heartbeats says on record that people are served, so that a time in which
	// nobody was is noticed (R-CAL-3). Of a demo nobody is: its clock is moved and
	// it is stopped at will.
	Heartbeats bool
	// BillWorkers is how many chunks the nightly bill run bills at the same time;
	// 0 means as many as suit the engine.
	BillWorkers int
	// PayPlaces is how many people may be in the pages of paying at the same time;
	// who comes after waits in line. 0: as many as come.
	PayPlaces int
	// VerifiesElsewhere leaves the proof of the books out of the business day: the
	// simulator proves them itself, more often and not all of them each time.
	VerifiesElsewhere bool
}

// App is the marketplace.
type App struct {
	Admitting   *admitting.Service // nil: as many may pay at the same time as come
	AutoPay     *autopay.Service
	Billing     *billing.Service
	Closing     *closing.Service
	Collecting  *collecting.Service
	Enrolling   *enrolling.Service
	Exchanging  *exchanging.Service
	Originating *originating.Service
	Paying      *paying.Service
	Receiving   *receiving.Service
	Notifying   *notifying.Service
	People      *people.Service // nil: nobody can sign in
	Verifying   *verifying.Service
	Sessions    *Sessions

	db      *store.DB
	config  Config
	queue   *queue.Queue
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// New makes the use cases on a database.
func New(d *Database, c Config) (*App, error) {
	a := &App{db: d.db, config: c, Sessions: NewSessions(d.db, clock.System())}
	a.Billing = billing.New(d.db, c.Profile)
	a.Collecting = collecting.New(d.db, c.Profile)
	a.Enrolling = enrolling.New(d.db, a)
	a.Exchanging = exchanging.New(d.db, c.Profile)
	a.Verifying = verifying.New(d.db, c.Profile)
	a.Notifying = notifying.New(notifying.Config{
		DB: d.db, Profile: c.Profile, Courier: c.Courier, Texts: billTexts(c), Letters: c.Letters, Jobs: a, Fonts: c.Fonts,
	})
	a.Paying = paying.New(paying.Config{
		DB: d.db, Profile: c.Profile, Jobs: a, Links: c.Links, Gateway: c.Gateway, Validator: c.Validator, Mailer: a.mailer(), Texts: billTexts(c) != nil,
		Log: c.Log,
	})
	a.AutoPay = autopay.New(autopay.Config{
		DB: d.db, Profile: c.Profile, Poster: a.Paying, Banks: a.Paying, Jobs: a, Log: c.Log, Random: c.Random, Workers: c.BillWorkers,
	})
	a.Receiving = receiving.New(receiving.Config{
		DB: d.db, Profile: c.Profile, Payments: a.Paying, AutoPay: a.AutoPay, Refunds: originating.Refunds{}, Link: c.BankLink, Log: c.Log,
	})
	a.Originating = originating.New(originating.Config{DB: d.db, Profile: c.Profile, Link: c.BankLink, Guard: a.Receiving, Payments: a.Paying, Log: c.Log})
	if c.PayPlaces > 0 {
		a.Admitting = admitting.New(admitting.Config{
			DB: d.db, Clock: clock.System(), Places: c.PayPlaces, Stay: time.Duration(c.Profile.Guest.SessionMinutes) * time.Minute, Log: c.Log,
		})
	}
	workers := queue.NewWorkers()
	queue.HandleLetter(workers, a.sendReceipt)
	queue.HandleLetter(workers, a.sendMessage)
	queue.Handle(workers, a.sendText)
	queue.Handle(workers, a.textReceipt)
	queue.Handle(workers, a.checkCard)
	queue.Handle(workers, a.firstBill)
	if err := a.openPeople(c, workers); err != nil {
		return nil, err
	}
	queue.Handle(workers, a.sendMandateLetter)
	a.Closing = closing.New(d.db, c.Profile, a.steps())
	var err error
	a.queue, err = queue.New(d.db, workers, quiet(c.Log))
	return a, err
}

// quiet keeps the queue's own chatter out of the log: warnings pass.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(atLeastWarn{log.Handler()}) }

type atLeastWarn struct{ slog.Handler }

func (h atLeastWarn) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// Health tells whether the database answers.
func (a *App) Health(ctx context.Context) error {
	return a.db.Read(ctx, "health", func(tx *store.ReadTx) error {
		_, err := tx.AccountsAfter(enrollment.AccountID{}, 1)
		return err
	})
}

// sweepEvery is how often unsettled payments and old rows are looked for.
const sweepEvery = 5 * time.Second

// Start works jobs, sweeps and runs business days until Stop. The first sweep
// runs at once: it settles what a crash left unknown.
func (a *App) Start(ctx context.Context) error {
	ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := a.queue.Start(ctx); err != nil {
		return err
	}
	a.running.Go(func() {
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for {
			a.sweep(ctx)
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	if a.config.Heartbeats {
		a.beat(ctx)
	}
	if begins := a.config.DayBegins; begins != nil {
		a.running.Go(func() { a.runDays(ctx, *begins) })
		if a.config.BankLink != nil {
			a.running.Go(func() { a.watchBank(ctx) })
		}
	}
	return nil
}

func (a *App) sweep(ctx context.Context) {
	if _, err := a.Paying.Sweep(ctx); err != nil && !errors.Is(err, context.Canceled) {
		a.config.Log.ErrorContext(ctx, "sweep of unsettled payments", "error", err)
	}
	if a.People != nil {
		if err := a.People.Sweep(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.config.Log.ErrorContext(ctx, "sweep of old sign-ins", "error", err)
		}
		if err := a.People.TellPaid(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.config.Log.ErrorContext(ctx, "word of payments by others", "error", err)
		}
	}
	if _, err := a.Paying.TellWaiting(ctx); err != nil && !errors.Is(err, context.Canceled) {
		a.config.Log.ErrorContext(ctx, "word to who waits for a bill", "error", err)
	}
	if _, err := a.Notifying.SendTextsDue(ctx); err != nil && !errors.Is(err, context.Canceled) {
		a.config.Log.ErrorContext(ctx, "texts that waited for the morning", "error", err)
	}
	err := a.db.InTx(ctx, "sweep web", func(tx *store.Tx) error {
		tx.DeleteSessions(a.Sessions.clock.Now())
		tx.DeleteTries(a.triesKept())
		tx.DeleteBillWaits()
		return nil
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		a.config.Log.ErrorContext(ctx, "sweep of old sessions", "error", err)
	}
}

// stopWithin is how long jobs under way may take to finish.
const stopWithin = 10 * time.Second

// Stop finishes the jobs under way and stops. Jobs not begun stay enqueued.
func (a *App) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err := a.queue.Stop(ctx)
	a.cancel()
	a.running.Wait()
	return err
}

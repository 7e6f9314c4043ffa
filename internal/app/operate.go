package app

import (
	"context"
	"log/slog"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/vault"
)

// CreateKeys makes fresh encryption keys in a folder that has none.
func CreateKeys(dir string) error {
	_, err := vault.Create(dir)
	return err
}

// RotateKeys adds a new encryption key to a folder.
func RotateKeys(dir string) error { return vault.Rotate(dir) }

// Billing makes the billing use cases alone, for commands that need no more.
func (d *Database) Billing(p *profile.Profile) *billing.Service { return billing.New(d.db, p) }

// Enrolling makes the enrolling use cases alone. First bills are not enqueued:
// the command issues them itself after the import.
func (d *Database) Enrolling() *enrolling.Service { return enrolling.New(d.db, nil) }

// Originating makes the use cases of files to the bank alone. Without a link
// nothing is sent.
func (d *Database) Originating(p *profile.Profile, link ach.Link) *originating.Service {
	return originating.New(originating.Config{DB: d.db, Profile: p, Link: link, Guard: d.Receiving(p)})
}

// AutoPay makes the use cases of AutoPay alone, for commands that look.
func (d *Database) AutoPay(p *profile.Profile) *autopay.Service {
	return autopay.New(autopay.Config{
		DB: d.db, Profile: p, Poster: (*paying.Service)(nil), Banks: (*paying.Service)(nil), Jobs: (*App)(nil), Log: slog.New(slog.DiscardHandler),
	})
}

// SendFile brings a file to the bank that was just released, unless a business
// day is being run: closing.CodeElsewhere.
func (d *Database) SendFile(ctx context.Context, p *profile.Profile, link ach.Link, name string) (f store.ACHFile, err error) {
	err = closing.New(d.db, p, (&App{}).steps()).Alone(ctx, func(ctx context.Context) (err error) {
		f, err = d.Originating(p, link).SendFile(ctx, name)
		return err
	})
	return f, err
}

// DayStatus tells about the last business dates, and about older ones that are
// not complete.
func (d *Database) DayStatus(ctx context.Context, p *profile.Profile, last int) (closing.Status, error) {
	return closing.New(d.db, p, (&App{}).steps()).Status(ctx, last)
}

// CountAccounts counts the accounts, for progress bars.
func (d *Database) CountAccounts(ctx context.Context) (n int, err error) {
	err = d.db.Read(ctx, "count accounts", func(tx *store.ReadTx) error {
		n, err = tx.CountAccounts()
		return err
	})
	return n, err
}

// Opinions gives what payers answered to the question after a payment, by month.
func (d *Database) Opinions(ctx context.Context) (all []store.Opinions, err error) {
	err = d.db.Read(ctx, "opinions", func(tx *store.ReadTx) error {
		all, err = tx.Opinions()
		return err
	})
	return all, err
}

// exceptionsShown is how many accounts a command lists.
const exceptionsShown = 20

// BillExceptions gives the first accounts that are set aside for a month.
func (d *Database) BillExceptions(ctx context.Context, month civil.Month) (list []store.BillException, err error) {
	err = d.db.Read(ctx, "bill exceptions", func(tx *store.ReadTx) error {
		list, err = tx.BillExceptions(month, exceptionsShown)
		return err
	})
	return list, err
}

// Aside gives what the steps of business days could not do and what waits for a
// person, the oldest first.
func (d *Database) Aside(ctx context.Context, limit int) (all []store.Aside, err error) {
	err = d.db.Read(ctx, "set aside", func(tx *store.ReadTx) error {
		all, err = tx.Aside(limit)
		return err
	})
	return all, err
}

// Collecting makes the use cases on coverage alone, for commands of staff.
func (d *Database) Collecting(p *profile.Profile) *collecting.Service {
	return collecting.New(d.db, p)
}

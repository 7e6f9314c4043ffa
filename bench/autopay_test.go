package bench_test

import (
	"context"
	"flag"
	"log/slog"
	"testing"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

var drafts = flag.Int("drafts", 20_000, "accounts with AutoPay in the benchmark of a cut-off")

// BenchmarkAutoPay plans the drafts of a bill run, freezes them at the cut-off
// and builds the file to the bank. scripts/with-postgres go test ./bench -run xxx
// -bench AutoPay -benchtime 1x -drafts 1000000
func BenchmarkAutoPay(b *testing.B) {
	for b.Loop() {
		m := newMarket(b, "postgres", *drafts)
		m.mandates(b)
		step(b, "billed", func(ctx context.Context) (int, error) {
			done, err := billing.New(m.db, m.profile).Run(ctx, billing.RunInput{Month: m.profile.CoverageMonthBilledOn(firstDay)})
			return done.Billed, err
		})
		m.tidy(b)
		log := slog.New(slog.DiscardHandler)
		posting := paying.New(paying.Config{DB: m.db, Profile: m.profile, Jobs: noJobs{}, Links: noLinks{}, Validator: noValidator{}, Log: log})
		s := autopay.New(autopay.Config{DB: m.db, Profile: m.profile, Poster: posting, Banks: posting, Jobs: noJobs{}, Log: log})
		step(b, "planned", func(ctx context.Context) (int, error) {
			done, err := s.Plan(ctx, firstDay)
			return done.Planned + done.Held, err
		})
		m.exec(b, "UPDATE draft SET state = 'planned', reason = '', released = TRUE") // every member says yes
		m.tidy(b)
		evening := mandate.FiledOn(firstDay.Month().On(15))
		step(b, "frozen", func(ctx context.Context) (int, error) {
			done, err := s.Freeze(ctx, evening)
			return done.Frozen, err
		})
		m.tidy(b)
		files := originating.New(originating.Config{DB: m.db, Profile: m.profile, Log: log})
		step(b, "filed", func(ctx context.Context) (int, error) {
			done, err := files.Build(ctx, evening)
			return done.Entries, err
		})
		if peak, err := peakMemory(); err == nil {
			b.ReportMetric(peak, "peak-MB")
		}
	}
}

// noJobs is asked for nothing: the members of the benchmark have no e-mail.
type noJobs struct{}

func (noJobs) SendReceipt(*store.Tx, enrollment.AccountID, payment.OperationID) error { return nil }

func (noJobs) CheckCard(*store.Tx, payment.OperationID) error { return nil }

func (noJobs) SendMandateLetter(*store.Tx, enrollment.AccountID, mandate.LetterID) error { return nil }

func step(b *testing.B, name string, do func(context.Context) (int, error)) {
	b.Helper()
	started := clock.Start()
	n, err := do(b.Context())
	if err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	took := clock.Elapsed(started).Seconds()
	b.Logf("%s: %d in %.1f s, %.0f a second", name, n, took, float64(n)/took)
	b.ReportMetric(float64(n)/took, name+"/s")
}

// mandates turns AutoPay on for every account, on the 15th.
func (m *market) mandates(b *testing.B) {
	b.Helper()
	var after enrollment.AccountID
	for {
		var page []enrollment.AccountID
		err := m.db.InTx(b.Context(), "mandates", func(tx *store.Tx) (err error) {
			if page, err = tx.AccountsAfter(after, 1000); err != nil {
				return err
			}
			for _, id := range page {
				if err := mandateOf(tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if len(page) < 1000 {
			return
		}
		after = page[len(page)-1]
	}
}

func mandateOf(tx *store.Tx, id enrollment.AccountID) error {
	bank, err := tx.PutBankAccount(payment.BankAccount{
		AccountID: id, HolderName: "A MEMBER", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
	}, "bench")
	terms := mandate.Terms{BankAccount: bank, Day: 15, Notice: mandate.NoticeAlways}
	operation := tx.NewID()
	m := mandate.Mandate{
		ID: mandate.ID{UUID: operation}, AccountID: id, Person: operation, Terms: terms, First: money.Dollars(100), State: mandate.Active,
		StateOn: firstDay, LiveAt: tx.Now(), AuthorizedAt: tx.Now(), Version: 1,
	}
	tx.InsertMandate(m, "bench")
	tx.InsertGrant(operation, mandate.Authorization{
		Mandate: m.ID, AccountID: id, Version: 1, TextVersion: "1", Language: "en", Wording: "I agree.", Person: operation, Terms: terms, At: tx.Now(),
	})
	return err
}

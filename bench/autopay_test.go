package bench_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

var drafts = flag.Int("drafts", 20_000, "debits in the benchmark of a cut-off")

// BenchmarkAutoPay takes a cut-off from the bill run to the bank's yes: it plans
// a draft for each of exactly -drafts bills, freezes them in the evening, builds
// the file, writes it to nowhere and once more to the bank over SFTP, which is
// another process. Then moov-io/ach writes the same entries. The memory of each
// step is what the kernel saw of this process.
//
//	scripts/with-postgres --durable go test ./bench -run xxx -bench "AutoPay$" -benchtime 1x -timeout 1h -drafts 1000000
func BenchmarkAutoPay(b *testing.B) {
	for b.Loop() {
		m := emptyMarket(b, "postgres")
		m.populate(b, *drafts, true)
		step(b, "authorized", m.mandates)
		step(b, "billed", func(ctx context.Context) (int, error) {
			done, err := billing.New(m.db, m.profile).Run(ctx, billing.RunInput{Month: m.profile.CoverageMonthBilledOn(firstDay)})
			return done.Billed, err
		})
		m.tidy(b)
		c := m.cutoff(b)
		c.step(b, "planned", func(ctx context.Context) (int, error) {
			done, err := c.drafts.Plan(ctx, firstDay)
			return done.Planned + done.Held, err
		})
		m.exec(b, "UPDATE draft SET state = 'planned', reason = '', released = TRUE") // every member says yes
		m.exec(b, "VACUUM ANALYZE draft")
		m.clock.Run(c.evening.In(m.profile.Zone()).Add(20*time.Hour + time.Minute))
		c.step(b, "frozen", func(ctx context.Context) (int, error) {
			done, err := c.drafts.Freeze(ctx, c.evening)
			return done.Frozen, err
		})
		c.step(b, "filed", func(ctx context.Context) (int, error) {
			done, err := c.files.Build(ctx, c.evening)
			return done.Entries, err
		})
		c.handOver(b)
		c.step(b, "moov-io", func(ctx context.Context) (int, error) { return m.writeWithLibrary(ctx) })
		report.table(fmt.Sprintf("A cut-off of %d debits", *drafts), []string{"step", "seconds", "a second", "peak MB of this process"}, c.rows)
	}
}

// cutoff is a market on the way to its bank.
type cutoff struct {
	*market
	drafts  *autopay.Service
	files   *originating.Service
	evening civil.Date
	rows    [][]string // of the report
}

func (m *market) cutoff(b *testing.B) *cutoff {
	b.Helper()
	c := &cutoff{market: m, evening: mandate.FiledOn(firstDay.Month().On(15))}
	log := slog.New(slog.DiscardHandler)
	posting := paying.New(paying.Config{DB: m.db, Profile: m.profile, Jobs: noJobs{}, Links: noLinks{}, Validator: noValidator{}, Log: log})
	c.drafts = autopay.New(autopay.Config{DB: m.db, Profile: m.profile, Poster: posting, Banks: posting, Jobs: noJobs{}, Log: log})
	c.files = originating.New(originating.Config{DB: m.db, Profile: m.profile, Link: written{m.bank(b, c.evening), c}, Log: log})
	return c
}

// step is step with the most memory that this process had meanwhile.
func (c *cutoff) step(b *testing.B, name string, do func(context.Context) (int, error)) {
	b.Helper()
	forgetPeak()
	n, took := step(b, name, do)
	if n != *drafts {
		b.Fatalf("%s: %d of %d", name, n, *drafts)
	}
	peak, err := peakMemory()
	if err != nil {
		b.Fatal(err)
	}
	c.rows = append(c.rows, []string{name, fmt.Sprintf("%.1f", took), fmt.Sprintf("%.0f", float64(n)/took), fmt.Sprintf("%.0f", peak)})
}

// handOver has a second person release the file, which is larger than one may
// send, and brings it to the bank.
func (c *cutoff) handOver(b *testing.B) {
	b.Helper()
	status, err := c.files.Status(b.Context())
	if err != nil || len(status.Files) != 1 {
		b.Fatalf("%d files, %v", len(status.Files), err)
	}
	f := status.Files[0]
	if f.State == ach.FileHeld {
		by := access.Actor{Name: "staff:bench", Role: access.RoleTreasury}
		if err := c.files.Release(b.Context(), f.Name, by, "as planned"); err != nil {
			b.Fatal(err)
		}
	}
	c.step(b, "sent", func(ctx context.Context) (int, error) {
		sent, err := c.files.Send(ctx, c.evening)
		if err == nil && sent.Acknowledged != 1 {
			status, _ := c.files.Status(ctx)
			err = fmt.Errorf("the bank has not said yes: %+v, %s", sent, status.Files[0].Answer)
		}
		return f.Entries, err
	})
}

// noJobs is asked for nothing: the members of the benchmark have no e-mail.
type noJobs struct{}

func (noJobs) TextReceipt(*store.Tx, enrollment.AccountID, payment.OperationID) error { return nil }
func (noJobs) SendReceipt(*store.Tx, enrollment.AccountID, payment.OperationID) error { return nil }

func (noJobs) CheckCard(*store.Tx, payment.OperationID) error { return nil }

func (noJobs) SendMandateLetter(*store.Tx, enrollment.AccountID, mandate.LetterID) error { return nil }

func step(b *testing.B, name string, do func(context.Context) (int, error)) (n int, seconds float64) {
	b.Helper()
	started := clock.Start()
	n, err := do(b.Context())
	if err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	took := clock.Elapsed(started).Seconds()
	b.Logf("%s: %d in %.1f s, %.0f a second", name, n, took, float64(n)/took)
	b.ReportMetric(float64(n)/took, name+"/s")
	return n, took
}

// mandates turns AutoPay on for every account, on the 15th.
func (m *market) mandates(ctx context.Context) (int, error) {
	var done atomic.Int64
	err := m.db.InChunks(ctx, "mandates", store.Chunks{
		Next: func(tx *store.ReadTx, after enrollment.AccountID) ([][]enrollment.AccountID, error) {
			page, err := tx.AccountsAfter(after, 500)
			if len(page) == 0 {
				return nil, err
			}
			return [][]enrollment.AccountID{page}, err
		},
		Do: func(ctx context.Context, ids []enrollment.AccountID) (int, error) {
			return int(done.Add(int64(len(ids)))), m.db.InBulk(ctx, "mandates", ids[0], ids[len(ids)-1], func(tx *store.Tx) error {
				for _, id := range ids {
					if err := mandateOf(tx, id); err != nil {
						return err
					}
				}
				return nil
			})
		},
		Failed: func(_ context.Context, _ enrollment.AccountID, cause error) error { return cause },
	})
	return int(done.Load()), err
}

// banks are routing numbers of the members' banks. One alone would give a file
// of round numbers of entries a hash of 0, which moov-io/ach refuses.
var banks = []string{"110000000", "231380104"}

func mandateOf(tx *store.Tx, id enrollment.AccountID) error {
	raw := id.Raw()
	bank, err := tx.PutBankAccount(payment.BankAccount{
		AccountID: id, HolderName: "A MEMBER", Type: payment.AccountChecking, Routing: banks[int(raw[15])%len(banks)], Number: pii.NewSecret("000123456789"),
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

package originating_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// BenchmarkEvening files, writes and sends the debits of an evening, 100,000 or
// QUITTANCE_BENCH_ENTRIES, on PostgreSQL if there is one, else on SQLite.
//
//	QUITTANCE_BENCH_ENTRIES=1000000 scripts/with-postgres go test -run xxx -bench Evening -benchtime 1x -timeout 1h ./internal/app/originating
func BenchmarkEvening(b *testing.B) {
	entries := 100_000
	if n, err := strconv.Atoi(os.Getenv("QUITTANCE_BENCH_ENTRIES")); err == nil {
		entries = n
	}
	for b.Loop() {
		evening(b, entries)
	}
}

func evening(b *testing.B, entries int) {
	b.Helper()
	c := virtual.Standing(storetest.Noon)
	open := storetest.OpenSQLite
	if os.Getenv(storetest.PostgresVariable) != "" {
		open = storetest.OpenPostgres
	}
	w := newBench(apptest.New(b, open(b, c), c))
	w.limit(func(l *ach.Limit) { l.Entries, l.Debits = 10_000_000, apptest.Amount("9999999999.99") })
	p := *w.Profile
	p.ACH.DayEntries, p.ACH.DayDebits = profile.Always(10_000_000), profile.Always(apptest.Amount("9999999999.99"))
	w.Profile = &p
	w.restart()
	w.bank.forgets = true
	w.waiting(entries)
	peak, stop := heapPeak()
	start := clock.Start()
	w.build("2026-11-20")
	built := clock.Elapsed(start)
	start = clock.Start()
	w.send("2026-11-20")
	sent := clock.Elapsed(start)
	stop()
	f := w.files()[0]
	if f.State != ach.FileSent || f.Entries != entries {
		b.Fatalf("%s holds %d entries and is %s", f.Name, f.Entries, f.State)
	}
	b.ReportMetric(built.Seconds(), "build-s")
	b.ReportMetric(sent.Seconds(), "send-s")
	b.ReportMetric(float64(f.Bytes)/1e6, "file-MB")
	b.ReportMetric(float64(peak.Load())/1e6, "heap-MB")
}

// waiting queues debits of 1,000 households: copies of one each, made in SQL.
func (b *bench) waiting(entries int) {
	b.TB.Helper()
	homes := b.Crowd(min(1000, entries), apptest.Medical("2026-12", "100.00").Renewed())
	b.InTx(func(tx *store.Tx) error {
		for _, h := range homes {
			id, err := tx.PutBankAccount(payment.BankAccount{
				AccountID: h.Account, HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
			}, "bench")
			if err != nil {
				return err
			}
			tx.PutACHEntry(ach.Entry{
				ID: tx.NewACHEntryID(), AccountID: h.Account, Kind: ach.KindDebit, PaymentID: payment.ID{UUID: tx.NewID()}, Bank: id,
				SEC: ach.WEB, Type: ach.Recurring, Amount: apptest.Amount("100.00"), SettleOn: b.Today(),
			})
		}
		return nil
	})
	id := `gen_random_uuid()`
	if b.DB.Engine() == "sqlite" {
		id = `randomblob(16)`
	}
	err := b.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + strconv.Itoa(entries/len(homes)-1) + `)
		INSERT INTO ach_entry (account_id, ach_entry_id, kind, payment_id, bank_account_id, sec_code, payment_type, amount_cents, state, settle_on)
		SELECT account_id, ` + id + `, kind, payment_id, bank_account_id, sec_code, payment_type, amount_cents, state, settle_on FROM ach_entry, n`)
	if err == nil && b.DB.Engine() == "postgres" {
		err = b.exec("ANALYZE")
	}
	if err != nil {
		b.TB.Fatal(err)
	}
}

// heapPeak watches the heap until it is stopped.
func heapPeak() (peak *atomic.Uint64, stop func()) {
	peak = &atomic.Uint64{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(50 * time.Millisecond)
		defer ticker.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return peak, func() { cancel(); <-done }
}

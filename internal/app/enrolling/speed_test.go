package enrolling_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// longFile makes the rows of a file as they are read, so that only the import
// takes memory.
type longFile struct {
	households, next int
	rest             []byte
}

func (f *longFile) Read(p []byte) (int, error) {
	if len(f.rest) == 0 {
		switch {
		case f.next > f.households:
			return 0, io.EOF
		case f.next == 0:
			f.rest = []byte(file())
		default:
			id := sub(uint64(f.next))
			f.rest = []byte(row("subscriber_id", id))
			if f.next%3 == 0 {
				f.rest = append(f.rest, dental("subscriber_id", id)...)
			}
		}
		f.next++
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// BenchmarkImport imports new households; memory must not grow with their
// number, but for a few bytes for each Subscriber ID.
func BenchmarkImport(b *testing.B) {
	for _, households := range []int{2_000, 20_000, 100_000} {
		for _, engine := range []string{"sqlite", "postgres"} {
			b.Run(fmt.Sprintf("%s/%d", engine, households), func(b *testing.B) {
				for b.Loop() {
					importLong(b, engine, households)
				}
			})
		}
	}
}

func importLong(b *testing.B, engine string, households int) {
	b.Helper()
	target := "sqlite:" + b.TempDir() + "/bench.db"
	if engine == "postgres" {
		if os.Getenv(storetest.PostgresVariable) == "" {
			b.Skipf("%s is not set", storetest.PostgresVariable)
		}
		target = storetest.PostgresURL(b)
	}
	db, err := store.Open(b.Context(), target, store.Options{Clock: clock.System(), Vault: storetest.Vault()})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var peak uint64
	started := clock.Start()
	r, err := enrolling.New(db, nil).Import(b.Context(), enrolling.ImportInput{
		Reader: &longFile{households: households},
		Progress: func(int64) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapInuse)
		},
	})
	if err != nil || r.Accepted != int64(households) {
		b.Fatalf("got %+v, %v", r, err)
	}
	if peak > 64<<20 {
		b.Errorf("%d MB of memory for %d households: must not grow with the file", peak>>20, households)
	}
	b.ReportMetric(float64(households)/(float64(clock.Elapsed(started))/float64(time.Second)), "households/s")
	b.ReportMetric(float64(peak>>20), "MB")
}

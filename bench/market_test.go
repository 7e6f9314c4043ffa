package bench_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/internal/store/vault"
	"quittance.org/quittance/profiles"
	"quittance.org/quittance/sandbox/population"
)

const (
	planYear = 2027
	seed     = 20261124
	// carriers is how many carriers the spread half of the accounts has; the
	// other half is all with one.
	carriers = 200
)

// The two bill days that are run: the first bills, and a month later the
// second ones, when nobody has paid the first.
var (
	firstDay  = civil.MustParseDate("2026-12-01")
	secondDay = civil.MustParseDate("2027-01-01")
)

// market is a marketplace in a database of its own.
type market struct {
	db      *store.DB
	clock   *virtual.Clock
	profile *profile.Profile
	target  string
	keys    string // folder
}

// households writes an enrollment file as it is read, so that a million
// households take no memory. Households with even numbers are all with one
// carrier, the others with one of many.
type households struct {
	people *population.Population
	n      int
	owing  bool // only those who have a share to pay
}

func (h households) reader() io.Reader {
	r, w := io.Pipe()
	go func() {
		file := enrollcsv.NewWriter(w)
		for n, written := 0, 0; written < h.n; n++ {
			household, err := h.people.Household(n)
			if err == nil && (!h.owing || owes(household)) {
				written++
				sell(household, n)
				err = file.Write(household)
			}
			if err != nil {
				w.CloseWithError(err)
				return
			}
		}
		w.CloseWithError(file.Flush())
	}()
	return r
}

// owes tells whether a household's first bill is for more than nothing.
func owes(h *enrollcsv.Household) bool {
	january := firstDay.Month().Next()
	for _, e := range h.Enrollments {
		for _, s := range e.Segments {
			if !s.From.After(january) && !s.To.Before(january) && s.Premium.Member.IsPositive() {
				return true
			}
		}
	}
	return false
}

// sell moves a household to the plans of its carrier.
func sell(h *enrollcsv.Household, n int) {
	carrier := "ONE"
	if n%2 == 1 {
		carrier = fmt.Sprintf("C%03d", n/2%carriers)
	}
	for i := range h.Enrollments {
		e := &h.Enrollments[i]
		e.CarrierID, e.CarrierName = carrier, "Carrier "+carrier
		e.PlanID, e.PlanName = carrier+"-MED", "Medical"
		if e.Kind == enrollment.KindDental {
			e.PlanID, e.PlanName = carrier+"-DEN", "Dental"
		}
	}
}

// newMarket makes a marketplace with n accounts.
func newMarket(b *testing.B, engine string, n int) *market {
	b.Helper()
	m := emptyMarket(b, engine)
	m.populate(b, n, false)
	return m
}

func emptyMarket(b *testing.B, engine string) *market {
	b.Helper()
	keys := b.TempDir()
	if _, err := vault.Create(keys); err != nil {
		b.Fatal(err)
	}
	target := "sqlite:" + filepath.Join(b.TempDir(), "bench.db")
	if engine == "postgres" {
		if os.Getenv(storetest.PostgresVariable) == "" {
			b.Skipf("%s is not set: use scripts/bench", storetest.PostgresVariable)
		}
		target = storetest.PostgresURL(b)
	}
	m, err := openMarket(b.Context(), target, keys, firstDay, true)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(m.db.Close)
	return m
}

// openMarket opens a database on the morning of a day, as quittance serve does or
// as a command.
func openMarket(ctx context.Context, target, keys string, day civil.Date, serves bool) (*market, error) {
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(keys)
	if err != nil {
		return nil, err
	}
	morning := day.In(p.Zone()).Add(9 * time.Hour)
	running := virtual.Running(morning)
	db, err := store.Open(ctx, target, store.Options{Clock: running, Vault: v, MaxConns: 8, Serves: serves})
	if err != nil {
		return nil, err
	}
	if err := queue.Migrate(ctx, db); err != nil {
		db.Close()
		return nil, err
	}
	return &market{db: db, clock: running, profile: p, target: target, keys: keys}, nil
}

func (m *market) populate(b *testing.B, n int, owing bool) {
	b.Helper()
	people, err := population.New(seed, planYear)
	if err != nil {
		b.Fatal(err)
	}
	started := clock.Start()
	r, err := enrolling.New(m.db, nil).Import(b.Context(), enrolling.ImportInput{
		Name: "bench.csv", Actor: "bench", Reader: households{people, n, owing}.reader(),
	})
	if err != nil || r.Accepted != int64(n) {
		b.Fatalf("import: %+v, %v", r, err)
	}
	b.Logf("%s: %d households imported in %.0f s", m.db.Engine(), n, clock.Elapsed(started).Seconds())
	m.tidy(b)
}

// tidy does what the engine's own housekeeping would have done by the time a
// real marketplace is that large.
func (m *market) tidy(b *testing.B) {
	b.Helper()
	if m.db.Engine() != "postgres" {
		return
	}
	m.exec(b, "VACUUM ANALYZE")
	m.exec(b, "CHECKPOINT")
}

// exec runs a statement as the server's superuser, in the market's database.
func (m *market) exec(b *testing.B, statement string) {
	b.Helper()
	asSuperuser(b, m.databaseName(b), statement)
}

// asSuperuser runs a statement in a database of the PostgreSQL server.
func asSuperuser(b *testing.B, database, statement string) {
	b.Helper()
	ctx := context.WithoutCancel(b.Context()) // it may be a clean-up
	config, err := pgx.ParseConfig(os.Getenv(storetest.PostgresVariable))
	if err != nil {
		b.Fatal(err)
	}
	config.Database = database
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		b.Fatalf("%s: %v", statement, err)
	}
}

func (m *market) databaseName(b *testing.B) string {
	b.Helper()
	config, err := pgx.ParseConfig(m.target)
	if err != nil {
		b.Fatal(err)
	}
	return config.Database
}

// file is the path of an SQLite market.
func (m *market) file() string { return strings.TrimPrefix(m.target, "sqlite:") }

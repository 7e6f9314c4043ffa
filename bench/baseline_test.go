package bench_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/ncruces/go-sqlite3/driver"

	"quittance.org/quittance/internal/store/storetest"
)

// tpcb is pgbench's TPC-B on the same server, in a database of its own.
type tpcb struct {
	program string
	args    []string
}

const tpcbScale = 50

func newTPCB(b *testing.B) *tpcb {
	b.Helper()
	config, err := pgx.ParseConfig(os.Getenv(storetest.PostgresVariable))
	if err != nil {
		b.Fatal(err)
	}
	t := &tpcb{program: findPgbench(b), args: []string{
		"-h", config.Host, "-p", fmt.Sprint(config.Port), "-U", config.User, "pgbench",
	}}
	asSuperuser(b, config.Database, "DROP DATABASE IF EXISTS pgbench")
	asSuperuser(b, config.Database, "CREATE DATABASE pgbench")
	b.Cleanup(func() { asSuperuser(b, config.Database, "DROP DATABASE pgbench WITH (FORCE)") })
	t.pgbench(b, "-i", "-q", "-s", strconv.Itoa(tpcbScale))
	return t
}

func (t *tpcb) pgbench(b *testing.B, args ...string) string {
	b.Helper()
	output, err := exec.CommandContext(b.Context(), t.program, slices.Concat(args, t.args)...).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench %v: %v\n%s", args, err, output)
	}
	return string(output)
}

var tpsLine = regexp.MustCompile(`tps = ([0-9.]+)`)

// run gives transactions per second, with pgbench's own query protocol
// ("simple", which it uses unless told otherwise) or another.
func (t *tpcb) run(b *testing.B, protocol string, clients int) float64 {
	b.Helper()
	output := t.pgbench(b, "-M", protocol, "-n", "-j", "2", "-c", strconv.Itoa(clients), "-T", fmt.Sprintf("%.0f", slice.Seconds()))
	found := tpsLine.FindStringSubmatch(output)
	if found == nil {
		b.Fatalf("pgbench gave no rate:\n%s", output)
	}
	tps, err := strconv.ParseFloat(found[1], 64)
	if err != nil {
		b.Fatal(err)
	}
	return tps
}

// findPgbench finds pgbench on the PATH or, as on Debian, beside the server.
func findPgbench(b *testing.B) string {
	b.Helper()
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if len(found) == 0 {
		b.Skip("there is no pgbench to compare with: run scripts/install-deps")
	}
	return slices.Max(found)
}

// singleRows inserts one row per durable commit into an SQLite file with the
// same settings as ours, and a large cache: a row of four columns with an index besides the key.
type singleRows struct {
	ctx context.Context
	db  *sql.DB
	n   int
}

func newSingleRows(b *testing.B) *singleRows {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(b.TempDir(), "rows.db")+
		"?_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		"CREATE TABLE item (id INTEGER PRIMARY KEY, account TEXT NOT NULL, cents INTEGER NOT NULL, day TEXT NOT NULL) STRICT",
		"CREATE INDEX item_account ON item (account)",
	} {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	return &singleRows{ctx: b.Context(), db: db}
}

func (s *singleRows) insert() error {
	s.n++
	tx, err := s.db.BeginTx(s.ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	account := fmt.Sprintf("%08x", uint32(s.n)*2654435761)
	if _, err := tx.ExecContext(s.ctx, "INSERT INTO item (id, account, cents, day) VALUES (?, ?, ?, '2026-12-01')", s.n, account, s.n); err != nil {
		return err
	}
	return tx.Commit()
}

package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// A database is worked on by the program of its version and no other (S10).
func TestCheckVersion(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		if err := db.CheckVersion(t.Context()); err != nil {
			t.Errorf("a new one: %v", err)
		}
		storetest.Sabotage(t, db, `UPDATE goose_db_version SET version_id = version_id + 1000`)
		if err := db.CheckVersion(t.Context()); !fault.Is(err, "store.too_new") || !strings.Contains(err.Error(), "use the newer program") {
			t.Errorf("a newer one: %v", err)
		}
		storetest.Sabotage(t, db, `UPDATE goose_db_version SET version_id = version_id - 1001`)
		if err := db.CheckVersion(t.Context()); !fault.Is(err, "store.too_old") || !strings.Contains(err.Error(), "quittance migrate") {
			t.Errorf("an older one: %v", err)
		}
	})
}

// A PostgreSQL database with nothing of ours in it is said to be one.
func TestCheckVersionOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	storetest.PostgresURL(t) // fails without a server
	db, err := store.Open(t.Context(), os.Getenv(storetest.PostgresVariable), store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.CheckVersion(t.Context()); !fault.Is(err, "store.not_ours") || !strings.Contains(err.Error(), "quittance migrate") {
		t.Errorf("got %v", err)
	}
}

// A file in which identifiers are text is written anew: with all its rows,
// guards and keys, in tables like those of a new file.
func TestFileWithIdentifiersAsText(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "text.db")
	old, err := store.MakeTextSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	const account, entry, other = "01930000-0000-7000-8000-00000000000a", "01930000-0000-7000-8000-00000000000b", "01930000-0000-7000-8000-00000000000c"
	for _, text := range []string{
		`INSERT INTO account (account_id, kind, subscriber_id, first_name, last_name, birth_date_enc, birth_date_idx, zip, language, email, created_at)
			VALUES ('` + account + `', 'individual', 'S1', 'Ana', 'Testperson', x'01', x'02', '02108', 'en', '', '2026-11-20T19:00:00.000000Z')`,
		`INSERT INTO account_alias (alias, kind, account_id) VALUES ('A1', 'billing_number', '` + account + `')`,
		`INSERT INTO entry (account_id, entry_id, kind, effective_on, recorded_at, source_kind, source_id, actor, reason, reverses_id) VALUES
			('` + account + `', '` + entry + `', 'payment', '2026-11-20', '2026-11-20T19:00:00.000000Z', 'payment', '` + other + `', '', '', NULL),
			('` + account + `', '` + other + `', 'reversal', '2026-11-20', '2026-11-20T19:00:00.000000Z', 'payment', '` + other + `', '', '', '` + entry + `')`,
	} {
		if _, err := old.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
		if err != nil {
			t.Fatal(err)
		}
		check(t, db, "SELECT id_text(account_id) || ' ' || subscriber_id || ' ' || hex(birth_date_enc) FROM account", account+" S1 01")
		check(t, db, "SELECT a.alias || ' ' || typeof(a.account_id) FROM account_alias a JOIN account b ON b.account_id = a.account_id", "A1 blob")
		check(t, db, "SELECT id_text(entry_id) || ' ' || source_id || ' ' || COALESCE(id_text(reverses_id), 'none') FROM entry ORDER BY entry_id", entry+" "+other+" none", other+" "+other+" "+entry)
		golden, err := os.ReadFile("testdata/schema.sqlite.txt")
		if err != nil {
			t.Fatal(err)
		}
		schema := strings.Join(texts(t, db, schemaSQLite), "\n") + "\n"
		if diff := cmp.Diff(strings.ReplaceAll(string(golden), `"`, ""), strings.ReplaceAll(schema, `"`, "")); diff != "" {
			t.Errorf("tables (-new file +written anew):\n%s", diff)
		}
		for _, harm := range []string{
			"DELETE FROM entry", // append-only
			"INSERT INTO account_alias (alias, kind, account_id) VALUES ('A2', 'billing_number', x'00')", // no such account
		} {
			if err := db.InTx(t.Context(), "harm", func(tx *store.Tx) error { return tx.ExecText(harm) }); err == nil {
				t.Errorf("%s: done", harm)
			}
		}
		db.Close()
	}
}

func check(t *testing.T, db *store.DB, query string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, texts(t, db, query)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", query, diff)
	}
}

func texts(t *testing.T, db *store.DB, query string) (lines []string) {
	t.Helper()
	err := db.Read(t.Context(), "texts", func(tx *store.ReadTx) error {
		return tx.EachText(query, func(scan func(...any) error) error {
			var line string
			err := scan(&line)
			lines = append(lines, line)
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

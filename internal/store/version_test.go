package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
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
	for _, text := range append(oldIntents("'"+account+"'", "'"+entry+"'", "'"+other+"'"), []string{
		`INSERT INTO account (account_id, kind, subscriber_id, first_name, last_name, birth_date_enc, birth_date_idx, zip, language, email, created_at)
			VALUES ('` + account + `', 'individual', 'S1', 'Ana', 'Testperson', x'01', x'02', '02108', 'en', '', '2026-11-20T19:00:00.000000Z')`,
		`INSERT INTO account_alias (alias, kind, account_id) VALUES ('A1', 'billing_number', '` + account + `')`,
		`INSERT INTO entry (account_id, entry_id, kind, effective_on, recorded_at, source_kind, source_id, actor, reason, reverses_id) VALUES
			('` + account + `', '` + entry + `', 'payment', '2026-11-20', '2026-11-20T19:00:00.000000Z', 'payment', '` + other + `', '', '', NULL),
			('` + account + `', '` + other + `', 'reversal', '2026-11-20', '2026-11-20T19:00:00.000000Z', 'payment', '` + other + `', '', '', '` + entry + `')`,
	}...) {
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
		checkMoved(t, db, account, entry, other)
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

// What payers agreed to before it was kept with the intent is there now, word for
// word, on each engine.
func TestAuthorizationsMoveToTheirIntents(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		authorizationsMove(t, "sqlite:"+filepath.Join(t.TempDir(), "old.db"), func(id string) string { return "x'" + strings.ReplaceAll(id, "-", "") + "'" })
	})
	if os.Getenv(storetest.PostgresVariable) == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		authorizationsMove(t, storetest.PostgresURL(t), func(id string) string { return "'" + id + "'" })
	})
}

func authorizationsMove(t *testing.T, target string, id func(string) string) {
	t.Helper()
	const account, agreed, none = "01930000-0000-7000-8000-00000000000a", "01930000-0000-7000-8000-00000000000b", "01930000-0000-7000-8000-00000000000c"
	old, err := store.MakeOld(t.Context(), target, 44)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range oldIntents(id(account), id(agreed), id(none)) {
		if _, err := old.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), target, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkMoved(t, db, account, agreed, none)
	err = db.InTx(t.Context(), "harm", func(tx *store.Tx) error { return tx.ExecText("UPDATE intent SET wording = 'No.'") })
	if err == nil {
		t.Error("what was agreed to can be changed")
	}
}

// oldIntents are two intents of an account as they were before, of which one is
// of somebody who agreed to something.
func oldIntents(account, agreed, none string) []string {
	intent := func(id, state string) string {
		return `INSERT INTO intent (intent_id, account_id, channel, method, amount_cents, state, input_hash, processor, session_ref, reason, email, language,
				submitted_at, updated_at, expires_at, number_enc)
			VALUES (` + id + `, ` + account + `, 'web_guest', 'bank', 100, '` + state + `', 'h', 'p', 'r', 'd', 'e', 'es',
				'2026-11-20T19:00:00.000000Z', '2026-11-20T20:00:00.000000Z', '2026-11-20T21:00:00.000000Z', NULL)`
	}
	return []string{
		intent(agreed, "succeeded"), intent(none, "pending"),
		`INSERT INTO payment_authorization (account_id, intent_id, text_version, language, wording, network, session_hash, authorized_at)
			VALUES (` + account + `, ` + agreed + `, 'es-1', 'es', 'I agree.', '192.0.2.7', 'c0ffee', '2026-11-20T19:00:00.000000Z')`,
	}
}

func checkMoved(t *testing.T, db *store.DB, account, agreed, none string) {
	t.Helper()
	const rest = "succeeded h p r d e es 2026-11-20T19:00:00.000000Z 2026-11-20T20:00:00.000000Z 2026-11-20T21:00:00.000000Z"
	err := db.Read(t.Context(), "intents", func(tx *store.ReadTx) error {
		var lines []string
		for _, id := range []string{agreed, none} {
			key, err := ident.ParseUUID(id)
			if err != nil {
				return err
			}
			i, err := tx.Intent(payment.OperationID{UUID: key})
			if err != nil {
				return err
			}
			lines = append(lines, fmt.Sprintf("%s %s %s %s %v %s %s %s %s %s %s %s %s %s %s %q", i.AccountID, i.Channel, i.Method, i.Amount, i.Texted(),
				i.State, i.InputHash, i.Processor, i.SessionRef, i.Reason, i.Email, i.Language, i.SubmittedAt, i.UpdatedAt, i.ExpiresAt, i.Authorization))
		}
		rest := account + " web_guest bank 1.00 false " + rest
		want := []string{rest + ` {"es-1" "I agree." "192.0.2.7" "c0ffee"}`, strings.Replace(rest, "succeeded", "pending", 1) + ` {"" "" "" ""}`}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("intents (-want +got):\n%s", diff)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	check(t, db, "SELECT id_text(intent_id) FROM intent WHERE text_version IS NULL AND wording IS NULL AND network IS NULL AND session_hash IS NULL", none)
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

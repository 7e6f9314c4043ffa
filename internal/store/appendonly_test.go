package store_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// anyRow puts one row into each append-only table; {id} is a key, {at} a
// moment, {on} a day, {blob} some bytes and {no} is false.
var anyRow = map[string]string{
	"entry":                 `INSERT INTO entry VALUES ({id}, {id}, 'charge', {on}, {at}, '', '', '', '', NULL)`,
	"transfer":              `INSERT INTO transfer VALUES ({id}, {id}, 1, 'a', '', 'b', '', 1)`,
	"charge":                `INSERT INTO charge VALUES ({id}, {id}, {id}, '2026-12', 1, 'charge', 'C', 0, 0, 0, 0, {on}, {no}, {on}, NULL, 0, NULL)`,
	"bill":                  `INSERT INTO bill VALUES ({id}, {id}, '1', 'monthly', '2026-12', 1, {on}, {on}, 1, '{}', {at}, 'L')`,
	"payment":               `INSERT INTO payment VALUES ({id}, {id}, {id}, '', '', 1, 'X', '', '', '', '', {at}, {on}, {on}, {at})`,
	"application":           `INSERT INTO application VALUES ({id}, {id}, {id}, {id}, 'apply', 1, {id}, {on})`,
	"payment_return":        `INSERT INTO payment_return VALUES ({id}, {id}, '', 1, {on}, {id})`,
	"decision":              `INSERT INTO decision VALUES ({id}, {id}, {id}, 'end', '2026-12', {on}, {on}, '', '', '', {at}, NULL)`,
	"audit":                 `INSERT INTO audit VALUES ({id}, {id}, '', '', '', '', '', {at})`,
	"premium_segment":       `INSERT INTO premium_segment VALUES ({id}, {id}, 1, '2026-12', '2026-12', 0, 0, 0, 0)`,
	"inbound_reject":        `INSERT INTO inbound_reject (file_id, line, seq, column_no, field, code, message) VALUES ({id}, 1, 1, 1, '', '', '')`,
	"waiver":                `INSERT INTO waiver VALUES ({id}, {id}, {id}, '2026-12', '2026-12', 50, 0, '', {on}, {on}, '')`,
	"waiver_decision":       `INSERT INTO waiver_decision VALUES ({id}, {id}, {id}, NULL, 'denied', '2026-12', '2026-12', 'x', {on}, {on}, '', '')`,
	"waived":                `INSERT INTO waived VALUES ({id}, {id}, {id}, 'waive', 1, {id}, {on})`,
	"arrangement":           `INSERT INTO arrangement VALUES ({id}, {id}, {id}, {on}, '2026-12', '', '')`,
	"installment":           `INSERT INTO installment VALUES ({id}, {id}, {on}, 1)`,
	"person_event":          `INSERT INTO person_event VALUES ({id}, {id}, 'signed_in', '', '', '', '', {at})`,
	"delivery_choice":       `INSERT INTO delivery_choice VALUES ({id}, {id}, 'bill', 'paper', {id}, '', '', '', '', '', '', '', {at})`,
	"text_consent":          `INSERT INTO text_consent VALUES ({id}, {id}, {id}, 'on', 'page', {blob}, {blob}, '', '', '', '', '', '', {at})`,
	"ach_return":            `INSERT INTO ach_return VALUES ({id}, {id}, 'debit', 'R01', 'other', 1, {on}, {no})`,
	"ach_guard_release":     `INSERT INTO ach_guard_release VALUES ({id}, '', 'a', 'b', '', {on}, {at})`,
	"mandate_authorization": `INSERT INTO mandate_authorization VALUES ({id}, {id}, 1, {id}, NULL, {id}, 15, NULL, 'always', 0, 'v', '', 'w', '', '', '', '', {at}, '')`,
	"mandate_event":         `INSERT INTO mandate_event VALUES ({id}, {id}, {id}, 'active', '', {on}, '', {at})`,
	"inbound_file_part":     `INSERT INTO inbound_file_part VALUES ({id}, 1, {blob})`,
}

// firstColumn is a column that an UPDATE can set to itself.
func firstColumn(table string) string {
	switch {
	case strings.HasPrefix(table, "inbound"):
		return "file_id"
	case table == "person_event":
		return "person_id"
	case table == "ach_guard_release":
		return "release_id"
	}
	return "account_id"
}

func TestAppendOnlyTablesRefuseEdits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		tables := slices.Sorted(maps.Keys(anyRow))
		if diff := cmp.Diff(slices.Sorted(slices.Values(store.AppendOnly)), tables); diff != "" {
			t.Fatalf("append-only tables (-store +test):\n%s", diff)
		}
		values := strings.NewReplacer("{id}", "id'01930000-0000-7000-8000-00000000000a'", "{at}", "'2026-11-20T19:00:00.000000Z'",
			"{on}", "'2026-11-20'", "{blob}", "X'00'", "{no}", "0")
		kinds := []string{"UPDATE %[1]s SET %[2]s = %[2]s", "DELETE FROM %[1]s"}
		want := "append-only: "
		if db.Engine() == "postgres" {
			values = strings.NewReplacer("{id}", "id'01930000-0000-7000-8000-00000000000a'", "{at}", "'2026-11-20T19:00:00Z'",
				"{on}", "'2026-11-20'", "{blob}", `'\x00'`, "{no}", "false")
			kinds = append(kinds, "TRUNCATE %[1]s")
			want = "permission denied for table "
		}
		for _, table := range tables {
			storetest.Sabotage(t, db, values.Replace(anyRow[table]))
			for _, kind := range kinds {
				edit := fmt.Sprintf(kind, table, firstColumn(table))
				if err := asProduct(t.Context(), db, edit); err == nil || !strings.Contains(err.Error(), want+table) {
					t.Errorf("%s: got %v, want a refusal", edit, err)
				}
			}
		}
	})
}

// Of an intent only what becomes of it changes: not what was asked for, nor what
// its payer agreed to, nor that nobody was asked (S11, ACH-04).
func TestIntentsRefuseEdits(t *testing.T) {
	t.Parallel()
	changes := []string{"state", "session_ref", "reason", "updated_at"}
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		columns, want := "SELECT name FROM pragma_table_info('intent')", "append-only: intent"
		kinds := []string{"DELETE FROM intent", "UPDATE intent SET wording = 'x' WHERE wording IS NULL"}
		if db.Engine() == "postgres" {
			columns, want = "SELECT column_name FROM information_schema.columns WHERE table_name = 'intent'", "permission denied for table intent"
			kinds = append(kinds, "TRUNCATE intent")
		}
		const one, other, at = "id'01930000-0000-7000-8000-00000000000a'", "id'01930000-0000-7000-8000-00000000000b'", "'2026-11-20T19:00:00.000000Z'"
		storetest.Sabotage(t, db, `INSERT INTO intent VALUES
			(`+one+`, `+one+`, '', '', 1, '', '', '', '', '', '', '', `+at+`, `+at+`, NULL, NULL, 'v', 'w', 'n', 's'),
			(`+other+`, `+one+`, '', '', 1, '', '', '', '', '', '', '', `+at+`, `+at+`, NULL, NULL, NULL, NULL, NULL, NULL)`)
		names := texts(t, db, columns)
		if len(names) != 20 {
			t.Fatalf("columns: %v", names)
		}
		for _, name := range names {
			if edit := "UPDATE intent SET " + name + " = " + name; !slices.Contains(changes, name) {
				kinds = append(kinds, edit)
			} else if err := asProduct(t.Context(), db, edit); err != nil {
				t.Errorf("%s: %v", edit, err)
			}
		}
		for _, edit := range kinds {
			if err := asProduct(t.Context(), db, edit); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want a refusal", edit, err)
			}
		}
	})
}

// asProduct runs SQL in a transaction of the product.
func asProduct(ctx context.Context, db *store.DB, text string) error {
	return db.InTx(ctx, "edit", func(tx *store.Tx) error { return tx.ExecText(text) })
}

// The tables that are meant to change must not be locked by mistake.
func TestReadModelsCanBeEdited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		for _, table := range []string{"open_charge", "open_credit", "unbilled", "clearing_item", "account"} {
			if err := asProduct(t.Context(), db, "DELETE FROM "+table); err != nil {
				t.Errorf("%s: %v", table, err)
			}
		}
	})
}

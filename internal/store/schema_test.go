package store_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files")

// What all migrations come to on each engine is a golden file, so that whoever
// reviews a migration sees its effect, and none changes what was released (S10).
func TestSchemaIsTheGoldenOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		schema := schemaPostgres
		if db.Engine() == "sqlite" {
			schema = schemaSQLite
		}
		got := strings.Join(texts(t, db, schema), "\n") + "\n"
		golden := filepath.Join("testdata", "schema."+db.Engine()+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("the schema is another one; see what changed with: go test ./internal/store -run Golden -update (-want +got)\n%s", diff)
		}
	})
}

// The job queue and goose have tables of their own.
const schemaSQLite = `
	SELECT sql || ';' FROM sqlite_schema
	WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tbl_name NOT LIKE 'river\_%' ESCAPE '\' AND tbl_name NOT LIKE 'goose\_%' ESCAPE '\'
	ORDER BY tbl_name, CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 ELSE 3 END, name`

// schemaPostgres is of the catalogue: columns, constraints, indexes, what the
// owner may not do with a table's rows, and in which columns all the same.
const schemaPostgres = `
	WITH ours AS (
		SELECT c.oid, c.relname AS name FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname !~ '^(river|goose)_'
	)
	SELECT line FROM (
		SELECT name, 1 AS part, 0::bigint AS n, '' AS key, 'TABLE ' || name
			|| COALESCE((SELECT ' WITH (' || array_to_string(reloptions, ', ') || ')' FROM pg_class WHERE oid = ours.oid AND reloptions IS NOT NULL), '') AS line FROM ours
		UNION ALL
		SELECT name, 2, a.attnum, '', '  ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
			|| CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
		FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid LEFT JOIN pg_attrdef d ON d.adrelid = ours.oid AND d.adnum = a.attnum
		WHERE a.attnum > 0 AND NOT a.attisdropped
		UNION ALL
		SELECT name, 3, 0, k.contype::text || pg_get_constraintdef(k.oid), '  ' || pg_get_constraintdef(k.oid)
		FROM ours JOIN pg_constraint k ON k.conrelid = ours.oid WHERE k.contype IN ('p', 'u', 'c', 'f')
		UNION ALL
		SELECT name, 4, 0, i.relname::text, '  ' || pg_get_indexdef(i.oid)
		FROM ours JOIN pg_index x ON x.indrelid = ours.oid JOIN pg_class i ON i.oid = x.indexrelid
		WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.oid)
		UNION ALL
		SELECT name, 5, 0, p, '  NO ' || p FROM ours, unnest(ARRAY['DELETE', 'TRUNCATE', 'UPDATE']) AS p WHERE NOT has_table_privilege(ours.oid, p)
		UNION ALL
		SELECT name, 6, a.attnum, '', '  BUT UPDATE ' || a.attname FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid
		WHERE a.attnum > 0 AND NOT a.attisdropped AND NOT has_table_privilege(ours.oid, 'UPDATE') AND has_column_privilege(ours.oid, a.attnum, 'UPDATE')
	) all_of_it
	ORDER BY name COLLATE "C", part, n, key COLLATE "C"`

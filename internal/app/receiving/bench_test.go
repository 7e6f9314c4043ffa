package receiving_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store/storetest"
)

// BenchmarkSettleFile settles one file of many debits, as many as
// QUITTANCE_ENTRIES says: what the morning after a large AutoPay day takes. On
// PostgreSQL when there is one.
func BenchmarkSettleFile(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("QUITTANCE_ENTRIES"))
	if err != nil {
		n = 10_000
	}
	clock := virtual.Standing(storetest.Noon)
	for range b.N {
		b.StopTimer()
		db := storetest.OpenSQLite(b, clock)
		if os.Getenv(storetest.PostgresVariable) != "" {
			db = storetest.OpenPostgres(b, clock)
		}
		w := newBench(apptest.New(b, db, clock))
		crowd(w, n)
		on := w.after(1)
		text := statementText(on, bankLine{"166", int64(n) * 1000, "ACH-20261120-A.ach", ""})
		b.StartTimer()
		if _, err := w.service.Take(b.Context(), "statement", strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		apptest.Check(b, "cash", w.balance("cash.operating"), fmt.Sprint(n*1000))
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "entries/s")
}

// crowd puts the debits of many accounts with the bank, in one file, as rows.
func crowd(w *bench, n int) {
	w.TB.Helper()
	series := fmt.Sprintf("WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < %d) ", n)
	key := func(kind string) string {
		if w.DB.Engine() == "postgres" {
			return "CAST('01930000-0000-7" + kind + "-8000-' || LPAD(CAST(n AS TEXT), 12, '0') AS UUID)"
		}
		return "unhex('0193000000007" + kind + "8000' || SUBSTR('000000000000' || n, -12))"
	}
	cast := func(kind, text string) string {
		if w.DB.Engine() == "postgres" {
			return "CAST(" + text + " AS " + kind + ")"
		}
		return text
	}
	file := "id'01930000-0000-7fff-8000-000000000000'"
	day := cast("DATE", "'2026-11-23'")
	text := series + "INSERT INTO clearing_item (account_id, item_id, clearing, payment_id, amount_cents, opened_on) SELECT " +
		key("000") + ", " + key("001") + ", 'clearing.ach', " + key("002") + ", 1000, " + day + " FROM s;" +
		series + "INSERT INTO ach_entry (account_id, ach_entry_id, kind, payment_id, bank_account_id, sec_code, payment_type, amount_cents, state, settle_on, file_id, file_seq, trace, trace_round) SELECT " +
		key("000") + ", " + key("003") + ", 'debit', " + key("002") + ", " + key("004") + ", 'WEB', 'S', 1000, 'filed', " + day + ", " +
		cast("UUID", file) + ", n, CAST(110000000000000 + n AS TEXT), 0 FROM s;" +
		"INSERT INTO ach_file (file_id, bank_on, modifier, settle_on, name, state, bank_routing, bank_name, origin, origin_name, company_name, company_id, description," +
		" entries, debit_cents, credit_cents, bytes, sha256, built_by, opened_at, held_for, released_by, answer) VALUES (" + file +
		fmt.Sprintf(", '2026-11-20', 'A', '2026-11-23', 'ACH-20261120-A.ach', 'sent', '', '', '', '', '', '', '', %d, %d, 0, 0, '', '', '2026-11-20T19:00:00.000000Z', '', '', '');", n, n*1000) +
		// The ledger has the receipts, in one transfer.
		"INSERT INTO transfer (account_id, entry_id, seq, debit, debit_owner, credit, credit_owner, amount_cents) VALUES (" + file + ", " + file + ", 1, 'clearing.ach', '', 'suspense', '', " + fmt.Sprint(n*1000) + ");"
	storetest.Sabotage(w.TB, w.DB, text)
}

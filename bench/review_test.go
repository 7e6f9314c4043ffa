package bench_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
)

// reviewTarget is how long the nightly review may take of a million accounts
// of which one in fifty is due.
const reviewTarget = 30 * time.Second

// BenchmarkReview reviews the accounts on the night after a due date. All but
// one in fifty have paid; who has is told by the read model alone, which is all
// that the review asks, so that nobody need pay a million bills first.
func BenchmarkReview(b *testing.B) {
	m := newMarket(b, "postgres", *largest)
	m.bill(b)
	m.exec(b, "SET session_replication_role = replica; DELETE FROM open_charge o USING account a WHERE a.account_id = o.account_id AND right(a.subscriber_id, 3)::int % 50 <> 0")
	m.tidy(b)
	b.Log("plan of the accounts to be looked at:\n" + m.explain(b,
		"SELECT review_on, account_id FROM review WHERE review_on <= '2026-12-24' ORDER BY review_on, account_id LIMIT 500"))
	due := m.profile.DueOn(m202701)
	night := collecting.New(m.db, m.profile)
	var rows [][]string
	for _, on := range []civil.Date{due.AddDays(-5), due.AddDays(1)} {
		started := clock.Start()
		done, err := night.Review(b.Context(), on)
		took := clock.Elapsed(started)
		if err != nil || done.SetAside > 0 {
			b.Fatalf("review: %+v, %v", done, err)
		}
		rows = append(rows, []string{
			on.String(), fmt.Sprint(done.Looked), fmt.Sprint(done.Decided), fmt.Sprint(done.Owed), fmt.Sprint(done.Idle),
			fmt.Sprintf("%.1f", took.Seconds()), within(took, reviewTarget),
		})
		b.ReportMetric(took.Seconds(), "s-"+on.String())
	}
	report.table(fmt.Sprintf("Nightly review of %d accounts, PostgreSQL", *largest),
		[]string{"night of", "accounts read", "decisions", "letters owed", "due dates passed over", "seconds", "target"}, rows)
}

func within(took, target time.Duration) string {
	if took <= target {
		return fmt.Sprintf("≤ %.0f s: met", target.Seconds())
	}
	return fmt.Sprintf("≤ %.0f s: **not met**", target.Seconds())
}

// explain gives PostgreSQL's plan for a query.
func (m *market) explain(b *testing.B, query string) string {
	b.Helper()
	rows, err := m.db.PostgresPool().Query(b.Context(), "EXPLAIN "+query)
	if err != nil {
		b.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

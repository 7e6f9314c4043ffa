package store

import (
	"context"
	"sync"
)

// The tables that bulk work fills, with the columns by which they are looked
// up: those of a bill are not its document. A small sample will do: how many
// rows there are matters here, not what is in them.
const analyzePostgres = `BEGIN; SET LOCAL default_statistics_target = 10; ANALYZE account, account_alias, member, enrollment, premium_segment, charge, open_charge,
	bill (account_id, bill_id, bill_no, coverage_month, kind, revision), entry, transfer, payment, application, open_credit, unbilled, decision,
	mandate, draft, bank_account, clearing_item, ach_entry; COMMIT`

// analyzeSQLite looks at every table that has grown, whether this connection
// has asked for it or not (0x10000), reads a part of it only, and so keeps no
// samples (0x10).
const analyzeSQLite = `PRAGMA optimize = 0x10012`

// RefreshStatistics tells the planner how much there is of everything by now.
// The engine does so by itself in time; after bulk work that is too late: plans
// made for tables that were empty get slower with every row.
func (db *DB) RefreshStatistics(ctx context.Context) error {
	var err error
	switch e := db.engine.(type) {
	case *sqliteEngine:
		_, err = e.writer.db.ExecContext(ctx, analyzeSQLite)
	case *postgresEngine:
		_, err = e.pool.Exec(ctx, analyzePostgres)
	}
	if err != nil {
		return db.translate("refresh statistics", err)
	}
	return nil
}

// Growth refreshes the statistics as bulk work goes on: after some thousand
// things, and again whenever there are four times as many. It is safe for
// concurrent use.
type Growth struct {
	db *DB

	mu               sync.Mutex
	done, last, next int
}

const (
	firstRefresh  = 2_000
	refreshFactor = 4
)

// NewGrowth begins bulk work.
func (db *DB) NewGrowth() *Growth { return &Growth{db: db, next: firstRefresh} }

// Add says that n more things are done.
func (g *Growth) Add(ctx context.Context, n int) error {
	g.mu.Lock()
	g.done += n
	due := g.done >= g.next
	for g.done >= g.next {
		g.next *= refreshFactor
	}
	if due {
		g.last = g.done
	}
	g.mu.Unlock()
	if !due {
		return nil
	}
	return g.db.RefreshStatistics(ctx)
}

// End says that the work is done. Little work changes no plan.
func (g *Growth) End(ctx context.Context) error {
	g.mu.Lock()
	due := g.done >= firstRefresh && g.done > g.last
	g.mu.Unlock()
	if !due {
		return nil
	}
	return g.db.RefreshStatistics(ctx)
}

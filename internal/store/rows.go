package store

import (
	"fmt"
	"slices"
	"strings"
)

// inserts adds rows to a table: a few with one of its statements, which travels
// with other writes, many in bulk.
type inserts struct {
	table   string
	columns []string
	few     []*Stmt // of one row, of two …
}

// insertRowsMost is how many rows one of the statements adds at most.
const insertRowsMost = 8

// fewRows is how many rows of a table are sent with other writes: in bulk they
// would cost a round trip for each table.
const fewRows = 2 * insertRowsMost

func insertsOf(table string, columns []string) *inserts {
	return insertsOnce(table, columns, "")
}

// insertsOnce is insertsOf for rows that may be there: unless says when they
// are left as they are.
func insertsOnce(table string, columns []string, unless string) *inserts {
	t := &inserts{table: table, columns: columns, few: make([]*Stmt, insertRowsMost)}
	for i := range t.few {
		text := insertRows(table, columns, i+1, func(i int) string { return fmt.Sprintf("$%d", i+1) })
		t.few[i] = stmt(fmt.Sprintf("insert_%d_%s", i+1, table), text+unless)
		t.few[i].few, t.few[i].width = t.few, len(columns)
	}
	return t
}

// columnsOf gives the names in a list of columns.
func columnsOf(list string) []string { return strings.Split(list, ", ") }

// insertRows gives the text that inserts n rows; argument names the arguments.
func insertRows(table string, columns []string, n int, argument func(int) string) string {
	rows := make([]string, n)
	for i := range rows {
		names := make([]string, len(columns))
		for j := range names {
			names[j] = argument(i*len(columns) + j)
		}
		rows[i] = "(" + strings.Join(names, ", ") + ")"
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s", table, strings.Join(columns, ", "), strings.Join(rows, ", "))
}

// steps gives the steps that insert rows, as few as can be.
func (t *inserts) steps(rows [][]any) []step {
	var steps []step
	for chunk := range slices.Chunk(rows, insertRowsMost) {
		steps = append(steps, step{stmt: t.few[len(chunk)-1], args: slices.Concat(chunk...)})
	}
	return steps
}

// gathered is rows of one table that go with the next round trip.
type gathered struct {
	into *inserts
	rows [][]any
}

// add adds rows to a table, in order with what was queued before.
func (tx *Tx) add(t *inserts, rows [][]any) error {
	if len(rows) <= fewRows {
		tx.pending = append(tx.pending, t.steps(rows)...)
		return nil
	}
	return tx.bulk(t.table, t.columns, rows)
}

// gather adds rows to a table with the next round trip, together with all that
// are gathered for it until then. Nothing else that is queued meanwhile may
// touch them: which comes first is not said.
func (tx *Tx) gather(t *inserts, rows ...[]any) {
	for i := range tx.rows {
		if tx.rows[i].into == t {
			tx.rows[i].rows = append(tx.rows[i].rows, rows...)
			return
		}
	}
	tx.rows = append(tx.rows, gathered{t, slices.Clone(rows)})
}

// insert adds one row. For many accounts at once it is gathered, and so are the
// same rows of the others; otherwise it goes in order with what is queued.
func (tx *Tx) insert(t *inserts, row ...any) {
	if tx.many {
		tx.gather(t, row)
	} else {
		tx.queue(t.few[0], row...)
	}
}

// copyMany sends what was gathered for tables with many rows.
func (tx *ReadTx) copyMany() error {
	for i, g := range tx.rows {
		if len(g.rows) <= fewRows {
			continue
		}
		tx.rows[i].rows = nil
		tx.db.written.rows(g.into.table, g.rows)
		if err := tx.session.bulk(tx.ctx, g.into.table, g.into.columns, g.rows); err != nil {
			return tx.db.translate("bulk "+g.into.table, err)
		}
	}
	return nil
}

// gatheredSteps takes what was gathered and is few.
func (tx *ReadTx) gatheredSteps() []step {
	var steps []step
	for _, g := range tx.rows {
		steps = append(steps, g.into.steps(g.rows)...)
	}
	tx.rows = nil
	return steps
}

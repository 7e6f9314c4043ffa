package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

func openSQLite(t *testing.T) *store.DB {
	t.Helper()
	return storetest.Open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), virtual.Standing(storetest.Noon))
}

// word is text with a name of its own, as states and kinds are.
type word string

// A statement is run again and again with other arguments, of which some stay as
// they are.
func TestSQLiteArgumentsThatStay(t *testing.T) {
	t.Parallel()
	bytes := []byte("old")
	day := civil.MustParseDate("2027-02-28")
	err := openSQLite(t).Read(t.Context(), "test", func(tx *store.ReadTx) error {
		for _, row := range []struct {
			args []any
			want string
		}{
			{[]any{nil, "a"}, "NULL 'a'"},
			{[]any{nil, "a"}, "NULL 'a'"},
			{[]any{"a", "b"}, "'a' 'b'"},
			{[]any{"1", nil}, "'1' NULL"},
			{[]any{int64(1), nil}, "1 NULL"},
			{[]any{true, money.Cents(1)}, "1 1"},
			{[]any{true, money.Cents(2)}, "1 2"},
			{[]any{day, money.Cents(2)}, "'2027-02-28' 2"},
			{[]any{day, bytes}, "'2027-02-28' X'6F6C64'"},
			{[]any{"", bytes}, "'' X'6E6577'"},
			{[]any{"b", make(chan int)}, ""},
			{[]any{"b", bytes}, "'b' X'6E6577'"},
			{[]any{make(chan int), nil}, ""},
			{[]any{"b", nil}, "'b' NULL"},
		} {
			var got string
			err := tx.EachText("SELECT quote($1) || ' ' || quote($2)", func(scan func(...any) error) error { return scan(&got) }, row.args...)
			if got != row.want || (err != nil) != (row.want == "") {
				t.Errorf("%v is %s, not %s: %v", row.args, got, row.want, err)
			}
			if got == "'2027-02-28' X'6F6C64'" {
				copy(bytes, "new")
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What is bound comes back, in every type that a row is read into.
func TestSQLiteValues(t *testing.T) {
	t.Parallel()
	type row struct {
		Text   string
		Word   word
		Big    int64
		Small  int
		Yes    bool
		Bytes  []byte
		On     civil.Date
		Amount money.Amount
		None   *int64
		Some   *int64
		NoDay  civil.Date
	}
	some := int64(-3)
	want := row{
		Text: "é", Word: "past_due", Big: 1 << 40, Small: 7, Yes: true, Bytes: []byte{0, 1}, On: civil.MustParseDate("2027-02-28"),
		Amount: money.Cents(-5), Some: &some,
	}
	var got row
	err := openSQLite(t).Read(t.Context(), "test", func(tx *store.ReadTx) error {
		return tx.EachText("SELECT $1, $2, $3, $4, $5, $6, $7, $8, NULL, $9, NULL", func(scan func(...any) error) error {
			return scan(&got.Text, &got.Word, &got.Big, &got.Small, &got.Yes, &got.Bytes, &got.On, &got.Amount, &got.None, &got.Some, &got.NoDay)
		}, want.Text, string(want.Word), want.Big, want.Small, want.Yes, want.Bytes, want.On, want.Amount, some)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b }), cmp.Comparer(func(a, b civil.Date) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

// What does not fit is refused, not bent.
func TestSQLiteValuesThatDoNotFit(t *testing.T) {
	t.Parallel()
	var text string
	var small int8
	var yes bool
	var days uint8
	for name, c := range map[string]struct {
		value string
		dest  []any
	}{
		"a number for text":        {"SELECT 1", []any{&text}},
		"text for a number":        {"SELECT 'a'", []any{&small}},
		"NULL for text":            {"SELECT NULL", []any{&text}},
		"a fraction":               {"SELECT 1.5", []any{&small}},
		"too large":                {"SELECT 128", []any{&small}},
		"below zero":               {"SELECT -1", []any{&days}},
		"neither yes nor no":       {"SELECT 2", []any{&yes}},
		"more places than columns": {"SELECT 'a'", []any{&text, &text}},
	} {
		err := openSQLite(t).Read(t.Context(), "test", func(tx *store.ReadTx) error {
			return tx.EachText(c.value, func(scan func(...any) error) error { return scan(c.dest...) })
		})
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// Arguments are counted, and a fraction is none: nothing is kept with less.
func TestSQLiteArgumentsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]any{"none": {}, "two": {1, 2}, "a fraction": {1.5}, "a time": {time.Time{}}} {
		err := openSQLite(t).Read(t.Context(), "test", func(tx *store.ReadTx) error {
			return tx.EachText("SELECT $1", func(func(...any) error) error { return nil }, args...)
		})
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

const countForEver = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT "

// Who gives up is let go: between two rows, and in the middle of a query. The
// connection is as good as before.
func TestSQLiteReadersGiveUp(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	for name, text := range map[string]string{
		"between two rows": countForEver + "n FROM c",
		"before the first": countForEver + "MAX(n) FROM c",
	} {
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		err := db.Read(ctx, "test", func(tx *store.ReadTx) error {
			return tx.EachText(text, func(func(...any) error) error { return nil })
		})
		stop()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		if err := readOne(t, db); err != nil {
			t.Errorf("%s: the next reader: %v", name, err)
		}
	}
}

// The job queue runs statements of its own on the writing connection, where
// transactions have prepared theirs. One that is interrupted does no harm.
func TestSQLiteJobQueueGivesUp(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	for range 3 {
		err := db.InTx(t.Context(), "test", func(tx *store.Tx) error {
			tx.CountTry("one")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err = db.SQLiteWriter().ExecContext(ctx, countForEver+"MAX(n) FROM c")
		stop()
		if err == nil || ctx.Err() == nil {
			t.Errorf("the query was not interrupted: %v", err)
		}
	}
	db.Close()
}

func readOne(t *testing.T, db *store.DB) error {
	t.Helper()
	return db.Read(t.Context(), "test", func(tx *store.ReadTx) error {
		_, err := tx.CountAccounts()
		return err
	})
}

// A panic while a row is read closes the connection. What was written is undone,
// and the next transaction has a connection.
func TestSQLitePanicInARow(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was lost")
			}
		}()
		_ = db.InTx(t.Context(), "test", func(tx *store.Tx) error {
			tx.CountTry("panic")
			return tx.EachText("SELECT 1", func(func(...any) error) error { panic("no") })
		})
	}()
	err := db.InTx(t.Context(), "test", func(tx *store.Tx) error {
		tries, err := tx.Tries("panic", time.Hour)
		if tries != 0 {
			t.Errorf("%d rows were left", tries)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

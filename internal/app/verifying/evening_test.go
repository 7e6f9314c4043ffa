package verifying_test

import (
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// evenings are healthy books whose evenings are proved from the first day.
type evenings struct {
	*books
	kept  *verifying.Evenings
	clock *virtual.Clock
}

func newEvenings(tb testing.TB, db *store.DB, c *virtual.Clock) *evenings {
	tb.Helper()
	e := &evenings{kept: verifying.NewEvenings(), clock: c}
	db.Collect(e.kept.Written)
	e.books = healthy(tb, db)
	return e
}

// everybody has the proof look at all accounts, the marketplace's own and one that
// does not exist.
func (e *evenings) everybody() {
	e.tb.Helper()
	err := e.db.Read(e.tb.Context(), "accounts", func(tx *store.ReadTx) error {
		ids, err := tx.AccountsAfter(enrollment.AccountID{}, 100)
		nobody, _ := ident.ParseID[enrollment.Account](strings.Trim(row, "id'"))
		e.kept.Written.Beside(append(ids, ledger.House, nobody)...)
		return err
	})
	if err != nil {
		e.tb.Fatal(err)
	}
}

// proved gives what an evening's proof finds broken, and its report.
func (e *evenings) proved(whole bool) (string, verifying.Report) {
	e.tb.Helper()
	report, err := service(e.tb, e.db).VerifyEvening(e.tb.Context(), e.kept, whole, func() {})
	if err != nil {
		e.tb.Fatal(err)
	}
	return strings.Join(report.Broken(), " "), report
}

// The proof of an evening finds what is wrong with anything that was written that
// day, and what is wrong with the book as a whole. It is shown on SQLite, where
// books cost milliseconds; both engines run the same texts.
func TestEveningFindsWhatTheWholeProofFinds(t *testing.T) {
	t.Parallel()
	for _, s := range sabotages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := virtual.Standing(storetest.Noon)
			db := storetest.OpenSQLite(t, c)
			e := newEvenings(t, db, c)
			storetest.Sabotage(t, db, s.sql)
			e.everybody()
			got, report := e.proved(false)
			if got != s.want || !strings.Contains(report.String(), s.problem) {
				t.Errorf("got %q, want %q broken, and that %s:\n%s", got, s.want, s.problem, report)
			}
		})
	}
}

// An evening's proof looks at the accounts that were written for since the last,
// at all that is theirs, and at no other.
func TestEveningLooksAtWhatWasWritten(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		e := newEvenings(t, db, c)
		clean := func(when string) {
			t.Helper()
			if got, report := e.proved(false); got != "" {
				t.Errorf("%s: %q is broken:\n%s", when, got, report)
			}
		}
		clean("the first evening")
		c.Advance(24 * time.Hour)
		clean("an idle day")
		c.Advance(24 * time.Hour)
		kim := e.household("Kim", helped)
		e.bill(kim, december)
		clean("a new account")
		storetest.Sabotage(t, db, `UPDATE open_charge SET open_cents = open_cents + 1 WHERE account_id = `+of("Kim"))
		c.Advance(24 * time.Hour)
		clean("nobody wrote for Kim")
		e.pay(kim, "10.00", payment.MethodBank)
		if got, report := e.proved(false); got != "I2 I7" {
			t.Errorf("Kim paid: %q is broken, want I2 and I7:\n%s", got, report)
		}
		if got, report := e.proved(true); got != "I2 I7" {
			t.Errorf("from nothing: %q is broken, want I2 and I7:\n%s", got, report)
		}
	})
}

// What is written behind the back of the proof is found when the whole book is
// proved, and so is that nobody told it.
func TestEveningOfUnseenWrites(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		e := newEvenings(t, db, c)
		e.proved(false)
		c.Advance(24 * time.Hour)
		storetest.Sabotage(t, db, transfer("Ana", "clearing.card", "''", "suspense", "''", 5))
		if got, _ := e.proved(false); got != "" {
			t.Errorf("%q is broken in the evening of a day on which nothing was written", got)
		}
		if got, report := e.proved(true); got != "I6" || !strings.Contains(report.String(), "not told of") {
			t.Errorf("from nothing: %q is broken, want I6:\n%s", got, report)
		}
	})
}

// Balances are kept from evening to evening, to the cent, whether or not the clock
// has moved meanwhile.
func TestEveningKeepsBalances(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		e := newEvenings(t, db, c)
		kim := e.household("Kim", helped)
		e.bill(kim, december)
		for day := range 6 {
			e.pay(kim, "300.00", payment.MethodBank) // more than the bill
			if day == 3 {
				e.household("Leo", helped)
			}
			if got, report := e.proved(false); got != "" {
				t.Fatalf("evening %d: %q is broken:\n%s", day, got, report)
			}
			c.Advance(time.Duration(day%3) * 24 * time.Hour)
		}
		if got, report := e.proved(true); got != "" {
			t.Fatalf("from nothing %q is broken:\n%s", got, report)
		}
		storetest.Sabotage(t, db, `UPDATE open_credit SET open_cents = open_cents + 1 WHERE account_id = `+of("Kim"))
		e.pay(kim, "1.00", payment.MethodBank)
		if got, report := e.proved(false); got != "I3 I4" || !strings.Contains(report.String(), "open credits do not come") {
			t.Errorf("got %q, want I3 and I4 broken:\n%s", got, report)
		}
	})
}

// Transfers that came since the evening before are added to what was kept, of
// credit as of clearing.
func TestEveningAddsUpWhatCame(t *testing.T) {
	t.Parallel()
	for _, s := range []struct{ name, debit, credit, want string }{
		{"credit out of nowhere", "suspense", "credit.member", "I3"},
		{"credit spent twice", "credit.member", "suspense", "I3"},
		{"clearing emptied without a deposit", "suspense", "clearing.card", "I6"},
		{"cash out of nowhere", "cash.operating", "suspense", "I6"},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := virtual.Standing(storetest.Noon)
			db := storetest.OpenSQLite(t, c)
			e := newEvenings(t, db, c)
			e.proved(false)
			c.Advance(24 * time.Hour)
			kim := e.household("Kim", helped)
			e.bill(kim, december)
			storetest.Sabotage(t, db, transfer("Kim", s.debit, "''", s.credit, "''", 700))
			if got, report := e.proved(false); got != s.want {
				t.Errorf("got %q, want %q broken:\n%s", got, s.want, report)
			}
		})
	}
}

package people_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

func eachTraced(t *testing.T, test func(t *testing.T, w *lobby, did func(func() error) string)) {
	t.Helper()
	storetest.EachTraced(t, func(t *testing.T, db *store.DB, c *virtual.Clock, trace *storetest.Trace) {
		w := newLobby(t, apptest.New(t, db, c))
		test(t, w, func(refused func() error) string {
			trace.Take()
			if refused() == nil {
				t.Error("was not refused")
			}
			return strings.Join(trace.Take(), "\n")
		})
	})
}

// Whoever tries to connect coverage learns nothing by the clock: a number that
// nobody has costs the same statements, and as much hashing, as one with a wrong
// birth date or a wrong code (R-ACC-3).
func TestCoverageThatDoesNotMatchIsTheSameWork(t *testing.T) {
	t.Parallel()
	eachTraced(t, func(t *testing.T, w *lobby, did func(func() error) string) {
		h, p := w.household(), w.signedUp("ana@example.org")
		try := func(edit func(*people.LinkCoverage)) string {
			in := w.claim(h)
			edit(&in)
			return did(func() error { _, err := w.s.Link(t.Context(), p.who, in); return err })
		}
		unknown := func(in *people.LinkCoverage) { in.SubscriberID = string(ident.NewSubscriberID(70099999999)) }
		want := try(unknown)
		for name, edit := range map[string]func(*people.LinkCoverage){
			"a wrong birth date": func(in *people.LinkCoverage) { in.BirthDate = civil.MustParseDate("1980-03-01") },
			"another's code":     func(in *people.LinkCoverage) { in.Code = w.DB.AccountCode(w.household().Account).String() },
		} {
			apptest.Check(t, name, try(edit), want)
		}
	})
}

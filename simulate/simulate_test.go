package simulate_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/profiles"
	"quittance.org/quittance/simulate"
)

// config makes a simulation of some households.
func config(t testing.TB, url string, changes ...func(*simulate.Config)) simulate.Config {
	t.Helper()
	profile, err := profiles.Open(profiles.Default)
	if err != nil {
		t.Fatal(err)
	}
	c := simulate.Config{
		Year: 2027, Households: 60, Seed: 7, Workers: 1, Profile: profile,
		Database: app.DatabaseConfig{URL: url, KeysDir: filepath.Join(t.TempDir(), "keys"), MakeKeys: true, MaxConns: 8},
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

// live lives a year and fails the test unless the books are clean.
func live(t *testing.T, url string, changes ...func(*simulate.Config)) *simulate.Result {
	t.Helper()
	c := config(t, url, changes...)
	result, err := simulate.Run(t.Context(), c)
	if broken, ok := errors.AsType[*simulate.BrokenError](err); ok {
		t.Log(broken.Report)
	}
	if err != nil {
		t.Fatalf("%v\nlive it again: %s", err, simulate.Replay(c))
	}
	if n := result.Violations(); n != 0 {
		t.Errorf("%d violations: %v, %d accounts set aside", n, result.Broken, result.SetAside)
	}
	t.Logf("%d days in %.1f s", result.Days, result.Seconds)
	return result
}

func postgresURL(t testing.TB) string {
	t.Helper()
	if os.Getenv(storetest.PostgresVariable) == "" {
		t.Fatalf("%s is not set; run: make test", storetest.PostgresVariable)
	}
	return storetest.PostgresURL(t)
}

func sqliteURL(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "simulated.db") }

// The first half of the plan year, with enough people for all that can happen.
func short(c *simulate.Config) { c.Households, c.Through = 30, civil.NewDate(2027, time.July, 2) }

// The same seed ends in the same fingerprint: however many households act at
// the same time, on either engine, and also when the process is killed again
// and again, everything comes twice, the disk is full now and then, and the
// connection with the bank is lost in mid-file.
func TestTheSameYear(t *testing.T) {
	t.Parallel()
	want := live(t, sqliteURL(t), short)
	if want.Sum("bill", "") < 150 || want.Sum("payment", "") < 100 || want.Sum("decision", "") < 10 {
		t.Errorf("little has happened: %+v", want.Totals)
	}
	banked(t, want)
	for _, c := range []struct {
		name     string
		postgres bool
		change   func(*simulate.Config)
	}{
		{"four workers", false, func(c *simulate.Config) { c.Workers = 4 }},
		{"killed, doubled, full, lost", false, func(c *simulate.Config) {
			c.Faults = []simulate.Fault{simulate.FaultKill, simulate.FaultDuplicate, simulate.FaultFull, simulate.FaultLost}
		}},
		{"PostgreSQL, full", true, func(c *simulate.Config) { c.Workers, c.Faults = 4, []simulate.Fault{simulate.FaultFull} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := sqliteURL(t)
			if c.postgres {
				url = postgresURL(t)
			}
			got := live(t, url, short, c.change)
			if got.Hash != want.Hash {
				t.Errorf("the year ended in %s, want %s", got.Hash, want.Hash)
			}
			noted := func(what string) bool {
				return slices.ContainsFunc(got.Notes, func(note string) bool { return strings.HasSuffix(note, what) })
			}
			if strings.Contains(c.name, "full") && !noted("the disk was full") {
				t.Errorf("the disk was never full: %v", got.Notes)
			}
			if strings.Contains(c.name, "killed") && (got.Kills < 10 || !noted("the bank was lost")) {
				t.Errorf("little went wrong: %v", got.Notes)
			}
		})
	}
	t.Run("another seed", func(t *testing.T) {
		t.Parallel()
		other := live(t, sqliteURL(t), short, func(c *simulate.Config) { c.Seed, c.Through = 8, civil.NewDate(2027, time.January, 2) })
		if other.Hash == want.Hash {
			t.Error("another seed ended in the same fingerprint")
		}
	})
}

// banked fails the test unless AutoPay and the bank have done their part: debits
// were taken and have settled, some came back and were posted, and everything
// that a statement said was found in the books.
func banked(t *testing.T, r *simulate.Result) {
	t.Helper()
	for _, c := range []struct {
		kind, name string
		least      int64
	}{
		{"draft", "frozen ", 50},
		{"draft", "skipped paid", 1},
		{"payment", "autopay bank", 50},
		{"ach", "debit settled", 80},
		{"ach", "debit returned", 1},
		{"bank", "return posted return.posted", 1},
		{"bank", "line posted line.agrees", 80},
		{"carrier", "start confirmed", 4},
	} {
		if n := r.Sum(c.kind, c.name); n < c.least {
			t.Errorf("%s %s: %d, want at least %d", c.kind, c.name, n, c.least)
		}
	}
	for _, f := range r.Flows {
		if f.Clearing == "clearing.ach" && f.To.IsZero() && f.From.Before(civil.NewDate(2027, time.June, 25)) {
			t.Errorf("on its way since %s: %d items, %s", f.From, f.Items, f.Amount)
		}
	}
}

// With every fault the books are clean every evening, and the fingerprint is
// that of the seed and the faults.
func TestFaults(t *testing.T) {
	t.Parallel()
	faulty := func(c *simulate.Config) {
		c.Faults, c.ProveDaily, c.Through = simulate.AllFaults, true, civil.NewDate(2027, time.May, 2)
	}
	want := live(t, sqliteURL(t), short, faulty)
	if want.Kills < 10 || len(want.Notes) <= want.Kills {
		t.Errorf("little went wrong: %v", want.Notes)
	}
	if want.Sum("carrier", "aside") == 0 {
		t.Errorf("no carrier contradicted itself")
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		url := postgresURL(t)
		if got := live(t, url, short, faulty, func(c *simulate.Config) { c.ProveDaily, c.Workers = false, 4 }); got.Hash != want.Hash {
			t.Errorf("the year ended in %s, want %s", got.Hash, want.Hash)
		}
	})
}

// A whole plan year with every fault, to its last day, ends the same on both
// engines. It is one of few households: it takes some seconds.
func TestWholeYear(t *testing.T) {
	t.Parallel()
	whole := func(c *simulate.Config) { c.Households, c.Workers, c.Faults = 16, 4, simulate.AllFaults }
	want := live(t, sqliteURL(t), whole)
	if want.Days != 426 || want.Kills < 30 || want.Rejected != 0 {
		t.Errorf("%d days, %d kills, %d rows refused", want.Days, want.Kills, want.Rejected)
	}
	if got := live(t, postgresURL(t), whole); got.Hash != want.Hash {
		t.Errorf("the year ended in %s on PostgreSQL, in %s on SQLite", got.Hash, want.Hash)
	}
}

// A simulation needs a database of its own.
func TestUsedDatabase(t *testing.T) {
	t.Parallel()
	url := sqliteURL(t)
	day := func(c *simulate.Config) { c.Households, c.Through = 10, civil.NewDate(2026, time.November, 20) }
	live(t, url, day)
	if _, err := simulate.Run(t.Context(), config(t, url, day)); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("got %v", err)
	}
}

func TestParseFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "none", "none": "none", "all": "all", "silence, kill": "silence,kill"} {
		faults, err := simulate.ParseFaults(text)
		if got := simulate.FaultList(faults); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	if _, err := simulate.ParseFaults("kill,fire"); err == nil || !strings.Contains(err.Error(), "fire") {
		t.Errorf("an unknown fault: %v", err)
	}
}

// The report needs nothing from elsewhere and has a table for every chart.
func TestReport(t *testing.T) {
	t.Parallel()
	census := func(c *simulate.Config) { c.Census, c.Through = true, civil.NewDate(2027, time.January, 31) }
	result := live(t, sqliteURL(t), short, census)
	var page strings.Builder
	if err := result.WriteReport(&page, config(t, "", short)); err != nil {
		t.Fatal(err)
	}
	if charts, tables := strings.Count(page.String(), "<svg"), strings.Count(page.String(), "<caption>"); charts != 10 || tables < charts {
		t.Errorf("%d charts, %d tables", charts, tables)
	}
	for _, foreign := range []string{"http://", "https://", "<script", "src="} {
		if strings.Contains(page.String(), foreign) {
			t.Errorf("the page has %s", foreign)
		}
	}
	for _, want := range []string{"Fingerprint", result.Hash, "quittance simulate --year 2027 --households 30 --seed 7", "January 2027", "<desc"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// Each of these goes wrong inside the transaction of the product, from some day
// on, and writes down that it has: a posting, a step of the night, a file, what the
// bank brought, what a carrier is told.
var harms = []struct{ name, want, on, harm string }{
	{
		"a cent too much is posted with a payment", "I3", "INSERT ON application",
		"INSERT INTO transfer VALUES (NEW.account_id, NEW.entry_id, 90, 'suspense', '', 'credit.member', '', 1)",
	},
	{
		"the bill run opens a cent too much", "I2 I7", "INSERT ON open_charge",
		"UPDATE open_charge SET open_cents = open_cents + 1 WHERE account_id = NEW.account_id AND charge_id = NEW.charge_id",
	},
	{
		"the bank brings money and its item stays open", "I6", "UPDATE ON clearing_item",
		"UPDATE clearing_item SET closed_on = NULL, deposit_id = NULL WHERE account_id = NEW.account_id AND item_id = NEW.item_id",
	},
	{
		"a file has another entry than it says", "I11", "UPDATE OF state ON ach_file WHEN NEW.state = 'acknowledged'",
		"UPDATE ach_file SET entries = entries + 1 WHERE file_id = NEW.file_id",
	},
	{
		"a carrier is not to be told", "I13", "INSERT ON carrier_message",
		"DELETE FROM carrier_message WHERE account_id = NEW.account_id AND decision_id = NEW.decision_id",
	},
}

// What goes wrong with the books of one account, or with the book as a whole, is
// found in the evening of the day on which it does.
func TestHarmIsFoundTheSameDay(t *testing.T) {
	t.Parallel()
	const begin = 45 // days: in the middle of December
	for _, h := range harms {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			url := sqliteURL(t)
			var db *store.DB
			var harmed civil.Date
			c := config(t, url, short, func(c *simulate.Config) {
				c.Through = civil.NewDate(2027, time.February, 28)
				c.Progress = func(done, _ int) {
					switch {
					case done == begin:
						db = storetest.Open(t, url, virtual.Standing(storetest.Noon))
						storetest.Sabotage(t, db, "CREATE TABLE harm (n INTEGER); CREATE TRIGGER harm AFTER "+h.on+" BEGIN INSERT INTO harm VALUES (1); "+h.harm+"; END;")
					case done > begin && harmed.IsZero():
						var n int
						if err := db.SQLiteWriter().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM harm").Scan(&n); err != nil {
							t.Error(err)
						}
						if n > 0 {
							harmed = civil.NewDate(2026, time.November, 1).AddDays(done - 1)
						}
					}
				}
			})
			_, err := simulate.Run(t.Context(), c)
			broken, ok := errors.AsType[*simulate.BrokenError](err)
			if !ok || broken.Day != harmed || strings.Join(broken.Report.Broken(), " ") != h.want {
				t.Fatalf("harmed on %s, want %s found that day: %v", harmed, h.want, err)
			}
			if last := harmed.Month().Last(); harmed == last {
				t.Errorf("%s is a day on which everything is proved", last)
			}
		})
	}
}

// The first evening on which the books are wrong ends the year, with what is
// wrong.
func TestBrokenBooksEndTheYear(t *testing.T) {
	t.Parallel()
	url := sqliteURL(t)
	lived := 0
	c := config(t, url, short, func(c *simulate.Config) {
		c.Through = civil.NewDate(2027, time.February, 28)
		c.Progress = func(done, _ int) {
			if lived = done; done == 80 {
				db := storetest.Open(t, url, virtual.Standing(storetest.Noon))
				storetest.Sabotage(t, db, "UPDATE open_charge SET open_cents = open_cents + 1")
				db.Close()
			}
		}
	})
	result, err := simulate.Run(t.Context(), c)
	broken, ok := errors.AsType[*simulate.BrokenError](err)
	if !ok || lived >= 95 || !slices.Contains(broken.Report.Broken(), "I2") || result.Violations() == 0 {
		t.Errorf("after %d days: %v", lived, err)
	}
}

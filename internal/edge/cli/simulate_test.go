package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/store/storetest"
)

// One line of JSON and nothing else, a report, and exit codes for machines.
func TestSimulate(t *testing.T) {
	t.Parallel()
	reports := filepath.Join(t.TempDir(), "reports")
	args := []string{"simulate", "--households", "6", "--seed", "3", "--faults", "kill,silence", "--workers", "2"}
	code, out, errors := call(t, append(args, "--json", "--report", reports)...)
	if code != 0 || strings.Count(out, "\n") != 1 {
		t.Fatalf("exit code %d:\n%s%s", code, out, errors)
	}
	var got struct {
		Hash       string
		Days       int
		Households int
		Bills      int
		Payments   int
		Decisions  int
		Rejected   *int
		Violations *int
		Seconds    float64
		PeakRSS    *int64 `json:"peak_rss_bytes"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Hash) != 64 || got.Days != 426 || got.Households != 6 || got.Bills < 20 || got.Payments < 10 || got.Decisions < 1 ||
		got.Rejected == nil || *got.Rejected != 0 || got.Violations == nil || *got.Violations != 0 || got.Seconds <= 0 || got.PeakRSS == nil {
		t.Errorf("got %s", out)
	}
	page, err := os.ReadFile(filepath.Join(reports, "report.html"))
	if err != nil || !strings.Contains(string(page), got.Hash) {
		t.Errorf("the report: %v", err)
	}
	if code, out, errors := call(t, append(args, "--expect", got.Hash)...); code != 0 || !strings.Contains(out, got.Hash) {
		t.Errorf("as expected: exit code %d:\n%s%s", code, out, errors)
	}
	code, _, errors = call(t, append(args, "--expect", strings.Repeat("0", 64))...)
	if code != 1 || !strings.Contains(errors, "quittance simulate --year 2027 --households 6 --seed 3 --faults kill,silence --workers 2") {
		t.Errorf("another fingerprint: exit code %d:\n%s", code, errors)
	}
}

// A year that can not go on says so: nobody knows of violations then.
func TestSimulateSaysWhyAYearEnded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url := "sqlite:" + filepath.Join(dir, "quittance.db")
	db := storetest.Open(t, url, clock.System())
	storetest.Sabotage(t, db, `CREATE TRIGGER harm BEFORE INSERT ON business_step BEGIN SELECT RAISE(ABORT, 'no steps today'); END`)
	db.Close()
	code, out, errors := call(t, "simulate", "--households", "4", "--seed", "3", "--database", url, "--data", dir, "--json")
	var got struct {
		Hash, Error string
		Violations  *int
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("exit code %d, %v:\n%s%s", code, err, out, errors)
	}
	if code != 1 || got.Hash != "" || got.Violations != nil || got.Error == "" || !strings.Contains(errors, "quittance simulate --year 2027") {
		t.Errorf("exit code %d:\n%s%s", code, out, errors)
	}
}

func TestSimulateExplainsItself(t *testing.T) {
	t.Parallel()
	if code, out, _ := call(t, "simulate", "--help"); code != 0 || !strings.Contains(out, "Example:\n\n    quittance simulate") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, c := range []struct{ args, want string }{
		{"simulate --faults fire", "fire"}, {"simulate --households 0", "household"}, {"simulate --year 1990", "1990"}, {"simulate --prove never", "prove"},
	} {
		if code, _, errors := call(t, strings.Fields(c.args)...); code == 0 || !strings.Contains(errors, c.want) {
			t.Errorf("%s: exit code %d: %s", c.args, code, errors)
		}
	}
}

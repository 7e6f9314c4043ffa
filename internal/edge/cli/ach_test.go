package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestACHOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-20")
	printed(t, []string{"ach", "status", "--data", dir}, 0, `No file to the bank was ever built.

Waiting for the next file: 0 entries, debits $0.00, credits $0.00.
`, "")
	code, out, errs := call(t, "ach", "status", "--json", "--data", dir)
	var report map[string]any
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || report["today"] != "2026-11-20" {
		t.Errorf("exit code %d: %s%s", code, out, errs)
	}
	for _, args := range [][]string{
		{"ach", "release", "ACH-20261120-A.ach", "--actor", "staff:tess", "--reason", "x"},
		{"ach", "withdraw", "ACH-20261120-A.ach", "--actor", "staff:tess", "--second", "staff:sam", "--reason", "x"},
	} {
		if code, _, errs := call(t, append(args, "--data", dir)...); code != 1 || !strings.Contains(errs, "no such row") {
			t.Errorf("%v: exit code %d: %s", args, code, errs)
		}
	}
	if code, _, errs := call(t, "ach", "withdraw", "A", "--actor", "a", "--second", "a", "--reason", "x", "--data", dir); code != 1 || !strings.Contains(errs, "second person") {
		t.Errorf("alone: exit code %d: %s", code, errs)
	}
}

// With a line to the bank the evening's steps are part of the day.
func TestEveningOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir, bank := newMarket(t, "2026-11-20"), t.TempDir()
	write(t, filepath.Join(dir, "demo.json"), `{"now":"2026-11-21T02:00:00Z","portal":"http://127.0.0.1:8080"}`) // 9 p.m. in Boston
	code, out, errs := call(t, "day", "run", "--data", dir, "--bank-link", "folder:"+bank)
	if code != 0 || !strings.Contains(out, "ach-file") || !strings.Contains(out, "bank-out") {
		t.Errorf("exit code %d:\n%s%s", code, out, errs)
	}
	if _, out, _ := call(t, "day", "status", "--data", dir); !strings.Contains(out, "ach-file") || !strings.Contains(out, "bank-out") {
		t.Errorf("the status does not know the evening's steps:\n%s", out)
	}
	if code, _, errs := call(t, "day", "run", "--data", dir, "--bank-link", "ftp://x"); code != 1 || !strings.Contains(errs, "folder:PATH") {
		t.Errorf("a line that is none: exit code %d: %s", code, errs)
	}
}

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Who never had AutoPay has no proof; a number that nobody has is said to be none.
func TestNoAutoPayOnTheCommandLine(t *testing.T) {
	t.Parallel()
	dir := newMarket(t, "2026-11-30")
	file := filepath.Join(t.TempDir(), "households.csv")
	for _, args := range [][]string{
		{"demo", "generate", "--households", "1", "--out", file},
		{"import", "enrollments", file, "--data", dir},
	} {
		if code, out, errs := call(t, args...); code != 0 {
			t.Fatalf("%v: exit code %d: %s%s", args, code, out, errs)
		}
	}
	_, id, _ := strings.Cut(contents(t, file), "\n")
	id, _, _ = strings.Cut(id, ",")
	printed(t, []string{"autopay", "proofs", id, "--data", dir}, 0, "AutoPay was never on.\n", "")
	if code, _, errs := call(t, "autopay", "proof", id, "--out", filepath.Join(dir, "proof.pdf"), "--data", dir); code != 1 || !strings.Contains(errs, "no such row") {
		t.Errorf("a proof of nothing: exit code %d: %s", code, errs)
	}
	for _, args := range [][]string{{"autopay", "proofs", "7001"}, {"autopay", "proof", id, "--mandate", "x", "--out", filepath.Join(dir, "p")}} {
		if code, _, _ := call(t, append(args, "--data", dir)...); code != 1 {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

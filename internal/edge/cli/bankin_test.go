package cli_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// A file that nobody can read is kept and set aside; somebody looks at it and
// says what was done.
func TestBankFileByHand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	households := filepath.Join(dir, "households.csv")
	write(t, households, "")
	letter := filepath.Join(dir, "letter.txt")
	write(t, letter, "Dear customer, our branch is closed on Friday.")
	call(t, "import", "enrollments", households, "--data", data) // makes the database
	code, out, errs := call(t, "import", "bank-file", letter, "--data", data)
	if code != 1 || !strings.Contains(out, "letter.txt: no file that can be read. 0 items are posted") || !strings.Contains(errs, "quittance bank items") {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	code, out, _ = call(t, "import", "bank-file", letter, "--data", data)
	if code != 1 || !strings.Contains(out, "Exactly this file was taken in before") {
		t.Errorf("again: exit code %d\n%s", code, out)
	}
	code, out, _ = call(t, "bank", "items", "--data", data)
	if code != 0 || !strings.Contains(out, "file.unknown") || !strings.Contains(out, ":1:1") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	name := ""
	for _, word := range strings.Fields(out) {
		if strings.HasSuffix(word, ":1:1") {
			name = word
		}
	}
	if code, _, errs := call(t, "bank", "resolve", "nonsense", "--by", "staff:ann", "--note", "read it", "--data", data); code != 1 || !strings.Contains(errs, "does not name an item") {
		t.Errorf("a name that is none: exit code %d, %s", code, errs)
	}
	if code, out, errs := call(t, "bank", "resolve", name, "--by", "staff:ann", "--note", "read it", "--data", data); code != 0 {
		t.Errorf("resolve: exit code %d\n%s%s", code, out, errs)
	}
	for command, want := range map[string]string{
		"items": "Nothing of the bank's files waits", "ages": "No money is on its way", "guard": "unauthorized    0 of 0 debits  0.00 %  may be 0.50 %   ok",
	} {
		if code, out, errs := call(t, "bank", command, "--data", data); code != 0 || !strings.Contains(out, want) {
			t.Errorf("bank %s: exit code %d\n%s%s", command, code, out, errs)
		}
		if code, out, _ := call(t, "bank", command, "--json", "--data", data); code != 0 || !strings.HasPrefix(out, "{") {
			t.Errorf("bank %s --json: exit code %d\n%s", command, code, out)
		}
	}
}

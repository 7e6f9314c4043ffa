package journal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/sandbox/journal"
)

type line struct {
	Text string `json:"text"`
}

// read opens the journal and gives what is in it.
func read(t *testing.T, path string) (*journal.Journal[line], []string) {
	t.Helper()
	var got []string
	j, err := journal.Open(path, func(l line) { got = append(got, l.Text) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j, got
}

// A line that a killed process did not finish is cut off; what comes after it
// stands on a line of its own.
func TestTornLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, got := read(t, path)
	if got != nil {
		t.Errorf("a new journal holds %v", got)
	}
	if err := j.Append(line{"one"}); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"text":"tw`); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	j, _ = read(t, path)
	if err := j.Append(line{"three"}); err != nil {
		t.Fatal(err)
	}
	_, got = read(t, path)
	if diff := cmp.Diff([]string{"one", "three"}, got); diff != "" {
		t.Errorf("the journal (-want +got):\n%s", diff)
	}
}

func TestDamagedLine(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(path, []byte("{\"text\":\"one\"}\nnot json\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := journal.Open(path, func(line) {})
	if err == nil || !strings.Contains(err.Error(), "line 2 is damaged") {
		t.Errorf("got %v, want an error that names line 2", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !strings.HasSuffix(string(after), "{}\n") {
		t.Errorf("a damaged journal was changed: %q, %v", after, err)
	}
}

func TestNoJournal(t *testing.T) {
	t.Parallel()
	var none *journal.Journal[line]
	if err := none.Append(line{"one"}); err != nil {
		t.Error(err)
	}
	if err := none.Close(); err != nil {
		t.Error(err)
	}
}

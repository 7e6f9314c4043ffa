package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

func TestEveryStatementPrepares(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		for name, err := range db.PrepareAll(t.Context()) {
			t.Errorf("%s: %v", name, err)
		}
	})
}

func TestOpenRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("Dear Sir or Madam. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"a text file":     "sqlite:" + text,
		"no file name":    "sqlite:",
		"another scheme":  "mysql://localhost/x",
		"a closed server": "postgres://nobody@127.0.0.1:1/none",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(context.Background(), target, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
			if err == nil {
				t.Fatalf("opened %s", target)
			}
			if strings.Contains(err.Error(), "\n") && name != "a closed server" {
				t.Errorf("want one line, got %q", err)
			}
		})
	}
}

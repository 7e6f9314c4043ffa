package vault_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store/vault"
)

func fresh(tb testing.TB) *vault.Vault {
	tb.Helper()
	v, err := vault.New()
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// created makes keys in a folder of the test.
func created(tb testing.TB) (*vault.Vault, string) {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "keys")
	v, err := vault.Create(dir)
	if err != nil {
		tb.Fatal(err)
	}
	return v, dir
}

func seal(tb testing.TB, v *vault.Vault, field, row, text string) []byte {
	tb.Helper()
	sealed, err := v.Seal(field, row, text)
	if err != nil {
		tb.Fatal(err)
	}
	return sealed
}

func TestSealedValuesOpenOnlyInTheirPlace(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	sealed := seal(t, v, "account.birth_date", "row 1", "1980-02-29")
	if text, err := v.Unseal("account.birth_date", "row 1", sealed); err != nil || text != "1980-02-29" {
		t.Fatalf("got %q, %v", text, err)
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, open := range map[string]func() (string, error){
		"another row":        func() (string, error) { return v.Unseal("account.birth_date", "row 2", sealed) },
		"another field":      func() (string, error) { return v.Unseal("member.birth_date", "row 1", sealed) },
		"no row":             func() (string, error) { return v.Unseal("account.birth_date", "", sealed) },
		"the border moved":   func() (string, error) { return v.Unseal("account.birth_dater", "ow 1", sealed) },
		"one bit changed":    func() (string, error) { return v.Unseal("account.birth_date", "row 1", changed) },
		"the end cut off":    func() (string, error) { return v.Unseal("account.birth_date", "row 1", sealed[:len(sealed)-1]) },
		"nothing at all":     func() (string, error) { return v.Unseal("account.birth_date", "row 1", nil) },
		"clear text instead": func() (string, error) { return v.Unseal("account.birth_date", "row 1", []byte("1980-02-29")) },
		"other keys":         func() (string, error) { return fresh(t).Unseal("account.birth_date", "row 1", sealed) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := open()
			if !fault.Is(err, "vault.unseal") || text != "" || strings.Contains(err.Error(), "1980") {
				t.Errorf("got %q, %v", text, err)
			}
		})
	}
}

// Any text comes back, and the sealed bytes neither repeat nor hold it.
func TestSealAnyText(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		a, b := seal(t, v, "f", "r", text), seal(t, v, "f", "r", text)
		if bytes.Equal(a, b) || len(text) > 8 && bytes.Contains(a, []byte(text)) {
			rt.Fatal("equal texts show, or the text does")
		}
		if back, err := v.Unseal("f", "r", a); err != nil || back != text {
			rt.Fatalf("got %q, %v; want %q", back, err, text)
		}
	})
}

func TestIndex(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	index := v.Index("bank_account.number", "000123456789")
	if len(index) != 16 || !vault.Equal(index, v.Index("bank_account.number", "000123456789")) {
		t.Errorf("equal text: got %x", index)
	}
	if got := v.IndexText("bank_account.number", "000123456789"); len(got) != 32 || strings.Contains(got, "123456789") {
		t.Errorf("as text: got %q", got)
	}
	for name, other := range map[string][]byte{
		"another text":     v.Index("bank_account.number", "000123456780"),
		"another scope":    v.Index("account.birth_date", "000123456789"),
		"the border moved": v.Index("bank_account.numbe", "r000123456789"),
		"other keys":       fresh(t).Index("bank_account.number", "000123456789"),
		"nothing":          nil,
	} {
		if vault.Equal(index, other) {
			t.Errorf("%s gives the same index", name)
		}
	}
}

// A rotated key seals new values; what the old one sealed stays readable, and
// indexes stay what they were.
func TestRotation(t *testing.T) {
	t.Parallel()
	before, dir := created(t)
	old := seal(t, before, "f", "r", "old")
	index := before.Index("s", "text")
	for range 3 {
		if err := vault.Rotate(dir); err != nil {
			t.Fatal(err)
		}
	}
	after, err := vault.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := after.Unseal("f", "r", old); err != nil || text != "old" {
		t.Errorf("the old value: got %q, %v", text, err)
	}
	if !vault.Equal(index, after.Index("s", "text")) {
		t.Error("the index changed")
	}
	newer := seal(t, after, "f", "r", "new")
	if text, err := after.Unseal("f", "r", newer); err != nil || text != "new" {
		t.Errorf("the new value: got %q, %v", text, err)
	}
	if _, err := before.Unseal("f", "r", newer); err == nil {
		t.Error("the old key opens what the new one sealed: it was not rotated")
	}
	if got := contents(t, dir); len(got) != 2 {
		t.Errorf("got files %v, want the two key files", maps.Keys(got))
	}
}

// contents reads a folder: file names to what is in them.
func contents(tb testing.TB, dir string) map[string]string {
	tb.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			tb.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

func TestKeysAreForTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	_, dir := created(t)
	if err := vault.Rotate(dir); err != nil {
		t.Fatal(err)
	}
	modes := map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, "encryption.keys.json"): 0o600, filepath.Join(dir, "index.keys.json"): 0o600}
	for name, want := range modes {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", filepath.Base(name), got, want)
		}
	}
}

func TestKeysAreNeverReplaced(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"", "encryption.keys.json", "index.keys.json"} {
		t.Run("without "+lost, func(t *testing.T) {
			t.Parallel()
			_, dir := created(t)
			if lost != "" {
				if err := os.Remove(filepath.Join(dir, lost)); err != nil {
					t.Fatal(err)
				}
			}
			before := contents(t, dir)
			if _, err := vault.Create(dir); fault.KindOf(err) != fault.Conflict {
				t.Errorf("got %v, want Conflict", err)
			}
			if !maps.Equal(before, contents(t, dir)) {
				t.Error("the folder changed")
			}
		})
	}
}

func TestOpenOrCreate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "deep", "keys")
	first, err := vault.OpenOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	sealed := seal(t, first, "f", "r", "text")
	second, err := vault.OpenOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := second.Unseal("f", "r", sealed); err != nil || text != "text" {
		t.Errorf("opened again: got %q, %v", text, err)
	}
	if err := os.Remove(filepath.Join(dir, "encryption.keys.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenOrCreate(dir); err == nil {
		t.Error("half a set of keys was taken for none")
	}
}

func TestOpenRefusesWhatIsNotKeys(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(dir string) error{
		"no folder":         os.RemoveAll,
		"no index key":      func(dir string) error { return os.Remove(filepath.Join(dir, "index.keys.json")) },
		"no encryption key": func(dir string) error { return os.Remove(filepath.Join(dir, "encryption.keys.json")) },
		"an empty file":     func(dir string) error { return os.Truncate(filepath.Join(dir, "encryption.keys.json"), 0) },
		"something else": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "index.keys.json"), []byte("Dear Sir or Madam"), 0o600)
		},
		"the wrong kind of key": func(dir string) error {
			other := contents(t, dir)["encryption.keys.json"]
			return os.WriteFile(filepath.Join(dir, "index.keys.json"), []byte(other), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, dir := created(t)
			if err := harm(dir); err != nil {
				t.Fatal(err)
			}
			if _, err := vault.Open(dir); err == nil {
				t.Error("opened")
			}
		})
	}
}

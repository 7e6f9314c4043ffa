package profiles_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/profiles"
)

func open(t *testing.T, name string) *profile.Profile {
	t.Helper()
	p, err := profiles.Open(name)
	if err != nil {
		t.Fatalf("Open(%q): %v", name, err)
	}
	return p
}

func TestEveryShippedProfileIsGood(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]string{"massachusetts", "massachusetts-strict"}, sorted(profiles.Names())); diff != "" {
		t.Error(diff)
	}
	for _, name := range profiles.Names() {
		p := open(t, name)
		if p.ID != name || !p.Marketplace.Demo || p.Marketplace.DemoBanner.In("en") != "Demo: not a real marketplace" {
			t.Errorf("%s: id %q, demo %t, banner %q", name, p.ID, p.Marketplace.Demo, p.Marketplace.DemoBanner.In("en"))
		}
		for _, language := range p.Languages {
			if p.Marketplace.SupportHours[language] == "" || p.Marketplace.DemoBanner[language] == "" {
				t.Errorf("%s has no hours or banner in %s", name, language)
			}
		}
	}
}

// The default profile writes every key out, so that a reader of the file sees
// the whole policy, and what it says is what an absent key means.
func TestTheDefaultProfileStatesTheDefaults(t *testing.T) {
	t.Parallel()
	full := open(t, profiles.Default)
	bare, err := profile.Parse(full.ID, []byte(`
[marketplace]
name = "N"
payee_name = "P"
statement_descriptor = "HLTHMKT PREM"
support_phone = "1-800-555-0100"
support_hours = "always"
lockbox_address = ["PO Box 1", "Boston, MA 02199"]
`))
	if err != nil {
		t.Fatal(err)
	}
	bare.Marketplace, bare.Bank = full.Marketplace, full.Bank // who one is has no default
	if !reflect.DeepEqual(bare, full) {
		t.Error("massachusetts.toml says something else than the defaults of an absent key")
	}
	keys := keysOf(t, "massachusetts.toml")
	if got, want := len(keys), leaves(reflect.TypeFor[profile.Profile]()); got != want {
		t.Errorf("massachusetts.toml has %d keys, a profile has %d", got, want)
	}
	if diff := cmp.Diff(keys, keysOf(t, "massachusetts-strict.toml")); diff != "" {
		t.Errorf("the two profiles have different keys: %s", diff)
	}
}

// leaves counts the terms of a profile: fields that are no group of terms.
func leaves(group reflect.Type) int {
	n := 0
	for f := range group.Fields() {
		isGroup := f.Type.Kind() == reflect.Struct && f.Type.PkgPath() == group.PkgPath() && !strings.HasPrefix(f.Type.Name(), "Dated[")
		switch {
		case isGroup:
			n += leaves(f.Type)
		case f.Name != "ID": // the file's name
			n++
		}
	}
	return n
}

func TestStrictDiffersWhereOfficialPagesPromiseLess(t *testing.T) {
	t.Parallel()
	on := civil.MustParseDate("2026-11-20")
	summary := func(p *profile.Profile) []any {
		return []any{p.Methods.Card.On(on), p.Mail.Rule.On(on), p.Binder.Missed.On(on), p.Arrangement.Enabled.On(on)}
	}
	if diff := cmp.Diff([]any{true, profile.MailPostmark, profile.BinderRoll, true}, summary(open(t, "massachusetts"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{false, profile.MailReceived, profile.BinderLapse, false}, summary(open(t, "massachusetts-strict"))); diff != "" {
		t.Error(diff)
	}
}

func TestOpenAFile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("massachusetts.toml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cape.toml")
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "session_minutes = 30", "session_minutes = 20", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := open(t, path); p.ID != "cape" || p.Guest.SessionMinutes != 20 {
		t.Errorf("got %s with %d minutes", p.ID, p.Guest.SessionMinutes)
	}
}

func TestWhatCanNotBeOpened(t *testing.T) {
	t.Parallel()
	rows := []struct {
		situation, name string
		kind            fault.Kind
		says            string
	}{
		{"an unknown name", "vermont", fault.NotFound, "massachusetts-strict"},
		{"a path outside", "../profiles/massachusetts", fault.NotFound, "no profile"},
		{"a missing file", "nowhere.toml", fault.NotFound, "no file nowhere.toml"},
		{"a folder", filepath.Join(t.TempDir(), "x.toml"), fault.Invalid, "no file or larger"},
	}
	if err := os.Mkdir(rows[3].name, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		_, err := profiles.Open(r.name)
		if err == nil || fault.KindOf(err) != r.kind || !strings.Contains(err.Error(), r.says) {
			t.Errorf("%s: %v", r.situation, err)
		}
	}
}

func keysOf(t *testing.T, file string) map[string]bool {
	t.Helper()
	var values map[string]any
	meta, err := toml.DecodeFile(file, &values)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, k := range meta.Keys() {
		isText := len(k) == 3 // a text in one language
		if meta.Type(k...) != "Hash" && !isText {
			keys[k.String()] = true
		}
		if isText {
			keys[k[:2].String()] = true
		}
	}
	return keys
}

func sorted(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return out
}

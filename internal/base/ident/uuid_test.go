package ident_test

import (
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
)

type account struct{}

func standing(t testing.TB) *virtual.Clock {
	t.Helper()
	at, err := civil.ParseInstant("2026-11-20T19:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	return virtual.Standing(at)
}

func TestUUIDForm(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	c := standing(t)
	m := ident.NewMaker(c, nil)
	for range 10_000 {
		u := m.New()
		if !form.MatchString(u.String()) {
			t.Fatalf("%s is no UUIDv7", u)
		}
		back, err := ident.ParseUUID(u.String())
		if err != nil || back != u {
			t.Fatalf("ParseUUID(%s) = %s, %v", u, back, err)
		}
	}
	u := ident.NewMaker(c, nil).New()
	raw, ms := u.Raw(), int64(0)
	for _, b := range raw[:6] {
		ms = ms<<8 | int64(b)
	}
	if want := c.Now().Time().UnixMilli(); ms != want {
		t.Errorf("time in %s is %d ms, want %d", u, ms, want)
	}
}

func TestUUIDOrder(t *testing.T) {
	t.Parallel()
	c := standing(t)
	m := ident.NewMaker(c, nil)
	last := m.New()
	for i := range 20_000 { // more than one millisecond's 4,096 serials
		switch i {
		case 9_000:
			c.Advance(time.Second)
		case 12_000:
			c.Advance(-time.Hour) // a clock set back must not break the order
		}
		next := m.New()
		if next.Compare(last) <= 0 || next.String() <= last.String() {
			t.Fatalf("id %d: %s is not after %s", i, next, last)
		}
		last = next
	}
}

func TestUUIDUniqueAcrossGoroutines(t *testing.T) {
	t.Parallel()
	const workers, each = 8, 5_000
	m := ident.NewMaker(standing(t), nil)
	made := make([][]ident.UUID, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for range each {
				made[w] = append(made[w], m.New())
			}
		})
	}
	group.Wait()
	seen := make(map[ident.UUID]bool, workers*each)
	for _, ids := range made {
		if !slices.IsSortedFunc(ids, ident.UUID.Compare) {
			t.Error("one goroutine's ids are out of order")
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	if len(seen) != workers*each {
		t.Errorf("%d different ids, want %d", len(seen), workers*each)
	}
}

func TestUUIDFromASeed(t *testing.T) {
	t.Parallel()
	first := ident.NewMaker(standing(t), rand.NewChaCha8([32]byte{1}))
	second := ident.NewMaker(standing(t), rand.NewChaCha8([32]byte{1}))
	other := ident.NewMaker(standing(t), rand.NewChaCha8([32]byte{2}))
	for range 100 {
		a, b, c := first.New(), second.New(), other.New()
		if a != b {
			t.Fatalf("one seed made %s and %s", a, b)
		}
		if a == c {
			t.Fatalf("two seeds made %s", a)
		}
	}
}

func TestParseUUIDRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "0199", "01993a5b-7c3d-7e4f-8a9b-0c1d2e3f4a5", "01993a5b-7c3d-7e4f-8a9b-0c1d2e3f4a5bc",
		"01993a5b7c3d7e4f8a9b0c1d2e3f4a5b0000", "01993a5g-7c3d-7e4f-8a9b-0c1d2e3f4a5b",
		"{01993a5b-7c3d-7e4f-8a9b-0c1d2e3f4a}", "------------------------------------", "0199----------------------------5a5b", "01993a5b-7c3d-7e4f-8a9b-0c1d2e3f4a5g",
		"01993a5b_7c3d_7e4f_8a9b_0c1d2e3f4a5b", "' OR 1=1 -- ------------------------",
	} {
		if u, err := ident.ParseID[account](in); err == nil {
			t.Errorf("ParseID(%q) = %s, want an error", in, u)
		}
	}
}

func TestIDColumnsAndJSON(t *testing.T) {
	t.Parallel()
	want := ident.Make[account](ident.NewMaker(standing(t), nil))
	stored, err := want.Value()
	if err != nil || stored != want.String() {
		t.Fatalf("stored as %v, %v", stored, err)
	}
	raw := want.Raw()
	for _, src := range []any{stored, []byte(want.String()), raw, raw[:]} {
		var got ident.ID[account]
		if err := got.Scan(src); err != nil || got != want {
			t.Errorf("scanned %T as %s, %v", src, got, err)
		}
	}
	got := want
	if err := got.Scan(nil); err != nil || !got.IsZero() || got.String() != "" {
		t.Errorf("NULL scanned as %q, %v", got, err)
	}
	if null, err := got.Value(); null != nil || err != nil {
		t.Errorf("none stored as %v, %v", null, err)
	}
	for _, src := range []any{int64(7), "not an id", []byte("short"), 1.5} {
		if err := got.Scan(src); err == nil {
			t.Errorf("scanned %T %v", src, src)
		}
	}
	text, err := json.Marshal(want)
	if err != nil || json.Unmarshal(text, &got) != nil || got != want {
		t.Errorf("json %s read as %s, %v", text, got, err)
	}
	if err := json.Unmarshal([]byte(`""`), &got); err != nil || !got.IsZero() {
		t.Errorf("empty text read as %s, %v", got, err)
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	for _, fill := range []byte{0x00, 0x5a, 0xff} {
		hash := slices.Repeat([]byte{fill}, 20)
		u := ident.Named(hash)
		if !form.MatchString(u.String()) {
			t.Errorf("%s is no UUIDv8", u)
		}
		if again := ident.Named(hash); again != u {
			t.Errorf("the same hash gave %s and %s", u, again)
		}
	}
	if ident.Named(make([]byte, 16)) == ident.Named(slices.Repeat([]byte{1}, 16)) {
		t.Error("two hashes gave one name")
	}
}

package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// seen is what a look at a name came to.
type seen struct {
	name  string
	tries int64
}

// triesOf looks up how often names were tried.
func triesOf(tx *store.ReadTx, names []string) ([]seen, error) {
	all := make([]seen, len(names))
	for i, name := range names {
		tries, err := tx.Tries(name, time.Hour)
		if err != nil {
			return nil, err
		}
		all[i] = seen{name, tries}
	}
	return all, nil
}

func names() []string {
	var all []string
	for c := 'a'; c <= 'z'; c++ {
		all = append(all, string(c))
	}
	return all
}

// Whatever is written meanwhile, a look ahead sees the beginning: also what this
// very transaction had written before it looked.
func TestAheadSeesTheBeginning(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"nothing written before": false, "something written before": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) { seesTheBeginning(t, db, before) })
		})
	}
}

func seesTheBeginning(t *testing.T, db *store.DB, before bool) {
	t.Helper()
	var handed []seen
	err := db.InTx(t.Context(), "test", func(tx *store.Tx) error {
		handed = nil
		if before {
			tx.CountTry("x")
		}
		return store.Ahead(tx, names(), 3, triesOf, func(s seen) error {
			handed = append(handed, s)
			for _, name := range names() {
				tx.CountTry(name)
			}
			_, err := tx.Tries("a", time.Hour) // which sends what is queued
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range handed {
		want := seen{name: names()[i]}
		if before && s.name == "x" {
			want.tries = 1
		}
		if s != want {
			t.Errorf("look %d saw %v, not %v", i, s, want)
		}
	}
	if len(handed) != len(names()) {
		t.Errorf("%d of %d looks were handed on", len(handed), len(names()))
	}
}

// A look that fails, a write that fails, and who gives up end the transaction.
func TestAheadFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		ctx, giveUp := context.WithCancel(t.Context())
		for name, c := range map[string]struct {
			ctx  context.Context
			look func(*store.ReadTx, []string) ([]seen, error)
			then func(seen) error
			want error
		}{
			"look": {t.Context(), func(tx *store.ReadTx, some []string) ([]seen, error) {
				if slices.Contains(some, "m") {
					return nil, broken
				}
				return triesOf(tx, some)
			}, func(seen) error { return nil }, broken},
			"write": {t.Context(), triesOf, func(s seen) error {
				if s.name == "m" {
					return broken
				}
				return nil
			}, broken},
			"given up": {ctx, func(tx *store.ReadTx, some []string) ([]seen, error) {
				giveUp()
				return triesOf(tx, some)
			}, func(seen) error { return nil }, context.Canceled},
		} {
			err := db.InTx(c.ctx, "test", func(tx *store.Tx) error {
				return store.Ahead(tx, names(), 2, c.look, func(s seen) error {
					tx.CountTry("written")
					return c.then(s)
				})
			})
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_ = db.Read(t.Context(), "test", func(tx *store.ReadTx) error {
			if tries, err := tx.Tries("written", time.Hour); tries != 0 || err != nil {
				t.Errorf("%d writes stayed: %v", tries, err)
			}
			return nil
		})
	})
}

// A look that panics does so where the transaction is.
func TestAheadPanics(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		func() {
			defer func() {
				if r := recover(); r != "no" {
					t.Errorf("it panicked with %v", r)
				}
			}()
			_ = db.InTx(t.Context(), "test", func(tx *store.Tx) error {
				return store.Ahead(tx, names(), 2, func(*store.ReadTx, []string) ([]seen, error) { panic("no") }, func(seen) error { return nil })
			})
		}()
		err := db.InTx(t.Context(), "test", func(tx *store.Tx) error {
			tx.CountTry("after")
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

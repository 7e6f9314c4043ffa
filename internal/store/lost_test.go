package store_test

import (
	"context"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// When the connection breaks in the commit without a word, as when the server is
// killed, nobody knows what became of it.
func TestConnectionThatBreaksInTheCommit(t *testing.T) {
	t.Parallel()
	db, wire := storetest.OpenWired(t, virtual.Standing(storetest.Noon), false)
	for name, in := range map[string]func(context.Context, string, func(*store.Tx) error) error{"alone": db.InTx, "in the line": inLine(db, nobody)} {
		for how, count := range map[storetest.Break]int64{storetest.LoseCommit: 0, storetest.LoseAnswer: 1} {
			key, ran := name+time.Duration(how).String(), 0
			wire.Break(how)
			err := in(t.Context(), "test", func(tx *store.Tx) error {
				ran++
				_, err := tx.Tries(key, time.Hour)
				tx.CountTry(key)
				return err
			})
			if !fault.Is(err, fault.CodeUnknownOutcome) || ran != 1 || !wire.Broken() {
				t.Errorf("%s: want an unknown outcome, got %v; ran %d times", name, err, ran)
			}
			err = db.Read(t.Context(), "what became of it", func(tx *store.ReadTx) error {
				tries, err := tx.Tries(key, time.Hour)
				if tries != count {
					t.Errorf("%s, break %d: counted %d times, want %d", name, how, tries, count)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

package store

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Ahead looks at items and hands what was seen to then, which writes, in the
// order of the items. Every look sees what the transaction saw
// at its beginning: nothing of what then writes. A look may run beside others
// and beside then; it keeps to its transaction, its items and what is only read.
//
// Where one connection writes, looks at so many items each are taken by those
// that read, several side by side, while the transaction writes (ADR 0021).
// Otherwise the transaction itself looks at all of them first.
func Ahead[E, T any](tx *Tx, items []E, atOnce int, look func(tx *ReadTx, some []E) ([]T, error), then func(seen T) error) error {
	parts := slices.Collect(slices.Chunk(items, atOnce))
	if len(parts) > 1 && len(tx.pending)+len(tx.rows) == 0 && tx.db.engine.seenBeside(tx.session) {
		return lookBeside(tx, parts, look, then)
	}
	if len(items) == 0 {
		return nil
	}
	seen, err := look(tx.ReadTx, items)
	if err != nil {
		return err
	}
	return forEach(seen, then)
}

func forEach[T any](all []T, do func(T) error) error {
	for _, x := range all {
		if err := do(x); err != nil {
			return err
		}
	}
	return nil
}

// glance is one look under way. What it came to is known when it is over.
type glance[T any] struct {
	over   chan struct{}
	seen   []T
	err    error
	broken any // what it panicked with
}

// lookBeside has readers look, each in one transaction. Those begin after this
// one, which lets nobody else write, and end before it: so they see one state,
// that at its beginning.
func lookBeside[E, T any](tx *Tx, parts [][]E, look func(*ReadTx, []E) ([]T, error), then func(T) error) error {
	ctx, stop := context.WithCancelCause(tx.ctx)
	glances := make([]glance[T], len(parts))
	for i := range glances {
		glances[i].over = make(chan struct{})
	}
	var next atomic.Int64
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop(nil)
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		readers.Go(func() {
			err := tx.db.readOnce(ctx, func(reader *ReadTx) error {
				reader.now = tx.now
				for i := int(next.Add(1)) - 1; i < len(parts) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
					glances[i].take(func() ([]T, error) { return look(reader, parts[i]) })
				}
				return nil
			})
			if err != nil {
				stop(err)
			}
		})
	}
	for i := range glances {
		g := &glances[i]
		select {
		case <-g.over:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if g.broken != nil {
			panic(g.broken)
		}
		if g.err != nil {
			return g.err
		}
		if err := forEach(g.seen, then); err != nil {
			return err
		}
		g.seen = nil // not needed any more
	}
	return nil
}

// take looks. A panic is kept for whoever waits: here it would end the program.
func (g *glance[T]) take(look func() ([]T, error)) {
	defer close(g.over)
	defer func() { g.broken = recover() }()
	g.seen, g.err = look()
}

package store

import (
	"cmp"
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
// that read, several side by side, while the transaction writes (ADR 0023).
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

// aheadMost is how many looks for each reader may wait to be written: readers
// that are further ahead would only take processors from the writer.
const aheadMost = 2

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
	most := min(runtime.GOMAXPROCS(0), len(parts))
	room := make(chan struct{}, aheadMost*most)
	var next atomic.Int64
	var readers sync.WaitGroup
	defer readers.Wait()
	defer stop(nil)
	for range most {
		readers.Go(func() {
			err := tx.db.readOnce(ctx, func(reader *ReadTx) error {
				reader.now = tx.now
				for {
					select {
					case room <- struct{}{}:
					case <-ctx.Done():
						return nil
					}
					i := int(next.Add(1)) - 1
					if i >= len(parts) {
						return nil
					}
					glances[i].take(func() ([]T, error) { return look(reader, parts[i]) })
				}
			})
			if err != nil {
				stop(err)
			}
		})
	}
	for i := range glances {
		if err := glances[i].await(ctx); err != nil {
			return cmp.Or(tx.ctx.Err(), err)
		}
		if err := forEach(glances[i].seen, then); err != nil {
			return err
		}
		glances[i].seen = nil // not needed any more
		<-room
		if err := tx.flush(); err != nil { // while others look
			return err
		}
	}
	return nil
}

// take looks. A panic is kept for whoever waits: here it would end the program.
func (g *glance[T]) take(look func() ([]T, error)) {
	defer close(g.over)
	defer func() { g.broken = recover() }()
	g.seen, g.err = look()
}

// await waits until the look is over, or until no reader goes on.
func (g *glance[T]) await(ctx context.Context) error {
	select {
	case <-g.over:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if g.broken != nil {
		panic(g.broken)
	}
	return g.err
}

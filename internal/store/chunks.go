package store

import (
	"context"
	"sync"

	"quittance.org/quittance/internal/domain/enrollment"
)

// Chunks is work on many accounts, some hundred in a transaction.
type Chunks struct {
	Workers int // chunks at the same time; 0: as many as suit the engine
	// Next gives the chunks that come after an account, in the order of their
	// keys; none ends the work.
	Next func(tx *ReadTx, after enrollment.AccountID) ([][]enrollment.AccountID, error)
	// Do works one off in a transaction and tells how many things it added.
	Do func(ctx context.Context, ids []enrollment.AccountID) (added int, err error)
	// Failed is told of an account that the database refuses also by itself.
	Failed func(ctx context.Context, id enrollment.AccountID, cause error) error
}

// InChunks works chunks off until there is none. It ends at the first error that
// is not the fault of one account's data; a chunk is done whole or not at all,
// so that whoever calls it again goes on where it ended.
func (db *DB) InChunks(ctx context.Context, op string, c Chunks) error {
	if c.Workers == 0 {
		c.Workers = map[string]int{"sqlite": 1, "postgres": 4}[db.Engine()]
	}
	growth := db.NewGrowth()
	if err := db.allChunks(ctx, op, c, growth); err != nil {
		return err
	}
	return growth.End(ctx)
}

func (db *DB) allChunks(ctx context.Context, op string, c Chunks, growth *Growth) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	chunks := make(chan []enrollment.AccountID)
	var group sync.WaitGroup
	for range c.Workers {
		group.Go(func() {
			for chunk := range chunks {
				added, err := c.do(ctx, chunk)
				if err == nil {
					err = growth.Add(ctx, added)
				}
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	err := db.handOut(ctx, op, c, chunks)
	close(chunks)
	group.Wait()
	if cause := context.Cause(ctx); cause != nil { // also when all chunks were handed out
		return cause
	}
	return err
}

func (db *DB) handOut(ctx context.Context, op string, c Chunks, to chan<- []enrollment.AccountID) error {
	var after enrollment.AccountID
	for {
		var page [][]enrollment.AccountID
		err := db.Read(ctx, op, func(tx *ReadTx) (err error) {
			page, err = c.Next(tx, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, chunk := range page {
			select {
			case to <- chunk:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			after = chunk[len(chunk)-1]
		}
	}
}

// do works one chunk off. When the database refuses it as a whole, its accounts
// are worked off one by one, so that only the bad one is left.
func (c Chunks) do(ctx context.Context, ids []enrollment.AccountID) (added int, err error) {
	added, err = c.Do(ctx, ids)
	if err == nil || !Blameable(err) {
		return added, err
	}
	added = 0
	for i := range ids {
		one, err := c.Do(ctx, ids[i:i+1])
		if err != nil && Blameable(err) {
			one, err = 0, c.Failed(ctx, ids[i], err)
		}
		if err != nil {
			return added, err
		}
		added += one
	}
	return added, nil
}

package app

import (
	"context"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/store"
)

// Sessions keeps browser sessions for scs: encrypted, under the hash of their
// token. It goes by the machine's clock, as browsers do, also where the
// marketplace lives on a virtual one.
type Sessions struct {
	db    *store.DB
	clock clock.Clock
}

// NewSessions keeps sessions in a database.
func NewSessions(db *store.DB, machine clock.Clock) *Sessions { return &Sessions{db, machine} }

// FindCtx gives the data of a session, false if there is none.
func (s *Sessions) FindCtx(ctx context.Context, tokenHash string) (data []byte, found bool, err error) {
	err = s.db.Read(ctx, "find session", func(tx *store.ReadTx) error {
		data, found, err = tx.Session(tokenHash, s.clock.Now())
		return err
	})
	return data, found, err
}

// CommitCtx keeps a session.
func (s *Sessions) CommitCtx(ctx context.Context, tokenHash string, data []byte, expiry time.Time) error {
	return s.db.InTx(ctx, "keep session", func(tx *store.Tx) error {
		return tx.PutSession(tokenHash, data, civil.InstantOf(expiry))
	})
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, tokenHash string) error {
	return s.db.InTx(ctx, "end session", func(tx *store.Tx) error {
		tx.DeleteSession(tokenHash)
		return nil
	})
}

// Find gives the data of a session; scs asks for the form without a context.
func (s *Sessions) Find(tokenHash string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), tokenHash) //nolint:forbidigo // scs.CtxStore demands the form without a context; the manager calls the other
}

// Commit keeps a session.
func (s *Sessions) Commit(tokenHash string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), tokenHash, data, expiry) //nolint:forbidigo // scs.CtxStore demands the form without a context; the manager calls the other
}

// Delete ends a session.
func (s *Sessions) Delete(tokenHash string) error {
	return s.DeleteCtx(context.Background(), tokenHash) //nolint:forbidigo // scs.CtxStore demands the form without a context; the manager calls the other
}

package store

import "context"

// PrepareAll prepares every registered statement on this engine and gives the
// ones that fail, by name (S6). It runs nothing.
func (db *DB) PrepareAll(ctx context.Context) map[string]error {
	failed := map[string]error{}
	for _, s := range registry {
		for _, text := range []string{s.sql, s.textIn(modeWrite)} {
			if db.Engine() == "sqlite" && text != s.sql {
				continue
			}
			if err := db.engine.prepare(ctx, text); err != nil {
				failed[s.name] = err
			}
		}
	}
	return failed
}

-- +goose Up
-- Append-only. No foreign keys on this hot path: an entry and its transfers are
-- written together, and verify looks for orphans.
CREATE TABLE entry (
    account_id       {{.ID}} NOT NULL,
    entry_id         {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    effective_on     {{.Date}} NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    source_kind      TEXT NOT NULL,
    source_id        TEXT NOT NULL,
    actor            TEXT NOT NULL,
    reason           TEXT NOT NULL,
    reverses_id      {{.ID}},
    PRIMARY KEY (account_id, entry_id)
){{.Clustered}};

-- Every row balances by construction: one debit, one credit, one amount.
CREATE TABLE transfer (
    account_id       {{.ID}} NOT NULL,
    entry_id         {{.ID}} NOT NULL,
    seq              {{.Int64}} NOT NULL,
    debit            TEXT NOT NULL,
    debit_owner      TEXT NOT NULL,
    credit           TEXT NOT NULL,
    credit_owner     TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    PRIMARY KEY (account_id, entry_id, seq),
    CHECK (debit <> credit)
){{.Clustered}};

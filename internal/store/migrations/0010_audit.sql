-- +goose Up
CREATE TABLE audit (
    account_id       {{.ID}} NOT NULL,
    audit_id         {{.ID}} NOT NULL,
    operation        TEXT NOT NULL,
    actor            TEXT NOT NULL,
    subject          TEXT NOT NULL,
    summary          TEXT NOT NULL,
    reason           TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, audit_id)
){{.Clustered}};

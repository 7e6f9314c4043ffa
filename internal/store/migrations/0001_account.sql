-- +goose Up
-- Everything that belongs to an account leads with account_id: a payment
-- touches one account only, which is also what a distributed engine shards by.
CREATE TABLE account (
    account_id       {{.ID}} PRIMARY KEY,
    kind             TEXT NOT NULL CHECK (kind IN ('individual', 'group')),
    subscriber_id    TEXT NOT NULL UNIQUE,
    first_name       TEXT NOT NULL,
    last_name        TEXT NOT NULL,
    birth_date_enc   {{.Blob}} NOT NULL,
    birth_date_idx   {{.Blob}} NOT NULL,
    zip              TEXT NOT NULL,
    language         TEXT NOT NULL,
    email            TEXT NOT NULL,
    created_at       {{.Instant}} NOT NULL,
    -- counts the bulk transactions that have changed the account's money: who
    -- reads the account to change its money meanwhile collides with them
    bulk_version     {{.Int64}} NOT NULL DEFAULT 0
){{.Strict}}{{if .Postgres}} WITH (fillfactor = 85){{end}};

-- Other numbers that find an account: billing number, enrollment reference.
CREATE TABLE account_alias (
    alias            TEXT PRIMARY KEY,
    kind             TEXT NOT NULL CHECK (kind IN ('billing_number', 'enrollment_reference')),
    account_id       {{.ID}} NOT NULL REFERENCES account (account_id)
){{.Strict}};

CREATE INDEX account_alias_account ON account_alias (account_id);

CREATE TABLE member (
    account_id       {{.ID}} NOT NULL REFERENCES account (account_id),
    member_id        {{.ID}} NOT NULL,
    first_name       TEXT NOT NULL,
    last_name        TEXT NOT NULL,
    birth_date_enc   {{.Blob}} NOT NULL,
    birth_date_idx   {{.Blob}} NOT NULL,
    relation         TEXT NOT NULL,
    PRIMARY KEY (account_id, member_id)
){{.Strict}};

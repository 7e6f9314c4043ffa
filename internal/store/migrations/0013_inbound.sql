-- +goose Up
-- Every file that came in, whole, and the items of it that could not be used.
-- Lines before next_line are done: an import that was killed goes on from there.
CREATE TABLE inbound_file (
    file_id          {{.ID}} PRIMARY KEY,
    kind             TEXT NOT NULL,
    name             TEXT NOT NULL,
    sha256           TEXT NOT NULL,
    size_bytes       {{.Int64}} NOT NULL,
    received_at      {{.Instant}} NOT NULL,
    finished_at      {{.Instant}},
    next_line        {{.Int64}} NOT NULL,
    accepted         {{.Int64}} NOT NULL,
    unchanged        {{.Int64}} NOT NULL,
    rejected         {{.Int64}} NOT NULL
){{.Strict}};

CREATE UNIQUE INDEX inbound_file_once ON inbound_file (kind, sha256);

-- One row per problem; the first of a line carries the line itself.
CREATE TABLE inbound_reject (
    file_id          {{.ID}} NOT NULL REFERENCES inbound_file (file_id),
    line             {{.Int64}} NOT NULL,
    seq              {{.Int64}} NOT NULL,
    column_no        {{.Int64}} NOT NULL,
    field            TEXT NOT NULL,
    code             TEXT NOT NULL,
    message          TEXT NOT NULL,
    row_enc          {{.Blob}},
    PRIMARY KEY (file_id, line, seq)
){{.Strict}};

CREATE TABLE idempotency (
    scope            TEXT NOT NULL,
    idempotency_key  TEXT NOT NULL,
    input_hash       TEXT NOT NULL,
    response         TEXT NOT NULL,
    created_at       {{.Instant}} NOT NULL,
    PRIMARY KEY (scope, idempotency_key)
){{.Strict}};

-- Webhooks are stored before they are acted on; the same one twice is once.
CREATE TABLE webhook_event (
    processor        TEXT NOT NULL,
    event_id         TEXT NOT NULL,
    intent_id        {{.ID}} NOT NULL,
    received_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (processor, event_id)
){{.Strict}};

-- The file itself, whole, in parts of at most one megabyte, encrypted: it is
-- full of names and birth dates.
CREATE TABLE inbound_file_part (
    file_id          {{.ID}} NOT NULL REFERENCES inbound_file (file_id),
    seq              {{.Int64}} NOT NULL,
    content_enc      {{.Blob}} NOT NULL,
    PRIMARY KEY (file_id, seq)
){{.Strict}};

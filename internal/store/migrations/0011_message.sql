-- +goose Up
-- What was sent, as it was sent. The address is encrypted.
CREATE TABLE message (
    account_id       {{.ID}} NOT NULL,
    message_id       {{.ID}} NOT NULL,
    template         TEXT NOT NULL,
    language         TEXT NOT NULL,
    source_id        {{.ID}} NOT NULL,
    address_enc      {{.Blob}} NOT NULL,
    subject          TEXT NOT NULL,
    body_text        TEXT NOT NULL,
    body_html        TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    created_at       {{.Instant}} NOT NULL,
    sent_at          {{.Instant}},
    PRIMARY KEY (account_id, message_id)
){{.Strict}};

CREATE UNIQUE INDEX message_once ON message (account_id, source_id, template);

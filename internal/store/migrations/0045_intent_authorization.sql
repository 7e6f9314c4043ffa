-- +goose Up
-- What a payer agreed to, word for word, is with the intent (ACH-02, ACH-04:
-- kept): one row where there were two, of which one lay at a place by chance. All
-- NULL where nobody was asked. When it was and in which language the payer was
-- spoken to, the intent says anyway. What becomes of an intent changes, and
-- nothing else of it (S11).
{{- if .Postgres}}
ALTER TABLE intent ADD COLUMN text_version TEXT, ADD COLUMN wording TEXT, ADD COLUMN network TEXT, ADD COLUMN session_hash TEXT;
UPDATE intent SET text_version = a.text_version, wording = a.wording, network = a.network, session_hash = a.session_hash
    FROM payment_authorization a WHERE a.account_id = intent.account_id AND a.intent_id = intent.intent_id;
DROP TABLE payment_authorization;
REVOKE UPDATE, DELETE, TRUNCATE ON intent FROM CURRENT_USER;
GRANT UPDATE (state, session_ref, reason, updated_at) ON intent TO CURRENT_USER;
{{- else}}
-- Made anew, in the order of arrival: in a tree with the key in it, a row of this
-- length leaves room for few, and the end of it is packed again for every second one.
CREATE TABLE new_intent (
    intent_id        {{.ID}} PRIMARY KEY NOT NULL,
    account_id       {{.ID}} NOT NULL,
    channel          TEXT NOT NULL,
    method           TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    state            TEXT NOT NULL,
    input_hash       TEXT NOT NULL,
    processor        TEXT NOT NULL,
    session_ref      TEXT NOT NULL,
    reason           TEXT NOT NULL,
    email            TEXT NOT NULL,
    language         TEXT NOT NULL,
    submitted_at     {{.Instant}} NOT NULL,
    updated_at       {{.Instant}} NOT NULL,
    expires_at       {{.Instant}},
    number_enc       {{.Blob}},
    text_version     TEXT,
    wording          TEXT,
    network          TEXT,
    session_hash     TEXT
){{.Strict}};
INSERT INTO new_intent
    SELECT i.intent_id, i.account_id, i.channel, i.method, i.amount_cents, i.state, i.input_hash, i.processor, i.session_ref, i.reason, i.email,
        i.language, i.submitted_at, i.updated_at, i.expires_at, i.number_enc, a.text_version, a.wording, a.network, a.session_hash
    FROM intent i LEFT JOIN payment_authorization a ON a.account_id = i.account_id AND a.intent_id = i.intent_id ORDER BY i.intent_id;
DROP TABLE payment_authorization;
DROP TABLE intent;
ALTER TABLE new_intent RENAME TO intent;
CREATE INDEX intent_account ON intent (account_id, submitted_at);
CREATE INDEX intent_unsettled ON intent (updated_at, intent_id) WHERE state IN ('created', 'pending', 'unknown');
-- +goose StatementBegin
CREATE TRIGGER intent_no_update BEFORE UPDATE OF intent_id, account_id, channel, method, amount_cents, input_hash, processor, email, language,
    submitted_at, expires_at, number_enc, text_version, wording, network, session_hash ON intent
    BEGIN SELECT RAISE(ABORT, 'append-only: intent'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER intent_no_delete BEFORE DELETE ON intent BEGIN SELECT RAISE(ABORT, 'append-only: intent'); END;
-- +goose StatementEnd
{{- end}}

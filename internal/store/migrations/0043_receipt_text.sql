-- +goose Up
-- Where the receipt of a payment goes by text, sealed; NULL where nobody gave a
-- number (G6).
ALTER TABLE intent ADD COLUMN number_enc {{.Blob}};

-- What payers agreed to who gave a number for one text, for good: the words that
-- were shown, their version and language, the number, when and from where.
CREATE TABLE receipt_text_consent (
    account_id       {{.ID}} NOT NULL,
    intent_id        {{.ID}} NOT NULL,
    number_idx       {{.Blob}} NOT NULL,
    number_enc       {{.Blob}} NOT NULL,
    consent_version  TEXT NOT NULL,
    text_version     TEXT NOT NULL,
    language         TEXT NOT NULL,
    wording          TEXT NOT NULL,
    network          TEXT NOT NULL,
    session_hash     TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, intent_id)
){{.Clustered}};

CREATE INDEX receipt_text_consent_number ON receipt_text_consent (number_idx);

-- Numbers that have said STOP and not START since. Nothing is sent there that
-- was agreed to on a page alone.
CREATE TABLE text_stop (
    number_idx       {{.Blob}} PRIMARY KEY,
    stopped_at       {{.Instant}} NOT NULL
){{.Strict}};

INSERT INTO text_stop (number_idx, stopped_at)
    SELECT t.number_idx, MAX(t.state_at) FROM text_number t
    WHERE t.state = 'stopped' AND EXISTS (
        SELECT 1 FROM text_consent c
        WHERE c.account_id = t.account_id AND c.number_idx = t.number_idx AND c.state = 'stopped' AND c.how = 'reply')
    GROUP BY t.number_idx;

{{.Guard "receipt_text_consent"}}

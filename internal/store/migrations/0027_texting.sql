-- +goose Up
-- Numbers that bills are told to by text message (A14). Encrypted, and found by
-- a blind index: a message from the phone names the number alone. One number may
-- be that of several accounts.
CREATE TABLE text_number (
    account_id       {{.ID}} NOT NULL REFERENCES account (account_id),
    number_idx       {{.Blob}} NOT NULL,
    number_enc       {{.Blob}} NOT NULL,
    person_id        {{.ID}} NOT NULL REFERENCES person (person_id),
    state            TEXT NOT NULL CHECK (state IN ('asked', 'on', 'stopped', 'ended')),
    state_at         {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, number_idx)
){{.Strict}};

CREATE INDEX text_number_number ON text_number (number_idx);

-- Every agreement to text messages and every end of one, for good: the words
-- that were shown, their version and language, the number, who, when and from
-- where. network_idx is the whole address as a keyed hash.
CREATE TABLE text_consent (
    account_id       {{.ID}} NOT NULL,
    consent_id       {{.ID}} NOT NULL,
    person_id        {{.ID}} NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('asked', 'on', 'stopped', 'ended')),
    how              TEXT NOT NULL,
    number_idx       {{.Blob}} NOT NULL,
    number_enc       {{.Blob}} NOT NULL,
    consent_version  TEXT NOT NULL,
    text_version     TEXT NOT NULL,
    language         TEXT NOT NULL,
    wording          TEXT NOT NULL,
    browser          TEXT NOT NULL,
    network_idx      TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, consent_id)
){{.Clustered}};

-- Text messages about bills, word for word as they go out, beside the letter
-- about the same source. At night they wait until leaves_at.
CREATE TABLE text_message (
    account_id       {{.ID}} NOT NULL,
    text_id          {{.ID}} NOT NULL,
    template         TEXT NOT NULL,
    template_version {{.Int64}} NOT NULL,
    language         TEXT NOT NULL,
    source_id        {{.ID}} NOT NULL,
    number_idx       {{.Blob}} NOT NULL,
    number_enc       {{.Blob}} NOT NULL,
    body             TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'queued', 'sent', 'delivered', 'failed', 'suppressed', 'not_wanted')),
    leaves_at        {{.Instant}} NOT NULL,
    written_at       {{.Instant}} NOT NULL,
    state_at         {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, text_id)
){{.Strict}};

CREATE UNIQUE INDEX text_message_once ON text_message (account_id, source_id, template, number_idx);
CREATE UNIQUE INDEX text_message_id ON text_message (text_id);
CREATE INDEX text_message_waiting ON text_message (leaves_at) WHERE state = 'waiting';

-- Messages that came from phones, each taken once: the service may tell of one
-- twice. What was written is not kept, only what it was read as.
CREATE TABLE text_heard (
    heard_id         TEXT PRIMARY KEY,
    number_idx       {{.Blob}} NOT NULL,
    word             TEXT NOT NULL,
    heard_at         {{.Instant}} NOT NULL
){{.Strict}};

CREATE INDEX text_heard_at ON text_heard (heard_at);

{{.Guard "text_consent"}}

-- +goose Up
-- No foreign keys on this hot path: whoever writes has read the account in the
-- same transaction, and verify looks for orphans. No lists of allowed words
-- either: PostgreSQL takes the list apart for each insert, and Go's types keep it.
CREATE TABLE intent (
    intent_id        {{.ID}} PRIMARY KEY,
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
    expires_at       {{.Instant}}
){{.Clustered}};

CREATE INDEX intent_account ON intent (account_id, submitted_at);

-- The sweep asks the processor about these; there are few at any time.
CREATE INDEX intent_unsettled ON intent (updated_at, intent_id) WHERE state IN ('created', 'pending', 'unknown');

CREATE TABLE payment (
    account_id       {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    intent_id        {{.ID}} NOT NULL UNIQUE,
    channel          TEXT NOT NULL,
    method           TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    confirmation     TEXT NOT NULL UNIQUE,
    processor        TEXT NOT NULL,
    processor_ref    TEXT NOT NULL,
    last_four        TEXT NOT NULL,
    brand            TEXT NOT NULL,
    submitted_at     {{.Instant}} NOT NULL,
    received_on      {{.Date}} NOT NULL,
    effective_on     {{.Date}} NOT NULL,
    posted_at        {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, payment_id)
){{.Clustered}};

-- One processor charge is one payment (I9).
CREATE UNIQUE INDEX payment_processor_once ON payment (processor, processor_ref) WHERE processor <> '';

-- What is not yet applied of each payment: the read model of credit.member.
CREATE TABLE open_credit (
    account_id       {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    open_cents       {{.Int64}} NOT NULL CHECK (open_cents > 0),
    PRIMARY KEY (account_id, payment_id)
){{.Clustered}};

CREATE TABLE application (
    account_id       {{.ID}} NOT NULL,
    application_id   {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    charge_id        {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    entry_id         {{.ID}} NOT NULL,
    effective_on     {{.Date}} NOT NULL,
    PRIMARY KEY (account_id, application_id)
){{.Clustered}};

-- Bank account numbers are encrypted (REG-53); number_idx finds one again
-- without decrypting. The key is made of account, routing, kind and number, so
-- the same bank account is stored once.
CREATE TABLE bank_account (
    account_id       {{.ID}} NOT NULL,
    bank_account_id  {{.ID}} NOT NULL,
    holder_name      TEXT NOT NULL,
    kind             TEXT NOT NULL,
    routing          TEXT NOT NULL,
    number_enc       {{.Blob}} NOT NULL,
    number_idx       {{.Blob}} NOT NULL,
    last_four        TEXT NOT NULL,
    validated_at     {{.Instant}} NOT NULL,
    validation_ref   TEXT NOT NULL,
    PRIMARY KEY (account_id, bank_account_id)
){{.Clustered}};

-- The text that the payer agreed to, word for word (ACH-02, ACH-04: kept).
CREATE TABLE payment_authorization (
    account_id       {{.ID}} NOT NULL,
    intent_id        {{.ID}} NOT NULL,
    text_version     TEXT NOT NULL,
    language         TEXT NOT NULL,
    wording          TEXT NOT NULL,
    network          TEXT NOT NULL,
    session_hash     TEXT NOT NULL,
    authorized_at    {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, intent_id)
){{.Clustered}};

-- What moved an account's balance and is not on a bill yet; the next bill
-- lists it and clears it (R-BILL-3). A payment's amount is negative.
CREATE TABLE unbilled (
    account_id       {{.ID}} NOT NULL,
    activity_id      {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    effective_on     {{.Date}} NOT NULL,
    amount_cents     {{.Int64}} NOT NULL,
    PRIMARY KEY (account_id, activity_id)
){{.Clustered}};

-- Money that the bank or the card holder took back. Append-only, one per
-- payment at most.
CREATE TABLE payment_return (
    account_id       {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    code             TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    returned_on      {{.Date}} NOT NULL,
    entry_id         {{.ID}} NOT NULL,
    PRIMARY KEY (account_id, payment_id)
){{.Strict}};

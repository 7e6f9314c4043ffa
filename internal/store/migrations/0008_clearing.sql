-- +goose Up
-- Money on its way, item by item (I6). Closed when the bank reports it.
CREATE TABLE clearing_item (
    account_id       {{.ID}} NOT NULL,
    item_id          {{.ID}} NOT NULL,
    clearing         TEXT NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    opened_on        {{.Date}} NOT NULL,
    closed_on        {{.Date}},
    PRIMARY KEY (account_id, item_id)
){{.Clustered}};

-- A debit waiting for its place in an ACH file.
CREATE TABLE ach_entry (
    account_id       {{.ID}} NOT NULL,
    ach_entry_id     {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    bank_account_id  {{.ID}} NOT NULL,
    sec_code         TEXT NOT NULL,
    payment_type     TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    state            TEXT NOT NULL,
    requested_on     {{.Date}} NOT NULL,
    PRIMARY KEY (account_id, ach_entry_id)
){{.Clustered}};

CREATE INDEX ach_entry_waiting ON ach_entry (requested_on, account_id) WHERE state = 'waiting';

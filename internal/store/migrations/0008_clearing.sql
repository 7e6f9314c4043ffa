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

-- One movement by ACH: a debit (one-time or AutoPay), the second or third
-- presentation of one that was returned (ACH-32), a refund (ACH-37), a prenote
-- of $0 (ACH-10) or the reversal of an error (ACH-36). It waits until a file is
-- built that settles on settle_on or later, and is in one file for good (I11).
CREATE TABLE ach_entry (
    account_id       {{.ID}} NOT NULL,
    ach_entry_id     {{.ID}} NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('debit', 'retry', 'refund', 'prenote', 'reversal')),
    payment_id       {{.ID}},
    refund_id        {{.ID}},
    mandate_id       {{.ID}},
    first_entry_id   {{.ID}},
    bank_account_id  {{.ID}} NOT NULL,
    sec_code         TEXT NOT NULL CHECK (sec_code IN ('WEB', 'PPD', 'TEL', 'CCD')),
    payment_type     TEXT NOT NULL CHECK (payment_type IN ('S', 'R', '')),
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents >= 0),
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'filed', 'settled', 'returned', 'dropped')),
    settle_on        {{.Date}} NOT NULL,
    file_id          {{.ID}},
    trace            TEXT,
    PRIMARY KEY (account_id, ach_entry_id),
    CHECK ((kind = 'prenote') = (amount_cents = 0)),
    CHECK ((state IN ('waiting', 'dropped')) = (trace IS NULL)),
    CHECK ((file_id IS NULL) = (trace IS NULL))
){{.Clustered}};

CREATE INDEX ach_entry_waiting ON ach_entry (settle_on, account_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX ach_entry_trace ON ach_entry (trace) WHERE trace IS NOT NULL;
CREATE INDEX ach_entry_in_file ON ach_entry (file_id, trace) WHERE file_id IS NOT NULL;

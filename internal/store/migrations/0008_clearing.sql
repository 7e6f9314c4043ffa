-- +goose Up
-- Money on its way, item by item (I6). Closed when the bank reports it, by a
-- deposit. An item below zero is money on its way back: a payment that was
-- returned has two, which the bank reports one after the other.
CREATE TABLE clearing_item (
    account_id       {{.ID}} NOT NULL,
    item_id          {{.ID}} NOT NULL,
    clearing         TEXT NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents <> 0),
    opened_on        {{.Date}} NOT NULL,
    closed_on        {{.Date}},
    deposit_id       {{.ID}},
    PRIMARY KEY (account_id, item_id)
){{.Clustered}};

-- One movement by ACH. kind: a debit (one-time or AutoPay), a retry of one that
-- was returned (ACH-32), a refund (ACH-37), a prenote of $0 (ACH-10), a reversal
-- of an error (ACH-36). state: it is waiting until a file is built that settles
-- on settle_on or later; then filed, in one file for good, at a place and under a
-- trace number of its own in a round of 10,000,000 (I11, ACH-25); settled or
-- returned; or dropped before any file.
--
-- The table refuses what must never be sent. Two columns are looked up by the
-- statement that fills them: live_mandate_id is the mandate if it is not disputed
-- at the moment of filing (ACH-33), first_code is why the first presentation came
-- back if it may be presented again for that (ACH-32). PostgreSQL reads the text
-- of every CHECK anew for each statement, so this hot table has one.
CREATE TABLE ach_entry (
    account_id       {{.ID}} NOT NULL,
    ach_entry_id     {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    payment_id       {{.ID}},
    refund_id        {{.ID}},
    mandate_id       {{.ID}},
    first_entry_id   {{.ID}},
    first_code       TEXT,
    bank_account_id  {{.ID}} NOT NULL,
    sec_code         TEXT NOT NULL,
    payment_type     TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL,
    state            TEXT NOT NULL,
    settle_on        {{.Date}} NOT NULL,
    file_id          {{.ID}},
    file_seq         {{.Int64}},
    trace            TEXT,
    trace_round      {{.Int64}},
    live_mandate_id  {{.ID}},
    PRIMARY KEY (account_id, ach_entry_id),
    CHECK (amount_cents >= 0 AND (file_id IS NULL) = (trace IS NULL) AND (trace IS NULL) = (state = 'waiting' OR state = 'dropped')
        AND (trace IS NULL OR file_seq IS NOT NULL AND (mandate_id IS NULL OR live_mandate_id IS NOT NULL))
        AND (kind <> 'retry' OR first_code IS NOT NULL))
){{.Clustered}};

CREATE INDEX ach_entry_waiting ON ach_entry (kind, sec_code, settle_on, account_id, ach_entry_id) WHERE state = 'waiting';
CREATE UNIQUE INDEX ach_entry_trace ON ach_entry (trace, trace_round) WHERE trace IS NOT NULL;
CREATE UNIQUE INDEX ach_entry_in_file ON ach_entry (file_id, file_seq) WHERE file_id IS NOT NULL;

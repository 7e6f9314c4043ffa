-- +goose Up
-- A file to the bank. Its text is never kept: it is written anew from its rows,
-- the same bytes every time, and sha256 proves it. So all that the text says
-- beside the entries is here, whatever the profile says by then. building:
-- entries are being put in; held: whole, and over a limit; built: may be sent;
-- sending: it may be with the bank or not; sent; acknowledged or refused: the
-- bank's word; withdrawn: the bank has not got it, and its entries wait again.
CREATE TABLE ach_file (
    file_id          {{.ID}} PRIMARY KEY,
    bank_on          {{.Date}} NOT NULL,
    modifier         TEXT NOT NULL CHECK (LENGTH(modifier) = 1),
    settle_on        {{.Date}} NOT NULL,
    name             TEXT NOT NULL UNIQUE,
    state            TEXT NOT NULL CHECK (state IN ('building', 'held', 'built', 'sending', 'sent', 'acknowledged', 'refused', 'withdrawn')),
    bank_routing     TEXT NOT NULL,
    bank_name        TEXT NOT NULL,
    origin           TEXT NOT NULL,
    origin_name      TEXT NOT NULL,
    company_name     TEXT NOT NULL,
    company_id       TEXT NOT NULL,
    description      TEXT NOT NULL,
    entries          {{.Int64}} NOT NULL CHECK (entries >= 0),
    debit_cents      {{.Int64}} NOT NULL CHECK (debit_cents >= 0),
    credit_cents     {{.Int64}} NOT NULL CHECK (credit_cents >= 0),
    bytes            {{.Int64}} NOT NULL,
    sha256           TEXT NOT NULL,
    built_by         TEXT NOT NULL,
    opened_at        {{.Instant}} NOT NULL,
    built_at         {{.Instant}},
    held_for         TEXT NOT NULL,
    released_by      TEXT NOT NULL,
    released_at      {{.Instant}},
    sent_at          {{.Instant}},
    answered_at      {{.Instant}},
    answer           TEXT NOT NULL,
    UNIQUE (bank_on, modifier),
    CHECK (state IN ('building', 'held', 'withdrawn') OR held_for = '' OR released_by <> ''),
    CHECK (released_by = '' OR released_by <> built_by)
){{.Strict}};

CREATE INDEX ach_file_open ON ach_file (bank_on, modifier) WHERE state <> 'acknowledged' AND state <> 'withdrawn';

-- A batch: neighbouring entries of one kind and class.
CREATE TABLE ach_batch (
    file_id          {{.ID}} NOT NULL REFERENCES ach_file (file_id),
    batch_no         {{.Int64}} NOT NULL,
    kind             TEXT NOT NULL,
    sec_code         TEXT NOT NULL,
    entries          {{.Int64}} NOT NULL CHECK (entries > 0),
    debit_cents      {{.Int64}} NOT NULL CHECK (debit_cents >= 0),
    credit_cents     {{.Int64}} NOT NULL CHECK (credit_cents >= 0),
    PRIMARY KEY (file_id, batch_no)
){{.Strict}};

-- Money that goes back to who paid it (R-PAY-8). asked: above the limit of one
-- person it waits for a second; approved: posted, and an ACH entry carries it;
-- declined: the second person said no; paid: the bank says so; failed: it came
-- back, and is credit again.
CREATE TABLE refund (
    account_id       {{.ID}} NOT NULL,
    refund_id        {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    bank_account_id  {{.ID}} NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    state            TEXT NOT NULL CHECK (state IN ('asked', 'approved', 'declined', 'paid', 'failed')),
    reason           TEXT NOT NULL CHECK (reason <> ''),
    asked_by         TEXT NOT NULL CHECK (asked_by <> ''),
    asked_at         {{.Instant}} NOT NULL,
    needs_two        {{.Bool}} NOT NULL,
    decided_by       TEXT NOT NULL,
    decided_at       {{.Instant}},
    entry_id         {{.ID}},
    closed_on        {{.Date}},
    PRIMARY KEY (account_id, refund_id),
    CHECK ((state IN ('approved', 'paid', 'failed')) = (entry_id IS NOT NULL)),
    CHECK (state = 'asked' OR decided_by <> ''),
    CHECK (state = 'asked' OR NOT needs_two OR decided_by <> asked_by)
){{.Strict}};

CREATE INDEX refund_asked ON refund (account_id, refund_id) WHERE state = 'asked';

-- The reversal of an entry that was an error takes two people (ACH-36).
CREATE TABLE ach_reversal (
    account_id       {{.ID}} NOT NULL,
    first_entry_id   {{.ID}} NOT NULL,
    why              TEXT NOT NULL CHECK (why IN ('duplicate', 'wrong_amount', 'wrong_receiver', 'wrong_date')),
    found_at         {{.Instant}} NOT NULL,
    reason           TEXT NOT NULL CHECK (reason <> ''),
    asked_by         TEXT NOT NULL CHECK (asked_by <> ''),
    asked_at         {{.Instant}} NOT NULL,
    approved_by      TEXT NOT NULL,
    approved_at      {{.Instant}},
    ach_entry_id     {{.ID}},
    PRIMARY KEY (account_id, first_entry_id),
    CHECK (approved_by <> asked_by),
    CHECK ((ach_entry_id IS NULL) = (approved_by = ''))
){{.Strict}};

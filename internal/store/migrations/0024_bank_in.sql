-- +goose Up
-- What bank files say, item by item, and what became of it. The files are kept
-- whole beside it (inbound_file). item_key is what makes an item the same one
-- when it comes again, in whatever file: it counts once (ACH-42). amount_cents
-- of a statement line is negative when money left.
CREATE TABLE bank_item (
    file_id          {{.ID}} NOT NULL REFERENCES inbound_file (file_id),
    line             {{.Int64}} NOT NULL,
    seq              {{.Int64}} NOT NULL,
    kind             TEXT NOT NULL,
    code             TEXT NOT NULL,
    trace            TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL,
    item_on          {{.Date}} NOT NULL,
    item_key         TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('posted', 'noted', 'known', 'waiting', 'set_aside', 'resolved')),
    reason           TEXT NOT NULL,
    note             TEXT NOT NULL,
    account_id       {{.ID}},
    ach_entry_id     {{.ID}},
    state_at         {{.Instant}} NOT NULL,
    state_by         TEXT NOT NULL,
    PRIMARY KEY (file_id, line, seq)
){{.Strict}};

CREATE UNIQUE INDEX bank_item_once ON bank_item (item_key) WHERE state <> 'known';

-- The queue of staff: breaks of the statement, and what could not be used.
CREATE INDEX bank_item_open ON bank_item (item_on, file_id, line, seq) WHERE state IN ('waiting', 'set_aside');

-- Entries that the bank sent back: once each, whatever the codes (ACH-30).
CREATE TABLE ach_return (
    account_id       {{.ID}} NOT NULL,
    ach_entry_id     {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    code             TEXT NOT NULL,
    class            TEXT NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents >= 0),
    returned_on      {{.Date}} NOT NULL,
    late             {{.Bool}} NOT NULL,
    PRIMARY KEY (account_id, ach_entry_id)
){{.Clustered}};

CREATE INDEX ach_return_on ON ach_return (returned_on);

-- A line of the statement that agrees with money on its way: what it closes
-- moves between clearing and cash. One that settles an ACH file goes through the
-- file by the places of entries, many at a time; it is in progress until done_at.
CREATE TABLE deposit (
    deposit_id       {{.ID}} PRIMARY KEY,
    bank_file_id     {{.ID}} NOT NULL,
    bank_line        {{.Int64}} NOT NULL,
    bank_seq         {{.Int64}} NOT NULL,
    clearing         TEXT NOT NULL,
    side             TEXT NOT NULL CHECK (side IN ('debits', 'credits', 'returned', 'items')),
    ach_file_id      {{.ID}},
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents <> 0),
    posted_cents     {{.Int64}} NOT NULL,
    deposited_on     {{.Date}} NOT NULL,
    next_seq         {{.Int64}} NOT NULL,
    done_at          {{.Instant}},
    CHECK (done_at IS NULL OR posted_cents = amount_cents)
){{.Strict}};

-- The debits of a file reach us once, and so do its credits the others.
CREATE UNIQUE INDEX deposit_of_file ON deposit (ach_file_id, side) WHERE ach_file_id IS NOT NULL;
CREATE INDEX deposit_open ON deposit (deposit_id) WHERE done_at IS NULL;

-- The return rates day by day (ACH-34), and who let debits go on in spite of
-- them. rates is JSON.
CREATE TABLE ach_guard (
    guard_on         {{.Date}} PRIMARY KEY,
    debits           {{.Int64}} NOT NULL,
    unauthorized     {{.Int64}} NOT NULL,
    administrative   {{.Int64}} NOT NULL,
    returned         {{.Int64}} NOT NULL,
    level            TEXT NOT NULL CHECK (level IN ('ok', 'alarm', 'stop')),
    judged_at        {{.Instant}} NOT NULL
){{.Strict}};

CREATE TABLE ach_guard_release (
    release_id       {{.ID}} PRIMARY KEY,
    rates            TEXT NOT NULL,
    actor            TEXT NOT NULL,
    second           TEXT NOT NULL,
    reason           TEXT NOT NULL,
    released_on      {{.Date}} NOT NULL,
    released_at      {{.Instant}} NOT NULL,
    CHECK (actor <> second)
){{.Strict}};
{{.Guard "ach_return"}}
{{.Guard "ach_guard_release"}}

-- +goose Up
-- A letter goes by one or two channels, each a row of its own with the words
-- as they went out. What goes on paper is kept as the document that the page is
-- laid out from, packed: the same bytes can be printed again.
ALTER TABLE message ADD COLUMN channel TEXT NOT NULL DEFAULT 'email' CHECK (channel IN ('email', 'print'));
ALTER TABLE message ADD COLUMN template_version {{.Int64}} NOT NULL DEFAULT 1;
ALTER TABLE message ADD COLUMN stock TEXT NOT NULL DEFAULT '' CHECK (stock IN ('', 'letter', 'bill'));
ALTER TABLE message ADD COLUMN document {{.Blob}};
ALTER TABLE message ADD COLUMN batch_no {{.Int64}};

DROP INDEX message_once;
CREATE UNIQUE INDEX message_once ON message (account_id, source_id, template, channel);
CREATE INDEX message_to_print ON message (stock, account_id, message_id) WHERE state = 'queued' AND channel = 'print' AND batch_no IS NULL;
CREATE INDEX message_in_batch ON message (batch_no, account_id, message_id) WHERE batch_no IS NOT NULL;

-- One file for the mail house. open: its letters are chosen, the file may be
-- half written; made: the file is whole, beside the outbox; out: it is in the
-- outbox, whence the mail house takes it.
CREATE TABLE print_batch (
    batch_no         {{.Int64}} PRIMARY KEY,
    batch_on         {{.Date}} NOT NULL,
    stock            TEXT NOT NULL CHECK (stock IN ('letter', 'bill')),
    state            TEXT NOT NULL CHECK (state IN ('open', 'made', 'out')),
    letters          {{.Int64}} NOT NULL,
    pages            {{.Int64}} NOT NULL,
    sha256           TEXT NOT NULL,
    opened_at        {{.Instant}} NOT NULL,
    made_at          {{.Instant}},
    out_at           {{.Instant}}
){{.Strict}};

CREATE INDEX print_batch_unfinished ON print_batch (batch_no) WHERE state <> 'out';

INSERT INTO counter (name, n) VALUES ('print_batch', 0);

-- Where mail goes, as the eligibility system tells it: street and town, without
-- the name and the ZIP code of the account.
CREATE TABLE mailing_address (
    account_id       {{.ID}} PRIMARY KEY,
    lines_enc        {{.Blob}} NOT NULL
){{.Strict}};

-- Letters that could not be written or printed, with the reason, for staff.
-- Cleared when one is. The source is the notice, bill, payment or message.
CREATE TABLE letter_exception (
    account_id       {{.ID}} NOT NULL,
    source_id        {{.ID}} NOT NULL,
    about            TEXT NOT NULL CHECK (about IN ('notice', 'bill', 'return', 'extension', 'print')),
    code             TEXT NOT NULL,
    reason           TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, source_id)
){{.Strict}};

CREATE INDEX letter_exception_about ON letter_exception (about, account_id, source_id);

-- The highest bill number that was given out when letters for bills were
-- written on a day. Whoever looks for bills without a letter begins at that of
-- some days ago: numbers rise, and one is in a bill within hours or never.
CREATE TABLE bill_mark (
    marked_on        {{.Date}} PRIMARY KEY,
    bill_no          TEXT NOT NULL
){{.Strict}};

CREATE INDEX payment_return_on ON payment_return (returned_on, account_id);

-- The day on which the letter about it was written, or found not to be needed.
ALTER TABLE due_extension ADD COLUMN told_on {{.Date}};
CREATE INDEX due_extension_untold ON due_extension (account_id, due_on) WHERE told_on IS NULL;

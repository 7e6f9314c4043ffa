-- +goose Up
-- Sealed when issued (R-BILL-4). The document is the whole bill with its
-- explanation as canonical JSON; the columns repeat what is searched. The link
-- code is the bill's short address on the public site (brief F4).
CREATE TABLE bill (
    account_id       {{.ID}} NOT NULL,
    bill_id          {{.ID}} NOT NULL,
    bill_no          TEXT NOT NULL UNIQUE,
    kind             TEXT NOT NULL CHECK (kind IN ('enrollment', 'monthly')),
    coverage_month   TEXT NOT NULL,
    revision         {{.Int64}} NOT NULL CHECK (revision > 0),
    issued_on        {{.Date}} NOT NULL,
    due_on           {{.Date}} NOT NULL,
    total_cents      {{.Int64}} NOT NULL,
    document         TEXT NOT NULL,
    issued_at        {{.Instant}} NOT NULL,
    link_code        TEXT NOT NULL UNIQUE,
    PRIMARY KEY (account_id, bill_id)
){{.Strict}};

CREATE UNIQUE INDEX bill_once ON bill (account_id, coverage_month, kind, revision);

CREATE TABLE bill_run (
    coverage_month   TEXT PRIMARY KEY,
    started_at       {{.Instant}} NOT NULL,
    finished_at      {{.Instant}},
    billed           {{.Int64}} NOT NULL,
    nothing_due      {{.Int64}} NOT NULL,
    set_aside        {{.Int64}} NOT NULL
){{.Strict}};

-- Accounts that a bill run could not bill, with the reason. Cleared when a
-- later run bills them.
CREATE TABLE bill_exception (
    coverage_month   TEXT NOT NULL,
    account_id       {{.ID}} NOT NULL,
    code             TEXT NOT NULL,
    reason           TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (coverage_month, account_id)
){{.Strict}};

-- Accounts with a new enrollment whose first bill is to be issued at once
-- (R-BIND-1). Written with the enrollment, deleted with the bill.
CREATE TABLE first_bill_due (
    account_id       {{.ID}} PRIMARY KEY,
    since            {{.Instant}} NOT NULL
){{.Strict}};

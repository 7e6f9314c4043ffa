-- +goose Up
-- One live charge per enrollment and month (I10): generation 1 is the first
-- charge; a correction reverses it and writes generation 2.
CREATE TABLE charge (
    account_id       {{.ID}} NOT NULL,
    charge_id        {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    coverage_month   TEXT NOT NULL,
    generation       {{.Int64}} NOT NULL CHECK (generation > 0),
    kind             TEXT NOT NULL CHECK (kind IN ('charge', 'reversal')),
    carrier_id       TEXT NOT NULL,
    gross_cents      {{.Int64}} NOT NULL CHECK (gross_cents >= 0),
    aptc_cents       {{.Int64}} NOT NULL CHECK (aptc_cents >= 0),
    state_cents      {{.Int64}} NOT NULL CHECK (state_cents >= 0),
    member_cents     {{.Int64}} NOT NULL CHECK (member_cents >= 0),
    due_on           {{.Date}} NOT NULL,
    binder           {{.Bool}} NOT NULL,
    charged_on       {{.Date}} NOT NULL,
    entry_id         {{.ID}},
    PRIMARY KEY (account_id, charge_id),
    CHECK (gross_cents = aptc_cents + state_cents + member_cents)
){{.Clustered}};

CREATE UNIQUE INDEX charge_once ON charge (account_id, enrollment_id, coverage_month, generation, kind);

-- What is still unpaid of each live charge: the read model of
-- receivable.member, kept by guarded update beside the transfer (S13).
CREATE TABLE open_charge (
    account_id       {{.ID}} NOT NULL,
    charge_id        {{.ID}} NOT NULL,
    open_cents       {{.Int64}} NOT NULL CHECK (open_cents > 0),
    PRIMARY KEY (account_id, charge_id)
){{.Clustered}};

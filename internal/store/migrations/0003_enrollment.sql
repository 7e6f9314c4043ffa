-- +goose Up
-- decided tells that there are decisions on the enrollment. Who finds none here
-- need not look for them, and so does not collide with those who add some
-- nearby (SERIALIZABLE). Room on each page lets the mark be set in place,
-- without a new entry in the index.
CREATE TABLE enrollment (
    account_id       {{.ID}} NOT NULL REFERENCES account (account_id),
    enrollment_id    {{.ID}} NOT NULL,
    reference        TEXT NOT NULL UNIQUE,
    plan_id          TEXT NOT NULL REFERENCES plan (plan_id),
    carrier_id       TEXT NOT NULL REFERENCES carrier (carrier_id),
    kind             TEXT NOT NULL CHECK (kind IN ('medical', 'dental')),
    renewal          {{.Bool}} NOT NULL,
    first_month      TEXT NOT NULL,
    last_month       TEXT NOT NULL,
    version          {{.Int64}} NOT NULL CHECK (version > 0),
    created_at       {{.Instant}} NOT NULL,
    decided          {{.Bool}} NOT NULL DEFAULT FALSE,
    PRIMARY KEY (account_id, enrollment_id),
    CHECK (first_month <= last_month)
){{.Strict}}{{if .Postgres}} WITH (fillfactor = 80){{end}};

CREATE TABLE enrollment_member (
    account_id       {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    member_id        {{.ID}} NOT NULL,
    PRIMARY KEY (account_id, enrollment_id, member_id)
){{.Strict}};

-- A correction from the eligibility system is a new version of all segments of
-- the enrollment; the old ones stay (R-PLAN-4: all four amounts are stored).
CREATE TABLE premium_segment (
    account_id       {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    version          {{.Int64}} NOT NULL,
    from_month       TEXT NOT NULL,
    to_month         TEXT NOT NULL,
    gross_cents      {{.Int64}} NOT NULL CHECK (gross_cents >= 0),
    aptc_cents       {{.Int64}} NOT NULL CHECK (aptc_cents >= 0),
    state_cents      {{.Int64}} NOT NULL CHECK (state_cents >= 0),
    member_cents     {{.Int64}} NOT NULL CHECK (member_cents >= 0),
    PRIMARY KEY (account_id, enrollment_id, version, from_month),
    CHECK (from_month <= to_month),
    CHECK (gross_cents = aptc_cents + state_cents + member_cents)
){{.Strict}};

-- +goose Up
-- What staff grant: relief for hardship, a clock that stands, a debt spread
-- over months, a due date moved (R-DUE-8, R-DUE-9, R-CAL-3). The mark
-- enrollment.relief says that there is any for an enrollment, so that nobody
-- looks for it in vain.
ALTER TABLE enrollment ADD COLUMN relief {{.Bool}} NOT NULL DEFAULT FALSE;

-- The last day on which a plan may be selected; none: not known, open (R-BIND-2).
ALTER TABLE enrollment ADD COLUMN window_ends_on {{.Date}};

CREATE TABLE waiver (
    account_id       {{.ID}} NOT NULL,
    waiver_id        {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    from_month       TEXT NOT NULL,
    to_month         TEXT NOT NULL,
    percent          {{.Int64}} NOT NULL CHECK (percent >= 0 AND percent <= 100),
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents >= 0),
    criterion        TEXT NOT NULL,
    appeal_by        {{.Date}},
    granted_on       {{.Date}} NOT NULL,
    actor            TEXT NOT NULL,
    PRIMARY KEY (account_id, waiver_id),
    CHECK (from_month <= to_month)
){{.Strict}};

-- Until further notice while to_on is none. Ended by setting it, with an audit
-- event.
CREATE TABLE hold (
    account_id       {{.ID}} NOT NULL,
    hold_id          {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    from_on          {{.Date}} NOT NULL,
    to_on            {{.Date}},
    cause            TEXT NOT NULL CHECK (cause IN ('appeal', 'disaster', 'investigation')),
    reason           TEXT NOT NULL,
    actor            TEXT NOT NULL,
    PRIMARY KEY (account_id, hold_id)
){{.Strict}};

CREATE TABLE arrangement (
    account_id       {{.ID}} NOT NULL,
    arrangement_id   {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    made_on          {{.Date}} NOT NULL,
    through_month    TEXT NOT NULL,
    reason           TEXT NOT NULL,
    actor            TEXT NOT NULL,
    PRIMARY KEY (account_id, arrangement_id)
){{.Strict}};

CREATE TABLE installment (
    account_id       {{.ID}} NOT NULL,
    arrangement_id   {{.ID}} NOT NULL,
    due_on           {{.Date}} NOT NULL,
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    PRIMARY KEY (account_id, arrangement_id, due_on)
){{.Strict}};

-- One row for each account that an extension was given to, a cohort's too.
CREATE TABLE due_extension (
    account_id       {{.ID}} NOT NULL,
    due_on           {{.Date}} NOT NULL,
    until_on         {{.Date}} NOT NULL,
    reason           TEXT NOT NULL,
    actor            TEXT NOT NULL,
    granted_at       {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, due_on),
    CHECK (until_on > due_on)
){{.Strict}};

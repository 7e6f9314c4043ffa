-- +goose Up
-- What a member lets the marketplace take (R-AUTO-1). The row has the terms and
-- the state of today; what was agreed and what changed is kept for good below.
CREATE TABLE mandate (
    account_id       {{.ID}} NOT NULL,
    mandate_id       {{.ID}} NOT NULL,
    person_id        {{.ID}},
    bank_account_id  {{.ID}} NOT NULL,
    day              {{.Int64}} NOT NULL CHECK (day BETWEEN 1 AND 31),
    cap_cents        {{.Int64}} CHECK (cap_cents > 0),
    notice           TEXT NOT NULL CHECK (notice IN ('always', 'over')),
    notice_over_cents {{.Int64}} NOT NULL CHECK (notice_over_cents >= 0),
    first_cents      {{.Int64}} NOT NULL CHECK (first_cents >= 0),
    state            TEXT NOT NULL CHECK (state IN ('active', 'paused', 'stopped', 'disputed')),
    reason           TEXT NOT NULL,
    state_on         {{.Date}} NOT NULL,
    stop_on          {{.Date}},
    live_at          {{.Instant}} NOT NULL,
    authorized_at    {{.Instant}} NOT NULL,
    version          {{.Int64}} NOT NULL CHECK (version > 0),
    PRIMARY KEY (account_id, mandate_id),
    CHECK ((state = 'active') = (reason = ''))
){{.Strict}}{{if .Postgres}} WITH (fillfactor = 85){{end}};

CREATE UNIQUE INDEX mandate_one ON mandate (account_id) WHERE state IN ('active', 'paused');
CREATE INDEX mandate_paused ON mandate (account_id) WHERE state = 'paused';
CREATE INDEX mandate_stopping ON mandate (stop_on, account_id) WHERE stop_on IS NOT NULL AND state IN ('active', 'paused');

-- What the member agreed to, word for word, with the terms of the time and the
-- proof (ACH-02, ACH-04, REG-40). Version 1 is the mandate itself, each change
-- another one. Append-only.
CREATE TABLE mandate_authorization (
    account_id       {{.ID}} NOT NULL,
    mandate_id       {{.ID}} NOT NULL,
    version          {{.Int64}} NOT NULL CHECK (version > 0),
    operation_id     {{.ID}} NOT NULL UNIQUE,
    person_id        {{.ID}},
    bank_account_id  {{.ID}} NOT NULL,
    day              {{.Int64}} NOT NULL,
    cap_cents        {{.Int64}},
    notice           TEXT NOT NULL,
    notice_over_cents {{.Int64}} NOT NULL,
    text_version     TEXT NOT NULL CHECK (text_version <> ''),
    language         TEXT NOT NULL,
    wording          TEXT NOT NULL CHECK (wording <> ''),
    channel          TEXT NOT NULL,
    network          TEXT NOT NULL,
    session_hash     TEXT NOT NULL,
    method           TEXT NOT NULL,
    authorized_at    {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, mandate_id, version)
){{.Strict}};

-- Each state that a mandate came into: whether it was live when a debit was
-- filed is read from here (I14). Append-only.
CREATE TABLE mandate_event (
    account_id       {{.ID}} NOT NULL,
    event_id         {{.ID}} NOT NULL,
    mandate_id       {{.ID}} NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('active', 'paused', 'stopped', 'disputed')),
    reason           TEXT NOT NULL,
    state_on         {{.Date}} NOT NULL,
    actor            TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, event_id)
){{.Clustered}};

-- One debit: planned with the bill, frozen when the file of its day is built.
-- It never settles before the member's day (R-AUTO-4), never takes more than
-- was told (R-AUTO-2), and a retry takes the same (ACH-32).
CREATE TABLE draft (
    account_id       {{.ID}} NOT NULL,
    draft_id         {{.ID}} NOT NULL,
    mandate_id       {{.ID}} NOT NULL,
    coverage_month   TEXT NOT NULL,
    bill_no          TEXT NOT NULL,
    attempt          {{.Int64}} NOT NULL CHECK (attempt BETWEEN 0 AND 2),
    debit_on         {{.Date}} NOT NULL,
    settle_on        {{.Date}} NOT NULL,
    noticed_cents    {{.Int64}} NOT NULL CHECK (noticed_cents > 0),
    noticed_on       {{.Date}},
    notice_by        {{.Date}} NOT NULL,
    last_cents       {{.Int64}} NOT NULL CHECK (last_cents >= 0),
    usual_cents      {{.Int64}} NOT NULL CHECK (usual_cents >= 0),
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents >= 0),
    state            TEXT NOT NULL CHECK (state IN ('planned', 'held', 'frozen', 'skipped', 'canceled')),
    reason           TEXT NOT NULL,
    released         {{.Bool}} NOT NULL,
    payment_id       {{.ID}},
    frozen_at        {{.Instant}},
    PRIMARY KEY (account_id, draft_id),
    CHECK (settle_on >= debit_on),
    CHECK (amount_cents <= noticed_cents),
    CHECK (attempt = 0 OR amount_cents IN (0, noticed_cents)),
    CHECK ((state = 'frozen') = (payment_id IS NOT NULL)),
    CHECK ((state = 'frozen') = (amount_cents > 0)),
    CHECK ((state = 'frozen') = (frozen_at IS NOT NULL))
){{.Strict}}{{if .Postgres}} WITH (fillfactor = 85){{end}};

CREATE UNIQUE INDEX draft_once ON draft (account_id, mandate_id, coverage_month, attempt) WHERE state <> 'canceled';
CREATE INDEX draft_open ON draft (account_id, settle_on) WHERE state IN ('planned', 'held');
CREATE INDEX draft_of_payment ON draft (account_id, payment_id) WHERE payment_id IS NOT NULL;

-- Bank accounts that a signed-in person saved (MA-PORT-8), each checked before
-- its first debit (R-AUTO-8, ACH-06).
CREATE TABLE saved_bank_account (
    account_id        {{.ID}} NOT NULL,
    bank_account_id   {{.ID}} NOT NULL,
    person_id         {{.ID}},
    nickname          TEXT NOT NULL,
    saved_on          {{.Date}} NOT NULL,
    removed_on        {{.Date}},
    validated_at      {{.Instant}} NOT NULL,
    validation_method TEXT NOT NULL CHECK (validation_method IN ('service', 'bank', 'prenote')),
    validation_ref    TEXT NOT NULL, -- of a prenote '' until the bank has answered
    PRIMARY KEY (account_id, bank_account_id)
){{.Strict}};

-- Letters about a mandate (M13, M14). Owed in the transaction that calls for
-- them; the words that went out are in message.
CREATE TABLE mandate_letter (
    account_id       {{.ID}} NOT NULL,
    letter_id        {{.ID}} NOT NULL,
    mandate_id       {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    version          {{.Int64}} NOT NULL,
    draft_id         {{.ID}},
    owed_on          {{.Date}} NOT NULL,
    told_on          {{.Date}},
    PRIMARY KEY (account_id, letter_id)
){{.Strict}};

CREATE INDEX mandate_letter_untold ON mandate_letter (account_id, letter_id) WHERE told_on IS NULL;
{{- if .Postgres}}
REVOKE UPDATE, DELETE, TRUNCATE ON mandate_authorization FROM CURRENT_USER;
{{- else}}
-- +goose StatementBegin
CREATE TRIGGER mandate_authorization_no_update BEFORE UPDATE ON mandate_authorization BEGIN SELECT RAISE(ABORT, 'append-only: mandate_authorization'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER mandate_authorization_no_delete BEFORE DELETE ON mandate_authorization BEGIN SELECT RAISE(ABORT, 'append-only: mandate_authorization'); END;
-- +goose StatementEnd
{{- end}}
{{- if .Postgres}}
REVOKE UPDATE, DELETE, TRUNCATE ON mandate_event FROM CURRENT_USER;
{{- else}}
-- +goose StatementBegin
CREATE TRIGGER mandate_event_no_update BEFORE UPDATE ON mandate_event BEGIN SELECT RAISE(ABORT, 'append-only: mandate_event'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER mandate_event_no_delete BEFORE DELETE ON mandate_event BEGIN SELECT RAISE(ABORT, 'append-only: mandate_event'); END;
-- +goose StatementEnd
{{- end}}

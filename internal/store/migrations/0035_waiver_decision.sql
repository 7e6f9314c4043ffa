-- +goose Up
-- What was decided on hardship waivers (R-DUE-8), with the letter of each
-- (MA-NOTE-11). A denial names the months that were asked for; a withdrawal those
-- that the waiver takes nothing off any more. Append-only.
CREATE TABLE waiver_decision (
    account_id       {{.ID}} NOT NULL,
    waiver_decision_id {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    waiver_id        {{.ID}},
    kind             TEXT NOT NULL CHECK (kind IN ('granted', 'denied', 'withdrawn')),
    from_month       TEXT NOT NULL,
    to_month         TEXT NOT NULL,
    cause            TEXT NOT NULL,
    appeal_by        {{.Date}} NOT NULL,
    decided_on       {{.Date}} NOT NULL,
    reason           TEXT NOT NULL,
    actor            TEXT NOT NULL,
    PRIMARY KEY (account_id, waiver_decision_id),
    CHECK (from_month <= to_month),
    CHECK ((kind = 'denied') = (waiver_id IS NULL)),
    CHECK ((kind = 'granted') = (cause = ''))
){{.Strict}};

CREATE UNIQUE INDEX waiver_withdrawn_once ON waiver_decision (account_id, waiver_id) WHERE kind = 'withdrawn';
CREATE INDEX waiver_decision_on ON waiver_decision (decided_on, account_id, waiver_decision_id);
{{.Guard "waiver_decision"}}

-- Letters about refunds and waivers may have nowhere to go as well.
CREATE TABLE letter_aside (
    account_id       {{.ID}} NOT NULL,
    source_id        {{.ID}} NOT NULL,
    about            TEXT NOT NULL CHECK (about IN ('notice', 'bill', 'return', 'extension', 'refund', 'waiver', 'print')),
    code             TEXT NOT NULL,
    reason           TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, source_id)
){{.Strict}};
INSERT INTO letter_aside SELECT account_id, source_id, about, code, reason, recorded_at FROM letter_exception;
DROP TABLE letter_exception;
ALTER TABLE letter_aside RENAME TO letter_exception;
CREATE INDEX letter_exception_about ON letter_exception (about, account_id, source_id);

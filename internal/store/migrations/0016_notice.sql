-- +goose Up
-- Letters that standing owes (brief section 17). The review owes them; before
-- one leaves, the standing is looked at again, and a letter that the money has
-- overtaken is suppressed. The words that went out are in message.
CREATE TABLE notice (
    account_id       {{.ID}} NOT NULL,
    notice_id        {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    coverage_month   TEXT NOT NULL,
    owed_on          {{.Date}} NOT NULL,
    amount_cents     {{.Int64}} NOT NULL,
    pay_by           {{.Date}},
    ends_month       TEXT,
    state            TEXT NOT NULL CHECK (state IN ('owed', 'sent', 'suppressed')),
    state_on         {{.Date}} NOT NULL,
    PRIMARY KEY (account_id, notice_id)
){{.Strict}};

CREATE UNIQUE INDEX notice_owed_once ON notice (account_id, enrollment_id, kind, coverage_month) WHERE state = 'owed';
CREATE INDEX notice_waiting ON notice (account_id) WHERE state = 'owed';

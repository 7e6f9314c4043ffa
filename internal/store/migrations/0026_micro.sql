-- +goose Up
-- The question to a member how much has reached a bank account (ACH-11). The
-- amounts are a secret until it is answered: they stand in the two entries that
-- carry them, which the file to the bank needs, and nowhere else. last_try is a
-- keyed hash of the last wrong answer, number_idx one of the account number, by
-- which attempts are counted wherever it was saved.
CREATE TABLE micro_verification (
    account_id       {{.ID}} NOT NULL,
    verification_id  {{.ID}} NOT NULL,
    bank_account_id  {{.ID}} NOT NULL,
    person_id        {{.ID}},
    number_idx       {{.Blob}} NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'confirmed', 'failed')),
    reason           TEXT NOT NULL CHECK (reason IN ('', 'returned', 'wrong', 'expired', 'removed')),
    code             TEXT NOT NULL,
    tries            {{.Int64}} NOT NULL CHECK (tries BETWEEN 0 AND 5),
    last_try         {{.Blob}},
    first_entry_id   {{.ID}} NOT NULL,
    second_entry_id  {{.ID}} NOT NULL,
    debit_entry_id   {{.ID}} NOT NULL,
    started_on       {{.Date}} NOT NULL,
    arrives_on       {{.Date}} NOT NULL,
    answer_by        {{.Date}},
    started_at       {{.Instant}} NOT NULL,
    ended_at         {{.Instant}},
    ended_on         {{.Date}},
    PRIMARY KEY (account_id, verification_id),
    CHECK ((state = 'failed') = (reason <> '')),
    CHECK ((state IN ('confirmed', 'failed')) = (ended_at IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (ended_on IS NULL)),
    CHECK (state <> 'open' OR answer_by IS NOT NULL)
){{.Strict}};

CREATE UNIQUE INDEX micro_under_way ON micro_verification (account_id, bank_account_id) WHERE state IN ('waiting', 'open');
CREATE INDEX micro_of_number ON micro_verification (number_idx, started_on);
CREATE INDEX micro_of_person ON micro_verification (person_id, started_on) WHERE person_id IS NOT NULL;
CREATE INDEX micro_started ON micro_verification (started_on);
CREATE INDEX micro_unanswered ON micro_verification (state, account_id, verification_id) WHERE state IN ('waiting', 'open');

-- A saved bank account may wait for micro-entries. The table is made anew, since
-- SQLite can not change a CHECK.
CREATE TABLE saved_bank_account_new (
    account_id        {{.ID}} NOT NULL,
    bank_account_id   {{.ID}} NOT NULL,
    person_id         {{.ID}},
    nickname          TEXT NOT NULL,
    saved_on          {{.Date}} NOT NULL,
    removed_on        {{.Date}},
    validated_at      {{.Instant}} NOT NULL,
    validation_method TEXT NOT NULL CHECK (validation_method IN ('service', 'bank', 'prenote', 'micro')),
    validation_ref    TEXT NOT NULL, -- of a prenote and of micro-entries '' until they are answered
    PRIMARY KEY (account_id, bank_account_id)
){{.Strict}};
INSERT INTO saved_bank_account_new (account_id, bank_account_id, person_id, nickname, saved_on, removed_on, validated_at, validation_method, validation_ref)
    SELECT account_id, bank_account_id, person_id, nickname, saved_on, removed_on, validated_at, validation_method, validation_ref FROM saved_bank_account;
DROP TABLE saved_bank_account;
ALTER TABLE saved_bank_account_new RENAME TO saved_bank_account;

-- What AutoPay may not debit yet: few at any time, and asked for at each cut-off.
CREATE INDEX saved_bank_waits ON saved_bank_account (account_id, bank_account_id)
    WHERE validation_ref = '' AND validation_method IN ('prenote', 'micro') AND removed_on IS NULL;

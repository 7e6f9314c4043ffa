-- +goose Up
-- A bank account belongs to each who saved it: to member and helper side by
-- side, each with a name and an end of their own (REG-40). The table is made
-- anew, since SQLite can not change a key. Of nobody, the account itself.
CREATE TABLE saved_bank_account_new (
    account_id        {{.ID}} NOT NULL,
    bank_account_id   {{.ID}} NOT NULL,
    person_id         {{.ID}},
    nickname          TEXT NOT NULL,
    saved_on          {{.Date}} NOT NULL,
    removed_on        {{.Date}},
    validated_at      {{.Instant}} NOT NULL,
    validation_method TEXT NOT NULL CHECK (validation_method IN ('service', 'bank', 'prenote', 'micro')),
    validation_ref    TEXT NOT NULL -- of a prenote and of micro-entries '' until they are answered
){{.Strict}};
INSERT INTO saved_bank_account_new (account_id, bank_account_id, person_id, nickname, saved_on, removed_on, validated_at, validation_method, validation_ref)
    SELECT account_id, bank_account_id, person_id, nickname, saved_on, removed_on, validated_at, validation_method, validation_ref FROM saved_bank_account;
DROP TABLE saved_bank_account;
ALTER TABLE saved_bank_account_new RENAME TO saved_bank_account;

CREATE UNIQUE INDEX saved_bank_once ON saved_bank_account (account_id, bank_account_id, COALESCE(person_id, account_id));
CREATE INDEX saved_bank_waits ON saved_bank_account (account_id, bank_account_id)
    WHERE validation_ref = '' AND validation_method IN ('prenote', 'micro') AND removed_on IS NULL;

-- +goose Up
-- People who left an address because their bill was not there yet (F3). What
-- they typed is sealed with the address, and found by the blind index of the
-- number and the address. It is emptied when they are told; the row stays until
-- until_at, so that nobody is told twice.
CREATE TABLE bill_wait (
    wait_id          {{.ID}} PRIMARY KEY,
    asked_idx        {{.Blob}} NOT NULL UNIQUE,
    asked_enc        {{.Blob}} NOT NULL,
    language         TEXT NOT NULL,
    asked_at         {{.Instant}} NOT NULL,
    look_at          {{.Instant}} NOT NULL,
    until_at         {{.Instant}} NOT NULL,
    told_at          {{.Instant}}
){{.Strict}};

CREATE INDEX bill_wait_look ON bill_wait (look_at) WHERE told_at IS NULL;
CREATE INDEX bill_wait_until ON bill_wait (until_at);

-- +goose Up
-- Payments that seem to have been made twice, second_id after first_id: the
-- member is asked by letter (R-PAY-7, M15), once for each second payment.
CREATE TABLE payment_repeat (
    account_id       {{.ID}} NOT NULL,
    second_id        {{.ID}} NOT NULL,
    first_id         {{.ID}} NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('owed', 'sent', 'suppressed')),
    state_on         {{.Date}} NOT NULL,
    PRIMARY KEY (account_id, second_id),
    CHECK (first_id <> second_id)
){{.Strict}};

CREATE INDEX payment_repeat_owed ON payment_repeat (account_id, second_id) WHERE state = 'owed';

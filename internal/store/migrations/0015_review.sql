-- +goose Up
-- The days on which an account's standing is to be looked at again: the
-- nightly review reads only accounts whose day has come. A row 'due' stands for
-- a due date of a bill, and matters only while something of it is unpaid. More
-- rows than needed do no harm; a row too few would.
CREATE TABLE review (
    account_id       {{.ID}} NOT NULL,
    review_id        {{.ID}} NOT NULL,
    review_on        {{.Date}} NOT NULL,
    reason           TEXT NOT NULL CHECK (reason IN ('due', 'standing')),
    PRIMARY KEY (account_id, review_id)
){{.Strict}};

CREATE INDEX review_due ON review (review_on, account_id, review_id);

-- Accounts that a review could not decide on, with the reason. Cleared when a
-- later review does.
CREATE TABLE review_exception (
    account_id       {{.ID}} PRIMARY KEY,
    code             TEXT NOT NULL,
    reason           TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL
){{.Strict}};

-- Ends that wait for their release are found among all decisions.
CREATE INDEX decision_proposed ON decision (account_id, enrollment_id) WHERE kind = 'propose_end';

-- +goose Up
-- What hardship waivers take off charges (R-DUE-8), charge by charge: posted
-- when the charge is made, or when the waiver is granted after it. Taken back
-- with the charge; never edited.
CREATE TABLE waived (
    account_id       {{.ID}} NOT NULL,
    waived_id        {{.ID}} NOT NULL,
    charge_id        {{.ID}} NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('waive', 'undo')),
    amount_cents     {{.Int64}} NOT NULL CHECK (amount_cents > 0),
    entry_id         {{.ID}} NOT NULL,
    effective_on     {{.Date}} NOT NULL,
    PRIMARY KEY (account_id, waived_id)
){{.Strict}};

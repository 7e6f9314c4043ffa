-- +goose Up
-- Recorded acts on coverage, with the rule and the facts behind them (I13), and
-- the payment that brought one about.
CREATE TABLE decision (
    account_id       {{.ID}} NOT NULL,
    decision_id      {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    coverage_month   TEXT NOT NULL,
    decided_on       {{.Date}} NOT NULL,
    effective_on     {{.Date}} NOT NULL,
    rule             TEXT NOT NULL,
    evidence         TEXT NOT NULL,
    actor            TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    payment_id       {{.ID}},
    PRIMARY KEY (account_id, decision_id)
){{.Clustered}};

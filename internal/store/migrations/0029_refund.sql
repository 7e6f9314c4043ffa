-- +goose Up
-- Debits of disputed mandates are looked for before every file (ACH-33).
CREATE INDEX mandate_disputed ON mandate (account_id, mandate_id) WHERE state = 'disputed';

-- +goose Up
-- Debits of disputed mandates are looked for before every file (ACH-33).
CREATE INDEX mandate_disputed ON mandate (account_id, mandate_id) WHERE state = 'disputed';

-- The letters of refunds that were approved lately (M16).
CREATE INDEX refund_decided ON refund (decided_at) WHERE decided_at IS NOT NULL;

-- +goose Up
-- The part of a charge that was asked for after the rest of it, when the price
-- had risen, and when it is due (R-BILL-7).
ALTER TABLE charge ADD COLUMN raised_cents {{.Int64}} NOT NULL DEFAULT 0 CHECK (raised_cents >= 0 AND raised_cents <= member_cents);
ALTER TABLE charge ADD COLUMN raised_due_on {{.Date}} CHECK ((raised_due_on IS NULL) = (raised_cents = 0));

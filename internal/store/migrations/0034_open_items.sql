-- +goose Up
-- What a day of the bank looks for among all that there ever was. Most money on
-- its way goes by ACH and is found by its file; the rest is found by its channel
-- and day. PostgreSQL reads the table sooner than it keeps the index, which would
-- make each closing of an item a change of every index.
{{if not .Postgres}}CREATE INDEX clearing_item_open ON clearing_item (clearing, opened_on) WHERE closed_on IS NULL AND clearing <> 'clearing.ach';
{{end -}}
CREATE INDEX ach_entry_prenote ON ach_entry (account_id, ach_entry_id) WHERE kind = 'prenote' AND state = 'filed';

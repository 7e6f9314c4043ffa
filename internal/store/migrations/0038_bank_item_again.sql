-- +goose Up
-- An item that was set aside has had no effect: when it comes again it is worked
-- again. What took effect is there once.
DROP INDEX bank_item_once;
CREATE UNIQUE INDEX bank_item_once ON bank_item (item_key) WHERE state IN ('posted', 'noted', 'waiting');
CREATE INDEX bank_item_same ON bank_item (item_key);

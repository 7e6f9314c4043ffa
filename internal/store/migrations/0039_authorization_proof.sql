-- +goose Up
-- How somebody signed in, for what they agree to in that session (REG-40), and in
-- which role they agreed: the member, or who helps. Rows of before say neither:
-- their method, if any, is the name of a session.
ALTER TABLE person_session ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE mandate_authorization ADD COLUMN role TEXT NOT NULL DEFAULT '';

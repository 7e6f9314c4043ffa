-- +goose Up
-- An identifier as text. SQLite, which keeps identifiers as sixteen bytes, has
-- the function from the program.
{{if .Postgres}}CREATE FUNCTION id_text(id UUID) RETURNS TEXT LANGUAGE SQL IMMUTABLE PARALLEL SAFE AS 'SELECT CAST(id AS TEXT)';{{else}}SELECT 1;{{end}}

-- +goose Up
-- Facts are never edited (S11). PostgreSQL: the owner gives up the right.
-- SQLite has no rights, so a trigger aborts. A table that comes later is guarded
-- by the migration that makes it.
{{- range .AppendOnly}}
{{- if $.Postgres}}
REVOKE UPDATE, DELETE, TRUNCATE ON {{.}} FROM CURRENT_USER;
{{- else}}
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_update BEFORE UPDATE ON {{.}} BEGIN SELECT RAISE(ABORT, 'append-only: {{.}}'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_delete BEFORE DELETE ON {{.}} BEGIN SELECT RAISE(ABORT, 'append-only: {{.}}'); END;
-- +goose StatementEnd
{{- end}}
{{- end}}

-- +goose Up
CREATE TABLE carrier (
    carrier_id       TEXT PRIMARY KEY,
    name             TEXT NOT NULL
){{.Strict}};

CREATE TABLE plan (
    plan_id          TEXT PRIMARY KEY,
    carrier_id       TEXT NOT NULL REFERENCES carrier (carrier_id),
    name             TEXT NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('medical', 'dental'))
){{.Strict}};

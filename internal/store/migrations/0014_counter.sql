-- +goose Up
CREATE TABLE counter (
    name             TEXT PRIMARY KEY,
    n                {{.Int64}} NOT NULL CHECK (n >= 0)
){{.Strict}};

INSERT INTO counter (name, n) VALUES ('bill_no', 10000000);

-- +goose Up
-- The business dates that were begun. One that is not complete is gone on with,
-- oldest first, before a later one is begun. half: its evening has not come.
CREATE TABLE business_day (
    business_date    {{.Date}} PRIMARY KEY,
    state            TEXT NOT NULL CHECK (state IN ('running', 'half', 'complete', 'incomplete')),
    started_at       {{.Instant}} NOT NULL,
    finished_at      {{.Instant}}
){{.Strict}};

CREATE INDEX business_day_open ON business_day (business_date) WHERE state <> 'complete';

-- The steps of a business date. A step 'running' whose node holds no lease any
-- more was cut off, and is run again. Counts are JSON, for people to read.
CREATE TABLE business_step (
    business_date    {{.Date}} NOT NULL REFERENCES business_day (business_date),
    step             TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'blocked')),
    tries            {{.Int64}} NOT NULL,
    counts           TEXT NOT NULL,
    error            TEXT NOT NULL,
    started_at       {{.Instant}},
    finished_at      {{.Instant}},
    PRIMARY KEY (business_date, step)
){{.Strict}};

-- What one node at a time may do. The holder keeps it by moving its end; from
-- then on anybody may take it.
CREATE TABLE lease (
    name             TEXT PRIMARY KEY,
    holder           TEXT NOT NULL,
    expires_at       {{.Instant}} NOT NULL
){{.Strict}};

INSERT INTO lease (name, holder, expires_at) VALUES ('business_day', '', '2000-01-01T00:00:00.000000Z');

-- +goose Up
-- Guest and account sessions; the token is stored hashed only, the data
-- encrypted, since it holds what a payer typed.
CREATE TABLE web_session (
    token_hash       TEXT PRIMARY KEY,
    data_enc         {{.Blob}} NOT NULL,
    expires_at       {{.Instant}} NOT NULL
){{.Strict}};

CREATE INDEX web_session_expiry ON web_session (expires_at);

-- Tries per key and window (R-ID-2). The key is a keyed hash.
CREATE TABLE throttle (
    throttle_key     TEXT NOT NULL,
    window_start     {{.Instant}} NOT NULL,
    tries            {{.Int64}} NOT NULL,
    PRIMARY KEY (throttle_key, window_start)
){{.Strict}};

CREATE INDEX throttle_window ON throttle (window_start);

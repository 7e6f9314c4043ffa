-- +goose Up
-- What carriers are to be told of coverage, a row for each decision that they
-- need to know of, written with it. told_on is when the outbox of the carrier
-- has it. What its answers come to stands beside it, as exchange.Judge says.
CREATE TABLE carrier_message (
    account_id       {{.ID}} NOT NULL,
    decision_id      {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    event            TEXT NOT NULL CHECK (event IN ('start', 'end', 'cancel', 'reinstate')),
    coverage_month   TEXT NOT NULL,
    owed_at          {{.Instant}} NOT NULL,
    told_on          {{.Date}},
    outcome          TEXT NOT NULL CHECK (outcome IN ('', 'confirmed', 'refused')),
    answered_on      {{.Date}},
    reason           TEXT NOT NULL,
    PRIMARY KEY (account_id, decision_id),
    CHECK ((outcome = '') = (answered_on IS NULL)),
    CHECK (answered_on IS NULL OR told_on IS NOT NULL AND told_on <= answered_on)
){{.Clustered}};

-- What waits: to be told, and told to be answered.
CREATE INDEX carrier_message_open ON carrier_message (told_on, account_id, decision_id) WHERE outcome = '';
CREATE INDEX carrier_message_refused ON carrier_message (answered_on, account_id, decision_id) WHERE outcome = 'refused';

-- What carriers answer, each once, as it came. aside is why it counts for
-- nothing; it may change when a later fact makes sense of it.
CREATE TABLE carrier_answer (
    account_id       {{.ID}} NOT NULL,
    enrollment_id    {{.ID}} NOT NULL,
    source           TEXT NOT NULL,
    reference        TEXT NOT NULL,
    event            TEXT NOT NULL CHECK (event IN ('start', 'end', 'cancel', 'reinstate')),
    coverage_month   TEXT NOT NULL,
    outcome          TEXT NOT NULL CHECK (outcome IN ('confirmed', 'refused')),
    reason           TEXT NOT NULL,
    answered_on      {{.Date}} NOT NULL,
    aside            TEXT NOT NULL CHECK (aside IN ('', 'repeats', 'undecided', 'before_told', 'contradicts')),
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, enrollment_id, source, reference)
){{.Clustered}};

CREATE INDEX carrier_answer_aside ON carrier_answer (account_id, enrollment_id) WHERE aside IN ('undecided', 'before_told', 'contradicts');

-- When the portal was last seen to serve, and times in which it could not be
-- paid with (R-CAL-3). A row that a serving process wrote has cause 'silence'.
CREATE TABLE heartbeat (
    name             TEXT PRIMARY KEY,
    node             TEXT NOT NULL,
    beat_at          {{.Instant}} NOT NULL
){{.Strict}};

CREATE TABLE outage (
    outage_id        {{.ID}} PRIMARY KEY,
    service          TEXT NOT NULL CHECK (service IN ('portal', 'cards', 'bank')),
    began_at         {{.Instant}} NOT NULL,
    ended_at         {{.Instant}} NOT NULL,
    cause            TEXT NOT NULL CHECK (cause IN ('silence', 'declared')),
    reason           TEXT NOT NULL,
    actor            TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    CHECK (began_at < ended_at)
){{.Strict}};

CREATE INDEX outage_ended ON outage (ended_at);

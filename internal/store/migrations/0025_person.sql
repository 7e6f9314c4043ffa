-- +goose Up
-- People who sign in. Their e-mail address is encrypted and found by a blind
-- index, their password an argon2id hash (REG-52).
CREATE TABLE person (
    person_id        {{.ID}} PRIMARY KEY,
    email_enc        {{.Blob}} NOT NULL,
    email_idx        {{.Blob}} NOT NULL UNIQUE,
    password_hash    TEXT NOT NULL,
    password_at      {{.Instant}} NOT NULL,
    language         TEXT NOT NULL,
    created_at       {{.Instant}} NOT NULL
){{.Strict}};

-- Second steps. The secret is what proves them, encrypted: a passkey's record,
-- the seed of an app, a phone number. A passkey is found by credential_idx.
-- last_step is the time step of the app's last code: each code works once.
CREATE TABLE person_factor (
    person_id        {{.ID}} NOT NULL,
    factor_id        {{.ID}} NOT NULL,
    kind             TEXT NOT NULL CHECK (kind IN ('passkey', 'app', 'text')),
    name             TEXT NOT NULL,
    secret_enc       {{.Blob}} NOT NULL,
    credential_idx   {{.Blob}},
    last_step        {{.Int64}} NOT NULL,
    added_at         {{.Instant}} NOT NULL,
    used_at          {{.Instant}},
    PRIMARY KEY (person_id, factor_id)
){{.Strict}};

CREATE UNIQUE INDEX person_factor_credential ON person_factor (credential_idx) WHERE credential_idx IS NOT NULL;

CREATE TABLE person_backup_code (
    person_id        {{.ID}} NOT NULL,
    code_idx         {{.Blob}} NOT NULL,
    PRIMARY KEY (person_id, code_idx)
){{.Strict}};

-- Steps that were begun and wait for an answer. Codes are keyed hashes; what
-- else the step needs is sealed. Deleted when answered or too old.
CREATE TABLE person_challenge (
    ticket           {{.ID}} PRIMARY KEY,
    purpose          TEXT NOT NULL,
    person_id        {{.ID}},
    account_id       {{.ID}},
    payload_enc      {{.Blob}} NOT NULL,
    way              TEXT NOT NULL,
    code_idx         {{.Blob}},
    code_until       {{.Instant}},
    tries            {{.Int64}} NOT NULL,
    codes            {{.Int64}} NOT NULL,
    expires_at       {{.Instant}} NOT NULL
){{.Strict}};

CREATE INDEX person_challenge_expiry ON person_challenge (expires_at);

-- Browsers in which a person is signed in. web_hash names the row of
-- web_session that goes when this one does.
CREATE TABLE person_session (
    session_id       {{.ID}} PRIMARY KEY,
    person_id        {{.ID}} NOT NULL,
    web_hash         TEXT NOT NULL,
    browser          TEXT NOT NULL,
    network          TEXT NOT NULL,
    created_at       {{.Instant}} NOT NULL,
    seen_at          {{.Instant}} NOT NULL,
    confirmed_at     {{.Instant}} NOT NULL
){{.Strict}};

CREATE INDEX person_session_person ON person_session (person_id);
CREATE INDEX person_session_seen ON person_session (seen_at);

CREATE TABLE person_device (
    device_idx       {{.Blob}} PRIMARY KEY,
    person_id        {{.ID}} NOT NULL,
    until_at         {{.Instant}} NOT NULL
){{.Strict}};

CREATE INDEX person_device_person ON person_device (person_id);

-- What happened to a person's sign-in. network is what people are shown,
-- network_idx the whole address as a keyed hash.
CREATE TABLE person_event (
    person_id        {{.ID}} NOT NULL,
    event_id         {{.ID}} NOT NULL,
    kind             TEXT NOT NULL,
    way              TEXT NOT NULL,
    browser          TEXT NOT NULL,
    network          TEXT NOT NULL,
    network_idx      TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (person_id, event_id)
){{.Clustered}};

-- Mail to a person, on its way. It may hold a code: text and HTML are sealed,
-- and emptied once it is sent.
CREATE TABLE person_mail (
    mail_id          {{.ID}} PRIMARY KEY,
    template         TEXT NOT NULL,
    language         TEXT NOT NULL,
    address_enc      {{.Blob}} NOT NULL,
    subject          TEXT NOT NULL,
    text_enc         {{.Blob}} NOT NULL,
    html_enc         {{.Blob}} NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    written_at       {{.Instant}} NOT NULL,
    done_at          {{.Instant}}
){{.Strict}};

CREATE INDEX person_mail_written ON person_mail (written_at);

-- Which accounts a person has connected (R-ACC-3) or may help with (A16).
CREATE TABLE coverage_link (
    account_id       {{.ID}} NOT NULL REFERENCES account (account_id),
    link_id          {{.ID}} NOT NULL,
    person_id        {{.ID}} NOT NULL REFERENCES person (person_id),
    role             TEXT NOT NULL CHECK (role IN ('member', 'delegate_view', 'delegate_pay', 'delegate_autopay')),
    how              TEXT NOT NULL CHECK (how IN ('account_code', 'mailed_code', 'text_code', 'invitation', 'staff')),
    from_at          {{.Instant}} NOT NULL,
    until_on         {{.Date}},
    ended_at         {{.Instant}},
    ended_by         TEXT NOT NULL,
    PRIMARY KEY (account_id, link_id)
){{.Strict}};

CREATE UNIQUE INDEX coverage_link_live ON coverage_link (account_id, person_id) WHERE ended_at IS NULL;
CREATE INDEX coverage_link_person ON coverage_link (person_id) WHERE ended_at IS NULL;

-- Codes that were mailed to the address on file. The code is a keyed hash of
-- the key of its row and is stored nowhere.
CREATE TABLE link_code (
    account_id       {{.ID}} NOT NULL,
    link_code_id     {{.ID}} NOT NULL,
    person_id        {{.ID}} NOT NULL,
    made_on          {{.Date}} NOT NULL,
    until_on         {{.Date}} NOT NULL,
    used_at          {{.Instant}},
    PRIMARY KEY (account_id, link_code_id)
){{.Strict}};

CREATE TABLE delegate_invitation (
    account_id       {{.ID}} NOT NULL REFERENCES account (account_id),
    invitation_id    {{.ID}} NOT NULL,
    email_enc        {{.Blob}} NOT NULL,
    email_idx        {{.Blob}} NOT NULL,
    role             TEXT NOT NULL CHECK (role IN ('delegate_view', 'delegate_pay', 'delegate_autopay')),
    until_on         {{.Date}} NOT NULL,
    ends_on          {{.Date}} NOT NULL,
    invited_by       {{.ID}} NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'declined', 'withdrawn')),
    made_at          {{.Instant}} NOT NULL,
    state_at         {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, invitation_id)
){{.Strict}};

CREATE INDEX delegate_invitation_email ON delegate_invitation (email_idx) WHERE state = 'waiting';

-- What the members of an account chose; the eligibility system does not know.
CREATE TABLE account_setting (
    account_id       {{.ID}} PRIMARY KEY REFERENCES account (account_id),
    letter_language  TEXT NOT NULL,
    phone_language   TEXT NOT NULL
){{.Strict}};

-- The phone on file, as the eligibility system tells it: ten digits.
CREATE TABLE account_phone (
    account_id       {{.ID}} PRIMARY KEY,
    number_enc       {{.Blob}} NOT NULL
){{.Strict}};

-- How documents of a kind are delivered: the latest row of a kind counts. A row
-- of consent keeps the words that were shown and how it was demonstrated that
-- they can be read (15 USC 7001(c), REG-45).
CREATE TABLE delivery_choice (
    account_id       {{.ID}} NOT NULL,
    choice_id        {{.ID}} NOT NULL,
    document         TEXT NOT NULL CHECK (document IN ('bill', 'notice', 'tax')),
    delivery         TEXT NOT NULL CHECK (delivery IN ('paper', 'email')),
    person_id        {{.ID}} NOT NULL,
    why              TEXT NOT NULL,
    consent_version  TEXT NOT NULL,
    language         TEXT NOT NULL,
    wording          TEXT NOT NULL,
    demonstrated     TEXT NOT NULL,
    browser          TEXT NOT NULL,
    network_idx      TEXT NOT NULL,
    recorded_at      {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, choice_id)
){{.Clustered}};

CREATE TABLE message_read (
    account_id       {{.ID}} NOT NULL,
    message_id       {{.ID}} NOT NULL,
    person_id        {{.ID}} NOT NULL,
    read_at          {{.Instant}} NOT NULL,
    PRIMARY KEY (account_id, message_id, person_id)
){{.Strict}};

-- Payments by somebody else that the members of the account are to be told of
-- (M19). payer_id is a helper who was signed in.
CREATE TABLE payment_notice (
    account_id       {{.ID}} NOT NULL,
    payment_id       {{.ID}} NOT NULL,
    payer_id         {{.ID}},
    PRIMARY KEY (account_id, payment_id)
){{.Strict}};

{{.Guard "person_event"}}
{{.Guard "delivery_choice"}}

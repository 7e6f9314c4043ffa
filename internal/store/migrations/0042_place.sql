-- +goose Up
-- Places in the pages of paying, and in the line before them, while there are
-- only so many (traffic protection). A row names a browser's ticket and nobody:
-- it is there for some minutes.
CREATE TABLE place (
    place_id         {{.ID}} PRIMARY KEY,
    came_at          {{.Instant}} NOT NULL,
    entered_at       {{.Instant}}, -- NULL: waits in line
    held_until       {{.Instant}} NOT NULL, -- who is in takes up room until then; who waits is there to be called
    lost_at          {{.Instant}} NOT NULL, -- from then on the ticket is worth nothing
    used_at          {{.Instant}} -- a bill was opened with the ticket
){{.Strict}};

CREATE INDEX place_line ON place (came_at, place_id) WHERE entered_at IS NULL;
CREATE INDEX place_room ON place (held_until) WHERE entered_at IS NOT NULL;
CREATE INDEX place_lost ON place (lost_at);

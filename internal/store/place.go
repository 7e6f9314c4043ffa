package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
)

const placeColumns = "place_id, came_at, entered_at, held_until, lost_at, used_at"

var (
	qPlace = stmt("place", `SELECT `+placeColumns+` FROM place WHERE place_id = $1`)
	// Of a place that is known only its times move.
	insertPlaces = insertsOnce("place", columnsOf(placeColumns),
		" ON CONFLICT (place_id) DO UPDATE SET held_until = excluded.held_until, lost_at = excluded.lost_at")
	qUsePlace = stmt("use_place", `
		UPDATE place SET used_at = $2 WHERE place_id = $1 AND entered_at IS NOT NULL AND lost_at > $2 AND (used_at IS NULL OR used_at > $3)`)
	qRoomTaken = stmt("room_taken", `SELECT COUNT(*) FROM place WHERE entered_at IS NOT NULL AND held_until > $1`)
	qInLine    = stmt("in_line", `SELECT COUNT(*) FROM place WHERE entered_at IS NULL AND lost_at > $1`)
	qCallable  = stmt("callable", `SELECT COUNT(*) FROM place WHERE entered_at IS NULL AND held_until > $1`)
	qCall      = stmt("call_places", `
		UPDATE place SET entered_at = $1, held_until = $2 WHERE place_id IN (
			SELECT place_id FROM place WHERE entered_at IS NULL AND held_until > $1 ORDER BY came_at, place_id LIMIT $3)`)
	qLine = stmt("line", `
		SELECT `+placeColumns+` FROM place WHERE entered_at IS NULL AND lost_at > $1 ORDER BY came_at, place_id LIMIT $2`)
	qEntered = stmt("entered_places", `
		SELECT `+placeColumns+` FROM place WHERE entered_at IS NOT NULL AND lost_at > $1 ORDER BY place_id LIMIT $2`)
	qCalled = stmt("called_since", `
		SELECT COUNT(*), MIN(came_at) FROM place WHERE entered_at > $1 AND came_at < entered_at`)
	qDeletePlaces = stmt("delete_places", `DELETE FROM place WHERE lost_at < $1`)
)

// Place is a place in the pages of paying or in the line before them.
type Place struct {
	ID      ident.UUID
	Came    civil.Instant
	Entered civil.Instant // zero: waits in line
	Held    civil.Instant // until then who is in takes up room, and who waits can be called
	Lost    civil.Instant // from then on it is nobody's
	Used    civil.Instant // when a bill was opened with it; zero: not yet
}

func scanPlace(row func(...any) error) (Place, error) {
	var p Place
	err := row(&p.ID, &p.Came, &p.Entered, &p.Held, &p.Lost, &p.Used)
	return p, err
}

// Place gives a place, false if there is none of this name.
func (tx *ReadTx) Place(id ident.UUID) (Place, bool, error) {
	found, err := collect(tx, qPlace, scanPlace, id)
	if err != nil || len(found) == 0 {
		return Place{}, false, err
	}
	return found[0], true, nil
}

// PutPlaces adds places. Of those that are known the times move, and nothing
// else.
func (tx *Tx) PutPlaces(all []Place) {
	rows := make([][]any, len(all))
	for i, p := range all {
		rows[i] = []any{p.ID, p.Came, p.Entered, p.Held, p.Lost, p.Used}
	}
	tx.pending = append(tx.pending, insertPlaces.steps(rows)...) // never in bulk: most of them are known
}

// UsePlace notes that a bill is opened with a place at a moment. False if that
// was done before, and not after again.
func (tx *Tx) UsePlace(id ident.UUID, at, again civil.Instant) (bool, error) {
	touched, err := tx.exec(qUsePlace, id, at, again)
	return touched == 1, err
}

// RoomTaken counts who is in, and Callable who waits to be called. InLine counts
// those too who have gone away and keep their place.
func (tx *ReadTx) RoomTaken(at civil.Instant) (int64, error) {
	return one(tx, qRoomTaken, scalar[int64], at)
}

// Callable counts who waits to be called.
func (tx *ReadTx) Callable(at civil.Instant) (int64, error) {
	return one(tx, qCallable, scalar[int64], at)
}

// InLine counts the places in line, also of those who have gone away and keep it.
func (tx *ReadTx) InLine(at civil.Instant) (int64, error) {
	return one(tx, qInLine, scalar[int64], at)
}

// CallPlaces lets the first n in, who then have until held to come.
func (tx *Tx) CallPlaces(at, held civil.Instant, n int64) (int64, error) {
	return tx.exec(qCall, at, held, n)
}

// Line gives the places in line, the first first.
func (tx *ReadTx) Line(at civil.Instant, limit int) ([]Place, error) {
	return collect(tx, qLine, scanPlace, at, limit)
}

// EnteredPlaces gives the places of those who are in, busy or not.
func (tx *ReadTx) EnteredPlaces(at civil.Instant, limit int) ([]Place, error) {
	return collect(tx, qEntered, scanPlace, at, limit)
}

// CalledSince counts who was called out of the line since a moment, and tells
// when the first of them came.
func (tx *ReadTx) CalledSince(since civil.Instant) (n int64, first civil.Instant, err error) {
	type called struct {
		n     int64
		first civil.Instant
	}
	c, err := one(tx, qCalled, func(row func(...any) error) (c called, err error) {
		err = row(&c.n, &c.first)
		return c, err
	}, since)
	return c.n, c.first, err
}

// DeletePlaces forgets places that were lost before a moment.
func (tx *Tx) DeletePlaces(before civil.Instant) { tx.queue(qDeletePlaces, before) }

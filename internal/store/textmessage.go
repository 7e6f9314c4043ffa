package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/texting"
)

const textColumns = `account_id, text_id, template, template_version, language, source_id, number_enc, body, state, leaves_at, written_at, state_at`

var (
	qInsertText = stmt("insert_text_message", `
		INSERT INTO text_message (account_id, text_id, template, template_version, language, source_id, number_idx, number_enc, body, state, leaves_at, written_at, state_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
		ON CONFLICT (account_id, source_id, template, number_idx) DO NOTHING`)
	qText         = stmt("text_message", `SELECT `+textColumns+` FROM text_message WHERE account_id = $1 AND text_id = $2`)
	qTextByID     = stmt("text_message_by_id", `SELECT `+textColumns+` FROM text_message WHERE text_id = $1`)
	qTextsAbout   = stmt("text_messages_about", `SELECT `+textColumns+` FROM text_message WHERE account_id = $1 AND source_id = $2 ORDER BY text_id LIMIT 50`)
	qTextsWaiting = stmt("text_messages_waiting", `
		SELECT `+textColumns+` FROM text_message WHERE state = 'waiting' AND leaves_at <= $1 ORDER BY leaves_at, text_id LIMIT $2`)
	qTextState = stmt("text_message_state", `
		UPDATE text_message SET state = $3, leaves_at = $4, state_at = $5 WHERE account_id = $1 AND text_id = $2 AND state = $6`)
)

// TextMessage is a text about a bill, word for word.
type TextMessage struct {
	ID       texting.ID
	Account  enrollment.AccountID
	Template string
	Version  int
	Language string
	Source   ident.UUID // what the letter beside it is about
	Number   pii.Secret
	Words    string
	Fate     texting.Fate
	LeavesAt civil.Instant
	Written  civil.Instant
	FateAt   civil.Instant
}

// InsertText stores a text and tells whether it is new: one of a template goes
// out about a source, to each number.
func (tx *Tx) InsertText(m TextMessage) (bool, error) {
	digits := m.Number.Reveal()
	sealed, err := tx.db.vault.Seal("text_message", m.ID.String(), digits)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(qInsertText, m.Account, m.ID, m.Template, int64(m.Version), m.Language, m.Source, tx.db.textIndex(digits), sealed, m.Words,
		string(m.Fate), m.LeavesAt, tx.now)
	return n == 1, err
}

func (tx *ReadTx) scanText(row func(...any) error) (m TextMessage, err error) {
	var sealed []byte
	var version int64
	if err := row(&m.Account, &m.ID, &m.Template, &version, &m.Language, &m.Source, &sealed, &m.Words, &m.Fate, &m.LeavesAt, &m.Written, &m.FateAt); err != nil {
		return m, err
	}
	m.Version = int(version)
	digits, err := tx.db.vault.Unseal("text_message", m.ID.String(), sealed)
	m.Number = pii.NewSecret(digits)
	return m, err
}

// Text finds a text, or fault.NotFound.
func (tx *ReadTx) Text(account enrollment.AccountID, id texting.ID) (TextMessage, error) {
	return one(tx, qText, tx.scanText, account, id)
}

// TextByID finds a text that a report names, or fault.NotFound.
func (tx *ReadTx) TextByID(id texting.ID) (TextMessage, error) {
	return one(tx, qTextByID, tx.scanText, id)
}

// TextsAbout gives the texts about what a letter is about.
func (tx *ReadTx) TextsAbout(account enrollment.AccountID, source ident.UUID) ([]TextMessage, error) {
	return collect(tx, qTextsAbout, tx.scanText, account, source)
}

// TextsWaiting gives up to limit texts that may leave at a moment.
func (tx *ReadTx) TextsWaiting(now civil.Instant, limit int) ([]TextMessage, error) {
	return collect(tx, qTextsWaiting, tx.scanText, now, limit)
}

// MarkText records what became of a text, unless that was recorded meanwhile.
// m is as it was read, leaves when it may leave.
func (tx *Tx) MarkText(m TextMessage, fate texting.Fate, leaves civil.Instant) (bool, error) {
	n, err := tx.exec(qTextState, m.Account, m.ID, string(fate), leaves, tx.now, string(m.Fate))
	return n == 1, err
}

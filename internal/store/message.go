package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
)

var (
	qInsertMessage = stmt("insert_message", `
		INSERT INTO message (account_id, message_id, template, language, source_id, address_enc, subject, body_text, body_html, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10) ON CONFLICT (account_id, source_id, template) DO NOTHING`)
	qMessage = stmt("message", `
		SELECT template, language, source_id, address_enc, subject, body_text, body_html, state, created_at
		FROM message WHERE account_id = $1 AND message_id = $2`)
	qMessageAbout = stmt("message_about", `
		SELECT message_id FROM message WHERE account_id = $1 AND source_id = $2 AND template = $3`)
	qMessageState = stmt("message_state", `UPDATE message SET state = $3, sent_at = $4 WHERE account_id = $1 AND message_id = $2`)
)

// MessageID names a message.
type MessageID = ident.ID[Message]

// The states of a message.
const (
	MessageQueued = "queued"
	MessageSent   = "sent"
	MessageFailed = "failed" // refused for good
)

// Message is an e-mail as it is sent. Source is what it is about: one message
// of a template goes out per source.
type Message struct {
	ID        MessageID
	AccountID enrollment.AccountID
	Template  string
	Language  string
	Source    ident.UUID
	Address   pii.Secret
	Subject   string
	Text      string
	HTML      string
	State     string
	CreatedAt civil.Instant
}

// InsertMessage stores a message to be sent and tells whether it is new.
func (tx *Tx) InsertMessage(m Message) (bool, error) {
	sealed, err := tx.db.vault.Seal("message.address", m.ID.String(), m.Address.Reveal())
	if err != nil {
		return false, err
	}
	n, err := tx.exec(qInsertMessage, m.AccountID, m.ID, m.Template, m.Language, m.Source, sealed, m.Subject, m.Text, m.HTML, tx.now)
	return n == 1, err
}

// Message finds a message, or fault.NotFound.
func (tx *ReadTx) Message(account enrollment.AccountID, id MessageID) (Message, error) {
	return one(tx, qMessage, func(row func(...any) error) (Message, error) {
		m := Message{ID: id, AccountID: account}
		var sealed []byte
		if err := row(&m.Template, &m.Language, &m.Source, &sealed, &m.Subject, &m.Text, &m.HTML, &m.State, &m.CreatedAt); err != nil {
			return m, err
		}
		address, err := tx.db.vault.Unseal("message.address", id.String(), sealed)
		m.Address = pii.NewSecret(address)
		return m, err
	}, account, id)
}

// MessageAbout finds the message of a template about a source, or
// fault.NotFound.
func (tx *ReadTx) MessageAbout(account enrollment.AccountID, source ident.UUID, template string) (Message, error) {
	id, err := one(tx, qMessageAbout, scalar[MessageID], account, source, template)
	if err != nil {
		return Message{}, err
	}
	return tx.Message(account, id)
}

// MarkMessage records that a message was sent or has failed for good.
func (tx *Tx) MarkMessage(account enrollment.AccountID, id MessageID, state string) {
	tx.queue(qMessageState, account, id, state, tx.now)
}

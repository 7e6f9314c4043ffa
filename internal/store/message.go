package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
)

const messageColumns = `account_id, message_id, template, template_version, channel, stock, language, source_id,
	address_enc, subject, body_text, body_html, document, state, created_at`

var (
	qInsertMessage = stmt("insert_message", `
		INSERT INTO message (account_id, message_id, template, template_version, channel, stock, language, source_id,
			address_enc, subject, body_text, body_html, document, state, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'queued', $14)
		ON CONFLICT (account_id, source_id, template, channel) DO NOTHING`)
	qMessage = stmt("message", `
		SELECT `+messageColumns+` FROM message WHERE account_id = $1 AND message_id = $2`)
	qMessageAbout = stmt("message_about", `
		SELECT `+messageColumns+` FROM message WHERE account_id = $1 AND source_id = $2 AND template = $3 AND channel = $4`)
	qMessagesOf = stmt("messages_of", `
		SELECT `+messageColumns+` FROM message WHERE account_id = $1 ORDER BY message_id DESC LIMIT $2`)
	qMessageState = stmt("message_state", `UPDATE message SET state = $3, sent_at = $4 WHERE account_id = $1 AND message_id = $2`)
)

// MessageID names a message.
type MessageID = ident.ID[Message]

// Channel is the way a message takes.
type Channel string

// The channels.
const (
	ChannelEmail Channel = "email"
	ChannelPrint Channel = "print"
)

// Stock is the paper that a message is printed on. Bills with their payment
// slip and letters differ in paper and envelope, and go in batches apart.
type Stock string

// The stocks; e-mail has none.
const (
	StockLetter Stock = "letter"
	StockBill   Stock = "bill"
)

// The states of a message.
const (
	MessageQueued = "queued"
	MessageSent   = "sent"
	MessageFailed = "failed" // refused for good, it can not be printed, or what it says came to be untrue while it waited
)

// Message is what is sent, word for word. Source is what it is about: one
// message of a template goes out per source and channel. Address is an e-mail
// address, or name and postal address in lines.
type Message struct {
	ID        MessageID
	AccountID enrollment.AccountID
	Template  string
	Version   int
	Channel   Channel
	Stock     Stock
	Language  string
	Source    ident.UUID
	Address   pii.Secret
	Subject   string
	Text      string
	HTML      string
	Document  []byte // what the page is laid out from; empty for e-mail
	State     string
	CreatedAt civil.Instant
}

// NewMessageID makes a message's identifier.
func (tx *Tx) NewMessageID() MessageID { return MessageID{UUID: tx.NewID()} }

// InsertMessage stores a message to be sent and tells whether it is new.
func (tx *Tx) InsertMessage(m Message) (bool, error) {
	sealed, err := tx.db.vault.Seal("message.address", m.ID.String(), m.Address.Reveal())
	if err != nil {
		return false, err
	}
	n, err := tx.exec(qInsertMessage, m.AccountID, m.ID, m.Template, int64(m.Version), string(m.Channel), string(m.Stock), m.Language, m.Source,
		sealed, m.Subject, m.Text, m.HTML, m.Document, tx.now)
	return n == 1, err
}

func (tx *ReadTx) scanMessage(row func(...any) error) (m Message, err error) {
	var sealed []byte
	var version int64
	if err := row(&m.AccountID, &m.ID, &m.Template, &version, &m.Channel, &m.Stock, &m.Language, &m.Source,
		&sealed, &m.Subject, &m.Text, &m.HTML, &m.Document, &m.State, &m.CreatedAt); err != nil {
		return m, err
	}
	m.Version = int(version)
	address, err := tx.db.vault.Unseal("message.address", m.ID.String(), sealed)
	m.Address = pii.NewSecret(address)
	return m, err
}

// Message finds a message, or fault.NotFound.
func (tx *ReadTx) Message(account enrollment.AccountID, id MessageID) (Message, error) {
	return one(tx, qMessage, tx.scanMessage, account, id)
}

// MessageAbout finds the message of a template about a source by a channel, or
// fault.NotFound.
func (tx *ReadTx) MessageAbout(account enrollment.AccountID, source ident.UUID, template string, channel Channel) (Message, error) {
	return one(tx, qMessageAbout, tx.scanMessage, account, source, template, string(channel))
}

// MessagesOf gives the latest messages to an account, the last first.
func (tx *ReadTx) MessagesOf(account enrollment.AccountID, limit int) ([]Message, error) {
	return collect(tx, qMessagesOf, tx.scanMessage, account, limit)
}

// MarkMessage records that a message was sent or has failed for good.
func (tx *Tx) MarkMessage(account enrollment.AccountID, id MessageID, state string) {
	tx.queue(qMessageState, account, id, state, tx.now)
}

package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
)

var (
	qInsertPersonMail = stmt("insert_person_mail", `
		INSERT INTO person_mail (mail_id, template, language, address_enc, subject, text_enc, html_enc, state, written_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8)`)
	qPersonMail = stmt("person_mail", `
		SELECT mail_id, template, language, address_enc, subject, text_enc, html_enc, state, written_at FROM person_mail WHERE mail_id = $1`)
	qEndPersonMail = stmt("end_person_mail", `
		UPDATE person_mail SET state = $2, text_enc = $3, html_enc = $3, done_at = $4 WHERE mail_id = $1`)
	qDropPersonMail = stmt("delete_old_person_mail", `DELETE FROM person_mail WHERE written_at <= $1`)
)

// PersonMailID names a mail to a person.
type PersonMailID = ident.ID[PersonMail]

// PersonMail is a mail to a person, who may have no account: it is not among
// the messages of one. It may hold a code, and is emptied once it is sent.
type PersonMail struct {
	ID        PersonMailID
	Template  string
	Language  string
	Address   pii.Secret // an e-mail address, or ten digits of a phone for a text message
	Subject   string     // no personal data
	Text      pii.Secret
	HTML      pii.Secret
	State     string
	WrittenAt civil.Instant
}

// InsertPersonMail keeps a mail to be sent.
func (tx *Tx) InsertPersonMail(m PersonMail) error {
	sealed := make([][]byte, 3)
	for i, secret := range []pii.Secret{m.Address, m.Text, m.HTML} {
		var err error
		if sealed[i], err = tx.db.vault.Seal("person_mail", m.ID.String(), secret.Reveal()); err != nil {
			return err
		}
	}
	tx.queue(qInsertPersonMail, m.ID, m.Template, m.Language, sealed[0], m.Subject, sealed[1], sealed[2], tx.now)
	return nil
}

// PersonMail finds a mail, or fault.NotFound.
func (tx *ReadTx) PersonMail(id PersonMailID) (PersonMail, error) {
	return one(tx, qPersonMail, func(row func(...any) error) (m PersonMail, err error) {
		sealed := make([][]byte, 3)
		if err := row(&m.ID, &m.Template, &m.Language, &sealed[0], &m.Subject, &sealed[1], &sealed[2], &m.State, &m.WrittenAt); err != nil {
			return m, err
		}
		for i, secret := range []*pii.Secret{&m.Address, &m.Text, &m.HTML} {
			if len(sealed[i]) == 0 {
				continue
			}
			text, err := tx.db.vault.Unseal("person_mail", m.ID.String(), sealed[i])
			if err != nil {
				return m, err
			}
			*secret = pii.NewSecret(text)
		}
		return m, nil
	}, id)
}

// EndPersonMail records what became of a mail and empties it.
func (tx *Tx) EndPersonMail(id PersonMailID, state string) {
	tx.queue(qEndPersonMail, id, state, []byte{}, tx.now)
}

// DeletePersonMail deletes mails that were written before a moment.
func (tx *Tx) DeletePersonMail(before civil.Instant) { tx.queue(qDropPersonMail, before) }

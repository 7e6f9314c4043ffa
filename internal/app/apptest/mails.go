package apptest

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/store"
)

// Mails keeps the word that a bill is there as a mail to a person that nobody
// sends.
type Mails struct{}

var _ paying.Mailer = Mails{}

// TellBillReady keeps a mail.
func (Mails) TellBillReady(tx *store.Tx, address pii.Secret, language string) error {
	return tx.InsertPersonMail(store.PersonMail{
		ID: store.PersonMailID{UUID: tx.NewID()}, Template: "bill_ready", Language: language, Address: address, Subject: "A mail",
	})
}

// Mailed gives language and address of every mail to a person, in order.
func (w *World) Mailed() (all []string) {
	w.TB.Helper()
	for _, key := range w.Rows("SELECT id_text(mail_id) FROM person_mail ORDER BY mail_id") {
		var id store.PersonMailID
		if err := id.UnmarshalText([]byte(key)); err != nil {
			w.TB.Fatal(err)
		}
		err := w.DB.Read(w.TB.Context(), "mail to a person", func(tx *store.ReadTx) error {
			m, err := tx.PersonMail(id)
			all = append(all, m.Language+" "+m.Address.Reveal())
			return err
		})
		if err != nil {
			w.TB.Fatal(err)
		}
	}
	return all
}

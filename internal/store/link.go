package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
)

var qLinkedBill = stmt("linked_bill", `
	SELECT b.due_on, a.account_id, a.kind, a.subscriber_id, a.first_name, a.last_name, a.birth_date_idx, a.zip, a.language, a.email, a.created_at, ''
	FROM bill b JOIN account a ON a.account_id = b.account_id WHERE b.link_code = $1`)

// LinkCode gives the code of a bill's short address (brief F4). It is a keyed
// hash: nobody can guess one or learn anything from it, and it needs no
// randomness. It is made of the bill's key, which is new whenever a bill is
// made anew, so that two codes that collide once do not do so for ever.
func (db *DB) LinkCode(id bill.ID) ident.Confirmation {
	return ident.NewConfirmation(db.vault.Index("bill.link", id.String()))
}

// LinkedBill is the account of a bill that was found by its link code, and the
// day the bill is due.
type LinkedBill struct {
	Account AccountRow
	DueOn   civil.Date
}

// LinkedBill finds a bill by its link code, or fault.NotFound.
func (tx *ReadTx) LinkedBill(code ident.Confirmation) (LinkedBill, error) {
	return one(tx, qLinkedBill, func(row func(...any) error) (b LinkedBill, err error) {
		b.Account, err = scanAccount(func(columns ...any) error { return row(append([]any{&b.DueOn}, columns...)...) })
		return b, err
	}, string(code))
}

package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store/vault"
)

var (
	qInsertAccount = stmt("insert_account", `
		INSERT INTO account (account_id, kind, subscriber_id, first_name, last_name, birth_date_enc, birth_date_idx, zip, language, email, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qUpdateAccount = stmt("update_account", `
		UPDATE account SET first_name = $2, last_name = $3, birth_date_enc = $4, birth_date_idx = $5, zip = $6, language = $7, email = $8
		WHERE account_id = $1`)
	qInsertAlias = stmt("insert_alias", `
		INSERT INTO account_alias (alias, kind, account_id) VALUES ($1, $2, $3) ON CONFLICT (alias) DO NOTHING`)
	qAccountBySubscriber = stmt("account_by_subscriber", `
		SELECT a.account_id, a.kind, a.subscriber_id, a.first_name, a.last_name, a.birth_date_idx, a.zip, a.language, a.email, a.created_at,
			COALESCE((SELECT MIN(n.alias) FROM account_alias n WHERE n.account_id = a.account_id AND n.kind = 'billing_number'), '')
		FROM account a WHERE a.subscriber_id = $1`)
	qAccountByAlias = stmt("account_by_alias", `
		SELECT a.account_id, a.kind, a.subscriber_id, a.first_name, a.last_name, a.birth_date_idx, a.zip, a.language, a.email, a.created_at,
			COALESCE((SELECT MIN(n.alias) FROM account_alias n WHERE n.account_id = a.account_id AND n.kind = 'billing_number'), '')
		FROM account_alias l JOIN account a ON a.account_id = l.account_id WHERE l.alias = $1 AND l.kind = $2`)
	qAccountByID = stmt("account_by_id", `
		SELECT a.account_id, a.kind, a.subscriber_id, a.first_name, a.last_name, a.birth_date_idx, a.zip, a.language, a.email, a.created_at,
			COALESCE((SELECT MIN(n.alias) FROM account_alias n WHERE n.account_id = a.account_id AND n.kind = 'billing_number'), '')
		FROM account a WHERE a.account_id = $1`)
	qAccountBirthDate = stmt("account_birth_date", `SELECT birth_date_enc FROM account WHERE account_id = $1`)
	qAccountPage      = stmt("account_page", `SELECT account_id FROM account WHERE account_id > $1 ORDER BY account_id LIMIT $2`)
	qAccountFirstPage = stmt("account_first_page", `SELECT account_id FROM account ORDER BY account_id LIMIT $1`)
)

// AccountRow is an account without its birth date, which stays encrypted; a
// typed birth date is checked with BirthDateMatches.
type AccountRow struct {
	enrollment.Account
	birthDateIndex []byte
}

const aliasBillingNumber, aliasReference = "billing_number", "enrollment_reference"

// AliasBillingNumber and AliasReference are the kinds of number that can find
// an account besides the Subscriber ID.
const (
	AliasBillingNumber = aliasBillingNumber
	AliasReference     = aliasReference
)

func scanAccount(row func(...any) error) (AccountRow, error) {
	var a AccountRow
	err := row(&a.ID, &a.Kind, &a.SubscriberID, &a.FirstName, &a.LastName, &a.birthDateIndex, &a.ZIP, &a.Language, &a.Email, &a.CreatedAt, &a.BillingNumber)
	return a, err
}

// InsertAccount adds an account, its billing number and its address.
func (tx *Tx) InsertAccount(a enrollment.Account) error {
	sealed, index, err := tx.sealBirthDate("account", a.ID.String(), a.BirthDate)
	if err != nil {
		return err
	}
	tx.queue(qInsertAccount, a.ID, string(a.Kind), string(a.SubscriberID), a.FirstName, a.LastName, sealed, index, a.ZIP, a.Language, a.Email, a.CreatedAt)
	tx.insertAlias(a.BillingNumber, aliasBillingNumber, a.ID)
	return tx.putReach(a)
}

// UpdateAccount replaces what the eligibility system may correct. An address
// that it does not say stays what it is.
func (tx *Tx) UpdateAccount(a enrollment.Account) error {
	sealed, index, err := tx.sealBirthDate("account", a.ID.String(), a.BirthDate)
	if err != nil {
		return err
	}
	tx.queue(qUpdateAccount, a.ID, a.FirstName, a.LastName, sealed, index, a.ZIP, a.Language, a.Email)
	tx.insertAlias(a.BillingNumber, aliasBillingNumber, a.ID)
	return tx.putReach(a)
}

// putReach stores how an account is reached besides e-mail, as far as it is
// known.
func (tx *Tx) putReach(a enrollment.Account) error {
	if err := tx.putAddress(a); err != nil || a.Phone == "" {
		return err
	}
	return tx.PutPhone(a.ID, a.Phone)
}

func (tx *Tx) insertAlias(alias, kind string, id enrollment.AccountID) {
	if alias != "" {
		tx.queue(qInsertAlias, alias, kind, id)
	}
}

func (tx *Tx) sealBirthDate(table, row string, d civil.Date) (sealed, index []byte, err error) {
	sealed, err = tx.db.vault.Seal(table+".birth_date", row, d.String())
	return sealed, birthDateIndex(tx.db.vault, row, d), err
}

// birthDateIndex binds the index to its row: there are few birth dates, and
// equal ones must not show as equal.
func birthDateIndex(v *vault.Vault, row string, d civil.Date) []byte {
	return v.Index("birth_date "+row, d.String())
}

// AccountBySubscriber finds an account by Subscriber ID, or fault.NotFound.
func (tx *ReadTx) AccountBySubscriber(id ident.SubscriberID) (AccountRow, error) {
	return one(tx, qAccountBySubscriber, scanAccount, string(id))
}

// AccountByAlias finds an account by another number, or fault.NotFound.
func (tx *ReadTx) AccountByAlias(kind, alias string) (AccountRow, error) {
	return one(tx, qAccountByAlias, scanAccount, alias, kind)
}

// Account finds an account by its key, or fault.NotFound.
func (tx *ReadTx) Account(id enrollment.AccountID) (AccountRow, error) {
	return one(tx, qAccountByID, scanAccount, id)
}

// BirthDateMatches compares a typed birth date with the account's, without
// decrypting, in constant time. The zero row, of a number that nobody has,
// matches nothing and takes the same work: as much is hashed and compared.
func (tx *ReadTx) BirthDateMatches(a AccountRow, typed civil.Date) bool {
	index := a.birthDateIndex
	if a.ID.IsZero() {
		index = make([]byte, vault.IndexBytes)
	}
	return vault.Equal(index, birthDateIndex(tx.db.vault, keyOf(a.ID), typed)) && !a.ID.IsZero()
}

// keyOf is the key of an account as it is hashed: that of nobody is as long, so
// that hashing it takes as much work.
func keyOf(id enrollment.AccountID) string {
	if id.IsZero() {
		return "00000000-0000-0000-0000-000000000000"
	}
	return id.String()
}

// BirthDate decrypts an account's birth date.
func (tx *ReadTx) BirthDate(id enrollment.AccountID) (civil.Date, error) {
	sealed, err := one(tx, qAccountBirthDate, scalar[[]byte], id)
	if err != nil {
		return civil.Date{}, err
	}
	text, err := tx.db.vault.Unseal("account.birth_date", id.String(), sealed)
	if err != nil {
		return civil.Date{}, err
	}
	return civil.ParseDate(text)
}

// AccountsAfter gives up to limit account keys in order, after the given one,
// or from the first if that is none.
func (tx *ReadTx) AccountsAfter(after enrollment.AccountID, limit int) ([]enrollment.AccountID, error) {
	if after.IsZero() {
		return collect(tx, qAccountFirstPage, scalar[enrollment.AccountID], limit)
	}
	return collect(tx, qAccountPage, scalar[enrollment.AccountID], after, limit)
}

var qCountAccounts = stmt("count_accounts", `SELECT COUNT(*) FROM account`)

// CountAccounts counts the accounts.
func (tx *ReadTx) CountAccounts() (int, error) {
	n, err := one(tx, qCountAccounts, scalar[int64])
	return int(n), err
}

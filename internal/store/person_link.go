package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

const (
	linkColumns = `l.account_id, l.link_id, l.person_id, l.role, l.how, l.from_at, l.until_on`

	// A link counts until its last day is over, and forever without one.
	liveLink = `l.ended_at IS NULL AND (l.until_on IS NULL OR l.until_on >= $2)`
)

var (
	qInsertLink = stmt("insert_coverage_link", `
		INSERT INTO coverage_link (account_id, link_id, person_id, role, how, from_at, until_on, ended_by) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
	qLinksOfPerson = stmt("links_of_person", `
		SELECT `+linkColumns+`, a.kind, a.subscriber_id, a.first_name, a.last_name
		FROM coverage_link l JOIN account a ON a.account_id = l.account_id
		WHERE l.person_id = $1 AND `+liveLink+` ORDER BY l.link_id LIMIT 100`)
	qLinksOfAccount = stmt("links_of_account", `
		SELECT `+linkColumns+`, p.email_enc, p.language FROM coverage_link l JOIN person p ON p.person_id = l.person_id
		WHERE l.account_id = $1 AND `+liveLink+` ORDER BY l.link_id LIMIT 100`)
	qEndLink = stmt("end_coverage_link", `
		UPDATE coverage_link SET ended_at = $3, ended_by = $4 WHERE account_id = $1 AND link_id = $2 AND ended_at IS NULL`)
	// One that has run out would stand in the way of a new one.
	qEndOverLinks = stmt("end_links_that_are_over", `
		UPDATE coverage_link SET ended_at = $4, ended_by = 'until' WHERE account_id = $1 AND person_id = $2 AND ended_at IS NULL AND until_on < $3`)

	// Helpers whose last day is over, once a night.
	qLinksOver = stmt("links_that_are_over", `
		SELECT `+linkColumns+`, p.email_enc, p.language FROM coverage_link l JOIN person p ON p.person_id = l.person_id
		WHERE l.ended_at IS NULL AND l.until_on < $1 ORDER BY l.account_id, l.link_id LIMIT $2`)

	qInsertLinkCode = stmt("insert_link_code", `
		INSERT INTO link_code (account_id, link_code_id, person_id, made_on, until_on) VALUES ($1, $2, $3, $4, $5)`)
	qLinkCodes = stmt("link_codes", `
		SELECT link_code_id, made_on, until_on FROM link_code
		WHERE account_id = $1 AND used_at IS NULL AND until_on >= $2 ORDER BY link_code_id DESC LIMIT 10`)
	qUseLinkCode = stmt("use_link_code", `UPDATE link_code SET used_at = $3 WHERE account_id = $1 AND link_code_id = $2 AND used_at IS NULL`)

	qPutPhone = stmt("put_account_phone", `
		INSERT INTO account_phone (account_id, number_enc) VALUES ($1, $2)
		ON CONFLICT (account_id) DO UPDATE SET number_enc = excluded.number_enc`)
	qPhone = stmt("account_phone", `SELECT number_enc FROM account_phone WHERE account_id = $1`)
)

// LinkHow is how it was shown that somebody may see an account (R-ACC-3).
type LinkHow string

// The ways.
const (
	LinkedByAccountCode LinkHow = "account_code"
	LinkedByMail        LinkHow = "mailed_code"
	LinkedByText        LinkHow = "text_code"
	LinkedByInvitation  LinkHow = "invitation"
)

// CoverageLink ties a person to an account.
type CoverageLink struct {
	Account enrollment.AccountID
	ID      identity.LinkID
	Person  identity.PersonID
	Role    access.Role
	How     LinkHow
	From    civil.Instant
	Until   civil.Date // zero: no end

	// Of the account, with LinksOfPerson.
	Kind         enrollment.AccountKind
	SubscriberID ident.SubscriberID
	FirstName    string
	LastName     string
	// Of the person, with LinksOfAccount.
	Email    pii.Secret
	Language string
}

// InsertLink ties a person to an account. A second tie is a Conflict
// (CodeDuplicate).
func (tx *Tx) InsertLink(l CoverageLink, today civil.Date) error {
	tx.queue(qEndOverLinks, l.Account, l.Person, today, tx.now)
	_, err := tx.exec(qInsertLink, l.Account, l.ID, l.Person, string(l.Role), string(l.How), tx.now, l.Until)
	return err
}

// LinksOfPerson gives the accounts that a person may see on a day, their own
// first.
func (tx *ReadTx) LinksOfPerson(id identity.PersonID, today civil.Date) ([]CoverageLink, error) {
	all, err := collect(tx, qLinksOfPerson, func(row func(...any) error) (l CoverageLink, err error) {
		err = row(&l.Account, &l.ID, &l.Person, &l.Role, &l.How, &l.From, &l.Until, &l.Kind, &l.SubscriberID, &l.FirstName, &l.LastName)
		return l, err
	}, id, today)
	var own, others []CoverageLink
	for _, l := range all {
		if l.Role == access.RoleMember {
			own = append(own, l)
		} else {
			others = append(others, l)
		}
	}
	return append(own, others...), err
}

// LinksOfAccount gives the people who may see an account on a day.
func (tx *ReadTx) LinksOfAccount(id enrollment.AccountID, today civil.Date) ([]CoverageLink, error) {
	return collect(tx, qLinksOfAccount, tx.scanPersonLink, id, today)
}

// LinksOver gives up to limit ties whose last day was before a day and that
// nobody has ended yet.
func (tx *ReadTx) LinksOver(today civil.Date, limit int) ([]CoverageLink, error) {
	return collect(tx, qLinksOver, tx.scanPersonLink, today, limit)
}

func (tx *ReadTx) scanPersonLink(row func(...any) error) (l CoverageLink, err error) {
	var sealed []byte
	if err := row(&l.Account, &l.ID, &l.Person, &l.Role, &l.How, &l.From, &l.Until, &sealed, &l.Language); err != nil {
		return l, err
	}
	email, err := tx.db.vault.Unseal("person.email", l.Person.String(), sealed)
	l.Email = pii.NewSecret(email)
	return l, err
}

// EndLink ends a tie and tells whether it was there.
func (tx *Tx) EndLink(account enrollment.AccountID, id identity.LinkID, actor string) (bool, error) {
	n, err := tx.exec(qEndLink, account, id, tx.now, actor)
	return n == 1, err
}

// AccountCode gives the code of an account that is printed on its bills
// (R-ACC-3): a keyed hash, stored nowhere.
func (db *DB) AccountCode(id enrollment.AccountID) identity.AccountCode {
	return identity.NewAccountCode(db.vault.Index("account_code", keyOf(id)))
}

// AccountCode is DB.AccountCode within a transaction.
func (tx *ReadTx) AccountCode(id enrollment.AccountID) identity.AccountCode {
	return tx.db.AccountCode(id)
}

// LinkCode is a code that was mailed to the address on file. The code itself is
// a keyed hash of its key.
type LinkCode struct {
	Account enrollment.AccountID
	ID      LinkCodeID
	Person  identity.PersonID // who asked for it
	Made    civil.Date
	Until   civil.Date
}

// LinkCodeID names a code that was mailed.
type LinkCodeID = ident.ID[LinkCode]

// MailedCode gives the code that a letter says.
func (db *DB) MailedCode(id LinkCodeID) identity.AccountCode {
	return identity.NewAccountCode(db.vault.Index("link_code", id.String()))
}

// MailedCode is DB.MailedCode within a transaction.
func (tx *ReadTx) MailedCode(id LinkCodeID) identity.AccountCode { return tx.db.MailedCode(id) }

// InsertLinkCode keeps that a code is mailed.
func (tx *Tx) InsertLinkCode(c LinkCode) {
	tx.queue(qInsertLinkCode, c.Account, c.ID, c.Person, c.Made, c.Until)
}

// LinkCodes gives the mailed codes of an account that may still be used on a
// day, the latest first.
func (tx *ReadTx) LinkCodes(id enrollment.AccountID, today civil.Date) ([]LinkCode, error) {
	return collect(tx, qLinkCodes, func(row func(...any) error) (LinkCode, error) {
		c := LinkCode{Account: id}
		err := row(&c.ID, &c.Made, &c.Until)
		return c, err
	}, id, today)
}

// UseLinkCode uses a mailed code up.
func (tx *Tx) UseLinkCode(c LinkCode) { tx.queue(qUseLinkCode, c.Account, c.ID, tx.now) }

// PutPhone stores the phone on file of an account: ten digits.
func (tx *Tx) PutPhone(id enrollment.AccountID, digits string) error {
	sealed, err := tx.sealPhone(id, digits)
	if err == nil {
		tx.queue(qPutPhone, id, sealed)
	}
	return err
}

func (tx *ReadTx) sealPhone(id enrollment.AccountID, digits string) ([]byte, error) {
	return tx.db.vault.Seal("account_phone", id.String(), digits)
}

func (tx *ReadTx) unsealPhone(id enrollment.AccountID, sealed []byte) (string, error) {
	return tx.db.vault.Unseal("account_phone", id.String(), sealed)
}

// Phone gives the phone on file of an account, none if nobody knows.
func (tx *ReadTx) Phone(id enrollment.AccountID) (pii.Secret, error) {
	sealed, err := one(tx, qPhone, scalar[[]byte], id)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return pii.Secret{}, nil
	}
	if err != nil {
		return pii.Secret{}, err
	}
	digits, err := tx.unsealPhone(id, sealed)
	return pii.NewSecret(digits), err
}

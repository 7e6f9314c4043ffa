package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

var (
	qInsertDelivery = stmt("insert_delivery_choice", `
		INSERT INTO delivery_choice (account_id, choice_id, document, delivery, person_id, why, consent_version, language, wording, demonstrated, browser, network_idx, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	qDeliveries = stmt("delivery_choices", `
		SELECT d.document, d.delivery, d.person_id, d.why, d.consent_version, d.language, d.recorded_at FROM delivery_choice d
		WHERE d.account_id = $1 AND NOT EXISTS (SELECT 1 FROM delivery_choice x
			WHERE x.account_id = d.account_id AND x.document = d.document AND x.choice_id > d.choice_id)
		ORDER BY d.document LIMIT 10`)
	// Only who is still tied to the account as a member gets its letters.
	qMemberEmail = stmt("member_email", `
		SELECT p.person_id, p.email_enc FROM coverage_link l JOIN person p ON p.person_id = l.person_id
		WHERE l.account_id = $1 AND l.person_id = $2 AND l.role = 'member' AND l.ended_at IS NULL`)

	// One row, always: each letter asks. Of several members the first counts.
	qLetterChoice = stmt("letter_choice", `
		SELECT (SELECT m.lines_enc FROM mailing_address m WHERE m.account_id = $1),
			COALESCE((SELECT s.letter_language FROM account_setting s WHERE s.account_id = $1), ''),
			(SELECT d.person_id FROM delivery_choice d WHERE d.account_id = $1 AND d.document = $2 AND d.delivery = 'email'
				AND NOT EXISTS (SELECT 1 FROM delivery_choice x
					WHERE x.account_id = d.account_id AND x.document = d.document AND x.choice_id > d.choice_id)),
			(SELECT l.person_id FROM coverage_link l WHERE l.account_id = $1 AND l.role = 'member' AND l.ended_at IS NULL
				ORDER BY l.from_at, l.link_id LIMIT 1),
			(SELECT COUNT(*) FROM text_number t WHERE t.account_id = $1 AND t.state = 'on')`)

	qPutSetting = stmt("put_account_setting", `
		INSERT INTO account_setting (account_id, letter_language, phone_language) VALUES ($1, $2, $3)
		ON CONFLICT (account_id) DO UPDATE SET letter_language = excluded.letter_language, phone_language = excluded.phone_language`)
	qSetting = stmt("account_setting", `SELECT letter_language, phone_language FROM account_setting WHERE account_id = $1`)
)

// DeliveryChoice is how documents of a kind are delivered to an account, and
// the proof of the consent if it is by e-mail only (REG-45).
type DeliveryChoice struct {
	Document     identity.Document
	Delivery     identity.Delivery
	Person       identity.PersonID
	Why          string // of paper: identity.PaperAsked, PaperBounced
	Version      string // of the words of the consent
	Language     string
	Wording      string // as it was shown; not read back with the others
	Demonstrated string // how it was shown that the person can read what will come
	From         identity.From
	At           civil.Instant
}

// InsertDelivery records a choice for good.
func (tx *Tx) InsertDelivery(account enrollment.AccountID, c DeliveryChoice) {
	tx.queue(qInsertDelivery, account, tx.NewID(), string(c.Document), string(c.Delivery), c.Person, c.Why, c.Version, c.Language, c.Wording,
		c.Demonstrated, c.From.Browser(), tx.db.networkIndex(c.From.Network), tx.now)
}

// Deliveries gives the choices of an account that count, at most one for a kind
// of document. A kind without one is delivered on paper.
func (tx *ReadTx) Deliveries(account enrollment.AccountID) ([]DeliveryChoice, error) {
	return collect(tx, qDeliveries, func(row func(...any) error) (DeliveryChoice, error) {
		var c DeliveryChoice
		err := row(&c.Document, &c.Delivery, &c.Person, &c.Why, &c.Version, &c.Language, &c.At)
		return c, err
	}, account)
}

// LetterChoice is where letters to an account go, and what its members chose.
type LetterChoice struct {
	Mailing  string // street and town in lines; "" if nobody knows
	Language string // "" as the eligibility system says
	Email    string // of a member; "" nobody has connected the coverage
	Only     bool   // e-mail alone: no paper
	Texts    bool   // somebody has agreed to text messages: see TextTo
	Online   bool   // a member has connected the coverage
}

// LetterChoice gives how documents of a kind go to an account. The address is
// that of the person who chose e-mail only, as long as they are a member; else
// of the member who came first.
func (tx *ReadTx) LetterChoice(account enrollment.AccountID, document identity.Document) (LetterChoice, error) {
	var chooser, first identity.PersonID
	c, err := one(tx, qLetterChoice, func(row func(...any) error) (c LetterChoice, err error) {
		var lines []byte
		var texts int64
		if err := row(&lines, &c.Language, &chooser, &first, &texts); err != nil {
			return c, err
		}
		c.Texts, c.Online = texts > 0, !first.IsZero()
		if len(lines) == 0 {
			return c, nil
		}
		c.Mailing, err = tx.unsealAddress(account, lines)
		return c, err
	}, account, string(document))
	if err != nil || first.IsZero() {
		return c, err
	}
	if !chooser.IsZero() {
		if c.Email, err = tx.memberEmail(account, chooser); err != nil || c.Email != "" {
			c.Only = err == nil
			return c, err
		}
	}
	c.Email, err = tx.memberEmail(account, first)
	return c, err
}

// memberEmail gives the address of a member, "" if the person is none.
func (tx *ReadTx) memberEmail(account enrollment.AccountID, person identity.PersonID) (string, error) {
	email, err := one(tx, qMemberEmail, func(row func(...any) error) (string, error) {
		var id identity.PersonID
		var sealed []byte
		if err := row(&id, &sealed); err != nil {
			return "", err
		}
		return tx.db.vault.Unseal("person.email", id.String(), sealed)
	}, account, person)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	return email, err
}

// AccountSetting is what the members of an account chose.
type AccountSetting struct {
	LetterLanguage string // "" as the eligibility system says
	PhoneLanguage  string
}

// PutSetting replaces the settings of an account.
func (tx *Tx) PutSetting(account enrollment.AccountID, s AccountSetting) {
	tx.queue(qPutSetting, account, s.LetterLanguage, s.PhoneLanguage)
}

// Setting gives the settings of an account.
func (tx *ReadTx) Setting(account enrollment.AccountID) (AccountSetting, error) {
	s, err := one(tx, qSetting, func(row func(...any) error) (s AccountSetting, err error) {
		err = row(&s.LetterLanguage, &s.PhoneLanguage)
		return s, err
	}, account)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return AccountSetting{}, nil
	}
	return s, err
}

package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

const invitationColumns = `i.account_id, i.invitation_id, i.email_enc, i.role, i.until_on, i.ends_on, i.invited_by`

var (
	qInsertInvitation = stmt("insert_invitation", `
		INSERT INTO delegate_invitation (account_id, invitation_id, email_enc, email_idx, role, until_on, ends_on, invited_by, state, made_at, state_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $9)`)
	qInvitationsOf = stmt("invitations_of_account", `
		SELECT `+invitationColumns+`, '', '' FROM delegate_invitation i
		WHERE i.account_id = $1 AND i.state = 'waiting' AND i.ends_on >= $2 ORDER BY i.invitation_id LIMIT 50`)
	qInvitationsTo = stmt("invitations_to_email", `
		SELECT `+invitationColumns+`, a.first_name, a.last_name FROM delegate_invitation i JOIN account a ON a.account_id = i.account_id
		WHERE i.email_idx = $1 AND i.state = 'waiting' AND i.ends_on >= $2 ORDER BY i.invitation_id LIMIT 50`)
	qSettleInvitation = stmt("settle_invitation", `
		UPDATE delegate_invitation SET state = $3, state_at = $4 WHERE account_id = $1 AND invitation_id = $2 AND state = 'waiting'`)
)

// What became of an invitation.
const (
	InvitationAccepted  = "accepted"
	InvitationDeclined  = "declined"
	InvitationWithdrawn = "withdrawn"
)

// DelegateInvitation asks a person to help with an account.
type DelegateInvitation struct {
	Account   enrollment.AccountID
	ID        identity.InvitationID
	Email     pii.Secret
	Role      access.Role
	Until     civil.Date // how long they may help
	Ends      civil.Date // the last day to accept
	By        identity.PersonID
	FirstName string // of the account, with InvitationsTo
	LastName  string
}

// InsertInvitation keeps an invitation.
func (tx *Tx) InsertInvitation(i DelegateInvitation) error {
	sealed, err := tx.db.vault.Seal("delegate_invitation.email", i.ID.String(), i.Email.Reveal())
	if err == nil {
		tx.queue(qInsertInvitation, i.Account, i.ID, sealed, tx.db.emailIndex(i.Email.Reveal()), string(i.Role), i.Until, i.Ends, i.By, tx.now)
	}
	return err
}

func (tx *ReadTx) scanInvitation(row func(...any) error) (i DelegateInvitation, err error) {
	var sealed []byte
	if err := row(&i.Account, &i.ID, &sealed, &i.Role, &i.Until, &i.Ends, &i.By, &i.FirstName, &i.LastName); err != nil {
		return i, err
	}
	email, err := tx.db.vault.Unseal("delegate_invitation.email", i.ID.String(), sealed)
	i.Email = pii.NewSecret(email)
	return i, err
}

// InvitationsOf gives the invitations of an account that wait on a day.
func (tx *ReadTx) InvitationsOf(id enrollment.AccountID, today civil.Date) ([]DelegateInvitation, error) {
	return collect(tx, qInvitationsOf, tx.scanInvitation, id, today)
}

// InvitationsTo gives the invitations to an address that wait on a day.
func (tx *ReadTx) InvitationsTo(email string, today civil.Date) ([]DelegateInvitation, error) {
	return collect(tx, qInvitationsTo, tx.scanInvitation, tx.db.emailIndex(email), today)
}

// SettleInvitation records what became of an invitation. False: it waited no
// more.
func (tx *Tx) SettleInvitation(account enrollment.AccountID, id identity.InvitationID, state string) (bool, error) {
	n, err := tx.exec(qSettleInvitation, account, id, state, tx.now)
	return n == 1, err
}

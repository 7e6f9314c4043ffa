package autopay

import (
	"context"
	"strings"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// SavedAccounts lists the bank accounts saved for an account.
func (s *Service) SavedAccounts(ctx context.Context, who Who, account enrollment.AccountID) ([]SavedAccount, error) {
	if err := access.Check(who.Role, access.SeeAutoPay); err != nil {
		return nil, err
	}
	var saved []SavedAccount
	err := s.db.Read(ctx, "saved bank accounts", func(tx *store.ReadTx) (err error) {
		saved, err = s.savedAccounts(tx, who, account)
		return err
	})
	return saved, err
}

func (s *Service) savedAccounts(tx *store.ReadTx, who Who, account enrollment.AccountID) ([]SavedAccount, error) {
	rows, err := tx.SavedBanks(account)
	if err != nil {
		return nil, err
	}
	used, err := mandateInUse(tx, account)
	if err != nil {
		return nil, err
	}
	var all []SavedAccount
	checks, err := s.checks(tx, account)
	if err != nil {
		return nil, err
	}
	at := map[payment.BankAccountID]int{} // each is shown once: as the reader's own, if it is
	for _, b := range rows {
		if !b.RemovedOn.IsZero() {
			continue
		}
		one := savedAccount(b)
		one.Mine, one.InUse, one.Check = b.Person == who.Person, b.ID == used.BankAccount, checks[b.ID]
		i, shown := at[b.ID]
		switch {
		case !shown:
			at[b.ID] = len(all)
			all = append(all, one)
		case one.Mine:
			all[i] = one
		}
	}
	return all, nil
}

func savedAccount(b store.SavedBank) SavedAccount {
	return SavedAccount{ID: b.ID, Holder: b.HolderName, Type: b.Type, Routing: b.Routing, LastFour: b.LastFour, Nickname: b.Nickname, SavedOn: b.SavedOn, Waits: b.Waits}
}

// mandateInUse is the mandate that AutoPay goes by; the zero one: AutoPay is off.
func mandateInUse(tx *store.ReadTx, account enrollment.AccountID) (mandate.Mandate, error) {
	m, err := tx.NewestMandate(account)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return mandate.Mandate{}, nil
	case err != nil || m.State != mandate.Active && m.State != mandate.Paused:
		return mandate.Mandate{}, err
	}
	return m, nil
}

// bankOf gives the bank account of a mandate, also one that is not saved any
// more.
func (s *Service) bankOf(tx *store.ReadTx, m mandate.Mandate) (SavedAccount, error) {
	rows, err := tx.SavedBanks(m.AccountID)
	if err != nil {
		return SavedAccount{}, err
	}
	found := SavedAccount{ID: m.BankAccount}
	for _, b := range rows {
		if b.ID == m.BankAccount && (found.LastFour == "" || b.Person == m.Person) {
			found = savedAccount(b)
		}
	}
	if found.LastFour == "" {
		return found, nil
	}
	checks, err := s.checks(tx, m.AccountID)
	found.Check, found.InUse = checks[found.ID], m.State == mandate.Active || m.State == mandate.Paused
	return found, err
}

// nicknameMost is how long a nickname may be.
const nicknameMost = 30

func checkNickname(name string) (string, error) {
	name = strings.TrimSpace(name)
	if utf8.RuneCountInString(name) > nicknameMost {
		return "", fault.At("nickname", CodeNickname, "Nickname must be %d characters or fewer", nicknameMost)
	}
	return name, nil
}

// Rename gives a saved bank account another nickname.
func (s *Service) Rename(ctx context.Context, who Who, account enrollment.AccountID, id payment.BankAccountID, nickname string) error {
	if err := access.Check(who.Role, access.SaveBankAccount); err != nil {
		return err
	}
	nickname, err := checkNickname(nickname)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, "rename bank account", func(tx *store.Tx) error {
		there, err := tx.RenameBank(account, id, who.Person, nickname)
		if err == nil && !there {
			err = errNotSaved
		}
		return err
	})
}

var errNotSaved = fault.New(fault.NotFound, CodeNotSaved, "This bank account is not saved")

// Remove forgets a saved bank account: one's own, and if that is none, whoever
// saved it. The one that AutoPay uses stays: another one is to be chosen first
// (brief A12).
func (s *Service) Remove(ctx context.Context, who Who, account enrollment.AccountID, id payment.BankAccountID) error {
	if err := access.Check(who.Role, access.SaveBankAccount); err != nil {
		return err
	}
	return s.db.InTx(ctx, "remove bank account", func(tx *store.Tx) error {
		used, err := mandateInUse(tx.ReadTx, account)
		if err != nil {
			return err
		}
		own, others, err := savedNow(tx.ReadTx, account, id, who.Person)
		switch {
		case err != nil:
			return err
		case own == nil && others == nil:
			return errNotSaved
		case used.BankAccount == id && (used.Person == who.Person || own == nil || others == nil):
			return fault.New(fault.Conflict, CodeInUse, "AutoPay uses this account. Choose another account first.")
		}
		if err := s.remove(tx, account, id, who, own != nil); err != nil {
			return err
		}
		auditBank(tx, account, "bank.remove", who, id)
		if own != nil && others != nil { // who go on with it, and with what it waits for
			return nil
		}
		return s.abandon(tx, account, id, who.actor())
	})
}

func (s *Service) remove(tx *store.Tx, account enrollment.AccountID, id payment.BankAccountID, who Who, own bool) (err error) {
	today := s.profile.Today(tx.Now())
	if own {
		_, err = tx.RemoveOwnBank(account, id, who.Person, today)
		return err
	}
	_, err = tx.RemoveBank(account, id, today)
	return err
}

func auditBank(tx *store.Tx, account enrollment.AccountID, operation string, who Who, id payment.BankAccountID) {
	tx.Audit(store.AuditEvent{AccountID: account, Operation: operation, Actor: who.actor(), Subject: "bank account " + id.String()})
}

// Corrected puts the bank account that a bank told us of in the place of
// another one, wherever AutoPay or a saved account uses that (ACH-40). The new
// one is stored already; it counts as checked, since the bank itself told it,
// but a member who is asked for micro-entries still is: a bank does not know
// whose word we have.
// It is called in the transaction that takes the notification in, and tells
// whether anything used the old one.
func (s *Service) Corrected(tx *store.Tx, account enrollment.AccountID, from, to payment.BankAccountID, code string, on civil.Date) (used bool, err error) {
	if from == to {
		return false, nil
	}
	if used, err = tx.ReplaceMandateBank(account, from, to); err == nil && used {
		err = s.tellCorrected(tx, account)
	}
	told := used
	if err != nil {
		return false, err
	}
	saved, err := tx.SavedBanks(account)
	if err != nil {
		return false, err
	}
	there, err := tx.RemoveBank(account, from, on)
	if err != nil {
		return false, err
	}
	asked := false // for micro-entries
	for _, b := range saved {
		if b.ID != from || !b.RemovedOn.IsZero() {
			continue
		}
		b.ID = to
		if b.Waits && b.Method == store.ValidatedByMicro {
			asked = true
			tx.SaveBank(account, b, b.Person, store.ValidatedByMicro, "")
			continue
		}
		tx.SaveBank(account, b, b.Person, store.ValidatedByBank, code+" of "+on.String())
	}
	if asked {
		if err := redirect(tx, account, from, to, on); err != nil {
			return false, err
		}
	}
	if used = used || there; !used {
		return false, nil
	}
	if !told { // the member is told of every correction (ACH-40)
		if err := s.owe(tx, mandate.Mandate{ID: mandate.ID(to), AccountID: account, Version: 1}, mandate.LetterBankCorrected, mandate.DraftID{}); err != nil {
			return false, err
		}
	}
	tx.Audit(store.AuditEvent{
		AccountID: account, Operation: "bank.corrected", Actor: Actor, Subject: "bank account " + to.String(), Summary: "instead of " + from.String(), Reason: code,
	})
	return true, nil
}

// tellCorrected tells the member that AutoPay goes on with the bank account as
// its bank has corrected it (ACH-40).
func (s *Service) tellCorrected(tx *store.Tx, account enrollment.AccountID) error {
	m, err := tx.NewestMandate(account)
	if err != nil {
		return err
	}
	return s.owe(tx, m, mandate.LetterCorrected, mandate.DraftID{})
}

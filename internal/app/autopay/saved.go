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
	used, err := bankInUse(tx, account)
	if err != nil {
		return nil, err
	}
	var all []SavedAccount
	checks, err := s.checks(tx, account)
	if err != nil {
		return nil, err
	}
	for _, b := range rows {
		if b.RemovedOn.IsZero() {
			one := savedAccount(b)
			one.Mine, one.InUse, one.Check = b.Person == who.Person, b.ID == used, checks[b.ID]
			all = append(all, one)
		}
	}
	return all, nil
}

func savedAccount(b store.SavedBank) SavedAccount {
	return SavedAccount{ID: b.ID, Holder: b.HolderName, Type: b.Type, Routing: b.Routing, LastFour: b.LastFour, Nickname: b.Nickname, SavedOn: b.SavedOn, Waits: b.Waits}
}

// bankInUse is the bank account that AutoPay uses; zero: AutoPay is off.
func bankInUse(tx *store.ReadTx, account enrollment.AccountID) (payment.BankAccountID, error) {
	m, err := tx.NewestMandate(account)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return payment.BankAccountID{}, nil
	case err != nil || m.State != mandate.Active && m.State != mandate.Paused:
		return payment.BankAccountID{}, err
	}
	return m.BankAccount, nil
}

// bankOf gives the bank account of a mandate, also one that is not saved any
// more.
func (s *Service) bankOf(tx *store.ReadTx, m mandate.Mandate) (SavedAccount, error) {
	rows, err := tx.SavedBanks(m.AccountID)
	if err != nil {
		return SavedAccount{}, err
	}
	for _, b := range rows {
		if b.ID == m.BankAccount {
			checks, err := s.checks(tx, m.AccountID)
			one := savedAccount(b)
			one.Check = checks[b.ID]
			one.InUse = m.State == mandate.Active || m.State == mandate.Paused
			return one, err
		}
	}
	return SavedAccount{ID: m.BankAccount}, nil
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
		there, err := tx.RenameBank(account, id, nickname)
		if err == nil && !there {
			err = errNotSaved
		}
		return err
	})
}

var errNotSaved = fault.New(fault.NotFound, CodeNotSaved, "This bank account is not saved")

// Remove forgets a saved bank account. The one that AutoPay uses stays: another
// one is to be chosen first (brief A12).
func (s *Service) Remove(ctx context.Context, who Who, account enrollment.AccountID, id payment.BankAccountID) error {
	if err := access.Check(who.Role, access.SaveBankAccount); err != nil {
		return err
	}
	return s.db.InTx(ctx, "remove bank account", func(tx *store.Tx) error {
		used, err := bankInUse(tx.ReadTx, account)
		if err != nil {
			return err
		}
		if used == id {
			return fault.New(fault.Conflict, CodeInUse, "AutoPay uses this account. Choose another account first.")
		}
		there, err := tx.RemoveBank(account, id, s.profile.Today(tx.Now()))
		if err == nil && !there {
			err = errNotSaved
		}
		if err == nil {
			err = s.abandon(tx, account, id, who.actor())
		}
		auditBank(tx, account, "bank.remove", who, id)
		return err
	})
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
	for _, b := range saved {
		if b.ID != from || !b.RemovedOn.IsZero() {
			continue
		}
		if _, err := tx.RemoveBank(account, from, on); err != nil {
			return false, err
		}
		b.ID, used = to, true
		if b.Waits && b.Method == store.ValidatedByMicro {
			tx.SaveBank(account, b, b.Person, store.ValidatedByMicro, "")
			if err := redirect(tx, account, from, to, on); err != nil {
				return false, err
			}
			continue
		}
		tx.SaveBank(account, b, b.Person, store.ValidatedByBank, code+" of "+on.String())
	}
	if !used {
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

package autopay

import (
	"context"
	"strings"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
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
		saved, err = savedAccounts(tx, account)
		return err
	})
	return saved, err
}

func savedAccounts(tx *store.ReadTx, account enrollment.AccountID) ([]SavedAccount, error) {
	rows, err := tx.SavedBanks(account)
	if err != nil {
		return nil, err
	}
	used, err := bankInUse(tx, account)
	if err != nil {
		return nil, err
	}
	var all []SavedAccount
	for _, b := range rows {
		if b.RemovedOn.IsZero() {
			one := savedAccount(b)
			one.InUse = b.ID == used
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
func bankOf(tx *store.ReadTx, m mandate.Mandate) (SavedAccount, error) {
	rows, err := tx.SavedBanks(m.AccountID)
	if err != nil {
		return SavedAccount{}, err
	}
	for _, b := range rows {
		if b.ID == m.BankAccount {
			one := savedAccount(b)
			one.InUse = m.State == mandate.Active || m.State == mandate.Paused
			return one, nil
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

// Save checks a bank account as typed, asks whether it takes debits (R-AUTO-8)
// and saves it. Saved again, it is as new.
func (s *Service) Save(ctx context.Context, in Save) (SavedAccount, error) {
	if err := access.Check(in.Who.Role, access.SaveBankAccount); err != nil {
		return SavedAccount{}, err
	}
	nickname, err := checkNickname(in.Nickname)
	if err != nil {
		return SavedAccount{}, err
	}
	method := store.ValidatedByService
	reference, err := s.banks.CheckBank(ctx, in.Bank)
	if fault.KindOf(err) == fault.Unavailable && err != nil && s.profile.ACH.Prenote.On(s.profile.Today(s.db.Now())) {
		method, reference, err = store.ValidatedByPrenote, "", nil // the bank is asked itself
	}
	if err != nil {
		return SavedAccount{}, err
	}
	in.Bank.AccountID = in.Account
	var saved SavedAccount
	err = s.db.InTx(ctx, "save bank account", func(tx *store.Tx) error {
		id, err := tx.PutBankAccount(in.Bank, reference)
		if err != nil {
			return err
		}
		b := store.SavedBank{
			Waits: method == store.ValidatedByPrenote, BankAccount: in.Bank, LastFour: in.Bank.Number.LastFour(), Nickname: nickname, SavedOn: s.profile.Today(tx.Now()),
		}
		b.ID = id
		tx.SaveBank(in.Account, b, in.Who.Person, method, reference)
		if b.Waits {
			prenote(tx, in.Account, b)
		}
		saved = savedAccount(b)
		auditBank(tx, in.Account, "bank.save", in.Who, id)
		return nil
	})
	return saved, err
}

// prenote asks the bank whether an account can be debited, by an entry of $0 in
// the next file; it has three bank days to object (ACH-10).
func prenote(tx *store.Tx, account enrollment.AccountID, b store.SavedBank) {
	tx.PutACHEntry(ach.Entry{
		ID: tx.NewACHEntryID(), AccountID: account, Kind: ach.KindPrenote, Bank: b.ID, SEC: ach.WEB, Type: ach.Recurring, SettleOn: b.SavedOn,
	})
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
		auditBank(tx, account, "bank.remove", who, id)
		return err
	})
}

func auditBank(tx *store.Tx, account enrollment.AccountID, operation string, who Who, id payment.BankAccountID) {
	tx.Audit(store.AuditEvent{AccountID: account, Operation: operation, Actor: who.actor(), Subject: "bank account " + id.String()})
}

// Corrected puts the bank account that a bank told us of in the place of
// another one, wherever AutoPay or a saved account uses that (ACH-40). The new
// one is stored already; it counts as checked, since the bank itself told it.
// It is called in the transaction that takes the notification in, and tells
// whether anything used the old one.
func (s *Service) Corrected(tx *store.Tx, account enrollment.AccountID, from, to payment.BankAccountID, code string, on civil.Date) (used bool, err error) {
	if from == to {
		return false, nil
	}
	if used, err = tx.ReplaceMandateBank(account, from, to); err == nil && used {
		err = s.tellCorrected(tx, account)
	}
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
		tx.SaveBank(account, b, b.Person, store.ValidatedByBank, code+" of "+on.String())
	}
	if !used {
		return false, nil
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

// Prenoted records a bank's answer to a prenote (ACH-10): "" when nobody has
// objected in time, else the code of the return. A saved account that the bank
// does not know is no longer offered, and AutoPay that uses it is off.
func (s *Service) Prenoted(tx *store.Tx, account enrollment.AccountID, bank payment.BankAccountID, code string, on civil.Date) error {
	tx.AnswerPrenote(account, bank, strings.TrimSpace("answered "+on.String()+" "+code))
	summary := "the bank objected"
	if code == "" {
		summary = "nobody objected by " + on.String()
	}
	tx.Audit(store.AuditEvent{
		AccountID: account, Operation: "bank.prenote", Actor: Actor, Subject: "bank account " + bank.String(), Summary: summary, Reason: code,
	})
	if code == "" {
		return nil
	}
	if _, err := tx.RemoveBank(account, bank, on); err != nil {
		return err
	}
	m, err := live(tx.ReadTx, account)
	if err != nil || m.BankAccount != bank {
		return nilIfOff(err)
	}
	if err := s.move(tx, m, mandate.Stopped, mandate.ReasonBankAccount, on, Actor); err != nil {
		return err
	}
	return s.owe(tx, m, mandate.LetterOff, mandate.DraftID{})
}

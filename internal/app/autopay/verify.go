package autopay

import (
	"context"
	"fmt"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Save checks a bank account as typed, asks whether it takes debits (R-AUTO-8)
// and saves it. Saved again, it is as new. Where the validation service can not
// vouch for it, the profile says what happens: it is refused, its bank is asked
// by a prenote, or its member by micro-entries; then it is saved and waits.
func (s *Service) Save(ctx context.Context, in Save) (SavedAccount, error) {
	if err := access.Check(in.Who.Role, access.SaveBankAccount); err != nil {
		return SavedAccount{}, err
	}
	nickname, err := checkNickname(in.Nickname)
	if err != nil {
		return SavedAccount{}, err
	}
	in.Bank.AccountID, in.Nickname = in.Account, nickname
	how, err := s.vouch(ctx, in.Bank)
	if err != nil {
		return SavedAccount{}, err
	}
	var saved SavedAccount
	err = s.db.InTx(ctx, "save bank account", func(tx *store.Tx) error {
		b := store.SavedBank{
			BankAccount: in.Bank, LastFour: in.Bank.Number.LastFour(), Nickname: nickname, SavedOn: s.profile.Today(tx.Now()),
			Method: how.method, Waits: how.method != store.ValidatedByService,
		}
		if b.ID, err = tx.PutBankAccount(in.Bank, how.reference); err != nil {
			return err
		}
		b, err := s.save(tx, in, b, how)
		if err != nil {
			return err
		}
		checks, err := s.checks(tx.ReadTx, in.Account)
		saved = savedAccount(b)
		saved.Check = checks[b.ID]
		return err
	})
	return saved, err
}

// vouched is how a bank account was checked, or will be.
type vouched struct {
	method    string
	reference string    // of the service
	micro     ach.Micro // that are to be sent
}

// vouch asks the validation service. It is called outside transactions, which
// may run twice: so the amounts of micro-entries are drawn here.
func (s *Service) vouch(ctx context.Context, b payment.BankAccount) (vouched, error) {
	reference, err := s.banks.CheckBank(ctx, b)
	if err == nil || fault.KindOf(err) != fault.Unavailable {
		return vouched{method: store.ValidatedByService, reference: reference}, err
	}
	switch s.profile.ACH.Unverified.On(s.profile.Today(s.db.Now())) {
	case profile.UnverifiedPrenote:
		return vouched{method: store.ValidatedByPrenote}, nil
	case profile.UnverifiedMicro:
		micro, err := ach.DrawMicro(s.random)
		return vouched{method: store.ValidatedByMicro, micro: micro}, err
	case profile.UnverifiedRefuse:
	}
	return vouched{}, err
}

// save saves a bank account and begins what it waits for. One that is saved and
// verified stays so when the service can not vouch for it today, and one that
// waits already goes on waiting: it gets its new nickname. What somebody else of
// the account has had checked, or has under way, is asked of the bank once: who
// saves it too has the same answer, and a permission of their own.
func (s *Service) save(tx *store.Tx, in Save, b store.SavedBank, how vouched) (store.SavedBank, error) {
	own, others, err := savedNow(tx.ReadTx, in.Account, b.ID, in.Who.Person)
	if err != nil {
		return b, err
	}
	if own != nil && b.Waits {
		own.Nickname = b.Nickname
		_, err := tx.RenameBank(in.Account, b.ID, in.Who.Person, b.Nickname)
		return *own, err
	}
	if others != nil && b.Waits {
		b.Method, b.Waits, how = others.Method, others.Waits, vouched{method: others.Method}
		if !b.Waits {
			how.reference = "as saved before"
		}
		tx.SaveBank(in.Account, b, in.Who.Person, how.method, how.reference)
		auditBank(tx, in.Account, "bank.save", in.Who, b.ID)
		return b, nil
	}
	if own != nil && own.Waits || others != nil && others.Waits { // the service knows it by now
		if err := s.abandon(tx, in.Account, b.ID, in.Who.actor()); err != nil {
			return b, err
		}
		tx.VouchBank(in.Account, b.ID, "service "+how.reference)
	}
	tx.SaveBank(in.Account, b, in.Who.Person, how.method, how.reference)
	auditBank(tx, in.Account, "bank.save", in.Who, b.ID)
	switch how.method {
	case store.ValidatedByPrenote:
		prenote(tx, in.Account, b)
	case store.ValidatedByMicro:
		return b, s.begin(tx, in, b, how.micro)
	}
	return b, nil
}

// savedNow finds a bank account that is saved, and not removed: as a person has
// saved it, and as somebody else has; nil: not.
func savedNow(tx *store.ReadTx, account enrollment.AccountID, id payment.BankAccountID, person ident.UUID) (own, others *store.SavedBank, err error) {
	all, err := tx.SavedBanks(account)
	for _, b := range all {
		switch {
		case b.ID != id || !b.RemovedOn.IsZero():
		case b.Person == person:
			own = &b
		default:
			others = &b
		}
	}
	return own, others, err
}

// prenote asks the bank whether an account can be debited, by an entry of $0 in
// the next file; it has three bank days to object (ACH-10).
func prenote(tx *store.Tx, account enrollment.AccountID, b store.SavedBank) {
	tx.PutACHEntry(ach.Entry{
		ID: tx.NewACHEntryID(), AccountID: account, Kind: ach.KindPrenote, Bank: b.ID, SEC: ach.WEB, Type: ach.Recurring, SettleOn: b.SavedOn,
	})
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
	stopped, m, err := s.takeOut(tx, account, bank, mandate.ReasonBankAccount, on)
	if err != nil || !stopped {
		return err
	}
	return s.owe(tx, m, mandate.LetterOff, mandate.DraftID{})
}

// takeOut takes a bank account that is not to be debited out of the saved ones,
// and turns AutoPay off that uses it.
func (s *Service) takeOut(tx *store.Tx, account enrollment.AccountID, bank payment.BankAccountID, why mandate.Reason, on civil.Date) (stopped bool, m mandate.Mandate, err error) {
	there, err := tx.RemoveBank(account, bank, on)
	if err != nil {
		return false, m, err
	}
	if there {
		tx.Audit(store.AuditEvent{
			AccountID: account, Operation: "bank.remove", Actor: Actor, Subject: "bank account " + bank.String(), Reason: string(why),
		})
	}
	m, err = live(tx.ReadTx, account)
	if err != nil || m.BankAccount != bank {
		return false, m, nilIfOff(err)
	}
	return true, m, s.move(tx, m, mandate.Stopped, why, on, Actor)
}

// auditCheck keeps what became of a verification. The amounts are in no audit.
func auditCheck(tx *store.Tx, v ach.Verification, operation, actor, summary string) {
	tx.Audit(store.AuditEvent{
		AccountID: v.AccountID, Operation: operation, Actor: actor, Subject: "bank account " + v.Bank.String(), Summary: summary,
		Reason: strings.TrimSpace(fmt.Sprintf("%s %s", v.End, v.Code)),
	})
}

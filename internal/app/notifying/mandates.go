package notifying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// SendMandates writes the letters about AutoPay that are owed (M13, M14) and
// that no job has written. It may be repeated.
func (s *Service) SendMandates(ctx context.Context, on civil.Date) (Sent, error) {
	return round(ctx, s, "letters about autopay", func(tx *store.ReadTx, after mandate.Letter) ([]mandate.Letter, error) {
		return tx.MandateLetters(after, pageOf)
	}, func(l mandate.Letter) (Sent, error) { return s.SendMandate(ctx, l.AccountID, l.ID, on) })
}

// SendMandate writes one letter about AutoPay, if it is still owed.
func (s *Service) SendMandate(ctx context.Context, account enrollment.AccountID, id mandate.LetterID, on civil.Date) (Sent, error) {
	e := store.LetterException{Account: account, Source: id.UUID, About: store.AboutNotice}
	return s.each(ctx, e, func(tx *store.Tx) (Sent, error) {
		l, err := tx.MandateLetter(account, id)
		if fault.KindOf(err) == fault.NotFound {
			return Sent{}, nil
		}
		if err != nil {
			return Sent{}, err
		}
		return s.mandate(tx, l, e, on)
	})
}

func (s *Service) mandate(tx *store.Tx, l mandate.Letter, e store.LetterException, on civil.Date) (Sent, error) {
	to, now, err := s.now(tx, e, on)
	if err != nil {
		return Sent{}, err
	}
	letter := Mandate{Reader: to.reader(false), Written: on, Kind: l.Kind, Standing: now}
	if l.Kind.OfBank() {
		err = letter.aboutBank(tx.ReadTx, l)
	} else {
		err = letter.aboutMandate(tx.ReadTx, s.profile, l)
	}
	if err != nil {
		return Sent{}, err
	}
	words, err := s.letters.Mandate(letter)
	if err != nil {
		return Sent{}, err
	}
	tx.MandateLetterTold(l, on)
	return s.write(tx, to, words, e.Source)
}

// aboutMandate reads what a letter about AutoPay says.
func (m *Mandate) aboutMandate(tx *store.ReadTx, p *profile.Profile, l mandate.Letter) (err error) {
	if m.Mandate, err = tx.Mandate(l.AccountID, l.Mandate); err != nil {
		return err
	}
	if m.Grant, err = grantOf(tx, l); err != nil {
		return err
	}
	banks, err := tx.StoredBanks(l.AccountID)
	m.Bank = banks[m.Grant.BankAccount]
	if l.Kind != mandate.LetterOn && l.Kind != mandate.LetterChanged { // only a copy names the account as it was agreed to
		m.Bank = banks[m.Mandate.BankAccount]
	}
	if err == nil && !l.Draft.IsZero() {
		m.Draft, err = tx.Draft(l.AccountID, l.Draft)
	}
	if err == nil && m.Bank.Waits && m.Mandate.State == mandate.Active {
		err = m.waits(tx, p)
	}
	return err
}

// waits reads until when the bank account of a mandate that is on can be
// verified for the next debit.
func (m *Mandate) waits(tx *store.ReadTx, p *profile.Profile) error {
	bank, err := tx.WaitOf(m.Mandate.AccountID, m.Grant.BankAccount)
	if err != nil || bank == nil {
		return err
	}
	m.NextOn = mandate.FirstDebit(p, m.Grant.Day, tx.Now())
	wait := mandate.WaitFor(p, *bank, m.NextOn, tx.Now())
	m.Wait = &wait
	return nil
}

// aboutBank reads what a letter about a bank account says.
func (m *Mandate) aboutBank(tx *store.ReadTx, l mandate.Letter) (err error) {
	if l.Kind == mandate.LetterBankCorrected {
		banks, err := tx.StoredBanks(l.AccountID)
		m.Bank = banks[payment.BankAccountID{UUID: l.Mandate.UUID}]
		return err
	}
	if m.Check, err = tx.Verification(l.AccountID, ach.VerificationID{UUID: l.Mandate.UUID}); err != nil {
		return err
	}
	banks, err := tx.StoredBanks(l.AccountID)
	m.Bank = banks[m.Check.Bank]
	return err
}

// grantOf gives the authorization that a letter is a copy of, or the first.
func grantOf(tx *store.ReadTx, l mandate.Letter) (mandate.Authorization, error) {
	grants, err := tx.Grants(l.AccountID, l.Mandate)
	if err != nil || len(grants) == 0 {
		return mandate.Authorization{}, err
	}
	for _, g := range grants {
		if g.Version == l.Version {
			return g, nil
		}
	}
	return grants[0], nil
}

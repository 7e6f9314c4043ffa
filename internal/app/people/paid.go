package people

import (
	"context"

	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// PaidFor notes that a helper has paid: the members are told (M19). For members
// it does nothing.
func (s *Service) PaidFor(ctx context.Context, who Who, id payment.ID) error {
	if err := who.May(access.StartPayment); err != nil {
		return err
	}
	if identity.ScopeOf(who.Role) == "" {
		return nil
	}
	return s.DB.InTx(ctx, "helper has paid", func(tx *store.Tx) error {
		tx.NoticePaymentBy(who.Account, id, who.Person)
		return nil
	})
}

// noticesAtOnce is how many payments a sweep tells of.
const noticesAtOnce = 50

// TellPaid mails members word of payments that somebody else made (M19, F11):
// the amount and the day, nothing of the payer. Who gets the receipt knows.
func (s *Service) TellPaid(ctx context.Context) error {
	var waiting []store.PaymentNotice
	err := s.DB.Read(ctx, "payments to tell of", func(tx *store.ReadTx) (err error) {
		waiting, err = tx.PaymentNotices(noticesAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	for _, n := range waiting {
		if err := s.DB.InTx(ctx, "tell of payment", func(tx *store.Tx) error { return s.tellPaid(tx, n) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tellPaid(tx *store.Tx, n store.PaymentNotice) error {
	if first, err := tx.PaymentTold(n); err != nil || !first {
		return err
	}
	links, err := tx.LinksOfAccount(n.Account, s.today(tx.ReadTx))
	if err != nil {
		return err
	}
	for _, l := range links {
		own := l.Person == n.Payer || n.Email != "" && identity.EmailKey(n.Email) == identity.EmailKey(l.Email.Reveal())
		if l.Role != access.RoleMember || own {
			continue
		}
		if err := s.mail(tx, l.Email, Mail{Kind: MailOtherPaid, Language: l.Language, Amount: n.Amount, On: n.On}); err != nil {
			return err
		}
	}
	return nil
}

// Changed mails a person word of a change that another use case has made, and
// keeps it in their history (M18): of a bank account, for example.
func (s *Service) Changed(tx *store.Tx, id ID, change store.PersonEventKind) error {
	return s.record(tx, Who{Person: id}, store.PersonEvent{Kind: change})
}

// BillReady mails the word that a bill can be found now, to an address that
// somebody left who waits for it (F3). It names neither them nor the bill.
func (s *Service) BillReady(tx *store.Tx, address pii.Secret, language string) error {
	return s.mail(tx, address, Mail{Kind: MailBillReady, Language: language})
}

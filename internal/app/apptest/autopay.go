package apptest

import (
	"fmt"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
)

// NewAutoPay makes the AutoPay service on the world's database, with the paying
// service that posts for it.
func (w *World) NewAutoPay(p *paying.Service) *autopay.Service {
	return autopay.New(autopay.Config{DB: w.DB, Profile: w.Profile, Poster: p, Banks: p, Jobs: w.Jobs, Log: w.Log})
}

// Member is the person who acts for every household.
func (w *World) Member() autopay.Who {
	return autopay.Who{Person: ident.Named([]byte("the member of a test")), Role: access.RoleMember}
}

// SaveBank saves a bank account for a household. Numbers make others.
func (w *World) SaveBank(s *autopay.Service, h Household, number string) payment.BankAccountID {
	w.TB.Helper()
	saved, err := s.Save(w.TB.Context(), autopay.Save{Account: h.Account, Who: w.Member(), Bank: payment.BankAccount{
		HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret(number),
	}})
	if err != nil {
		w.TB.Fatal(err)
	}
	return saved.ID
}

// Given is how every authorization of a test is given.
func Given() autopay.Given {
	return autopay.Given{
		Channel: payment.ChannelWebAccount, Language: "en", TextVersion: "autopay-1", Wording: "You let us take the amount due on your bill.",
		Network: "192.0.2.0/24", SessionHash: "hash", Method: "password+app",
	}
}

// TurnOn turns AutoPay on for a household, on a day of the month.
func (w *World) TurnOn(s *autopay.Service, h Household, day int) mandate.Mandate {
	w.TB.Helper()
	m, err := s.TurnOn(w.TB.Context(), autopay.TurnOn{
		Operation: w.DB.NewID(), Account: h.Account, Who: w.Member(), Given: Given(),
		Terms: mandate.Terms{BankAccount: w.SaveBank(s, h, "000123456789"), Day: day, Notice: mandate.NoticeAlways},
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return m
}

// Drafts lists the drafts of a household, the oldest first:
// "2026-12 on 2026-11-23 planned 103.00".
func (w *World) Drafts(h Household) []string {
	w.TB.Helper()
	return w.Rows(fmt.Sprintf(`
		SELECT coverage_month || ' on ' || CAST(debit_on AS TEXT) || ' ' || state || CASE WHEN reason = '' THEN '' ELSE ' ' || reason END || ' '
			|| CAST((CASE WHEN amount_cents > 0 THEN amount_cents ELSE noticed_cents END) / 100 AS TEXT)
			|| CASE WHEN attempt = 0 THEN '' ELSE ' attempt ' || CAST(attempt AS TEXT) END
		FROM draft WHERE id_text(account_id) = '%s' ORDER BY coverage_month, attempt, debit_on, draft_id`, h.Account))
}

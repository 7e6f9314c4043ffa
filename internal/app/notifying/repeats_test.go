package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// billed is a household that owes $103.00 for January, on 5 December.
func (o *office) billed(email string) apptest.Household {
	o.TB.Helper()
	o.At("2026-11-30")
	h := o.reachable(email, apptest.Medical("2027-01", "103.00").Renewed())
	o.Live("2026-12-05")
	return h
}

func (o *office) paysOnline(h apptest.Household, amount string) payment.Payment {
	o.TB.Helper()
	s := o.NewPaying(nil)
	p, err := s.PayByBank(o.TB.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount(amount), Language: "en",
			Authorization: payment.Authorization{Version: "2026-1", Wording: "I authorize one payment.", Network: "n", SessionHash: "s"},
		},
		Bank:          payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "011000138", Number: pii.NewSecret("000123456789")},
		ValidationRef: "check-1",
	})
	if err != nil {
		o.TB.Fatal(err)
	}
	return p
}

func (o *office) sendRepeated() notifying.Sent {
	o.TB.Helper()
	return o.sent(func(s *notifying.Service) (notifying.Sent, error) { return s.SendRepeated(o.TB.Context(), o.Today()) })
}

// R-PAY-7, M15: the same amount again within days, by whatever channel, when
// hardly anything of it was owed. One letter for each pair.
func TestWhoPaidTwiceIsAsked(t *testing.T) {
	t.Parallel()
	one := notifying.Sent{Letters: 1, Emails: 1, Printed: 1}
	for name, row := range map[string]struct {
		pay  func(o *office, h apptest.Household)
		sent notifying.Sent
	}{
		"check and website": {func(o *office, h apptest.Household) {
			o.pays(h, "103.00")
			o.At("2026-12-08")
			o.paysOnline(h, "103.00")
		}, one},
		"website and check": {func(o *office, h apptest.Household) {
			o.paysOnline(h, "103.00")
			o.At("2026-12-15")
			o.pays(h, "103.00")
		}, one},
		"most of it was not owed": {func(o *office, h apptest.Household) {
			o.pays(h, "90.00")
			o.pays(h, "90.00")
		}, one},
		"three times": {func(o *office, h apptest.Household) {
			o.pays(h, "103.00")
			o.pays(h, "103.00")
			o.pays(h, "103.00")
		}, notifying.Sent{Letters: 2, Emails: 2, Printed: 2}},
		"eleven days later": {func(o *office, h apptest.Household) {
			o.pays(h, "103.00")
			o.At("2026-12-16")
			o.pays(h, "103.00")
		}, notifying.Sent{}},
		"two halves": {func(o *office, h apptest.Household) {
			o.pays(h, "51.50")
			o.pays(h, "51.50")
		}, notifying.Sent{}},
		"another amount": {func(o *office, h apptest.Household) {
			o.pays(h, "103.00")
			o.pays(h, "104.00")
		}, notifying.Sent{}},
		"the first came back before": {func(o *office, h apptest.Household) {
			o.comesBack(h, o.paysOnline(h, "103.00"))
			o.pays(h, "103.00")
		}, notifying.Sent{}},
		"the first came back meanwhile": {func(o *office, h apptest.Household) {
			first := o.paysOnline(h, "103.00")
			o.pays(h, "103.00")
			o.comesBack(h, first)
		}, notifying.Sent{Suppressed: 1}},
		"the second was canceled meanwhile": {func(o *office, h apptest.Household) {
			o.pays(h, "103.00")
			o.comesBack(h, o.paysOnline(h, "103.00"))
		}, notifying.Sent{Suppressed: 1}},
		"the next bill took it meanwhile": {func(o *office, h apptest.Household) {
			o.pays(h, "103.00")
			o.pays(h, "103.00")
			o.At("2027-01-01")
			o.Bill("2027-02")
		}, notifying.Sent{Suppressed: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				h := o.billed(address)
				before := len(o.mail(h))
				row.pay(o, h)
				apptest.Check(t, "sent", o.sendRepeated(), row.sent)
				apptest.Check(t, "mail", len(o.mail(h))-before, row.sent.Emails+row.sent.Printed)
				apptest.Check(t, "again", o.sendRepeated(), notifying.Sent{})
				o.VerifyClean()
			})
		})
	}
}

// A check that was in the mail when AutoPay took the same bill.
func TestWhoPaysWhatAutoPayHasTakenIsAsked(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-10-01")
		p := o.NewPaying(nil)
		s := o.NewAutoPay(p)
		h := o.paidUp(p, s)
		o.At("2026-11-01")
		o.Bill("2026-12")
		if _, err := s.Plan(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		o.sendBills()
		o.At("2026-11-20 20:30:00")
		if _, err := s.Freeze(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		o.At("2026-11-24")
		o.pays(h, "103.00")
		apptest.Check(t, "sent", o.sendRepeated(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		asked := o.letters.repeated[len(o.letters.repeated)-1]
		apptest.Check(t, "first, second", []payment.Channel{asked.First.Channel, asked.Second.Channel}, []payment.Channel{payment.ChannelAutoPay, payment.ChannelMail})
		apptest.Check(t, "kept", asked.Left, apptest.Amount("103.00"))
	})
}

func (o *office) comesBack(h apptest.Household, p payment.Payment) {
	o.TB.Helper()
	if err := o.NewPaying(nil).Return(o.TB.Context(), h.Account, p.ID, "R01", o.Today()); err != nil {
		o.TB.Fatal(err)
	}
}

// Without e-mail it goes on paper, and without an address it waits for one.
func TestWhoPaidTwiceIsAskedOnPaper(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-11-30")
		h := o.Household(apptest.Medical("2027-01", "103.00").Renewed())
		o.Live("2026-12-05")
		o.pays(h, "103.00")
		o.pays(h, "103.00")
		apptest.Check(t, "nowhere to go", o.sendRepeated(), notifying.Sent{SetAside: 1})
		o.Reach(h, "")
		apptest.Check(t, "on paper", o.sendRepeated(), notifying.Sent{Letters: 1, Printed: 1})
		all := o.messages(h)
		apptest.Check(t, "it is kept", all[len(all)-1].Template, "paid_twice")
	})
}

// Who has asked for the money is not asked about it.
func TestARefundAskedForAnswersTheLetter(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.billed(address)
		o.pays(h, "103.00")
		p := o.paysOnline(h, "103.00")
		o.InTx(func(tx *store.Tx) error {
			tx.AskRefund(payment.Refund{
				ID: payment.RefundID{UUID: tx.NewID()}, AccountID: h.Account, PaymentID: p.ID, Bank: payment.BankAccountID{UUID: tx.NewID()},
				Amount: p.Amount, Reason: "paid twice", AskedBy: "staff:ann", NeedsTwo: true,
			})
			return nil
		})
		apptest.Check(t, "sent", o.sendRepeated(), notifying.Sent{Suppressed: 1})
	})
}

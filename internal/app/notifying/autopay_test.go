package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
)

// paidUp is a household whose first month is paid, with AutoPay on the 23rd.
func (o *office) paidUp(p *paying.Service, s *autopay.Service) apptest.Household {
	o.TB.Helper()
	h := o.Household(apptest.Medical("2026-11", "103.00").Renewed())
	o.Reach(h, "ana@example.org")
	o.Bill("2026-11")
	if _, err := p.Receive(o.TB.Context(), paying.Received{
		Operation: p.NewOperation(), Account: h.Account, Channel: payment.ChannelBillPay, Method: payment.MethodBank, Amount: apptest.Amount("103.00"),
	}); err != nil {
		o.TB.Fatal(err)
	}
	o.TurnOn(s, h, 23)
	return h
}

// The bill's letter is the notice of the debit, and the day that counts is the
// one on which it really goes out (REG-41); the copy of the authorization is
// written once (REG-40).
func TestTheBillsLetterIsTheNotice(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-10-01")
		p := o.NewPaying(nil)
		s := o.NewAutoPay(p)
		h := o.paidUp(p, s)
		for range 2 {
			if _, err := o.SendMandates(t.Context(), o.Today()); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "copies of the authorization", o.Rows("SELECT template || ' ' || channel FROM message ORDER BY channel"), []string{"autopay_on email", "autopay_on print"})

		o.At("2026-11-01")
		o.Bill("2026-12")
		if _, err := s.Plan(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		o.At("2026-11-03") // the letters of the 1st are late
		if _, err := o.Service.SendBills(t.Context(), apptest.Date("2026-11-01")); err != nil {
			t.Fatal(err)
		}
		bill := o.letters.bills[len(o.letters.bills)-1]
		if bill.AutoPay == nil || bill.AutoPay.Noticed != apptest.Amount("103.00") || bill.AutoPay.Bank.LastFour != "6789" {
			t.Fatalf("the letter tells of %+v", bill.AutoPay)
		}
		apptest.Check(t, "noticed on", o.Rows("SELECT CAST(noticed_on AS TEXT) FROM draft"), []string{"2026-11-03"})

		// Dental comes when it is too late to tell of another amount: the letter of
		// that bill says what AutoPay still takes.
		o.At("2026-11-16")
		o.Enroll(&h, apptest.Dental("2026-12", "22.00"))
		o.FirstBills()
		if _, err := s.Plan(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Service.SendBills(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		bill = o.letters.bills[len(o.letters.bills)-1]
		if bill.AutoPay != nil || bill.Part == nil || bill.Part.Noticed != apptest.Amount("103.00") || bill.Bill.Total != apptest.Amount("125.00") {
			t.Errorf("the letter of the later bill of %s: %+v, %+v", bill.Bill.Total, bill.AutoPay, bill.Part)
		}
	})
}

package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
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

// The letter that AutoPay is on says until when its bank account can be
// confirmed for the first debit (R-AUTO-8), as the page does (brief A8).
func TestTheLetterThatAutoPayIsOnSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]bool{"a verified account": false, "an account that waits": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At("2026-10-28")
				if waits {
					o.Unsure(profile.UnverifiedMicro)
				}
				p := o.NewPaying(nil)
				o.paidUp(p, o.NewAutoPay(p))
				if _, err := o.SendMandates(t.Context(), o.Today()); err != nil {
					t.Fatal(err)
				}
				letter := o.letters.mandates[len(o.letters.mandates)-1]
				apptest.Check(t, "waits", letter.Wait != nil, waits)
				if waits {
					apptest.Check(t, "for the debit of", letter.NextOn, apptest.Date("2026-11-23"))
					apptest.Check(t, "it is too late for that", letter.Wait.Late, false)
				}
			})
		})
	}
}

// The letter about a correction names the account as it is now (ACH-40), whether
// AutoPay uses it or it is only saved.
func TestTheLetterOfACorrectionNamesTheNewNumber(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		saved string // that is corrected; "" AutoPay's
		kind  mandate.LetterKind
	}{"AutoPay's": {"", mandate.LetterCorrected}, "a saved one": {"000987654321", mandate.LetterBankCorrected}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At("2026-10-28")
				p := o.NewPaying(nil)
				s := o.NewAutoPay(p)
				h := o.paidUp(p, s)
				status, err := s.Status(t.Context(), o.Member(), h.Account)
				if err != nil {
					t.Fatal(err)
				}
				from := status.Mandate.BankAccount
				if c.saved != "" {
					from = o.SaveBank(s, h, c.saved)
				}
				o.InTx(func(tx *store.Tx) error {
					to, err := tx.PutBankAccount(payment.BankAccount{
						AccountID: h.Account, HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000555566667"),
					}, "C01")
					if err == nil {
						_, err = s.Corrected(tx, h.Account, from, to, "C01", o.Today())
					}
					return err
				})
				if _, err := o.SendMandates(t.Context(), o.Today()); err != nil {
					t.Fatal(err)
				}
				letter := o.letters.mandates[len(o.letters.mandates)-1]
				apptest.Check(t, "letter", []string{string(letter.Kind), letter.Bank.LastFour}, []string{string(c.kind), "6667"})
			})
		})
	}
}

// A bank account that nobody has confirmed yet: the letter is the notice still,
// since AutoPay takes the bill if the account is confirmed in time, and says
// until when that is.
func TestTheLetterOfABillWhoseAutoPayWaits(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-10-28")
		o.Unsure(profile.UnverifiedMicro)
		p := o.NewPaying(nil)
		s := o.NewAutoPay(p)
		h := o.paidUp(p, s)
		o.sendBills()
		id, _ := o.member(h, "ana@example.org")
		o.text(h, id, phone, texting.On)
		o.At("2026-11-01 02:00:00")
		o.MicroArrived(h)
		o.Bill("2026-12")
		if _, err := s.Plan(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		o.sendBills()
		x := o.letters.bills[len(o.letters.bills)-1].AutoPay
		if x == nil || x.Wait == nil || !x.Wait.Open || x.Wait.Late || x.Wait.By.DateIn(o.Profile.Zone()) != apptest.Date("2026-11-15") {
			t.Fatalf("the letter tells of %+v", x)
		}
		apptest.Check(t, "noticed on", o.Rows("SELECT CAST(noticed_on AS TEXT) FROM draft"), []string{"2026-11-01"})
		apptest.Check(t, "text", o.texts(h), []string{"text_autopay_waits waiting"})
		o.ConfirmBank(s, h)
		o.At("2026-11-01 08:00:00")
		o.sendTexts()
		apptest.Check(t, "once the account is confirmed it is not true any more", o.texts(h), []string{"text_autopay_waits suppressed"})
		o.letterOf(h, func(x *notifying.AutoPay) {
			if x == nil || x.Wait != nil {
				t.Errorf("and the bill on paper tells of %+v", x)
			}
		})
	})
}

// letterOf gives what a bill on paper tells of AutoPay today.
func (o *office) letterOf(h apptest.Household, check func(*notifying.AutoPay)) {
	o.TB.Helper()
	paper, err := notifying.NewPapers(o.DB, o.Profile).LastBill(o.TB.Context(), h.Account)
	if err != nil {
		o.TB.Fatal(err)
	}
	check(paper.AutoPay)
}

// A debit that came back is tried again, unless AutoPay has moved to a bank
// account that waits: then nobody can say so.
func TestTheLetterOfAReturnedDebit(t *testing.T) {
	t.Parallel()
	for name, waits := range map[string]bool{"the same account": false, "an account that waits": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At("2026-10-01")
				o.Unsure(profile.UnverifiedPrenote)
				o.Validator.Answer = payment.ValidationOK
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
				o.At("2026-11-25")
				taken := o.Payments(h)
				if err := p.Return(t.Context(), h.Account, taken[len(taken)-1].ID, "R01", o.Today()); err != nil {
					t.Fatal(err)
				}
				o.InTx(func(tx *store.Tx) error {
					e, err := tx.ACHEntryOf(h.Account, taken[len(taken)-1].ID)
					if err != nil {
						return err
					}
					return s.Returned(tx, e, "R01", o.Today(), false)
				})
				if waits {
					o.Validator.Answer = payment.ValidationUnavailable
					o.changeBank(s, h)
				}
				o.sent(func(n *notifying.Service) (notifying.Sent, error) { return n.SendReturned(t.Context(), o.Today()) })
				letter := o.letters.returned[len(o.letters.returned)-1]
				apptest.Check(t, "tells of another try", !letter.RetryOn.IsZero(), !waits)
			})
		})
	}
}

// changeBank has AutoPay use another bank account.
func (o *office) changeBank(s *autopay.Service, h apptest.Household) {
	o.TB.Helper()
	_, err := s.Change(o.TB.Context(), autopay.Change{
		Operation: o.DB.NewID(), Account: h.Account, Who: o.Member(), Given: apptest.Given(),
		Terms: mandate.Terms{BankAccount: o.SaveBank(s, h, "000123450000"), Day: 23, Notice: mandate.NoticeAlways},
	})
	if err != nil {
		o.TB.Fatal(err)
	}
}

// Who has AutoPay was told not to pay (M7): the reminder of the bill (M6) would
// say the opposite. Where AutoPay takes less than is due, it goes.
func TestNoReminderOfWhatAutoPayTakes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		more string // premium, told after the notice
		want notifying.Sent
	}{
		"all of it":     {"", notifying.Sent{Suppressed: 1}},
		"not all of it": {"30.00", notifying.Sent{Letters: 1, Emails: 1}},
	} {
		t.Run(name, func(t *testing.T) {
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
				if row.more != "" {
					o.Enroll(&h, apptest.Dental("2026-12", row.more).Renewed())
					o.Bill("2026-12")
				}
				o.review("2026-11-18")
				apptest.Check(t, "sent", o.sendOwed(), row.want)
			})
		})
	}
}

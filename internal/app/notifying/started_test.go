package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// M3: each start of coverage is told once, however its first month is paid: by a
// receipt to the member's own address, else by letter.
func TestEachStartIsToldOnce(t *testing.T) {
	t.Parallel()
	online := func(email string) func(*office, apptest.Household) error {
		return func(o *office, h apptest.Household) error {
			s := o.NewPaying(nil)
			_, err := s.PayByBank(o.TB.Context(), paying.BankOrder{
				Order: paying.Order{
					Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount("103.00"), Email: email, Language: "en",
					Authorization: payment.Authorization{Version: "2026-1", Wording: "I agree.", Network: "n", SessionHash: "s"},
				},
				Bank:          payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "011000138", Number: pii.NewSecret("000123456789")},
				ValidationRef: "check-1",
			})
			return err
		}
	}
	for name, row := range map[string]struct {
		pay     func(*office, apptest.Household) error
		letters int
	}{
		"by mail, whose receipt goes to the member": {func(o *office, h apptest.Household) error {
			r, err := o.NewPaying(nil).Receipt(o.TB.Context(), o.pays(h, "103.00").IntentID)
			if err == nil {
				apptest.Check(o.TB, "the receipt goes to", r.Email, address)
			}
			return err
		}, 0},
		"online, with the member's address": {online(address), 0},
		"online, with somebody else's":      {online("brother@example.org"), 1},
		"online, without one":               {online(""), 1},
		"by a waiver": {func(o *office, h apptest.Household) error {
			return o.Collecting.GrantWaiver(o.TB.Context(), o.act(h), standing.Waiver{From: apptest.Month("2027-01"), To: apptest.Month("2027-01"), Percent: 100}, "behind_on_rent")
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At("2026-11-30")
				h := o.reachable(address, apptest.Medical("2027-01", "103.00"))
				o.FirstBills()
				o.At("2026-12-03")
				if err := row.pay(o, h); err != nil {
					t.Fatal(err)
				}
				for _, day := range []string{"2026-12-03", "2026-12-04", "2026-12-18", "2026-12-24", "2027-01-02"} {
					o.review(day)
					o.sendOwed()
				}
				var told int
				for _, m := range o.mail(h) {
					if m == "print started queued" {
						told++
					}
				}
				apptest.Check(t, "letters", told, row.letters)
				apptest.Check(t, "recorded", o.Rows("SELECT state FROM notice WHERE kind = 'started'"), []string{"sent"})
			})
		})
	}
}

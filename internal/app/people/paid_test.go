package people_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
)

// payOnline takes a payment by bank on the web, with a receipt to an address.
func (w *lobby) payOnline(h apptest.Household, channel payment.Channel, email string) payment.Payment {
	w.t.Helper()
	s := w.NewPaying(nil)
	p, err := s.PayByBank(w.t.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: s.NewOperation(), Account: h.Account, Channel: channel, Amount: apptest.Amount("20.00"), Email: email, Language: "en",
			Authorization: payment.Authorization{Version: "2026-1", Wording: "I authorize one payment.", Network: "n", SessionHash: "s"},
		},
		Bank:          payment.BankAccount{HolderName: "Bo Payer", Type: payment.AccountChecking, Routing: "011000138", Number: pii.NewSecret("000123456789")},
		ValidationRef: "check-1",
	})
	w.ok(err)
	return p
}

// told gives who is told of payments.
func (w *lobby) told() (all []string) {
	w.t.Helper()
	w.ok(w.s.TellPaid(w.t.Context()))
	for _, m := range w.mails() {
		if m.Template == string(people.MailOtherPaid) {
			all = append(all, m.Address.Reveal())
		}
	}
	return all
}

// M19, F11: members are told that somebody else paid, and not who.
func TestSomebodyElsePaid(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h, alone := w.household(), w.household()
		w.Bill("2026-12")
		ana := w.member("ana@example.org", h)
		bo := w.helper(ana, h, "bo@example.org", identity.ScopePay)
		for _, c := range []struct {
			name string
			pay  func()
			want int
		}{
			{"a guest", func() { w.payOnline(h, payment.ChannelWebGuest, "aunt@example.org") }, 1},
			{"a guest without a receipt", func() { w.payOnline(h, payment.ChannelWebGuest, "") }, 1},
			{"the member as a guest", func() { w.payOnline(h, payment.ChannelWebGuest, "ANA@example.org") }, 0},
			{"the member, signed in", func() {
				p := w.payOnline(h, payment.ChannelWebAccount, ana.email)
				w.ok(w.s.PaidFor(t.Context(), ana.who, p.ID))
			}, 0},
			{"a helper", func() {
				p := w.payOnline(h, payment.ChannelWebAccount, bo.email)
				w.ok(w.s.PaidFor(t.Context(), bo.who, p.ID))
			}, 1},
			{"a household that nobody has connected", func() { w.payOnline(alone, payment.ChannelWebGuest, "") }, 0},
		} {
			c.pay()
			got := w.told()
			if len(got) != c.want || c.want == 1 && got[0] != ana.email {
				t.Errorf("%s: told %v, want %d", c.name, got, c.want)
			}
		}
		both := w.household()
		w.member("cy@example.org", both)
		w.member("di@example.org", both)
		w.Bill("2026-12")
		w.payOnline(both, payment.ChannelWebGuest, "")
		if got := w.told(); len(got) != 2 {
			t.Errorf("told %v of two members of one household, want both", got)
		}
		if again := w.told(); len(again) != 0 || w.count("payment_notice") != 0 {
			t.Errorf("told again: %v", again)
		}
	})
}

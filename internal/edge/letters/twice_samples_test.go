package letters_test

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
)

// twice asks about a payment by AutoPay that a check in the mail had overtaken.
func twice(change func(*notifying.Repeated)) sample {
	return func(w letters.Writer) (notifying.Words, error) {
		paid := func(on, number string, channel payment.Channel, method payment.Method, lastFour string) payment.Payment {
			return payment.Payment{
				Amount: money.Cents(12450), EffectiveOn: date(on), Channel: channel, Method: method, LastFour: lastFour,
				Confirmation: ident.NewConfirmation([]byte(number + " payment of a test")),
			}
		}
		r := notifying.Repeated{
			Reader: reader(), Written: date("2026-11-24"), Left: money.Cents(12450),
			First:    paid("2026-11-19", "first", payment.ChannelMail, payment.MethodCheck, "1042"),
			Second:   paid("2026-11-23", "second", payment.ChannelAutoPay, payment.MethodBank, "5678"),
			Standing: standing.Standing{Enrollments: covered(standing.StateActive, enrollment.KindMedical)},
		}
		change(&r)
		return w.Repeated(r)
	}
}

func twiceSamples() map[string]letterSample {
	const title = "Did you mean to pay twice?"
	by := func(channel payment.Channel, method payment.Method) sample {
		return twice(func(r *notifying.Repeated) { r.First.Channel, r.First.Method = channel, method })
	}
	first, second := ident.NewConfirmation([]byte("first payment of a test")).String(), ident.NewConfirmation([]byte("second payment of a test")).String()
	return map[string]letterSample{
		"paid_twice": {twice(func(*notifying.Repeated) {}), title, []string{
			"We got two payments of $124.50 from you within a few days.", "You did not owe the second one.", "We keep $124.50 for you and take it off your next bill.",
			"November 19, 2026: $124.50, by mail. Confirmation number " + first, "November 23, 2026: $124.50, AutoPay, bank account ending in 5678. Confirmation number " + second,
			"Do you want the money back?", "Have the confirmation number of the second payment ready.", "/is-my-payment-in", "/account/payments",
		}},
		"paid_twice_part": {twice(func(r *notifying.Repeated) { r.Left = money.Cents(10000) }), title, []string{
			"You owed only $24.50 of the second one.", "We keep $100.00 for you",
		}},
		"paid_twice_over": {twice(func(r *notifying.Repeated) {
			r.Standing.Enrollments = covered(standing.StateEnded, enrollment.KindMedical)
		}), title, []string{
			"Your coverage has ended, so there may be no next bill. Then we send you what is left.",
		}},
		"paid_twice_bank":  {by(payment.ChannelWebGuest, payment.MethodBank), title, []string{"$124.50, bank account ending in 1042."}},
		"paid_twice_card":  {by(payment.ChannelWebAccount, payment.MethodCard), title, []string{"$124.50, card ending in 1042."}},
		"paid_twice_phone": {by(payment.ChannelIVR, payment.MethodCard), title, []string{"$124.50, by phone, card ending in 1042."}},
		"paid_twice_billpay": {twice(func(r *notifying.Repeated) {
			r.First.Channel, r.First.Method, r.First.LastFour = payment.ChannelBillPay, payment.MethodBank, ""
		}), title, []string{"$124.50, your bank's bill pay. Confirmation"}},
	}
}

package owing_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

func TestStatusOf(t *testing.T) {
	t.Parallel()
	on := apptest.Date("2026-11-24")
	line := func(channel payment.Channel, method payment.Method, edit func(*paying.PaymentLine)) paying.PaymentLine {
		l := paying.PaymentLine{Payment: payment.Payment{Channel: channel, Method: method}}
		edit(&l)
		return l
	}
	as := func(*paying.PaymentLine) {}
	for name, c := range map[string]struct {
		line paying.PaymentLine
		want portal.PaymentStatus
	}{
		"on its way from the bank": {line(payment.ChannelWebGuest, payment.MethodBank, as), portal.StatusReceived},
		"on our statement": {line(payment.ChannelWebGuest, payment.MethodBank, func(l *paying.PaymentLine) {
			l.SettledOn = on
		}), portal.StatusPaid},
		"AutoPay, on its way":              {line(payment.ChannelAutoPay, payment.MethodBank, as), portal.StatusReceived},
		"sent by the payer's own bank":     {line(payment.ChannelBillPay, payment.MethodBank, as), portal.StatusPaid},
		"sent by another company":          {line(payment.ChannelThirdParty, payment.MethodBank, as), portal.StatusPaid},
		"a card":                           {line(payment.ChannelWebGuest, payment.MethodCard, as), portal.StatusPaid},
		"a check":                          {line(payment.ChannelMail, payment.MethodCheck, as), portal.StatusPaid},
		"settled, and given back":          {line(payment.ChannelWebGuest, payment.MethodBank, func(l *paying.PaymentLine) { l.SettledOn, l.Refunded = on, money.Cents(100) }), portal.StatusRefunded},
		"settled, and sent back":           {line(payment.ChannelWebGuest, payment.MethodBank, func(l *paying.PaymentLine) { l.SettledOn, l.ReturnCode = on, "R01" }), portal.StatusReturned},
		"taken back by its payer":          {line(payment.ChannelWebAccount, payment.MethodBank, func(l *paying.PaymentLine) { l.ReturnCode = payment.Canceled }), portal.StatusCanceled},
		"disputed before it was with them": {line(payment.ChannelAutoPay, payment.MethodBank, func(l *paying.PaymentLine) { l.ReturnCode = ach.CodeDisputed }), portal.StatusCanceled},
	} {
		if got := owing.StatusOf(c.line); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

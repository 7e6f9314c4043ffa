package owing

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
)

// StatusOf gives a payment's status in the member's words (brief 6.3).
func StatusOf(p paying.PaymentLine) portal.PaymentStatus {
	byACH := p.Method == payment.MethodBank && p.Channel != payment.ChannelBillPay && p.Channel != payment.ChannelThirdParty
	switch {
	case p.ReturnCode == payment.Canceled, p.ReturnCode == ach.CodeDisputed:
		return portal.StatusCanceled
	case p.ReturnCode == ach.CodeReversal: // we gave it back
		return portal.StatusRefunded
	case p.ReturnCode != "":
		return portal.StatusReturned
	case p.Refunded.IsPositive():
		return portal.StatusRefunded
	case byACH && p.SettledOn.IsZero():
		return portal.StatusReceived
	}
	return portal.StatusPaid
}

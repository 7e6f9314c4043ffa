package payment

import "quittance.org/quittance/internal/base/ident"

// RefundID names a refund.
type RefundID = ident.ID[Refund]

// Refund is money that goes back to who paid it (R-PAY-8).
type Refund struct{}

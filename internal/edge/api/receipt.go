package api

import (
	"context"
	"crypto/sha256"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
)

// Receipts posts money that came in.
type Receipts interface {
	ReceiveFor(ctx context.Context, number string, r paying.Received) (payment.Payment, error)
}

// Receipt is money that came in for one account.
type Receipt struct {
	Number     string `json:"number" maxLength:"20" doc:"Subscriber ID or billing account number, as it stands on the check" example:"700100000016"`
	Channel    string `json:"channel" enum:"mail,bank_bill_pay,third_party_bill_pay"`
	Method     string `json:"method" enum:"check,money_order,bank"`
	Amount     string `json:"amount" maxLength:"12" example:"124.50"`
	ReceivedOn string `json:"received_on,omitempty" maxLength:"10" doc:"when it was received, if that is before today: the day that counts, unless a postmark does" example:"2027-01-23"`
	Postmark   string `json:"postmark,omitempty" maxLength:"10" doc:"of a mailed payment; left out if it can not be read" example:"2027-01-22"`
	Reference  string `json:"reference" minLength:"1" maxLength:"60" doc:"number of the check, trace number of the bank" example:"check 1042"`
}

type receiptInput struct {
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"100" doc:"yours, new for each receipt: the same key again posts nothing again"`
	Body           Receipt
}

// ReceiptAnswer is the payment that a receipt became.
type ReceiptAnswer struct {
	Confirmation string `json:"confirmation" doc:"what the payer can be told"`
	Amount       string `json:"amount"`
	CountsOn     string `json:"counts_on" doc:"the day that counts for deadlines"`
}

type receiptOutput struct{ Body ReceiptAnswer }

func (s *server) postReceipt(ctx context.Context, in *receiptInput) (*receiptOutput, error) {
	r, err := in.Body.read()
	if err != nil {
		return nil, err
	}
	// The operation is named by caller and key: the same call is the same payment.
	name := sha256.Sum256([]byte(callerOf(ctx) + "\n" + in.IdempotencyKey))
	r.Operation = payment.OperationID{UUID: ident.Named(name[:])}
	p, err := s.config.Receipts.ReceiveFor(ctx, in.Body.Number, r)
	if err != nil {
		return nil, err
	}
	return &receiptOutput{ReceiptAnswer{p.Confirmation.String(), p.Amount.String(), p.EffectiveOn.String()}}, nil
}

func (r *Receipt) read() (paying.Received, error) {
	out := paying.Received{Channel: payment.Channel(r.Channel), Method: payment.Method(r.Method), Reference: r.Reference}
	var problems fault.List
	var err error
	if out.Amount, err = money.Parse(r.Amount); err != nil || !out.Amount.IsPositive() {
		problems.Add("amount", "receipt.amount", "must be an amount above zero with two decimals, like 124.50")
	}
	if r.ReceivedOn != "" {
		if out.ReceivedOn, err = civil.ParseDate(r.ReceivedOn); err != nil {
			problems.Add("received_on", "receipt.received_on", "must be a date like 2027-01-23, or left out for today")
		}
	}
	if r.Postmark != "" {
		if out.Postmark, err = civil.ParseDate(r.Postmark); err != nil {
			problems.Add("postmark", "receipt.postmark", "must be a date like 2027-01-22, or left out")
		}
	}
	byMail := out.Channel == payment.ChannelMail
	if byMail == (out.Method == payment.MethodBank) {
		problems.Add("method", "receipt.method", "by mail come checks and money orders, from banks money")
	}
	if !byMail && r.Postmark != "" {
		problems.Add("postmark", "receipt.postmark", "only mail has a postmark")
	}
	return out, problems.Err()
}

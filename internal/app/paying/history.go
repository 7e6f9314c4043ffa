package paying

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// How far back lists go: bills and payments of some fifteen years.
const (
	billsListed    = 200
	paymentsListed = 1000
)

// OwnDue is Due for somebody who is signed in: the member, or a person who may
// see the amounts.
func (s *Service) OwnDue(ctx context.Context, who identity.Who) (*Due, error) {
	if err := who.May(access.SeeBill); err != nil {
		return nil, err
	}
	return s.Due(ctx, who.Account)
}

// BillState is where a bill of a list stands.
type BillState string

// The states of a bill.
const (
	BillDue     BillState = "due"
	BillPastDue BillState = "past_due"
	BillPaid    BillState = "paid"
	BillNothing BillState = "nothing" // it asked for nothing
	BillCarried BillState = "carried" // what is unpaid of it stands on a later bill
)

// BillLine is a bill in the list of A9.
type BillLine struct {
	Number   string
	Kind     bill.Kind
	Month    civil.Month // of coverage
	IssuedOn civil.Date
	DueOn    civil.Date
	Amount   money.Amount
	State    BillState
}

// Bills lists an account's bills, the last first. They name plans, so a person
// who only helps does not see them.
func (s *Service) Bills(ctx context.Context, who identity.Who) ([]BillLine, error) {
	if err := who.May(access.SeeBillDetails); err != nil {
		return nil, err
	}
	var all []BillLine
	err := s.db.Read(ctx, "bills of an account", func(tx *store.ReadTx) error {
		facts, err := tx.FactsOf(who.Account)
		if err != nil {
			return err
		}
		lines, err := tx.BillsOf(who.Account, billsListed)
		all = all[:0]
		for i, l := range lines {
			all = append(all, BillLine{
				Number: l.Number, Kind: l.Kind, Month: l.Month, IssuedOn: l.IssuedOn, DueOn: l.DueOn, Amount: money.Max(l.Total, money.Zero),
				State: s.billState(facts, l, i == 0),
			})
		}
		return err
	})
	return all, err
}

// billState tells where a bill stands: it asked for everything that was unpaid
// up to its month. A month that was billed by two bills is paid when both are.
func (s *Service) billState(facts *store.Facts, b store.BillLine, newest bool) BillState {
	unpaid := slices.ContainsFunc(facts.Charges, func(c store.Charge) bool {
		return !c.Month.After(b.Month) && c.Unpaid.IsPositive()
	})
	switch {
	case !b.Total.IsPositive():
		return BillNothing
	case !unpaid:
		return BillPaid
	case !newest:
		return BillCarried
	case b.DueOn.Before(s.profile.Today(s.db.Now())):
		return BillPastDue
	}
	return BillDue
}

// OwnBill is a bill of A10 with where it stands.
type OwnBill struct {
	BillLine
	Bill   *bill.Bill
	Newest bool
	PaidOn civil.Date // zero unless it is paid
	Due    *Due
}

// OwnBill gives a bill of the account by its number, or fault.NotFound.
func (s *Service) OwnBill(ctx context.Context, who identity.Who, number string) (*OwnBill, error) {
	if err := who.May(access.SeeBillDetails); err != nil {
		return nil, err
	}
	var own *OwnBill
	err := s.db.Read(ctx, "a bill of an account", func(tx *store.ReadTx) error {
		issued, err := tx.OwnBill(who.Account, number)
		if err != nil {
			return err
		}
		facts, err := tx.FactsOf(who.Account)
		if err != nil {
			return err
		}
		b := issued.Bill
		line := store.BillLine{ID: b.ID, Number: b.Number, Kind: b.Kind, Month: b.Month, IssuedOn: b.IssuedOn, DueOn: b.DueOn, Total: b.AmountDue()}
		own = &OwnBill{Bill: b, Due: s.due(facts), Newest: facts.LastBill != nil && facts.LastBill.Number == number}
		own.BillLine = BillLine{b.Number, b.Kind, b.Month, b.IssuedOn, b.DueOn, line.Total, s.billState(facts, line, own.Newest)}
		if own.Due.AutoPay, err = s.autoPay(tx, own.Due); err != nil {
			return err
		}
		if own.State == BillPaid {
			own.PaidOn, err = tx.MonthPaidOn(who.Account, b.Month)
		}
		return err
	})
	return own, err
}

// PaymentLine is a payment in the list of A11, with what became of it.
type PaymentLine struct {
	payment.Payment
	ReturnCode string // "" unless the bank sent it back
	ReturnedOn civil.Date
	SettledOn  civil.Date // the money is with us; zero while the bank has not moved it
	Refunded   money.Amount
	RefundedOn civil.Date
}

// Payments lists an account's payments, the last first.
func (s *Service) Payments(ctx context.Context, who identity.Who) ([]PaymentLine, error) {
	if err := who.May(access.FindPayment); err != nil {
		return nil, err
	}
	var all []PaymentLine
	err := s.db.Read(ctx, "payments of an account", func(tx *store.ReadTx) error {
		lines, err := tx.PaymentLines(who.Account, paymentsListed)
		all = all[:0]
		for _, l := range lines {
			all = append(all, PaymentLine(l))
		}
		return err
	})
	return all, err
}

// OwnPayment is a payment of A12.
type OwnPayment struct {
	PaymentLine
	Receipt  *Receipt
	Told     []Told        // of starts of coverage that it brought about
	CancelBy civil.Instant // until when it can be canceled; zero: it can not
}

// OwnPayment gives a payment of the account by its confirmation number, or
// fault.NotFound.
func (s *Service) OwnPayment(ctx context.Context, who identity.Who, number ident.Confirmation) (*OwnPayment, error) {
	if err := who.May(access.FindPayment); err != nil {
		return nil, err
	}
	var own *OwnPayment
	err := s.db.Read(ctx, "a payment of an account", func(tx *store.ReadTx) error {
		l, err := tx.PaymentLine(who.Account, number)
		if err != nil {
			return err
		}
		own = &OwnPayment{PaymentLine: PaymentLine(l)}
		if own.CancelBy, err = s.cancelBy(tx, l.Payment, l.ReturnCode != ""); err != nil {
			return err
		}
		if own.Receipt, err = s.receipt(tx, l.Payment); err != nil {
			return err
		}
		own.Told, err = s.told(tx, l.Payment)
		return err
	})
	return own, err
}

// Event is a line of what happened last on an account.
type Event struct {
	Kind         EventKind
	On           civil.Date
	Month        civil.Month        // of a bill
	Number       string             // of a bill
	Confirmation ident.Confirmation // of a payment
	Amount       money.Amount       // payments are below zero
}

// EventKind is what happened.
type EventKind string

// What can have happened.
const (
	EventBill    EventKind = "bill"
	EventPayment EventKind = "payment"
	EventReturn  EventKind = "return"
	EventRefund  EventKind = "refund"
)

// Recent gives the last things that happened on an account, the last first.
func (s *Service) Recent(ctx context.Context, who identity.Who, most int) ([]Event, error) {
	if err := who.May(access.SeeBill); err != nil {
		return nil, err
	}
	var bills []store.BillLine
	var payments []store.PaymentLine
	err := s.db.Read(ctx, "what happened last", func(tx *store.ReadTx) (err error) {
		if bills, err = tx.BillsOf(who.Account, most); err != nil {
			return err
		}
		payments, err = tx.PaymentLines(who.Account, most)
		return err
	})
	return latest(bills, payments, most), err
}

func latest(bills []store.BillLine, payments []store.PaymentLine, most int) []Event {
	var all []Event // what happens later on the same day comes first
	for _, p := range payments {
		if p.Refunded.IsPositive() {
			all = append(all, Event{Kind: EventRefund, On: p.RefundedOn, Confirmation: p.Confirmation, Amount: p.Refunded})
		}
		if p.ReturnCode != "" && p.ReturnCode != payment.Canceled {
			all = append(all, Event{Kind: EventReturn, On: p.ReturnedOn, Confirmation: p.Confirmation, Amount: p.Amount})
		}
		on := p.ReceivedOn
		if p.Channel == payment.ChannelAutoPay {
			on = p.EffectiveOn // it goes to the bank the evening before, and counts on its day (R-AUTO-4)
		}
		all = append(all, Event{Kind: EventPayment, On: on, Confirmation: p.Confirmation, Amount: p.Amount.Neg()})
	}
	for _, b := range bills {
		all = append(all, Event{Kind: EventBill, On: b.IssuedOn, Month: b.Month, Number: b.Number, Amount: money.Max(b.Total, money.Zero)})
	}
	slices.SortStableFunc(all, func(a, b Event) int { return b.On.Compare(a.On) })
	return all[:min(most, len(all))]
}

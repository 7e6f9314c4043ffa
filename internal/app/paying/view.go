package paying

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Due is what a payer sees of an account (R-ID-3): first name, initial,
// amounts and dates; never plan, carrier, address or other people.
type Due struct {
	Account      enrollment.AccountID
	Kind         enrollment.AccountKind
	FirstName    string
	Initial      string
	SubscriberID ident.SubscriberID
	Today        civil.Date
	Standing     standing.Standing
	Bill         *bill.Bill // the last one issued; nil before the first
	Unpaid       []UnpaidPart
	Asked        money.Amount // what is asked for now: the total due less the credit that will pay some of it
	Credit       money.Amount // money to use beyond that
	Most         money.Amount // the most that may be paid now
	NextBillOn   civil.Date
	PaidToday    []payment.Payment
	InProcess    []payment.Intent // card payments whose outcome is not known
	Link         Link             // the short address of Bill; zero when it has run out
	Through      civil.Month      // coverage is paid through it once Asked is paid today; zero: paying alone does not do that
	PastThrough  civil.Month      // the same once only what is past due is paid
	WaivedSince  money.Amount     // what was waived since Bill
	Restart      standing.Restart // how coverage that ended is had back
	AutoPay      *Debit           // what AutoPay takes by itself of what is asked for; nil: nothing
}

// Debit is what AutoPay is going to take.
type Debit struct {
	Amount money.Amount
	On     civil.Date
	Wait   *mandate.Wait // it is taken only if its bank account is verified in time; nil: it is
}

// ToPay is what the bill page asks for: Asked, or what brings coverage back
// when nothing else goes on.
func (d *Due) ToPay() money.Amount {
	ended := func(e standing.EnrollmentStanding) bool {
		return e.State == standing.StateEnded || e.State == standing.StateLapsed
	}
	if d.Restart.Open() && !slices.ContainsFunc(d.Standing.Enrollments, func(e standing.EnrollmentStanding) bool { return !ended(e) }) {
		return d.Restart.Amount
	}
	return d.Asked
}

// UnpaidPart is one charge, or what is left of it.
type UnpaidPart struct {
	Kind   enrollment.Kind
	Month  civil.Month
	DueOn  civil.Date
	Unpaid money.Amount
	Past   bool
}

// Due tells what an account owes and why.
func (s *Service) Due(ctx context.Context, id enrollment.AccountID) (*Due, error) {
	var d *Due
	err := s.db.Read(ctx, "what is due", func(tx *store.ReadTx) error {
		facts, err := tx.FactsOf(id)
		if err != nil {
			return err
		}
		d = s.due(facts)
		paid, err := tx.PaymentsSince(id, d.Today)
		if err != nil {
			return err
		}
		d.PaidToday = paid
		if d.AutoPay, err = s.autoPay(tx, d); err != nil {
			return err
		}
		waiting, err := tx.UnsettledOf(id)
		for _, i := range waiting {
			if i.State != payment.IntentCreated {
				d.InProcess = append(d.InProcess, i.Intent)
			}
		}
		return err
	})
	return d, err
}

// autoPay is the next debit that is planned: as much of it as is still asked for
// (R-AUTO-2). One that waits for the member's answer takes nothing.
func (s *Service) autoPay(tx *store.ReadTx, d *Due) (*Debit, error) {
	open, err := tx.OpenDrafts(d.Account)
	if err != nil {
		return nil, err
	}
	for _, x := range open {
		if amount := money.Min(x.Noticed, d.Asked); x.State == mandate.Planned && amount.IsPositive() {
			wait, err := s.waitOf(tx, x)
			return &Debit{amount, x.DebitOn, wait}, err
		}
	}
	return nil, nil
}

// waitOf is what a draft waits for; nil: nothing.
func (s *Service) waitOf(tx *store.ReadTx, d mandate.Draft) (*mandate.Wait, error) {
	m, err := tx.Mandate(d.AccountID, d.Mandate)
	if err != nil {
		return nil, err
	}
	bank, err := tx.WaitOf(d.AccountID, m.BankAccount)
	if err != nil || bank == nil {
		return nil, err
	}
	wait := mandate.WaitFor(s.profile, *bank, d.DebitOn, tx.Now())
	return &wait, nil
}

func (s *Service) due(facts *store.Facts) *Due {
	a := facts.Account
	today := s.profile.Today(s.db.Now())
	now := standing.Evaluate(s.profile, facts.Standing(), today)
	used := creditUsed(facts, now)
	d := &Due{
		Account: a.ID, Kind: a.Kind, FirstName: a.FirstName, Initial: a.Initial(), SubscriberID: a.SubscriberID, Today: today,
		Standing: now, Bill: facts.LastBill, Asked: now.TotalDue.Sub(used), Credit: facts.Credit().Sub(used),
		Link: s.linkOf(facts.LastBill, today), Most: s.mostPayable(facts), NextBillOn: s.profile.BillOn(s.profile.CoverageMonthBilledOn(today).Next()),
		Restart: now.Restart, WaivedSince: waivedSince(facts),
	}
	d.Through = s.through(facts, now, d.Asked, today)
	if past := money.Max(now.PastDue.Sub(used), money.Zero); past.Less(d.Asked) {
		d.PastThrough = s.through(facts, now, past, today)
	}
	for _, c := range facts.Charges {
		for _, p := range c.Parts() {
			d.Unpaid = append(d.Unpaid, UnpaidPart{c.Kind, c.Month, p.DueOn, p.Unpaid, p.DueOn.Before(today)})
		}
	}
	return d
}

// waivedSince is what was waived since the last bill.
func waivedSince(facts *store.Facts) money.Amount {
	sum := money.Zero
	for _, a := range facts.Unbilled {
		if a.Kind == bill.LineWaiver {
			sum = sum.Sub(a.Amount)
		}
	}
	return sum
}

// creditUsed is how much of the money that earlier payments left over will pay
// what is open now: the next payment or bill applies it (R-PAY-8).
func creditUsed(facts *store.Facts, now standing.Standing) money.Amount {
	var used money.Amount
	applications, _ := payment.ApplyCredits(facts.Credits, facts.Payables(now))
	for _, a := range applications {
		used = used.Add(a.Amount)
	}
	return used
}

// mostPayable is what is owed now, or what brings coverage back (R-DUE-6), plus
// some months ahead (R-PAY-8), and never more than one payment may be.
func (s *Service) mostPayable(facts *store.Facts) money.Amount {
	today := s.profile.Today(s.db.Now())
	var owed money.Amount
	for _, c := range facts.Charges {
		owed = owed.Add(c.Unpaid)
	}
	if endedUnpaid(facts) {
		owed = money.Max(owed, standing.Evaluate(s.profile, facts.Standing(), today).Restart.Amount)
	}
	ahead := monthlyCost(facts, today).MulDiv(int64(s.profile.Payment.AheadMonths.On(today)), 1, money.HalfUp)
	return money.Min(owed.Add(ahead), s.profile.Payment.MaxSingle.On(today))
}

// monthlyCost is what a month ahead costs. Of each kind of coverage there is
// one enrollment in a month: this year's and the one that follows it are not
// paid for at the same time, and the dearer of them counts.
func monthlyCost(facts *store.Facts, today civil.Date) money.Amount {
	byKind := map[enrollment.Kind]money.Amount{}
	for _, e := range facts.Enrollments {
		if premium, ok := latestPremium(e, today); ok {
			byKind[e.Kind] = money.Max(byKind[e.Kind], premium.Member)
		}
	}
	var sum money.Amount
	for _, cost := range byKind {
		sum = sum.Add(cost)
	}
	return sum
}

// latestPremium gives the premium of the current month, or of the first month
// of coverage that is still to come.
func latestPremium(e *store.EnrollmentRow, today civil.Date) (enrollment.Premium, bool) {
	month := today.Month().Next()
	if month.Before(e.First) {
		month = e.First
	}
	if month.After(e.Last) {
		month = e.Last
	}
	if e.Last.Before(today.Month()) {
		return enrollment.Premium{}, false
	}
	return e.PremiumFor(month)
}

// Method tells whether a method is taken today.
func (s *Service) Method(m payment.Method) bool {
	today := s.profile.Today(s.db.Now())
	switch m {
	case payment.MethodBank:
		return s.profile.Methods.Bank.On(today)
	case payment.MethodCard:
		return s.gateway != nil && s.profile.Methods.Card.On(today)
	}
	return false
}

// Profile gives the marketplace's policy.
func (s *Service) Profile() *profile.Profile { return s.profile }

// Receipt is what a payer is told of a payment.
type Receipt struct {
	Payment      payment.Payment
	FirstName    string
	Initial      string
	SubscriberID ident.SubscriberID
	Email        string     // where it was sent
	Number       pii.Secret // where it goes by text; zero: nowhere
	Language     string
	Wording      string // what the payer agreed to
	Parts        []ReceiptPart
	Left         money.Amount  // kept for the next bill
	Starts       []civil.Month // with which this payment started coverage (R-BIND-1)
	Returned     bool          // the bank or the card holder took the money back: it pays nothing
	Canceled     bool          // Returned, but before it went to the bank: by its payer, or because AutoPay was disputed
	After        *Due
}

// ReceiptPart is what the payment paid.
type ReceiptPart struct {
	Kind   enrollment.Kind
	Month  civil.Month
	Amount money.Amount
	Binder bool // of the first month of new coverage
}

// Receipt gives the receipt of an operation, or fault.NotFound while there is
// no payment.
func (s *Service) Receipt(ctx context.Context, id payment.OperationID) (*Receipt, error) {
	var r *Receipt
	err := s.db.Read(ctx, "receipt", func(tx *store.ReadTx) error {
		p, err := tx.PaymentByIntent(id)
		if err != nil {
			return err
		}
		r, err = s.receipt(tx, p)
		return err
	})
	return r, err
}

func (s *Service) receipt(tx *store.ReadTx, p payment.Payment) (*Receipt, error) {
	i, err := tx.Intent(p.IntentID)
	if err != nil {
		return nil, err
	}
	facts, err := tx.FactsOf(p.AccountID)
	if err != nil {
		return nil, err
	}
	r := &Receipt{
		Payment: p, FirstName: facts.Account.FirstName, Initial: facts.Account.Initial(), SubscriberID: facts.Account.SubscriberID,
		Language: i.Language, Wording: i.Authorization.Wording, After: s.due(facts),
	}
	if r.Email, err = receiptAddress(tx, facts, p, i.Email); err != nil {
		return nil, err
	}
	if r.Number, err = tx.ReceiptNumber(i); err != nil {
		return nil, err
	}
	if unasked(p.Channel) {
		r.Language = facts.Account.Language
	}
	parts, err := tx.ApplicationsOf(p.AccountID, p.ID)
	if err != nil {
		return nil, err
	}
	r.Left = p.Amount
	for _, a := range parts {
		part := ReceiptPart{Amount: a.Amount}
		for _, c := range facts.Charges {
			if c.ID == a.Charge {
				part.Kind, part.Month, part.Binder = c.Kind, c.Month, c.Binder
			}
		}
		r.Parts = append(r.Parts, part)
		r.Left = r.Left.Sub(a.Amount)
	}
	if r.Returned, r.Canceled, err = isReturned(tx, p); err != nil {
		return nil, err
	}
	if r.Returned {
		r.Left = money.Zero
	} else if r.Starts, err = tx.StartsBy(p.AccountID, p.ID); err != nil {
		return nil, err
	}
	return r, nil
}

func isReturned(tx *store.ReadTx, p payment.Payment) (returned, canceled bool, err error) {
	r, err := tx.ReturnOf(p.AccountID, p.ID)
	if fault.KindOf(err) == fault.NotFound {
		return false, false, nil
	}
	return err == nil, r.Code == payment.Canceled || r.Code == ach.CodeDisputed, err
}

// Intent gives an intent, or fault.NotFound.
func (s *Service) Intent(ctx context.Context, id payment.OperationID) (payment.Intent, error) {
	i, err := s.intent(ctx, id)
	return i.Intent, err
}

// CodeUnknownConfirmation marks a confirmation number that no payment has.
const CodeUnknownConfirmation = "confirmation.unknown"

// Found is a payment that somebody asks about by its confirmation number.
type Found struct {
	PaymentLine
	Told []Told // of starts of coverage that it brought about
}

// ByConfirmation answers "is my payment in?" by confirmation number alone. Tries
// are throttled by network.
func (s *Service) ByConfirmation(ctx context.Context, typed, network string) (Found, error) {
	number, err := ident.ParseConfirmation(typed)
	if err != nil {
		return Found{}, fault.At("confirmation", "confirmation.format", "Check the confirmation number. It has 10 letters and numbers, like 7F3K-92QM-4X.")
	}
	keys := s.throttleKeys("", network)[1:]
	var p Found
	found := false
	err = s.db.InTx(ctx, "payment by confirmation", func(tx *store.Tx) error {
		if err := s.checkTries(tx, keys); err != nil {
			return err
		}
		known, err := tx.PaymentByConfirmation(number)
		found = err == nil
		if fault.KindOf(err) == fault.NotFound {
			tx.CountTry(keys[0].text)
			return nil
		}
		if err != nil {
			return err
		}
		line, err := tx.PaymentLine(known.AccountID, number)
		if err != nil {
			return err
		}
		p.PaymentLine = PaymentLine(line)
		p.Told, err = s.told(tx.ReadTx, known)
		return err
	})
	if err != nil {
		return Found{}, err
	}
	if !found {
		return Found{}, fault.New(fault.NotFound, CodeUnknownConfirmation, "We have no payment with this confirmation number")
	}
	return p, nil
}

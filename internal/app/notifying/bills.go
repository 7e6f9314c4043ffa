package notifying

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// SendBills writes the letters of bills that have none yet (M1, M5), first
// those that were set aside before. A bill that can not be paid in time any
// more gets none: the letters about what is past due tell all. It may be
// repeated, and a run that was killed is taken up where it stopped.
func (s *Service) SendBills(ctx context.Context, on civil.Date) (Sent, error) {
	var after string
	err := s.db.InTx(ctx, "mark bills", func(tx *store.Tx) (err error) {
		after, err = tx.MarkBills(on)
		return err
	})
	if err != nil {
		return Sent{}, err
	}
	// What this very run sets aside is not tried twice.
	fresh, err := s.billPages(ctx, on, after, (*store.ReadTx).BillsWithoutLetter, s.freshBill)
	if err != nil {
		return fresh, err
	}
	again, err := s.billPages(ctx, on, "", (*store.ReadTx).BillsSetAside, s.billAgain)
	fresh.add(again)
	return fresh, err
}

type billsAfter func(tx *store.ReadTx, after string, on civil.Date, limit int) ([]store.IssuedBill, error)

type writeBill func(tx *store.Tx, l billLetter, on civil.Date) (Sent, error)

// lettersAtOnce is how many letters are made by one look ahead.
const lettersAtOnce = store.FactsTogether

// billPages writes the letters of bills page by page, one transaction each. They
// are made ahead of it.
func (s *Service) billPages(ctx context.Context, on civil.Date, after string, next billsAfter, write writeBill) (Sent, error) {
	var total Sent
	for {
		var page []store.IssuedBill
		var sent Sent
		err := s.db.InTx(ctx, "send bills", func(tx *store.Tx) (err error) {
			sent = Sent{}
			if page, err = next(tx.ReadTx, after, on, pageOf); err != nil {
				return err
			}
			page = oneOfEach(page)
			return store.Ahead(tx, page, lettersAtOnce, func(tx *store.ReadTx, some []store.IssuedBill) ([]billLetter, error) {
				return s.makeBills(tx, some, on)
			}, func(l billLetter) error {
				one, err := write(tx, l, on)
				sent.add(one)
				return err
			})
		})
		if err != nil || len(page) == 0 {
			return total, err
		}
		total.add(sent)
		after = page[len(page)-1].Number
	}
}

// oneOfEach ends a page before the second bill of an account: what its letter
// says may follow from the first.
func oneOfEach(page []store.IssuedBill) []store.IssuedBill {
	seen := make(map[enrollment.AccountID]bool, len(page))
	for i, b := range page {
		if seen[b.AccountID] {
			return page[:i]
		}
		seen[b.AccountID] = true
	}
	return page
}

// billLetter is the letter of a bill, made and not kept yet.
type billLetter struct {
	Bill
	to     recipient
	source ident.UUID
	sealed sealed
	failed error // it can not be written
}

func (s *Service) makeBills(tx *store.ReadTx, bills []store.IssuedBill, on civil.Date) ([]billLetter, error) {
	letters := make([]billLetter, len(bills))
	for i, b := range bills {
		l := &letters[i]
		l.source = b.ID.UUID
		var err error
		if l.Bill, l.to, err = s.aboutBill(tx, b, on); err != nil {
			return nil, err
		}
	}
	if err := s.stand(tx, letters); err != nil {
		return nil, err
	}
	for i := range letters {
		if err := s.makeBill(&letters[i]); err != nil {
			return nil, err
		}
	}
	return letters, nil
}

// stand adds where the coverage stands to the letters that tell it.
func (s *Service) stand(tx *store.ReadTx, letters []billLetter) error {
	var ids []enrollment.AccountID
	var tell []*Bill
	for i := range letters {
		if b := &letters[i].Bill; b.tellsStanding() {
			ids, tell = append(ids, b.Bill.AccountID), append(tell, b)
		}
	}
	all, err := tx.ReviewFactsOf(ids)
	if err != nil {
		return err
	}
	for i, b := range tell {
		b.stand(s.profile, all[i].Standing())
	}
	return nil
}

// tellsStanding tells whether a bill says where the coverage stands: when
// something is past due, and on paper what follows if it is not paid.
func (b *Bill) tellsStanding() bool { return hasPastDue(b.Bill) || b.tellsUnpaid() }

func (b *Bill) tellsUnpaid() bool { return b.Reader.Ways.Print && b.Bill.AmountDue().IsPositive() }

func (b *Bill) stand(p *profile.Profile, facts standing.Facts) {
	if hasPastDue(b.Bill) {
		b.Standing = standing.Evaluate(p, facts, b.Written)
	}
	if b.tellsUnpaid() {
		b.Unpaid = standing.IfUnpaid(p, facts, b.Bill.DueOn)
	}
}

func hasPastDue(b *bill.Bill) bool {
	return slices.ContainsFunc(b.Reasons, func(r bill.Reason) bool { return r.Kind == bill.ReasonPastDue })
}

func (s *Service) makeBill(l *billLetter) error {
	words, err := s.letters.Bill(l.Bill)
	if err != nil {
		l.failed = err
		return nil
	}
	l.sealed, err = seal(words)
	return err
}

func (s *Service) freshBill(tx *store.Tx, l billLetter, on civil.Date) (Sent, error) {
	e := store.LetterException{Account: l.to.account.ID, Source: l.source, About: store.AboutBill}
	err := l.failed
	if err == nil {
		err = settled(tx, l.to, false, e)
	}
	if err != nil {
		tx.LetterFailed(because(e, err))
		return Sent{SetAside: 1}, nil
	}
	if a := l.AutoPay; a != nil { // a letter of a date that is run late goes out today
		noticed := on
		if today := s.profile.Today(tx.Now()); on.Before(today) {
			noticed = today
		}
		tx.DraftNoticed(a.Draft, noticed)
	}
	return s.keepSealed(tx, l.to, l.sealed, l.source)
}

// billAgain tries a bill that was set aside. One that stays so was counted
// when it first was.
func (s *Service) billAgain(tx *store.Tx, l billLetter, on civil.Date) (Sent, error) {
	sent, err := s.freshBill(tx, l, on)
	sent.SetAside = 0
	return sent, err
}

// billsTold is how many bills, the newest included, the history of a bill goes
// back.
const billsTold = 3

// aboutBill reads what the letter of a bill says, and to whom; where the coverage
// stands is added by stand.
func (s *Service) aboutBill(tx *store.ReadTx, b store.IssuedBill, on civil.Date) (Bill, recipient, error) {
	account, err := tx.Account(b.AccountID)
	if err != nil {
		return Bill{}, recipient{}, err
	}
	to, err := recipientOf(tx, account, identity.DocumentBill)
	if err != nil {
		return Bill{}, to, err
	}
	letter := Bill{Reader: to.reader(false), Written: on, Bill: b.Bill, Link: b.Link}
	if letter.AutoPay, err = autoPayOf(tx, s.profile, b.Bill); err != nil {
		return letter, to, err
	}
	if letter.AutoPay == nil {
		if letter.Part, err = s.part(tx, b.Bill); err != nil {
			return letter, to, err
		}
	}
	if letter.Reader.Ways.Print {
		if !to.online {
			letter.Reader.AccountCode = tx.AccountCode(b.AccountID)
		}
		before, err := tx.BillsBefore(b.Bill, billsTold-1)
		if err != nil {
			return letter, to, err
		}
		letter.Events = events(append([]store.IssuedBill{b}, before...))
	}
	return letter, to, nil
}

// part gives the draft of an older bill of the month, where it is too late to
// tell of another amount: AutoPay takes the lower one (brief A8).
func (s *Service) part(tx *store.ReadTx, b *bill.Bill) (*AutoPay, error) {
	open, err := tx.OpenDrafts(b.AccountID)
	if err != nil {
		return nil, err
	}
	for _, d := range open {
		if d.Month == b.Month && d.Attempt == 0 && d.State == mandate.Planned {
			return told(tx, s.profile, d)
		}
	}
	return nil, nil
}

// autoPayOf gives the draft that pays a bill and is to be told of; nil: none.
func autoPayOf(tx *store.ReadTx, p *profile.Profile, b *bill.Bill) (*AutoPay, error) {
	d, err := tx.DraftOfBill(b.AccountID, b.Number)
	if fault.KindOf(err) == fault.NotFound || err == nil && !d.State.Open() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return told(tx, p, d)
}

// told reads what a letter tells of a draft.
func told(tx *store.ReadTx, p *profile.Profile, d mandate.Draft) (*AutoPay, error) {
	m, err := tx.Mandate(d.AccountID, d.Mandate)
	if err != nil {
		return nil, err
	}
	banks, err := tx.StoredBanks(d.AccountID)
	x := &AutoPay{
		Draft: d, Bank: banks[m.BankAccount], StopBy: p.AutoPayCutoff(d.DebitOn), AskOver: mandate.AskAbove(p, m.Terms, d.Usual, d.DebitOn),
	}
	if err != nil || !x.Bank.Waits {
		return x, err
	}
	wait, err := tx.WaitOf(d.AccountID, m.BankAccount)
	if wait != nil {
		w := mandate.WaitFor(p, *wait, d.DebitOn, tx.Now())
		x.Wait = &w
	}
	return x, err
}

// events tells the history from the bills themselves, the newest first: what
// each of them says happened since the one before. Told from sealed bills, it
// can not disagree with them.
func events(bills []store.IssuedBill) []Event {
	var all []Event
	balance := money.Zero
	kinds := map[bill.LineKind]EventKind{
		bill.LinePayment: EventPayment, bill.LineReturn: EventReturn, bill.LineRefund: EventRefund, bill.LineAdjustment: EventAdjustment,
		bill.LineWaiver: EventWaiver,
	}
	for _, b := range slices.Backward(bills) {
		charged := money.Zero
		for _, l := range b.Lines {
			switch kind, happened := kinds[l.Kind]; {
			case l.Kind == bill.LinePrevious:
				balance = l.Amount
			case happened:
				balance = balance.Add(l.Amount)
				all = append(all, Event{On: l.On, Kind: kind, Amount: l.Amount, Balance: balance})
			default:
				charged = charged.Add(l.Amount)
			}
		}
		balance = b.Total
		all = append(all, Event{On: b.IssuedOn, Kind: EventBill, Month: b.Month, Amount: charged, Balance: balance})
	}
	return all
}

package autopay

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Offer tells what turning AutoPay on would mean today (brief A8). It changes
// nothing, and a mandate that is on does not matter to it.
func (s *Service) Offer(ctx context.Context, who Who, account enrollment.AccountID) (Offer, error) {
	if err := access.Check(who.Role, access.SeeAutoPay); err != nil {
		return Offer{}, err
	}
	offer := Offer{}
	err := s.db.Read(ctx, "offer autopay", func(tx *store.ReadTx) error {
		facts, err := tx.FactsOf(account)
		if err != nil {
			return err
		}
		offer = Offer{}
		most := money.Zero
		for _, day := range s.profile.AutoPay.Days.On(s.profile.Today(tx.Now())) {
			d := s.dayOffer(facts, day, tx.Now())
			most = money.Max(most, d.Amount)
			offer.Days = append(offer.Days, d)
		}
		today := s.profile.Today(tx.Now())
		offer.LeastCap, offer.DefaultCap = most, wholeDollars(mandate.Limit(s.profile, most, today))
		offer.KeepMonths = s.profile.AutoPay.KeepMonths.On(today)
		saved, err := s.savedAccounts(tx, who, account)
		for _, a := range saved {
			if a.Mine {
				offer.Saved = append(offer.Saved, a)
			}
		}
		return err
	})
	return offer, err
}

// wholeDollars rounds a limit up: nobody sets one of $186.75.
func wholeDollars(a money.Amount) money.Amount { return money.Dollars((a.Cents() + 99) / 100) }

// dayOffer tells what one day would mean. The first debit is that of the first
// month whose cut-off lies ahead and whose bill, if it is out, is not paid. The
// first bill of an enrollment is paid by hand (R-BIND-1): that it comes in time
// decides whether coverage starts.
func (s *Service) dayOffer(f *store.Facts, day int, now civil.Instant) DayOffer {
	first := mandate.FirstDebit(s.profile, day, now)
	known := s.billFor(f, first)
	if known != nil && (known.Kind == bill.KindEnrollment || !unpaidThrough(f, known.Month).IsPositive()) {
		first, known = mandate.NextDebit(day, first), nil
	}
	o := DayOffer{
		Day: day, First: first, Settles: mandate.SettleOn(first), StopBy: s.profile.AutoPayCutoff(first), Month: mandate.MonthPaid(s.profile, first),
	}
	o.DaysDue = s.profile.DueOn(o.Month).DaysSince(first)
	if known != nil {
		o.Known, o.Amount = true, money.Min(known.AmountDue(), unpaidThrough(f, known.Month))
		return o
	}
	o.Amount = s.expected(f, o.Month, now)
	if last := f.LastBill; last != nil && last.Month.Before(o.Month) {
		if owed := unpaidThrough(f, last.Month); owed.IsPositive() {
			o.Unpaid = &UnpaidBill{Month: last.Month, Amount: owed, DueOn: last.DueOn}
		}
	}
	return o
}

// billFor gives the bill that a debit pays; nil if it is not out.
func (s *Service) billFor(f *store.Facts, debit civil.Date) *bill.Bill {
	if b := f.LastBill; b != nil && b.Month == mandate.MonthPaid(s.profile, debit) && b.AmountDue().IsPositive() {
		return b
	}
	return nil
}

// unpaidThrough is what is unpaid of the months up to one, less money that lies
// there for it.
func unpaidThrough(f *store.Facts, month civil.Month) money.Amount {
	sum := f.Credit().Neg()
	for _, c := range f.Charges {
		if !c.Month.After(month) {
			sum = sum.Add(c.Unpaid)
		}
	}
	return money.Max(sum, money.Zero)
}

// expected is what a month is to cost, as far as it is known before its bill:
// where nothing is known of it, as much as the last month that was charged.
func (s *Service) expected(f *store.Facts, month civil.Month, now civil.Instant) money.Amount {
	states := standing.Evaluate(s.profile, f.Standing(), s.profile.Today(now))
	sum := money.Zero
	for i, e := range f.Enrollments {
		if !states.Enrollments[i].Covers(month) {
			continue
		}
		for _, segment := range e.Segments {
			if !month.Before(segment.From) && !month.After(segment.To) {
				sum = sum.Add(segment.Premium.Member).Sub(f.WaivedOf(e.ID, month, segment.Premium.Member))
			}
		}
	}
	if sum.IsPositive() || len(f.Charges) == 0 {
		return sum
	}
	last := f.Charges[len(f.Charges)-1].Month
	for _, c := range f.Charges {
		if c.Month == last {
			sum = sum.Add(c.Due())
		}
	}
	return sum
}

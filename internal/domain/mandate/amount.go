package mandate

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/profile"
)

// Before is what an amount is compared with.
type Before struct {
	// Last is what the last debit took, or was to take as the first: another
	// amount needs a notice (REG-41).
	Last money.Amount
	// Usual is what a bill asks for as a rule: the last one that AutoPay or the
	// member paid, also where a part of it was paid by hand. A full bill after
	// that is no surprise.
	Usual money.Amount
}

// Since gives what the next amount is compared with, once a draft has been
// taken or was paid by hand.
func (b Before) Since(d Draft) Before {
	switch {
	case d.State == Frozen:
		return Before{Last: d.Amount, Usual: money.Max(d.Amount, d.Noticed)}
	case d.State == Skipped && d.Reason == ReasonPaid:
		return Before{Last: b.Last, Usual: d.Noticed}
	}
	return b
}

// Limit is the amount above which the member is asked first although no cap
// says so: a share of what is usual, or what is usual and some more, whichever
// is higher (R-AUTO-3).
func Limit(p *profile.Profile, usual money.Amount, on civil.Date) money.Amount {
	share := usual.MulDiv(int64(p.AutoPay.ConfirmOverPercent.On(on)), 100, money.Down)
	return money.Max(share, usual.Add(p.AutoPay.ConfirmOverAmount.On(on)))
}

// AskAbove is the limit that counts: the member's cap, if it is lower.
func AskAbove(p *profile.Profile, t Terms, usual money.Amount, on civil.Date) money.Amount {
	limit := Limit(p, usual, on)
	if t.Cap.IsPositive() {
		return money.Min(limit, t.Cap)
	}
	return limit
}

// Differs tells whether an amount needs a notice: another one than the last
// debit's, or one out of the range that the member chose (REG-41).
func (t Terms) Differs(amount, last money.Amount) bool {
	by := amount.Sub(last).Abs()
	if t.Notice == NoticeOver {
		return t.NoticeOver.Less(by)
	}
	return by.IsPositive()
}

// InTime tells whether a notice that goes out on a day is early enough for a
// debit. The zero day is no notice.
func InTime(p *profile.Profile, noticeOn, debit civil.Date) bool {
	return !noticeOn.IsZero() && !noticeOn.After(NoticeBy(p, debit))
}

// NoticeBy is the last day on which a notice of a debit is early enough.
func NoticeBy(p *profile.Profile, debit civil.Date) civil.Date {
	return debit.AddDays(-p.AutoPay.NoticeDays.On(debit))
}

// Question is why the member must be asked before an amount is taken; "" means
// that nothing need be asked (R-AUTO-3). noticeOn is when the notice of it goes
// out.
func Question(p *profile.Profile, t Terms, b Before, amount money.Amount, noticeOn, debit civil.Date) Reason {
	switch {
	case t.Cap.IsPositive() && t.Cap.Less(amount):
		return ReasonOverCap
	case Limit(p, b.Usual, debit).Less(amount):
		return ReasonOverLimit
	case t.Differs(amount, b.Last) && !InTime(p, noticeOn, debit):
		return ReasonNoticeLate
	}
	return ""
}

// Revised tells whether a draft follows a newer bill: only if the notice of it
// can still be in time. Otherwise the amount told of stands, and what is more
// waits for the next bill.
func Revised(p *profile.Profile, d Draft, noticeOn civil.Date) bool {
	return d.State.Open() && d.Attempt == 0 && !d.Released && InTime(p, noticeOn, d.DebitOn)
}

// Take is what a draft takes when the file of its day is built: what is still
// unpaid of the bill, and never more than the member was told of (R-AUTO-2).
// The reason says why it takes nothing.
func Take(p *profile.Profile, t Terms, b Before, d Draft, unpaid money.Amount) (money.Amount, Reason) {
	amount := money.Min(d.Noticed, unpaid)
	switch {
	case !amount.IsPositive():
		return money.Zero, ReasonPaid
	case d.State == Held:
		return money.Zero, ReasonNoAnswer
	case d.Attempt > 0 && amount != d.Noticed:
		return money.Zero, ReasonLessOwed
	case d.Attempt > 0 || d.Released:
		return amount, ""
	case t.Differs(amount, b.Last) && !InTime(p, d.NoticedOn, d.DebitOn):
		return money.Zero, ReasonNoticeLate
	}
	return amount, ""
}

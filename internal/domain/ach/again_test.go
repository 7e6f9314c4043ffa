package ach_test

import (
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
)

// ACH-32, with the example of the rule: 62.40 came back on 17 December 2026 and
// had settled on the 15th.
func TestRetry(t *testing.T) {
	t.Parallel()
	base := ach.Presentation{
		Code: "R01", Presentations: 1, FirstSettled: day("2026-12-15"), FirstAmount: money.Cents(6240), SettleOn: day("2026-12-23"), Amount: money.Cents(6240),
	}
	for _, c := range []struct {
		name   string
		change func(*ach.Presentation)
		code   string
	}{
		{"the first retry", func(*ach.Presentation) {}, ""},
		{"the second retry", func(r *ach.Presentation) { r.Presentations, r.SettleOn = 2, day("2027-01-06") }, ""},
		{"uncollected funds", func(r *ach.Presentation) { r.Code = "R09" }, ""},
		{"the last day", func(r *ach.Presentation) { r.SettleOn = day("2027-06-13") }, ""},
		{"a day later", func(r *ach.Presentation) { r.SettleOn = day("2027-06-14") }, ach.CodeRetryLate},
		{"a third retry", func(r *ach.Presentation) { r.Presentations = 3 }, ach.CodeRetryCount},
		{"what is left after a part was paid", func(r *ach.Presentation) { r.Amount = money.Cents(4240) }, ach.CodeRetryAmount},
		{"a cent more", func(r *ach.Presentation) { r.Amount = money.Cents(6241) }, ach.CodeRetryAmount},
		{"a closed account", func(r *ach.Presentation) { r.Code = "R02" }, ach.CodeRetryReason},
		{"a stopped payment", func(r *ach.Presentation) { r.Code = "R08" }, ach.CodeRetryReason},
		{"unauthorized (ACH-33)", func(r *ach.Presentation) { r.Code = "R10" }, ach.CodeRetryReason},
		{"revoked (ACH-33)", func(r *ach.Presentation) { r.Code = "R07" }, ach.CodeRetryReason},
		{"not returned", func(r *ach.Presentation) { r.Code = "" }, ach.CodeRetryReason},
	} {
		r := base
		c.change(&r)
		if err := r.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want %q", c.name, err, c.code)
		}
	}
}

func TestReversal(t *testing.T) {
	t.Parallel()
	found := civil.InstantOf(time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC))
	base := ach.Reversal{
		Entry:   ach.Entry{Kind: ach.KindDebit, State: ach.StateFiled},
		Settled: day("2026-11-23"), Why: ach.WhyDuplicate, FoundAt: found, AskedAt: found, SentAt: found.Add(time.Hour), SettleOn: day("2026-11-25"),
	}
	for _, c := range []struct {
		name   string
		change func(*ach.Reversal)
		code   string
	}{
		{"a duplicate", func(*ach.Reversal) {}, ""},
		{"a settled debit", func(r *ach.Reversal) { r.Entry.State = ach.StateSettled }, ""},
		{"a retry of a wrong amount", func(r *ach.Reversal) { r.Entry.Kind, r.Why = ach.KindRetry, ach.WhyAmount }, ""},
		{"the fifth bank day, over Thanksgiving", func(r *ach.Reversal) { r.SettleOn = day("2026-12-01") }, ""},
		{"the sixth", func(r *ach.Reversal) { r.SettleOn = day("2026-12-02") }, ach.CodeReverseLate},
		{"24 hours after it was found", func(r *ach.Reversal) { r.SentAt = found.Add(24 * time.Hour) }, ""},
		{"a second later", func(r *ach.Reversal) { r.SentAt = found.Add(24*time.Hour + time.Second) }, ach.CodeReverseFound},
		{"found in the future", func(r *ach.Reversal) { r.AskedAt = found.Add(-time.Second) }, ach.CodeReverseFound},
		{"a wish", func(r *ach.Reversal) { r.Why = "wish" }, ach.CodeReverseWhy},
		{"no reason", func(r *ach.Reversal) { r.Why = "" }, ach.CodeReverseWhy},
		{"a refund", func(r *ach.Reversal) { r.Entry.Kind = ach.KindRefund }, ach.CodeReverseKind},
		{"a prenote", func(r *ach.Reversal) { r.Entry.Kind = ach.KindPrenote }, ach.CodeReverseKind},
		{"a reversal", func(r *ach.Reversal) { r.Entry.Kind = ach.KindReversal }, ach.CodeReverseKind},
		{"not sent", func(r *ach.Reversal) { r.Entry.State = ach.StateWaiting }, ach.CodeReverseUnsent},
		{"come back", func(r *ach.Reversal) { r.Entry.State = ach.StateReturned }, ach.CodeReverseNoMoney},
	} {
		r := base
		c.change(&r)
		if err := r.Check(); fault.CodeOf(err) != c.code {
			t.Errorf("%s: got %v, want %q", c.name, err, c.code)
		}
	}
}

func TestFinalFrom(t *testing.T) {
	t.Parallel()
	if got := ach.FinalFrom(day("2026-11-24")); got != day("2026-11-30") { // over Thanksgiving and a weekend
		t.Errorf("a debit of 24 November is final from %s", got)
	}
}

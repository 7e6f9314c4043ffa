package mandate_test

import (
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/mandate"
)

func amount(t interface{ Fatal(...any) }, text string) money.Amount {
	if text == "" {
		return money.Zero
	}
	a, err := money.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Above what the member is asked first: 150 % of what is usual or $50 more,
// whichever is higher, or the member's own cap if it is lower (R-AUTO-3).
func TestLimit(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	for _, c := range []struct{ usual, cap, limit, asks string }{
		{"0.00", "", "50.00", "50.00"},
		{"0.01", "", "50.01", "50.01"},
		{"10.00", "", "60.00", "60.00"},
		{"99.99", "", "149.99", "149.99"},
		{"100.00", "", "150.00", "150.00"}, // both are the same
		{"100.01", "", "150.01", "150.01"},
		{"100.03", "", "150.04", "150.04"}, // half a cent is not given
		{"124.50", "", "186.75", "186.75"},
		{"124.50", "187.00", "186.75", "186.75"}, // a higher cap does not lift the limit
		{"124.50", "186.74", "186.75", "186.74"},
		{"124.50", "124.50", "186.75", "124.50"},
		{"341.20", "", "511.80", "511.80"},
		{"1000.00", "600.00", "1500.00", "600.00"},
		{"9999.99", "", "14999.98", "14999.98"},
	} {
		terms := mandate.Terms{Cap: amount(t, c.cap)}
		if got := mandate.Limit(p, amount(t, c.usual), day("2026-11-23")); got != amount(t, c.limit) {
			t.Errorf("usual %s: limit %s, want %s", c.usual, got, c.limit)
		}
		if got := mandate.AskAbove(p, terms, amount(t, c.usual), day("2026-11-23")); got != amount(t, c.asks) {
			t.Errorf("usual %s, cap %q: asks above %s, want %s", c.usual, c.cap, got, c.asks)
		}
	}
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	always := mandate.Terms{Notice: mandate.NoticeAlways}
	over := func(limit string) mandate.Terms {
		return mandate.Terms{Notice: mandate.NoticeOver, NoticeOver: amount(t, limit)}
	}
	capped := func(limit string) mandate.Terms {
		return mandate.Terms{Notice: mandate.NoticeAlways, Cap: amount(t, limit)}
	}
	for _, c := range []struct {
		name               string
		terms              mandate.Terms
		last, usual, asked string
		notice, debit      string
		want               mandate.Reason
	}{
		{"the same amount, with the bill", always, "124.50", "124.50", "124.50", "2026-11-01", "2026-11-23", ""},
		{"the same amount needs no notice", always, "124.50", "124.50", "124.50", "2026-11-20", "2026-11-23", ""},
		{"the same amount, never told", always, "124.50", "124.50", "124.50", "", "2026-11-23", ""},
		{"62.40 to 71.10, told on the 1st for the 15th (REG-41)", always, "62.40", "62.40", "71.10", "2026-06-01", "2026-06-15", ""},
		{"told on the 5th: ten days", always, "62.40", "62.40", "71.10", "2026-06-05", "2026-06-15", ""},
		{"told on the 6th: nine days (REG-41)", always, "62.40", "62.40", "71.10", "2026-06-06", "2026-06-15", mandate.ReasonNoticeLate},
		{"told on the 6th for the 23rd", always, "62.40", "62.40", "71.10", "2026-06-06", "2026-06-23", ""},
		{"told on the 13th for the 23rd", always, "62.40", "62.40", "71.10", "2026-06-13", "2026-06-23", ""},
		{"told on the 14th for the 23rd", always, "62.40", "62.40", "71.10", "2026-06-14", "2026-06-23", mandate.ReasonNoticeLate},
		{"a lower amount is another amount", always, "71.10", "71.10", "62.40", "2026-06-14", "2026-06-23", mandate.ReasonNoticeLate},
		{"one cent is another amount", always, "71.10", "71.10", "71.11", "2026-06-14", "2026-06-23", mandate.ReasonNoticeLate},
		{"never told", always, "62.40", "62.40", "71.10", "", "2026-06-15", mandate.ReasonNoticeLate},
		{"told after the debit", always, "62.40", "62.40", "71.10", "2026-06-16", "2026-06-15", mandate.ReasonNoticeLate},
		{"within the range that the member chose", over("10.00"), "62.40", "62.40", "72.40", "2026-06-14", "2026-06-15", ""},
		{"a cent out of it", over("10.00"), "62.40", "62.40", "72.41", "2026-06-14", "2026-06-15", mandate.ReasonNoticeLate},
		{"down within it", over("10.00"), "62.40", "62.40", "52.40", "2026-06-14", "2026-06-15", ""},
		{"down out of it", over("10.00"), "62.40", "62.40", "52.39", "2026-06-14", "2026-06-15", mandate.ReasonNoticeLate},
		{"out of it, but told", over("10.00"), "62.40", "62.40", "90.00", "2026-06-01", "2026-06-15", ""},
		{"at the limit", always, "124.50", "124.50", "186.75", "2026-11-01", "2026-11-23", ""},
		{"a cent above", always, "124.50", "124.50", "186.76", "2026-11-01", "2026-11-23", mandate.ReasonOverLimit},
		{"the tax credit is lost (brief A8)", always, "124.50", "124.50", "512.00", "2026-11-01", "2026-11-23", mandate.ReasonOverLimit},
		{"a small bill may grow by $50", always, "10.00", "10.00", "60.00", "2026-11-01", "2026-11-23", ""},
		{"and not by a cent more", always, "10.00", "10.00", "60.01", "2026-11-01", "2026-11-23", mandate.ReasonOverLimit},
		{"at the cap", capped("150.00"), "124.50", "124.50", "150.00", "2026-11-01", "2026-11-23", ""},
		{"a cent above the cap", capped("150.00"), "124.50", "124.50", "150.01", "2026-11-01", "2026-11-23", mandate.ReasonOverCap},
		{"the cap is asked about before the limit", capped("150.00"), "124.50", "124.50", "512.00", "2026-11-01", "2026-11-23", mandate.ReasonOverCap},
		{"the limit before a high cap", capped("600.00"), "124.50", "124.50", "512.00", "2026-11-01", "2026-11-23", mandate.ReasonOverLimit},
		{"a high amount told too late: the limit", always, "124.50", "124.50", "512.00", "2026-11-20", "2026-11-23", mandate.ReasonOverLimit},
		{"most was paid by hand last month: the bill is as ever", always, "4.50", "124.50", "124.50", "2026-11-01", "2026-11-23", ""},
		{"the first debit, as told", always, "124.50", "124.50", "124.50", "2026-11-20", "2026-11-23", ""},
		{"two months at once after a miss", always, "124.50", "124.50", "249.00", "2026-12-01", "2026-12-15", mandate.ReasonOverLimit},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var notice civil.Date
			if c.notice != "" {
				notice = day(c.notice)
			}
			b := mandate.Before{Last: amount(t, c.last), Usual: amount(t, c.usual)}
			if got := mandate.Question(p, c.terms, b, amount(t, c.asked), notice, day(c.debit)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	// Of a bill of $124.50 that was told on the 1st; the last debit took the same.
	for _, c := range []struct {
		name    string
		change  func(*mandate.Draft)
		unpaid  string
		want    string
		because mandate.Reason
	}{
		{"all of it", nil, "124.50", "124.50", ""},
		{"lower bill, lower debit (R-AUTO-2)", nil, "100.00", "100.00", ""},
		{"a part was paid (MA-AUTO-11)", nil, "24.50", "24.50", ""},
		{"a cent is left", nil, "0.01", "0.01", ""},
		{"already paid, no debit", nil, "0.00", "", mandate.ReasonPaid},
		{"paid, and held before that", func(d *mandate.Draft) { d.State, d.Reason = mandate.Held, mandate.ReasonOverCap }, "0.00", "", mandate.ReasonPaid},
		{"more is owed than was told: the lower (brief A8)", nil, "160.00", "124.50", ""},
		{"a cent more", nil, "124.51", "124.50", ""},
		{"held and not answered", func(d *mandate.Draft) { d.State, d.Reason = mandate.Held, mandate.ReasonOverLimit }, "124.50", "", mandate.ReasonNoAnswer},
		{"held and released", func(d *mandate.Draft) { d.Released, d.Noticed, d.NoticedOn = true, money.Dollars(512), civil.Date{} }, "512.00", "512.00", ""},
		{"another amount, told ten days before", func(d *mandate.Draft) { d.Noticed, d.NoticedOn = money.Dollars(130), day("2026-11-13") }, "130.00", "130.00", ""},
		{"told nine days before", func(d *mandate.Draft) { d.Noticed, d.NoticedOn = money.Dollars(130), day("2026-11-14") }, "130.00", "", mandate.ReasonNoticeLate},
		{"never told", func(d *mandate.Draft) { d.Noticed, d.NoticedOn = money.Dollars(130), civil.Date{} }, "130.00", "", mandate.ReasonNoticeLate},
		{"never told, and the same as last time", func(d *mandate.Draft) { d.NoticedOn = civil.Date{} }, "124.50", "124.50", ""},
		{"never told, less is left", func(d *mandate.Draft) { d.NoticedOn = civil.Date{} }, "24.50", "", mandate.ReasonNoticeLate},
		{"a retry of the same amount (ACH-32)", func(d *mandate.Draft) { d.Attempt = 1 }, "124.50", "124.50", ""},
		{"a retry while more is owed", func(d *mandate.Draft) { d.Attempt = 2 }, "249.00", "124.50", ""},
		{"a retry may not take less (ACH-32)", func(d *mandate.Draft) { d.Attempt = 1 }, "104.50", "", mandate.ReasonLessOwed},
		{"a retry of what is paid", func(d *mandate.Draft) { d.Attempt = 1 }, "0.00", "", mandate.ReasonPaid},
		{"a retry needs no notice", func(d *mandate.Draft) { d.Attempt, d.NoticedOn, d.Last = 1, civil.Date{}, money.Dollars(1) }, "124.50", "124.50", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := mandate.Draft{
				State: mandate.Planned, Noticed: amount(t, "124.50"), NoticedOn: day("2026-11-01"), DebitOn: day("2026-11-23"), SettleOn: day("2026-11-23"),
				Before: mandate.Before{Last: amount(t, "124.50"), Usual: amount(t, "124.50")},
			}
			if c.change != nil {
				c.change(&d)
			}
			got, because := mandate.Take(p, mandate.Terms{Notice: mandate.NoticeAlways}, d.Before, d, amount(t, c.unpaid))
			if got != amount(t, c.want) || because != c.because {
				t.Errorf("takes %s because %q, want %q because %q", got, because, c.want, c.because)
			}
		})
	}
}

// Whatever happens between the notice and the file: never more than was told,
// never more than is unpaid, and nothing at all with a reason.
func TestTakeProperties(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(0, 100_000)
		d := mandate.Draft{
			State:   rapid.SampledFrom([]mandate.DraftState{mandate.Planned, mandate.Held}).Draw(t, "state"),
			Attempt: rapid.IntRange(0, 2).Draw(t, "attempt"), Noticed: money.Cents(1 + cents.Draw(t, "noticed")),
			DebitOn: day("2026-11-23"), Released: rapid.Bool().Draw(t, "released"),
			Before: mandate.Before{Last: money.Cents(cents.Draw(t, "last")), Usual: money.Cents(cents.Draw(t, "usual"))},
		}
		if told := rapid.IntRange(0, 40).Draw(t, "told"); told > 0 {
			d.NoticedOn = d.DebitOn.AddDays(-told)
		}
		terms := mandate.Terms{Notice: mandate.NoticeAlways, Cap: money.Cents(cents.Draw(t, "cap"))}
		unpaid := money.Cents(cents.Draw(t, "unpaid"))
		got, because := mandate.Take(p, terms, d.Before, d, unpaid)
		switch {
		case got.IsPositive() != (because == ""):
			t.Fatalf("takes %s because %q", got, because)
		case d.Noticed.Less(got) || unpaid.Less(got):
			t.Fatalf("takes %s of %s told and %s unpaid", got, d.Noticed, unpaid)
		case d.State == mandate.Held && got.IsPositive():
			t.Fatalf("takes %s that is held", got)
		case d.Attempt > 0 && got.IsPositive() && got != d.Noticed:
			t.Fatalf("a retry takes %s of %s", got, d.Noticed)
		case got.IsPositive() && d.Attempt == 0 && !d.Released && got != d.Last && !mandate.InTime(p, d.NoticedOn, d.DebitOn):
			t.Fatalf("takes %s after %s, told on %s", got, d.Last, d.NoticedOn)
		}
	})
}

func TestRevised(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	for _, c := range []struct {
		name   string
		change func(*mandate.Draft)
		on     string
		want   bool
	}{
		{"ten days before", nil, "2026-11-13", true},
		{"nine days before: the lower stands", nil, "2026-11-14", false},
		{"on the day", nil, "2026-11-23", false},
		{"held", func(d *mandate.Draft) { d.State = mandate.Held }, "2026-11-05", true},
		{"released: the member said yes to that amount", func(d *mandate.Draft) { d.Released = true }, "2026-11-05", false},
		{"a retry keeps its amount", func(d *mandate.Draft) { d.Attempt = 1 }, "2026-11-05", false},
		{"frozen", func(d *mandate.Draft) { d.State = mandate.Frozen }, "2026-11-05", false},
		{"skipped", func(d *mandate.Draft) { d.State = mandate.Skipped }, "2026-11-05", false},
		{"canceled", func(d *mandate.Draft) { d.State = mandate.Canceled }, "2026-11-05", false},
	} {
		d := mandate.Draft{State: mandate.Planned, DebitOn: day("2026-11-23")}
		if c.change != nil {
			c.change(&d)
		}
		if got := mandate.Revised(p, d, day(c.on)); got != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
	}
}

func TestWhatTheNextAmountIsComparedWith(t *testing.T) {
	t.Parallel()
	first := mandate.Before{Last: money.Cents(12450), Usual: money.Cents(12450)}
	for _, c := range []struct {
		name string
		d    mandate.Draft
		want mandate.Before
	}{
		{"taken in full", mandate.Draft{State: mandate.Frozen, Amount: money.Cents(13000), Noticed: money.Cents(13000)}, mandate.Before{Last: money.Cents(13000), Usual: money.Cents(13000)}},
		{"taken in part", mandate.Draft{State: mandate.Frozen, Amount: money.Cents(500), Noticed: money.Cents(13000)}, mandate.Before{Last: money.Cents(500), Usual: money.Cents(13000)}},
		{"paid by hand", mandate.Draft{State: mandate.Skipped, Reason: mandate.ReasonPaid, Noticed: money.Cents(13000)}, mandate.Before{Last: money.Cents(12450), Usual: money.Cents(13000)}},
		{"not answered", mandate.Draft{State: mandate.Skipped, Reason: mandate.ReasonNoAnswer, Noticed: money.Cents(51200)}, first},
		{"declined", mandate.Draft{State: mandate.Skipped, Reason: mandate.ReasonDeclined, Noticed: money.Cents(51200)}, first},
		{"canceled", mandate.Draft{State: mandate.Canceled, Noticed: money.Cents(51200)}, first},
		{"planned", mandate.Draft{State: mandate.Planned, Noticed: money.Cents(51200)}, first},
	} {
		if got := first.Since(c.d); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

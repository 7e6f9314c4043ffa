package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

type edit = func(*standing.Facts, *standing.Enrollment)

func day(s string) civil.Date    { return civil.MustParseDate(s) }
func month(s string) civil.Month { return civil.MustParseMonth(s) }

func holding(from, to string) edit {
	h := standing.Hold{From: day(from)}
	if to != "" {
		h.To = day(to)
	}
	return func(_ *standing.Facts, e *standing.Enrollment) { e.Holds = append(e.Holds, h) }
}

// R-DUE-8: a hold freezes the clock and never hides the balance.
func TestHold(t *testing.T) {
	t.Parallel()
	grace := helpedMember.deciding("enter_grace 2026-06 on 2026-06-01")
	check(t, []situation{
		{
			name: "no deadline falls into it, the balance shows", story: grace.with(holding("2026-06-20", "2026-07-25")), asOf: "2026-07-24",
			want: "past_due R-DUE-1 held track long grace 1 C 2026-06 through 2026-05 unpaid 309.00 past 309.00 cure by 2026-08-23 ends by 2026-10-23 last 2026-06 next 2026-07-26",
		},
		{
			name: "one day is enough, if it is the deadline", story: grace.with(holding("2026-06-23", "2026-06-23")), asOf: "2026-06-24",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 206.00 cure by 2026-07-23 ends by 2026-09-23 last 2026-06 next 2026-07-24",
		},
		{
			name: "then it goes on from where it stood: three chances in all", story: grace.with(holding("2026-06-20", "2026-07-25")), asOf: "2026-08-24",
			want: "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 412.00 past 412.00 cure by 2026-09-23 ends by 2026-10-23 last 2026-06 next 2026-09-01",
		},
		{
			name: "until further notice there is no last day", story: grace.with(holding("2026-06-20", "")), asOf: "2026-12-24",
			want: "past_due R-DUE-1 held track long grace 1 C 2026-06 through 2026-05 unpaid 824.00 past 824.00 last 2026-06",
		},
		{
			name: "paid while the first missed day stood still: nothing was missed", story: helpedMember.paying("2026-06 103.00 on 2026-06-22").with(holding("2026-05-20", "2026-06-10")), asOf: "2026-06-23",
			want: "active R-BIND-1 through 2026-06 unpaid 103.00 next 2026-06-24",
		},
		{
			name: "a first payment has time as well", story: story{share: "53.00", first: "2026-07"}.with(holding("2026-06-20", "2026-06-30")), asOf: "2026-07-10",
			want: "pending R-BIND-1 unpaid 106.00 past 53.00 cure by 2026-07-23 next 2026-07-24",
		},
	})
}

// R-DUE-8: a waiver takes a part of the share, and stands in for the first
// payment.
func TestWaiver(t *testing.T) {
	t.Parallel()
	waiving := func(w standing.Waiver) edit {
		return func(_ *standing.Facts, e *standing.Enrollment) { e.Waivers = append(e.Waivers, w) }
	}
	binder := story{help: true, share: "53.00", first: "2026-07"}
	all := standing.Waiver{From: month("2026-07"), To: month("2026-09"), Percent: 100}
	check(t, []situation{
		{
			name: "the whole first month is waived: coverage starts", story: binder.with(waiving(all)), asOf: "2026-06-24",
			want: "active R-BIND-1 starts 2026-07 through 2026-07", owed: "effectuate 2026-07 R-BIND-1",
		},
		{
			name: "half is waived, half is paid", story: binder.paying("2026-07 26.50 on 2026-06-20").with(waiving(standing.Waiver{From: month("2026-07"), To: month("2026-07"), Percent: 50})), asOf: "2026-06-24",
			want: "active R-BIND-1 starts 2026-07 through 2026-07", owed: "effectuate 2026-07 R-BIND-1",
		},
		{
			name: "half is waived, half less a cent is paid", story: binder.paying("2026-07 26.49 on 2026-06-20").with(waiving(standing.Waiver{From: month("2026-07"), To: month("2026-07"), Percent: 50})), asOf: "2026-06-23",
			want: "pending R-BIND-1 unpaid 0.01 cure by 2026-06-23 next 2026-06-24",
		},
		{
			name: "an amount off each month", story: helpedMember.with(waiving(standing.Waiver{From: month("2026-06"), To: month("2026-06"), Amount: cents("53.00")})), asOf: "2026-05-20",
			want: "active R-BIND-1 through 2026-05 unpaid 50.00 next 2026-05-24",
		},
		{
			name: "granted after the selection lapsed: it did not lapse", story: binder.deciding("lapse 2026-07 on 2026-06-24").with(waiving(all)), asOf: "2026-06-28",
			want: "active R-BIND-1 through 2026-07", owed: "undo_lapse 2026-07 R-DUE-8",
		},
	})
	odd := standing.Waiver{From: month("2026-07"), To: month("2026-07"), Percent: 33, Amount: cents("0.01")}
	if got := odd.Of(month("2026-07"), cents("1.01")); got != cents("0.35") { // 0.3333 is 0.34 for the member
		t.Errorf("33 %% and a cent of 1.01: got %s, want 0.35", got)
	}
	pair := []standing.Waiver{odd, all, odd}
	if got := standing.Waived(pair[:1], month("2026-07"), cents("1.01")); got != cents("0.35") {
		t.Errorf("one of them: got %s, want 0.35", got)
	}
	if got := standing.Waived(pair, month("2026-07"), cents("1.01")); got != cents("1.01") {
		t.Errorf("together: got %s, want the share of 1.01", got)
	}
	if got := all.Of(month("2026-10"), cents("1.00")); !got.IsZero() {
		t.Errorf("outside its months: got %s", got)
	}
}

// R-DUE-9: kept means no end, broken means that the clock runs again from where
// it stood.
func TestArrangement(t *testing.T) {
	t.Parallel()
	arranged := helpedMember.deciding("enter_grace 2026-07 on 2026-07-01").with(func(_ *standing.Facts, e *standing.Enrollment) {
		e.Arrangements = []standing.Arrangement{{MadeOn: day("2026-07-02"), Through: month("2026-07"), Payments: []standing.Installment{
			{DueOn: day("2026-07-20"), Amount: cents("68.00")}, {DueOn: day("2026-08-20"), Amount: cents("69.00")}, {DueOn: day("2026-09-20"), Amount: cents("69.00")},
		}}}
	})
	later := []string{"2026-08 103.00 on 2026-07-20", "2026-09 103.00 on 2026-08-20", "2026-10 103.00 on 2026-09-20"}
	check(t, []situation{
		{
			name: "made: the balance shows, the first payment keeps it", story: arranged, asOf: "2026-07-10",
			want: "past_due R-DUE-9 arrangement kept C 2026-06 through 2026-05 unpaid 309.00 past 206.00 cure by 2026-07-20 next 2026-07-21",
		},
		{
			name: "kept: long after the last chance nothing has ended", story: arranged.paying(append(later, "2026-06 103.00 on 2026-07-20", "2026-07 34.00 on 2026-08-20")...), asOf: "2026-09-10",
			want: "past_due R-DUE-9 arrangement kept C 2026-07 through 2026-06 unpaid 172.00 past 69.00 cure by 2026-09-20 next 2026-09-21",
		},
		{
			name: "kept: bill and installment paid, both to the oldest months", story: arranged.paying("2026-06 103.00 on 2026-07-20", "2026-07 68.00 on 2026-07-20"), asOf: "2026-07-24",
			want: "past_due R-DUE-9 arrangement kept C 2026-07 through 2026-06 unpaid 138.00 past 138.00 cure by 2026-08-20 next 2026-08-21",
		},
		{
			name: "a cent short of the bill is past due of itself", story: arranged.paying("2026-06 103.00 on 2026-07-20", "2026-07 67.99 on 2026-07-20"), asOf: "2026-07-24",
			want: "past_due R-DUE-1 arrangement kept track long C 2026-08 through 2026-06 unpaid 138.01 past 138.01 cure by 2026-08-23 ends by 2026-10-23 last 2026-08 next 2026-08-01",
		},
		{
			name: "a cent short on the day is broken", story: arranged.paying("2026-08 103.00 on 2026-07-20", "2026-06 67.99 on 2026-07-20"), asOf: "2026-07-21",
			want: "past_due R-DUE-1 arrangement broken track long grace 2 C 2026-06 through 2026-05 unpaid 138.01 past 138.01 cure by 2026-07-23 ends by 2026-08-23 last 2026-06 next 2026-07-24",
		},
		{
			name: "broken: the clock stood from 2 July to 20 August", story: arranged.paying(append(later, "2026-06 68.00 on 2026-07-20")...), asOf: "2026-08-21",
			want: "past_due R-DUE-1 arrangement broken track long grace 2 C 2026-06 through 2026-05 unpaid 138.00 past 138.00 cure by 2026-08-23 ends by 2026-09-23 last 2026-06 next 2026-08-24",
		},
		{
			name: "paid off", story: arranged.paying(append(later, "2026-06 103.00 on 2026-07-20", "2026-07 103.00 on 2026-09-20")...), asOf: "2026-09-24",
			want: "active R-BIND-1 through 2026-10", owed: "leave_grace 2026-07 R-DUE-3",
		},
	})
	p := massachusetts(t)
	s := standing.Evaluate(p, arranged.facts(p, day("2026-07-10")), day("2026-07-10"))
	if want := cents("171.00"); s.KeepsCoverage != want { // 68 of the arrangement, 103 for August
		t.Errorf("keeps coverage: got %s, want %s", s.KeepsCoverage, want)
	}
}

// R-CAL-3: a due date that was moved counts as moved, for whoever has it.
func TestExtension(t *testing.T) {
	t.Parallel()
	moved := func(f *standing.Facts, _ *standing.Enrollment) {
		f.Extensions = []standing.Extension{{Due: day("2027-01-23"), Until: day("2027-02-10")}}
	}
	february := story{help: true, share: "53.00", first: "2027-02"}
	old := story{help: true, renewal: true, share: "103.00", first: "2027-01"}
	check(t, []situation{
		{
			name: "MA-BILL-12: the cohort's first payment is due on 10 February", story: february.with(moved), asOf: "2027-02-10",
			want: "pending R-BIND-1 unpaid 106.00 cure by 2027-02-10 next 2027-02-11",
		},
		{
			name: "MA-BILL-12: paid by then, February is covered", story: february.paying("2027-02 53.00 on 2027-02-10").with(moved), asOf: "2027-02-11",
			want: "active R-BIND-1 starts 2027-02 through 2027-02 unpaid 53.00 next 2027-02-24", owed: "effectuate 2027-02 R-BIND-1",
		},
		{
			name: "a chance to pay moves with it", story: old.deciding("enter_grace 2027-01 on 2027-01-01").with(moved), asOf: "2027-02-05",
			want: "past_due R-DUE-1 track long grace 1 C 2027-01 unpaid 309.00 past 103.00 cure by 2027-02-10 ends by 2027-03-23 last 2027-01 next 2027-02-11",
		},
		{
			name: "a payment of an arrangement moves with it", story: old.with(moved).with(func(_ *standing.Facts, e *standing.Enrollment) {
				e.Arrangements = []standing.Arrangement{{MadeOn: day("2027-01-02"), Through: month("2027-01"), Payments: []standing.Installment{
					{DueOn: day("2027-01-23"), Amount: cents("53.00")}, {DueOn: day("2027-02-20"), Amount: cents("50.00")},
				}}}
			}), asOf: "2027-02-05",
			want: "past_due R-DUE-9 arrangement kept C 2027-01 unpaid 309.00 past 103.00 cure by 2027-02-10 next 2027-02-11",
		},
		{
			name: "so does the last day to have coverage back", story: helpedMember.deciding("end 2026-06 on 2026-12-19").with(moved), asOf: "2027-02-10",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2027-02-10 for 824.00 next 2027-02-11",
		},
	})
}

// REG-13: what may be missing is dated policy; it stays owed and visible.
func TestThreshold(t *testing.T) {
	t.Parallel()
	kind := func(k profile.ThresholdKind, binder bool) *profile.Profile {
		p := *massachusetts(t)
		p.Threshold.Kind, p.Threshold.AppliesToBinder = profile.Always(k), profile.Always(binder)
		p.Threshold.Amount = profile.Always(money.Dollars(10))
		if k == profile.ThresholdPercentGross {
			p.Threshold.BasisPoints = profile.Always(9800)
		}
		return &p
	}
	gross := func(_ *standing.Facts, e *standing.Enrollment) {
		for i := range e.Charges {
			e.Charges[i].Gross = cents("500.00")
		}
	}
	for _, c := range []struct {
		name    string
		p       *profile.Profile
		share   string
		paid    string
		started bool
		want    standing.State
	}{
		{"62.40, paid 60.00 is 96.2 %", kind(profile.ThresholdPercentNet, false), "62.40", "60.00", true, standing.StateActive},
		{"62.40, paid 59.28 is 95 %", kind(profile.ThresholdPercentNet, false), "62.40", "59.28", true, standing.StateActive},
		{"62.40, a cent less is not", kind(profile.ThresholdPercentNet, false), "62.40", "59.27", true, standing.StatePastDue},
		{"62.41, of which 95 % is 59.2895: 59.29 counts", kind(profile.ThresholdPercentNet, false), "62.41", "59.29", true, standing.StateActive},
		{"and 59.28 does not", kind(profile.ThresholdPercentNet, false), "62.41", "59.28", true, standing.StatePastDue},
		{"8.00, paid 7.00 is 87.5 %", kind(profile.ThresholdPercentNet, false), "8.00", "7.00", true, standing.StatePastDue},
		{"8.00, paid 7.00 lacks less than $10", kind(profile.ThresholdFixed, false), "8.00", "7.00", true, standing.StateActive},
		{"20.00, paid 9.99 lacks more than $10", kind(profile.ThresholdFixed, false), "20.00", "9.99", true, standing.StatePastDue},
		{"98 % of a gross 500.00 may lack 10.00", kind(profile.ThresholdPercentGross, false), "62.40", "52.40", true, standing.StateActive},
		{"and not a cent more", kind(profile.ThresholdPercentGross, false), "62.40", "52.39", true, standing.StatePastDue},
		{"none", kind(profile.ThresholdNone, false), "62.40", "62.39", true, standing.StatePastDue},
		{"a first payment is due in full", kind(profile.ThresholdPercentNet, false), "62.40", "60.00", false, standing.StatePending},
		{"unless the policy lets it count", kind(profile.ThresholdPercentNet, true), "62.40", "60.00", false, standing.StateActive},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			asOf := day("2026-05-24")
			member := story{help: true, share: c.share, first: "2026-06", paid: []string{"2026-06 " + c.paid + " on 2026-05-20"}}
			if c.started {
				member.first, member.started = "2026-05", true
				member = member.paying("2026-05 " + c.share + " on 2026-04-20")
			}
			s := standing.Evaluate(c.p, member.with(gross).facts(c.p, asOf), asOf)
			if got := s.Enrollments[0].State; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if left := cents(c.share).Sub(cents(c.paid)); s.TotalDue != left {
				t.Errorf("owed: got %s, want %s", s.TotalDue, left)
			}
		})
	}
}

// MA-DLQ-6: at least 35 days from the first warning to the last date; a
// warning that was late moves it to a later 23rd.
func TestWarningInTime(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	for _, c := range []struct{ warned, asOf, want, next string }{
		{"2026-07-05", "2026-08-10", "2026-08-23", "2026-08-24"},
		{"2026-07-19", "2026-08-10", "2026-08-23", "2026-08-24"},
		{"2026-07-20", "2026-08-10", "2026-09-23", "2026-08-24"},
		{"", "2026-07-19", "2026-08-23", "2026-07-20"}, // not sent yet: from tomorrow on it is too late
		{"", "2026-07-20", "2026-09-23", "2026-07-24"},
		{"", "2026-08-24", "2026-10-23", "2026-09-19"},
	} {
		facts := helpedMember.deciding("enter_grace 2026-08 on 2026-08-01").facts(p, day(c.asOf))
		facts.Enrollments[0].Notices = []standing.Sent{{Kind: standing.NoticePastDue, Month: month("2026-06"), On: day("2026-06-01")}}
		if c.warned != "" {
			facts.Enrollments[0].Notices = append(facts.Enrollments[0].Notices, standing.Sent{Kind: standing.NoticeEndWarning, Month: month("2026-07"), On: day(c.warned)})
		}
		s := standing.Evaluate(p, facts, day(c.asOf))
		if e := s.Enrollments[0]; e.EndsBy.String() != c.want || e.State != standing.StatePastDue || s.NextReview.String() != c.next {
			t.Errorf("warned on %q, as of %s: got %s by %s, review %s; want past_due by %s, review %s", c.warned, c.asOf, e.State, e.EndsBy, s.NextReview, c.want, c.next)
		}
	}
}

// R-DUE-4: a grace period may span two years; the new enrollment can not go on
// from an old one that ended (REG-23).
func TestGraceOverTheYearEnd(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	facts := func(asOf civil.Date, paid ...string) standing.Facts {
		old := story{help: true, renewal: true, share: "103.00", first: "2026-11", last: "2026-12", paid: append(paid, "2026-11 103.00 on 2026-10-20")}.facts(p, asOf)
		next := story{help: true, renewal: true, share: "110.00", first: "2027-01", paid: paid}.facts(p, asOf).Enrollments[0]
		next.ID.UUID[15] = 2
		old.Enrollments = append(old.Enrollments, next)
		return old
	}
	for _, c := range []struct {
		name, asOf string
		paid       []string
		want       [2]string
	}{
		{"December is missed, January is not due", "2026-12-10", nil, [2]string{"past_due C 2026-12 by 2027-02-23 last 2026-12", "active C  by  last "}},
		{"both are missed", "2026-12-24", nil, [2]string{"past_due C 2026-12 by 2027-02-23 last 2026-12", "past_due C 2026-12 by 2027-02-23 last 2026-12"}},
		{"January is paid, December is not, the new year has begun", "2027-01-02", []string{"2027-01 110.00 on 2026-12-20"}, [2]string{"ended C 2026-12 by  last 2026-12", "past_due C 2026-12 by 2027-02-23 last 2026-12"}},
		{"in January both are past due, C stays December", "2027-01-10", nil, [2]string{"ended C 2026-12 by  last 2026-12", "past_due C 2026-12 by 2027-02-23 last 2026-12"}},
		{"the new year can not go on alone", "2027-02-24", nil, [2]string{"ended C 2026-12 by  last 2026-12", "ending C 2026-12 by  last 2026-12"}},
		{"paying December alone changes nothing", "2027-01-24", []string{"2026-12 103.00 on 2027-01-02"}, [2]string{"ended C  by  last 2026-12", "past_due C 2026-12 by 2027-02-23 last 2026-12"}},
		{"all paid", "2027-01-24", []string{"2026-12 103.00 on 2027-01-02", "2027-01 110.00 on 2027-01-02", "2027-02 110.00 on 2027-01-23"}, [2]string{"ended C  by  last 2026-12", "active C  by  last "}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := standing.Evaluate(p, facts(day(c.asOf), c.paid...), day(c.asOf))
			for i, want := range c.want {
				e := s.Enrollments[i]
				if got := string(e.State) + " C " + e.FirstUnpaid.String() + " by " + e.EndsBy.String() + " last " + e.EndMonth.String(); got != want {
					t.Errorf("enrollment %d: got %s, want %s", i, got, want)
				}
			}
		})
	}
}

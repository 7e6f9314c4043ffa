package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/domain/standing"
)

// reversing marks months as taken back by a decision.
func reversing(months ...string) edit {
	return func(_ *standing.Facts, e *standing.Enrollment) {
		for i := range e.Charges {
			for _, m := range months {
				if e.Charges[i].Month == month(m) {
					e.Charges[i].Reversed = true
				}
			}
		}
	}
}

func crediting(amount, on string) edit {
	return func(f *standing.Facts, _ *standing.Enrollment) {
		f.Credits = append(f.Credits, standing.Credit{On: day(on), Amount: cents(amount)})
	}
}

// R-PAY-4: postmark 22 January, arrives 27 January, due 23 January: on time.
// Whatever was decided meanwhile, for lack of it, is undone; in each order of
// arrival the answer is the same.
func TestLateCheckOfAFirstPayment(t *testing.T) {
	t.Parallel()
	selection := story{help: true, share: "53.00", first: "2027-02"}
	rolled := selection.deciding("roll_start 2027-03 on 2027-01-24")
	lapsed := selection.deciding("lapse 2027-02 on 2027-01-24")
	check(t, []situation{
		{
			name: "known in time", story: selection.paying("2027-02 53.00 on 2027-01-22"), asOf: "2027-01-27",
			want: "active R-BIND-1 starts 2027-02 through 2027-02", owed: "effectuate 2027-02 R-BIND-1",
		},
		{
			name: "the start had moved, the month is not taken back yet", story: rolled.paying("2027-02 53.00 on 2027-01-22"), asOf: "2027-01-27",
			want: "active R-BIND-1 through 2027-02", owed: "undo_roll_start 2027-02 R-PAY-4",
		},
		{
			name: "the start had moved, the check pays the later month", story: rolled.with(reversing("2027-02")).paying("2027-03 53.00 on 2027-01-22"), asOf: "2027-02-02",
			want: "active R-BIND-1", owed: "undo_roll_start 2027-02 R-PAY-4",
		},
		{
			name: "the start had moved, the check waits as credit", story: rolled.with(reversing("2027-02")).with(crediting("53.00", "2027-01-22")), asOf: "2027-01-27",
			want: "active R-BIND-1", owed: "undo_roll_start 2027-02 R-PAY-4",
		},
		{
			name: "postmark a day late: the move stands", story: rolled.with(reversing("2027-02")).with(crediting("53.00", "2027-01-24")), asOf: "2027-01-27",
			want: "pending R-BIND-1",
		},
		{name: "a cent short: the move stands", story: rolled.with(reversing("2027-02")).with(crediting("52.99", "2027-01-22")), asOf: "2027-01-27", want: "pending R-BIND-1"},
		{
			name: "undone and charged again", story: rolled.deciding("roll_start 2027-03 on 2027-01-24", "undo_roll_start 2027-02 on 2027-01-27").paying("2027-02 53.00 on 2027-01-22"), asOf: "2027-01-27",
			want: "active R-BIND-1 starts 2027-02 through 2027-02", owed: "effectuate 2027-02 R-BIND-1",
		},
		{
			name: "the selection had lapsed", story: lapsed.with(reversing("2027-02")).with(crediting("53.00", "2027-01-22")), asOf: "2027-01-27",
			want: "active R-BIND-1", owed: "undo_lapse 2027-02 R-PAY-4",
		},
		{name: "lapsed, and the check came too late", story: lapsed.with(reversing("2027-02")).with(crediting("53.00", "2027-01-24")), asOf: "2027-01-27", want: "lapsed R-BIND-2"},
		{
			name: "lapse undone, charged again", story: selection.deciding("lapse 2027-02 on 2027-01-24", "undo_lapse 2027-02 on 2027-01-27").paying("2027-02 53.00 on 2027-01-22"), asOf: "2027-01-27",
			want: "active R-BIND-1 starts 2027-02 through 2027-02", owed: "effectuate 2027-02 R-BIND-1",
		},
		{
			name: "two moves, the check was for the second day", asOf: "2027-02-26", want: "active R-BIND-1", owed: "undo_roll_start 2027-03 R-PAY-4",
			story: selection.deciding("roll_start 2027-03 on 2027-01-24", "roll_start 2027-04 on 2027-02-24").with(reversing("2027-02", "2027-03")).with(crediting("53.00", "2027-02-23")),
		},
		{
			name: "a first payment that came back undoes the start (R-PAY-3)", asOf: "2027-01-28", want: "pending R-BIND-1 unpaid 53.00 past 53.00", owed: "undo_effectuate 2027-02 R-PAY-3",
			story: selection.deciding("effectuate 2027-02 on 2027-01-20").with(func(_ *standing.Facts, e *standing.Enrollment) { e.Charges[0].Returned = true }),
		},
		{
			name: "and once that is recorded the start moves", asOf: "2027-01-29", want: "pending R-BIND-2 unpaid 53.00 past 53.00", owed: "roll_start 2027-03 R-BIND-2", strictOwed: "lapse 2027-02 R-BIND-2",
			story: selection.deciding("effectuate 2027-02 on 2027-01-20", "undo_effectuate 2027-02 on 2027-01-28").with(func(_ *standing.Facts, e *standing.Enrollment) { e.Charges[0].Returned = true }),
		},
	})
}

// The same of an end: the last day was 23 August, the check was written on the
// 22nd and came on the 27th.
func TestLateCheckOfTheLastDay(t *testing.T) {
	t.Parallel()
	all := []string{"2026-06 103.00 on 2026-08-22", "2026-07 103.00 on 2026-08-22", "2026-08 103.00 on 2026-08-22", "2026-09 103.00 on 2026-08-22"}
	third := "enter_grace 2026-08 on 2026-08-01"
	ended := helpedMember.deciding(third, "propose_end 2026-06 on 2026-08-24", "end 2026-06 on 2026-08-25").with(reversing("2026-07", "2026-08", "2026-09"))
	check(t, []situation{
		{name: "known in time", story: helpedMember.deciding(third).paying(all...), asOf: "2026-08-24", want: "active R-BIND-1 through 2026-09", owed: "leave_grace 2026-08 R-DUE-3"},
		{
			name: "the end was proposed", story: helpedMember.deciding(third, "propose_end 2026-06 on 2026-08-24").paying(all...), asOf: "2026-08-27",
			want: "active R-BIND-1 through 2026-09", owed: "withdraw_end 2026-06 R-DUE-5, leave_grace 2026-08 R-DUE-3",
		},
		{
			name: "the end was recorded: the check pays June and waits for the rest", story: ended.paying(all[0]).with(crediting("309.00", "2026-08-22")), asOf: "2026-08-27",
			want: "active R-BIND-1 through 2026-06", owed: "undo_end 2026-06 R-PAY-4, withdraw_end 2026-06 R-DUE-5, leave_grace 2026-08 R-DUE-3",
		},
		{
			name: "a cent short on the last day: the end stands", story: ended.paying("2026-06 103.00 on 2026-08-23").with(crediting("308.99", "2026-08-23")), asOf: "2026-08-27",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-09-29 for 309.00 next 2026-09-24",
		},
		{
			name: "it counts from after the end was recorded: a return, not an undoing", story: ended.paying("2026-06 103.00 on 2026-08-26").with(crediting("309.00", "2026-08-26")), asOf: "2026-08-27",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-09-29 for 309.00 next 2026-09-24", owed: "reinstate 2026-07 R-DUE-6",
		},
		{
			name: "undone and charged again", asOf: "2026-08-28", want: "active R-BIND-1 through 2026-09", owed: "leave_grace 2026-08 R-DUE-3",
			story: helpedMember.deciding(third, "propose_end 2026-06 on 2026-08-24", "withdraw_end 2026-06 on 2026-08-27", "end 2026-06 on 2026-08-25", "undo_end 2026-06 on 2026-08-27").paying(all...),
		},
		{
			name: "a hold that was granted later for the last day", story: ended.with(holding("2026-08-20", "2026-09-30")), asOf: "2026-08-27",
			want: "past_due R-DUE-1 held track long grace 3 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 cure by 2026-10-23 ends by 2026-10-23 last 2026-06 next 2026-10-01",
			owed: "undo_end 2026-06 R-DUE-8, withdraw_end 2026-06 R-DUE-5",
		},
	})
}

// Who reads facts without the months that were taken back, or without the days
// of payments, is never told to undo a decision.
func TestNoUndoingWithoutEvidence(t *testing.T) {
	t.Parallel()
	without := func(last string) edit {
		return func(_ *standing.Facts, e *standing.Enrollment) {
			kept := e.Charges[:0]
			for _, c := range e.Charges {
				if !c.Month.After(month(last)) {
					c.PaidOn = standing.Charge{}.PaidOn
					kept = append(kept, c)
				}
			}
			e.Charges = kept
		}
	}
	check(t, []situation{
		{
			name: "short track, the unpaid months are not read", story: fullMember.deciding("end 2026-05 on 2026-07-01").with(without("2026-05")), asOf: "2026-07-02",
			want: "ended R-DUE-5 through 2026-05 last 2026-05 return by 2026-08-05 for 824.74 next 2026-07-24",
		},
		{
			name: "long track, June was paid some day", story: helpedMember.deciding("end 2026-06 on 2026-09-01").paying("2026-06 103.00 on 2026-08-22").with(without("2026-06")), asOf: "2026-09-02",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-10-06 for 309.00 next 2026-09-24",
		},
	})
}

// R-DUE-6: everything owed and the next month, within 35 days of the notice.
func TestReinstatement(t *testing.T) {
	t.Parallel()
	ended := helpedMember.deciding("end 2026-06 on 2026-09-01").with(reversing("2026-07", "2026-08", "2026-09", "2026-10", "2026-11"))
	noticed := func(on string) edit {
		return func(_ *standing.Facts, e *standing.Enrollment) {
			e.Notices = []standing.Sent{{Kind: standing.NoticeEnded, Month: month("2026-06"), On: day(on)}}
		}
	}
	unnoticed := func(_ *standing.Facts, e *standing.Enrollment) { e.Notices = []standing.Sent{} }
	june := "2026-06 103.00 on 2026-09-20"
	check(t, []situation{
		{
			name: "the days count from the notice", story: ended.with(noticed("2026-09-03")), asOf: "2026-09-05",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-08 for 412.00 next 2026-09-24",
		},
		{
			name: "until it has gone out from the end", story: ended.with(unnoticed), asOf: "2026-09-03",
			want: "ended R-DUE-5 C 2026-06 through 2026-05 unpaid 103.00 past 103.00 last 2026-06 return by 2026-10-06 for 412.00 next 2026-09-24",
		},
		{
			name: "paid before 23 September: four months", story: ended.paying(june).with(crediting("309.00", "2026-09-20")), asOf: "2026-09-20",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-10-06 for 309.00 next 2026-09-24", owed: "reinstate 2026-07 R-DUE-6",
		},
		{
			name: "a night that was missed does not ask for more", story: ended.paying(june).with(crediting("309.00", "2026-09-20")), asOf: "2026-09-26",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-10-06 for 412.00 next 2026-10-07", owed: "reinstate 2026-07 R-DUE-6",
		},
		{
			name: "after 23 September four are not enough", story: ended.paying("2026-06 103.00 on 2026-09-25").with(crediting("309.00", "2026-09-25")), asOf: "2026-09-26",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-10-06 for 412.00 next 2026-10-07",
		},
		{
			name: "a cent short", story: ended.paying(june).with(crediting("308.99", "2026-09-20")), asOf: "2026-09-20",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-10-06 for 309.00 next 2026-09-24",
		},
		{
			name: "on the last day", story: ended.paying("2026-06 103.00 on 2026-10-06").with(crediting("412.00", "2026-10-06")), asOf: "2026-10-06",
			want: "ended R-DUE-5 through 2026-06 last 2026-06 return by 2026-10-06 for 412.00 next 2026-10-07", owed: "reinstate 2026-07 R-DUE-6",
		},
		{
			name: "a day late", story: ended.paying("2026-06 103.00 on 2026-10-07").with(crediting("412.00", "2026-10-07")), asOf: "2026-10-07",
			want: "ended R-DUE-5 through 2026-06 last 2026-06",
		},
	})
}

// Two enrollments never count on the same credit: medical comes first.
func TestOneCreditBringsBackOne(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	asOf := day("2026-07-10")
	facts := fullMember.deciding("end 2026-05 on 2026-07-01").with(reversing("2026-06", "2026-07", "2026-08")).with(crediting("830.00", "2026-07-10")).facts(p, asOf)
	dental := story{dental: true, share: "30.12", first: "2026-05", started: true, paid: []string{"2026-05 30.12 on 2026-04-20"}}.
		deciding("end 2026-05 on 2026-07-01").with(reversing("2026-06", "2026-07", "2026-08")).facts(p, asOf).Enrollments[0]
	dental.ID.UUID[15] = 0 // before the medical one, but for the rank
	facts.Enrollments = append([]standing.Enrollment{dental}, facts.Enrollments...)
	s := standing.Evaluate(p, facts, asOf)
	if got := owed(s); got != "reinstate 2026-06 R-DUE-6" || s.Conclusions[0].Enrollment != 1 {
		t.Errorf("got %q of %d, want the medical one back", got, s.Conclusions[0].Enrollment)
	}
	facts.Credits[0].Amount = cents("884.98")
	if got := owed(standing.Evaluate(p, facts, asOf)); got != "reinstate 2026-06 R-DUE-6, reinstate 2026-06 R-DUE-6" {
		t.Errorf("with money for both: got %q", got)
	}
}

package standing_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/domain/standing"
)

// kept makes a story in which somebody keeps the letters; sent ones are
// "past_due 2026-06 on 2026-06-01".
func kept(sent ...string) edit {
	return func(_ *standing.Facts, e *standing.Enrollment) {
		e.Notices = []standing.Sent{}
		for _, text := range sent {
			var kind, m, on string
			scan(text, "%s %s on %s", &kind, &m, &on)
			e.Notices = append(e.Notices, standing.Sent{Kind: standing.NoticeKind(kind), Month: month(m), On: day(on)})
		}
	}
}

// The letters of the ladder (MA-DLQ-4), of a start and of an end, each on its
// day, and none when the money came in.
func TestNotices(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	binder := story{help: true, share: "53.00", first: "2027-02"}
	group := story{group: true, share: "5000.00", first: "2026-05", started: true, paid: []string{"2026-05 5000.00 on 2026-04-20"}}
	warned := kept("past_due 2026-06 on 2026-06-01", "end_warning 2026-07 on 2026-07-01", "end_warning 2026-08 on 2026-08-01")
	all := []string{"2026-06 103.00 on 2026-08-25", "2026-07 103.00 on 2026-08-25", "2026-08 103.00 on 2026-08-25", "2026-09 103.00 on 2026-08-25"}
	for _, c := range []struct {
		name  string
		story story
		asOf  string
		want  string
	}{
		{"nobody keeps letters: none is owed", helpedMember, "2026-06-03", ""},
		{"due in six days", helpedMember.with(kept()), "2026-05-17", ""},
		{"due in five days", helpedMember.with(kept()), "2026-05-18", "due_reminder 2026-06 on 2026-05-18 pay 103.00 by 2026-05-23"},
		{"reminded", helpedMember.with(kept("due_reminder 2026-06 on 2026-05-18")), "2026-05-20", ""},
		{"due tomorrow", helpedMember.with(kept("due_reminder 2026-06 on 2026-05-18")), "2026-05-22", "due_reminder 2026-06 on 2026-05-22 pay 103.00 by 2026-05-23"},
		{"paid: no reminder", helpedMember.paying("2026-06 103.00 on 2026-05-21").with(kept()), "2026-05-22", ""},
		{"the due date has passed: nothing before the 1st", helpedMember.with(kept()), "2026-05-31", ""},
		{"past due, early in C", helpedMember.with(kept()), "2026-06-01", "past_due 2026-06 on 2026-06-01 pay 206.00 by 2026-06-23"},
		{"sent", helpedMember.with(kept("past_due 2026-06 on 2026-06-01")), "2026-06-02", ""},
		{"the money came in", helpedMember.paying("2026-06 103.00 on 2026-05-28").with(kept()), "2026-06-01", ""},
		{"first warning, early in C+1", helpedMember.with(kept("past_due 2026-06 on 2026-06-01")), "2026-07-01", "end_warning 2026-07 on 2026-07-01 pay 309.00 by 2026-07-23"},
		{"second warning, early in C+2", helpedMember.with(kept("end_warning 2026-07 on 2026-07-01")), "2026-08-01", "end_warning 2026-08 on 2026-08-01 pay 412.00 by 2026-08-23"},
		{"a letter that was missed is not made up for", helpedMember.with(kept()), "2026-07-02", "end_warning 2026-07 on 2026-07-01 pay 309.00 by 2026-07-23"},
		{"the last date has passed: no more warnings", helpedMember.with(warned), "2026-08-24", ""},
		{"the end, once it is recorded", helpedMember.deciding("end 2026-06 on 2026-09-01").with(warned), "2026-09-01", "ended 2026-06 on 2026-09-01 pay 515.00 by 2026-10-06"},
		{"without help: one letter", fullMember.with(kept()), "2026-06-01", "past_due 2026-06 on 2026-06-01 pay 824.74 by 2026-06-23"},
		{"a group: past due", group.with(kept()), "2026-06-01", "past_due 2026-06 on 2026-06-01 pay 15000.00 by 2026-07-26"},
		{"a group: a month later", group.with(kept("past_due 2026-06 on 2026-06-01")), "2026-07-01", "end_warning 2026-07 on 2026-07-01 pay 15000.00 by 2026-07-26"},

		{"first payment, seven days left", binder.with(kept()), "2027-01-16", "start_reminder 2027-02 on 2027-01-16 pay 53.00 by 2027-01-23"},
		{"two days left", binder.with(kept("start_reminder 2027-02 on 2027-01-16")), "2027-01-21", "start_reminder 2027-02 on 2027-01-21 pay 53.00 by 2027-01-23"},
		{"it was missed and moved", binder.deciding("roll_start 2027-03 on 2027-01-24").with(kept()), "2027-02-01", "start_moved 2027-03 on 2027-01-24 pay 53.00 by 2027-02-23"},
		{"the check came in time: that letter is not owed any more", binder.deciding("roll_start 2027-03 on 2027-01-24", "undo_roll_start 2027-02 on 2027-01-27").paying("2027-02 53.00 on 2027-01-22").with(kept()), "2027-01-27", ""},
		{
			"and if it was sent it is taken back", binder.deciding("roll_start 2027-03 on 2027-01-24", "undo_roll_start 2027-02 on 2027-01-27").paying("2027-02 53.00 on 2027-01-22").with(kept("start_moved 2027-03 on 2027-01-24")), "2027-01-27",
			"stands 2027-02 on 2027-01-27 pay 0.00 by",
		},
		{"it lapsed", binder.deciding("lapse 2027-02 on 2027-01-24").with(kept()), "2027-01-24", "not_started 2027-02 on 2027-01-24 pay 0.00 by"},
		{"an end that was told of is undone", helpedMember.paying(all...).deciding("end 2026-06 on 2026-08-26", "undo_end 2026-06 on 2026-08-28").with(kept("ended 2026-06 on 2026-08-26")), "2026-08-28", "stands 2026-06 on 2026-08-28 pay 0.00 by"},
		{"had back", helpedMember.paying(all...).deciding("end 2026-06 on 2026-08-24", "reinstate 2026-07 on 2026-08-25").with(kept("ended 2026-06 on 2026-08-24")), "2026-08-25", "reinstated 2026-07 on 2026-08-25 pay 0.00 by"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := letters(standing.Evaluate(p, c.story.facts(p, day(c.asOf)), day(c.asOf))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// The timeline of the brief, with what each step asks for.
func TestTimeline(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	for _, c := range []struct {
		name  string
		story story
		asOf  string
		want  []string
	}{
		{"paid up: none", helpedMember, "2026-05-23", nil},
		{"first payment", story{share: "53.00", first: "2026-07"}, "2026-06-10", []string{"2026-06-23 pay_first 2026-07 53.00 <- here", "2026-07-01 starts 2026-07 0.00"}},
		{"without help", fullMember, "2026-06-10", []string{"2026-05-23 unpaid 2026-06 412.37 <- here", "2026-06-23 last_day 2026-05 824.74"}},
		{"with help, in May", helpedMember, "2026-05-24", []string{
			"2026-05-23 unpaid 2026-06 103.00 <- here", "2026-06-01 grace 2026-06 0.00", "2026-06-23 pay  206.00", "2026-07-01 grace 2026-07 0.00",
			"2026-07-23 pay  309.00", "2026-08-01 grace 2026-08 0.00", "2026-08-23 last_day 2026-06 412.00",
		}},
		{"with help, on 23 July", helpedMember, "2026-07-23", []string{
			"2026-05-23 unpaid 2026-06 103.00", "2026-06-01 grace 2026-06 0.00", "2026-06-23 pay  206.00", "2026-07-01 grace 2026-07 0.00",
			"2026-07-23 pay  309.00 <- here", "2026-08-01 grace 2026-08 0.00", "2026-08-23 last_day 2026-06 412.00",
		}},
		{"ended", helpedMember.deciding("end 2026-06 on 2026-09-01"), "2026-09-10", []string{"2026-09-01 ended 2026-06 0.00 <- here", "2026-10-06 reinstate 2026-07 515.00"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, step := range standing.Evaluate(p, c.story.facts(p, day(c.asOf)), day(c.asOf)).Timeline(0) {
				text := fmt.Sprint(step.On, " ", step.Kind, " ", step.Month, " ", step.Amount)
				if step.Here {
					text += " <- here"
				}
				got = append(got, text)
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// Each conclusion carries the fact it rests on.
func TestBasis(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	asOf := day("2026-08-24")
	s := standing.Evaluate(p, helpedMember.paying("2026-06 3.00 on 2026-07-02").facts(p, asOf), asOf)
	want := standing.Basis{Month: month("2026-06"), DueOn: day("2026-05-23"), Deadline: day("2026-08-23"), Needed: cents("103.00"), Paid: cents("3.00"), PaidOn: day("2026-07-02")}
	if got := s.Conclusions[0]; got.Kind != standing.DecisionProposeEnd || got.Basis != want || got.EffectiveOn != day("2026-06-30") {
		t.Errorf("got %+v, want propose_end on %+v", got, want)
	}
	if s.Enrollments[0].Basis != want {
		t.Errorf("the state rests on %+v, want %+v", s.Enrollments[0].Basis, want)
	}
}

// Memory that is used again gives the same answer as new memory.
//
//nolint:paralleltest // it counts allocations
func TestEvaluateInto(t *testing.T) {
	p := massachusetts(t)
	var s standing.Standing
	for _, asOf := range []string{"2026-08-24", "2026-05-24", "2026-05-01"} {
		facts := helpedMember.with(kept()).facts(p, day(asOf))
		standing.EvaluateInto(&s, p, &facts, day(asOf))
		want := standing.Evaluate(p, facts, day(asOf))
		if told(s) != told(want) || owed(s) != owed(want) || letters(s) != letters(want) || len(s.Steps) != len(want.Steps) {
			t.Errorf("on %s: got %s, want %s", asOf, told(s), told(want))
		}
		if allocs := testing.AllocsPerRun(20, func() { standing.EvaluateInto(&s, p, &facts, day("2026-08-24")) }); allocs > 0 {
			t.Errorf("on %s: %v allocations", asOf, allocs)
		}
	}
}

// More months than fit without asking for memory.
func TestManyMonths(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	long := story{help: true, renewal: true, share: "103.00", first: "2022-01", last: "2030-12"}
	for m := month("2022-01"); m.Before(month("2026-06")); m = m.Next() {
		long = long.paying(fmt.Sprint(m, " 103.00 on ", m.Prev().On(20)))
	}
	asOf := day("2026-06-03")
	got := told(standing.Evaluate(p, long.facts(p, asOf), asOf))
	if want := "past_due R-DUE-1 track long grace 1 C 2026-06 through 2026-05 unpaid 206.00 past 103.00 cure by 2026-06-23 ends by 2026-08-23 last 2026-06 next 2026-06-24"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// held is a hold; to "" is until further notice.
func held(from, to string) standing.Hold {
	h := standing.Hold{From: apptest.Date(from)}
	if to != "" {
		h.To = apptest.Date(to)
	}
	return h
}

func balance(w *apptest.World, h apptest.Household) string {
	w.TB.Helper()
	s := w.Standing(h)
	return s.TotalDue.String() + " due, " + s.PastDue.String() + " past due, keeps " + s.KeepsCoverage.String()
}

// R-DUE-8: while the clock stands no deadline falls, the balance shows and
// grows; then it goes on from where it stood: two chances of three are left.
func TestHoldFreezesTheClock(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-02-10") // 23 January was the first chance
		for range 2 {
			must(t, "hold", w.Collecting.GrantHold(t.Context(), act(h, 0), held("2027-02-10", ""), collecting.HoldAppeal))
		}
		w.Live("2027-04-30")
		apptest.Check(t, "held", states(w, h), []string{"medical past_due 2027-01"})
		apptest.Check(t, "balance", balance(w, h), "515.00 due, 515.00 past due, keeps 515.00")
		must(t, "end of the hold", w.Collecting.EndHold(t.Context(), act(h, 0)))
		code(t, "end it again", w.Collecting.EndHold(t.Context(), act(h, 0)), collecting.CodeNoHold)
		w.Live("2027-06-23")
		apptest.Check(t, "on the last day to pay", states(w, h), []string{"medical past_due 2027-01"})
		w.Live("2027-06-24")
		apptest.Check(t, "the day after", states(w, h), []string{"medical ending 2027-01"})
		apptest.Check(t, "holds", w.Rows("SELECT cause || ' ' || CAST(from_on AS TEXT) || ' ' || CAST(to_on AS TEXT) FROM hold"), []string{"appeal 2027-02-10 2027-04-30"})
		apptest.Check(t, "audit", w.Rows("SELECT operation || ': ' || summary FROM audit ORDER BY audit_id"),
			[]string{"relief.hold: appeal, from 2027-02-10, approved by staff:bo", "relief.end_hold: held to 2027-04-30, approved by staff:bo"})
		w.VerifyClean()
	})
}

// R-DUE-8: a hold that reaches back over the deadline undoes what was decided
// for lack of money, the same day.
func TestHoldReachesBack(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-03-26")
		apptest.Check(t, "before", states(w, h), []string{"medical ending 2027-01"})
		must(t, "hold", w.Collecting.GrantHold(t.Context(), act(h, 0), held("2027-03-20", "2027-04-10"), collecting.HoldDisaster))
		apptest.Check(t, "after", states(w, h), []string{"medical past_due 2027-01"})
		apptest.Check(t, "decided last", last(w.Decisions(h.Enrollments[0])), "withdraw_end 2027-01 R-DUE-5")
		w.Live("2027-04-22")
		pays(w, h, w.Standing(h).KeepsCoverage.String())
		w.Live("2027-04-25")
		apptest.Check(t, "paid", states(w, h), []string{"medical active"})
		w.VerifyClean()
	})
}

func last(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// installments reads "2027-02-20 68.00" and so on.
func installments(days ...string) []standing.Installment {
	var all []standing.Installment
	for _, d := range days {
		all = append(all, standing.Installment{DueOn: apptest.Date(d[:10]), Amount: apptest.Amount(d[11:])})
	}
	return all
}

// R-DUE-9: past due is spread over three payments.
func TestArrangement(t *testing.T) {
	t.Parallel()
	three := installments("2027-02-15 68.00", "2027-03-15 69.00", "2027-04-15 69.00")
	for name, row := range map[string]struct {
		pays   map[string]string // by day
		until  string
		states []string
		way    standing.ArrangementState
		unpaid []string
	}{
		"kept: nothing ends, and then all is well": {
			pays: map[string]string{"2027-02-14": "171.00", "2027-03-14": "172.00", "2027-04-14": "172.00"}, until: "2027-04-30",
			states: []string{"medical active"}, unpaid: nil,
		},
		"kept so far: the last chance of the ladder has passed": {
			pays: map[string]string{"2027-02-14": "171.00", "2027-03-14": "172.00"}, until: "2027-04-10",
			states: []string{"medical past_due"}, way: standing.ArrangementKept, unpaid: []string{"2027-04 medical 69.00", "2027-05 medical 103.00"},
		},
		"broken on the first day: it goes on from where it stood": {
			until: "2027-02-20", states: []string{"medical past_due 2027-01"}, way: standing.ArrangementBroken,
			unpaid: []string{"2027-01 medical 103.00", "2027-02 medical 103.00", "2027-03 medical 103.00"},
		},
		"broken, and nothing more comes": {
			pays: map[string]string{"2027-02-14": "171.00"}, until: "2027-05-24", states: []string{"medical ending 2027-01"}, way: standing.ArrangementBroken,
			unpaid: []string{"2027-02 medical 35.00", "2027-03 medical 103.00", "2027-04 medical 103.00", "2027-05 medical 103.00", "2027-06 medical 103.00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
				w.Live("2027-02-03")
				for range 2 {
					must(t, "arrange", w.Collecting.MakeArrangement(t.Context(), act(h, 0), apptest.Month("2027-02"), three))
				}
				code(t, "another", w.Collecting.MakeArrangement(t.Context(), act(h, 0), apptest.Month("2027-01"), three), collecting.CodeArrangementRunning)
				for _, day := range []string{"2027-02-14", "2027-03-14", "2027-04-14"} {
					if row.pays[day] != "" {
						w.Live(day)
						pays(w, h, row.pays[day])
					}
				}
				w.Live(row.until)
				apptest.Check(t, "states", states(w, h), row.states)
				apptest.Check(t, "arrangement", w.Standing(h).Enrollments[0].Arrangement, row.way)
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				w.VerifyClean()
			})
		})
	}
}

// R-CAL-3, MA-BILL-12: a due date is moved for everybody who has something due,
// and each date that hangs on it moves with it.
func TestExtensionForEverybody(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		fresh := w.Household(apptest.Medical("2027-01", "103.00"))
		behind := w.Household(apptest.Medical("2026-11", "103.00").Renewed().Until("2026-12"))
		paid := w.Household(apptest.Medical("2027-01", "53.00").Renewed())
		w.FirstBills()
		w.Live("2026-12-05")
		pays(w, paid, "53.00")
		w.Live("2026-12-23")
		storm := collecting.Extension{Due: apptest.Date("2026-12-23"), Until: apptest.Date("2027-01-10"), Actor: "staff:ann", Reason: "the portal was down"}
		n, err := w.Collecting.ExtendAll(t.Context(), storm)
		must(t, "extend", err)
		apptest.Check(t, "accounts", n, 1)
		n, err = w.Collecting.ExtendMany(t.Context(), []enrollment.AccountID{fresh.Account, behind.Account, fresh.Account}, storm)
		must(t, "extend a list", err)
		apptest.Check(t, "new on the list", n, 1)
		shorter := storm
		shorter.Until = apptest.Date("2026-12-27")
		must(t, "a shorter one", w.Collecting.ExtendDue(t.Context(), fresh.Account, shorter))
		n, err = w.Collecting.ExtendAll(t.Context(), storm)
		must(t, "extend again", err)
		apptest.Check(t, "again", n, 0)
		apptest.Check(t, "audited", len(w.Rows("SELECT summary FROM audit WHERE operation = 'relief.extend_cohort'")), 2)

		w.Live("2027-01-09")
		apptest.Check(t, "still pending", states(w, fresh), []string{"medical pending"})
		pays(w, fresh, "103.00")
		w.Live("2027-01-12")
		apptest.Check(t, "started", w.Decisions(fresh.Enrollments[0]), []string{"effectuate 2027-01 R-BIND-1"})
		w.VerifyClean()
	})
}

// R-CAL-3: for one account, and what follows follows at once: the end that was
// proposed is withdrawn, and the last day to pay is the later one.
func TestExtensionMovesTheEnd(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-03-24")
		apptest.Check(t, "before", states(w, h), []string{"medical ending 2027-01"})
		x := collecting.Extension{Due: apptest.Date("2027-03-23"), Until: apptest.Date("2027-04-10"), Actor: "staff:ann", Reason: "a storm"}
		must(t, "extend", w.Collecting.ExtendDue(t.Context(), h.Account, x))
		apptest.Check(t, "after", states(w, h), []string{"medical past_due 2027-01"})
		apptest.Check(t, "decided last", last(w.Decisions(h.Enrollments[0])), "withdraw_end 2027-01 R-DUE-5")
		w.Live("2027-04-10")
		apptest.Check(t, "the last day", states(w, h), []string{"medical past_due 2027-01"})
		w.Live("2027-04-11")
		apptest.Check(t, "too late", states(w, h), []string{"medical ending 2027-01"})
		w.VerifyClean()
	})
}

// What is refused, and that nothing is written then.
func TestReliefThatIsRefused(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-02-03") // January and February are past due
		arrange := func(through string, days ...string) error {
			return w.Collecting.MakeArrangement(t.Context(), act(h, 0), apptest.Month(through), installments(days...))
		}
		waive := func(v standing.Waiver, criterion string) error {
			return w.Collecting.GrantWaiver(t.Context(), act(h, 0), v, criterion)
		}
		hold := func(from, to string, cause collecting.HoldCause) error {
			return w.Collecting.GrantHold(t.Context(), act(h, 0), held(from, to), cause)
		}
		extend := func(id enrollment.AccountID, until, reason string) error {
			return w.Collecting.ExtendDue(t.Context(), id, collecting.Extension{Due: apptest.Date("2027-02-23"), Until: apptest.Date(until), Actor: "staff:ann", Reason: reason})
		}
		mixed, alone := waiver("2027-01", "2027-01", 50), act(h, 0)
		mixed.Amount, alone.Second = apptest.Amount("1.00"), ""
		for name, row := range map[string]struct {
			err  error
			want string
		}{
			"a hold for no cause":             {hold("2027-02-03", "", "kindness"), collecting.CodeHoldCause},
			"a hold that ends before":         {hold("2027-02-03", "2027-02-02", collecting.HoldAppeal), collecting.CodeHoldDates},
			"the end of no hold":              {w.Collecting.EndHold(t.Context(), act(h, 0)), collecting.CodeNoHold},
			"a month that is not past due":    {arrange("2027-03", "2027-02-20 309.00"), collecting.CodeArrangementNotDue},
			"a cent too little":               {arrange("2027-02", "2027-02-20 103.00", "2027-03-20 102.99"), collecting.CodeArrangementSum},
			"a payment below zero":            {arrange("2027-02", "2027-02-20 207.00", "2027-03-20 -1.00"), collecting.CodeArrangementSum},
			"a month of nothing":              {arrange("2026-12", "2027-02-20 206.00"), collecting.CodeArrangementSum},
			"no payment":                      {arrange("2027-02"), collecting.CodeArrangementDates},
			"two payments on a day":           {arrange("2027-02", "2027-02-20 103.00", "2027-02-20 103.00"), collecting.CodeArrangementDates},
			"a payment yesterday":             {arrange("2027-02", "2027-02-02 206.00"), collecting.CodeArrangementDates},
			"a payment in seven months":       {arrange("2027-02", "2027-08-04 206.00"), collecting.CodeArrangementDates},
			"a waiver by one person":          {w.Collecting.GrantWaiver(t.Context(), alone, waiver("2027-01", "2027-01", 50), hardship), collecting.CodeTwoPeople},
			"a waiver for no criterion":       {waive(waiver("2027-01", "2027-01", 50), "charm"), collecting.CodeWaiverCriterion},
			"a waiver of nothing":             {waive(waiver("2027-01", "2027-01", 0), hardship), collecting.CodeWaiverAmount},
			"a waiver of more than there is":  {waive(waiver("2027-01", "2027-01", 101), hardship), collecting.CodeWaiverAmount},
			"a waiver of both":                {waive(mixed, hardship), collecting.CodeWaiverAmount},
			"a waiver of seven months":        {waive(waiver("2027-01", "2027-07", 50), hardship), collecting.CodeWaiverMonths},
			"a waiver before the coverage":    {waive(waiver("2026-12", "2027-01", 50), hardship), collecting.CodeWaiverMonths},
			"a waiver that ends before":       {waive(waiver("2027-02", "2027-01", 50), hardship), collecting.CodeWaiverMonths},
			"an extension to the day itself":  {extend(h.Account, "2027-02-23", "a storm"), collecting.CodeExtensionDates},
			"an extension without a reason":   {extend(h.Account, "2027-02-24", ""), collecting.CodeNoReason},
			"an extension of no account":      {extend(enrollment.AccountID{UUID: w.DB.NewID()}, "2027-02-24", "a storm"), "store.not_found"},
			"relief of a stranger's coverage": {w.Collecting.EndHold(t.Context(), collecting.Act{Account: h.Account, Enrollment: enrollment.ID(h.Account), Actor: "staff:ann", Reason: "test"}), collecting.CodeNoneCovered},
		} {
			code(t, name, row.err, row.want)
		}
		for _, table := range []string{"hold", "waiver", "waived", "arrangement", "due_extension", "audit"} {
			apptest.Check(t, table, w.Rows("SELECT CAST(COUNT(*) AS TEXT) FROM "+table), []string{"0"})
		}
		must(t, "one day of six months", arrange("2027-02", "2027-08-03 206.00"))
		must(t, "six months", waive(waiver("2027-03", "2027-08", 50), hardship))
		w.VerifyClean()
	})
}

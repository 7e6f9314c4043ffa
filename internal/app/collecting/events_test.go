package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/ident"
)

var subscriber = ident.NewSubscriberID(70019999999).String()

const silver, gold = "HARBOR-SILVER", "HARBOR-GOLD"

func year(member string) apptest.Segment {
	return apptest.Segment{Plan: silver, Renewal: true, From: "2027-01", To: "2027-12", APTC: "300.00", Member: member}
}

// split is the same plan with another price from a month on.
func split(member, month, aptc, after string) []apptest.Segment {
	before, then := year(member), year(after)
	before.To, then.From, then.APTC = apptest.Month(month).Prev().String(), month, aptc
	return []apptest.Segment{before, then}
}

// What the eligibility system states anew during the year: money follows the
// same night, nobody is billed a month twice, and the bill says why.
func TestWhatChangesDuringTheYear(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		paid   string // on 5 December, to begin with
		on     string
		people string
		now    []apptest.Segment
		until  string
		states []string
		unpaid []string
		credit string
	}{
		"more subsidy from a month past: the rest is credit": {
			paid: "412.00", on: "2027-03-10", people: apptest.Alone, now: split("103.00", "2027-02", "350.00", "53.00"), until: "2027-03-11",
			states: []string{"medical active"}, credit: "150.00", // February to April: 50 less each
		},
		"less subsidy from a month past: more is owed, with time to pay": {
			paid: "412.00", on: "2027-03-10", people: apptest.Alone, now: split("103.00", "2027-03", "250.00", "153.00"), until: "2027-03-24",
			states: []string{"medical active"}, unpaid: []string{"2027-03 medical 50.00", "2027-04 medical 50.00"}, credit: "0.00",
		},
		"less subsidy from a month to come: nothing changes yet": {
			paid: "412.00", on: "2027-03-10", people: apptest.Alone, now: split("103.00", "2027-06", "250.00", "153.00"), until: "2027-03-24",
			states: []string{"medical active"}, credit: "0.00",
		},
		"a newborn from the month of birth": {
			paid: "515.00", on: "2027-04-12", people: apptest.WithBaby, now: split("103.00", "2027-04", "300.00", "143.00"), until: "2027-04-13",
			states: []string{"medical active"}, unpaid: []string{"2027-04 medical 40.00", "2027-05 medical 40.00"}, credit: "0.00",
		},
		"no coverage any more, told late: what was paid for it is credit": {
			paid: "412.00", on: "2027-03-10", people: apptest.Alone,
			now: []apptest.Segment{{Plan: silver, Renewal: true, From: "2027-01", To: "2027-02", APTC: "300.00", Member: "103.00"}}, until: "2027-03-11",
			states: []string{"medical ended 2027-02"}, credit: "206.00",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Import(subscriber, apptest.Alone, year("103.00"))
				w.Live("2026-12-05")
				pays(w, h, row.paid)
				w.Live(row.on)
				w.Import(subscriber, row.people, row.now...)
				w.Live(row.until)
				apptest.Check(t, "states", states(w, h), row.states)
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				apptest.Check(t, "credit", w.Facts(h).Credit().String(), row.credit)
				w.VerifyClean()
				w.Live("2027-05-02") // the next bills add up
				w.VerifyClean()
			})
		})
	}
}

// A change of plan: the old enrollment ends, the new one has a first payment of
// its own, which what was overpaid pays (R-BIND-3 is about debt).
func TestChangeOfPlan(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Import(subscriber, apptest.Alone, year("103.00"))
		w.Live("2026-12-05")
		pays(w, h, "412.00") // to the end of April
		w.Live("2027-03-05")
		old := year("103.00")
		old.To = "2027-03"
		h = w.Import(subscriber, apptest.Alone, old, apptest.Segment{Plan: gold, From: "2027-04", To: "2027-12", APTC: "300.00", Member: "90.00"})
		w.FirstBills()
		w.Live("2027-03-06")
		apptest.Check(t, "states", states(w, h), []string{"medical active", "medical active"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "13.00")
		w.Live("2027-05-02")
		apptest.Check(t, "states in May", states(w, h), []string{"medical ended 2027-03", "medical past_due 2027-05"})
		w.VerifyClean()
	})
}

// R-DUE-4, R-BIND-3: a renewal needs no first payment, and grace goes over the
// turn of the year.
func TestRenewalOnTheFirstOfJanuary(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-10-31")
		last := apptest.Segment{Plan: silver, Renewal: true, From: "2026-01", To: "2026-12", APTC: "300.00", Member: "103.00"}
		w.Import(subscriber, apptest.Alone, last)
		w.Live("2026-11-15")
		h := w.Import(subscriber, apptest.Alone, last, year("110.00"))
		w.Live("2027-01-02")
		apptest.Check(t, "states in January", states(w, h), []string{"medical ended 2026-12", "medical past_due 2026-12"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2026-12 medical 103.00", "2027-01 medical 110.00", "2027-02 medical 110.00"})
		pays(w, h, "323.00")
		w.Live("2027-01-25")
		apptest.Check(t, "cured", states(w, h), []string{"medical ended 2026-12", "medical active"})
		w.VerifyClean()
	})
}

// R-DUE-7: a death is told months later. Coverage ends with the month of it,
// and what was paid since lies on the account.
func TestDeath(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Import(subscriber, apptest.Alone, year("103.00"))
		w.Live("2026-12-05")
		pays(w, h, "515.00")
		w.Live("2027-04-20")
		if err := w.Collecting.Cancel(t.Context(), act(h, 0), collecting.CancelDeath, apptest.Month("2027-01")); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "states", states(w, h), []string{"medical ended 2027-01"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "412.00")
		w.Live("2027-06-02")
		apptest.Check(t, "no bill since", len(w.Bills(h)), 5)
		w.VerifyClean()
	})
}

// R-BIND-2: after the enrollment window has closed, an unpaid start moves no
// more: the selection lapses.
func TestLapseAfterTheWindow(t *testing.T) {
	t.Parallel()
	for ends, want := range map[string]string{
		"":           "roll_start 2027-02 R-BIND-2",
		"2027-01-23": "roll_start 2027-02 R-BIND-2",
		"2026-12-23": "roll_start 2027-02 R-BIND-2", // still open on the day that was missed
		"2026-12-22": "lapse 2027-01 R-BIND-2",
	} {
		t.Run("window to "+ends, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Import(subscriber, apptest.Alone, apptest.Segment{Plan: silver, Window: ends, From: "2027-01", To: "2027-12", APTC: "300.00", Member: "103.00"})
				w.FirstBills()
				w.Live("2026-12-24")
				apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), []string{want})
				w.VerifyClean()
			})
		})
	}
}

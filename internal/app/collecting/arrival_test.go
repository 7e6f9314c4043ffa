package collecting_test

import (
	"cmp"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/profiles"
)

// mailed is a check that arrives today with a postmark that can be read.
func mailed(w *apptest.World, h apptest.Household, amount, postmark string) {
	w.TB.Helper()
	s := w.NewPaying(nil)
	if _, err := s.Receive(w.TB.Context(), paying.Received{
		Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
		Amount: apptest.Amount(amount), Postmark: apptest.Date(postmark), Reference: "check " + postmark,
	}); err != nil {
		w.TB.Fatal(err)
	}
}

// R-DUE-3: on a due date the month due that day counts as well. Who pays only the
// late month on it is past due on that day already.
func TestPaidLateOnTheNextDueDate(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-04-30")
		h := w.Household(apptest.FullPrice("2026-06", "400.00").Renewed())
		w.Live("2026-06-22")
		for _, day := range []struct {
			on, pays string
			want     standing.State
		}{
			{"2026-06-22", "", standing.StatePastDue},
			{"2026-06-23", "400.00", standing.StatePastDue},
			{"2026-06-24", "", standing.StateEnding},
		} {
			w.Live(day.on)
			if day.pays != "" {
				arrives(w, h, day.pays)
			}
			apptest.Check(t, "on "+day.on, w.Standing(h).Enrollments[0].State, day.want)
		}
		w.VerifyClean()
	})
}

// And who has paid it the day before is not: nothing is past due then.
func TestPaidLateBeforeTheNextDueDate(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-04-30")
		h := w.Household(apptest.FullPrice("2026-06", "400.00").Renewed())
		w.Live("2026-06-22")
		arrives(w, h, "400.00")
		w.Live("2026-06-23")
		arrives(w, h, "1.00")
		apptest.Check(t, "on the due date", w.Standing(h).Enrollments[0].State, standing.StateActive)
		w.VerifyClean()
	})
}

// arrives is money that a payer's bank sends: it counts today.
func arrives(w *apptest.World, h apptest.Household, amount string) {
	w.TB.Helper()
	s := w.NewPaying(nil)
	if _, err := s.Receive(w.TB.Context(), paying.Received{
		Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelBillPay, Method: payment.MethodCheck,
		Amount: apptest.Amount(amount), ReceivedOn: w.Today(), Reference: "bill pay " + w.Today().String(),
	}); err != nil {
		w.TB.Fatal(err)
	}
}

const strictly = "massachusetts-strict"

// R-PAY-4: a check with a timely postmark comes to the same whenever it arrives,
// before or after something was decided for want of it, for as long as it is
// waited for; whatever else the account owes. By the strict reading it counts
// on the day it arrives.
func TestOrderOfArrival(t *testing.T) {
	t.Parallel()
	newMedical, newDental := apptest.Medical("2027-01", "103.00"), apptest.Dental("2027-01", "15.00")
	closed := func(c apptest.Cover) apptest.Cover { return c.SelectedUntil("2026-12-22") }
	for name, row := range map[string]struct {
		profile string
		covers  []apptest.Cover
		amount  string
		mailed  string
		arrives []string
		until   string
		states  []string
		unpaid  []string
	}{
		"the selection lapsed": {
			covers: []apptest.Cover{closed(newMedical)}, amount: "103.00", mailed: "2026-12-22", arrives: []string{"2026-12-23", "2026-12-24", "2026-12-28", "2026-12-30"},
			until: "2027-01-05", states: []string{"medical active"}, unpaid: []string{"2027-02 medical 103.00"},
		},
		"the selection lapsed, and the check is not waited for any more": {
			covers: []apptest.Cover{closed(newMedical)}, amount: "103.00", mailed: "2026-12-22", arrives: []string{"2026-12-31"},
			until: "2027-01-05", states: []string{"medical lapsed"},
		},
		"the selection lapsed, a cent is missing": {
			covers: []apptest.Cover{closed(newMedical)}, amount: "102.99", mailed: "2026-12-22", arrives: []string{"2026-12-23", "2026-12-28"},
			until: "2027-01-05", states: []string{"medical lapsed"},
		},
		"the selection lapsed, dental coverage owes": {
			covers: []apptest.Cover{closed(newMedical), apptest.Dental("2027-01", "15.00").Renewed()}, amount: "103.00", mailed: "2026-12-22",
			arrives: []string{"2026-12-23", "2026-12-28", "2026-12-30"}, until: "2027-01-05",
			states: []string{"medical active", "dental past_due 2026-12"},
			unpaid: []string{"2027-01 dental 15.00", "2027-02 medical 103.00", "2027-02 dental 15.00"},
		},
		"the selection lapsed, a cent is missing: dental coverage is paid": {
			covers: []apptest.Cover{closed(newMedical), apptest.Dental("2027-01", "15.00").Renewed()}, amount: "102.99", mailed: "2026-12-22",
			arrives: []string{"2026-12-23", "2026-12-28"}, until: "2027-01-05", states: []string{"medical lapsed", "dental active"},
		},
		"two selections lapsed, and there is enough for one": {
			covers: []apptest.Cover{closed(newMedical), closed(newDental)}, amount: "117.99", mailed: "2026-12-22",
			arrives: []string{"2026-12-23", "2026-12-28"}, until: "2027-01-05", states: []string{"medical active", "dental lapsed"},
			unpaid: []string{"2027-02 medical 88.01"},
		},
		"two selections lapsed, and there is enough for both": {
			covers: []apptest.Cover{closed(newMedical), closed(newDental)}, amount: "118.00", mailed: "2026-12-22",
			arrives: []string{"2026-12-23", "2026-12-28"}, until: "2027-01-05", states: []string{"medical active", "dental active"},
			unpaid: []string{"2027-02 medical 103.00", "2027-02 dental 15.00"},
		},
		"the start was moved": {
			covers: []apptest.Cover{newMedical}, amount: "103.00", mailed: "2026-12-23", arrives: []string{"2026-12-23", "2026-12-24", "2026-12-30"},
			until: "2027-01-05", states: []string{"medical active"}, unpaid: []string{"2027-02 medical 103.00"},
		},
		"the start was moved, dental coverage lapsed": {
			covers: []apptest.Cover{newMedical, closed(newDental)}, amount: "118.00", mailed: "2026-12-22", arrives: []string{"2026-12-23", "2026-12-28"},
			until: "2027-01-05", states: []string{"medical active", "dental active"}, unpaid: []string{"2027-02 medical 103.00", "2027-02 dental 15.00"},
		},
		"the start was moved twice: the second month stays": {
			covers: []apptest.Cover{newMedical}, amount: "103.00", mailed: "2027-01-22", arrives: []string{"2027-01-23", "2027-01-24", "2027-01-30"},
			until: "2027-02-05", states: []string{"medical active"}, unpaid: []string{"2027-03 medical 103.00"},
		},
		"the start was moved twice, both starts of two enrollments": {
			covers: []apptest.Cover{newMedical, newDental}, amount: "118.00", mailed: "2027-01-22", arrives: []string{"2027-01-23", "2027-01-28"},
			until: "2027-02-05", states: []string{"medical active", "dental active"}, unpaid: []string{"2027-03 medical 103.00", "2027-03 dental 15.00"},
		},
		"the end of the short track was proposed": {
			covers: []apptest.Cover{apptest.FullPrice("2027-01", "400.00").Renewed()}, amount: "800.00", mailed: "2027-01-22", arrives: []string{"2027-01-23", "2027-01-24", "2027-01-30"},
			until: "2027-02-02", states: []string{"medical active"}, unpaid: []string{"2027-03 medical 400.00"},
		},
		"the end of the short track, not waited for any more: it pays what is not released yet": {
			covers: []apptest.Cover{apptest.FullPrice("2027-01", "400.00").Renewed()}, amount: "800.00", mailed: "2027-01-22", arrives: []string{"2027-01-31"},
			until: "2027-02-02", states: []string{"medical active"}, unpaid: []string{"2027-03 medical 400.00"},
		},
		"the end of the long track was proposed": {
			covers: []apptest.Cover{apptest.Medical("2027-01", "103.00").Renewed()}, amount: "412.00", mailed: "2027-03-22", arrives: []string{"2027-03-23", "2027-03-24", "2027-03-30"},
			until: "2027-04-02", states: []string{"medical active"}, unpaid: []string{"2027-05 medical 103.00"},
		},
		"strict: what arrives by the day": {
			profile: strictly, covers: []apptest.Cover{newMedical}, amount: "103.00", mailed: "2026-12-18", arrives: []string{"2026-12-22", "2026-12-23"},
			until: "2027-01-05", states: []string{"medical active"}, unpaid: []string{"2027-02 medical 103.00"},
		},
		"strict: the selection lapsed": {
			profile: strictly, covers: []apptest.Cover{newMedical}, amount: "103.00", mailed: "2026-12-22", arrives: []string{"2026-12-24", "2026-12-28"},
			until: "2027-01-05", states: []string{"medical lapsed"},
		},
		"strict: the end of the long track": {
			profile: strictly, covers: []apptest.Cover{apptest.Medical("2027-01", "103.00").Renewed()}, amount: "412.00", mailed: "2027-03-22", arrives: []string{"2027-03-23"},
			until: "2027-04-02", states: []string{"medical active"}, unpaid: []string{"2027-05 medical 103.00"},
		},
		"strict: the end of the long track, a day late: it pays what is not released yet": {
			profile: strictly, covers: []apptest.Cover{apptest.Medical("2027-01", "103.00").Renewed()}, amount: "412.00", mailed: "2027-03-22", arrives: []string{"2027-03-24"},
			until: "2027-04-02", states: []string{"medical active"}, unpaid: []string{"2027-05 medical 103.00"},
		},
	} {
		for _, arrives := range row.arrives {
			t.Run(name+", on "+arrives, func(t *testing.T) {
				t.Parallel()
				apptest.Each(t, func(t *testing.T, w *apptest.World) {
					w.Under(cmp.Or(row.profile, profiles.Default))
					w.At("2026-11-30")
					h := w.Household(row.covers...)
					w.FirstBills()
					w.Live(arrives)
					mailed(w, h, row.amount, row.mailed)
					w.Live(row.until)
					apptest.Check(t, "states", states(w, h), row.states)
					apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
					w.VerifyClean()
				})
			})
		}
	}
}

// received is money that another channel received on a day and that is posted
// today.
func received(w *apptest.World, h apptest.Household, amount, on, postmark string) {
	w.TB.Helper()
	s := w.NewPaying(nil)
	r := paying.Received{
		Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelBillPay, Method: payment.MethodBank,
		Amount: apptest.Amount(amount), ReceivedOn: apptest.Date(on), Reference: "received " + on,
	}
	if postmark != "" {
		r.Channel, r.Method, r.Postmark = payment.ChannelMail, payment.MethodCheck, apptest.Date(postmark)
	}
	if _, err := s.Receive(w.TB.Context(), r); err != nil {
		w.TB.Fatal(err)
	}
}

// R-PAY-3, R-PAY-5: what a bank sent on Saturday the 23rd and somebody posted on
// Monday was there in time; so was a check that waited for its posting
// (R-PAY-4), and an end that was released meanwhile is undone.
func TestReceivedBeforeItIsPosted(t *testing.T) {
	t.Parallel()
	full, dental := apptest.FullPrice("2027-01", "400.00").Renewed(), apptest.Dental("2027-01", "15.00").Renewed()
	for name, row := range map[string]struct {
		profile  string
		covers   []apptest.Cover
		amount   string
		received string
		postmark string
		release  string
		posted   string
		until    string
		states   []string
		unpaid   []string
		counts   string
	}{
		"by a bank on the due date, posted two days later": {
			covers: []apptest.Cover{full}, amount: "800.00", received: "2027-01-23", posted: "2027-01-25", until: "2027-02-02",
			states: []string{"medical active"}, unpaid: []string{"2027-03 medical 400.00"}, counts: "2027-01-23",
		},
		"a check on the last day that it is waited for, posted after the release": {
			covers: []apptest.Cover{full}, amount: "800.00", received: "2027-01-30", postmark: "2027-01-22", release: "2027-01-31", posted: "2027-02-09", until: "2027-02-12",
			states: []string{"medical active"}, unpaid: []string{"2027-03 medical 400.00"}, counts: "2027-01-22",
		},
		"the same, strictly": {
			profile: strictly, covers: []apptest.Cover{full}, amount: "800.00", received: "2027-01-23", postmark: "2027-01-22", release: "2027-01-31", posted: "2027-02-09", until: "2027-02-12",
			states: []string{"medical active"}, unpaid: []string{"2027-03 medical 400.00"}, counts: "2027-01-23",
		},
		"a check that was received after the release": {
			covers: []apptest.Cover{full}, amount: "800.00", received: "2027-02-01", postmark: "2027-01-22", release: "2027-01-31", posted: "2027-02-03", until: "2027-02-05",
			states: []string{"medical active"}, unpaid: []string{"2027-03 medical 400.00"}, counts: "2027-02-01", // had back (R-DUE-6)
		},
		"after the release, with dental coverage that owes as much": {
			covers: []apptest.Cover{full, dental}, amount: "815.00", received: "2027-01-23", release: "2027-01-31", posted: "2027-02-09", until: "2027-02-12",
			states: []string{"medical active", "dental ended 2026-12"}, unpaid: []string{"2027-03 medical 385.00"}, counts: "2027-01-23",
		},
		"the end of the long track, after the release": {
			covers: []apptest.Cover{apptest.Medical("2027-01", "103.00").Renewed()}, amount: "412.00", received: "2027-03-23", release: "2027-03-31", posted: "2027-04-02", until: "2027-04-04",
			states: []string{"medical active"}, unpaid: []string{"2027-05 medical 103.00"}, counts: "2027-03-23",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.Under(cmp.Or(row.profile, profiles.Default))
				w.At("2026-11-30")
				h := w.Household(row.covers...)
				w.FirstBills()
				if row.release != "" {
					w.Live(row.release)
					for i := range row.covers {
						_ = w.Collecting.Release(t.Context(), act(h, i))
					}
				}
				w.Live(row.posted)
				received(w, h, row.amount, row.received, row.postmark)
				w.Live(row.until)
				p := w.Payments(h)[0]
				apptest.Check(t, "received and counts", p.ReceivedOn.String()+" "+p.EffectiveOn.String(), row.received+" "+row.counts)
				apptest.Check(t, "states", states(w, h), row.states)
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				w.VerifyClean()
			})
		})
	}
}

// R-PAY-4 with R-CAL-3 and R-DUE-10: the postmark is in time for the due date as
// it was moved, and for an employer's as it rolls.
func TestPostmarkForAMovedDueDate(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-04-20")
		employer := w.Group(apptest.FullPrice("2026-06", "900.00").Renewed())
		w.Live("2026-06-01")
		mailed(w, employer, "900.00", "2026-05-23") // due Tuesday the 26th
		apptest.Check(t, "an employer's counts", w.Payments(employer)[0].EffectiveOn.String(), "2026-05-23")
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-02", "103.00").Renewed())
		w.Live("2027-01-05")
		must(t, "extend", w.Collecting.ExtendDue(t.Context(), h.Account, collecting.Extension{
			Due: apptest.Date("2027-01-23"), Until: apptest.Date("2027-02-10"), Actor: "staff:agent", Reason: "flood",
		}))
		w.Live("2027-02-12")
		apptest.Check(t, "before", states(w, h), []string{"medical past_due 2027-02"})
		mailed(w, h, "103.00", "2027-01-22")
		apptest.Check(t, "counts", w.Payments(h)[0].EffectiveOn.String(), "2027-01-22")
		w.Live("2027-02-14")
		apptest.Check(t, "after", states(w, h), []string{"medical active"})
		w.VerifyClean()
	})
}

package collecting_test

import (
	"cmp"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
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

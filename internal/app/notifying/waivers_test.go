package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// MA-NOTE-11: what is decided on a waiver is told once, by e-mail and on paper,
// whatever was paid since; words, version and address are kept as they went out.
func TestDecisionsOnWaiversAreTold(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address)
		act := collecting.Act{Account: h.Account, Enrollment: h.Enrollments[0], Actor: "staff:ann", Second: "staff:bo", Reason: "test"}
		if err := o.Collecting.DenyWaiver(t.Context(), act, apptest.Month("2027-01"), apptest.Month("2027-06"), collecting.DenyNoProof); err != nil {
			t.Fatal(err)
		}
		round := func(s *notifying.Service) (notifying.Sent, error) { return s.SendWaivers(t.Context(), o.Today()) }
		one := notifying.Sent{Letters: 1, Emails: 1, Printed: 1}
		apptest.Check(t, "denied", o.sent(round), one)
		apptest.Check(t, "again", o.sent(round), notifying.Sent{})

		half := standing.Waiver{From: apptest.Month("2027-01"), To: apptest.Month("2027-06"), Percent: 50}
		if err := o.Collecting.GrantWaiver(t.Context(), act, half, "homeless"); err != nil {
			t.Fatal(err)
		}
		o.pays(h, "51.50") // nothing is owed any more: the decision is told all the same
		o.At("2027-01-02")
		apptest.Check(t, "granted", o.sent(round), one)

		all, err := o.Collecting.Waivers(t.Context(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Collecting.WithdrawWaiver(t.Context(), act, all[0].ID, collecting.WithdrawOver); err != nil {
			t.Fatal(err)
		}
		o.At("2027-01-03")
		apptest.Check(t, "withdrawn", o.sent(round), one)
		o.At("2027-01-31")
		apptest.Check(t, "weeks later", o.sent(round), notifying.Sent{})
		apptest.Check(t, "mail", o.mail(h), []string{
			"email waiver_denied queued", "print waiver_denied queued", "email waiver_granted queued", "print waiver_granted queued",
			"email waiver_withdrawn queued", "print waiver_withdrawn queued",
		})
		apptest.Check(t, "the last of them", o.messages(h)[4].Text, "From 2027-03: $103.00.")
	})
}

// A letter about a waiver that has nowhere to go is for staff, as all others.
func TestADecisionOnAWaiverThatHasNowhereToGo(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-12-01")
		h := o.Household(apptest.Medical("2027-01", "103.00").Renewed())
		act := collecting.Act{Account: h.Account, Enrollment: h.Enrollments[0], Actor: "staff:ann", Reason: "test"}
		if err := o.Collecting.DenyWaiver(t.Context(), act, apptest.Month("2027-01"), apptest.Month("2027-01"), collecting.DenyNoHardship); err != nil {
			t.Fatal(err)
		}
		round := func(s *notifying.Service) (notifying.Sent, error) { return s.SendWaivers(t.Context(), o.Today()) }
		apptest.Check(t, "sent", o.sent(round), notifying.Sent{SetAside: 1})
		apptest.Check(t, "exceptions", o.exceptions(), []string{"waiver letter.no_address"})
		o.Reach(h, "")
		apptest.Check(t, "with an address", o.sent(round), notifying.Sent{Letters: 1, Printed: 1})
		apptest.Check(t, "exceptions afterwards", o.exceptions(), []string(nil))
	})
}

// A letter of any kind can be set aside: the column knows them all.
func TestALetterOfEveryKindCanBeSetAside(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.Household(apptest.Medical("2027-01", "103.00").Renewed())
		kinds := []store.LetterAbout{
			store.AboutNotice, store.AboutBill, store.AboutReturn, store.AboutExtension, store.AboutRefund, store.AboutWaiver, store.AboutPrint,
		}
		o.InTx(func(tx *store.Tx) error {
			for _, about := range kinds {
				tx.LetterFailed(store.LetterException{Account: h.Account, Source: tx.NewID(), About: about, Code: "letter.test", Reason: "test"})
			}
			return nil
		})
		apptest.Check(t, "set aside", len(o.exceptions()), len(kinds))
	})
}

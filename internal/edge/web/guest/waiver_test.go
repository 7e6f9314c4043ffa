package guest_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/domain/standing"
)

// R-DUE-8, R-BILL-5: half is waived of a month that is billed, of one that was
// paid and of one to come. Each page says what was taken off, and adds up.
func TestAWaiverIsExplained(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-10-01")
	h := s.Household(apptest.Medical("2026-11", "103.00").Renewed())
	s.Bill("2026-11")
	s.browser(t).find(h).toCheck("bank").submit()
	s.At("2026-11-01")
	s.Bill("2026-12")
	s.At("2026-11-05")
	act := collecting.Act{Account: h.Account, Enrollment: h.Enrollments[0], Actor: "staff:ann", Second: "staff:bo", Reason: "test"}
	half := standing.Waiver{From: apptest.Month("2026-12"), To: apptest.Month("2026-12"), Percent: 50}
	if err := s.Collecting.GrantWaiver(t.Context(), act, half, "medical_bills"); err != nil {
		t.Fatal(err)
	}
	b := s.browser(t).find(h).says("Total due $51.50", "Your hardship waiver, since the bill was sent -$51.50")
	b.addsUp("What's in this amount", "$51.50")
	b.addsUp("Each part of this amount", "$51.50")
	s.browser(t).find(h).toCheck("bank").submit()

	if err := s.Collecting.GrantWaiver(t.Context(), act, standing.Waiver{From: apptest.Month("2026-11"), To: apptest.Month("2026-11"), Percent: 50}, "medical_bills"); err != nil {
		t.Fatal(err)
	}
	s.At("2026-12-01")
	h2027 := h
	s.Enroll(&h2027, apptest.Medical("2027-01", "103.00").Renewed())
	act.Enrollment = h2027.Enrollments[1]
	half.From, half.To = apptest.Month("2027-01"), apptest.Month("2027-01")
	if err := s.Collecting.GrantWaiver(t.Context(), act, half, "medical_bills"); err != nil {
		t.Fatal(err)
	}
	s.Bill("2027-01")
	b = s.browser(t).find(h2027).open("/pay/bill")
	b.says("Taken off: hardship waiver -$51.50", "Change to an earlier month -$103.00", "Your hardship waiver lowers the health plan cost for January 2027 -$51.50",
		"You pay $51.50", "Total due $0.00")
	s.VerifyClean()
}

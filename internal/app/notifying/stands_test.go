package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// A letter that was wrong is taken back with the cause: money that came in time
// (R-PAY-4), a hold or a waiver (R-DUE-8).
func TestWhyALetterNoLongerCounts(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		undo func(o *office, h apptest.Household) error
		rule string
	}{
		"a check with a timely postmark": {func(o *office, h apptest.Household) error {
			s := o.NewPaying(nil)
			_, err := s.Receive(o.TB.Context(), paying.Received{
				Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
				Amount: apptest.Amount("103.00"), Postmark: apptest.Date("2026-12-22"), Reference: "check 1",
			})
			return err
		}, "R-PAY-4"},
		"a waiver": {func(o *office, h apptest.Household) error {
			return o.Collecting.GrantWaiver(o.TB.Context(), o.act(h), standing.Waiver{From: apptest.Month("2027-01"), To: apptest.Month("2027-01"), Percent: 100}, "behind_on_rent")
		}, "R-DUE-8"},
		"a moved due date, and money before it": {func(o *office, h apptest.Household) error {
			x := collecting.Extension{Due: apptest.Date("2026-12-23"), Until: apptest.Date("2026-12-28"), Actor: "staff:ann", Reason: "a storm"}
			if err := o.Collecting.ExtendDue(o.TB.Context(), h.Account, x); err != nil {
				return err
			}
			o.pays(h, "103.00")
			return nil
		}, "R-CAL-3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At("2026-11-30")
				h := o.reachable(address, apptest.Medical("2027-01", "103.00"))
				o.FirstBills()
				o.review("2026-12-24") // the start moves
				o.sendOwed()
				o.At("2026-12-27")
				if err := row.undo(o, h); err != nil {
					t.Fatal(err)
				}
				o.review("2026-12-28")
				o.sendOwed()
				last := o.letters.notices[len(o.letters.notices)-1]
				apptest.Check(t, "the letter", last.Kind, standing.NoticeStands)
				apptest.Check(t, "why", last.Rule, row.rule)
			})
		})
	}
}

func (o *office) act(h apptest.Household) collecting.Act {
	return collecting.Act{Account: h.Account, Enrollment: h.Enrollments[0], Actor: "staff:ann", Second: "staff:bo", Reason: "fire in the street"}
}

// R-DUE-7: coverage that is canceled is told once, with its last month; a start
// whose payment came back is told by the letter about that (R-PAY-3, M12).
func TestAnEndByWishAndAStartThatIsUndoneAreTold(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-11-30")
		h := o.reachable(address, apptest.Medical("2027-01", "103.00"))
		o.FirstBills()
		o.At("2026-12-03")
		p := o.pays(h, "103.00")
		o.At("2026-12-08")
		if err := o.NewPaying(nil).Return(t.Context(), h.Account, p.ID, "R01", o.Today()); err != nil {
			t.Fatal(err)
		}
		o.review("2026-12-09")
		if _, err := o.SendReturned(t.Context(), o.Today()); err != nil {
			t.Fatal(err)
		}
		back := o.letters.returned[len(o.letters.returned)-1]
		apptest.Check(t, "after the return", back.Standing.Enrollments[0].State, standing.StatePending)
		o.pays(h, "103.00")
		o.At("2027-02-10")
		if err := o.Collecting.Cancel(t.Context(), o.act(h), collecting.CancelWish, civil.Month{}); err != nil {
			t.Fatal(err)
		}
		for _, day := range []string{"2027-02-11", "2027-02-12", "2027-03-01"} {
			o.review(day)
			o.sendOwed()
		}
		apptest.Check(t, "told", o.Rows("SELECT kind || ' ' || coverage_month FROM notice WHERE kind IN ('cancelled', 'ended')"), []string{"cancelled 2027-02"})
	})
}

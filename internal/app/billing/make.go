package billing

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// plan is what all bills of a run share.
type plan struct {
	month    civil.Month
	kind     bill.Kind
	revision int64
	today    civil.Date
	plans    map[string]bill.Plan
}

// makeBilled works out what billing an account for a month comes to: charges
// with their entries, credit applied to them, and the bill, which is nil when
// the account owes nothing for the month and before (R-BILL-2).
func (s *Service) makeBilled(tx *store.Tx, f *store.Facts, run plan, number int64) (store.Billed, error) {
	out := store.Billed{Account: f.Account.ID}
	states := standing.Evaluate(s.profile, f.Standing(), run.today)
	covered := s.covered(f, states, run)
	out.Charges = bill.ChargesFor(s.profile, f.Account.Kind, covered, run.month, run.today,
		func(id enrollment.ID) (int64, bool) { return f.LastCharge(id, run.month) })
	if len(out.Charges) == 0 {
		return out, nil
	}
	for i := range out.Charges {
		c := &out.Charges[i]
		c.ID = bill.ChargeID{UUID: tx.NewID()}
		c.Waived = f.WaivedOf(c.EnrollmentID, c.Month, c.Premium.Member) // R-DUE-8
		if transfers := ledger.Charge(c.EnrollmentID, c.CarrierID, c.Premium); len(transfers) > 0 {
			out.Entries = append(out.Entries, ledger.Entry{
				ID: tx.NewEntryID(), AccountID: c.AccountID, Kind: ledger.EntryCharge, EffectiveOn: run.today,
				Source: ledger.Source{Kind: "charge", ID: c.ID.String()}, Actor: Actor, Transfers: transfers,
			})
		}
	}
	if nothingOwed(f, out.Charges) {
		return out, nil
	}
	made, err := bill.Make(s.billInput(tx, f, out.Charges, run, number))
	if err != nil {
		return out, err
	}
	out.Bill = made
	out.Reviews = reviewsOf(f, out.Charges, run.today)
	out.Cleared = f.Unbilled
	out.Applications = useCredits(tx, f, states, out.Charges)
	return out, nil
}

// covered gives the enrollments to charge for the month: not those that lapsed
// or were ended or cancelled before it, nor those that have not started and whose first month it is
// not (R-BIND-1). Of a month ahead of its bill day only first months are billed.
func (s *Service) covered(f *store.Facts, states standing.Standing, run plan) []*enrollment.Enrollment {
	ahead := run.month.After(s.profile.CoverageMonthBilledOn(run.today))
	var covered []*enrollment.Enrollment
	for i, e := range f.Enrollments {
		state := states.Enrollments[i]
		switch {
		case !state.Covers(run.month):
		case state.State == standing.StatePending && run.month != state.Start && run.kind == bill.KindMonthly:
		case ahead && (run.month != state.Start || e.Renewal):
		default:
			moved := e.Enrollment
			moved.First = state.Start // the month to pay first may have moved (R-BIND-2)
			covered = append(covered, &moved)
		}
	}
	return covered
}

// reviewsOf plans when to look at what was billed: as the first reminder of its
// due date is owed; and this very night where older months are unpaid, since
// one more month changes what keeps the coverage.
func reviewsOf(f *store.Facts, charges []bill.Charge, today civil.Date) []store.PlannedReview {
	var all []store.PlannedReview
	for _, c := range charges {
		on := standing.FirstReminder(c.DueOn, c.Binder)
		if c.Due().IsPositive() && !slices.ContainsFunc(all, func(r store.PlannedReview) bool { return r.On == on }) {
			all = append(all, store.PlannedReview{On: on, Why: store.ReviewDue})
		}
	}
	if slices.ContainsFunc(f.Charges, func(c store.Charge) bool { return c.Unpaid.IsPositive() }) {
		all = append(all, store.PlannedReview{On: today, Why: store.ReviewStanding})
	}
	return all
}

func nothingOwed(f *store.Facts, charges []bill.Charge) bool {
	for _, c := range charges {
		if c.Due().IsPositive() {
			return false
		}
	}
	for _, c := range f.Charges {
		if c.Unpaid.IsPositive() {
			return false
		}
	}
	return len(f.Unbilled) == 0 && len(f.Credits) == 0
}

func (s *Service) billInput(tx *store.Tx, f *store.Facts, charges []bill.Charge, run plan, number int64) bill.Input {
	in := bill.Input{
		ID: bill.ID{UUID: tx.NewID()}, Account: f.Account.Account, Number: formatNumber(number), Kind: run.kind,
		Month: run.month, Revision: run.revision, IssuedOn: run.today, New: charges, Credit: f.Credit(),
		Previous: f.LastBill, Plans: map[enrollment.ID]bill.Plan{},
	}
	for _, e := range f.Enrollments {
		in.Plans[e.ID] = run.plans[e.PlanID]
	}
	for _, c := range f.Charges {
		if c.Unpaid.IsPositive() {
			in.Open = append(in.Open, c.Open)
		}
	}
	for _, a := range f.Unbilled {
		in.Activity = append(in.Activity, a.Activity)
	}
	return in
}

// useCredits pays what is open and the new charges from money that earlier
// payments left over (R-PAY-8).
func useCredits(tx *store.Tx, f *store.Facts, states standing.Standing, charges []bill.Charge) []payment.Application {
	if len(f.Credits) == 0 {
		return nil
	}
	applications, _ := payment.ApplyCredits(f.Credits, f.Payables(states, charges...))
	for i := range applications {
		applications[i].ID = payment.ApplicationID{UUID: tx.NewID()}
	}
	return applications
}

// recordStarts records that coverage starts where the first month costs the
// member nothing, is waived or is paid from credit (R-BIND-1).
func (s *Service) recordStarts(tx *store.Tx, f *store.Facts, b store.Billed, today civil.Date) {
	if !hasBinder(b.Charges) && len(b.Applications) == 0 {
		return
	}
	for _, c := range b.Charges {
		f.Charges = append(f.Charges, store.Charge{Open: bill.Open{Charge: c, Unpaid: c.Due()}, PaidOn: today})
	}
	for _, a := range b.Applications {
		f.MarkPaid(a, a.CountsOn)
	}
	for _, start := range standing.Evaluate(s.profile, f.Standing(), today).Starts() {
		tx.InsertDecision(store.DecisionRecord{
			AccountID: f.Account.ID, EnrollmentID: start.ID, Kind: standing.DecisionEffectuate, Month: start.Start,
			DecidedOn: today, EffectiveOn: start.Start.First(), Rule: start.Rule,
			Evidence: "first month paid in full: " + money.Zero.String() + " open", Actor: Actor,
		})
		tx.OweNotice(store.Notice{
			ID: tx.NewNoticeID(), AccountID: f.Account.ID, EnrollmentID: start.ID, Kind: standing.NoticeStarted, Month: start.Start, OwedOn: today,
		})
	}
}

func hasBinder(charges []bill.Charge) bool {
	for _, c := range charges {
		if c.Binder {
			return true
		}
	}
	return false
}

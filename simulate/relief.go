package simulate

import (
	"context"
	"time"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

// help lets staff grant relief to a household that is past due: a hold, an
// arrangement over three months, or a waiver (R-DUE-8, R-DUE-9). What policy
// does not allow is not granted.
func (s *simulation) help(ctx context.Context, e *event) error {
	due, err := s.market.app.Paying.Due(ctx, s.town[e.household].account)
	if err != nil {
		return err
	}
	d := s.dice(int(e.household), forHelp, int(e.serial))
	for _, x := range due.Standing.Enrollments {
		kind, luck := d.IntN(3), d.IntN(100)
		if x.State != standing.StatePastDue && x.State != standing.StateEnding {
			continue
		}
		act := s.staffAct(e, x, "asked for help")
		switch kind {
		case 0:
			err = s.market.app.Collecting.GrantHold(ctx, act, standing.Hold{From: s.today, To: s.today.AddDays(holdDays)}, collecting.HoldDisaster)
		case 1:
			err = s.arrange(ctx, act, due, x)
		default:
			err = s.decideWaiver(ctx, e, luck, act, x)
		}
		if err != nil && !isRefusal(err) {
			return err
		}
	}
	return nil
}

// holdDays is how long a clock stands that staff hold.
const holdDays = 40

// isRefusal tells that policy, or how things stand, does not allow an act.
func isRefusal(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Conflict || kind == fault.Denied || kind == fault.Invalid
}

// arrange spreads what is past due of an enrollment over three payments.
func (s *simulation) arrange(ctx context.Context, a collecting.Act, due *paying.Due, x standing.EnrollmentStanding) error {
	var through civil.Month
	owed := money.Zero
	for _, part := range due.Unpaid {
		if part.Kind == x.Kind && part.Past {
			owed = owed.Add(part.Unpaid)
			if part.Month.After(through) {
				through = part.Month
			}
		}
	}
	if !owed.IsPositive() || through.IsZero() {
		return nil
	}
	parts := owed.Allocate([]int64{1, 1, 1})
	var payments []standing.Installment
	for i, amount := range parts {
		payments = append(payments, standing.Installment{DueOn: s.today.Month().Add(i + 1).On(10), Amount: amount})
	}
	return s.market.app.Collecting.MakeArrangement(ctx, a, through, payments)
}

// Of the waivers that are asked for, so many in a hundred are denied, and as many
// of the others are withdrawn some weeks later.
const (
	deniedOfHundred = 25
	withdrawnAfter  = 20 // days
)

// decideWaiver takes half of the share of three months off, from the first
// unpaid one, or does not.
func (s *simulation) decideWaiver(ctx context.Context, e *event, luck int, a collecting.Act, x standing.EnrollmentStanding) error {
	criteria := s.Profile.Waiver.Criteria
	if x.FirstUnpaid.IsZero() || len(criteria) == 0 {
		return nil
	}
	from, to := x.FirstUnpaid, x.FirstUnpaid.Add(2)
	if luck < deniedOfHundred {
		return s.market.app.Collecting.DenyWaiver(ctx, a, from, to, collecting.DenyNoProof)
	}
	if luck < 2*deniedOfHundred && !e.done {
		s.agenda.add(s.today.AddDays(withdrawnAfter), event{kind: eventWithdraw, household: e.household})
	}
	return s.market.app.Collecting.GrantWaiver(ctx, a, standing.Waiver{From: from, To: to, Percent: 50}, criteria[0])
}

// withdraw lets staff withdraw the waivers of a household that still take
// something off months to come.
func (s *simulation) withdraw(ctx context.Context, e *event) error {
	account := s.town[e.household].account
	all, err := s.market.app.Collecting.Waivers(ctx, account)
	for _, w := range all {
		if err != nil {
			return err
		}
		err = s.market.app.Collecting.WithdrawWaiver(ctx, collecting.Act{
			Account: account, Enrollment: w.EnrollmentID, Actor: staffOne, Second: staffTwo, Reason: "the hardship is over",
		}, w.ID, collecting.WithdrawOver)
		if isRefusal(err) {
			err = nil // all of it is billed
		}
	}
	return err
}

// Every winter a storm closes the mail of one household in fifty, and staff
// move their due date by some days (R-CAL-3).
const (
	stormOneIn = 50
	stormDays  = 5
)

// afterTheStorm moves a due date, some days before it.
func (s *simulation) afterTheStorm(ctx context.Context) error {
	due := s.Profile.DueOn(civil.NewMonth(s.Year, time.March))
	if s.today != due.AddDays(-3) {
		return nil
	}
	var ids []enrollment.AccountID
	for n := range s.town {
		if id := s.town[n].account; n%stormOneIn == 0 && !id.IsZero() {
			ids = append(ids, id)
		}
	}
	_, err := s.market.app.Collecting.ExtendMany(ctx, ids, collecting.Extension{Due: due, Until: due.AddDays(stormDays), Actor: staffOne, Reason: "storm"})
	return err
}

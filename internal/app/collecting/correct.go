package collecting

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// correction takes a month's charge back, makes one, or does both; or it waives
// more of one.
type correction struct {
	reverse *bill.Charge
	charge  *bill.Charge
	waive   *bill.Open
	more    money.Amount
	rule    string
}

func (c correction) post(tx *store.Tx, on civil.Date) error {
	why := store.Correction{On: on, Actor: Actor, Reason: c.rule}
	if c.reverse != nil {
		if err := tx.ReverseCharge(*c.reverse, why); err != nil {
			return err
		}
	}
	if c.charge != nil {
		c.charge.ID = bill.ChargeID{UUID: tx.NewID()}
		tx.MakeCharge(*c.charge, why)
	}
	if c.waive != nil {
		tx.WaiveCharge(*c.waive, c.more, why)
	}
	return nil
}

// corrections compares the charges of an account with its coverage and prices.
// Months outside the coverage are taken back, months whose price has changed
// are charged anew, months had back are charged again, and what waivers take
// off is waived. Everything else is for the bill run.
func (s *Service) corrections(f *store.Facts, now standing.Standing, on civil.Date) []correction {
	var all []correction
	for i, e := range f.Enrollments {
		state := &now.Enrollments[i]
		// A start that was moved back is to be charged first: what was charged
		// after it waits for its turn, and its money is there for the start.
		waits := state.State == standing.StatePending && !f.Charged(e.ID, state.Start)
		for _, c := range f.Charges {
			if c.EnrollmentID == e.ID && waits {
				all = append(all, correction{reverse: &c.Charge, rule: "R-BIND-1"})
				continue
			}
			if c.EnrollmentID == e.ID {
				all = append(all, s.correct(f, e, state, c, on)...)
			}
		}
		all = append(all, s.hadBack(f, e, state, on)...)
	}
	return all
}

// correct compares one live charge with what it should be.
func (s *Service) correct(f *store.Facts, e *store.EnrollmentRow, state *standing.EnrollmentStanding, c store.Charge, on civil.Date) []correction {
	old := c.Charge
	if !state.Covers(c.Month) {
		return []correction{{reverse: &old, rule: state.Rule}}
	}
	price, ok := e.PremiumFor(c.Month)
	if !ok {
		return nil
	}
	waived, rule := f.WaivedOf(e.ID, c.Month, price.Member), "R-BILL-4"
	if price == c.Premium {
		more := waived.Sub(c.Waived)
		switch {
		case more.IsZero():
			return nil
		case more.IsPositive() && !c.Unpaid.Less(more):
			return []correction{{waive: &c.Open, more: more, rule: "R-DUE-8"}}
		}
		rule = "R-DUE-8" // it is paid already: the money is free for other months
	}
	fresh := old
	fresh.Generation, fresh.Premium, fresh.Waived, fresh.ChargedOn = old.Generation+1, price, waived, on
	until := on.AddDays(s.profile.Retro.MinDaysToPay.On(on))
	if state.State == standing.StatePending {
		until = old.DueOn // a first payment keeps its day
	}
	fresh = fresh.After(old, until)
	return []correction{{reverse: &old, charge: &fresh, rule: rule}}
}

// hadBack charges the months of coverage that was had back, up to the last one
// whose bills have gone out: no bill run will come by for them.
func (s *Service) hadBack(f *store.Facts, e *store.EnrollmentRow, state *standing.EnrollmentStanding, on civil.Date) []correction {
	from := firstHadBack(f, e.ID)
	if from.IsZero() || state.State == standing.StatePending {
		return nil
	}
	var all []correction
	for m := from; s.profile.BillOn(m).Before(on) && state.Covers(m); m = m.Next() {
		price, ok := e.PremiumFor(m)
		generation, live := f.LastCharge(e.ID, m)
		if !ok || live {
			continue
		}
		all = append(all, correction{rule: "R-DUE-6", charge: &bill.Charge{
			AccountID: e.AccountID, EnrollmentID: e.ID, CarrierID: e.CarrierID, Kind: e.Kind, Month: m, Generation: generation + 1,
			Premium: price, Waived: f.WaivedOf(e.ID, m, price.Member), DueOn: bill.DueOn(s.profile, f.Account.Kind, m, on), ChargedOn: on,
		}})
	}
	return all
}

// firstHadBack is the first month of coverage that had ended and goes on after
// all; zero if there is none.
func firstHadBack(f *store.Facts, id enrollment.ID) civil.Month {
	var first civil.Month
	for _, d := range f.Decisions {
		if d.EnrollmentID != id {
			continue
		}
		from := d.Month
		switch d.Kind {
		case standing.DecisionReinstate:
		case standing.DecisionUndoEnd:
			from = d.Month.Next()
		default:
			continue
		}
		if first.IsZero() || from.Before(first) {
			first = from
		}
	}
	return first
}

// useCredits pays what is open from money that lies on the account: it counts
// on the day on which the money did (R-PAY-8).
func useCredits(tx *store.Tx, f *store.Facts, now standing.Standing) bool {
	applications := fromCredits(f, now)
	for _, a := range applications {
		a.ID = payment.ApplicationID{UUID: tx.NewID()}
		tx.Apply(f.Account.ID, a, a.CountsOn, Actor)
		tx.UseCredit(f.Account.ID, a)
	}
	return len(applications) > 0
}

// fromCredits gives what money that lies on the account can pay now. It waits
// while a decision is owed to be undone, and for a first bill: what it pays then
// comes first.
func fromCredits(f *store.Facts, now standing.Standing) []payment.Application {
	if len(f.Credits) == 0 || now.Undoes() || awaitsBill(f, now) {
		return nil
	}
	applications, _ := payment.ApplyCredits(f.Credits, f.Payables(now))
	return applications
}

// awaitsBill tells whether a start waits for its first bill.
func awaitsBill(f *store.Facts, now standing.Standing) bool {
	return slices.ContainsFunc(now.Enrollments, func(e standing.EnrollmentStanding) bool {
		return e.State == standing.StatePending && !f.Charged(e.ID, e.Start)
	})
}

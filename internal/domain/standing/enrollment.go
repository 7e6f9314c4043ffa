package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

func evaluate(p *profile.Profile, account enrollment.AccountKind, e *Enrollment, asOf civil.Date) EnrollmentStanding {
	s := EnrollmentStanding{ID: e.ID, Kind: e.Kind, Start: e.First}
	d := summarize(e.Decisions)
	if !d.start.IsZero() {
		s.Start = d.start
	}
	for _, c := range e.Charges {
		s.Unpaid = s.Unpaid.Add(c.Unpaid())
		if c.Unpaid().IsPositive() && c.DueOn.Before(asOf) {
			s.PastDue = s.PastDue.Add(c.Unpaid())
			if s.FirstUnpaid.IsZero() || c.Month.Before(s.FirstUnpaid) {
				s.FirstUnpaid = c.Month
			}
		}
	}
	s.PaidThrough = paidThrough(e.Charges, s.Start)
	switch {
	case d.lapsed:
		s.State, s.Rule = StateLapsed, "R-BIND-2"
	case d.ended:
		s.State, s.Rule, s.EndMonth = StateEnded, "R-DUE-5", d.end
	case !e.Renewal && !d.effectuated:
		s.start(e)
	case s.FirstUnpaid.IsZero():
		s.State, s.Rule = StateActive, "R-BIND-1"
	default:
		s.pastDue(p, account, e, asOf)
	}
	return s
}

// start decides whether coverage that has not started may start: the first
// month is paid in full and in time, or costs the member nothing (R-BIND-1).
func (s *EnrollmentStanding) start(e *Enrollment) {
	s.State, s.Rule = StatePending, "R-BIND-1"
	for _, c := range e.Charges {
		if c.Month == s.Start && c.Unpaid().IsZero() && (c.Share.IsZero() || !c.PaidOn.After(c.DueOn)) {
			s.State, s.Effectuates = StateActive, true
		}
	}
}

// pastDue applies the ladder of product rules section 7: C is the first unpaid
// month, its subsidy fixes the track, and each due date after it is a step.
func (s *EnrollmentStanding) pastDue(p *profile.Profile, account enrollment.AccountKind, e *Enrollment, asOf civil.Date) {
	c := s.FirstUnpaid
	s.Track = TrackShort
	steps := p.Grace.ShortDueDates.On(asOf)
	s.EndMonth = c.Prev()
	switch {
	case account == enrollment.AccountGroup:
		s.Track, steps = TrackGroup, p.Grace.GroupMonths.On(asOf)
	case subsidisedIn(e.Charges, c):
		s.Track, steps = TrackLong, p.Grace.LongDueDates.On(asOf)
		s.EndMonth = c
	}
	s.State, s.Rule = StatePastDue, "R-DUE-1"
	if s.Track == TrackShort {
		s.Rule = "R-DUE-2"
	}
	passed := 0
	for passed < steps && p.DueOn(c.Add(passed+1)).Before(asOf) {
		passed++
	}
	s.CureBy, s.EndsBy = p.DueOn(c.Add(passed+1)), p.DueOn(c.Add(steps))
	if s.Track == TrackLong {
		s.GraceMonth = min(passed+1, steps)
	}
	if passed == steps {
		s.State, s.CureBy, s.EndsBy = StateEnding, civil.Date{}, civil.Date{}
	}
}

// decisions is what the recorded acts on one enrollment come to, in any order:
// an end counts until a later reinstatement, the latest roll gives the start.
type decisions struct {
	effectuated, lapsed, ended bool
	start, end                 civil.Month
	rolledOn, endedOn          civil.Date
}

func summarize(all []Decision) decisions {
	var d decisions
	var reinstatedOn civil.Date
	for _, x := range all {
		switch x.Kind {
		case DecisionEffectuate:
			d.effectuated = true
		case DecisionLapse:
			d.lapsed = true
		case DecisionRoll:
			if supersedes(x, d.rolledOn, d.start) {
				d.rolledOn, d.start = x.On, x.Month
			}
		case DecisionEnd, DecisionCancel:
			if supersedes(x, d.endedOn, d.end) {
				d.endedOn, d.end = x.On, x.Month
			}
		case DecisionReinstate:
			if x.On.After(reinstatedOn) {
				reinstatedOn = x.On
			}
		}
	}
	d.ended = !d.endedOn.IsZero() && (reinstatedOn.IsZero() || reinstatedOn.Before(d.endedOn))
	return d
}

// supersedes tells whether x stands against a decision of the same kind made on
// a day for a month: the newer one does, and of two on one day the one for the
// later month, which favours the member.
func supersedes(x Decision, on civil.Date, month civil.Month) bool {
	return x.On.After(on) || x.On == on && x.Month.After(month)
}

func subsidisedIn(charges []Charge, m civil.Month) bool {
	for _, c := range charges {
		if c.Month == m {
			return c.Subsidised
		}
	}
	return false
}

// paidThrough gives the last month of the unbroken run of fully paid charges
// that begins with the start (I7).
func paidThrough(charges []Charge, start civil.Month) civil.Month {
	through := start.Prev()
	for {
		next, found := through.Next(), false
		for _, c := range charges {
			if c.Month == next && c.Unpaid().IsZero() {
				found = true
			}
		}
		if !found {
			break
		}
		through = next
	}
	if through.Before(start) {
		return civil.Month{}
	}
	return through
}

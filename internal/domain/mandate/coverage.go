package mandate

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// HasCoverage tells whether an account has coverage on a day, or is to have:
// without, a mandate pauses (R-AUTO-6).
func HasCoverage(s standing.Standing, on civil.Date) bool {
	for i := range s.Enrollments {
		e := &s.Enrollments[i]
		if e.State != standing.StateEnded && e.State != standing.StateLapsed && !e.CoveredTo.Before(on.Month()) {
			return true
		}
	}
	return false
}

// Began tells whether an account has coverage that has been paid for once:
// with it, a mandate that paused comes back.
func Began(s standing.Standing, on civil.Date) bool {
	for i := range s.Enrollments {
		e := &s.Enrollments[i]
		begun := e.State == standing.StateActive || e.State == standing.StatePastDue || e.State == standing.StateEnding
		if begun && !e.CoveredTo.Before(on.Month()) {
			return true
		}
	}
	return false
}

// Resumes tells whether a mandate that paused on a day comes back on another.
func Resumes(p *profile.Profile, pausedOn, on civil.Date) bool {
	return !on.After(KeptUntil(p, pausedOn))
}

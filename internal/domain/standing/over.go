package standing

import "quittance.org/quittance/internal/base/civil"

// OverSince tells whether all coverage of an account has ended, and the last day
// on which any of it was covered. An account with nothing that ever began has no
// such day, and one that has still to begin is not over.
func (s Standing) OverSince() (last civil.Date, over bool) {
	for _, e := range s.Enrollments {
		switch e.State {
		case StateEnded:
			if end := e.CoveredTo.Last(); end.After(last) {
				last = end
			}
		case StateLapsed:
		case StatePending, StateActive, StatePastDue, StateEnding:
			return civil.Date{}, false
		}
	}
	return last, !last.IsZero()
}

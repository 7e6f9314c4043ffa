package serving

import (
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/edge/web/portal"
)

// NumberProblem adds what is wrong with a Subscriber ID that does not have its
// twelve numbers: how many were typed, or that not all of it are numbers.
func NumberProblem(problems *portal.Problems, typed string) {
	clean := ident.CleanNumber(typed)
	if !ident.AllDigits(clean) {
		problems.Add(portal.FieldSubscriberID, portal.ProblemIDLetters)
		return
	}
	problems.Add(portal.FieldSubscriberID, portal.ProblemIDLength, "n", len(clean))
}

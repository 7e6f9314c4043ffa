package enrolling

import (
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
)

// openMonths gives the months of an enrollment from first to last that
// decisions have left of it; false when none is left.
func openMonths(id enrollment.ID, first, last civil.Month, decisions []store.Decision) (months, bool) {
	open := months{first, last}
	lapsed := false
	for _, d := range decisions {
		if d.EnrollmentID != id {
			continue
		}
		switch d.Kind {
		case standing.DecisionRoll, standing.DecisionUndoRoll:
			open.first = d.Month
		case standing.DecisionLapse:
			lapsed = true
		case standing.DecisionEnd, standing.DecisionCancel:
			open.last = d.Month
		case standing.DecisionReinstate, standing.DecisionUndoEnd:
			open.last, lapsed = last, false
		case standing.DecisionUndoLapse:
			lapsed = false
		}
	}
	return open, !lapsed && !open.last.Before(open.first)
}

// claim is a range of months that an enrollment holds for its kind.
type claim struct {
	kind enrollment.Kind
	months
	position int // in the file's household; wholeHousehold for one it does not mention
}

// overlaps finds enrollments that would give the account two open ones of a
// kind in one month. What is stored goes before what revises it, and that
// before what is new, so that a change of plan may shorten the old enrollment
// and add the new one in either order.
func overlaps(h *enrollcsv.Household, known *store.Household, matches []*store.EnrollmentRow, found []problem) []problem {
	refused := map[int]bool{}
	for _, p := range found {
		refused[p.enrollment] = true
	}
	var problems []problem
	for {
		p := firstOverlap(claims(h, known, matches, refused))
		if p == nil {
			return problems
		}
		// A refused revision leaves the stored months in place, which may push
		// out another: look again.
		refused[p.enrollment] = true
		problems = append(problems, *p)
	}
}

func claims(h *enrollcsv.Household, known *store.Household, matches []*store.EnrollmentRow, refused map[int]bool) []claim {
	var stored, revised, fresh []claim
	accepted := map[*store.EnrollmentRow]bool{}
	for i, e := range h.Enrollments {
		if refused[i] {
			continue
		}
		if matches[i] == nil {
			fresh = append(fresh, claim{e.Kind, months{e.First, e.Last}, i})
			continue
		}
		accepted[matches[i]] = true
		if open, ok := openMonths(matches[i].ID, e.First, e.Last, known.Decisions); ok {
			revised = append(revised, claim{e.Kind, open, i})
		}
	}
	if known != nil {
		for _, old := range known.Enrollments {
			if open, ok := openMonths(old.ID, old.First, old.Last, known.Decisions); ok && !accepted[old] {
				stored = append(stored, claim{old.Kind, open, wholeHousehold})
			}
		}
	}
	return append(append(stored, revised...), fresh...)
}

// firstOverlap names the later of the first two claims that collide. Two that
// are stored already are not the file's fault.
func firstOverlap(all []claim) *problem {
	for i, c := range all {
		if c.position == wholeHousehold {
			continue
		}
		for _, before := range all[:i] {
			if before.kind == c.kind && before.overlaps(c.months) {
				return &problem{c.position, "from", "enrollment.overlap", fmt.Sprintf(
					"the account has another %s enrollment from %s to %s: end that one first, or correct the months", c.kind, before.first, before.last)}
			}
		}
	}
	return nil
}

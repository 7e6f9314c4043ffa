package letters

import (
	"slices"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/format/billpdf"
)

// outcome is what follows for one plan, or for all to which the same happens.
type outcome struct {
	kind enrollment.Kind
	section
}

// ifUnpaid tells what happens if a bill is not paid, with its dates: for each plan
// where that is not the same, as dental may end long before health (MA-DLQ-3).
func (a *author) ifUnpaid(b notifying.Bill) []billpdf.Section {
	if !b.Bill.AmountDue().IsPositive() {
		return nil
	}
	all := append(a.startless(b.Unpaid), a.endings(b)...)
	switch {
	case len(all) > 0:
	case !b.Unpaid.TotalDue.IsPositive(): // it is paid by now
		return nil
	default: // coverage is over
		all = []outcome{{section: section{Paragraphs: []string{a.t("paper.unpaid.owed", nil)}}}}
	}
	sections := make([]billpdf.Section, len(all))
	for i, o := range all {
		title := "paper.unpaid.title"
		if len(all) > 1 {
			title += "_" + string(o.kind)
		}
		sections[i] = billpdf.Section{Heading: a.t(title, nil), Paragraphs: o.Paragraphs, Points: o.Points}
	}
	return sections
}

// startless tells of coverage that does not start: it moves, or comes to nothing
// (R-BIND-2).
func (a *author) startless(unpaid standing.Standing) []outcome {
	var all []outcome
	var told []standing.Conclusion
	for _, c := range unpaid.Conclusions {
		same := func(x standing.Conclusion) bool {
			return x.Kind == c.Kind && x.Month == c.Month && x.Basis.Month == c.Basis.Month
		}
		if c.Kind != standing.DecisionRoll && c.Kind != standing.DecisionLapse || slices.ContainsFunc(told, same) {
			continue
		}
		told = append(told, c)
		args, key := catalogue.Args{"missed": c.Basis.Month.First()}, "paper.unpaid.lapses"
		if c.Kind == standing.DecisionRoll {
			key, args["starts"], args["by"] = "paper.unpaid.moves", c.Month.First(), a.profile.DueOn(c.Month)
		}
		all = append(all, outcome{unpaid.Enrollments[c.Enrollment].Kind, section{Paragraphs: []string{a.t(key, args)}}})
	}
	return all
}

// endings lists the days that come after the bill's for coverage that runs.
func (a *author) endings(b notifying.Bill) []outcome {
	var all []outcome
	lines := b.Unpaid.Timelines(func(e standing.EnrollmentStanding) bool { return e.State != standing.StateEnded })
	for _, t := range lines {
		says := section{Points: a.dated(fromDay(b.Bill.DueOn, t.Steps))}
		if len(says.Points) == 0 { // its clock stands
			says.Paragraphs = []string{a.t("paper.unpaid.owed", nil)}
		}
		all = append(all, outcome{t.Enrollments[0].Kind, says})
	}
	return all
}

// fromDay gives the steps to come, without what the bill itself says: that its
// month is to be paid.
func fromDay(day civil.Date, steps []standing.Step) []standing.Step {
	return slices.DeleteFunc(slices.Clone(steps), func(s standing.Step) bool { return s.On.Before(day) || s.Kind == standing.StepUnpaid })
}

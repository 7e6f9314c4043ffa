package serving

import (
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/edge/web/portal"
)

// ReadBirth reads a birth date and adds the one thing that is most wrong with
// each of its parts.
func ReadBirth(form portal.FindForm, today civil.Date, problems *portal.Problems) civil.Date {
	month, day, year := ident.CleanNumber(form.BirthMonth), ident.CleanNumber(form.BirthDay), ident.CleanNumber(form.BirthYear)
	if month+day+year == "" {
		problems.Add(portal.FieldBirthMonth, portal.ProblemBirthEmpty)
		return civil.Date{}
	}
	before := len(*problems)
	m, d, y := number(month), number(day), number(year)
	if m < 1 || m > 12 {
		problems.Add(portal.FieldBirthMonth, portal.ProblemBirthMonth)
	}
	if day == "" {
		problems.Add(portal.FieldBirthDay, portal.ProblemBirthDay)
	}
	switch {
	case year == "":
		problems.Add(portal.FieldBirthYear, portal.ProblemBirthYear)
	case len(year) != 4 || y < 0:
		problems.Add(portal.FieldBirthYear, portal.ProblemBirthYear4)
	}
	if len(*problems) > before {
		return civil.Date{}
	}
	birth := civil.NewDate(y, time.Month(m), d)
	switch {
	case birth.Day() != d || birth.Year() != y || y < 1880:
		problems.Add(portal.FieldBirthDay, portal.ProblemBirthReal)
	case !birth.Before(today):
		problems.Add(portal.FieldBirthYear, portal.ProblemBirthPast)
	}
	return birth
}

// number reads digits; -1 for anything else.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || strings.HasPrefix(s, "+") || len(s) > 4 {
		return -1
	}
	return n
}

package profile

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
)

// Dated is a term that may differ from day to day. A parsed one answers for
// every day there is: its periods follow each other without gap or overlap.
type Dated[T any] struct {
	periods []Period[T] // oldest first
}

// Period is one value and the days it is in force. A zero From means since
// ever, a zero To until further notice.
type Period[T any] struct {
	From, To civil.Date
	Value    T
}

// Always makes a term that never changes.
func Always[T any](value T) Dated[T] { return Dated[T]{[]Period[T]{{Value: value}}} }

// On gives the value in force on day d.
func (t Dated[T]) On(d civil.Date) T {
	for _, p := range t.periods {
		if p.holds(d) {
			return p.Value
		}
	}
	var none T
	return none
}

// Periods gives the values with the days they are in force, oldest first.
func (t Dated[T]) Periods() []Period[T] { return slices.Clone(t.periods) }

func (p Period[T]) holds(d civil.Date) bool {
	return (p.From.IsZero() || !d.Before(p.From)) && (p.To.IsZero() || !d.After(p.To))
}

// changes lists the first day of each period that has one.
func (t Dated[T]) changes() []civil.Date {
	var days []civil.Date
	for _, p := range t.periods {
		if !p.From.IsZero() {
			days = append(days, p.From)
		}
	}
	return days
}

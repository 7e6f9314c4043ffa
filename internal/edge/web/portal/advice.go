package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// First is P4: how to pay the first bill, which starts coverage.
type First struct {
	Starts    []Start    // the next days on which coverage can start
	Confirmed civil.Date // about when the plan confirms what is paid today
	Cards     civil.Date // about when the ID cards come
	Reference bool       // an enrollment reference finds the bill too
	ZIPCode   bool       // a ZIP code does, in place of the birth date
	Card      bool       // cards are taken
	Moves     int        // how often a missed start moves by a month; 0: it never does
}

// Start is a first day of coverage and the day by which to pay for it.
type Start struct{ On, PayBy civil.Date }

func (First) page() page { return page{template: "first", title: "first.title"} }

// Next gives the start that comes first.
func (f First) Next() Start { return f.Starts[0] }

// Behind is P5: what happens to people who are behind, and who helps.
type Behind struct {
	Price      money.Amount // of the example, a month
	Due        civil.Date   // the payment that is missed in it
	Helped     []Step       // with help from the state or a tax credit
	Full       []Step       // without
	ChangeBy   civil.Date   // the last day to report a change that counts from ChangeOn
	ChangeOn   civil.Month  // the month from which it counts
	Waiver     bool         // hardship waivers are granted
	PlanMonths int          // payment plans run so long; 0: there are none
	ReturnDays int          // coverage that ended can be had back so long
	Postmark   bool         // a postmark by the day is in time
}

func (Behind) page() page { return page{template: "behind", title: "behind.title"} }

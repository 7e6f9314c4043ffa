package closing

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
)

// Codes of what can not be run.
const (
	CodeNotBegun  = "day.not_begun" // the date is in the future
	CodeTooOld    = "day.too_old"   // the date lies before the first that was ever run
	CodeElsewhere = "day.elsewhere" // another node is running the day
)

// Run runs every business date up to and including one that is not complete,
// the oldest first, and gives those it worked on; the last is the date asked
// for. The first date that is ever asked for is the first of all. Failed steps
// are tried again.
//
// A date that stays incomplete does not hold up the next one: what is due is
// concluded from the facts, on the next date as well.
func (s *Service) Run(ctx context.Context, date civil.Date) ([]Day, error) {
	if today := s.Today(); date.After(today) {
		return nil, fault.New(fault.Invalid, CodeNotBegun, "%s has not begun: today is %s", date, today)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var days []Day
	err := s.lead(ctx, func() error {
		dates, err := s.pending(ctx, date)
		if err != nil {
			return err
		}
		days, err = s.runAll(ctx, dates, date, true)
		return err
	})
	return days, err
}

// CatchUp is Run without anybody asking: it does nothing when another node is
// at it, and leaves alone the steps that have failed too often or a short while
// ago.
func (s *Service) CatchUp(ctx context.Context, date civil.Date) ([]Day, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	default:
		return nil, nil // this node is at it already
	}
	ready := func() ([]civil.Date, error) {
		dates, err := s.pending(ctx, date)
		if fault.Is(err, CodeTooOld) {
			return nil, nil // the first date was run ahead of its hour
		}
		if err != nil {
			return nil, err
		}
		return s.workable(ctx, dates)
	}
	if dates, err := ready(); err != nil || len(dates) == 0 {
		return nil, err
	}
	var days []Day
	err := s.lead(ctx, func() error {
		dates, err := ready() // another node may have been faster
		if err != nil {
			return err
		}
		days, err = s.runAll(ctx, dates, date, false)
		return err
	})
	if fault.Is(err, CodeElsewhere) {
		return nil, nil
	}
	return days, err
}

// runAll runs dates in order.
func (s *Service) runAll(ctx context.Context, dates []civil.Date, last civil.Date, asked bool) ([]Day, error) {
	if asked && !slices.Contains(dates, last) {
		dates = append(dates, last) // complete: to be shown
	}
	var days []Day
	for _, date := range dates {
		d, err := s.Day(ctx, date)
		if err != nil {
			return days, err
		}
		err = s.run(ctx, &d, asked)
		days = append(days, d)
		if err != nil {
			return days, err
		}
	}
	return days, nil
}

// openAtOnce bounds how many incomplete dates are looked at: more than a year.
const openAtOnce = 400

// pending gives the dates up to last that are not complete, in order: those
// that were begun and those that nobody began.
func (s *Service) pending(ctx context.Context, last civil.Date) (dates []civil.Date, err error) {
	err = s.db.Read(ctx, "pending business days", func(tx *store.ReadTx) error {
		dates = nil
		first, err := tx.FirstDay()
		switch {
		case fault.KindOf(err) == fault.NotFound:
			dates = []civil.Date{last}
			return nil
		case err != nil:
			return err
		case last.Before(first):
			return fault.New(fault.Invalid, CodeTooOld, "the first business date of this database is %s; none before it is run", first)
		}
		if dates, err = openDates(tx, last); err != nil {
			return err
		}
		missed, err := missedDates(tx, last)
		dates = append(dates, missed...)
		return err
	})
	return dates, err
}

func openDates(tx *store.ReadTx, last civil.Date) ([]civil.Date, error) {
	rows, err := tx.OpenDays(openAtOnce)
	if err != nil {
		return nil, err
	}
	var dates []civil.Date
	for _, row := range rows {
		if !row.Date.After(last) {
			dates = append(dates, row.Date)
		}
	}
	return dates, nil
}

// missedDates gives the dates after the latest that was begun.
func missedDates(tx *store.ReadTx, last civil.Date) ([]civil.Date, error) {
	latest, err := tx.LastDays(1)
	if err != nil || len(latest) == 0 {
		return nil, err
	}
	var dates []civil.Date
	for date := latest[0].Date.AddDays(1); !date.After(last); date = date.AddDays(1) {
		dates = append(dates, date)
	}
	return dates, nil
}

// workable keeps the dates that have a step to be run without anybody asking.
func (s *Service) workable(ctx context.Context, dates []civil.Date) ([]civil.Date, error) {
	var found []civil.Date
	for _, date := range dates {
		d, err := s.Day(ctx, date)
		if err != nil {
			return nil, err
		}
		if s.anyReady(d, false) {
			found = append(found, date)
		}
	}
	return found, nil
}

// Status is what there is to know about the business day.
type Status struct {
	Today  civil.Date   `json:"today"`
	Days   []Day        `json:"days"`   // those asked for, the latest first, and every older one that is not complete
	Missed []civil.Date `json:"missed"` // up to today, that nobody began
	ToDo   []string     `json:"to_do"`
}

// Status tells about the last days, and about older ones that are not complete.
func (s *Service) Status(ctx context.Context, last int) (status Status, err error) {
	err = s.db.Read(ctx, "status of business days", func(tx *store.ReadTx) error {
		status = Status{Today: s.Today(), Days: []Day{}, Missed: []civil.Date{}}
		missed, err := missedDates(tx, status.Today)
		if err != nil {
			return err
		}
		status.Missed = append(status.Missed, missed...)
		dates, err := shownDates(tx, last)
		if err != nil {
			return err
		}
		for _, date := range dates {
			d, err := s.dayOf(tx, date)
			if err != nil {
				return err
			}
			status.Days = append(status.Days, d)
		}
		return nil
	})
	status.ToDo = status.toDo()
	return status, err
}

func shownDates(tx *store.ReadTx, last int) ([]civil.Date, error) {
	latest, err := tx.LastDays(last)
	if err != nil {
		return nil, err
	}
	open, err := tx.OpenDays(openAtOnce)
	if err != nil {
		return nil, err
	}
	var dates []civil.Date
	for _, row := range slices.Concat(latest, open) {
		dates = append(dates, row.Date)
	}
	slices.SortFunc(dates, func(a, b civil.Date) int { return b.Compare(a) })
	return slices.Compact(dates), nil
}

// toDo lists what a person does, the oldest date first.
func (s Status) toDo() []string {
	list := []string{}
	for _, d := range slices.Backward(s.Days) {
		if d.ToDo != "" {
			list = append(list, d.ToDo)
		}
	}
	if len(s.Days) > 0 {
		list = append(list, s.Days[0].setAside()...)
	}
	switch n := len(s.Missed); {
	case len(s.Days) == 0:
		list = append(list, "no business date was ever run: start the server, or run the first: quittance day run")
	case n == 1:
		list = append(list, s.Missed[0].String()+" was not run yet: the server does so at its hour, or: quittance day run")
	case n > 1:
		list = append(list, s.Missed[0].String()+" to "+s.Missed[n-1].String()+" were not run: start the server, or run them in order: quittance day run")
	}
	return list
}

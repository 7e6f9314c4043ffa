package collecting

import (
	"context"
	"fmt"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// ActorOutage gives the extensions that follow from outages alone.
const ActorOutage = "system:outage"

// How long nobody serves before it is an outage: a new version takes a minute.
// After a week it is none: the marketplace was not in service, or its clock is
// wrong, and staff declare what people could not do.
const (
	shortestOutage = 5 * time.Minute
	longestOutage  = 7 * 24 * time.Hour
)

// furthestClosing is how far ahead a closing can be declared.
const furthestClosing = 60 * 24 * time.Hour

// Outage is a time in which people could not pay as they are used to.
type Outage = store.Outage

// OutageOf is what could not be used: portal, cards or bank.
type OutageOf = store.Service

// Beat records that a node serves people now, and how long nobody did, if that
// was an outage (R-CAL-3). since is how long ago this process itself last did,
// by a clock that nobody sets; zero: it has just come up. A clock that jumps
// makes no outage: it is believed only as far as since is.
func (s *Service) Beat(ctx context.Context, node string, since time.Duration) error {
	return s.db.InTx(ctx, "heartbeat", func(tx *store.Tx) error {
		last, err := tx.Heartbeat()
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if err == nil {
			silent := tx.Now().Sub(last)
			if since > 0 {
				silent = min(silent, since)
			}
			if isOutage(silent) {
				tx.InsertOutage(Outage{
					Service: store.ServicePortal, Outage: standing.Outage{From: tx.Now().Add(-silent), To: tx.Now()},
					Cause: store.OutageSilence, Actor: ActorOutage,
				})
			}
		}
		tx.Beat(node)
		return nil
	})
}

func isOutage(silent time.Duration) bool { return silent >= shortestOutage && silent <= longestOutage }

// CodeOutageTimes marks a declared outage that can not be.
const CodeOutageTimes = "outage.times"

// DeclareOutage records what staff know: people could not use a service from
// one moment to another. Of the portal they may say so ahead: it is closed then,
// and its pages say until when. Due dates whose cut-off it hit are moved at once if it
// has passed, and by the night after it otherwise. It tells how many accounts
// were given more time. The same outage twice moves nothing twice.
func (s *Service) DeclareOutage(ctx context.Context, o Outage) (int, error) {
	now := s.db.Now()
	switch {
	case o.Actor == "" || o.Reason == "":
		return 0, fault.New(fault.Invalid, CodeNoReason, "an outage needs who declares it and why")
	case o.Service != store.ServicePortal && o.Service != store.ServiceCards && o.Service != store.ServiceBank:
		return 0, fault.New(fault.Invalid, CodeOutageTimes, "%.20q is no service: portal, cards or bank", o.Service)
	case o.From.IsZero() || !o.From.Before(o.To) || o.To.After(now) && o.Service != store.ServicePortal:
		return 0, fault.New(fault.Invalid, CodeOutageTimes, "an outage begins before it ends, and has ended; only the portal can be closed ahead")
	case o.To.After(now.Add(furthestClosing)):
		return 0, fault.New(fault.Invalid, CodeOutageTimes, "the portal is closed at most %d days ahead", int(furthestClosing.Hours()/24))
	case o.To.Sub(o.From) > longestOutage:
		return 0, fault.New(fault.Invalid, CodeOutageTimes, "an outage of more than a week moves no due dates by itself: extend them for who it hit")
	}
	o.Cause = store.OutageDeclared
	if err := s.db.InTx(ctx, "declare outage", func(tx *store.Tx) error { tx.InsertOutage(o); return nil }); err != nil {
		return 0, err
	}
	given := 0
	for due := s.profile.Today(o.From); !due.After(s.profile.Today(o.To).AddDays(1)) && s.profile.CutoffOn(due).Before(now); due = due.AddDays(1) {
		n, err := s.ExtendAfterOutages(ctx, due)
		if given += n; err != nil {
			return given, err
		}
	}
	return given, nil
}

// EndClosings opens the portal again at once, and forgets the closings that have
// not begun. It tells how many there were.
func (s *Service) EndClosings(ctx context.Context, actor string) (ended int64, err error) {
	if actor == "" {
		return 0, fault.New(fault.Invalid, CodeNoReason, "somebody must say that the portal opens")
	}
	err = s.db.InTx(ctx, "end closings", func(tx *store.Tx) error {
		ended, err = tx.EndClosings(actor)
		return err
	})
	return ended, err
}

// Outages gives the outages that overlap a time.
func (s *Service) Outages(ctx context.Context, from, to civil.Instant) (all []Outage, err error) {
	err = s.db.Read(ctx, "outages", func(tx *store.ReadTx) error {
		all, err = tx.Outages(from, to)
		return err
	})
	return all, err
}

// ExtendAfterOutages moves a due date, and due dates that were moved to it, for
// everybody who has not paid, when people could not pay for too long before its
// cut-off (R-CAL-3). It tells for how many it was new; to repeat it changes
// nothing.
func (s *Service) ExtendAfterOutages(ctx context.Context, due civil.Date) (int, error) {
	until, moved, err := s.afterOutages(ctx, due)
	if err != nil || !moved {
		return 0, err
	}
	x := Extension{Due: due, Until: until, Actor: ActorOutage, Reason: fmt.Sprintf("people could not pay before the cut-off of %s", due)}
	given, err := s.ExtendAll(ctx, x)
	if err != nil {
		return given, err
	}
	again, err := s.extendAgain(ctx, x)
	return given + again, err
}

// afterOutages applies the rule to what is on record, and to a silence that
// lasts still.
func (s *Service) afterOutages(ctx context.Context, due civil.Date) (until civil.Date, moved bool, err error) {
	cutoff := s.profile.CutoffOn(due)
	err = s.db.Read(ctx, "outages before a cut-off", func(tx *store.ReadTx) error {
		known, err := tx.Outages(cutoff.Add(-longestOutage), cutoff)
		if err != nil {
			return err
		}
		var outages []standing.Outage
		for _, o := range known {
			outages = append(outages, o.Outage)
		}
		last, err := tx.Heartbeat()
		switch {
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return err
		case err == nil && isOutage(tx.Now().Sub(last)):
			outages = append(outages, standing.Outage{From: last, To: tx.Now()})
		}
		until, moved = standing.AfterOutage(s.profile, due, outages)
		return nil
	})
	return until, moved, err
}

// extendAgain gives those more time whose extension ended on the day.
func (s *Service) extendAgain(ctx context.Context, x Extension) (int, error) {
	given := 0
	var last store.AccountExtension
	for {
		var page []store.AccountExtension
		err := s.db.Read(ctx, "extensions that end", func(tx *store.ReadTx) (err error) {
			page, err = tx.ExtendedTo(x.Due, last, extendPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return given, err
		}
		done := map[civil.Date]bool{}
		for _, e := range page {
			if done[e.Due] {
				continue
			}
			done[e.Due] = true
			n, err := s.ExtendMany(ctx, store.AccountsOf(page, e.Due), Extension{Due: e.Due, Until: x.Until, Actor: x.Actor, Reason: x.Reason})
			if given += n; err != nil {
				return given, err
			}
		}
		last = page[len(page)-1]
	}
}

package admitting

import (
	"context"
	"maps"
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/store"
)

// look writes down who was seen, calls whom there is room for and looks at all
// places, when that is due. One request does it; the others go on with what was
// known.
func (s *Service) look(ctx context.Context) {
	now := s.Clock.Now()
	s.mu.Lock()
	if now.Before(s.due) && s.due.Sub(now) <= time.Minute { // a clock that went back waits for nothing
		s.mu.Unlock()
		return
	}
	s.due = now.Add(lookEvery)
	seen, wanted := s.seen, len(s.known.waits) > 0 || now.Sub(s.swept) >= sweepEvery
	if wanted {
		s.swept = now
	}
	s.seen = map[Place]store.Place{}
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookMost)
	defer cancel()
	p, err := s.turn(ctx, now, seen, wanted)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		for id, place := range seen { // the next look writes it
			if _, newer := s.seen[id]; !newer {
				s.seen[id] = place
			}
		}
		s.Log.WarnContext(ctx, "the line can not be read", "error", err)
		return
	}
	s.known = p
	s.due = now.Add(lookEvery * time.Duration(1+(len(p.waits)+len(p.in))/lookSlower))
	s.line.look(s, now)
}

// turn is one look at the database. Nothing is written for nobody, unless due.
func (s *Service) turn(ctx context.Context, now civil.Instant, seen map[Place]store.Place, due bool) (picture, error) {
	ids := slices.SortedFunc(maps.Keys(seen), Place.Compare) // nodes that write the same rows do it in the same order
	places := make([]store.Place, len(ids))
	for i, id := range ids {
		places[i] = seen[id]
	}
	if len(places) > 0 || due {
		if err := s.call(ctx, now, places); err != nil {
			return picture{}, err
		}
	}
	p := emptyPicture()
	err := s.DB.Read(ctx, "look at the line", func(tx *store.ReadTx) (err error) {
		p, err = s.draw(tx, now)
		return err
	})
	return p, err
}

// call writes down who was seen and lets in whom there is room for.
func (s *Service) call(ctx context.Context, now civil.Instant, seen []store.Place) error {
	return s.DB.InTx(ctx, "call the line", func(tx *store.Tx) error {
		tx.PutPlaces(seen)
		tx.DeletePlaces(now.Add(-forgetAfter))
		taken, err := tx.RoomTaken(now)
		if err != nil || taken >= int64(s.Places) {
			return err
		}
		_, err = tx.CallPlaces(now, now.Add(heldCalled), int64(s.Places)-taken)
		return err
	})
}

// draw reads all places.
func (s *Service) draw(tx *store.ReadTx, now civil.Instant) (picture, error) {
	p := emptyPicture()
	line, err := tx.Line(now, lineMost+1)
	if err != nil {
		return p, err
	}
	entered, err := tx.EnteredPlaces(now, enteredMost)
	if err != nil {
		return p, err
	}
	for _, place := range entered {
		p.in[place.ID] = place
		if place.Held.After(now) {
			p.taken++
		}
	}
	for _, place := range line {
		p.waits[place.ID] = waiter{place, p.there}
		if place.Held.After(now) {
			p.there++
		}
	}
	since := now.Add(-rateOver)
	called, first, err := tx.CalledSince(since)
	if first.After(since) {
		since = first
	}
	p.pace = pace(called, now.Sub(since))
	return p, err
}

// pace gives how many are called in a minute; 0 if too few were to tell.
func pace(called int64, within time.Duration) float64 {
	if called < rateLeast || within < rateAfterLeast {
		return 0
	}
	return float64(called) / within.Minutes()
}

// networks counts the new places of each network within a minute.
type networks struct {
	since civil.Instant
	told  map[string]int
}

func (n *networks) count(network string, now civil.Instant) {
	if now.Sub(n.since) >= time.Minute || now.Before(n.since) {
		n.since, n.told = now, map[string]int{}
	}
	if len(n.told) < networksTold || n.told[network] > 0 {
		n.told[network]++
	}
}

func (n *networks) reached(network string, now civil.Instant) bool {
	return now.Sub(n.since) < time.Minute && n.told[network] >= networkMinute
}

// crowds tells whether no new place can be given to a network, and whether
// others wait.
func (s *Service) crowds(network string, now civil.Instant) (crowded, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.known.waits) >= lineMost || s.networks.reached(network, now), s.known.there > 0
}

// lineLog tells the log when there is a line on this node's sight, and what
// becomes of it.
type lineLog struct {
	since civil.Instant // zero: there is none
	told  civil.Instant
}

const tellEvery = time.Minute

func (l *lineLog) begins(s *Service, now civil.Instant) {
	if l.since.IsZero() {
		l.since, l.told = now, now
		s.Log.Info("line began", "places", s.Places)
	}
}

func (l *lineLog) look(s *Service, now civil.Instant) {
	switch {
	case len(s.known.waits) > 0 && l.since.IsZero():
		l.begins(s, now)
	case len(s.known.waits) > 0 && now.Sub(l.told) >= tellEvery:
		l.told = now
		s.Log.Info("line", "wait", s.known.there, "in", len(s.known.in), "called_a_minute", int(s.known.pace))
	case len(s.known.waits) == 0 && !l.since.IsZero():
		s.Log.Info("line ended", "lasted", now.Sub(l.since).Round(time.Second))
		l.since = civil.Instant{}
	}
}

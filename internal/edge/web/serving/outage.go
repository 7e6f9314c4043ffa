package serving

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Outages gives what is on record of times in which people could not pay, gone
// and planned, that overlap a time.
type Outages func(ctx context.Context, from, to civil.Instant) ([]collecting.Outage, error)

// lately remembers outages for some seconds: every page asks.
type lately struct {
	ask Outages

	mu    sync.Mutex
	asked time.Time // on the clock that nobody sets; zero: never
	known []collecting.Outage
}

// How long outages are remembered, and which matter to pages: one may have moved
// a due date of this month or the last, one may close the site.
const (
	rememberFor = 5 * time.Second
	askFor      = 2 * time.Second
	outagesPast = 40 * 24 * time.Hour
	outagesSoon = 24 * time.Hour
)

// at gives the outages about a moment. What was known last counts while somebody
// asks and while the database does not answer: no page waits for it long.
func (l *lately) at(ctx context.Context, now civil.Instant) ([]collecting.Outage, error) {
	if l.ask == nil {
		return nil, nil
	}
	known, fresh := l.turn()
	if fresh {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	all, err := l.ask(ctx, now.Add(-outagesPast), now.Add(outagesSoon))
	if err != nil {
		return known, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = all
	return all, nil
}

// turn gives what is known, and whether that will do; if not, it is the caller's
// turn to ask.
func (l *lately) turn() (known []collecting.Outage, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if fresh = !l.asked.IsZero() && clock.Elapsed(l.asked) < rememberFor; !fresh {
		l.asked = clock.Start()
	}
	return l.known, fresh
}

// recent gives the outages about now.
func (s *Site) recent(ctx context.Context) []collecting.Outage {
	all, err := s.outages.at(ctx, s.Clock.Now())
	if err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "outages can not be read", "request", RequestID(ctx), "error", err)
	}
	return all
}

func times(all []collecting.Outage) []standing.Outage {
	var outages []standing.Outage
	for _, o := range all {
		outages = append(outages, o.Outage)
	}
	return outages
}

// alert is the notice that all pages show after an outage on a due day (R-CAL-3).
func (s *Site) alert(ctx context.Context) *portal.SiteAlert {
	m, ok := standing.MovedDue(s.Profile, s.Clock.Now(), times(s.recent(ctx)))
	if !ok {
		return nil
	}
	return &portal.SiteAlert{Down: m.Down, Until: m.Until}
}

// WhileOpen answers for a page while the site is closed for a time that was
// declared ahead (brief 12). A nil handler stays nil.
func (s *Site) WhileOpen(next http.HandlerFunc) http.HandlerFunc {
	if next == nil {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request) {
		now := s.Clock.Now()
		outages := s.recent(r.Context())
		i := slices.IndexFunc(outages, func(o collecting.Outage) bool { return o.Closes(now) })
		if i < 0 {
			next(w, r)
			return
		}
		// The due date is where it was, unless it moves because of this.
		view := portal.System{Kind: portal.SystemClosed, Back: outages[i].To}
		if due, _ := owing.NextDue(s.Profile, s.Today()); standing.DueAfter(s.Profile, due, times(outages)) == due {
			view.Due = due
		}
		w.Header().Set("Retry-After", strconv.Itoa(int(view.Back.Sub(now).Seconds())+1))
		s.Visit(w, r).Show(view)
	}
}

// DueDay gives the day that counts for a due date for everybody: a later one after
// an outage (R-CAL-3). What was moved for some alone is on their own pages.
func (s *Site) DueDay(ctx context.Context, due civil.Date) civil.Date {
	return standing.DueAfter(s.Profile, due, times(s.recent(ctx)))
}

// Package admitting lets so many people into the pages of paying at the same
// time, and keeps those who come after in line (traffic protection, brief 12).
//
// Who comes first is let in first. A place in line is a row that all nodes see,
// named by a signed ticket in the browser; nothing in it tells who it is. Each
// node looks at all places once a second and answers from memory until then, so
// that somebody who waits costs next to nothing.
//
// Nobody who is in is ever sent out: a place only stops to take up room, when
// the payment is made or its holder has not been seen for some minutes.
package admitting

import (
	"context"
	"crypto/hmac"
	"log/slog"
	"strings"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/store"
)

// Place names a place, in line or in the pages of paying.
type Place = ident.UUID

// How long things last. A browser that waits asks every AskEvery; one that was
// not heard of for heldWaiting is passed over, and keeps its place for KeptFor.
const (
	AskEvery = 20 * time.Second
	KeptFor  = 10 * time.Minute

	heldWaiting = 90 * time.Second
	heldCalled  = time.Minute     // for whoever is called to come
	heldIn      = 5 * time.Minute // since the last page: a form takes its time
	writeAfter  = 30 * time.Second
	usedTwice   = 10 * time.Second // a button that is pressed twice opens one bill
	lookEvery   = time.Second
	lookMost    = 2 * time.Second // for an answer of the database
	forgetAfter = rateOver
	sweepEvery  = time.Minute
)

// Bounds of what strangers can make us keep.
const (
	lineMost       = 20_000 // places in line
	enteredMost    = 50_000
	networkMinute  = 60 // new places for one network in a minute, on one node
	networksTold   = 10_000
	lookSlower     = 5_000 // more places are looked at a second later each
	rateOver       = 5 * time.Minute
	rateLeast      = 3 // called, before a pace is told
	rateAfterLeast = 30 * time.Second
)

// Config is what the service works with.
type Config struct {
	DB     *store.DB
	Clock  clock.Clock   // the machine's, as browsers have it
	Places int           // people in the pages of paying at the same time; above 0
	Stay   time.Duration // how long a session of the paying pages lives
	Log    *slog.Logger
}

// Service knows who is in and who waits.
type Service struct {
	Config
	ids *ident.Maker

	mu       sync.Mutex
	known    picture
	seen     map[Place]store.Place // whose times have moved and are to be written
	due      civil.Instant         // the next look
	swept    civil.Instant         // the last look that wrote for nobody
	networks networks
	line     lineLog
}

// picture is what was found at the last look.
type picture struct {
	waits map[Place]waiter
	in    map[Place]store.Place
	there int     // who waits and can be called
	taken int     // who is in and takes up room
	pace  float64 // called in a minute; 0: can not be told
}

type waiter struct {
	store.Place
	ahead int
}

// New makes the service.
func New(c Config) *Service {
	return &Service{Config: c, ids: ident.NewMaker(c.Clock, nil), seen: map[Place]store.Place{}, known: emptyPicture()}
}

func emptyPicture() picture {
	return picture{waits: map[Place]waiter{}, in: map[Place]store.Place{}}
}

// Answer says where somebody is.
type Answer struct {
	In     bool
	Place  Place
	Ticket string        // for the browser to keep; "": it has it
	Full   bool          // not even a place in line can be given
	Ahead  int           // who is there and comes first
	Wait   time.Duration // that it may take; 0: can not be told
}

// Busy tells whether somebody who comes now would probably wait.
func (s *Service) Busy(ctx context.Context) bool {
	s.look(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known.there > 0 || s.known.taken >= s.Places
}

// NewTicket makes a ticket that is nobody's place yet. Whoever brings it back
// keeps cookies.
func (s *Service) NewTicket() string { return s.sign(s.ids.New()) }

// NewPlace makes a place for somebody who is in already.
func (s *Service) NewPlace() Place { return s.ids.New() }

func (s *Service) sign(id Place) string { return id.String() + "." + s.signature(id) }

func (s *Service) signature(id Place) string {
	return s.DB.Vault().IndexText("place.ticket", id.String())[:32]
}

// read gives the place that a ticket names, false if it is none of ours.
func (s *Service) read(ticket string) (Place, bool) {
	name, signature, _ := strings.Cut(ticket, ".")
	id, err := ident.ParseUUID(name)
	return id, err == nil && hmac.Equal([]byte(signature), []byte(s.signature(id)))
}

// Known answers from memory for a ticket that has a place, and notes that its
// holder is there.
func (s *Service) Known(ctx context.Context, ticket string) (Answer, bool) {
	id, ok := s.read(ticket)
	if !ok {
		return Answer{}, false
	}
	s.look(ctx)
	now := s.Clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.known.in[id]; ok && s.opens(p, now) {
		s.touch(p, now)
		return Answer{In: true, Place: id}, true
	}
	if w, ok := s.known.waits[id]; ok && w.Lost.After(now) {
		s.touch(w.Place, now)
		return s.known.waiting(id, w.ahead), true
	}
	return Answer{}, false
}

// opens tells whether a place lets its holder in: not when a bill was opened
// with it, which goes on in a session. Who brings it again has copied it.
func (s *Service) opens(p store.Place, now civil.Instant) bool {
	return p.Lost.After(now) && (p.Used.IsZero() || now.Sub(p.Used) < usedTwice)
}

func (p picture) waiting(id Place, ahead int) Answer {
	a := Answer{Place: id, Ahead: ahead}
	if p.pace > 0 {
		a.Wait = time.Duration(float64(ahead+1) / p.pace * float64(time.Minute))
	}
	return a
}

// touch notes that somebody was seen, if that moves their times by enough to
// write it down.
func (s *Service) touch(p store.Place, now civil.Instant) {
	held, lost := now.Add(heldWaiting), now.Add(KeptFor+writeAfter)
	if !p.Entered.IsZero() {
		held, lost = now.Add(heldIn), now.Add(s.Stay)
	}
	if held.Sub(p.Held) < writeAfter {
		return
	}
	p.Held, p.Lost = held, lost
	s.put(p)
	s.seen[p.ID] = p
}

// put notes a place in the picture.
func (s *Service) put(p store.Place) {
	switch w, waits := s.known.waits[p.ID]; {
	case !p.Entered.IsZero():
		if _, in := s.known.in[p.ID]; !in {
			s.known.taken++
		}
		s.known.in[p.ID] = p
	case waits:
		w.Place = p
		s.known.waits[p.ID] = w
	default:
		s.known.waits[p.ID] = waiter{p, s.known.there}
		s.known.there++
	}
}

// Come gives a place to somebody who has none: inside, if there is room and
// nobody waits for it, or else at the end of the line. network is where the
// request comes from; it is forgotten within a minute.
func (s *Service) Come(ctx context.Context, ticket, network string) (Answer, error) {
	if a, ok := s.Known(ctx, ticket); ok {
		return a, nil
	}
	now, spare := s.Clock.Now(), s.ids.New()
	id, genuine := s.read(ticket)
	crowded, waits := s.crowds(network, now)
	if crowded {
		return s.elsewhere(ctx, id, genuine, now)
	}
	var p store.Place
	fresh := false
	err := s.DB.InTx(ctx, "come to pay", func(tx *store.Tx) error {
		p, fresh = store.Place{ID: spare}, true
		if genuine {
			found, ok, err := tx.Place(id)
			switch {
			case err != nil:
				return err
			case ok && s.opens(found, now):
				p, fresh = found, false // got on another node, just now
				return nil
			case !ok:
				p.ID = id
			}
		}
		return s.settle(tx, &p, waits, now)
	})
	if err != nil {
		return Answer{}, err
	}
	return s.came(p, ticket, network, fresh, now), nil
}

// elsewhere answers when no new place can be given: who has one keeps it.
func (s *Service) elsewhere(ctx context.Context, id Place, genuine bool, now civil.Instant) (Answer, error) {
	if !genuine {
		return Answer{Full: true}, nil
	}
	var p store.Place
	ok := false
	err := s.DB.Read(ctx, "find place", func(tx *store.ReadTx) (err error) {
		p, ok, err = tx.Place(id)
		return err
	})
	if err != nil {
		return Answer{}, err
	}
	if !ok || !s.opens(p, now) {
		return Answer{Full: true}, nil
	}
	return s.came(p, s.sign(id), "", false, now), nil
}

// settle adds a new place where it belongs. While others wait nobody counts who
// is in: there is no room.
func (s *Service) settle(tx *store.Tx, p *store.Place, waits bool, now civil.Instant) error {
	p.Came, p.Held, p.Lost = now, now.Add(heldWaiting), now.Add(KeptFor+writeAfter)
	if !waits {
		taken, err := tx.RoomTaken(now)
		if err != nil {
			return err
		}
		first, err := tx.Callable(now)
		if err != nil {
			return err
		}
		if taken+first < int64(s.Places) {
			p.Entered, p.Held, p.Lost = now, now.Add(heldIn), now.Add(s.Stay)
		}
	}
	tx.PutPlaces([]store.Place{*p})
	return nil
}

// came answers somebody who has got a place, or has one from another node.
func (s *Service) came(p store.Place, ticket, network string, fresh bool, now civil.Instant) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fresh {
		s.networks.count(network, now)
	}
	ahead := s.known.there
	s.put(p)
	a := Answer{In: true, Place: p.ID}
	if p.Entered.IsZero() {
		a = s.known.waiting(p.ID, ahead)
		s.line.begins(s, now)
	}
	if signed := s.sign(p.ID); signed != ticket {
		a.Ticket = signed
	}
	return a
}

// Use opens a bill with a place, once: false for a copy of it.
func (s *Service) Use(ctx context.Context, id Place) (used bool, err error) {
	now := s.Clock.Now()
	err = s.DB.InTx(ctx, "use place", func(tx *store.Tx) (err error) {
		used, err = tx.UsePlace(id, now, now.Add(-usedTwice))
		return err
	})
	if err != nil || !used {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.known.in[id]; ok {
		p.Used = now
		s.known.in[id] = p
	}
	return true, nil
}

// Stays notes that somebody who is in was seen. They take up room again if they
// had stopped to, whether there is any or not.
func (s *Service) Stays(ctx context.Context, id Place) {
	now := s.Clock.Now()
	s.mu.Lock()
	p, ok := s.known.in[id]
	if !ok {
		p = store.Place{ID: id, Came: now, Entered: now, Used: now}
	}
	s.touch(p, now)
	s.mu.Unlock()
	s.look(ctx)
}

// Leave frees the place of somebody who has paid.
func (s *Service) Leave(ctx context.Context, id Place) {
	now := s.Clock.Now()
	s.mu.Lock()
	s.seen[id] = store.Place{ID: id, Came: now, Entered: now, Held: now, Lost: now, Used: now}
	if _, in := s.known.in[id]; in {
		delete(s.known.in, id)
		s.known.taken--
	}
	s.due = civil.Instant{} // those who wait on other nodes shall know
	s.mu.Unlock()
	s.look(ctx)
}

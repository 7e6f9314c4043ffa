package admitting_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// gate is a line with a node or more.
type gate struct {
	*testing.T
	db     *store.DB
	clock  *virtual.Clock
	places int
	log    *bytes.Buffer // of all nodes, by one logger
	logger *slog.Logger
	node   *admitting.Service
}

func each(t *testing.T, places int, test func(g *gate)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		g := &gate{T: t, db: db, clock: c, places: places, log: &bytes.Buffer{}}
		g.logger = slog.New(slog.NewTextHandler(g.log, nil))
		g.node = g.start()
		test(g)
	})
}

// start starts a node: the first, another, or one after a restart.
func (g *gate) start() *admitting.Service {
	return admitting.New(admitting.Config{
		DB: g.db, Clock: g.clock, Places: g.places, Stay: 30 * time.Minute, Log: g.logger,
	})
}

// person is a browser with its ticket.
type person struct {
	*gate
	ticket, network string
	place           admitting.Place
}

func (g *gate) person(name string) *person {
	return &person{gate: g, ticket: g.node.NewTicket(), network: "198.51.100." + name}
}

// asks asks for the page and tells what came of it: "in", "full" or how many
// are ahead.
func (p *person) asks() string { p.Helper(); return p.asksAt(p.node) }

func (p *person) asksAt(node *admitting.Service) string {
	p.Helper()
	a, err := node.Come(p.Context(), p.ticket, p.network)
	if err != nil {
		p.Fatal(err)
	}
	if a.Ticket != "" {
		p.ticket = a.Ticket
	}
	p.place = a.Place
	switch {
	case a.Full:
		return "full"
	case a.In:
		return "in"
	}
	return fmt.Sprint(a.Ahead)
}

func (p *person) is(want string) {
	p.Helper()
	apptest.Check(p.T, "answer", p.asks(), want)
}

// after lets time go by, in steps in which those who stay ask again.
func (g *gate) after(d time.Duration, staying ...*person) {
	g.Helper()
	for end := g.clock.Now().Add(d); g.clock.Now().Before(end); {
		g.clock.Advance(min(admitting.AskEvery, end.Sub(g.clock.Now())))
		for _, p := range staying {
			p.asks()
		}
	}
}

// leaves pays.
func (p *person) leaves() { p.node.Leave(p.Context(), p.place) }

// Who comes first is let in first, and nobody else while they are there.
func TestWhoComesFirstIsFirst(t *testing.T) {
	t.Parallel()
	each(t, 2, func(g *gate) {
		a, b, c, d := g.person("1"), g.person("2"), g.person("3"), g.person("4")
		a.is("in")
		b.is("in")
		c.is("0")
		g.clock.Advance(time.Second)
		d.is("1")
		c.is("0")
		a.leaves()
		g.clock.Advance(time.Second)
		d.is("0") // c is called, whoever asks first
		c.is("in")
		b.leaves()
		g.clock.Advance(time.Second)
		d.is("in")
	})
}

// A place in line is kept for ten minutes while its holder is away, and not
// longer. Who is away is passed over, and is the first again when they are back.
func TestAPlaceInLineIsKept(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		in, away, other := g.person("1"), g.person("2"), g.person("3")
		in.is("in")
		away.is("0")
		g.clock.Advance(time.Second)
		other.is("1")
		g.after(2*time.Minute, in, other)
		other.is("0")
		g.after(admitting.KeptFor-2*time.Minute-time.Second, in, other)
		away.is("0")
		g.clock.Advance(time.Second)
		other.is("1")
		g.after(admitting.KeptFor+time.Minute, in, other)
		other.is("0")
		before := away.ticket
		away.is("1")
		if away.ticket == before {
			t.Error("a lost place kept its ticket")
		}
	})
}

// Room goes to the first who is there.
func TestWhoIsAwayIsPassedOver(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		in, away, there := g.person("1"), g.person("2"), g.person("3")
		in.is("in")
		away.is("0")
		g.clock.Advance(time.Second)
		there.is("1")
		g.after(2*time.Minute, in, there)
		in.leaves()
		g.clock.Advance(time.Second)
		there.is("in")
		away.is("0")
	})
}

// Room is freed by who is not seen for five minutes; they are let in all the
// same when they come back, and nobody waits in vain for one who was called and
// did not come.
func TestRoomIsFreedByWhoIsAway(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		slow, gone, next := g.person("1"), g.person("2"), g.person("3")
		slow.is("in")
		gone.is("0")
		g.after(4*time.Minute+50*time.Second, gone)
		next.is("1")
		g.after(15 * time.Second)
		next.is("0") // gone was called
		g.after(time.Minute, next)
		next.is("in")
		slow.is("in")
		gone.is("in")
		g.after(time.Minute, slow, gone, next)
		g.person("4").is("0")
	})
}

// Who has a bill open takes up room while they are seen, as many as they are.
func TestNobodyWhoIsInIsSentOut(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		payer, next := g.person("1"), g.person("2")
		payer.is("in")
		g.after(6 * time.Minute) // reads a letter
		next.is("in")
		payer.node.Stays(t.Context(), payer.place)
		next.is("in")
		payer.is("in")
		next.leaves()
		g.clock.Advance(time.Second)
		late := g.person("3")
		late.is("0")
		g.after(6*time.Minute, late) // payer has closed the page
		late.is("in")
	})
}

// A session from before the line takes up room too.
func TestWhoWasThereBeforeTakesUpRoom(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		g.node.Stays(t.Context(), g.node.NewPlace())
		g.clock.Advance(time.Second)
		g.node.Stays(t.Context(), g.node.NewPlace()) // which writes the first one down
		g.person("1").is("0")
	})
}

// A ticket that we did not sign, and one of a place that opened a bill, get what
// anybody gets who comes now: the end of the line.
func TestForgedAndCopiedTicketsGetNothing(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		in, first := g.person("1"), g.person("2")
		in.is("in")
		first.is("0")
		for name, forged := range map[string]string{
			"nonsense": "x", "no signature": strings.Split(first.ticket, ".")[0],
			"a signature of another": strings.Split(first.ticket, ".")[0] + "." + strings.Split(in.ticket, ".")[1],
		} {
			p := g.person("3")
			p.ticket = forged
			if got := p.asks(); got == "in" || got == "0" {
				t.Errorf("%s: got %q", name, got)
			}
			if p.ticket == forged {
				t.Errorf("%s: stays a ticket", name)
			}
		}
		copied := g.person("4")
		copied.ticket = in.ticket
		use(t, in, true)
		use(t, copied, true) // within seconds it is a button pressed twice
		g.clock.Advance(11 * time.Second)
		copied.place = in.place
		use(t, copied, false)
		if got := copied.asks(); got != "4" {
			t.Errorf("a copied ticket: got %q", got)
		}
	})
}

func use(t *testing.T, p *person, want bool) {
	t.Helper()
	if p.place == (admitting.Place{}) {
		p.asks()
	}
	got, err := p.node.Use(t.Context(), p.place)
	if err != nil || got != want {
		t.Errorf("use: got %v, %v, want %v", got, err, want)
	}
}

// A server that starts again knows who was in, who waits, and in what order.
func TestTheLineOutlivesARestart(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		in, first, second := g.person("1"), g.person("2"), g.person("3")
		in.is("in")
		first.is("0")
		g.clock.Advance(time.Second)
		second.is("1")
		g.node = g.start()
		second.is("1")
		first.is("0")
		in.is("in")
		in.leaves()
		g.clock.Advance(time.Second)
		second.is("0")
		first.is("in")
	})
}

// Nodes that share a database have one line: it makes no difference which of
// them answers, and there is no more room with two.
func TestNodesHaveOneLine(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		one, two := g.node, g.start()
		in, first, second := g.person("1"), g.person("2"), g.person("3")
		for _, step := range []struct {
			who  *person
			node *admitting.Service
			want string
		}{
			{in, one, "in"}, {first, two, "0"}, {second, one, "1"}, {first, one, "0"}, {second, two, "1"}, {in, two, "in"},
		} {
			apptest.Check(t, "answer", step.who.asksAt(step.node), step.want)
			g.clock.Advance(time.Second)
		}
		one.Leave(t.Context(), in.place)
		g.clock.Advance(time.Second)
		apptest.Check(t, "answer", second.asksAt(one), "0")
		apptest.Check(t, "answer", first.asksAt(two), "in")
		apptest.Check(t, "answer", second.asksAt(two), "0")
	})
}

// Many who come at the same moment to two nodes take no more room than there is.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	const places = 5
	each(t, places, func(g *gate) {
		nodes := []*admitting.Service{g.node, g.start()}
		answers := make([]string, 24)
		var all sync.WaitGroup
		for i := range answers {
			p := g.person(fmt.Sprint(i))
			all.Go(func() { answers[i] = p.asksAt(nodes[i%2]) })
		}
		all.Wait()
		in := 0
		for _, a := range answers {
			if a == "in" {
				in++
			}
		}
		apptest.Check(t, "in", in, places)
	})
}

// One network can not take all the room, and a full line takes nobody; who has a
// place keeps it.
func TestAFlood(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		in := g.person("1")
		in.is("in")
		var mine *person
		full := 0
		for range 100 {
			p := g.person("66")
			if p.asks() == "full" {
				full++
			} else {
				mine = p
			}
		}
		apptest.Check(t, "refused", full, 40)
		mine.is("59")
		g.person("2").is("60")
		g.clock.Advance(time.Minute)
		g.person("66").is("61")
	})
}

// What is told of the wait is measured: nothing before it can be.
func TestTheWaitIsMeasured(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		var line []*person
		for i := range 12 {
			p := g.person(fmt.Sprint(i))
			p.asks()
			line = append(line, p)
			g.clock.Advance(time.Second)
		}
		if a, _ := g.node.Known(t.Context(), line[11].ticket); a.Wait != 0 {
			t.Errorf("before anybody was called: got %v", a.Wait)
		}
		for i := range 5 { // one a minute
			g.after(59*time.Second, line[i+1:]...)
			line[i].leaves()
			g.clock.Advance(time.Second)
			line[i+1].is("in")
		}
		a, _ := g.node.Known(t.Context(), line[11].ticket)
		if a.Ahead != 5 || a.Wait < 5*time.Minute || a.Wait > 7*time.Minute {
			t.Errorf("got %d ahead and %v, want 5 and about 6 minutes", a.Ahead, a.Wait)
		}
		if log := g.log.String(); !strings.Contains(log, "line began") || strings.Contains(log, "line ended") {
			t.Errorf("the log: %s", log)
		}
		g.after(20 * time.Minute)
		g.person("99").is("in")
		g.clock.Advance(time.Second)
		g.person("98").asks()
		if !strings.Contains(g.log.String(), "line ended") {
			t.Errorf("the log does not tell the end: %s", g.log)
		}
	})
}

// Nothing is kept for longer than it is good for.
func TestPlacesAreForgotten(t *testing.T) {
	t.Parallel()
	each(t, 1, func(g *gate) {
		for i := range 3 {
			g.person(fmt.Sprint(i)).asks()
		}
		g.after(time.Hour)
		last := g.person("9")
		last.is("in")
		left := 0
		err := g.db.Read(t.Context(), "count", func(tx *store.ReadTx) error {
			all, err := tx.EnteredPlaces(storetest.Noon.Add(-time.Hour), 100)
			left = len(all)
			return err
		})
		if err != nil || left > 1 {
			t.Errorf("got %d places, %v", left, err)
		}
	})
}

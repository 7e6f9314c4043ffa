package bench_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/edge/web/portal"
)

const (
	pageAccounts = 2_000
	pageClients  = 8
	pageVisits   = 500 // of each page, one after another, for its time
)

// BenchmarkPagesSQLite and BenchmarkPagesPostgres ask for guest pages over
// loopback as a browser does, compressed and with a guest's cookie. Each
// request of G2 reads the account and keeps the session.
func BenchmarkPagesSQLite(b *testing.B)   { benchmarkPages(b, "sqlite") }
func BenchmarkPagesPostgres(b *testing.B) { benchmarkPages(b, "postgres") }

func benchmarkPages(b *testing.B, engine string) {
	m := newMarket(b, engine, pageAccounts)
	m.bill(b)
	s := newShop(b, m)
	all := s.walk(b)
	title := map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[engine]
	s.measureRates(b, title, all)
	s.measureLine(b, title)
	s.measureTimes(b, title, all)
}

// guestPage is a page of the brief with the browser that may see it.
type guestPage struct {
	code, name string
	path       string
	guest      *browser
	bytes      int // on the wire, without headers
}

// browser keeps a guest's cookie and, as browsers do, its connections.
type browser struct {
	client *http.Client
	origin string
}

var connections = &http.Transport{MaxIdleConnsPerHost: pageClients, DisableCompression: true}

func newBrowser(b *testing.B, origin string) *browser {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	return &browser{origin: origin, client: &http.Client{Transport: connections, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a page that sends elsewhere is not the page
	}}}
}

// get asks for a page and gives the size of what came.
func (g *browser) get(b *testing.B, path string) (int, error) {
	return g.expect(b, path, http.StatusOK)
}

// expect asks for a page that answers with a status.
func (g *browser) expect(b *testing.B, path string, status int) (int, error) {
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, g.origin+path, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept-Encoding", "br")
	answer, err := g.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != status {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return int(n), err
}

// listenOn serves a handler on loopback and gives its address.
func listenOn(b *testing.B, handler func(origin string) http.Handler) (origin string) {
	b.Helper()
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	origin = "http://" + l.Addr().String()
	server := &http.Server{Handler: handler(origin), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }()
	b.Cleanup(func() { _ = server.Close() })
	return origin
}

// measureRates asks for G1 and G2 as fast as clients can, in turns with a page
// that is as many bytes and no work.
func (s *shop) measureRates(b *testing.B, engine string, all []*guestPage) {
	b.Helper()
	// A session belongs to one browser: two requests of it at once would wait
	// for each other, and no guest asks that way.
	guests := make(chan *browser, pageClients)
	for range pageClients {
		guests <- s.find(b)
	}
	var rows [][]string
	for _, code := range []string{"G1", "G2"} {
		page := all[slices.IndexFunc(all, func(p *guestPage) bool { return p.code == code })]
		constant := bytes.Repeat([]byte("."), page.bytes)
		plain := newBrowser(b, listenOn(b, func(string) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", strconv.Itoa(len(constant)))
				_, _ = w.Write(constant)
			})
		}))
		var base, pages series
		for range *rounds {
			base = append(base, pace(b, pageClients, *slice, func() error { _, err := plain.get(b, "/"); return err }))
			pages = append(pages, pace(b, pageClients, *slice, func() error {
				guest := <-guests
				_, err := guest.get(b, page.path)
				guests <- guest
				return err
			}))
		}
		rows = append(rows,
			[]string{"constant page of " + strconv.Itoa(page.bytes) + " bytes", base.String(), ""},
			[]string{page.code + " " + page.name, pages.String(), pages.over(base).String()},
		)
		b.ReportMetric(pages.median(), code+"/s")
	}
	report.table(fmt.Sprintf("Guest pages a second, %s, %d clients", engine, pageClients),
		[]string{"page", "requests/s", "ratio"}, rows)
}

// lineLength is how many people wait in the line that is measured.
const lineLength = 2_000

// measureLine asks for the page of the line, as those who wait do, in turns with
// the page that they wait for, of people who come for the first time and of
// those with a session.
func (s *shop) measureLine(b *testing.B, engine string) {
	b.Helper()
	waiting, size := s.inLine(b)
	first, found := make(chan *browser, pageClients), make(chan *browser, pageClients)
	for range pageClients {
		first <- newBrowser(b, s.origin)
		found <- s.find(b)
	}
	pages := []struct {
		name    string
		guests  chan *browser
		status  int
		rate    series
		seconds series // of a processor, in millionths, for each
	}{
		{name: "G1 find your bill, first visit", guests: first, status: http.StatusOK},
		{name: "G1 find your bill, with a session", guests: found, status: http.StatusOK},
		{name: "you're in line, " + strconv.Itoa(size) + " bytes", guests: waiting, status: http.StatusServiceUnavailable},
	}
	for range *rounds {
		for i := range pages {
			p, before := &pages[i], processorTime()
			p.rate = append(p.rate, pace(b, pageClients, *slice, asking(b, p.guests, p.status)))
			p.seconds = append(p.seconds, (processorTime()-before)*1e6/(p.rate[len(p.rate)-1]*slice.Seconds()))
		}
	}
	var rows [][]string
	for _, p := range pages {
		rows = append(rows, []string{p.name, p.rate.String(), p.rate.over(pages[0].rate).String(), p.seconds.String()})
	}
	report.table(fmt.Sprintf("The page of the line beside G1, %s, %d clients, %d in line", engine, pageClients, lineLength),
		[]string{"page", "requests/s", "ratio", "processor time, client included, µs"}, rows)
	b.ReportMetric(pages[2].rate.median(), "line/s")
}

// inLine serves the site to one person at a time, and gives browsers in a long
// line before it, and the size of what they see.
func (s *shop) inLine(b *testing.B) (waiting chan *browser, size int) {
	b.Helper()
	line := admitting.New(admitting.Config{DB: s.m.db, Clock: clock.System(), Places: 1, Stay: time.Hour, Log: quiet})
	for i := range lineLength {
		if _, err := line.Come(b.Context(), line.NewTicket(), strconv.Itoa(i)); err != nil {
			b.Fatal(err)
		}
	}
	origin := listenOn(b, func(origin string) http.Handler { return newSite(b, s, origin, "", line) })
	waiting = make(chan *browser, pageClients)
	for range pageClients {
		g := newBrowser(b, origin)
		_, err := g.expect(b, portal.PathFind, http.StatusSeeOther) // with its ticket
		if err == nil {
			size, err = g.expect(b, portal.PathFind, http.StatusServiceUnavailable)
		}
		if err != nil {
			b.Fatal(err)
		}
		waiting <- g
	}
	return waiting, size
}

// asking asks for G1, each time with another of these browsers.
func asking(b *testing.B, guests chan *browser, status int) func() error {
	return func() error {
		guest := <-guests
		_, err := guest.expect(b, portal.PathFind, status)
		guests <- guest
		return err
	}
}

// measureTimes takes the time of each page at the server, one request at a
// time, from the first line read to the last byte written.
func (s *shop) measureTimes(b *testing.B, engine string, all []*guestPage) {
	b.Helper()
	var rows [][]string
	for _, page := range all {
		s.times.start()
		for range pageVisits {
			if _, err := page.guest.get(b, page.path); err != nil {
				b.Fatal(err)
			}
		}
		times := s.times.stop(b, pageVisits)
		rows = append(rows, []string{
			page.code, page.name, strconv.Itoa(page.bytes),
			fmt.Sprintf("%.2f", times.median()), fmt.Sprintf("%.2f", times.sorted()[len(times)*99/100]),
		})
	}
	report.table("Server time of guest pages, "+engine, []string{"", "page", "bytes", "median, ms", "99th percentile, ms"}, rows)
}

// stopwatch takes the time of every request while it runs.
type stopwatch struct {
	running atomic.Bool
	mu      sync.Mutex
	times   series // milliseconds
	ended   sync.Cond
}

func newStopwatch() *stopwatch {
	w := &stopwatch{}
	w.ended.L = &w.mu
	return w
}

func (w *stopwatch) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		started := clock.Start()
		next.ServeHTTP(rw, r)
		took := clock.Elapsed(started)
		if !w.running.Load() {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.times = append(w.times, float64(took.Nanoseconds())/1e6)
		w.ended.Broadcast()
	})
}

func (w *stopwatch) start() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.times = nil
	w.running.Store(true)
}

// stop gives the times once as many requests have ended as were sent: the
// client may have the last byte before the handler returns.
func (w *stopwatch) stop(b *testing.B, sent int) series {
	b.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.times) < sent {
		w.ended.Wait()
	}
	w.running.Store(false)
	return w.times
}

// pageNames are the pages in the order in which a guest meets them. G5 is the
// card processor's.
var pageNames = []guestPage{
	{code: "P1", name: "home", path: portal.PathHome},
	{code: "P2", name: "ways to pay", path: portal.PathWays},
	{code: "G1", name: "find your bill", path: portal.PathFind},
	{code: "G2", name: "your bill", path: portal.PathAmount},
	{code: "G3", name: "how to pay", path: portal.PathMethod},
	{code: "G4", name: "bank account", path: portal.PathBank},
	{code: "G6", name: "check and pay", path: portal.PathCheck},
	{code: "G7", name: "checking with your bank; asks the processor", path: portal.PathStatus},
	{code: "G8", name: "confirmation"}, // its path holds the payment
}

package guest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/sandbox/processor"
)

// power fails at one request: before anything was done, or after all of it, when
// only the answer is lost.
type power struct {
	mu    sync.Mutex
	at    string // "POST /pay/check"; a path that ends in / stands for all under it
	after bool
}

func (p *power) cut(at string, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.after = at, after
}

// failed tells whether the power failed as it was told to.
func (p *power) failed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at == ""
}

func (p *power) takes(r *http.Request) (fails, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := r.Method + " " + r.URL.Path
	under := strings.HasSuffix(p.at, "/") && strings.HasPrefix(asked, p.at)
	if p.at == "" || asked != p.at && !under {
		return false, false
	}
	p.at = ""
	return true, p.after
}

func (p *power) behind(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fails, after := p.takes(r)
		if !fails {
			next.ServeHTTP(w, r)
			return
		}
		if after {
			next.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler)
	})
}

// insist sends the page's form until an answer comes, as people do who press
// again and reload.
func (b *browser) insist(pairs ...string) *browser {
	b.t.Helper()
	action, values := b.filled(pairs...)
	for range 3 {
		res, err := b.client.Do(b.request(http.MethodPost, action, values))
		if err != nil {
			continue
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err == nil {
			b.page = page{res.StatusCode, res.Header, res.Request.URL, string(body)}
			return b
		}
	}
	b.t.Fatalf("no answer from %s", action)
	return b
}

// journeys are the requests of a payment, from the first form to the receipt.
var journeys = map[string][]string{
	"bank": {
		"POST /pay", "GET /pay/amount", "POST /pay/amount", "GET /pay/method", "POST /pay/method", "GET /pay/bank", "POST /pay/bank", "GET /pay/check",
		"POST /pay/check", "GET /pay/done/",
	},
	"card": {
		"POST /pay", "GET /pay/amount", "POST /pay/amount", "GET /pay/method", "POST /pay/method", "GET /pay/check",
		"POST /pay/check", "GET /pay/return/", "GET /pay/done/",
	},
}

// insistOnPaying goes the whole way and sees the confirmation.
func (b *browser) insistOnPaying(h apptest.Household, method string) {
	b.t.Helper()
	b.open("/pay").insist(findForm(h)...).insist("choice", "total").insist("method", method)
	if method == "bank" {
		b.insist(goodBank...).insist()
	} else {
		b.insist().insist(card("4242 4242 4242 4242")...)
	}
	if !confirmation.MatchString(b.body) {
		b.t.Errorf("ended at %s: %s", b.url, b.text())
	}
}

// R-PAY-6, over HTTP: the server is killed at every step of the way, before it
// has done anything or after all of it. Whoever presses again until an answer
// comes has paid once, and was charged once.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		charged := 0
		for method, steps := range journeys {
			for _, step := range steps {
				for _, after := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, %s, done %t", method, step, after), func(t *testing.T) {
						h := s.december(t)
						s.power.cut(step, after)
						s.browser(t).insistOnPaying(h, method)
						if !s.power.failed() {
							t.Error("the power did not fail")
						}
						if method == "card" {
							charged++
						}
						if n := len(s.Payments(h)); n != 1 || len(s.processor.Charges()) != charged {
							t.Errorf("%d payments; %d charges of %d", n, len(s.processor.Charges()), charged)
						}
					})
				}
			}
		}
		s.VerifyClean()
	})
}

// The processor answers with an error, or does what it is asked and its answer
// never comes, as from a gateway that times out: at the opening of its page and
// at the question what became of it.
func TestTheProcessorFailsAtEveryStep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		for name, faults := range map[string]processor.Faults{"down": {Down: true}, "cut off": {Cut: true}} {
			h := s.december(t)
			before := len(s.processor.Charges())
			b := s.browser(t).find(h).toCheck("card")
			s.processor.SetFaults(faults)
			b.submit().at("/pay/check", "We couldn't take your payment").says("No money was taken.")
			s.processor.SetFaults(processor.Faults{})
			b.open("/pay/check").submit().atCards(s)
			follow := b.client.CheckRedirect
			b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			b.submit(card("4242 4242 4242 4242")...)
			b.client.CheckRedirect = follow
			back := b.header.Get("Location")
			s.processor.SetFaults(faults)
			b.open(back).at("/pay/status", "We're checking with your bank").says("Don't pay again")
			b.open(back).at("/pay/status", "We're checking with your bank")
			s.processor.SetFaults(processor.Faults{})
			b.open("/pay/status").says("Payment complete", "$124.50")
			s.wantPayments(t, h, "124.50")
			if n := len(s.processor.Charges()) - before; n != 1 {
				t.Errorf("%s: charged %d times", name, n)
			}
		}
	})
}

// Reload, Back and two presses at the same moment, on the way by card: one page
// to pay on, one charge, one confirmation.
func TestReloadBackAndDoublePressByCardChargeOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		check := s.browser(t).find(h).toCheck("card")
		tabs := make([]*browser, 6)
		var pressing sync.WaitGroup
		for i := range tabs {
			tabs[i] = check.otherTab()
			pressing.Go(func() { tabs[i].submit() })
		}
		pressing.Wait()
		for _, tab := range tabs {
			if tab.atCards(s).url.String() != tabs[0].url.String() {
				t.Errorf("two card pages: %s and %s", tabs[0].url, tab.url)
			}
		}
		for _, tab := range tabs {
			pressing.Go(func() { tab.submit(card("4242 4242 4242 4242")...) })
		}
		pressing.Wait()
		paid := tabs[0]
		if !confirmation.MatchString(paid.body) {
			t.Fatalf("got to %s: %s", paid.url, paid.text())
		}
		done := paid.url.Path
		paid.open(done).says("Payment complete") // reload
		if check.submit(); check.url.Path != done {
			t.Errorf("Back, and the button again, lead to %s, want %s", check.url.Path, done)
		}
		s.wantPayments(t, h, "124.50")
		if n := len(s.processor.Charges()); n != 1 {
			t.Errorf("charged %d times", n)
		}
	})
}

package processor

import (
	"context"
	"net/http"
	"time"

	"quittance.org/quittance/sandbox/wire"
)

// Faults are the switches for what can go wrong outside. Several may be on.
type Faults struct {
	Down              bool          // nothing works, nothing is applied: 503
	Hang              bool          // the API does what it is asked and then never answers
	Cut               bool          // the API does what it is asked and drops the connection
	DropWebhooks      bool          // webhooks made now are never sent
	DuplicateWebhooks bool          // webhooks made now are sent twice
	ReorderWebhooks   bool          // webhooks made now wait two seconds and go out newest first
	WebhookDelay      time.Duration // webhooks made now wait this long
}

// How late the odd webhooks are, on the sandbox's clock.
const (
	silentLag  = 90 * time.Second
	reorderLag = 5 * time.Second
	reorderGap = 2 * time.Second
	hangAtMost = 2 * time.Minute
)

// Faults tells which switches are on.
func (p *Processor) Faults() Faults {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.faults
}

// SetFaults sets all the switches.
func (p *Processor) SetFaults(f Faults) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = f
}

// shape applies the webhook switches to a new delivery; false drops it.
func (f Faults) shape(d *delivery) bool {
	d.DueAt = d.DueAt.Add(f.WebhookDelay)
	if f.ReorderWebhooks {
		d.DueAt, d.NewestFirst = d.DueAt.Add(reorderGap), true
	}
	d.Twice = d.Twice || f.DuplicateWebhooks
	return !f.DropWebhooks
}

// faulty applies the gateway switches to the API.
func (p *Processor) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := p.Faults()
		switch {
		case f.Down:
			wire.Refuse(w, http.StatusServiceUnavailable, "down", "The processor is down.")
		case f.Hang, f.Cut:
			next.ServeHTTP(&unheard{header: http.Header{}}, r)
			if f.Hang {
				waitForCaller(r.Context())
			}
			panic(http.ErrAbortHandler) // the server drops the connection without an answer
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func waitForCaller(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, hangAtMost)
	defer cancel()
	<-ctx.Done()
}

// unheard takes an answer that nobody will get.
type unheard struct{ header http.Header }

func (u *unheard) Header() http.Header         { return u.header }
func (u *unheard) Write(b []byte) (int, error) { return len(b), nil }
func (u *unheard) WriteHeader(int)             {}

package cli

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
)

// serveSandbox answers for the outside world, from before the stories are told:
// they ask it about bank accounts. It gives what stops it.
func (d *demo) serveSandbox(ctx context.Context, outside net.Listener, pages http.Handler) (stop func()) {
	server := newServer(pages, d.log)
	go func() {
		if err := server.Serve(outside); !errors.Is(err, http.ErrServerClosed) {
			d.log.ErrorContext(ctx, "the sandbox has stopped answering", "error", err)
		}
	}()
	return func() { _ = server.Close() }
}

// replaceable is a handler that can be put in another's place: the sandbox's
// front page lists members, who are known later than it must answer.
type replaceable struct{ current atomic.Pointer[http.Handler] }

func (h *replaceable) replace(next http.Handler) { h.current.Store(&next) }

// ServeHTTP hands the request on.
func (h *replaceable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(*h.current.Load()).ServeHTTP(w, r)
}

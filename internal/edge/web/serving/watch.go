package serving

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"quittance.org/quittance/internal/base/clock"
)

type requestKey struct{}

// RequestID names a request in the log and on error pages.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// Reference is a name short enough to be read out on the phone.
func Reference(id string) string {
	return strings.ToUpper(id[max(0, len(id)-6):])
}

// watched gives every request a name, answers panics and writes the access
// log: which page, how it went, how long it took. Never addresses, ids, bodies
// or where the reader came from.
func (s *Site) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, rand.Text()))
		began := clock.Start()
		out := &watchedWriter{ResponseWriter: w}
		defer func() {
			if thrown := recover(); thrown != nil {
				s.caught(out, r, thrown)
			}
			s.Log.LogAttrs(r.Context(), slog.LevelInfo, "served", slog.String("request", RequestID(r.Context())),
				slog.String("method", knownMethod(r.Method)), slog.String("route", r.Pattern), slog.Int("status", out.status),
				slog.Int64("bytes", out.bytes), slog.Duration("took", clock.Elapsed(began)))
		}()
		next.ServeHTTP(out, r)
	})
}

// caught answers a panic, if there is still somebody to answer.
func (s *Site) caught(w *watchedWriter, r *http.Request, thrown any) {
	if thrown == http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
		panic(thrown)
	}
	err := fmt.Errorf("panic: %v", thrown)
	if w.status != 0 {
		s.Log.ErrorContext(r.Context(), "request failed after its answer began", "request", RequestID(r.Context()), "error", err)
		return
	}
	s.Visit(w, r).Broken(err)
}

// knownMethod keeps what a stranger invents out of the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

type watchedWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watchedWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

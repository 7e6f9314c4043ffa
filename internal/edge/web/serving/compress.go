package serving

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// compressed makes pages small enough for slow phones (brief 18.2). Secrets
// next to text of an attacker's choice can be guessed from the compressed size
// (BREACH); our pages show what was sent only in answers to POST, which other
// sites can not send, and the session's name is in no page.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &compressor{ResponseWriter: w, encoding: choose(r.Header.Get("Accept-Encoding")), head: r.Method == http.MethodHead}
		defer c.finish()
		next.ServeHTTP(c, r)
	})
}

// encoder is a compressor that can be used again.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// Level 5 of brotli costs a millisecond a page; a window of 64 KB holds every
// page and keeps an encoder small.
var encoders = map[string]*sync.Pool{
	"br":   {New: func() any { return brotli.NewWriterOptions(io.Discard, brotli.WriterOptions{Quality: 5, LGWin: 16}) }},
	"gzip": {New: func() any { return gzip.NewWriter(io.Discard) }},
}

// choose takes brotli, then gzip, where the browser names it and does not
// refuse it with q=0.
func choose(accept string) string {
	accepted := map[string]bool{}
	for offer := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(offer), ";")
		accepted[strings.TrimSpace(name)] = strings.ReplaceAll(params, " ", "") != "q=0"
	}
	for _, name := range []string{"br", "gzip"} {
		if accepted[name] {
			return name
		}
	}
	return ""
}

type compressor struct {
	http.ResponseWriter
	encoding string
	head     bool
	begun    bool
	encoder  encoder // nil: this answer goes out as it is
}

func (c *compressor) WriteHeader(status int) {
	if !c.begun {
		c.begun = true
		c.begin()
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressor) begin() {
	h := c.Header()
	kind := h.Get("Content-Type")
	if h.Get("Content-Encoding") != "" || !strings.HasPrefix(kind, "text/html") {
		return
	}
	h.Add("Vary", "Accept-Encoding")
	if c.encoding == "" {
		return
	}
	h.Del("Content-Length")
	h.Set("Content-Encoding", c.encoding)
	if !c.head {
		c.encoder = encoders[c.encoding].Get().(encoder)
		c.encoder.Reset(c.ResponseWriter)
	}
}

func (c *compressor) Write(b []byte) (int, error) {
	if !c.begun {
		c.WriteHeader(http.StatusOK)
	}
	if c.encoder != nil {
		return c.encoder.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

func (c *compressor) finish() {
	if c.encoder == nil {
		return
	}
	_ = c.encoder.Close() // a reader that went away is no error of ours
	c.encoder.Reset(io.Discard)
	encoders[c.encoding].Put(c.encoder)
	c.encoder = nil
}

func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }

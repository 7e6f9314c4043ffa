package serving

import (
	"bytes"
	"compress/gzip"
	"strconv"

	"github.com/andybalholm/brotli"

	"quittance.org/quittance/internal/edge/web/catalogue"
)

// Packed is a page that is the same for many: it is compressed once.
type Packed struct{ as map[string][]byte } // by encoding; "": as it is

// Pack compresses a page in every way that browsers ask for.
func Pack(page []byte) *Packed {
	var br, gz bytes.Buffer
	b, g := brotli.NewWriterLevel(&br, 5), gzip.NewWriter(&gz)
	_, _ = b.Write(page) // to memory, which takes it
	_, _ = g.Write(page)
	_, _ = b.Close(), g.Close()
	return &Packed{map[string][]byte{"": page, "br": br.Bytes(), "gzip": gz.Bytes()}}
}

// ShowPacked answers with a page that was packed, in a language. The session is
// left as it is.
func (v *Visit) ShowPacked(p *Packed, status int, lang catalogue.Lang) {
	encoding := choose(v.R.Header.Get("Accept-Encoding"))
	page := p.as[encoding]
	h := v.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang.Tag())
	h.Set("Content-Length", strconv.Itoa(len(page)))
	if encoding != "" {
		h.Add("Vary", "Accept-Encoding")
		h.Set("Content-Encoding", encoding)
	}
	v.W.WriteHeader(status)
	_, _ = v.W.Write(page) // a reader that went away is no error of ours
}

package asset_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/web"
)

func load(t *testing.T) *asset.Set {
	t.Helper()
	set, err := asset.Load(web.Static())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestFilesKeepTheirBudget(t *testing.T) {
	t.Parallel()
	set := load(t)
	for name, most := range map[string]int{"portal.css": 20 << 10, "core.js": 4 << 10, "status.js": 1 << 10} {
		if size := set.Size(name); size == 0 || size > most {
			t.Errorf("%s is %d bytes with brotli, want 1 to %d (brief 18.2)", name, size, most)
		}
	}
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

func get(set *asset.Set, url, accept string) answer {
	r := httptest.NewRequest(http.MethodGet, url, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	set.ServeHTTP(w, r)
	sent := w.Result() // with the header as it was when the first byte went out
	defer sent.Body.Close()
	return answer{sent.StatusCode, sent.Header, w.Body.Bytes()}
}

func TestEveryEncodingHoldsTheSameBytes(t *testing.T) {
	t.Parallel()
	set := load(t)
	for _, name := range []string{"portal.css", "core.js", "status.js"} {
		url, err := set.URL(name)
		if err != nil {
			t.Fatal(err)
		}
		plain := get(set, url, "identity")
		packed := get(set, url, "gzip, br")
		if packed.header.Get("Content-Encoding") != "br" {
			t.Fatalf("%s: got encoding %q, want br", name, packed.header.Get("Content-Encoding"))
		}
		got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(packed.body)))
		if err != nil || !bytes.Equal(got, plain.body) {
			t.Errorf("%s: its brotli twin holds other bytes (%v)", name, err)
		}
		if cache := plain.header.Get("Cache-Control"); cache != "public, max-age=31536000, immutable" {
			t.Errorf("%s: got Cache-Control %q", name, cache)
		}
	}
}

func TestEncodingIsWhatTheBrowserTakes(t *testing.T) {
	t.Parallel()
	set := load(t)
	url, err := set.URL("core.js")
	if err != nil {
		t.Fatal(err)
	}
	for accept, want := range map[string]string{"": "", "gzip": "gzip", "gzip;q=1.0, br;q=0": "gzip", "deflate": "", "br": "br"} {
		if got := get(set, url, accept).header.Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", accept, got, want)
		}
	}
}

func TestUnknownNamesAndOldHashesAreNotFound(t *testing.T) {
	t.Parallel()
	set := load(t)
	for _, url := range []string{"/static/portal.css", "/static/portal.0000000000.css", "/static/../web.go", "/static/"} {
		if got := get(set, url, "").status; got != http.StatusNotFound {
			t.Errorf("%s: got %d, want 404", url, got)
		}
	}
}

func TestBrandIsServedLikeAFile(t *testing.T) {
	t.Parallel()
	set := load(t)
	css, hash := brand.Plum.CSS()
	set.Add("brand.css", hash, css)
	url, err := set.URL("brand.css")
	if err != nil || url != "/static/brand."+hash+".css" {
		t.Fatalf("got %q %v", url, err)
	}
	sent := get(set, url, "br")
	if !bytes.Equal(sent.body, css) || sent.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("got %q %v", sent.body, sent.header)
	}
}

func TestFilesThatWeCanNotServeAreAnErrorAtStart(t *testing.T) {
	t.Parallel()
	rows := map[string]fstest.MapFS{
		"a twin is missing": {"core.0123456789.js": {}, "core.0123456789.js.br": {}},
		"two of one name": {
			"core.0123456789.js": {}, "core.0123456789.js.br": {}, "core.0123456789.js.gz": {},
			"core.1123456789.js": {}, "core.1123456789.js.br": {}, "core.1123456789.js.gz": {},
		},
		"an unknown kind": {"logo.0123456789.png": {}},
	}
	for name, files := range rows {
		if _, err := asset.Load(files); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

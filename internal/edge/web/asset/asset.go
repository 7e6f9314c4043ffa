// Package asset serves the embedded style and scripts: under names that carry
// a hash, so that a browser may keep them for ever, and already compressed, so
// that serving one costs a copy (house rule W5).
package asset

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Prefix is where the files live on the site.
const Prefix = "/static/"

// Set is the files that can be served.
type Set struct {
	files  map[string]file   // by hashed name
	hashed map[string]string // "portal.css" to "portal.1a2b3c4d5e.css"
}

type file struct {
	mediaType string
	encodings map[string][]byte // "", "br", "gzip"
}

var hashedName = regexp.MustCompile(`^([a-z-]+)\.[0-9a-f]{10}(\.[a-z]+)$`)

var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
}

// Load reads the files of a static folder.
func Load(files fs.FS) (*Set, error) {
	set := &Set{files: map[string]file{}, hashed: map[string]string{}}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("asset: %w", err)
	}
	for _, entry := range entries {
		parts := hashedName.FindStringSubmatch(entry.Name())
		if parts == nil {
			continue // a twin, or a licence
		}
		if err := set.load(files, entry.Name(), parts[1]+parts[2]); err != nil {
			return nil, err
		}
	}
	return set, nil
}

func (s *Set) load(files fs.FS, name, plain string) error {
	mediaType, ok := mediaTypes[path.Ext(name)]
	if !ok {
		return fmt.Errorf("asset: %s is of no kind that we serve", name)
	}
	if other, twice := s.hashed[plain]; twice {
		return fmt.Errorf("asset: %s and %s are both %s", other, name, plain)
	}
	f := file{mediaType: mediaType, encodings: map[string][]byte{}}
	for encoding, suffix := range map[string]string{"": "", "br": ".br", "gzip": ".gz"} {
		content, err := fs.ReadFile(files, name+suffix)
		if err != nil {
			return fmt.Errorf("asset: %w", err)
		}
		f.encodings[encoding] = content
	}
	s.files[name], s.hashed[plain] = f, name
	return nil
}

// Add puts a file made at run time, such as the brand, into the set. It is
// served as it is: it is too small for compression to matter.
func (s *Set) Add(plain, hash string, content []byte) {
	ext := path.Ext(plain)
	name := strings.TrimSuffix(plain, ext) + "." + hash + ext
	s.files[name] = file{mediaType: mediaTypes[ext], encodings: map[string][]byte{"": content}}
	s.hashed[plain] = name
}

// URL gives the address of a file by its plain name, "portal.css".
func (s *Set) URL(plain string) (string, error) {
	name, ok := s.hashed[plain]
	if !ok {
		return "", fmt.Errorf("asset: no file %q", plain)
	}
	return Prefix + name, nil
}

// Size gives the bytes of a file as a browser with brotli fetches it.
func (s *Set) Size(plain string) int {
	f := s.files[s.hashed[plain]]
	if content, ok := f.encodings["br"]; ok {
		return len(content)
	}
	return len(f.encodings[""])
}

// ServeHTTP answers GET and HEAD below Prefix.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := s.files[strings.TrimPrefix(r.URL.Path, Prefix)]
	if !ok {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	header := w.Header()
	header.Set("Content-Type", f.mediaType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Vary", "Accept-Encoding")
	content := f.encodings[""]
	if encoding := f.choose(r.Header.Get("Accept-Encoding")); encoding != "" {
		header.Set("Content-Encoding", encoding)
		content = f.encodings[encoding]
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = bytes.NewReader(content).WriteTo(w) // a reader that went away is no error of ours
	}
}

// choose takes brotli, then gzip, where the browser names it and does not
// refuse it with q=0.
func (f file) choose(accept string) string {
	accepted := map[string]bool{}
	for _, offer := range strings.Split(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(offer), ";")
		accepted[strings.TrimSpace(name)] = strings.ReplaceAll(params, " ", "") != "q=0"
	}
	for _, encoding := range []string{"br", "gzip"} {
		if _, have := f.encodings[encoding]; have && accepted[encoding] {
			return encoding
		}
	}
	return ""
}

// Package page draws the sandbox's web pages: one frame, one small style sheet
// and the security headers. It looks like the portal and is not the portal:
// the sandbox plays companies on other origins.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed layout.html static
var files embed.FS

var (
	styleSheet = mustRead("static/sandbox.css")
	icon       = mustRead("static/icon.svg")
	stylePath  = "/assets/sandbox." + fingerprint(styleSheet) + ".css"
)

const iconPath = "/assets/icon.svg"

func mustRead(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic("page: " + err.Error())
	}
	return b
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// Frame is what every page's view model begins with.
type Frame struct {
	Title   string // without personal data: it lands in the browser's history
	Mast    string // who the page belongs to
	Sandbox bool   // show the sandbox's own navigation
	Refresh int    // seconds until the page asks again; 0 for never
}

// Parse reads a page template, which defines "main", inside the frame.
func Parse(templates fs.FS, name string) *template.Template {
	t := template.New("layout.html").Option("missingkey=error").Funcs(template.FuncMap{
		"style": func() string { return stylePath },
		"icon":  func() string { return iconPath },
	})
	t = template.Must(t.ParseFS(files, "layout.html"))
	return template.Must(t.ParseFS(templates, name))
}

// Render writes a page. Forms may go to the page's own origin and, after a
// redirect, to the origins of formTargets: browsers apply form-action to the
// whole chain of redirects.
func Render(w http.ResponseWriter, status int, t *template.Template, view any, formTargets ...string) {
	var b bytes.Buffer
	if err := t.Execute(&b, view); err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy(formTargets))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func policy(formTargets []string) string {
	form := []string{"'self'"}
	for _, target := range formTargets {
		u, err := url.Parse(target)
		if err != nil || u.Host == "" {
			continue
		}
		if origin := u.Scheme + "://" + u.Host; !slices.Contains(form, origin) {
			form = append(form, origin)
		}
	}
	return fmt.Sprintf("default-src 'none'; style-src 'self'; img-src 'self'; form-action %s; frame-ancestors 'none'; base-uri 'none'",
		strings.Join(form, " "))
}

// Assets serves the style sheet and the icon.
func Assets() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+stylePath, asset("text/css; charset=utf-8", styleSheet))
	mux.Handle("GET "+iconPath, asset("image/svg+xml", icon))
	return mux
}

func asset(kind string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body)
	})
}

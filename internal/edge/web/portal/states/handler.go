package states

import (
	"fmt"
	"html"
	"net/http"

	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// Handler serves /__states/ (a list) and /__states/{page}/{state}?lang=, with
// the headers of the real site. It is for tests and developers only.
func Handler(colors brand.Colors) (http.Handler, error) {
	renderer, assets, err := NewRenderer(colors)
	if err != nil {
		return nil, err
	}
	all := All()
	mux := http.NewServeMux()
	mux.Handle("GET "+asset.Prefix, assets)
	mux.HandleFunc("GET /__states/{$}", func(w http.ResponseWriter, _ *http.Request) {
		for _, s := range all {
			fmt.Fprintf(w, `<p><a href="%s">%[1]s</a>`, html.EscapeString(s.URL()))
		}
	})
	mux.HandleFunc("GET /__states/{page}/{state}", func(w http.ResponseWriter, r *http.Request) {
		lang := catalogue.Lang(r.URL.Query().Get("lang"))
		if lang == "" {
			lang = catalogue.English
		}
		for _, s := range all {
			if s.Page == r.PathValue("page") && s.Name == r.PathValue("state") {
				if err := renderer.Respond(w, lang, s.Frame, s.View); err != nil {
					fmt.Fprintln(w, err)
				}
				return
			}
		}
		http.NotFound(w, r)
	})
	return mux, nil
}

// URL gives the address of the state on Handler.
func (s State) URL() string { return "/__states/" + s.Page + "/" + s.Name }

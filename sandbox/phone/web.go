package phone

import (
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/sandbox/page"
	"quittance.org/quittance/sandbox/wire"
)

//go:embed templates
var templates embed.FS

var (
	listPage  = page.Parse(templates, "templates/list.html")
	phonePage = page.Parse(templates, "templates/phone.html")
)

const maxForm = 16 << 10

// Handler serves the pages and, for tests, the JSON list. Moments are shown in
// zone.
func (s *Service) Handler(zone *time.Location) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /phone", func(w http.ResponseWriter, _ *http.Request) { s.list(w, zone) })
	mux.HandleFunc("GET /phone/{number}", func(w http.ResponseWriter, r *http.Request) { s.show(w, r, zone) })
	mux.HandleFunc("POST /phone/{number}", s.answer)
	mux.HandleFunc("POST /phone", s.setDown)
	mux.HandleFunc("GET /v1/phone", func(w http.ResponseWriter, _ *http.Request) {
		wire.Reply(w, http.StatusOK, struct {
			Data []Message `json:"data"`
		}{s.Messages()})
	})
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		guarded.ServeHTTP(w, r)
	})
}

type phoneRow struct{ Number, Shown, Last, At string }

type listView struct {
	page.Frame
	Rows []phoneRow
	Down bool
}

func (s *Service) list(w http.ResponseWriter, zone *time.Location) {
	v := listView{Frame: page.Frame{Title: "Phones", Mast: "Sandbox", Sandbox: true}, Down: s.Down()}
	for _, m := range s.Messages() {
		if !slices.ContainsFunc(v.Rows, func(r phoneRow) bool { return r.Number == m.Number }) {
			v.Rows = append(v.Rows, phoneRow{m.Number, shown(m.Number), m.Words, words(m, zone)})
		}
	}
	page.Render(w, http.StatusOK, listPage, v)
}

type messageRow struct {
	Message
	When string
	Who  string
}

type phoneView struct {
	page.Frame
	Number, Shown string
	Rows          []messageRow // oldest first, as on a phone
	Problem       string
}

func (s *Service) show(w http.ResponseWriter, r *http.Request, zone *time.Location) {
	number := r.PathValue("number")
	if len(number) != 10 || !ident.AllDigits(number) {
		http.NotFound(w, r)
		return
	}
	v := phoneView{Frame: page.Frame{Title: "Phone", Mast: "Sandbox", Sandbox: true}, Number: number, Shown: shown(number)}
	if r.URL.Query().Has("empty") {
		v.Title, v.Problem = "Error: "+v.Title, "Type what the phone sends."
	}
	who := map[Kind]string{TextIn: "Text from the marketplace", TextOut: "Answer from this phone", CallIn: "Phone call: a voice says"}
	all := s.Messages()
	slices.Reverse(all)
	for _, m := range all {
		if m.Number == number {
			v.Rows = append(v.Rows, messageRow{m, words(m, zone), who[m.Kind]})
		}
	}
	page.Render(w, http.StatusOK, phonePage, v)
}

// answer sends what was typed, or the word of a button.
func (s *Service) answer(w http.ResponseWriter, r *http.Request) {
	number := r.PathValue("number")
	if len(number) != 10 || !ident.AllDigits(number) {
		http.NotFound(w, r)
		return
	}
	text := strings.TrimSpace(r.PostFormValue("word"))
	if text == "" {
		text = strings.TrimSpace(r.PostFormValue("text"))
	}
	at := "/phone/" + url.PathEscape(number)
	if text == "" {
		http.Redirect(w, r, at+"?empty", http.StatusSeeOther)
		return
	}
	s.Answer(number, text)
	s.Deliver(r.Context())
	http.Redirect(w, r, at+"#answer", http.StatusSeeOther)
}

func (s *Service) setDown(w http.ResponseWriter, r *http.Request) {
	s.SetDown(r.PostFormValue("down") == "on")
	http.Redirect(w, r, "/phone", http.StatusSeeOther)
}

func shown(number string) string {
	return "(" + number[:3] + ") " + number[3:6] + "-" + number[6:]
}

func words(m Message, zone *time.Location) string {
	return m.At.Time().In(zone).Format("January 2, 2006, 3:04 PM")
}

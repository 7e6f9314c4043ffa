package inbox

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"quittance.org/quittance/sandbox/page"
	"quittance.org/quittance/sandbox/wire"
)

//go:embed templates
var templates embed.FS

var (
	listPage    = page.Parse(templates, "templates/list.html")
	messagePage = page.Parse(templates, "templates/message.html")
)

// Handler serves the pages and the JSON list. Moments are shown in zone.
func (b *Inbox) Handler(zone *time.Location) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /inbox", func(w http.ResponseWriter, _ *http.Request) { b.list(w, zone) })
	mux.HandleFunc("GET /inbox/{id}", func(w http.ResponseWriter, r *http.Request) { b.read(w, r, zone) })
	mux.HandleFunc("GET /v1/messages", func(w http.ResponseWriter, _ *http.Request) {
		wire.Reply(w, http.StatusOK, struct {
			Data []Message `json:"data"`
		}{b.Messages()})
	})
	return mux
}

type row struct{ ID, Received, To, Subject string }

type listView struct {
	page.Frame
	Rows []row
}

type messageView struct {
	page.Frame
	Row        row
	From, Text string
}

func (b *Inbox) list(w http.ResponseWriter, zone *time.Location) {
	v := listView{Frame: page.Frame{Title: "Inbox", Mast: "Sandbox", Sandbox: true}}
	for _, m := range b.Messages() {
		v.Rows = append(v.Rows, rowOf(m, zone))
	}
	page.Render(w, http.StatusOK, listPage, v)
}

func (b *Inbox) read(w http.ResponseWriter, r *http.Request, zone *time.Location) {
	m, ok := b.Message(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	v := messageView{
		Frame: page.Frame{Title: "Message", Mast: "Sandbox", Sandbox: true},
		Row:   rowOf(m, zone), From: m.From, Text: m.Text,
	}
	if v.Text == "" {
		v.Text = "(This message has no text part.)"
	}
	page.Render(w, http.StatusOK, messagePage, v)
}

func rowOf(m Message, zone *time.Location) row {
	subject := m.Subject
	if strings.TrimSpace(subject) == "" {
		subject = "(no subject)"
	}
	return row{
		ID: m.ID, To: strings.Join(m.To, ", "), Subject: subject,
		Received: m.ReceivedAt.Time().In(zone).Format("January 2, 2006, 3:04 PM"),
	}
}

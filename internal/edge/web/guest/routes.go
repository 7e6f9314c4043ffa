package guest

import (
	"net/http"

	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/portal"
)

// page is one path of the site. Each is served under every language.
type page struct {
	path string
	get  func(*visit)
	post func(*visit) // nil: nothing can be sent here
	kind pageKind
}

// pageKind is what is special about a page.
type pageKind uint8

const (
	inSession pageKind = 1 << iota // it looks at the guest session
	entry                          // it begins to pay: who comes waits in line while there is one
	always                         // it is there while the site is closed too: what became of a payment, and how else to pay
)

func pages() []page {
	article := func(kind portal.ArticleKind) func(*visit) {
		return func(v *visit) { v.Show(portal.Article{Kind: kind}) }
	}
	return []page{
		{portal.PathHome, (*visit).home, nil, 0},
		{portal.PathFind, (*visit).showFind, (*visit).find, inSession | entry},
		{portal.PathLine, (*visit).showTurn, nil, inSession | entry},
		{portal.PathWait, func(v *visit) { v.To(portal.PathFind) }, (*visit).wait, 0},
		{portal.PathWaiting, (*visit).waiting, nil, 0},
		{portal.PathLink + "{code}", (*visit).showLink, (*visit).takeLink, inSession | entry},
		{portal.PathAmount, (*visit).showBill, (*visit).chooseAmount, inSession},
		{portal.PathLess, (*visit).showLess, (*visit).confirmLess, inSession},
		{portal.PathAgain, (*visit).showAgain, (*visit).confirmAgain, inSession},
		{portal.PathBill, (*visit).document, nil, inSession},
		{portal.PathPaper, (*visit).download, nil, inSession},
		{portal.PathMethod, (*visit).showMethod, (*visit).chooseMethod, inSession},
		{portal.PathBank, (*visit).showBank, (*visit).takeBank, inSession},
		{portal.PathCheck, (*visit).showCheck, (*visit).pay, inSession},
		{portal.PathStatus, (*visit).status, nil, inSession | always},
		{portal.PathCancel, (*visit).cancel, nil, inSession},
		{pathReturn + "{op}", (*visit).cardReturn, nil, inSession | always},
		{pathBack + "{op}", (*visit).cardBack, nil, inSession | always},
		{portal.PathDone + "{op}", (*visit).done, (*visit).takeOpinion, inSession | always},
		{portal.PathDone + "{op}/receipt", (*visit).receipt, nil, inSession | always},
		{portal.PathDone + "{op}/receipt.pdf", (*visit).receiptFile, nil, inSession | always},
		{portal.PathWays, (*visit).ways, nil, always},
		{portal.PathAboutAutoPay, (*visit).aboutAutoPay, nil, 0},
		{portal.PathFirst, (*visit).newMembers, nil, 0},
		{portal.PathPastDue, (*visit).behind, nil, 0},
		{portal.PathCalendar, (*visit).calendar, nil, 0},
		{portal.PathLookup, (*visit).showLookup, (*visit).lookup, always},
		{portal.PathLanguage, article(portal.ArticleLanguage), nil, always},
		{portal.PathAccess, article(portal.ArticleAccess), nil, always},
		{portal.PathPrivacy, article(portal.ArticlePrivacy), nil, always},
		{portal.PathContact, article(portal.ArticleContact), nil, always},
	}
}

func (s *site) handler() http.Handler {
	forms := http.NewServeMux()
	for _, p := range pages() {
		var post http.HandlerFunc
		get := s.on(p.get, p.kind)
		if p.post != nil {
			post = s.on(p.post, p.kind)
		}
		if p.kind&always == 0 {
			get, post = s.WhileOpen(get), s.WhileOpen(post)
		}
		s.Route(forms, p.path, get, post)
	}
	forms.Handle("GET "+asset.Prefix, s.assets)
	forms.HandleFunc("GET /favicon.ico", noIcon)
	forms.HandleFunc("/", s.on((*visit).notFound, 0))

	all := http.NewServeMux()
	all.HandleFunc("POST "+WebhookPath, s.webhook)
	all.Handle("/", s.Guarded(forms))
	return s.Handler(all)
}

// on makes a handler of what a visit does.
func (s *site) on(act func(*visit), kind pageKind) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{site: s, Visit: s.Visit(w, r)}
		if kind&entry != 0 && !v.mayEnter() {
			return
		}
		if kind&inSession != 0 && !v.loaded {
			if err := v.Load(s.sessions); err != nil {
				v.Broken(err)
				return
			}
		}
		if v.ReadForm() {
			act(v)
		}
	}
}

// noIcon spares browsers, which ask by themselves, an error in the console.
func noIcon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.WriteHeader(http.StatusNoContent)
}

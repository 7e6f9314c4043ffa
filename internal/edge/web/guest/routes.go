package guest

import (
	"net/http"

	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/portal"
)

// page is one path of the site. Each is served under every language.
type page struct {
	path    string
	get     func(*visit)
	post    func(*visit) // nil: nothing can be sent here
	session bool         // the page looks at the guest session
	always  bool         // it is there while the site is closed too: what became of a payment, and how else to pay
}

func pages() []page {
	article := func(kind portal.ArticleKind) func(*visit) {
		return func(v *visit) { v.Show(portal.Article{Kind: kind}) }
	}
	return []page{
		{portal.PathHome, (*visit).home, nil, false, false},
		{portal.PathFind, (*visit).showFind, (*visit).find, true, false},
		{portal.PathLink + "{code}", (*visit).showLink, (*visit).takeLink, true, false},
		{portal.PathAmount, (*visit).showBill, (*visit).chooseAmount, true, false},
		{portal.PathLess, (*visit).showLess, (*visit).confirmLess, true, false},
		{portal.PathAgain, (*visit).showAgain, (*visit).confirmAgain, true, false},
		{portal.PathBill, (*visit).document, nil, true, false},
		{portal.PathPaper, (*visit).download, nil, true, false},
		{portal.PathMethod, (*visit).showMethod, (*visit).chooseMethod, true, false},
		{portal.PathBank, (*visit).showBank, (*visit).takeBank, true, false},
		{portal.PathCheck, (*visit).showCheck, (*visit).pay, true, false},
		{portal.PathStatus, (*visit).status, nil, true, true},
		{portal.PathCancel, (*visit).cancel, nil, true, false},
		{pathReturn + "{op}", (*visit).cardReturn, nil, true, true},
		{pathBack + "{op}", (*visit).cardBack, nil, true, true},
		{portal.PathDone + "{op}", (*visit).done, (*visit).takeOpinion, true, true},
		{portal.PathDone + "{op}/receipt", (*visit).receipt, nil, true, true},
		{portal.PathDone + "{op}/receipt.pdf", (*visit).receiptFile, nil, true, true},
		{portal.PathWays, (*visit).ways, nil, false, true},
		{portal.PathAboutAutoPay, (*visit).aboutAutoPay, nil, false, false},
		{portal.PathFirst, (*visit).newMembers, nil, false, false},
		{portal.PathPastDue, (*visit).behind, nil, false, false},
		{portal.PathCalendar, (*visit).calendar, nil, false, false},
		{portal.PathLookup, (*visit).showLookup, (*visit).lookup, false, true},
		{portal.PathLanguage, article(portal.ArticleLanguage), nil, false, true},
		{portal.PathAccess, article(portal.ArticleAccess), nil, false, true},
		{portal.PathPrivacy, article(portal.ArticlePrivacy), nil, false, true},
		{portal.PathContact, article(portal.ArticleContact), nil, false, true},
	}
}

func (s *site) handler() http.Handler {
	forms := http.NewServeMux()
	for _, p := range pages() {
		var post http.HandlerFunc
		get := s.on(p.get, p.session)
		if p.post != nil {
			post = s.on(p.post, p.session)
		}
		if !p.always {
			get, post = s.WhileOpen(get), s.WhileOpen(post)
		}
		s.Route(forms, p.path, get, post)
	}
	forms.Handle("GET "+asset.Prefix, s.assets)
	forms.HandleFunc("GET /favicon.ico", noIcon)
	forms.HandleFunc("/", s.on((*visit).notFound, false))

	all := http.NewServeMux()
	all.HandleFunc("POST "+WebhookPath, s.webhook)
	all.Handle("/", s.Guarded(forms))
	return s.Handler(all)
}

// on makes a handler of what a visit does.
func (s *site) on(act func(*visit), session bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{site: s, Visit: s.Visit(w, r)}
		if session {
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

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
}

func pages() []page {
	article := func(kind portal.ArticleKind) func(*visit) {
		return func(v *visit) { v.Show(portal.Article{Kind: kind}) }
	}
	return []page{
		{portal.PathHome, (*visit).home, nil, false},
		{portal.PathFind, (*visit).showFind, (*visit).find, true},
		{portal.PathLink + "{code}", (*visit).showLink, (*visit).takeLink, true},
		{portal.PathAmount, (*visit).showBill, (*visit).chooseAmount, true},
		{portal.PathLess, (*visit).showLess, (*visit).confirmLess, true},
		{portal.PathAgain, (*visit).showAgain, (*visit).confirmAgain, true},
		{portal.PathBill, (*visit).document, nil, true},
		{portal.PathPaper, (*visit).download, nil, true},
		{portal.PathMethod, (*visit).showMethod, (*visit).chooseMethod, true},
		{portal.PathBank, (*visit).showBank, (*visit).takeBank, true},
		{portal.PathCheck, (*visit).showCheck, (*visit).pay, true},
		{portal.PathStatus, (*visit).status, nil, true},
		{portal.PathCancel, (*visit).cancel, nil, true},
		{pathReturn + "{op}", (*visit).cardReturn, nil, true},
		{pathBack + "{op}", (*visit).cardBack, nil, true},
		{portal.PathDone + "{op}", (*visit).done, nil, true},
		{portal.PathDone + "{op}/receipt", (*visit).receipt, nil, true},
		{portal.PathWays, (*visit).ways, nil, false},
		{portal.PathAboutAutoPay, (*visit).aboutAutoPay, nil, false},
		{portal.PathFirst, (*visit).newMembers, nil, false},
		{portal.PathPastDue, (*visit).behind, nil, false},
		{portal.PathCalendar, (*visit).calendar, nil, false},
		{portal.PathLookup, (*visit).showLookup, (*visit).lookup, false},
		{portal.PathLanguage, article(portal.ArticleLanguage), nil, false},
		{portal.PathAccess, article(portal.ArticleAccess), nil, false},
		{portal.PathPrivacy, article(portal.ArticlePrivacy), nil, false},
		{portal.PathContact, article(portal.ArticleContact), nil, false},
	}
}

func (s *site) handler() http.Handler {
	forms := http.NewServeMux()
	for _, p := range pages() {
		var post http.HandlerFunc
		if p.post != nil {
			post = s.on(p.post, p.session)
		}
		s.Route(forms, p.path, s.on(p.get, p.session), post)
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

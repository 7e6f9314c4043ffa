package portal_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/portal/states"
)

func TestEveryAnswerHasItsStatusAndItsHeaders(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	want := map[string]int{
		"/__states/home/default": 200, "/__states/find/empty": 422, "/__states/find/no-match": 422, "/__states/find/expired-link": 410,
		"/__states/system/not_found": 404, "/__states/system/forbidden": 403, "/__states/system/expired": 410, "/__states/system/too_many": 429,
		"/__states/system/broken": 500, "/__states/system/closed": 503, "/__states/system/too_large": 413,
		"/__states/system/bad_request": 400, "/__states/stopped/unfinished": 200,
	}
	for _, s := range states.All() {
		code, check := want[s.URL()]
		if !check {
			continue
		}
		delete(want, s.URL())
		w := httptest.NewRecorder()
		if err := r.Respond(w, catalogue.English, s.Frame, s.View, "https://cards.example.com"); err != nil {
			t.Fatal(err)
		}
		if w.Code != code {
			t.Errorf("%s: got status %d, want %d", s.URL(), w.Code, code)
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "form-action 'self' https://cards.example.com;") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: got policy %q", s.URL(), csp)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a personal page may be stored", s.URL())
		}
	}
	for url := range want {
		t.Errorf("%s is not in the state catalogue", url)
	}
}

// A sentence whose date the handler forgot is an error, and the reader is told
// in plain words without any detail of ours.
func TestAPageThatCanNotBeRenderedIsAPlainSentence(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	w := httptest.NewRecorder()
	err := r.Respond(w, catalogue.English, portal.Frame{Path: "/"}, portal.Ways{})
	if err == nil || w.Code != http.StatusInternalServerError {
		t.Fatalf("got %d %v, want an error and 500", w.Code, err)
	}
	if body := w.Body.String(); strings.Contains(body, "template") || !strings.Contains(body, "1-800-555-0100") {
		t.Errorf("got %q, want a sentence for the reader", body)
	}
}

func TestAgreementIsWhatThePageShows(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	at, err := civil.ParseInstant("2026-11-21T01:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	check := portal.Check{
		Op: "x", Amount: money.Cents(12450), Covers: civil.MustParseMonth("2026-12"), Method: portal.MethodBank,
		Bank: portal.BankForm{Kind: portal.AccountChecking}, Today: civil.MustParseDate("2026-11-20"), CancelBy: at,
	}
	for _, lang := range []catalogue.Lang{catalogue.English, catalogue.Chinese, catalogue.Pseudo} {
		agreement, err := r.Agreement(lang, check)
		if err != nil {
			t.Fatal(err)
		}
		page, err := r.Page(lang, portal.Frame{Path: "/pay/check"}, check)
		if err != nil {
			t.Fatal(err)
		}
		root, err := parseHTML(page)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(root.inner(), agreement.Text) {
			t.Errorf("%s: the page does not show what is stored: %q", lang, agreement.Text)
		}
		if !strings.HasPrefix(agreement.Version, string(agreement.Language)+"-") {
			t.Errorf("%s: version %q of a text in %s", lang, agreement.Version, agreement.Language)
		}
	}
}

// What a person typed is shown as text, whatever it holds.
func TestTypedTextIsNeverMarkup(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	evil := `"><script>alert(1)</script>`
	views := []portal.View{
		portal.Find{Form: portal.FindForm{SubscriberID: evil, Factor: portal.FactorZIP, ZIP: evil}},
		portal.Bank{Form: portal.BankForm{Name: evil, Routing: evil, Account: evil}, Amount: money.Cents(1)},
		portal.Lookup{Confirmation: evil},
		portal.Check{Method: portal.MethodCard, Covers: civil.MustParseMonth("2026-12"), Today: civil.MustParseDate("2026-11-20"), Email: evil, Suggestion: evil, Who: portal.Who{FirstName: evil}},
	}
	for _, view := range views {
		page, err := r.Page(catalogue.English, portal.Frame{Path: "/"}, view)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(page), "<script>alert") {
			t.Errorf("%T lets typed text through as markup", view)
		}
	}
}

package account_test

import (
	"bytes"
	"context"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/account"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/web"
	"quittance.org/quittance/web/fonts"
)

// bureau is what the pages of bills, payments and AutoPay work with in a house.
type bureau struct {
	paying  *paying.Service
	autopay *autopay.Service
	post    *notifying.Service
	pages   *guest.Pages
}

// noPost sends no letter: tests look at what is kept.
type noPost struct{}

func (noPost) Send(context.Context, notifying.Mail) error                         { return nil }
func (noPost) SendMessage(*store.Tx, enrollment.AccountID, store.MessageID) error { return nil }

func (noPost) SendText(*store.Tx, enrollment.AccountID, texting.ID) error { return nil }

// member gives what the pages of coverage work with, and mounts the paying
// pages beside them.
func (h *house) member(t *testing.T, mux *http.ServeMux, renderer *portal.Renderer, assets *asset.Set, baseURL string) *account.Member {
	t.Helper()
	words, err := catalogue.Load(web.Messages(), h.Profile.Zone())
	if err != nil {
		t.Fatal(err)
	}
	till := h.NewPaying(nil)
	h.bureau = &bureau{paying: till, autopay: h.NewAutoPay(till)}
	h.bureau.post = notifying.New(notifying.Config{DB: h.DB, Profile: h.Profile, Courier: noPost{}, Letters: apptest.Letters{}, Jobs: noPost{}, Fonts: fonts.Files()})
	papers := notifying.NewPapers(h.DB, h.Profile)
	writer := letters.Writer{Catalogue: words, Profile: h.Profile, BaseURL: baseURL}
	h.bureau.pages, err = guest.New(guest.Config{
		Paying: till, Renderer: renderer, Assets: assets, Sessions: app.NewSessions(h.DB, clock.System()), Clock: h.Clock, BaseURL: baseURL, Log: h.Log,
		Paper: guest.Paper{Bills: papers, Letters: writer}, Line: h.line, SignedIn: &guest.SignedIn{People: h.people, AutoPay: h.bureau.autopay},
	})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/", h.bureau.pages)
	return &account.Member{Paying: till, AutoPay: h.bureau.autopay, Bills: papers, Post: h.bureau.post, Letters: writer, Pay: h.bureau.pages.Enter}
}

// billed makes an account with coverage that owes $124.50 for December, due on
// Monday, 23 November 2026. It is Friday, 20 November, at noon.
func (h *house) billed(t *testing.T, email string) (*browser, apptest.Household) {
	t.Helper()
	of := h.Household(apptest.Medical("2026-01", "109.50").Renewed().Until("2027-06"), apptest.Dental("2026-01", "15.00").Renewed().Until("2027-06"))
	h.Bill("2026-12")
	b := h.signUp(t, email).open("/account/link")
	b.send("/account/link", h.claim(of, "account_code", h.accountCode(of))...).at("/account/link/done", "Your coverage is connected")
	return b, of
}

// pdfText is what a person reads in the file that the browser has got.
func (b *browser) pdfText() string {
	b.t.Helper()
	if b.status != http.StatusOK || b.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(b.body, "%PDF-") {
		b.t.Fatalf("%s is no PDF file: %d %s", b.url.Path, b.status, b.header.Get("Content-Type"))
	}
	read := exec.CommandContext(b.t.Context(), "pdftotext", "-layout", "-", "-")
	read.Stdin = strings.NewReader(b.body)
	var out bytes.Buffer
	read.Stdout = &out
	if err := read.Run(); err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// file fails the test unless the PDF file at a path says all of these.
func (b *browser) file(path string, texts ...string) *browser {
	b.t.Helper()
	said := b.open(path).pdfText()
	for _, text := range texts {
		if !strings.Contains(said, text) {
			b.t.Errorf("%s does not say %q: %s", path, text, said)
		}
	}
	return b
}

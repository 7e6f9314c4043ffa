package paying_test

import (
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
)

func (w *till) link(h apptest.Household) paying.Link {
	w.t.Helper()
	d, err := w.s.Due(w.t.Context(), h.Account)
	if err != nil {
		w.t.Fatal(err)
	}
	return d.Link
}

func (w *till) linked(code string) paying.LinkedBill {
	w.t.Helper()
	b, err := w.s.LinkedBill(w.t.Context(), code, "n")
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *till) findByLink(in paying.LinkInput) error {
	_, err := w.s.FindByLink(w.t.Context(), in)
	return err
}

// Brief F4: a link leads to its bill for whoever knows the birth date or the
// ZIP code, until the end of the due month.
func TestLinkLeadsToItsBill(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h, neighbour := w.renewed(), w.renewed()
		link := w.link(h)
		apptest.Check(t, "until", link.Until.String(), "2026-11-30")
		if _, err := ident.ParseConfirmation(link.Code); err != nil || len(link.Code) != 10 || link.Code == w.link(neighbour).Code {
			t.Errorf("codes %q and %q: %v", link.Code, w.link(neighbour).Code, err)
		}
		apptest.Check(t, "stored", w.Rows(`SELECT link_code FROM bill WHERE link_code = '`+link.Code+`'`), []string{link.Code})
		apptest.Check(t, "linked", w.linked(link.Code), paying.LinkedBill{IDLastFour: h.SubscriberID.LastFour()})
		apptest.Check(t, "typed from paper", w.linked(ident.Confirmation(link.Code).String()), paying.LinkedBill{IDLastFour: h.SubscriberID.LastFour()})
		for name, in := range map[string]paying.LinkInput{
			"birth date": {Code: link.Code, BirthDate: h.BirthDate}, "ZIP": {Code: link.Code, ZIP: h.ZIP},
		} {
			found, err := w.s.FindByLink(t.Context(), in)
			if err != nil || found != h.Account {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.wantCode(w.findByLink(paying.LinkInput{Code: link.Code}), paying.CodeNoMatch)
		w.wantCode(w.findByLink(paying.LinkInput{Code: link.Code, ZIP: "02139"}), paying.CodeNoMatch)
		w.VerifyClean()
	})
}

// A link that has run out, one that never was and one that can not be are all
// the same.
func TestLinksEnd(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		link := w.link(h)
		w.At("2026-11-30 23:59:59")
		apptest.Check(t, "on its last day", w.linked(link.Code).Expired, false)
		if err := w.findByLink(paying.LinkInput{Code: link.Code, ZIP: h.ZIP}); err != nil {
			t.Error(err)
		}
		w.At("2026-12-01 00:00:00")
		apptest.Check(t, "shown", w.link(h), paying.Link{})
		for name, code := range map[string]string{
			"run out": link.Code, "unknown": string(ident.NewConfirmation([]byte("no such link"))), "no code": "PAY", "nothing": "",
		} {
			apptest.Check(t, name, w.linked(code), paying.LinkedBill{Expired: true})
			err := w.findByLink(paying.LinkInput{Code: code, BirthDate: h.BirthDate, ZIP: h.ZIP})
			w.wantCode(err, paying.CodeLinkExpired)
			apptest.Check(t, name, fault.KindOf(err), fault.NotFound)
		}
	})
}

// R-ID-2: a link opens no second road for guessing.
func TestLinksAreThrottled(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		link := w.link(h)
		for i := range 5 {
			in := paying.LinkInput{Code: link.Code, ZIP: "02139", Network: string(rune('a' + i))}
			w.wantCode(w.findByLink(in), paying.CodeNoMatch)
		}
		w.wantCode(w.findByLink(paying.LinkInput{Code: link.Code, ZIP: h.ZIP, Network: "f"}), paying.CodeThrottled)
		w.wantCode(w.find(knows(h)), paying.CodeThrottled) // the same Subscriber ID
		w.Clock.Advance(16 * time.Minute)
		if err := w.findByLink(paying.LinkInput{Code: link.Code, ZIP: h.ZIP, Network: "f"}); err != nil {
			t.Errorf("after the window: %v", err)
		}
		for i := range 20 {
			if b := w.linked(string(ident.NewConfirmation([]byte{byte(i), 1, 2, 3, 4, 5, 6, 7, 8, 9}))); !b.Expired {
				t.Fatal("an invented link leads to a bill")
			}
		}
		_, err := w.s.LinkedBill(t.Context(), link.Code, "n")
		w.wantCode(err, paying.CodeThrottled)
		w.wantCode(w.findByLink(paying.LinkInput{Code: link.Code, ZIP: h.ZIP, Network: "n"}), paying.CodeThrottled)
	})
}

package app_test

import (
	"context"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// handset is a phone.
type handset struct{ texts chan people.Text }

func (h handset) Text(ctx context.Context, m people.Text) error {
	select {
	case h.texts <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A text is written with a letter at night, waits, goes to the phone by a job in
// the morning, and its report is kept. STOP from the phone is heard.
func TestTextsFromNightToPhone(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		phone := handset{make(chan people.Text, 20)}
		a := newApp(w, func(c *app.Config) {
			c.People, c.Origin, c.Courier = personLetters{}, "https://pay.example.gov", letterbox{}
			c.Texts, c.BillTexts = phone, true
		})
		ctx := t.Context()
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Reach(h, "ana@example.org")
		w.InTx(func(tx *store.Tx) error { return member(tx, h, w) })
		w.At("2026-12-01 01:00:00")
		w.Bill("2027-01")
		if _, err := a.Notifying.SendBills(ctx, w.Today()); err != nil {
			t.Fatal(err)
		}
		w.At("2026-12-01 08:00:00")
		if n, err := a.Notifying.SendTextsDue(ctx); err != nil || n != 1 {
			t.Fatalf("%d texts may leave, %v", n, err)
		}
		if err := a.Start(ctx); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = a.Stop(context.Background()) })
		var got people.Text
		select {
		case got = <-phone.texts:
		case <-ctx.Done():
			t.Fatal("no text came")
		}
		if got.Number.Reveal() != "6175550147" || got.Words.Reveal() != "Text: bill" {
			t.Errorf("the phone got %+v", got)
		}
		for _, id := range []string{got.ID.String(), "none of ours"} {
			if err := a.TextReported(ctx, id, true); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "fate", w.Rows("SELECT state FROM text_message"), []string{"delivered"})
		if err := a.HeardText(ctx, people.HeardText{ID: "m1", Number: "+16175550147", Words: "stop"}); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "after STOP", w.Rows("SELECT state FROM text_number"), []string{"stopped"})
	})
}

// member gives a household a person who gets texts.
func member(tx *store.Tx, h apptest.Household, w *apptest.World) error {
	p := store.Person{
		ID: identity.PersonID{UUID: tx.NewID()}, Email: pii.NewSecret("ana@example.org"), PasswordHash: pii.NewSecret("x"), PasswordAt: tx.Now(), CreatedAt: tx.Now(),
	}
	if err := tx.InsertPerson(p); err != nil {
		return err
	}
	link := store.CoverageLink{Account: h.Account, ID: identity.LinkID{UUID: tx.NewID()}, Person: p.ID, Role: access.RoleMember, How: store.LinkedByAccountCode}
	if err := tx.InsertLink(link, w.Today()); err != nil {
		return err
	}
	return tx.PutTextNumber(store.TextNumber{Account: h.Account, Person: p.ID, Number: pii.NewSecret("6175550147"), State: texting.On})
}

package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// personLetters writes the code.
type personLetters struct{}

func (personLetters) Person(m people.Mail) (people.Words, error) {
	return people.Words{Template: string(m.Kind), Language: "en", Subject: "A mail", Text: m.Code + "."}, nil
}

func (personLetters) PersonText(people.Mail) (string, error) { return "", nil }

func (personLetters) PersonCall(people.Mail) (string, error) { return "", nil }

// letterbox hands on what is mailed, and refuses what goes to nowhere.
type letterbox struct{ mail chan notifying.Mail }

func (l letterbox) Send(ctx context.Context, m notifying.Mail) error {
	if strings.HasPrefix(m.Address.Reveal(), "nowhere") {
		return notifying.Refused(errors.New("no such address"))
	}
	select {
	case l.mail <- m:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func startPeople(t *testing.T, w *apptest.World) (*app.App, letterbox) {
	t.Helper()
	box := letterbox{make(chan notifying.Mail, 20)}
	a := newApp(w, func(c *app.Config) { c.People, c.Origin, c.Courier = personLetters{}, "https://pay.example.gov", box })
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	return a, box
}

// A code goes from the page into the mail, and the person is made.
func TestCodeByMail(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a, box := startPeople(t, w)
		ticket, err := a.People.SignUp(t.Context(), people.SignUp{Email: "ana@example.org", Password: pii.NewSecret("purple kettle under oak"), Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		m := <-box.mail
		code, _, _ := strings.Cut(m.Text, ".")
		in, err := a.People.VerifyEmail(t.Context(), people.VerifyEmail{Ticket: ticket, Code: code})
		if err != nil || m.Address.Reveal() != "ana@example.org" {
			t.Fatal(err)
		}
		if _, err := a.People.Resume(t.Context(), in.Session, people.From{}); err != nil {
			t.Error(err)
		}
	})
}

// M20: an e-mail that stood in for paper and is refused brings paper back, with
// what it said.
func TestRefusedMailBringsPaperBack(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-01", "109.50").Renewed())
		w.Reach(h, "")
		w.InTx(func(tx *store.Tx) error {
			p := store.Person{
				ID: identity.PersonID{UUID: tx.NewID()}, Email: pii.NewSecret("nowhere@example.org"), PasswordHash: pii.NewSecret("x"),
				PasswordAt: tx.Now(), CreatedAt: tx.Now(),
			}
			if err := tx.InsertPerson(p); err != nil {
				return err
			}
			tx.InsertDelivery(h.Account, store.DeliveryChoice{Document: identity.DocumentBill, Delivery: identity.DeliverEmail, Person: p.ID})
			return tx.InsertLink(store.CoverageLink{
				Account: h.Account, ID: identity.LinkID{UUID: tx.NewID()}, Person: p.ID, Role: access.RoleMember, How: store.LinkedByAccountCode,
			}, w.Today())
		})
		w.Bill("2026-12")
		a, box := startPeople(t, w)
		if sent, err := a.Notifying.SendBills(t.Context(), w.Today()); err != nil || sent.Printed != 0 || sent.Emails != 1 {
			t.Fatalf("sent %+v, %v", sent, err)
		}
		printed := map[string]bool{}
		for len(printed) < 2 {
			w.InTx(func(tx *store.Tx) error {
				all, err := tx.MessagesOf(h.Account, 10)
				for _, m := range all {
					if m.Channel == store.ChannelPrint {
						printed[m.Template] = true
					}
				}
				return err
			})
			if t.Context().Err() != nil {
				t.Fatalf("printed %v", printed)
			}
		}
		if !printed["bill"] || !printed["email_bounced"] || len(box.mail) != 0 {
			t.Errorf("printed %v", printed)
		}
	})
}

package notifying_test

import (
	"bytes"
	"compress/flate"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// member gives a household a person who has connected it.
func (o *office) member(h apptest.Household, email string) (id identity.PersonID, link identity.LinkID) {
	o.TB.Helper()
	o.InTx(func(tx *store.Tx) error {
		id, link = identity.PersonID{UUID: tx.NewID()}, identity.LinkID{UUID: tx.NewID()}
		p := store.Person{ID: id, Email: pii.NewSecret(email), PasswordHash: pii.NewSecret("x"), PasswordAt: tx.Now(), CreatedAt: tx.Now()}
		if err := tx.InsertPerson(p); err != nil {
			return err
		}
		return tx.InsertLink(store.CoverageLink{Account: h.Account, ID: link, Person: id, Role: access.RoleMember, How: store.LinkedByAccountCode}, o.Today())
	})
	return id, link
}

func (o *office) chooses(h apptest.Household, id identity.PersonID, d identity.Document, by identity.Delivery) {
	o.TB.Helper()
	o.InTx(func(tx *store.Tx) error {
		tx.InsertDelivery(h.Account, store.DeliveryChoice{Document: d, Delivery: by, Person: id})
		return nil
	})
}

// A14: who chose e-mail only for bills gets them at their own address; notices,
// which they did not choose, come on paper as before. When they are no member
// any more, paper is back.
func TestPaperlessBills(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue("old@example.org")
		id, link := o.member(h, "ana@example.org")
		o.chooses(h, id, identity.DocumentBill, identity.DeliverEmail)
		o.InTx(func(tx *store.Tx) error {
			tx.PutSetting(h.Account, store.AccountSetting{LetterLanguage: "vi"})
			return nil
		})
		o.sendOwed()
		if got, want := o.mail(h), []string{"email past_due queued", "print past_due queued"}; !slices.Equal(got, want) {
			t.Errorf("notices: %v, want %v", got, want)
		}
		if to := o.letters.notices[0].Reader.Language; to != "vi" {
			t.Errorf("the language is %q, want the one that was chosen", to)
		}
		o.Bill("2027-02")
		o.sendBills()
		all := o.messages(h)
		last := all[len(all)-1]
		if len(all) != 3 || last.Channel != store.ChannelEmail || last.Address.Reveal() != "ana@example.org" {
			t.Errorf("bills: %v", o.mail(h))
		}
		o.InTx(func(tx *store.Tx) error { _, err := tx.EndLink(h.Account, link, "test"); return err })
		o.At("2027-02-01")
		o.Bill("2027-03")
		o.sendBills()
		if got := o.mail(h)[3:]; !slices.Equal(got, []string{"email bill queued", "print bill queued"}) {
			t.Errorf("without the member: %v", got)
		}
	})
}

// Who has connected the coverage has shown that an address is theirs: e-mail
// goes there, as the pages say, and not to the one in the enrollment file.
func TestEmailGoesToTheMember(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue("old@example.org")
		_, link := o.member(h, "ana@example.org")
		o.member(h, "spouse@example.org") // came later
		addressed := func(want string) {
			t.Helper()
			o.sendBills()
			all := o.messages(h)
			if to := all[len(all)-2]; to.Channel != store.ChannelEmail || to.Address.Reveal() != want {
				t.Errorf("%v, the e-mail to %s, want %s", o.mail(h), to.Address.Reveal(), want)
			}
		}
		o.Bill("2027-02")
		addressed("ana@example.org")
		o.InTx(func(tx *store.Tx) error { _, err := tx.EndLink(h.Account, link, "test"); return err })
		o.At("2027-02-01")
		o.Bill("2027-03")
		addressed("spouse@example.org")
	})
}

// M20: an e-mail that came back is told on paper, and the bill printed.
func TestBouncedBill(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue("")
		id, _ := o.member(h, "ana@example.org")
		o.chooses(h, id, identity.DocumentBill, identity.DeliverEmail)
		o.Bill("2027-02")
		o.sendBills()
		mail := o.messages(h)[0]
		o.chooses(h, id, identity.DocumentBill, identity.DeliverPaper)
		o.InTx(func(tx *store.Tx) error { return o.PrintBounced(tx, h.Account, mail.ID) })
		if got, want := o.mail(h), []string{"email bill queued", "print email_bounced queued", "print bill queued"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// R-ACC-3: the letter brings the code, and what is kept of it has none.
func TestPrintedCode(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.reachable("ana@example.org", apptest.Medical("2027-02", "103.00").Renewed())
		var id store.LinkCodeID
		o.InTx(func(tx *store.Tx) error {
			id = store.LinkCodeID{UUID: tx.NewID()}
			tx.InsertLinkCode(store.LinkCode{Account: h.Account, ID: id, Person: identity.PersonID{UUID: tx.NewID()}, Made: o.Today(), Until: o.Today().AddDays(30)})
			return o.PrintCode(tx, h.Account, id)
		})
		if got := o.mail(h); !slices.Equal(got, []string{"print link_code queued"}) {
			t.Fatalf("got %v, want a letter and no e-mail", got)
		}
		code := o.DB.MailedCode(id)
		kept := o.messages(h)[0]
		document, err := io.ReadAll(flate.NewReader(bytes.NewReader(kept.Document)))
		if err != nil || bytes.Contains(document, []byte(code)) || bytes.Contains(document, []byte(code.String())) {
			t.Errorf("the code is kept in %s, %v", document, err)
		}
		var file bytes.Buffer
		if err := o.Preview(&file, kept); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "pdftotext", "-", "-")
		cmd.Stdin = &file
		text, err := cmd.Output()
		if err != nil {
			t.Fatalf("pdftotext: %v", err)
		}
		if !strings.Contains(string(text), code.String()) {
			t.Errorf("the letter says %s, want the code", text)
		}
	})
}

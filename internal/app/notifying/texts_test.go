package notifying_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

const phone = "6175550147"

// phones is where texts go.
type phones struct {
	got  []notifying.Text
	fail error
}

func (p *phones) SendText(_ context.Context, m notifying.Text) error {
	if p.fail == nil {
		p.got = append(p.got, m)
	}
	return p.fail
}

// text sets what a number of a household is.
func (o *office) text(h apptest.Household, id identity.PersonID, number string, state texting.State) {
	o.TB.Helper()
	o.InTx(func(tx *store.Tx) error {
		return tx.PutTextNumber(store.TextNumber{Account: h.Account, Person: id, Number: pii.NewSecret(number), State: state})
	})
}

// texts lists the texts of a household, "text_past_due waiting".
func (o *office) texts(h apptest.Household) []string {
	o.TB.Helper()
	return o.Rows(fmt.Sprintf("SELECT template || ' ' || state FROM text_message WHERE id_text(account_id) = '%s' ORDER BY text_id", h.Account))
}

// sendTexts lets go what may leave and works the jobs, as the program does.
func (o *office) sendTexts() {
	o.TB.Helper()
	if _, err := o.SendTextsDue(o.TB.Context()); err != nil {
		o.TB.Fatal(err)
	}
	o.workTexts()
}

// workTexts works what was asked for. Closures run twice in tests: what the
// first run asked for is not there.
func (o *office) workTexts() {
	o.TB.Helper()
	asked := o.jobs.texts
	o.jobs.texts = nil
	for _, id := range asked {
		var m store.TextMessage
		err := o.DB.Read(o.TB.Context(), "text", func(tx *store.ReadTx) (err error) {
			m, err = tx.TextByID(id)
			return err
		})
		if err == nil {
			err = o.SendText(o.TB.Context(), m.Account, id)
		}
		if err != nil && fault.KindOf(err) != fault.NotFound {
			o.TB.Fatal(err)
		}
	}
}

// texted is pastDue with a member who gets texts.
func (o *office) texted() (apptest.Household, identity.PersonID) {
	o.TB.Helper()
	h := o.pastDue(address)
	id, _ := o.member(h, "ana@example.org")
	o.text(h, id, phone, texting.On)
	return h, id
}

// The business day runs at night: texts wait for 8 a.m., go once, and stand
// beside the letter that tells all (brief 17).
func TestATextWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h, _ := o.texted()
		o.At("2027-01-01 01:00:00")
		o.sendOwed()
		apptest.Check(t, "mail", o.mail(h), []string{"email past_due queued", "print past_due queued"})
		apptest.Check(t, "at night", o.texts(h), []string{"text_past_due waiting"})
		o.At("2027-01-01 07:59:00")
		o.sendTexts()
		apptest.Check(t, "before eight", o.texts(h), []string{"text_past_due waiting"})
		o.At("2027-01-01 08:00:00")
		o.sendTexts()
		o.sendTexts()
		apptest.Check(t, "at eight", o.texts(h), []string{"text_past_due sent"})
		if len(o.phones.got) != 1 || o.phones.got[0].Number.Reveal() != phone || o.phones.got[0].Words != "Text: past_due" {
			t.Errorf("the phone got %+v", o.phones.got)
		}
		id := texting.ID{UUID: o.phones.got[0].ID}
		for range 2 {
			if err := o.TextReported(t.Context(), id, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.TextReported(t.Context(), id, false); err != nil { // it has arrived: nothing changes that
			t.Fatal(err)
		}
		apptest.Check(t, "reported", o.texts(h), []string{"text_past_due delivered"})
		if err := o.TextReported(t.Context(), texting.ID{}, true); err != nil {
			t.Errorf("a report about nothing: %v", err)
		}
	})
}

// By day a text leaves at once, with the letter.
func TestATextByDay(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h, _ := o.texted()
		o.At("2027-01-01 10:00:00")
		o.sendOwed()
		apptest.Check(t, "at once", o.texts(h), []string{"text_past_due queued"})
		o.workTexts()
		apptest.Check(t, "then", o.texts(h), []string{"text_past_due sent"})
	})
}

// Between writing and leaving hours pass. What the money or STOP has overtaken
// does not leave, and a try that runs into the night waits.
func TestATextThatDoesNotLeave(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		meanwhile func(o *office, h apptest.Household, id identity.PersonID)
		want      string
	}{
		"days late":    {func(o *office, _ apptest.Household, _ identity.PersonID) { o.At("2027-01-03 09:00:00") }, "text_past_due suppressed"},
		"paid":         {func(o *office, h apptest.Household, _ identity.PersonID) { o.pays(h, "103.00") }, "text_past_due suppressed"},
		"paid in part": {func(o *office, h apptest.Household, _ identity.PersonID) { o.pays(h, "50.00") }, "text_past_due sent"},
		"STOP":         {func(o *office, h apptest.Household, id identity.PersonID) { o.text(h, id, phone, texting.Stopped) }, "text_past_due not_wanted"},
		"no member any more": {func(o *office, h apptest.Household, _ identity.PersonID) {
			o.InTx(func(tx *store.Tx) error {
				links, err := tx.LinksOfAccount(h.Account, o.Today())
				if err == nil {
					_, err = tx.EndLink(h.Account, links[0].ID, "test")
				}
				return err
			})
		}, "text_past_due not_wanted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				h, id := o.texted()
				o.At("2027-01-01 01:00:00")
				o.sendOwed()
				o.At("2027-01-01 09:00:00")
				c.meanwhile(o, h, id)
				o.sendTexts()
				apptest.Check(t, "fate", o.texts(h), []string{c.want})
			})
		})
	}
}

// A service that is down is tried again, also the next morning; what it refuses
// for good is not.
func TestATextThatFails(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h, _ := o.texted()
		o.At("2027-01-01 20:59:00")
		o.sendOwed()
		id := o.jobs.texts[len(o.jobs.texts)-1]
		o.phones.fail = fault.New(fault.Unavailable, "text.unreachable", "later")
		if err := o.SendText(t.Context(), h.Account, id); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("got %v, want another try", err)
		}
		o.At("2027-01-01 21:01:00")
		if err := o.SendText(t.Context(), h.Account, id); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "at night", o.texts(h), []string{"text_past_due waiting"})
		o.At("2027-01-02 08:00:00")
		o.phones.fail = notifying.Refused(errors.New("no such phone"))
		o.sendTexts()
		apptest.Check(t, "refused", o.texts(h), []string{"text_past_due failed"})
		o.phones.fail = nil
		o.sendTexts()
		apptest.Check(t, "for good", o.texts(h), []string{"text_past_due failed"})
	})
}

// Only a number that is agreed to and proven is texted, each number once.
func TestWhoGetsTexts(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h, id := o.texted()
		o.text(h, id, "6175550100", texting.Asked)
		o.text(h, id, "6175550101", texting.Stopped)
		o.text(h, id, "6175550102", texting.Ended)
		bo, _ := o.member(h, "bo@example.org")
		o.text(h, bo, "6175550188", texting.On)
		other := o.reachable("eve@example.org", apptest.Medical("2027-01", "103.00").Renewed())
		o.At("2027-01-01 10:00:00")
		o.sendOwed()
		o.workTexts()
		var numbers []string
		for _, m := range o.phones.got {
			numbers = append(numbers, m.Number.Reveal())
		}
		slices.Sort(numbers)
		apptest.Check(t, "texted", numbers, []string{phone, "6175550188"})
		apptest.Check(t, "who has not agreed", len(o.texts(other)), 0)
	})
}

// A receipt that goes by e-mail goes by text too. Delivered twice, it goes once.
func TestAReceiptByText(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h, _ := o.texted()
		o.At("2027-01-01 10:00:00")
		p := o.pays(h, "103.00")
		l := notifying.Letter{
			Account: h.Account, Template: "receipt", Language: "en", Source: p.ID.UUID, Address: pii.NewSecret(address), Subject: "Your receipt", Text: "Thank you.",
			Short: &notifying.Short{Template: "text_receipt", Version: 1, Words: "Payment received."},
		}
		for range 2 {
			if err := o.Deliver(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			o.workTexts()
		}
		apptest.Check(t, "receipt", o.texts(h), []string{"text_receipt sent"})
		if len(o.phones.got) != 1 {
			t.Errorf("%d texts", len(o.phones.got))
		}
	})
}

// R-ACC-3: the account code is for who has no account. Who has one gets bills
// without it.
func TestNoAccountCodeForMembers(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-11-30")
		member := o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		o.member(member, "ana@example.org")
		o.reachable("", apptest.Medical("2027-01", "103.00").Renewed())
		o.At("2026-12-01")
		o.Bill("2027-01")
		o.sendBills()
		coded := map[bool]bool{}
		for _, b := range o.letters.bills {
			coded[b.Reader.Account == member.Account] = b.Reader.AccountCode != ""
		}
		if len(coded) != 2 || coded[true] || !coded[false] {
			t.Errorf("printed for a member %t, for others %t", coded[true], coded[false])
		}
	})
}

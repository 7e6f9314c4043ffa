package e2e_test

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quittance.org/quittance/internal/base/ident"
)

// newcomer is a member whose plan is chosen and not here yet.
func newcomer() member {
	return member{SubscriberID: string(ident.NewSubscriberID(70090000000)), BirthDate: "1984-05-17"}
}

// enroll brings a newcomer's plan, as the eligibility system does.
func (d *demo) enroll(m member) {
	d.t.Helper()
	body := `{"subscriber_id":"` + m.SubscriberID + `","first_name":"Rosalinda","last_name":"Figueira","birth_date":"` + m.BirthDate + `","zip":"02139","language":"en",
		"enrollments":[{"kind":"medical","plan_id":"BAY-SLV-1","plan_name":"Bay Silver Standard","carrier_id":"BAY","carrier_name":"Bay Mutual Health",
		"members":[{"first_name":"Rosalinda","last_name":"Figueira","birth_date":"` + m.BirthDate + `","relation":"self"}],
		"segments":[{"from":"2027-01","to":"2027-12","gross":"759.40","aptc":"500.00","state_subsidy":"153.40","member_share":"106.00"}]}]}`
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.Portal+"/api/v1/enrollments", strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	for name, value := range map[string]string{"Authorization": "Bearer " + d.APIKey, "Idempotency-Key": "newcomer-1", "Content-Type": "application/json"} {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if answer, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusOK {
		d.t.Fatalf("%d %s %v", res.StatusCode, answer, err)
	}
}

// Flow F3: the plan is too new to be found. An address is left, the plan comes,
// its bill is issued, and the e-mail leads to it: to who knew the number and the
// birth date, and to nobody else.
func TestLeaveAnAddressForABill(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		m := newcomer()
		guess := m
		guess.BirthDate = "1985-05-17"
		for email, who := range map[string]member{"thief@example.com": guess, "rosalinda@example.com": m} {
			b.open("/pay").find(who).at("Find your bill").says("We couldn't find a bill that matches", "leave your email and we'll tell you when your bill is ready.")
			b.fill("email", email).pressOn(`form[action="/pay/wait"] button`).at("We'll email you when the bill is ready").says("for up to 14 days")
		}
		d.enroll(m)
		b.moveTo("2026-11-21")
		box := &mailbox{demo: d, address: "rosalinda@example.com"}
		box.gets("Your bill is ready", "The bill is there now.")
		var text string
		for _, got := range box.messages() {
			text += got.Text + got.HTML
		}
		for _, secret := range []string{m.SubscriberID, "Rosalinda", "Figueira", "106", "1984"} {
			if strings.Contains(text, secret) {
				t.Errorf("the e-mail says %q: %s", secret, text)
			}
		}
		address := regexp.MustCompile(regexp.QuoteMeta(d.Portal) + `/pay\S*`).FindString(text)
		b.load(chromedp.Navigate(address)).at("Find your bill").find(m).at("Your bill").says("$106.00", "Your coverage has not started")
		thief := &mailbox{demo: d, address: "thief@example.com"}
		if got := thief.messages(); len(got) != 0 {
			t.Errorf("who did not know the birth date got %q", got[0].Subject)
		}
		if where, found := d.keeps("rosalinda@example.com"); found {
			t.Errorf("the address can be read in %s", where)
		}
	})
}

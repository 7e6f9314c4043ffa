package sandbox_test

import (
	_ "embed"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/sandbox/bank"
)

// premium is a file of Friday evening: an account that is fine, one without
// money, one that objects after 40 days, one that is corrected.
//
//go:embed testdata/premium.ach
var premium []byte

// evening moves the clock to eight in the evening and hands the bank the file.
func (d *demo) evening() {
	d.t.Helper()
	d.clock.Advance(6 * time.Hour)
	ack, err := d.world.Bank.Take(d.clock.Now(), "premium-1.ach", premium)
	if err != nil || ack.Status != bank.Accepted {
		d.t.Fatalf("%+v, %v", ack, err)
	}
}

// The bank's page shows what was taken, what is on its way back, and what
// became of it as the clock moves.
func TestBankPage(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	if got := d.page("/bank"); !strings.Contains(got, "No files yet.") || !strings.Contains(got, "Nothing is on its way back.") {
		t.Error("an idle bank does not say so")
	}
	d.evening()
	for _, want := range []string{"premium-1.ach", "Accepted", "$685.50", "Waits for its day", "091000010000003"} {
		if !strings.Contains(d.page("/bank"), want) {
			t.Errorf("in the evening the page does not show %q", want)
		}
	}
	for range 4 { // to Tuesday evening, eight o'clock: Monday has settled
		d.form("/control/clock", url.Values{"move": {"day"}})
	}
	got := d.page("/bank")
	for _, want := range []string{"R01: Not enough money", "R10: Not authorized", "C06: Account number", "STATEMENT-20261123.bai2", "Settled"} {
		if !strings.Contains(got, want) {
			t.Errorf("on Tuesday the page does not show %q", want)
		}
	}
	if text := d.page("/bank/files/STATEMENT-20261123.bai2"); !strings.Contains(text, "16,166,68550,0,2026112300001,premium-1.ach,") {
		t.Errorf("Monday's statement:\n%s", text)
	}
	if text := d.page("/bank/files/premium-1.ach"); text != string(premium) {
		t.Error("the file that was taken is another one")
	}
	if status, _ := d.send(http.MethodGet, "/bank/files/nothing", "", ""); status != http.StatusNotFound {
		t.Errorf("a file that is not there gave %d", status)
	}
}

// Staff of the bank send anything back, correct accounts, refuse a file and
// switch faults.
func TestBankDesk(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.evening()
	for _, c := range []struct {
		form   url.Values
		status int
	}{
		{url.Values{"act": {"return"}, "trace": {"091000010000001"}, "code": {"R03"}}, http.StatusSeeOther},
		{url.Values{"act": {"return"}, "trace": {"091000010000009"}, "code": {"R03"}}, http.StatusUnprocessableEntity},
		{url.Values{"act": {"correct"}, "trace": {"091000010000002"}, "code": {"C01"}, "account": {"777"}}, http.StatusSeeOther},
		{url.Values{"act": {"refuse"}}, http.StatusSeeOther},
		{url.Values{"act": {"faults"}, "twice": {"on"}, "late": {"on"}}, http.StatusSeeOther},
		{url.Values{}, http.StatusUnprocessableEntity},
	} {
		if status, _ := d.form("/bank", c.form); status != c.status {
			t.Errorf("%v gave %d, want %d", c.form, status, c.status)
		}
	}
	if got := d.world.Bank.Faults(); got != (bank.Faults{Twice: true, LateAck: true}) {
		t.Errorf("faults: %+v", got)
	}
	got := d.page("/bank?done=faults")
	for _, want := range []string{"The next file will be refused.", "R03: No such account", "C01: Account number", "Saved."} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

// Card charges are paid out two bank days later, accepted checks deposited,
// each once.
func TestPayIns(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	_, body := d.send(http.MethodPost, "/v1/sessions", "application/json",
		`{"reference":"op-1","amount_cents":12450,"currency":"usd","description":"Harborview","language":"en",`+
			`"success_url":"http://127.0.0.1:8090/a","cancel_url":"http://127.0.0.1:8090/b","expires_at":"2026-11-20T20:00:00Z"}`,
		"Authorization", "Bearer processor", "Idempotency-Key", "op-1")
	_, path, _ := strings.Cut(body, `"url":"`+d.url)
	path, _, _ = strings.Cut(path, `"`)
	d.form(path, url.Values{"number": {"4242 4242 4242 4242"}, "month": {"12"}, "year": {"2030"}, "name": {"Ana"}, "code": {"123"}, "zip": {"02110"}})
	if n := len(d.world.Processor.Charges()); n != 1 {
		t.Fatalf("%d charges: %s", n, body)
	}
	if err := d.world.Bank.Run(civil.NewDate(2026, time.December, 2).In(time.UTC)); err != nil {
		t.Fatal(err)
	}
	statement := func(day string) string { return d.page("/bank/files/STATEMENT-202611" + day + ".bai2") }
	if !strings.Contains(statement("24"), "16,165,12450,0,2026112400001,PAYOUT-20261120,") {
		t.Errorf("the charge of Friday is not on the statement of Tuesday:\n%s", statement("24"))
	}
	for _, day := range []string{"20", "23", "25", "27", "30"} {
		if strings.Contains(statement(day), "16,") {
			t.Errorf("a deposit on the %sth:\n%s", day, statement(day))
		}
	}
}

package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/api"
	"quittance.org/quittance/internal/store/storetest"
)

// noReceipts is for tests that post none.
type noReceipts struct{}

func (noReceipts) ReceiveFor(context.Context, string, paying.Received) (payment.Payment, error) {
	panic("no receipt is posted here")
}

// mailroom is a caller of a marketplace with one household that owes money.
func mailroom(t *testing.T, w *apptest.World) (*caller, apptest.Household) {
	t.Helper()
	c := &caller{db: w.DB, log: &bytes.Buffer{}}
	server := httptest.NewServer(api.New(enrolling.New(w.DB, nil), api.Config{
		Keys: []api.KeyHash{{Name: "mailroom", Hash: api.HashKey(key)}}, Version: "1.2.3", Receipts: w.NewPaying(nil),
		Health: func(context.Context) error { return nil }, Log: slog.New(slog.NewTextHandler(c.log, nil)),
	}))
	t.Cleanup(server.Close)
	c.url = server.URL
	w.At("2026-12-01")
	h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
	w.Bill("2027-01")
	w.At("2026-12-28")
	return c, h
}

const mailed = `{"number":"NUMBER","channel":"mail","method":"check","amount":"103.00","postmark":"2026-12-22","reference":"check 1042"}`

// R-PAY-4: a check counts on its postmark; the same call again posts nothing.
func TestPostAMailedCheck(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, h := mailroom(t, w)
		for _, number := range []string{h.SubscriberID.Grouped(), h.SubscriberID.String()} {
			got, text := c.do(t, "POST", "/api/v1/receipts", strings.Replace(mailed, "NUMBER", number, 1))
			if got.status != 200 || !strings.Contains(text, `"amount":"103.00","counts_on":"2026-12-22"`) {
				t.Fatalf("got %d %s", got.status, text)
			}
		}
		apptest.Check(t, "payments", len(w.Payments(h)), 1)
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		got, text := c.do(t, "POST", "/api/v1/receipts", strings.NewReplacer("NUMBER", h.BillingNumber, "103.00", "104.00").Replace(mailed))
		if code, _ := problem(t, got, text); got.status != 409 || code != paying.CodeOtherInput {
			t.Errorf("another amount with the same key: got %d %s", got.status, text)
		}
		for _, change := range [][2]string{
			{"check 1042", "check 1043"},
			{"2026-12-22", "2026-12-21"},
			{`"method":"check"`, `"method":"money_order"`},
			{`"reference"`, `"received_on":"2026-12-23","reference"`},
		} {
			got, text := c.do(t, "POST", "/api/v1/receipts", strings.NewReplacer("NUMBER", h.BillingNumber, change[0], change[1]).Replace(mailed))
			if code, _ := problem(t, got, text); got.status != 409 || code != paying.CodeOtherInput {
				t.Errorf("%s for %s with the same key: got %d %s", change[1], change[0], got.status, text)
			}
		}
		w.VerifyClean()
	})
}

// A receipt that was posted by a program that kept only its reference is known
// again.
func TestAReceiptOfBeforeIsKnown(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, h := mailroom(t, w)
		body := strings.Replace(mailed, "NUMBER", h.BillingNumber, 1)
		if got, text := c.do(t, "POST", "/api/v1/receipts", body); got.status != 200 {
			t.Fatalf("got %d %s", got.status, text)
		}
		storetest.Sabotage(t, w.DB, `UPDATE intent SET input_hash = '`+w.DB.Vault().IndexText("received", "check 1042")+`'`)
		if got, text := c.do(t, "POST", "/api/v1/receipts", body); got.status != 200 {
			t.Errorf("got %d %s", got.status, text)
		}
	})
}

// A wrong receipt is named field by field, and nothing is posted.
func TestPostABadReceipt(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, h := mailroom(t, w)
		for name, row := range map[string]struct {
			old, with string
			status    int
			code      string
		}{
			"nothing":              {`"103.00"`, `"0.00"`, 422, "receipt.amount"},
			"a tenth of a cent":    {`"103.00"`, `"103.001"`, 422, "receipt.amount"},
			"a JSON number":        {`"103.00"`, `103`, 422, "request.invalid"},
			"no such day":          {"2026-12-22", "2026-02-30", 422, "receipt.postmark"},
			"no such day either":   {`"reference"`, `"received_on":"2026-12-32","reference"`, 422, "receipt.received_on"},
			"received to come":     {`"reference"`, `"received_on":"2026-12-29","reference"`, 422, "received_on.to_come"},
			"a wrong year":         {`"reference"`, `"received_on":"2025-12-23","reference"`, 422, "received_on.long_ago"},
			"before its postmark":  {`"reference"`, `"received_on":"2026-12-21","reference"`, 422, "postmark.after_received"},
			"money in an envelope": {`"check"`, `"bank"`, 422, "receipt.method"},
			"another channel":      {`"mail"`, `"web_guest"`, 422, "request.invalid"},
			"a check digit":        {"NUMBER", "700100000017", 422, "subscriber_id.check_digit"},
			"nobody's number":      {"NUMBER", ident.NewSubscriberID(70019999999).String(), 404, paying.CodeNoAccount},
		} {
			body := strings.Replace(strings.Replace(mailed, row.old, row.with, 1), "NUMBER", h.SubscriberID.String(), 1)
			got, text := c.do(t, "POST", "/api/v1/receipts", body, "Idempotency-Key", "receipt "+name)
			if got.status != row.status || !strings.Contains(text, row.code) {
				t.Errorf("%s: got %d %s, want %d %s", name, got.status, text, row.status, row.code)
			}
		}
		apptest.Check(t, "payments", len(w.Payments(h)), 0)
	})
}

// R-PAY-5: what a bank sent counts on the day it was received, whenever it is
// posted.
func TestPostWhatWasReceivedBefore(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, h := mailroom(t, w)
		body := strings.NewReplacer("NUMBER", h.BillingNumber, `"mail"`, `"bank_bill_pay"`, `"check"`, `"bank"`, `"postmark":"2026-12-22"`, `"received_on":"2026-12-23"`).Replace(mailed)
		got, text := c.do(t, "POST", "/api/v1/receipts", body)
		if got.status != 200 || !strings.Contains(text, `"amount":"103.00","counts_on":"2026-12-23"`) {
			t.Fatalf("got %d %s", got.status, text)
		}
		apptest.Check(t, "received", w.Payments(h)[0].ReceivedOn.String(), "2026-12-23")
		w.VerifyClean()
	})
}

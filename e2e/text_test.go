package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// texts lists what a phone got, the oldest first.
func (d *demo) texts(number string) (words []string) {
	d.t.Helper()
	res, err := http.Get(d.Sandbox + "/v1/phone")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var got struct {
		Data []struct{ Kind, Number, Words string }
	}
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		d.t.Fatal(err)
	}
	for _, m := range got.Data {
		if m.Number == number {
			words = append(words, m.Words)
		}
	}
	slices.Reverse(words)
	return words
}

// texted waits for a text that holds something.
func (d *demo) texted(number, want string) {
	d.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for begun := time.Now(); time.Since(begun) < patience; <-ticker.C {
		if slices.ContainsFunc(d.texts(number), func(words string) bool { return strings.Contains(words, want) }) {
			return
		}
	}
	d.t.Fatalf("no text with %q came: %q", want, d.texts(number))
}

// G6 and G8: a guest gives a mobile number and gets the receipt by text, once.
// The number is in no address, title or log.
func TestReceiptByText(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.open("/pay").find(d.member("A")).press().choose("method").press().bank()
		b.at("Check your details and pay").fill("phone", "555-0123").press()
		b.at("Check your details and pay").says("Enter a phone number with 10 numbers, like 617-555-0147")
		b.set("phone", "")
		b.fill("phone", "617-555-0123").press()
		number := b.at("Payment received").says("We text your receipt to (•••) •••-0123").confirmed()
		d.texted("6175550123", "payment received. Confirmation "+number)
		if got := d.texts("6175550123"); len(got) != 1 {
			t.Errorf("the phone got %q", got)
		}
		if where, found := d.keeps("6175550123"); found {
			t.Errorf("the number can be read in %s", where)
		}
	})
}

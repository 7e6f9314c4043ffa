package e2e_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"quittance.org/quittance/sandbox/population"
)

// trail is what a run leaves where others may read it, and what was typed in it.
type trail struct {
	mu        sync.Mutex
	addresses map[string]bool // of every request of the browsers, and where it came from
	titles    map[string]bool // of every page looked at
	typed     map[string]bool
}

func newTrail() *trail {
	return &trail{addresses: map[string]bool{}, titles: map[string]bool{}, typed: map[string]bool{}}
}

func (t *trail) asked(r *network.Request) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if strings.HasPrefix(r.URL, "data:") {
		return
	}
	t.addresses[r.URL] = true
	for name, value := range r.Headers {
		if from, ok := value.(string); ok && strings.EqualFold(name, "Referer") {
			t.addresses[from] = true
		}
	}
}

func (t *trail) saw(title string) { t.add(t.titles, title) }

func (t *trail) types(text string) { t.add(t.typed, text) }

func (t *trail) add(to map[string]bool, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	to[text] = true
}

// nothingPersonal fails the test if an address, a title or anything that the
// demo has printed holds what is known of its people or what was typed: numbers,
// names, birth dates, bank accounts, e-mail addresses, codes, passwords. It runs
// after every test of a browser, of guests and of people with an account.
func (d *demo) nothingPersonal() {
	d.t.Helper()
	d.trail.mu.Lock()
	defer d.trail.mu.Unlock()
	places := map[string]string{
		"an address": lines(d.trail.addresses), "a title": lines(d.trail.titles), "the log": d.logged(), "standard output": d.printed.String(),
	}
	for where, text := range places {
		text = meaningless.ReplaceAllString(strings.ToLower(text), "")
		for _, secret := range d.secrets() {
			if found := secret.FindString(text); found != "" {
				d.t.Errorf("%q is in %s", found, where)
			}
		}
	}
}

// meaningless numbers may look like any other: moments, ids, ports.
var meaningless = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|127\.0\.0\.1:\d+|localhost:\d+|"(time|request|took|bytes)":("[^"]*"|\d+)`)

func lines(set map[string]bool) string {
	var all []string
	for text := range set {
		all = append(all, text)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// secrets are what must not be found, in every way that it may be written.
func (d *demo) secrets() []*regexp.Regexp {
	var all []string
	for _, m := range d.Members {
		all = append(all, m.SubscriberID, m.AccountCode)
	}
	for _, f := range population.Fixtures() {
		a := f.Household.Account
		all = append(all, a.FirstName, a.LastName, a.Email, a.BillingNumber)
		for _, m := range f.Household.Enrollments[0].Members {
			all = append(all, m.FirstName, m.LastName)
			for _, layout := range []string{"2006-01-02", "20060102", "01/02/2006", "1/2/2006", "January 2, 2006", "060102"} {
				all = append(all, m.BirthDate.Time().Format(layout))
			}
		}
	}
	for text := range d.trail.typed {
		if telling(text) {
			all = append(all, text)
		}
	}
	var found []*regexp.Regexp
	for _, text := range all {
		if text != "" {
			found = append(found, asWritten(text))
		}
	}
	return found
}

// telling tells whether typed text says something of a person: a day, a choice
// or an amount by itself does not.
func telling(text string) bool {
	_, err := time.Parse("January", text)
	return len(text) >= 6 && err != nil
}

// asWritten matches text in lower case, with or without its signs and spaces,
// or those in the writing of addresses, and not within a longer word.
func asWritten(text string) *regexp.Regexp {
	var parts []string
	for _, word := range regexp.MustCompile(`[\pL\pN]+`).FindAllString(strings.ToLower(text), -1) {
		parts = append(parts, regexp.QuoteMeta(word))
	}
	return regexp.MustCompile(`\b` + strings.Join(parts, `(?:[^\pL\pN]|%[0-9a-f]{2}|\\u[0-9a-f]{4}){0,3}`) + `\b`)
}

// The search itself finds what it looks for, however it is written.
func TestSecretsAreFoundAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for text, written := range map[string][]string{
		"7001 2345 6789":    {"/pay?id=700123456789&x", "id=7001+2345+6789", "7001%202345%206789", `"7001-2345-6789"`},
		"maria@example.com": {"to=maria%40example.com", "maria@example.com", `maria\u0040example.com`},
		"Maria Silva":       {"name=maria+silva", "maria%20silva"},
		"1974-03-14":        {"born=1974-03-14", "1974%2d03%2d14", "1974/03/14"},
	} {
		for _, w := range written {
			if !asWritten(text).MatchString(w) {
				t.Errorf("%q is not found in %q", text, w)
			}
		}
	}
	for text, other := range map[string]string{"Ana": "banana", "000123456789": "90001234567890"} {
		if asWritten(text).MatchString(other) {
			t.Errorf("%q is found in %q", text, other)
		}
	}
	if telling("January") || telling("1974") || !telling(fmt.Sprint("0001", "2345")) {
		t.Error("what tells of a person is not told from what does not")
	}
}

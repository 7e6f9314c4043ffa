package guest_test

import (
	"net/http"
	"strings"
	"testing"
)

// R-CAL-4: everybody can subscribe to the dates, and nobody's name is in them.
func TestCalendarFeed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).open("/calendar.ics")
	if b.status != 200 || b.header.Get("Content-Type") != "text/calendar; charset=utf-8" || b.header.Get("Cache-Control") != "public, max-age=3600" {
		t.Fatalf("got %d %v", b.status, b.header)
	}
	days := strings.ReplaceAll(b.body, "\r\n ", "")
	for line, times := range map[string]int{
		"BEGIN:VEVENT": 26, "DTSTART;VALUE=DATE:20261123": 1, "DTSTART;VALUE=DATE:20261201": 1, "DTSTART;VALUE=DATE:20271123": 1,
		"UID:due-2026-12@" + b.url.Host: 1, "SUMMARY:Health insurance payment due for December 2026": 1,
		"on Monday\\, November 23\\, 2026 to be covered in December 2026": 1,
	} {
		if n := strings.Count(days, line); n != times {
			t.Errorf("%q is there %d times, want %d: %s", line, n, times, days[:600])
		}
	}
	tag, changed := b.header.Get("ETag"), b.header.Get("Last-Modified")
	for name, value := range map[string]string{"If-None-Match": tag, "If-Modified-Since": changed} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.portal+"/calendar.ics", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(name, value)
		if again := send(t, http.DefaultClient, req); value == "" || again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("%s %q: got %d", name, value, again.status)
		}
	}
	uids := func(text string) (all []string) {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "UID:") {
				all = append(all, line)
			}
		}
		return all
	}
	before := uids(b.body)
	s.At("2026-12-01")
	b.open("/calendar.ics")
	if b.header.Get("ETag") == tag || b.header.Get("Last-Modified") != "Tue, 01 Dec 2026 05:00:00 GMT" {
		t.Errorf("a month later: %s, %s", b.header.Get("ETag"), b.header.Get("Last-Modified"))
	}
	if after := uids(b.body); after[0] != before[2] || after[len(after)-3] != before[len(before)-1] {
		t.Errorf("the same day has another UID: %v, %v", before, after)
	}
	if b.open("/vi/calendar.ics"); b.status != 200 || b.header.Get("Content-Language") != "en" || !strings.Contains(strings.ReplaceAll(b.body, "\r\n ", ""), b.url.Host+"/vi/pay") {
		t.Errorf("in Vietnamese, which is not translated: %d %s", b.status, b.header.Get("Content-Language"))
	}
	b.open("/ways-to-pay").says("subscribe to this address in your calendar: " + s.portal + "/calendar.ics")
}

// R-CAL-3, R-CAL-4: a due date that an outage has moved for everybody is moved in
// the calendar too, under the name that it had.
func TestCalendarOfAMovedDueDate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-11-23 18:00:00")
	before := s.browser(t).open("/calendar.ics").body
	moved := newShop(t)
	moved.At("2026-11-23 18:00:00")
	moved.outage(t, "2026-11-23 12:00:00", "2026-11-23 14:00:00")
	b := moved.browser(t).open("/calendar.ics")
	days := strings.ReplaceAll(b.body, "\r\n ", "")
	for line, times := range map[string]int{
		"DTSTART;VALUE=DATE:20261123": 0, "DTSTART;VALUE=DATE:20261124": 1, "UID:due-2026-12@": 1, "on Tuesday\\, November 24\\, 2026 to be covered in December 2026": 1,
	} {
		if n := strings.Count(days, line); n != times {
			t.Errorf("%q is there %d times, want %d", line, n, times)
		}
	}
	if !strings.Contains(before, "DTSTART;VALUE=DATE:20261123") {
		t.Error("without an outage the day has moved")
	}
	if got := b.header.Get("Last-Modified"); got == "" || got == "Sun, 01 Nov 2026 04:00:00 GMT" {
		t.Errorf("last modified %q", got)
	}
}

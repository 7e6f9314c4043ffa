package ical_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/format/ical"
)

// property is a content line of RFC 5545, section 3.1.
type property struct{ name, params, value string }

// parse reads a calendar by the grammar of RFC 5545 alone, strictly: lines end
// with CRLF, none is longer than 75 octets, none splits a character; folded
// lines are put together and text is unescaped.
func parse(t *testing.T, data []byte) []property {
	t.Helper()
	text, whole := strings.CutSuffix(string(data), "\r\n")
	if !whole {
		t.Fatal("the last line does not end with CRLF")
	}
	var unfolded []string
	for line := range strings.SplitSeq(text, "\r\n") {
		switch {
		case strings.ContainsAny(line, "\r\n"):
			t.Fatalf("a line end that is no CRLF in %q", line)
		case len(line) > 75:
			t.Errorf("a line of %d octets", len(line))
		case !utf8.ValidString(line):
			t.Errorf("a character is split: %q", line)
		}
		if rest, folded := strings.CutPrefix(line, " "); folded && len(unfolded) > 0 {
			unfolded[len(unfolded)-1] += rest
		} else {
			unfolded = append(unfolded, line)
		}
	}
	unescape := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n")
	var all []property
	for _, line := range unfolded {
		head, value, ok := strings.Cut(line, ":")
		name, params, _ := strings.Cut(head, ";")
		if !ok || name == "" || name != strings.ToUpper(name) {
			t.Fatalf("no content line: %q", line)
		}
		all = append(all, property{name, params, unescape.Replace(value)})
	}
	return all
}

var feed = ical.Calendar{
	Product: "-//Quittance//Due dates//EN", Name: "Bay Harbor: due dates", Stamp: civil.MustParseDate("2026-11-01"),
	Events: []ical.Event{
		{UID: "due-2027-01@pay.example", On: civil.MustParseDate("2026-12-31"), Summary: "Payment due; January, 2027", Description: "One\nline, and \\ another", URL: "https://pay.example/pay"},
		{UID: "bill-2027-02@pay.example", On: civil.MustParseDate("2028-02-29"), Summary: strings.Repeat("Hóa đơn của quý vị 账单 ", 12), Description: "x"},
	},
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	data, err := ical.Marshal(feed)
	if err != nil {
		t.Fatal(err)
	}
	want := []property{
		{"BEGIN", "", "VCALENDAR"},
		{"VERSION", "", "2.0"},
		{"PRODID", "", feed.Product},
		{"CALSCALE", "", "GREGORIAN"},
		{"METHOD", "", "PUBLISH"},
		{"NAME", "", feed.Name},
		{"X-WR-CALNAME", "", feed.Name},
		{"REFRESH-INTERVAL", "VALUE=DURATION", "P1D"},
		{"BEGIN", "", "VEVENT"},
		{"UID", "", "due-2027-01@pay.example"},
		{"DTSTAMP", "", "20261101T000000Z"},
		{"DTSTART", "VALUE=DATE", "20261231"},
		{"DTEND", "VALUE=DATE", "20270101"},
		{"SUMMARY", "", "Payment due; January, 2027"},
		{"DESCRIPTION", "", "One\nline, and \\ another"},
		{"TRANSP", "", "TRANSPARENT"},
		{"URL", "", "https://pay.example/pay"},
		{"END", "", "VEVENT"},
		{"BEGIN", "", "VEVENT"},
		{"UID", "", "bill-2027-02@pay.example"},
		{"DTSTAMP", "", "20261101T000000Z"},
		{"DTSTART", "VALUE=DATE", "20280229"},
		{"DTEND", "VALUE=DATE", "20280301"},
		{"SUMMARY", "", feed.Events[1].Summary},
		{"DESCRIPTION", "", "x"},
		{"TRANSP", "", "TRANSPARENT"},
		{"END", "", "VEVENT"},
		{"END", "", "VCALENDAR"},
	}
	if diff := cmp.Diff(want, parse(t, data), cmp.AllowUnexported(property{})); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	again, err := ical.Marshal(feed)
	if err != nil || string(again) != string(data) {
		t.Error("the same calendar gave other bytes")
	}
}

// A summary folds at every length without a character being split.
func TestFolding(t *testing.T) {
	t.Parallel()
	for n := range 160 {
		c := feed
		c.Events = []ical.Event{{UID: fmt.Sprint(n), On: c.Stamp, Summary: strings.Repeat("a", n) + "ế账"}}
		data, err := ical.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, p := range parse(t, data) {
			found = found || p.name == "SUMMARY" && p.value == c.Events[0].Summary
		}
		if !found {
			t.Errorf("the summary of %d letters is lost", n)
		}
	}
}

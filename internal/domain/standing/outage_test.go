package standing_test

import (
	"fmt"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/profiles"
)

// boston reads "2026-11-23 10:00:00 to 2026-11-23 11:00:01".
func boston(t *testing.T, p *profile.Profile, text string) standing.Outage {
	t.Helper()
	moment := func(s string) civil.Instant {
		at, err := time.ParseInLocation("2006-01-02 15:04:05", s, p.Zone())
		if err != nil {
			t.Fatal(err)
		}
		return civil.InstantOf(at)
	}
	return standing.Outage{From: moment(text[:19]), To: moment(text[23:])}
}

// R-CAL-3: down for more than 60 minutes in the last 24 hours before a cut-off
// moves it one business day, and nothing less does.
// The notice that all pages show: from when the outage has lasted too long until
// the last minute of the day that counts instead.
func TestMovedDue(t *testing.T) {
	t.Parallel()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, now string
		outages   []string
		want      string
	}{
		{"none", "2026-11-23 12:00:00", nil, ""},
		{"not long enough yet", "2026-11-23 10:30:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00"}, ""},
		{"long enough", "2026-11-23 11:30:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00"}, "2026-11-23: 2026-11-23 to 2026-11-24"},
		{"the last minute", "2026-11-24 23:59:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00"}, "2026-11-23: 2026-11-23 to 2026-11-24"},
		{"over", "2026-11-25 00:00:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00"}, ""},
		{"planned", "2026-11-23 09:00:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00"}, ""},
		{"down the day before", "2026-11-23 12:00:00", []string{"2026-11-22 20:00:00 to 2026-11-23 02:00:00"}, "2026-11-22: 2026-11-23 to 2026-11-24"},
		{"down again", "2026-11-25 12:00:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00", "2026-11-24 10:00:00 to 2026-11-24 12:00:00"}, "2026-11-23: 2026-11-23 to 2026-11-25"},
		{"far from any due date", "2026-11-10 12:00:00", []string{"2026-11-10 08:00:00 to 2026-11-10 11:00:00"}, ""},
		{"the month before", "2026-12-01 12:00:00", []string{"2026-11-23 10:00:00 to 2026-11-23 12:00:00"}, ""},
	} {
		var all []standing.Outage
		for _, o := range row.outages {
			all = append(all, boston(t, p, o))
		}
		now := boston(t, p, row.now+" to "+row.now).From
		got := ""
		if m, ok := standing.MovedDue(p, now, all); ok {
			got = fmt.Sprintf("%s: %s to %s", m.Down, m.Due, m.Until)
		}
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestAfterOutage(t *testing.T) {
	t.Parallel()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		due     string
		outages []string
		until   string // "" when the due date stays
	}{
		"nothing happened":                       {"2026-11-23", nil, ""},
		"an hour to the second":                  {"2026-11-23", []string{"2026-11-23 10:00:00 to 2026-11-23 11:00:00"}, ""},
		"a second more":                          {"2026-11-23", []string{"2026-11-23 10:00:00 to 2026-11-23 11:00:01"}, "2026-11-24"},
		"two halves":                             {"2026-11-23", []string{"2026-11-23 20:00:00 to 2026-11-23 20:31:00", "2026-11-23 08:00:00 to 2026-11-23 08:30:00"}, "2026-11-24"},
		"the same minutes told twice":            {"2026-11-23", []string{"2026-11-23 08:00:00 to 2026-11-23 08:50:00", "2026-11-23 08:10:00 to 2026-11-23 08:50:00"}, ""},
		"one within another, and more after it":  {"2026-11-23", []string{"2026-11-23 08:00:00 to 2026-11-23 08:50:00", "2026-11-23 08:10:00 to 2026-11-23 08:20:00", "2026-11-23 09:00:00 to 2026-11-23 09:10:01"}, "2026-11-24"},
		"the day before":                         {"2026-11-23", []string{"2026-11-22 00:00:00 to 2026-11-23 00:00:00"}, ""},
		"from the evening before, 61 minutes in": {"2026-11-23", []string{"2026-11-22 20:00:00 to 2026-11-23 01:01:00"}, "2026-11-24"},
		"from the evening before, an hour in":    {"2026-11-23", []string{"2026-11-22 20:00:00 to 2026-11-23 01:00:00"}, ""},
		"over the cut-off":                       {"2026-11-23", []string{"2026-11-23 23:15:00 to 2026-11-24 09:00:00"}, ""},
		"over the cut-off, for long before it":   {"2026-11-23", []string{"2026-11-23 22:59:59 to 2026-11-24 09:00:00"}, "2026-11-24"},
		"after the cut-off":                      {"2026-11-23", []string{"2026-11-24 00:00:00 to 2026-11-24 23:00:00"}, ""},
		"all of it, from the day before":         {"2026-11-23", []string{"2026-11-21 00:00:00 to 2026-11-25 00:00:00"}, "2026-11-24"},
		"due on the Wednesday before a holiday":  {"2026-11-25", []string{"2026-11-25 10:00:00 to 2026-11-25 12:00:00"}, "2026-11-27"},
		"due on a Saturday":                      {"2026-05-23", []string{"2026-05-23 10:00:00 to 2026-05-23 12:00:00"}, "2026-05-26"}, // Memorial Day
		"the day the clocks go back":             {"2026-11-01", []string{"2026-11-01 00:30:00 to 2026-11-01 01:00:00", "2026-11-01 12:00:00 to 2026-11-01 12:30:00"}, ""},
		"a year ago":                             {"2026-11-23", []string{"2025-11-23 10:00:00 to 2025-11-23 20:00:00"}, ""},
	} {
		var outages []standing.Outage
		for _, o := range tc.outages {
			outages = append(outages, boston(t, p, o))
		}
		due := civil.MustParseDate(tc.due)
		until, moved := standing.AfterOutage(p, due, outages)
		want := due
		if tc.until != "" {
			want = civil.MustParseDate(tc.until)
		}
		if until != want || moved != (tc.until != "") {
			t.Errorf("%s: %s, %t; want %s", name, until, moved, want)
		}
	}
}

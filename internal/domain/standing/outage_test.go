package standing_test

import (
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

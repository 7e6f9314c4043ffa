package texting_test

import (
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/domain/texting"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]texting.Word{
		"STOP": texting.Stop, " stop. ": texting.Stop, "Stop!": texting.Stop, "StopAll": texting.Stop, "unsubscribe": texting.Stop, "Cancel": texting.Stop,
		"end": texting.Stop, "QUIT": texting.Stop, "revoke": texting.Stop, "opt  out": texting.Stop, "arrêt": texting.Stop, "ARRET": texting.Stop, "alto": texting.Stop,
		"sispann": texting.Stop, "停止": texting.Stop, "dừng": texting.Stop, "stop texting me": texting.Stop, "STOP, please": texting.Stop,
		"help": texting.Help, "Ayuda": texting.Help, "帮助。": texting.Help, "info": texting.Help,
		"start": texting.Start, "UNSTOP": texting.Start, "Bắt đầu": texting.Start,
		"yes": texting.Yes, "Y": texting.Yes, "sí": texting.Yes, "好": texting.Yes, "Đồng ý": texting.Yes,
		"": texting.Other, "?": texting.Other, "End of the month is fine": texting.Other, "cancel my plan": texting.Other, "Nonstop": texting.Other,
		"yes but call me": texting.Other, "482913": texting.Other,
	} {
		if got := texting.Read(reply); got != want {
			t.Errorf("%q: got %s, want %s", reply, got, want)
		}
	}
}

// Brief 17: 8 a.m. to 9 p.m. local, also across a change of the clocks.
func TestLeaves(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-11-23T08:00:00-05:00": "2026-11-23T08:00:00-05:00",
		"2026-11-23T20:59:59-05:00": "2026-11-23T20:59:59-05:00",
		"2026-11-23T21:00:00-05:00": "2026-11-24T08:00:00-05:00",
		"2026-11-23T01:00:00-05:00": "2026-11-23T08:00:00-05:00",
		"2026-11-23T07:59:59-05:00": "2026-11-23T08:00:00-05:00",
		"2026-12-31T23:00:00-05:00": "2027-01-01T08:00:00-05:00",
		"2026-10-31T22:00:00-04:00": "2026-11-01T08:00:00-05:00", // clocks go back in the night
		"2027-03-14T01:30:00-05:00": "2027-03-14T08:00:00-04:00", // and forward
		"2026-11-24T01:30:00Z":      "2026-11-24T01:30:00Z",      // 8:30 p.m. in Boston
	} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := texting.Leaves(moment, zone); got.UTC().Format(time.RFC3339) != mustUTC(t, want) {
			t.Errorf("%s: got %s, want %s", at, got.Format(time.RFC3339), want)
		}
	}
}

func mustUTC(t *testing.T, text string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC().Format(time.RFC3339)
}

func TestLength(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lang, text  string
		plain, fits bool
		parts       int
	}{
		"empty":                      {"en", "", true, true, 1},
		"160 plain letters":          {"en", strings.Repeat("a", 160), true, true, 1},
		"161 plain letters":          {"en", strings.Repeat("a", 161), true, false, 2},
		"306 plain letters":          {"en", strings.Repeat("a", 306), true, false, 2},
		"307 plain letters":          {"en", strings.Repeat("a", 307), true, false, 3},
		"a bracket counts twice":     {"en", strings.Repeat("a", 159) + "[", true, false, 2},
		"a euro sign fits":           {"en", strings.Repeat("a", 158) + "€", true, true, 1},
		"a curly quote in English":   {"en", "It’s due", false, false, 1},
		"70 Chinese letters":         {"zh", strings.Repeat("账", 70), false, true, 1},
		"134 Chinese letters":        {"zh", strings.Repeat("账", 134), false, true, 2},
		"135 Chinese letters":        {"zh", strings.Repeat("账", 135), false, false, 3},
		"134 letters with Vietnam's": {"vi", strings.Repeat("a", 133) + "đ", false, true, 2},
		"135 letters with Vietnam's": {"vi", strings.Repeat("a", 134) + "đ", false, false, 3},
		"a picture is two":           {"zh", strings.Repeat("😀", 35), false, true, 1},
		"Spanish without marks":      {"es", strings.Repeat("ñ", 160), true, true, 1},
	} {
		if got := texting.Plain(c.text); got != c.plain {
			t.Errorf("%s: plain is %t", name, got)
		}
		if got := texting.Parts(c.text); got != c.parts {
			t.Errorf("%s: %d parts, want %d", name, got, c.parts)
		}
		if got := texting.Fits(c.lang, c.text); got != c.fits {
			t.Errorf("%s: fits is %t", name, got)
		}
	}
}

func TestFates(t *testing.T) {
	t.Parallel()
	for fate, want := range map[texting.Fate][2]bool{
		texting.Waiting: {true, false}, texting.Queued: {true, true}, texting.Sent: {false, true}, texting.Delivered: {false, false},
		texting.Failed: {false, false}, texting.Suppressed: {false, false}, texting.NotWanted: {false, false},
	} {
		if fate.Open() != want[0] || fate.Late() != want[1] {
			t.Errorf("%s: open %t, late %t", fate, fate.Open(), fate.Late())
		}
	}
}

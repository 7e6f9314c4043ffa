package payment_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/profiles"
)

// R-PAY-4, test vectors of MA-CHAN: the postmark counts, but not for ever.
func TestMailedOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, profile, postmark, received, due, want string }{
		{"the rule's example", profiles.Default, "2027-01-22", "2027-01-27", "2027-01-23", "2027-01-22"},
		{"on the due date itself", profiles.Default, "2027-01-23", "2027-01-30", "2027-01-23", "2027-01-23"},
		{"a day too long under way", profiles.Default, "2027-01-23", "2027-01-31", "2027-01-23", "2027-01-31"},
		{"long under way, and still in time for the due date", profiles.Default, "2027-01-05", "2027-01-30", "2027-01-23", "2027-01-05"},
		{"postmarked after the due date: in time for the next", profiles.Default, "2027-01-24", "2027-02-26", "2027-02-23", "2027-01-24"},
		{"over the turn of the year", profiles.Default, "2026-12-23", "2026-12-30", "2026-12-23", "2026-12-23"},
		{"postmarked late in December", profiles.Default, "2026-12-28", "2027-01-05", "2027-01-23", "2026-12-28"},
		{"the due date was moved", profiles.Default, "2027-01-22", "2027-02-12", "2027-02-10", "2027-01-22"},
		{"the due date was moved, a day too long under way", profiles.Default, "2027-01-22", "2027-02-18", "2027-02-10", "2027-02-18"},
		{"no legible postmark", profiles.Default, "", "2027-01-27", "2027-01-23", "2027-01-27"},
		{"the strict reading: the day it is received", "massachusetts-strict", "2027-01-22", "2027-01-27", "2027-01-23", "2027-01-27"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := profiles.Open(c.profile)
			if err != nil {
				t.Fatal(err)
			}
			var postmark civil.Date
			if c.postmark != "" {
				postmark = civil.MustParseDate(c.postmark)
			}
			if got := payment.MailedOn(p, postmark, civil.MustParseDate(c.received), civil.MustParseDate(c.due)); got.String() != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// The days of a receipt as typed: what is wrong says what to do.
func TestCheckReceived(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ received, postmark, want string }{
		"today":                            {"2027-01-25", "", ""},
		"on Saturday, posted on Monday":    {"2027-01-23", "", ""},
		"postmarked and received in a day": {"2027-01-23", "2027-01-23", ""},
		"a year ago":                       {"2026-01-25", "", ""},
		"to come":                          {"2027-01-26", "", payment.CodeReceivedToCome},
		"a wrong year":                     {"2026-01-23", "", payment.CodeReceivedLong},
		"before its postmark":              {"2027-01-22", "2027-01-23", payment.CodePostmarkAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var postmark civil.Date
			if c.postmark != "" {
				postmark = civil.MustParseDate(c.postmark)
			}
			err := payment.CheckReceived(civil.MustParseDate(c.received), postmark, civil.MustParseDate("2027-01-25"))
			if (err == nil) != (c.want == "") || c.want != "" && !strings.Contains(fmt.Sprintf("%+v %s", err, err), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

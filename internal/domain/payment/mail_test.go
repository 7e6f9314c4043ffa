package payment_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/profiles"
)

// R-PAY-4, test vectors of MA-CHAN: the postmark counts, but not for ever.
func TestMailedOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, profile, postmark, received, want string }{
		{"the rule's example", profiles.Default, "2027-01-22", "2027-01-27", "2027-01-22"},
		{"on the due date itself", profiles.Default, "2027-01-23", "2027-01-30", "2027-01-23"},
		{"a day too long under way", profiles.Default, "2027-01-23", "2027-01-31", "2027-01-31"},
		{"long under way, and still in time for the due date", profiles.Default, "2027-01-05", "2027-01-30", "2027-01-05"},
		{"postmarked after the due date: in time for the next", profiles.Default, "2027-01-24", "2027-02-26", "2027-01-24"},
		{"over the turn of the year", profiles.Default, "2026-12-23", "2026-12-30", "2026-12-23"},
		{"postmarked late in December", profiles.Default, "2026-12-28", "2027-01-05", "2026-12-28"},
		{"no legible postmark", profiles.Default, "", "2027-01-27", "2027-01-27"},
		{"a postmark to come is a mistake", profiles.Default, "2027-02-22", "2027-01-27", "2027-01-27"},
		{"the strict reading: the day it is received", "massachusetts-strict", "2027-01-22", "2027-01-27", "2027-01-27"},
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
			if got := payment.MailedOn(p, postmark, civil.MustParseDate(c.received)); got.String() != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

package portal_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// What a member agreed to is kept as it stood on the page: the version names
// the words, whatever is filled into them (REG-40).
func TestAgreed(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	agreed := func(edit func(*portal.AutoPayCheck)) portal.Agreement {
		c := portal.AutoPayCheck{
			Day: 15, First: portal.FirstDebit{On: civil.MustParseDate("2026-12-15")},
			Rules: portal.AutoPayRules{NoticeDays: 10, BankDays: 1, Cutoff: civil.MustParseDate("2026-12-14").In(civil.MustParseDate("2026-12-14").Time().Location()), Today: civil.MustParseDate("2026-11-20")},
		}
		edit(&c)
		a, err := r.Agreed(catalogue.Spanish, c.Authorization())
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	plain := agreed(func(*portal.AutoPayCheck) {})
	later := agreed(func(c *portal.AutoPayCheck) { c.First.On = civil.MustParseDate("2027-01-15") })
	change := agreed(func(c *portal.AutoPayCheck) { c.Change = true })
	if plain.Version != later.Version || plain.Text == later.Text {
		t.Errorf("another date: versions %s and %s", plain.Version, later.Version)
	}
	if plain.Version == change.Version {
		t.Errorf("other words have the same version %s", plain.Version)
	}
	if plain.Language != catalogue.English || strings.Contains(plain.Text, "**") || strings.Count(plain.Text, "\n\n") != 3 {
		t.Errorf("got %q in %s, want four plain paragraphs in the language that was shown", plain.Text, plain.Language)
	}
}

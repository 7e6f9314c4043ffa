package brand_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/brand"
)

func TestDemoBrandsCanBeRead(t *testing.T) {
	t.Parallel()
	for name, colors := range map[string]brand.Colors{"blue": brand.Blue, "plum": brand.Plum} {
		if err := colors.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		css, hash := colors.CSS()
		if !strings.Contains(string(css), "--pp-brand:"+colors.Brand) || len(hash) != 10 || len(css) > 1024 {
			t.Errorf("%s: got %d bytes %q hash %q, want a small file that sets --pp-brand", name, len(css), css, hash)
		}
	}
}

func TestColorsThatPeopleCanNotReadAreRefused(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name   string
		change func(*brand.Colors)
		field  string
		says   string
	}{
		{"brand too light", func(c *brand.Colors) { c.Brand = "#7aa7d9" }, "brand.brand", "at least 4.5"},
		{"focus too light", func(c *brand.Colors) { c.Focus = "#bfe0ff" }, "brand.focus", "at least 3.0"},
		{"three digits", func(c *brand.Colors) { c.Dark = "#123" }, "brand.dark", "not a color"},
		{"a name", func(c *brand.Colors) { c.Visited = "#purple" }, "brand.visited", "not a color"},
		{"an attempt at more style", func(c *brand.Colors) { c.Darker = "red;}x{" }, "brand.darker", "not a color"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			colors := brand.Blue
			row.change(&colors)
			problems := fault.Fields(colors.Check())
			if len(problems) != 1 || problems[0].Field != row.field || !strings.Contains(problems[0].Message, row.says) {
				t.Errorf("got %v, want one problem at %s that says %q", problems, row.field, row.says)
			}
		})
	}
}

func TestAnotherColorGivesAnotherName(t *testing.T) {
	t.Parallel()
	_, blue := brand.Blue.CSS()
	_, plum := brand.Plum.CSS()
	if blue == plum {
		t.Errorf("both brands hash to %s: a browser would keep the old colors", blue)
	}
}

package profile

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// Brand is the look that a marketplace gives the portal (brief section 7.2).
type Brand struct {
	Color     Color // links, primary button
	Dark      Color // hover
	Darker    Color // active, footer
	Focus     Color // outline of the focused control
	GovBanner bool  // only for a public host under .gov
}

// Color is a color as "#1f4e79".
type Color string

// ParseColor reads "#1f4e79".
func ParseColor(s string) (Color, error) {
	digits, ok := strings.CutPrefix(s, "#")
	if _, err := strconv.ParseUint(digits, 16, 32); !ok || err != nil || len(digits) != 6 {
		return "", fmt.Errorf("%q is not a color like #1f4e79", s)
	}
	return Color(strings.ToLower(s)), nil
}

// ContrastOnWhite is the WCAG 2 contrast ratio of the color on white, from 1
// to 21.
func (c Color) ContrastOnWhite() float64 { return 1.05 / (c.luminance() + 0.05) }

func (c Color) luminance() float64 {
	rgb, err := strconv.ParseUint(strings.TrimPrefix(string(c), "#"), 16, 32)
	if err != nil {
		return 1
	}
	return 0.2126*linear(rgb>>16&0xff) + 0.7152*linear(rgb>>8&0xff) + 0.0722*linear(rgb&0xff)
}

func linear(channel uint64) float64 {
	s := float64(channel) / 255
	if s <= 0.04045 {
		return s / 12.92
	}
	return math.Pow((s+0.055)/1.055, 2.4)
}

// Contrast that a brand must have on white (WCAG 1.4.3 and 1.4.11).
const (
	minTextContrast  = 4.5
	minFocusContrast = 3.0
)

func (p *Profile) checkBrand(problems *problems) {
	texts := []struct {
		key   string
		color Color
	}{{"brand.color", p.Brand.Color}, {"brand.dark", p.Brand.Dark}, {"brand.darker", p.Brand.Darker}}
	for _, t := range texts {
		checkContrast(problems, t.key, t.color, minTextContrast)
	}
	checkContrast(problems, "brand.focus", p.Brand.Focus, minFocusContrast)
	if p.Brand.GovBanner && !strings.HasSuffix(hostOf(p.Marketplace.PublicURL), ".gov") {
		problems.Add("brand.gov_banner", "profile.gov_banner",
			"the government banner may only be on when marketplace.public_url ends in .gov: set it to false")
	}
}

func checkContrast(problems *problems, key string, c Color, least float64) {
	if c == "" || c.ContrastOnWhite() >= least {
		return
	}
	// Cut, not rounded: a color just under the limit must not be told it is at it.
	shown := math.Floor(c.ContrastOnWhite()*10) / 10
	problems.Add(key, "profile.contrast",
		"%s has a contrast of %.1f to 1 on white and needs %.1f: choose a darker color", c, shown, least)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

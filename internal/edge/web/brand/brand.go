// Package brand turns a marketplace's five colours into the one small style
// file that rebrands every page at run time, and refuses colours that people
// could not read (brief 7.2).
package brand

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"

	"quittance.org/quittance/internal/base/fault"
)

// Colors are a brand's colours, each "#rrggbb".
type Colors struct {
	Brand   string // links, primary button, rule of the masthead
	Dark    string // hover
	Darker  string // active, footer
	Focus   string // the ring around what has the focus
	Visited string // visited links of help pages
}

// The demo brands. Both belong to invented marketplaces.
var (
	Blue = Colors{Brand: "#1f4e79", Dark: "#163a5a", Darker: "#0a2f52", Focus: "#1a7fdc", Visited: "#54278f"}
	Plum = Colors{Brand: "#5b2a6e", Dark: "#451f54", Darker: "#2f143a", Focus: "#b0409c", Visited: "#1f4e79"}
)

const (
	textContrast  = 4.5 // WCAG 1.4.3
	focusContrast = 3.0 // WCAG 1.4.11
)

// Check lists every colour that is not one or that can not be read on white.
func (c Colors) Check() error {
	var problems fault.List
	for _, color := range c.list() {
		ratio, err := contrastOnWhite(color.value)
		switch {
		case err != nil:
			problems.Add("brand."+color.key, "brand.color", "%q is not a color like #1f4e79", color.value)
		case ratio < color.least:
			problems.Add("brand."+color.key, "brand.contrast",
				"%s has a contrast of %.1f on white; people need at least %.1f", color.value, ratio, color.least)
		}
	}
	return problems.Err()
}

// CSS gives the style file and the hash for its name.
func (c Colors) CSS() (content []byte, hash string) {
	css := ":root{"
	for i, color := range c.list() {
		if i > 0 {
			css += ";"
		}
		css += "--pp-" + color.property + ":" + color.value
	}
	css += "}\n"
	sum := sha256.Sum256([]byte(css))
	return []byte(css), hex.EncodeToString(sum[:5])
}

type color struct {
	key, property, value string
	least                float64
}

func (c Colors) list() []color {
	return []color{
		{"brand", "brand", c.Brand, textContrast},
		{"dark", "brand-dark", c.Dark, textContrast},
		{"darker", "brand-darker", c.Darker, textContrast},
		{"focus", "focus", c.Focus, focusContrast},
		{"visited", "visited", c.Visited, textContrast},
	}
}

// contrastOnWhite is the WCAG contrast ratio of text of this colour on white.
func contrastOnWhite(hexColor string) (float64, error) {
	if len(hexColor) != 7 || hexColor[0] != '#' {
		return 0, strconv.ErrSyntax
	}
	rgb, err := strconv.ParseUint(hexColor[1:], 16, 32)
	if err != nil {
		return 0, err
	}
	luminance := 0.2126*linear(rgb>>16) + 0.7152*linear(rgb>>8&255) + 0.0722*linear(rgb&255)
	return 1.05 / (luminance + 0.05), nil
}

func linear(channel uint64) float64 {
	v := float64(channel) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

package account

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"strings"

	"quittance.org/quittance/internal/edge/web/portal"
)

// drawing turns the picture of a QR code into squares that a page draws by
// itself: the page's security policy lets no picture in that is not a file of
// the site.
func drawing(picture []byte) (portal.Drawing, error) {
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return portal.Drawing{}, fmt.Errorf("read QR code: %w", err)
	}
	code := darkPart(img)
	unit := finderWidth(img, code) / 7
	if unit < 1 || code.Dx()%unit != 0 {
		return portal.Drawing{}, fmt.Errorf("a picture of %v is no QR code", code)
	}
	var path strings.Builder
	n := code.Dx() / unit
	at := func(x, y int) bool {
		return dark(img, code.Min.X+x*unit+unit/2, code.Min.Y+y*unit+unit/2)
	}
	for y := range n {
		for x := 0; x < n; x++ {
			begin := x
			for x < n && at(x, y) {
				x++
			}
			if x > begin {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", begin, y, x-begin, x-begin)
			}
		}
	}
	return portal.Drawing{Size: n, Path: path.String()}, nil
}

func dark(img image.Image, x, y int) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	return r+g+b < 3*0x8000
}

// darkPart is the picture without its white margin.
func darkPart(img image.Image) image.Rectangle {
	var part image.Rectangle
	all := img.Bounds()
	for y := all.Min.Y; y < all.Max.Y; y++ {
		for x := all.Min.X; x < all.Max.X; x++ {
			if dark(img, x, y) {
				part = part.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return part
}

// finderWidth is how wide the corner of a QR code is: seven squares.
func finderWidth(img image.Image, code image.Rectangle) int {
	n := 0
	for n < code.Dx() && dark(img, code.Min.X+n, code.Min.Y) {
		n++
	}
	return n
}

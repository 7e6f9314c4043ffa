package billpdf

import (
	"fmt"
	"image/color"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"

	"quittance.org/quittance/internal/format/pdf"
)

// bars gives a Code 128 with bars of whole modules.
func bars(content string, x, y, module, height pdf.Length) ([]pdf.Rect, error) {
	code, err := code128.Encode(content)
	if err != nil {
		return nil, fmt.Errorf("barcode: %w", err)
	}
	return dark(code, x, y, module, height), nil
}

// square gives a QR code that fits a square of the given side.
func square(content string, x, y, side pdf.Length) ([]pdf.Rect, error) {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	module := side / pdf.Length(code.Bounds().Dx())
	return dark(code, x, y, module, module), nil
}

// dark gives the dark runs of each row of a code.
func dark(code barcode.Barcode, x, y, width, height pdf.Length) []pdf.Rect {
	var boxes []pdf.Rect
	size := code.Bounds()
	for row := range size.Dy() {
		start := -1
		for column := range size.Dx() + 1 {
			black := column < size.Dx() && code.At(column, row) == color.Black
			switch {
			case black && start < 0:
				start = column
			case !black && start >= 0:
				boxes = append(boxes, pdf.Rect{
					X: x + pdf.Length(start)*width, Y: y + pdf.Length(row)*height,
					W: pdf.Length(column-start) * width, H: height,
				})
				start = -1
			}
		}
	}
	return boxes
}

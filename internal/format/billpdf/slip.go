package billpdf

import (
	"fmt"

	"quittance.org/quittance/internal/format/pdf"
)

// The payment slip is the lowest 3 1/2 inches. What a machine or a window
// looks at stands at a fixed place, whatever the words around it
// (docs/BILL-PDF.md has the drawing).
const (
	slipWide     = 270 * pdf.Point // of the left half
	slipSide     = 330 * pdf.Point // where the right half begins
	barcodeX     = 54 * pdf.Point  // quarter of an inch of white around it
	barcodeY     = 622 * pdf.Point
	barcodeHigh  = 36 * pdf.Point
	payeeX       = windowX // the return envelope's window: No. 9, 1/2 inch from below
	payeeTop     = 674 * pdf.Point
	payeeHigh    = 54 * pdf.Point
	slipCodeX    = right - codeSide
	slipCodeY    = 648 * pdf.Point
	scanDigit    = pdf.Inch / 10 // OCR-A size I: ten characters an inch
	scanX        = right - scanDigits*scanDigit
	scanBaseline = 755 * pdf.Point // in the middle of a clear band of 5/8 inch
)

// slip draws the payment slip on page 1.
func (l *layout) slip() {
	s := l.doc.Slip
	payload, err := ScanLine(s.Scan)
	if err != nil {
		l.failures = append(l.failures, fmt.Errorf("payment slip: %w", err))
		return
	}
	root := l.out.Root()
	l.page.Rule(pdf.Line{Width: pdf.Point / 2, Color: pdf.Black, Dash: 4 * pdf.Point}, 0, cutLine, pdf.PageWidth, cutLine)
	l.page.Text(root.Add("P"), left, cutLine-5*pdf.Point, l.regular(9), l.text(s.Cut))
	y := cutLine + 9*pdf.Point
	y += l.fixed(root.Add("H2"), "the slip's heading", pdf.Rect{X: left, Y: y, W: slipWide, H: 18 * pdf.Point},
		[]string{s.Heading}, l.bold(13), l.bold(11), l.bold(9))
	l.fixed(root.Add("P"), "the slip's notes", pdf.Rect{X: left, Y: y + 2*pdf.Point, W: slipWide, H: barcodeY - y - 8*pdf.Point},
		s.Notes, l.regular(10), l.regular(9))
	l.fields(root.Add("L"))
	l.barcode(root.AddFigure(s.BarcodeAlt), payload)
	l.fixed(root.Add("P"), "the lockbox address", pdf.Rect{X: payeeX, Y: payeeTop, W: slipSide - payeeX - 18*pdf.Point, H: payeeHigh},
		s.Payee, l.regular(11), l.regular(10), l.regular(9))
	l.slipCode()
	l.scanLine(root.Add("P"), payload)
}

// fields is the right half: whose slip, until when, how much, and the place to
// write the amount.
func (l *layout) fields(list *pdf.Element) {
	s := l.doc.Slip
	y := cutLine + 20*pdf.Point
	for _, field := range s.Fields {
		y = l.fact(list.Add("LI"), field, slipSide, y, l.regular(10), l.bold(11))
	}
	due := Fact{s.Amount, s.Scan.Amount.Format()}
	y = l.fact(list.Add("LI"), due, slipSide, y+2*pdf.Point, l.regular(10), l.bold(14))
	box := pdf.Rect{X: right - 100*pdf.Point, Y: y - 8*pdf.Point, W: 100 * pdf.Point, H: 22 * pdf.Point}
	if box.Y+box.H > slipCodeY-6*pdf.Point {
		l.tooLong = append(l.tooLong, "the fields of the slip")
	}
	item := list.Add("LI")
	l.fixed(item.Add("Lbl"), "the slip's amount enclosed", pdf.Rect{X: slipSide, Y: box.Y + 4*pdf.Point, W: box.X - slipSide - 6*pdf.Point, H: 26 * pdf.Point},
		[]string{s.Enclosed}, l.regular(10), l.regular(9))
	l.page.Frame(pdf.Line{Width: pdf.Point, Color: pdf.Black}, box)
	l.page.Text(item.Add("LBody"), box.X+6*pdf.Point, box.Y+15*pdf.Point, l.bold(11), "$")
}

func (l *layout) barcode(figure *pdf.Element, payload string) {
	boxes, err := bars(payload, barcodeX, barcodeY, pdf.Point, barcodeHigh)
	if err != nil {
		l.failures = append(l.failures, err)
		return
	}
	l.page.Fill(figure, pdf.Black, boxes...)
}

func (l *layout) slipCode() {
	code := l.doc.Ways.Code
	if code == nil {
		return
	}
	caption := l.regular(10)
	l.fixed(l.out.Root().Add("P"), "the words beside the code", pdf.Rect{X: slipSide, Y: slipCodeY + 24*pdf.Point, W: slipCodeX - slipSide - 20*pdf.Point, H: 38 * pdf.Point},
		[]string{code.Caption}, caption, l.regular(9))
	l.code(l.page, l.out.Root().AddFigure(code.Alt), slipCodeX, slipCodeY)
}

// scanLine sets digit by digit, so that no font decides where a reader's eye
// has to look.
func (l *layout) scanLine(e *pdf.Element, payload string) {
	style := pdf.Style{Face: l.press.scan, Size: 10 * pdf.Point}
	style.Size = style.Size * scanDigit / style.Width("0")
	l.page.Text(e, scanX, scanBaseline, style, payload)
}

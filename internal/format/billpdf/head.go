package billpdf

import "quittance.org/quittance/internal/format/pdf"

// The envelope's window shows the address and must show nothing else: a
// No. 10 envelope, the page folded in three, 7/8 inch from the left.
const (
	windowX      = 7 * pdf.Inch / 8
	windowTop    = 158 * pdf.Point
	windowWidth  = 300 * pdf.Point
	windowHeight = 68 * pdf.Point
	sideX        = 390 * pdf.Point // right of the window
	boxTop       = 114 * pdf.Point
	boxFoot      = 230 * pdf.Point
)

// head draws the upper third: who writes, to whom, which bill, how much.
func (l *layout) head() {
	root := l.out.Root()
	sender := root.Add("P")
	y := left
	y += l.fixed(sender, "the marketplace's name", pdf.Rect{X: left, Y: y, W: 340 * pdf.Point, H: 36 * pdf.Point},
		[]string{l.doc.Marketplace}, l.bold(13), l.bold(11))
	l.fixed(sender, "the return address", pdf.Rect{X: left, Y: y + 2*pdf.Point, W: 300 * pdf.Point, H: 36 * pdf.Point},
		l.doc.From, l.regular(9), l.regular(8))
	l.fixed(root.Add("H1"), "the title", pdf.Rect{X: left, Y: 100 * pdf.Point, W: 340 * pdf.Point, H: 48 * pdf.Point},
		[]string{l.doc.Title}, l.bold(18), l.bold(16), l.bold(14))
	l.fixed(root.Add("P"), "the mailing address", pdf.Rect{X: windowX, Y: windowTop, W: windowWidth, H: windowHeight},
		l.doc.To, l.regular(11), l.regular(10), l.regular(9))
	l.facts(root.Add("L"))
	l.amount()
}

// facts is the list of numbers beside the name.
func (l *layout) facts(list *pdf.Element) {
	y := left + 11*pdf.Point
	for _, fact := range l.doc.Facts {
		if y > boxTop-5*pdf.Point {
			l.tooLong = append(l.tooLong, "the list of numbers")
			return
		}
		y = l.fact(list.Add("LI"), fact, sideX, y, l.regular(10), l.bold(10))
	}
}

// fact draws a label at x and its value at the right edge; on the next line if
// both do not fit one. It gives the next baseline.
func (l *layout) fact(item *pdf.Element, fact Fact, x, y pdf.Length, plain, strong pdf.Style) pdf.Length {
	label, value := l.text(fact.Label), l.text(fact.Value)
	l.page.Text(item.Add("Lbl"), x, y, plain, label)
	if plain.Width(label)+strong.Width(value)+8*pdf.Point > right-x {
		y += leading(plain)
	}
	if strong.Width(value) > right-x {
		l.tooLong = append(l.tooLong, "a value: "+fact.Label)
	}
	l.page.TextRight(item.Add("LBody"), right, y, strong, value)
	return y + leading(strong) + pdf.Point
}

// amount is the box with the largest thing on the page.
func (l *layout) amount() {
	const inset = 9 * pdf.Point
	inside := pdf.Rect{X: sideX + inset, Y: boxTop + 9*pdf.Point, W: right - sideX - 2*inset}
	a := l.doc.Amount
	put := func(height pdf.Length, text string, styles ...pdf.Style) {
		if text == "" {
			return
		}
		inside.H = height
		inside.Y += l.fixed(l.out.Root().Add("P"), "the amount box", inside, []string{text}, styles...) + pdf.Point
	}
	put(28*pdf.Point, a.Label, l.bold(11), l.bold(10))
	put(34*pdf.Point, a.Due.Format(), l.bold(26), l.bold(20))
	put(28*pdf.Point, a.PayBy, l.bold(11), l.bold(10), l.bold(9))
	box := pdf.Rect{X: sideX, Y: boxTop, W: right - sideX, H: inside.Y + 9*pdf.Point - boxTop}
	if box.Y+box.H > boxFoot {
		l.tooLong = append(l.tooLong, "the amount box")
	}
	l.page.Frame(pdf.Line{Width: 3 * pdf.Point / 2, Color: brand}, box)
}

// status draws, across the page, what AutoPay will do, the sentence about
// coverage, and the time line. It gives where the columns begin.
func (l *layout) status(y pdf.Length) pdf.Length {
	s := l.doc.Status
	start := y
	for _, text := range []string{l.doc.Amount.Note, s.Text} {
		if text != "" {
			y += l.fixed(l.out.Root().Add("P"), "the sentence about coverage", pdf.Rect{X: left, Y: y, W: full, H: 44 * pdf.Point},
				[]string{text}, l.bold(11), l.regular(11), l.regular(10)) + 3*pdf.Point
		}
	}
	if y == start {
		return y
	}
	for i, steps := range s.lines() {
		y = l.timeline(y+pdf.Length(6+4*min(i, 1))*pdf.Point, steps)
	}
	y += 5 * pdf.Point
	l.page.Rule(pdf.Line{Width: pdf.Point / 2, Color: grey}, left, y, right, y)
	return y + 7*pdf.Point
}

// planWidth is the column of the plans' names, where there are several lines.
const planWidth = 70 * pdf.Point

// timeline draws dates on a line. The one that counts now is said in words and
// has a full dot, so that no colour is needed to find it (WCAG 1.4.1). A line of
// one plan among several begins with its name, and is set smaller.
func (l *layout) timeline(y pdf.Length, steps []Step) pdf.Length {
	const radius = 4 * pdf.Point
	begin, bold, regular := left, []pdf.Style{l.bold(10), l.bold(9)}, []pdf.Style{l.regular(10), l.regular(9)}
	if name := steps[0].Plan; name != "" {
		at := pdf.Rect{X: left, Y: y - 6*pdf.Point, W: planWidth - 8*pdf.Point, H: 40 * pdf.Point}
		l.fixed(l.out.Root().Add("P"), "a plan of the time line", at, []string{name}, bold...)
		begin, bold, regular = left+planWidth, bold[1:], regular[1:]
	}
	width := (right - begin) / pdf.Length(len(steps))
	line := pdf.Line{Width: 3 * pdf.Point / 2, Color: brand}
	l.page.Rule(line, begin+radius, y, right-width+radius, y)
	list := l.out.Root().Add("L")
	foot := y
	for i, step := range steps {
		x := begin + pdf.Length(i)*width
		if step.Here == "" { // a hole in the line, then the ring around it
			l.page.Dot(pdf.Line{Width: pdf.Point, Color: pdf.Color{R: 255, G: 255, B: 255}}, x+radius, y, radius, false)
		}
		l.page.Dot(line, x+radius, y, radius, step.Here == "")
		body := list.Add("LI").Add("LBody")
		at := pdf.Rect{X: x, Y: y + 6*pdf.Point, W: width - 10*pdf.Point, H: 28 * pdf.Point}
		at.Y += l.fixed(body, "a date of the time line", at, []string{step.When}, bold...)
		at.H = 40 * pdf.Point
		at.Y += l.fixed(body, "the time line", at, []string{step.What}, regular...)
		if step.Here != "" {
			at.Y += l.fixed(body, "the time line", at, []string{step.Here}, bold...)
		}
		foot = max(foot, at.Y)
	}
	return foot
}

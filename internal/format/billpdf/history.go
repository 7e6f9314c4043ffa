package billpdf

import "quittance.org/quittance/internal/format/pdf"

// The columns of the history, from the left edge; amounts end there.
const (
	whatX    = left + 150*pdf.Point
	amountX  = right - 100*pdf.Point
	balanceX = right
)

// history is the table of the last months, across the page.
func (l *layout) history() []strip {
	h := l.doc.History
	if len(h.Rows) == 0 {
		return nil
	}
	strips := l.heading(h.Heading)
	table := l.out.Root().Add("Table")
	strips = append(strips, l.historyHead(table.Add("TR")))
	for _, event := range h.Rows {
		strips = append(strips, l.event(table.Add("TR"), event)...)
	}
	return append(strips, space(2*l.between()))
}

func (l *layout) historyHead(tr *pdf.Element) strip {
	style := l.bold(9)
	var cells [4]*pdf.Element
	var words [4]string
	for i, text := range l.doc.History.Columns {
		cells[i], words[i] = tr.AddHeader("Column"), l.text(text)
	}
	return strip{height: 16 * pdf.Point, next: true, draw: func(p *pdf.Page, _, y pdf.Length) {
		base := y + style.Size
		p.Text(cells[0], left, base, style, words[0])
		p.Text(cells[1], whatX, base, style, words[1])
		p.TextRight(cells[2], amountX, base, style, words[2])
		p.TextRight(cells[3], balanceX, base, style, words[3])
		p.Rule(pdf.Line{Width: pdf.Point, Color: brand}, left, y+12*pdf.Point, right, y+12*pdf.Point)
	}}
}

func (l *layout) event(tr *pdf.Element, event Event) []strip {
	style := l.regular(l.body)
	on, what, amount, balance := tr.AddHeader("Row"), tr.Add("TD"), tr.Add("TD"), tr.Add("TD")
	dates := l.wrap(style, event.On, whatX-left-8*pdf.Point)
	words := l.wrap(style, event.What, amountX-whatX-80*pdf.Point)
	high := pdf.Length(max(len(dates), len(words))) * leading(style)
	return []strip{{height: high + 4*pdf.Point, draw: func(p *pdf.Page, _, y pdf.Length) {
		for i, line := range dates {
			p.Text(on, left, y+style.Size+pdf.Length(i)*leading(style), style, line)
		}
		for i, line := range words {
			p.Text(what, whatX, y+style.Size+pdf.Length(i)*leading(style), style, line)
		}
		p.TextRight(amount, amountX, y+style.Size, style, event.Amount.Format())
		p.TextRight(balance, balanceX, y+style.Size, style, event.Balance.Format())
		p.Rule(pdf.Line{Width: pdf.Point / 4, Color: grey}, left, y+high+pdf.Point, right, y+high+pdf.Point)
	}}}
}

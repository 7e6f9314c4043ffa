package simulate

import (
	"fmt"
	"html/template"
	"strings"
)

// chart is a bar chart over months: bars of a month stand beside each other or
// on each other. It is drawn as SVG with a title and a description; the table
// below it has the numbers.
type chart struct {
	ID      string // of its elements, unique on the page
	Title   string
	About   string // what it shows, for who can not see it
	Labels  []string
	Series  []series
	Stacked bool
	Money   bool // the values are cents
}

// series is one row of numbers, a value for each label.
type series struct {
	Name   string
	Color  string
	Values []int64
}

// The colours of series are told apart by everybody, and stand out from white.
const (
	colorBlue   = "#1f4e79"
	colorTeal   = "#2a9d8f"
	colorSand   = "#e9b949"
	colorOrange = "#e07b39"
	colorRed    = "#b3261e"
	colorGray   = "#7a869a"
)

// The measures of a drawing, in its own units.
const (
	chartWidth  = 760
	chartHeight = 270
	chartLeft   = 64
	chartBottom = 34
	chartTop    = 12
	gridLines   = 4
)

// SVG draws the chart.
func (c chart) SVG() template.HTML {
	most := c.niceMost()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t %s-d">`, chartWidth, chartHeight, c.ID, c.ID)
	fmt.Fprintf(&b, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, c.ID, template.HTMLEscapeString(c.Title), c.ID, template.HTMLEscapeString(c.About))
	for i := range gridLines + 1 {
		value := most / gridLines * int64(i)
		y := c.y(value, most)
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%d" y2="%d"/>`, chartLeft, chartWidth, y, y)
		fmt.Fprintf(&b, `<text class="axis" x="%d" y="%d" text-anchor="end">%s</text>`, chartLeft-8, y+4, c.short(value))
	}
	slot := (chartWidth - chartLeft) / max(1, len(c.Labels))
	for i, label := range c.Labels {
		left := chartLeft + i*slot
		c.bars(&b, i, left, slot, most)
		fmt.Fprintf(&b, `<text class="axis" x="%d" y="%d" text-anchor="middle">%s</text>`, left+slot/2, chartHeight-12, template.HTMLEscapeString(label))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // every text in it is escaped above
}

// bars draws the bars of one month.
func (c chart) bars(b *strings.Builder, i, left, slot int, most int64) {
	room := slot * 8 / 10
	x := left + (slot-room)/2
	if c.Stacked {
		sum := int64(0)
		for _, s := range c.Series {
			top, bottom := c.y(sum+s.Values[i], most), c.y(sum, most)
			c.bar(b, x, top, room, bottom-top, s.Color)
			sum += s.Values[i]
		}
		return
	}
	width := room / len(c.Series)
	for n, s := range c.Series {
		top := c.y(s.Values[i], most)
		c.bar(b, x+n*width, top, max(1, width-1), c.y(0, most)-top, s.Color)
	}
}

func (chart) bar(b *strings.Builder, x, y, width, height int, color string) {
	if height > 0 {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, x, y, width, height, color)
	}
}

// y places a value; negative ones are drawn as zero, the table tells them.
func (chart) y(value, most int64) int {
	height := int64(chartHeight - chartBottom - chartTop)
	return chartHeight - chartBottom - int(max(0, value)*height/most)
}

// niceMost is a round number that no bar is taller than.
func (c chart) niceMost() int64 {
	var most int64
	for i := range c.Labels {
		sum := int64(0)
		for _, s := range c.Series {
			if !c.Stacked {
				most = max(most, s.Values[i])
			}
			sum += s.Values[i]
		}
		if c.Stacked {
			most = max(most, sum)
		}
	}
	for step := int64(gridLines); ; step *= 10 {
		for _, nice := range []int64{1, 2, 3, 5} {
			if step*nice >= most {
				return step * nice
			}
		}
	}
}

// short writes a value for the axis.
func (c chart) short(value int64) string {
	sign := ""
	if c.Money {
		value, sign = value/100, "$"
	}
	switch {
	case value >= 10_000_000:
		return fmt.Sprintf("%s%dM", sign, value/1_000_000)
	case value >= 10_000:
		return fmt.Sprintf("%s%dk", sign, value/1_000)
	}
	return fmt.Sprintf("%s%d", sign, value)
}

package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/money"
)

// progress draws a bar on a terminal and says nothing elsewhere: logs of
// scheduled runs want the result, not the way there.
type progress struct {
	w        io.Writer
	what     string
	total    int
	terminal bool
	drawn    time.Time
}

func newProgress(w io.Writer, what string, total int) *progress {
	return &progress{w: w, what: what, total: total, terminal: isTerminal(w)}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const (
	barWidth  = 30
	drawEvery = 100 * time.Millisecond
)

// at shows that n are done; with an unknown total it only counts.
func (p *progress) at(n int) {
	if !p.terminal || !p.drawn.IsZero() && clock.Elapsed(p.drawn) < drawEvery {
		return
	}
	p.drawn = clock.Start()
	p.draw(n)
}

func (p *progress) draw(n int) {
	if p.total <= 0 {
		fmt.Fprintf(p.w, "\r%s  %s", p.what, thousands(n))
		return
	}
	full := min(barWidth, barWidth*n/p.total)
	fmt.Fprintf(p.w, "\r%s  [%s%s] %s of %s", p.what,
		strings.Repeat("#", full), strings.Repeat(".", barWidth-full), thousands(n), thousands(p.total))
}

// done draws the last state and ends the line.
func (p *progress) done(n int) {
	if p.terminal {
		p.draw(n)
		fmt.Fprintln(p.w)
	}
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// dollarsOf writes cents for people.
func dollarsOf(cents int64) string { return money.Cents(cents).Format() }

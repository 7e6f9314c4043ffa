package bench_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	rounds   = flag.Int("rounds", 3, "how often each thing is measured, in turns")
	slice    = flag.Duration("slice", 2*time.Second, "how long one measurement of a rate takes")
	accounts = flag.Int("accounts", 100_000, "accounts of a bill run")
	payers   = flag.Int("payers", 160_000, "accounts that payments are posted to, each once: more rounds need more")
	largest  = flag.Int("largest", 1_000_000, "accounts of the largest run whose memory is measured")
	out      = flag.String("out", "", "file to add the tables to, besides standard output")
)

// TestMain runs one bill run or is the bank when the process was started for
// that, and runs the benchmarks otherwise.
func TestMain(m *testing.M) {
	if job := os.Getenv(billRunVariable); job != "" {
		os.Exit(billRunWorker(job))
	}
	if order := os.Getenv(bankVariable); order != "" {
		os.Exit(bankWorker(order))
	}
	flag.Parse()
	code := m.Run()
	if err := report.print(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		code = 1
	}
	os.Exit(code)
}

// report collects the tables of all benchmarks.
var report tables

type tables struct {
	mu   sync.Mutex
	text strings.Builder
}

// table adds a table in Markdown.
func (t *tables) table(title string, header []string, rows [][]string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(&t.text, "\n### %s\n\n", title)
	line := func(cells []string) { fmt.Fprintf(&t.text, "| %s |\n", strings.Join(cells, " | ")) }
	line(header)
	line(slices.Repeat([]string{"---"}, len(header)))
	for _, row := range rows {
		line(row)
	}
}

func (t *tables) print() error {
	if t.text.Len() == 0 {
		return nil
	}
	fmt.Println(t.text.String())
	if *out == "" {
		return nil
	}
	f, err := os.OpenFile(*out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(t.text.String()); err != nil {
		return err
	}
	return f.Close()
}

// series is what one thing measured, round by round.
type series []float64

func (s series) sorted() series {
	sorted := slices.Clone(s)
	slices.Sort(sorted)
	return sorted
}

func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := s.sorted()
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// String gives "median (least to most)".
func (s series) String() string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f (%.0f to %.0f)", s.median(), slices.Min(s), slices.Max(s))
}

// over divides round by round: what happened to the machine in a round
// happened to both.
func (s series) over(base series) ratios {
	all := make(ratios, len(s))
	for i := range s {
		all[i] = s[i] / base[i]
	}
	return all
}

type ratios series

func (r ratios) String() string {
	s := series(r)
	return fmt.Sprintf("%.2f (%.2f to %.2f)", s.median(), slices.Min(s), slices.Max(s))
}

// against says whether the median reaches a target.
func (r ratios) against(target float64) string {
	if series(r).median() >= target {
		return fmt.Sprintf("%.2f: met", target)
	}
	return fmt.Sprintf("%.2f: **not met**", target)
}

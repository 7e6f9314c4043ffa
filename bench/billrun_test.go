package bench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
)

// billRunVariable tells a process of this program to do one bill run and end:
// a process of its own shows what memory a bill run takes.
const billRunVariable = "QUITTANCE_BENCH_BILL_RUN"

// billRun is the order for one run.
type billRun struct {
	Target string
	Keys   string
	Day    civil.Date
}

// billed is what the run came to.
type billed struct {
	Bills   int
	Seconds float64
	CPU     float64 // seconds of this process; the server's are not in it
	PeakMB  float64
	Retries int64
}

func (r billed) rate() float64 { return float64(r.Bills) / r.Seconds }

// run has another process do the run.
func (r billRun) run(b *testing.B) billed {
	b.Helper()
	order, err := json.Marshal(r)
	if err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	worker := exec.CommandContext(b.Context(), self)
	worker.Env = append(os.Environ(), billRunVariable+"="+string(order))
	worker.Stderr = os.Stderr
	answer, err := worker.Output()
	if err != nil {
		b.Fatalf("bill run: %v", err)
	}
	var done billed
	if err := json.Unmarshal(answer, &done); err != nil {
		b.Fatalf("bill run said %q: %v", answer, err)
	}
	return done
}

// billRunWorker is the other process.
func billRunWorker(order string) int {
	done, err := doBillRun(context.Background(), order)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(done)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bill run:", err)
		return 1
	}
	return 0
}

func doBillRun(ctx context.Context, order string) (billed, error) {
	var r billRun
	if err := json.Unmarshal([]byte(order), &r); err != nil {
		return billed{}, err
	}
	m, err := openMarket(ctx, r.Target, r.Keys, r.Day, false)
	if err != nil {
		return billed{}, err
	}
	defer m.db.Close()
	before, started := processorTime(), clock.Start()
	done, err := billing.New(m.db, m.profile).Run(ctx, billing.RunInput{Month: m.profile.CoverageMonthBilledOn(r.Day)})
	if err != nil {
		return billed{}, err
	}
	if done.SetAside > 0 {
		return billed{}, fmt.Errorf("%d accounts set aside", done.SetAside)
	}
	took := clock.Elapsed(started)
	peak, err := peakMemory()
	return billed{Bills: done.Billed, Seconds: took.Seconds(), CPU: processorTime() - before, PeakMB: peak, Retries: m.db.Retries()}, err
}

// processorTime is how long this process has had a processor, in seconds.
func processorTime() float64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// peakMemory is the most memory this process ever had, in megabytes, as the
// kernel counts it.
func peakMemory() (float64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			var kilobytes float64
			_, err := fmt.Sscan(value, &kilobytes)
			return kilobytes / 1024, err
		}
	}
	return 0, fmt.Errorf("the kernel does not tell the peak memory")
}

// forgetPeak has the kernel count the most memory of this process from now on.
// Where it does not, the peak is that of the whole life of the process.
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// copied gives a market's database once more, so that every round bills the
// same accounts for the first time.
func (m *market) copied(b *testing.B, round int) (target string, drop func()) {
	b.Helper()
	if m.db.Engine() == "sqlite" {
		path := filepath.Join(b.TempDir(), fmt.Sprintf("round%d.db", round))
		data, err := os.ReadFile(m.file())
		if err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil {
			b.Fatal(err)
		}
		return "sqlite:" + path, func() { _ = os.Remove(path) }
	}
	name := m.databaseName(b)
	copied := fmt.Sprintf("%s_round%d", name, round)
	asSuperuser(b, "postgres", fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER quittance_test STRATEGY file_copy", copied, name))
	asSuperuser(b, "postgres", "CHECKPOINT")
	return strings.Replace(m.target, name, copied, 1), func() { asSuperuser(b, "postgres", "DROP DATABASE "+copied+" WITH (FORCE)") }
}

// BenchmarkBillRun bills every account twice: the first bills, and a month
// later the second ones, which build on a bill before and on money still owed.
func BenchmarkBillRun(b *testing.B) {
	targets := map[string]float64{"postgres": 10_000, "sqlite": 5_000}
	var rows [][]string
	for _, engine := range []string{"postgres", "sqlite"} {
		b.Run(engine, func(b *testing.B) {
			m := newMarket(b, engine, *accounts)
			m.db.Close() // a database in use can not be copied
			var first, second, memory series
			var retries int64
			for round := range *rounds {
				target, drop := m.copied(b, round)
				one := billRun{target, m.keys, firstDay}.run(b)
				two := billRun{target, m.keys, secondDay}.run(b)
				drop()
				first, second = append(first, one.rate()), append(second, two.rate())
				memory = append(memory, max(one.PeakMB, two.PeakMB))
				retries += one.Retries + two.Retries
			}
			rows = append(rows,
				[]string{engine, "first bills/s", first.String(), atLeast(first, targets[engine])},
				[]string{engine, "second bills/s", second.String(), atLeast(second, targets[engine])},
				[]string{engine, "peak memory, MB", memory.String(), atMost(memory, 256)},
				[]string{engine, "chunks retried", fmt.Sprint(retries), ""},
			)
			b.ReportMetric(first.median(), "first-bills/s")
			b.ReportMetric(second.median(), "second-bills/s")
			b.ReportMetric(memory.median(), "peak-MB")
		})
	}
	report.table(fmt.Sprintf("Bill run of %d accounts", *accounts), []string{"engine", "what", "median (least to most)", "target"}, rows)
}

// BenchmarkBillRunMemory shows that memory does not grow with the accounts.
func BenchmarkBillRunMemory(b *testing.B) {
	var rows [][]string
	for n := 10_000; n <= *largest; n *= 10 {
		m := newMarket(b, "postgres", n)
		m.db.Close()
		done := billRun{m.target, m.keys, firstDay}.run(b)
		rows = append(rows, []string{
			fmt.Sprint(n), fmt.Sprint(done.Bills), fmt.Sprintf("%.0f", done.rate()), fmt.Sprintf("%.0f", done.PeakMB), atMost(series{done.PeakMB}, 256),
		})
		b.ReportMetric(done.PeakMB, fmt.Sprintf("MB-%d", n))
	}
	report.table("Memory of a bill run, PostgreSQL", []string{"accounts", "bills", "bills/s", "peak memory, MB", "target"}, rows)
}

func atLeast(s series, target float64) string {
	if s.median() >= target {
		return fmt.Sprintf("≥ %.0f: met", target)
	}
	return fmt.Sprintf("≥ %.0f: **not met**", target)
}

func atMost(s series, target float64) string {
	if s.median() <= target {
		return fmt.Sprintf("≤ %.0f: met", target)
	}
	return fmt.Sprintf("≤ %.0f: **not met**", target)
}

package simulate_test

import (
	"flag"
	"runtime"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/simulate"
)

var (
	benchHouseholds = flag.Int("households", 200, "households in the benchmark of a year")
	benchFaults     = flag.String("faults", "none", "faults in the benchmark of a year")
	benchWorkers    = flag.Int("workers", 4*runtime.NumCPU(), "households that act at the same time in the benchmark of a year")
	benchThrough    = flag.String("through", "", "the last day of the benchmark of a year, as 2027-06-30")
	benchPostgres   = flag.Bool("postgres", false, "live the benchmark of a year on PostgreSQL")
)

// BenchmarkYear lives a plan year: go test ./simulate -run xxx -bench Year
// -benchtime 1x -households 1000 -cpuprofile /tmp/cpu
func BenchmarkYear(b *testing.B) {
	faults, err := simulate.ParseFaults(*benchFaults)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		url := sqliteURL(b)
		if *benchPostgres {
			url = postgresURL(b)
		}
		c := config(b, url, func(c *simulate.Config) {
			c.Households, c.Workers, c.Faults = *benchHouseholds, *benchWorkers, faults
		})
		if *benchThrough != "" {
			if c.Through, err = civil.ParseDate(*benchThrough); err != nil {
				b.Fatal(err)
			}
		}
		result, err := simulate.Run(b.Context(), c)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(result.Seconds*1000/float64(c.Households), "ms/household")
		b.Logf("%s; %s", result.Hash, strings.TrimSpace(simulate.Replay(c)))
	}
}

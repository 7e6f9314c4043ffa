package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/simulate"
)

type simulateCommand struct {
	databaseFlags
	profileFlag
	Year       int    `help:"The plan year; it begins on 1 November before." default:"2027"`
	Households int    `help:"How many households live through it." default:"1000"`
	Seed       uint64 `help:"The same seed lives the same year." default:"1"`
	Faults     string `help:"What goes wrong: none, all, or some of kill, duplicate, order, jump, missed, silence, full, lost, dirty." default:"none" placeholder:"LIST"`
	Workers    int    `help:"Households that act at the same time; 0 is four for each processor." default:"0"`
	Prove      string `help:"What is proved every evening: all that was written that day, and the whole book from nothing at the end of months (auto), or the whole book every evening (daily)." enum:"auto,daily" default:"auto"`
	Report     string `help:"Write a report for people into this folder." placeholder:"DIR" type:"path"`
	Expect     string `help:"Fail unless the year ends in this fingerprint." placeholder:"HASH"`
	JSON       bool   `help:"Print the result as one line of JSON and nothing else."`
}

// Help is shown under the command's flags.
func (simulateCommand) Help() string {
	return "Example:\n\n    quittance simulate --year 2027 --households 2000 --seed 7 --faults all --report ./report\n\n" +
		"Lives a plan year with invented households on a virtual clock, proves the books every evening, and ends in a fingerprint: " +
		"the same seed gives the same one, on SQLite and PostgreSQL, with any number of workers. Without a database it uses a " +
		"new SQLite file that is deleted afterwards; one that is named must be empty and is kept.\n\n" +
		"Exit code 0: the books were clean. 1: they were not, the year could not be lived to its end, or the fingerprint is not the expected one."
}

// Run simulates.
func (c simulateCommand) Run(ctx context.Context, s Streams) error {
	config, cleanUp, err := c.plan()
	if err != nil {
		return err
	}
	defer cleanUp()
	defer debug.SetGCPercent(debug.SetGCPercent(garbagePercent))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(min(heapGoal, debug.SetMemoryLimit(-1))))
	bar := newProgress(s.Err, fmt.Sprintf("Plan year %d", c.Year), 0)
	config.Progress = func(done, days int) {
		bar.total = days
		bar.at(done)
	}
	result, err := simulate.Run(ctx, config)
	if result != nil {
		bar.done(result.Days)
	}
	if broken, ok := errors.AsType[*simulate.BrokenError](err); ok {
		fmt.Fprint(s.Err, broken.Report)
	}
	if err != nil {
		if result == nil || ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(s.Err, "quittance: %v\nLive it again: %s\n", err, c.again(config))
	}
	if err := errors.Join(c.print(s, result, err), c.writeReport(result, config)); err != nil {
		return err
	}
	return c.judge(s, result, config, err)
}

// garbagePercent is how much garbage may lie beside what is in use, in percent
// of it. A year and a server keep little, some megabytes: to collect garbage as
// soon as there is as much again takes up to a tenth of the processor time.
const garbagePercent = 400

// heapGoal is from how many bytes on a year collects garbage sooner. What a day of
// a large market has in hand grows with its households; what lies beside it need not.
const heapGoal = 128 << 20

// workersEach is how many households act at the same time for each processor:
// while one waits for a commit, which it shares with others that wait, the
// others go on.
const workersEach = 4

// plan gives the simulation and what removes its leavings.
func (c simulateCommand) plan() (simulate.Config, func(), error) {
	nothing := func() {}
	config := simulate.Config{
		Year: c.Year, Households: c.Households, Seed: c.Seed, Workers: cmp.Or(c.Workers, workersEach*runtime.NumCPU()), ProveDaily: c.Prove == "daily", Census: c.Report != "",
	}
	if c.Households < 1 || c.Workers < 0 {
		return config, nothing, fault.New(fault.Invalid, "simulate.size", "a simulation needs at least one household and a number of workers")
	}
	var err error
	if config.Faults, err = simulate.ParseFaults(c.Faults); err != nil {
		return config, nothing, err
	}
	if config.Profile, err = c.load(); err != nil {
		return config, nothing, err
	}
	cleanUp := nothing
	if c.Data == "" && c.Database == "" {
		if c.Data, err = os.MkdirTemp("", "quittance-simulate-*"); err != nil {
			return config, nothing, err
		}
		cleanUp = func() { _ = os.RemoveAll(c.Data) } // it lies in the system's folder for temporary files
	}
	config.Database, err = c.config(nil, true)
	return config, cleanUp, err
}

// simulated is what --json prints. Of a year that ended of an error other than
// broken books nobody knows whether they are.
type simulated struct {
	Hash       string  `json:"hash"`
	Days       int     `json:"days"`
	Households int     `json:"households"`
	Bills      int64   `json:"bills"`
	Payments   int64   `json:"payments"`
	Decisions  int64   `json:"decisions"`
	Rejected   int64   `json:"rejected"` // rows of enrollment files
	Violations *int64  `json:"violations"`
	Seconds    float64 `json:"seconds"`
	PeakRSS    int64   `json:"peak_rss_bytes"`
	Error      string  `json:"error,omitempty"`
}

func (c simulateCommand) print(s Streams, r *simulate.Result, failed error) error {
	violations := r.Violations()
	o := simulated{
		Hash: r.Hash, Days: r.Days, Households: r.Households, Bills: r.Sum("bill", ""), Payments: r.Sum("payment", ""), Decisions: r.Sum("decision", ""),
		Rejected: r.Rejected, Violations: &violations, Seconds: r.Seconds, PeakRSS: peakRSS(),
	}
	if failed != nil {
		o.Error = failed.Error()
		if _, broken := errors.AsType[*simulate.BrokenError](failed); !broken {
			o.Violations = nil
		}
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(o)
	}
	if failed != nil {
		return nil
	}
	fmt.Fprintf(s.Out, "%s households lived %d days in %s: %s bills, %s payments, %s decisions, %d violations.\n", thousands(o.Households), o.Days,
		r.Took(), thousands(int(o.Bills)), thousands(int(o.Payments)), thousands(int(o.Decisions)), violations)
	fmt.Fprintf(s.Out, "The process was killed %d times. Fingerprint: %s\n", r.Kills, o.Hash)
	return nil
}

// reportFile is the name of the page in the folder of --report.
const reportFile = "report.html"

func (c simulateCommand) writeReport(r *simulate.Result, config simulate.Config) error {
	if c.Report == "" || r.Hash == "" {
		return nil
	}
	if err := os.MkdirAll(c.Report, 0o755); err != nil {
		return fault.Wrap(fault.Invalid, "simulate.report", err, "can not make the folder of the report")
	}
	file, err := os.Create(filepath.Join(c.Report, reportFile))
	if err != nil {
		return fault.Wrap(fault.Invalid, "simulate.report", err, "can not write the report")
	}
	return errors.Join(r.WriteReport(file, config), file.Close())
}

// defaultProfile is that of profileFlag.
const defaultProfile = "massachusetts"

// again is the command that lives the same year.
func (c simulateCommand) again(config simulate.Config) string {
	text := simulate.Replay(config)
	if c.Profile != defaultProfile {
		text += " --profile " + c.Profile
	}
	return text
}

// judge says what is wrong with a year, and how to live it again.
func (c simulateCommand) judge(s Streams, r *simulate.Result, config simulate.Config, failed error) error {
	switch {
	case failed != nil:
		return errReported
	case r.SetAside > 0:
		fmt.Fprintf(s.Err, "quittance: %d accounts could not be decided on or billed\nLive it again: %s\n", r.SetAside, c.again(config))
		return errReported
	case r.Rejected > 0:
		fmt.Fprintf(s.Err, "quittance: %d rows of enrollment files were refused\nLive it again: %s\n", r.Rejected, c.again(config))
		return errReported
	case c.Expect != "" && !strings.EqualFold(c.Expect, r.Hash):
		fmt.Fprintf(s.Err, "quittance: the fingerprint is %s, expected %s\nLive it again: %s\n", r.Hash, c.Expect, c.again(config))
		return errReported
	}
	return nil
}

// peakRSS is the most memory that the process has held, where the system
// tells; 0 elsewhere.
func peakRSS() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return 0
}

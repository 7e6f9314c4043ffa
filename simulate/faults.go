package simulate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"

	"quittance.org/quittance/internal/base/civil"
)

// Fault is one kind of thing that goes wrong.
type Fault string

// The faults.
const (
	FaultKill      Fault = "kill"      // the process ends in mid-step and comes up again
	FaultDuplicate Fault = "duplicate" // files, payments, returns and whole steps come twice
	FaultOrder     Fault = "order"     // a day's events come in the wrong order, evidence weeks late
	FaultJump      Fault = "jump"      // the clock is most of a day ahead for some hours
	FaultMissed    Fault = "missed"    // for two or three days nothing runs
	FaultSilence   Fault = "silence"   // the card processor takes the money and does not answer
	FaultFull      Fault = "full"      // the disk is full
	FaultLost      Fault = "lost"      // the connection with the bank is lost in mid-file, and its answers come late
	FaultDirty     Fault = "dirty"     // the bank's return files are wrong: a stranger, a wrong amount, no controls
)

// AllFaults lists every fault.
var AllFaults = []Fault{FaultKill, FaultDuplicate, FaultOrder, FaultJump, FaultMissed, FaultSilence, FaultFull, FaultLost, FaultDirty}

// ParseFaults reads "none", "all" or a list such as "kill,silence".
func ParseFaults(text string) ([]Fault, error) {
	switch text {
	case "", "none":
		return nil, nil
	case "all":
		return AllFaults, nil
	}
	var faults []Fault
	for name := range strings.SplitSeq(text, ",") {
		f := Fault(strings.TrimSpace(name))
		if !slices.Contains(AllFaults, f) {
			return nil, fmt.Errorf("no fault is called %q: choose from all, none, %s", name, list(AllFaults))
		}
		faults = append(faults, f)
	}
	return faults, nil
}

// list writes faults as ParseFaults reads them.
func list(faults []Fault) string {
	names := make([]string, len(faults))
	for i, f := range faults {
		names[i] = string(f)
	}
	return strings.Join(names, ",")
}

// FaultList writes faults as the command line takes them.
func FaultList(faults []Fault) string {
	switch {
	case len(faults) == 0:
		return "none"
	case len(faults) == len(AllFaults):
		return "all"
	}
	return list(faults)
}

// step is a part of the day that a fault can hit.
type step int

const (
	stepNight step = iota
	stepFiles
	stepPeople
	stepStaff
	stepEvening
	stepJobs
	steps
	noStep
)

// trouble is what goes wrong on one day.
type trouble struct {
	down      bool // nothing runs, and nobody is served
	killed    step // in which the process ends …
	looks     int  // … after its context was looked at so often
	full      step // from which on the disk is full
	jump      bool
	reversed  bool
	duplicate bool
	silent    bool
	lost      step // in which the connection with the bank is lost …
	calls     int  // … with so many calls
	afterward bool // … after what was asked for was done
	late      bool // acknowledgments are
	dirty     int  // what is wrong with return files; 0: nothing
}

// weather is what goes wrong on which day. It depends on the seed, the faults
// and the day alone.
type weather struct {
	seed   uint64
	faults []Fault
	last   civil.Date
}

func (w weather) has(f Fault) bool { return slices.Contains(w.faults, f) }

const (
	streamTrouble = 0x74726f75626c65
	streamMissed  = 0x6d6973736564
	killLooksMost = 13 // as a power of two
)

// on tells what goes wrong on a day. The dice are always thrown in the same
// order, so that leaving one fault out does not move the others.
func (w weather) on(day civil.Date) trouble {
	d := rand.New(rand.NewPCG(w.seed^streamTrouble, uint64(dayNumber(day))))
	chance := func(f Fault, percent int) bool { return d.IntN(100) < percent && w.has(f) }
	t := trouble{killed: noStep, full: noStep, lost: noStep}
	killed, full := step(d.IntN(int(steps))), step(d.IntN(int(steps)))
	t.looks = 1<<d.IntN(killLooksMost) + d.IntN(8)
	if chance(FaultKill, 12) {
		t.killed = killed
	}
	if chance(FaultFull, 3) {
		t.full = full
	}
	t.jump = chance(FaultJump, 3)
	t.reversed = chance(FaultOrder, 20)
	t.duplicate = chance(FaultDuplicate, 20)
	t.silent = chance(FaultSilence, 15)
	lostAt, calls, afterward, dirty := []step{stepNight, stepEvening}[d.IntN(2)], 1+d.IntN(6), d.IntN(2) == 0, 1+d.IntN(3)
	if chance(FaultLost, 15) {
		t.lost, t.calls, t.afterward = lostAt, calls, afterward
	}
	t.late = chance(FaultLost, 10)
	if chance(FaultDirty, 10) {
		t.dirty = dirty
	}
	t.down = w.down(day)
	return t
}

// down tells whether the day lies in a stretch in which nothing runs. The last
// week of the year is spared: what was missed is made up for in the open.
func (w weather) down(day civil.Date) bool {
	if !w.has(FaultMissed) || w.last.DaysSince(day) < 7 {
		return false
	}
	for back := range 3 {
		start := rand.New(rand.NewPCG(w.seed^streamMissed, uint64(dayNumber(day.AddDays(-back)))))
		if start.IntN(100) < 2 && back < 2+start.IntN(2) {
			return true
		}
	}
	return false
}

// dayNumber counts days, for seeds.
func dayNumber(d civil.Date) int { return d.DaysSince(civil.NewDate(2000, 1, 1)) }

var errKilled = errors.New("simulate: killed")

// mortal is a context that ends after it has been looked at so many times: it
// kills what runs under it between any two of its statements, wherever the
// count runs out.
type mortal struct {
	context.Context
	end  context.CancelCauseFunc
	left atomic.Int64
}

func newMortal(ctx context.Context, looks int) *mortal {
	ctx, end := context.WithCancelCause(ctx)
	m := &mortal{Context: ctx, end: end}
	m.left.Store(int64(looks))
	return m
}

func (m *mortal) look() {
	if m.left.Add(-1) == 0 {
		m.end(errKilled)
	}
}

// Done counts as a look.
func (m *mortal) Done() <-chan struct{} {
	m.look()
	return m.Context.Done()
}

// Err counts as a look.
func (m *mortal) Err() error {
	m.look()
	return m.Context.Err()
}

// dead tells whether the count has run out.
func (m *mortal) dead() bool { return m.left.Load() <= 0 }

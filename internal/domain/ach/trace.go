package ach

import "fmt"

// A trace number is the first 8 digits of the sending bank's routing number and
// 7 digits that count up. After 10,000,000 they begin again (ACH-25): a trace
// is then told from the one before by its round, and may not come again while a
// bank could still name the old one.
const traceRound = 10_000_000

// TraceRestDays is for how long a trace can not be given out again: longer than
// a debit can come back as unauthorized or be presented again (ACH-25, ACH-31,
// ACH-32).
const TraceRestDays = 200

// Traces is a block of neighbouring trace numbers in one round.
type Traces struct {
	Round int64
	First int64 // the 7 digits of the first
	N     int
}

// TracesAfter gives the next block of at most most numbers, when so many have
// been given out. A block ends with its round.
func TracesAfter(taken int64, most int) Traces {
	next := taken + 1 // the very first is 1
	t := Traces{Round: next / traceRound, First: next % traceRound}
	t.N = int(min(int64(most), traceRound-t.First))
	return t
}

// Trace writes a trace number.
func Trace(odfi string, digits int64) string { return fmt.Sprintf("%s%07d", odfi, digits) }

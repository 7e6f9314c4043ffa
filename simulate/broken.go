package simulate

import (
	"fmt"
	"strings"

	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/civil"
)

// Report is what a proof of the books found.
type Report = verifying.Report

// BrokenError says that the books were wrong in the evening of a day.
type BrokenError struct {
	Day    civil.Date
	Report Report
}

// Error names the invariants.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("in the evening of %s: broken: %s", e.Day, strings.Join(e.Report.Broken(), ", "))
}

// Replay is the command that lives the same year again.
func Replay(c Config) string {
	text := fmt.Sprintf("quittance simulate --year %d --households %d --seed %d --faults %s --workers %d",
		c.Year, c.Households, c.Seed, FaultList(c.Faults), max(1, c.Workers))
	if c.ProveDaily {
		text += " --prove daily"
	}
	return text
}

package bai2

import (
	"errors"
	"io"
)

// Report is what Check found.
type Report struct {
	Accepted bool
	Accounts int
	Details  int
	Problems []Problem // the first ReportProblemsMax of them
	LeftOff  int
}

// ReportProblemsMax bounds the problems that a report lists.
const ReportProblemsMax = 1000

// Check reads a whole file and says whether it is accepted: every control
// total and count agrees. The error is one of reading.
func Check(r io.Reader) (Report, error) {
	report := Report{Accepted: true}
	reader := NewReader(r)
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return report, nil
		}
		if err != nil {
			report.Accepted = false
			return report, err
		}
		report.add(&item)
	}
}

func (r *Report) add(i *Item) {
	switch i.Kind {
	case KindAccount:
		r.Accounts++
	case KindDetail:
		r.Details++
	}
	for _, p := range i.Problems {
		r.Accepted = r.Accepted && p.Harmless
		if len(r.Problems) < ReportProblemsMax {
			r.Problems = append(r.Problems, p)
		} else {
			r.LeftOff++
		}
	}
}

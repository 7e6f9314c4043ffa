package simulate

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/base/civil"
)

// runDay runs what is to be run by now of the business day, and of the dates on
// which nothing ran: in the night, and in the evening what waits for it.
func (s *simulation) runDay(ctx context.Context) error {
	days, err := s.market.app.RunDay(ctx, s.today)
	if err != nil {
		return err
	}
	for _, d := range days {
		if failed := d.Failed(); len(failed) > 0 {
			step := slices.IndexFunc(d.Steps, func(r closing.StepResult) bool { return r.Name == failed[0] })
			return fmt.Errorf("business day %s: %s failed: %s", d.Date, failed[0], d.Steps[step].Error)
		}
	}
	return nil
}

// workJobs lets the work that was enqueued be done, mostly receipts.
func (s *simulation) workJobs(ctx context.Context) error {
	_, err := s.market.app.WorkJobs(ctx)
	return err
}

// manyHouseholds is above how many the whole book is proved from nothing in the
// middle and at the end of the year only, and not at the end of each month.
const manyHouseholds = 2000

// proof is a proof of the books as they were one evening. The next day goes on
// beside it.
type proof struct {
	day    civil.Date
	over   chan struct{}
	report Report // known when it is over
	err    error
}

// prove begins to verify in the evening all that was written since the evening
// before, or the whole book, and comes back when what is verified can not change
// any more. What the proof of the evening before has
// found is known before.
func (s *simulation) prove(ctx context.Context) error {
	if err := s.endProof(); err != nil {
		return err
	}
	v := s.market.app.Verifying
	ended := s.monthsEnd()
	if ended && s.Census {
		census, err := v.Census(ctx)
		if err != nil {
			return err
		}
		s.result.Census = append(s.result.Census, census)
	}
	whole := s.ProveDaily || s.proveWhole(ended)
	p := &proof{day: s.today, over: make(chan struct{})}
	begun := make(chan struct{})
	go func() {
		defer close(p.over)
		p.report, p.err = v.VerifyEvening(ctx, s.evenings, whole, sync.OnceFunc(func() { close(begun) }))
	}()
	select {
	case <-begun:
	case <-p.over:
	}
	s.proof = p
	return nil
}

// endProof waits for the proof that is under way, and tells what it found.
func (s *simulation) endProof() error {
	p := s.proof
	if p == nil {
		return nil
	}
	<-p.over
	s.proof = nil
	if p.err != nil {
		return p.err
	}
	if !p.report.Clean {
		for _, id := range p.report.Broken() {
			s.result.Broken = append(s.result.Broken, p.day.String()+" "+id)
		}
		return &BrokenError{Day: p.day, Report: p.report}
	}
	return nil
}

// monthsEnd tells, once for each month, that it has ended: in the evening of
// its last day, or of the first one after it on which anything ran.
func (s *simulation) monthsEnd() bool {
	month := s.today.Month()
	if s.today != month.Last() {
		month = month.Prev()
	}
	if !month.After(s.closed) {
		return false
	}
	s.closed = month
	return true
}

// proveWhole tells whether the whole book is proved from nothing this evening.
func (s *simulation) proveWhole(monthEnded bool) bool {
	return s.today == s.last || monthEnded && (s.Households <= manyHouseholds || s.closed.MonthOfYear() == time.June)
}

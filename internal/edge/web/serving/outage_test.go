package serving

import (
	"context"
	"testing"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
)

// While one page asks the database for outages, and gets no answer, no other
// waits for it.
func TestNobodyWaitsWhileOutagesAreAskedFor(t *testing.T) {
	t.Parallel()
	asking, answer, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	l := lately{ask: func(context.Context, civil.Instant, civil.Instant) ([]collecting.Outage, error) {
		close(asking)
		<-answer
		return []collecting.Outage{{}}, nil
	}}
	go func() {
		defer close(done)
		if got, err := l.at(t.Context(), civil.Instant{}); err != nil || len(got) != 1 {
			t.Errorf("who asks: %v, %v", got, err)
		}
	}()
	<-asking
	if got, err := l.at(t.Context(), civil.Instant{}); err != nil || len(got) != 0 {
		t.Errorf("beside it: %v, %v", got, err)
	}
	close(answer)
	<-done
	if got, err := l.at(t.Context(), civil.Instant{}); err != nil || len(got) != 1 {
		t.Errorf("after it: %v, %v", got, err)
	}
}

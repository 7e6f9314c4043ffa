package portal_test

import (
	"testing"
	"time"

	"quittance.org/quittance/internal/edge/web/portal"
)

// What is told of a line is rounded up, and never finer than it is known.
func TestWhatIsToldOfALine(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 0, 1: 1, 9: 9, 10: 10, 11: 20, 100: 100, 101: 150, 1000: 1000, 1001: 1500, 12_345: 12_500} {
		if got, about := portal.AboutAhead(n); got != want || about != (n >= 10) {
			t.Errorf("%d ahead: got %d, %v, want %d", n, got, about, want)
		}
	}
	for wait, want := range map[time.Duration]int{
		0: 0, time.Second: 2, 2 * time.Minute: 2, 121 * time.Second: 5, 11 * time.Minute: 15, 46 * time.Minute: 60, time.Hour: 60,
		61 * time.Minute: portal.LineLongest + 1, 24 * time.Hour: portal.LineLongest + 1,
	} {
		if got := portal.AboutMinutes(wait); got != want {
			t.Errorf("%v: got %d, want %d", wait, got, want)
		}
	}
}

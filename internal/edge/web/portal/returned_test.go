package portal_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// The page of a payment and the letter about it say of every code of ACH-30 what
// the one table says.
func TestReasonsOfReturnsAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	for n := range 100 {
		code := fmt.Sprintf("R%02d", n)
		reason := portal.ReasonOf(code)
		if want := ach.ReasonOf(code).Words; string(reason) != want {
			t.Errorf("%s: %s, and the table says %s", code, reason, want)
		}
		if text, err := r.Text(catalogue.English, portal.Message{Key: reason.Key()}); err != nil || !strings.Contains(text, "bank returned") {
			t.Errorf("%s: %q, %v", code, text, err)
		}
	}
	if got := portal.ReasonOf(ach.CodeDisputed).Key(); got != "my.returned.not_taken" {
		t.Errorf("disputed before it was sent: %s", got)
	}
}

package cardgateway_test

import (
	"testing"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

// testFaults is every call × every way to fail: what the caller hears, and what
// it learns when it asks again.
func testFaults(t *testing.T, newWorld func(*testing.T) world) {
	for _, call := range []struct {
		name string
		run  func(*testing.T, payment.CardGateway, payment.Checkout, string) error
		acts bool                 // a lost answer leaves the outcome unknown
		then payment.OutcomeState // after it took effect
	}{
		{"open", callOpen, true, payment.OutcomeOpen},
		{"outcome", callOutcome, false, payment.OutcomeOpen},
		{"close", callClose, true, payment.OutcomeCanceled},
	} {
		for name, how := range map[string]outage{
			"refused by a processor that is down": down,
			"done but the connection was cut":     cut,
			"done but the answer never came":      hanging,
			"nobody listens":                      unlisted,
		} {
			t.Run(call.name+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				c := newCheckout(w)
				ref := ""
				if call.name != "open" {
					ref = mustOpen(t, w, c).Ref
				}
				err := failing(t, w, how, func(g payment.CardGateway) error { return call.run(t, g, c, ref) })
				wantFailure(t, err, how, call.acts)

				// The same call again ends well, with one page and the effect there once.
				if err := call.run(t, w.Gateway(), c, ref); err != nil {
					t.Errorf("again: %v", err)
				}
				wantState(t, mustAsk(t, w, c, ref), call.then)
				if w.Sessions() != 1 {
					t.Errorf("%d pages were made, want 1", w.Sessions())
				}
			})
		}
	}
	t.Run("closing fails while the payer pays", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c := newCheckout(w)
		s := mustOpen(t, w, c)
		w.Pay(t, s)
		err := failing(t, w, cut, func(g payment.CardGateway) error { return callClose(t, g, c, s.Ref) })
		wantFailure(t, err, cut, true)
		wantState(t, mustClose(t, w, c, s.Ref), payment.OutcomePaid)
	})
}

func failing(t *testing.T, w world, how outage, run func(payment.CardGateway) error) error {
	t.Helper()
	if how == unlisted {
		return run(w.Unreachable())
	}
	w.Fail(how)
	defer w.Fail(working)
	if how == hanging {
		return run(w.Impatient())
	}
	return run(w.Gateway())
}

func wantFailure(t *testing.T, err error, how outage, acts bool) {
	t.Helper()
	if fault.KindOf(err) != fault.Unavailable {
		t.Fatalf("got %v, want it unavailable", err)
	}
	switch {
	case !acts || how == unlisted:
		if !fault.Is(err, cardgateway.CodeUnavailable) {
			t.Errorf("got %v, want %s: nothing happened", err, cardgateway.CodeUnavailable)
		}
	case how != down && !fault.Is(err, fault.CodeUnknownOutcome):
		t.Errorf("got %v, want %s: it may have happened", err, fault.CodeUnknownOutcome)
	}
}

func callOpen(t *testing.T, g payment.CardGateway, c payment.Checkout, _ string) error {
	_, err := g.Open(t.Context(), c)
	return err
}

func callOutcome(t *testing.T, g payment.CardGateway, c payment.Checkout, ref string) error {
	_, err := g.Outcome(t.Context(), c, ref)
	return err
}

func callClose(t *testing.T, g payment.CardGateway, c payment.Checkout, ref string) error {
	_, err := g.Close(t.Context(), c, ref)
	return err
}

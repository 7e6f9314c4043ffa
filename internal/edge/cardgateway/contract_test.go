package cardgateway_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

// TestContract is what paying relies on, whoever the processor is.
func TestContract(t *testing.T) {
	t.Parallel()
	worlds := map[string]func(*testing.T) func(*testing.T) world{
		"sandbox": sandboxWorlds,
		"stripe":  stripeWorlds,
	}
	for name, open := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newWorld := open(t)
			for name, check := range contract {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					check(t, newWorld(t))
				})
			}
			t.Run("faults", func(t *testing.T) {
				t.Parallel()
				testFaults(t, newWorld)
			})
		})
	}
}

var contract = map[string]func(*testing.T, world){
	"opening twice finds the same page":          openTwice,
	"opening with another amount is a conflict":  openOther,
	"a page nobody used is open":                 freshIsOpen,
	"a lost answer is found by operation id":     foundByOperation,
	"a page is opened at the second try":         openLater,
	"a lost answer is found when it is late":     foundLate,
	"a page that was never made is missing":      neverMade,
	"an unknown page is missing":                 unknownIsMissing,
	"paid tells the charge":                      paidTellsTheCharge,
	"paying twice charges once":                  payTwice,
	"paying after a decline is paid":             paidAfterDecline,
	"a closed page can not be paid":              closedIsClosed,
	"closing a paid page leaves it paid":         closeAfterPaid,
	"closing after a decline tells why":          closeAfterDecline,
	"a slow bank is pending and then paid":       slowBank,
	"a page that ran out is expired":             ranOut,
	"a page that ran out after a decline tells":  ranOutAfterDecline,
	"a webhook is believed by its signature":     webhookSignature,
	"a webhook about a stranger has no checkout": strangersEvent,
}

func mustOpen(t *testing.T, w world, c payment.Checkout) payment.CardSession {
	t.Helper()
	s, err := w.Gateway().Open(t.Context(), c)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	if s.Ref == "" || s.URL == "" {
		t.Fatalf("Open gave %+v, want a name and an address", s)
	}
	return s
}

func mustAsk(t *testing.T, w world, c payment.Checkout, ref string) payment.Outcome {
	t.Helper()
	o, err := w.Gateway().Outcome(t.Context(), c, ref)
	if err != nil {
		t.Fatalf("Outcome: %v", err)
	}
	if o.Operation != c.Operation {
		t.Errorf("Outcome is about %s, want %s", o.Operation, c.Operation)
	}
	return o
}

func mustClose(t *testing.T, w world, c payment.Checkout, ref string) payment.Outcome {
	t.Helper()
	o, err := w.Gateway().Close(t.Context(), c, ref)
	if err != nil {
		t.Fatalf("Close: %v", err)
	}
	return o
}

func wantState(t *testing.T, o payment.Outcome, want payment.OutcomeState) {
	t.Helper()
	if o.State != want {
		t.Errorf("state is %q, want %q", o.State, want)
	}
	if paid := want == payment.OutcomePaid; (o.Charge != "") != paid || o.Amount.IsPositive() != paid {
		t.Errorf("charge %q of %s in state %q", o.Charge, o.Amount, o.State)
	}
}

func openTwice(t *testing.T, w world) {
	c := newCheckout(w)
	first := mustOpen(t, w, c)
	if diff := cmp.Diff(first, mustOpen(t, w, c)); diff != "" {
		t.Errorf("the second page differs (-first +second):\n%s", diff)
	}
	if w.Sessions() != 1 {
		t.Errorf("%d pages were made, want 1", w.Sessions())
	}
}

func openOther(t *testing.T, w world) {
	c := newCheckout(w)
	mustOpen(t, w, c)
	c.Amount = money.Cents(99_00)
	_, err := w.Gateway().Open(t.Context(), c)
	if fault.KindOf(err) != fault.Conflict || !fault.Is(err, cardgateway.CodeConflict) {
		t.Errorf("got %v, want a conflict", err)
	}
}

func freshIsOpen(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	o := mustAsk(t, w, c, s.Ref)
	wantState(t, o, payment.OutcomeOpen)
	if diff := cmp.Diff(s, o.Session); diff != "" {
		t.Errorf("session (-opened +asked):\n%s", diff)
	}
}

func foundByOperation(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.Pay(t, s)
	o := mustAsk(t, w, c, "")
	wantState(t, o, payment.OutcomePaid)
	if o.Session.Ref != s.Ref {
		t.Errorf("found %q, want %q", o.Session.Ref, s.Ref)
	}
}

// openLater: paying tries again for some minutes, with the end that it stored.
func openLater(t *testing.T, w world) {
	c := newCheckout(w)
	w.Clock().Advance(payment.CardPageLife - payment.CardPageLeast)
	wantState(t, mustAsk(t, w, c, mustOpen(t, w, c).Ref), payment.OutcomeOpen)
}

// foundLate: the answer was lost and is asked for when no page is made any more.
func foundLate(t *testing.T, w world) {
	for _, paid := range []bool{true, false} {
		c := newCheckout(w)
		s := mustOpen(t, w, c)
		w.Clock().Advance(payment.CardPageLife - payment.CardPageLeast + time.Minute)
		want := payment.OutcomeOpen
		if paid {
			w.Pay(t, s)
			want = payment.OutcomePaid
		}
		wantState(t, mustAsk(t, w, c, ""), want)
	}
}

// neverMade: the process died before it asked, and nobody is kept waiting for a
// page that there can not be.
func neverMade(t *testing.T, w world) {
	c := newCheckout(w)
	w.Clock().Advance(payment.CardPageLife - payment.CardPageLeast + time.Minute)
	wantState(t, mustAsk(t, w, c, ""), payment.OutcomeMissing)
	wantState(t, mustClose(t, w, c, ""), payment.OutcomeMissing)
	if w.Sessions() != 0 {
		t.Errorf("%d pages were made", w.Sessions())
	}
}

func unknownIsMissing(t *testing.T, w world) {
	wantState(t, mustAsk(t, w, newCheckout(w), "cs_of_nobody"), payment.OutcomeMissing)
	wantState(t, mustClose(t, w, newCheckout(w), "cs_of_nobody"), payment.OutcomeMissing)
}

func paidTellsTheCharge(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.Pay(t, s)
	got := mustAsk(t, w, c, s.Ref)
	if got.Charge == "" {
		t.Error("no charge")
	}
	want := payment.Outcome{
		Operation: c.Operation, State: payment.OutcomePaid, Session: got.Session, Charge: got.Charge,
		Amount: c.Amount, Brand: "Visa", LastFour: "4242", PaidAt: w.Clock().Now(),
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(money.Amount{}, civil.Instant{})); diff != "" {
		t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

func payTwice(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.Pay(t, s)
	first := mustAsk(t, w, c, s.Ref)
	w.Pay(t, s)
	if second := mustAsk(t, w, c, s.Ref); second.Charge != first.Charge || w.Charges() != 1 {
		t.Errorf("charges %q and %q, %d in all; want one", first.Charge, second.Charge, w.Charges())
	}
}

func paidAfterDecline(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.TryDeclined(t, s, payment.DeclineFunds)
	o := mustAsk(t, w, c, s.Ref)
	wantState(t, o, payment.OutcomeOpen)
	if o.Decline != payment.DeclineFunds {
		t.Errorf("decline %q while the page is open, want %q", o.Decline, payment.DeclineFunds)
	}
	w.Pay(t, s)
	o = mustAsk(t, w, c, s.Ref)
	wantState(t, o, payment.OutcomePaid)
	if o.Decline != "" {
		t.Errorf("paid with decline %q", o.Decline)
	}
}

func closedIsClosed(t *testing.T, w world) {
	for _, byRef := range []bool{true, false} {
		c := newCheckout(w)
		s := mustOpen(t, w, c)
		ref := ""
		if byRef {
			ref = s.Ref
		}
		wantState(t, mustClose(t, w, c, ref), payment.OutcomeCanceled)
		w.Pay(t, s)
		wantState(t, mustAsk(t, w, c, s.Ref), payment.OutcomeCanceled)
		wantState(t, mustClose(t, w, c, ref), payment.OutcomeCanceled)
	}
	if w.Charges() != 0 {
		t.Errorf("%d charges on closed pages", w.Charges())
	}
}

func closeAfterPaid(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.Pay(t, s)
	wantState(t, mustClose(t, w, c, s.Ref), payment.OutcomePaid)
	wantState(t, mustClose(t, w, c, ""), payment.OutcomePaid)
}

func closeAfterDecline(t *testing.T, w world) {
	for _, why := range []payment.Decline{
		payment.DeclineGeneric, payment.DeclineFunds, payment.DeclineExpired, payment.DeclineAuthenticate,
	} {
		c := newCheckout(w)
		s := mustOpen(t, w, c)
		w.TryDeclined(t, s, why)
		for _, o := range []payment.Outcome{mustClose(t, w, c, s.Ref), mustAsk(t, w, c, s.Ref)} {
			wantState(t, o, payment.OutcomeDeclined)
			if o.Decline != why {
				t.Errorf("decline %q, want %q", o.Decline, why)
			}
		}
	}
}

func slowBank(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.PaySlowly(t, s)
	wantState(t, mustAsk(t, w, c, s.Ref), payment.OutcomePending)
	wantState(t, mustClose(t, w, c, s.Ref), payment.OutcomePending)
	w.BankAnswers(t, s)
	wantState(t, mustAsk(t, w, c, s.Ref), payment.OutcomePaid)
}

func ranOut(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.RunOut(t, c)
	w.Pay(t, s)
	wantState(t, mustAsk(t, w, c, s.Ref), payment.OutcomeExpired)
	wantState(t, mustClose(t, w, c, s.Ref), payment.OutcomeExpired)
}

func ranOutAfterDecline(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.TryDeclined(t, s, payment.DeclineGeneric)
	w.RunOut(t, c)
	wantState(t, mustAsk(t, w, c, s.Ref), payment.OutcomeDeclined)
}

func webhookSignature(t *testing.T, w world) {
	c := newCheckout(w)
	s := mustOpen(t, w, c)
	w.Pay(t, s)
	hook, old := w.Webhook(t, c, s)
	e, err := w.Gateway().Event(hook.header, hook.body)
	if err != nil || e.ID == "" || e.Operation != c.Operation || e.Session != s.Ref {
		t.Errorf("got %+v, %v; want an event about %s and %s", e, err, c.Operation, s.Ref)
	}
	refused := map[string]webhook{
		"another body":   {hook.header, bytes.Replace(hook.body, []byte(c.Operation.String()), []byte(ident.Make[payment.Intent](ids).String()), 1)},
		"no signature":   {http.Header{}, hook.body},
		"an hour old":    old,
		"broken header":  {brokenHeader(hook.header), hook.body},
		"empty body":     {hook.header, nil},
		"one byte added": {hook.header, append(bytes.Clone(hook.body), ' ')},
	}
	for name, bad := range refused {
		e, err := w.Gateway().Event(bad.header, bad.body)
		if !fault.Is(err, cardgateway.CodeBadSignature) {
			t.Errorf("%s: got %+v, %v; want a bad signature", name, e, err)
		}
	}
}

func brokenHeader(h http.Header) http.Header {
	broken := http.Header{}
	for key := range h {
		broken.Set(key, "t=soon,v1=zz")
	}
	return broken
}

func strangersEvent(t *testing.T, w world) {
	c := newCheckout(w)
	c.Operation = payment.OperationID{} // an event of somebody else's, whose reference is no id
	hook, _ := w.Webhook(t, c, payment.CardSession{Ref: "cs_of_nobody"})
	e, err := w.Gateway().Event(hook.header, hook.body)
	if err != nil || e.ID == "" || !e.Operation.IsZero() {
		t.Errorf("got %+v, %v; want an event without operation", e, err)
	}
}

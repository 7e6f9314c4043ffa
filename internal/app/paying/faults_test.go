package paying_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
)

// journey is one card payment from the form to the receipt, with one step of
// it going wrong.
type journey struct {
	*till
	order   paying.Order
	cancel  context.CancelFunc // of the request under way
	unheard bool               // the next request dies before anything is stored
	deaf    bool               // what the next request came to is lost on its way to the caller
}

var errLost = errors.New("the answer was lost")

// request runs one request of the browser, or one sweep.
func (j *journey) request(step func(context.Context) error) error {
	ctx, cancel := context.WithCancel(j.t.Context())
	defer cancel()
	j.cancel = cancel
	if j.unheard {
		j.unheard = false
		cancel()
	}
	err := j.alive(func() error { return step(ctx) })
	if j.deaf {
		j.deaf = false
		return errLost
	}
	return err
}

func (j *journey) submit() (page string, err error) {
	err = j.request(func(ctx context.Context) (err error) {
		page, err = j.s.PayByCard(ctx, j.order)
		return err
	})
	return page, err
}

func (j *journey) comeBack() error {
	return j.request(func(ctx context.Context) error {
		_, err := j.s.Refresh(ctx, j.order.Operation)
		return err
	})
}

func (j *journey) runSweep() {
	j.Clock.Advance(21 * time.Second)
	_ = j.request(func(ctx context.Context) error { _, err := j.s.Sweep(ctx); return err })
}

// settleFails makes the transaction that posts the payment fail at its end.
func (j *journey) settleFails(how failure) {
	runs := 0
	j.Jobs.Receipt = func() error {
		runs++ // the first run of a closure is the dry one of tests
		switch {
		case how == fails:
			j.Jobs.Receipt = nil
			return errSilent
		case how == killedBefore && runs == 2:
			j.Jobs.Receipt = nil
			panic(errKilled)
		}
		return nil
	}
	j.loseAnswer(how)
}

// loseAnswer lets a step take effect and its caller never hear of it.
func (j *journey) loseAnswer(how failure) {
	if how == failsButApplied || how == killedAfter {
		j.deaf = true
	}
}

// stage is when a step of the journey happens.
type stage string

const (
	atSubmit stage = "submit"
	atReturn stage = "return"
	atSweep  stage = "sweep"
)

// steps are the places where a card payment can break.
var steps = []struct {
	name  string
	stage stage
	spoil func(j *journey, how failure)
}{
	{"store intent", atSubmit, func(j *journey, how failure) {
		if how == fails || how == killedBefore {
			j.unheard = true
			return
		}
		j.gateway.fail("Open", killedBefore) // stored, and no more
	}},
	{"open the page", atSubmit, func(j *journey, how failure) { j.gateway.fail("Open", how) }},
	{"record the page", atSubmit, func(j *journey, how failure) {
		if how == fails {
			j.gateway.during = func() { j.cancel() }
			return
		}
		if how == killedBefore {
			j.gateway.fail("Open", killedAfter)
		}
		j.loseAnswer(how)
	}},
	{"ask for the outcome", atReturn, func(j *journey, how failure) { j.gateway.fail("Outcome", how) }},
	{"settle", atReturn, (*journey).settleFails},
	{"ask for the outcome in the sweep", atSweep, func(j *journey, how failure) { j.gateway.fail("Outcome", how) }},
	{"settle in the sweep", atSweep, (*journey).settleFails},
}

// payers tell what somebody does when a page fails.
var payers = map[string]bool{"tries again": true, "goes away": false}

// The fault table (architecture section 6): every step × every way to fail ×
// what the payer does then. In the end the card was charged once and one
// payment posted; or, if nobody paid, no card was charged and none can be.
func TestEveryFaultEndsWithOnePaymentOrNone(t *testing.T) {
	t.Parallel()
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			t.Parallel()
			eachTill(t, func(t *testing.T, w *till) {
				for _, how := range []failure{fails, failsButApplied, killedBefore, killedAfter} {
					for payer, triesAgain := range payers {
						for end, pays := range map[string]bool{"pays": true, "leaves the page": false} {
							w.row(t, string(how)+", the payer "+payer+" and "+end, func(*testing.T) {
								w.journey(step.stage, triesAgain, pays, func(j *journey) { step.spoil(j, how) })
							})
						}
					}
				}
				w.VerifyClean()
			})
		})
	}
}

func (w *till) journey(at stage, triesAgain, pays bool, spoil func(*journey)) {
	w.t.Helper()
	h := w.renewed()
	j := &journey{till: w, order: w.order(h, "124.50")}
	hasPage := j.travel(func(now stage) {
		if now == at {
			spoil(j)
		}
	}, triesAgain, pays)
	j.arrive(h, hasPage && pays)
}

// travel goes through the journey and tells whether the payer saw the page.
func (j *journey) travel(spoil func(stage), triesAgain, pays bool) (hasPage bool) {
	j.t.Helper()
	spoil(atSubmit)
	page, err := j.submit()
	if err != nil && triesAgain {
		if page, err = j.submit(); err != nil {
			j.t.Fatalf("the second try: %v", err)
		}
	}
	hasPage = err == nil
	if hasPage && page != "https://cards.test/cs_"+j.order.Operation.String() {
		j.t.Fatalf("page %q", page)
	}
	if hasPage && pays {
		j.gateway.pay(j.order.Operation)
	}
	spoil(atReturn)
	if hasPage {
		if err := j.comeBack(); err != nil && triesAgain {
			if err := j.comeBack(); err != nil {
				j.t.Fatalf("the second look: %v", err)
			}
		}
	}
	spoil(atSweep)
	return hasPage
}

// arrive sweeps until nothing is left to sweep and checks what it came to.
func (j *journey) arrive(h apptest.Household, paid bool) {
	j.t.Helper()
	for range 2 {
		j.runSweep()
		j.honest(h)
	}
	id := j.order.Operation
	want, owed := 0, "124.50"
	if paid {
		want, owed = 1, "0.00"
		apptest.Check(j.t, "state after two sweeps", j.state(id), payment.IntentSucceeded)
	} else {
		j.Clock.Advance(payment.CardPageLife + time.Minute)
		j.runSweep()
		j.runSweep()
		if s := j.state(id); s != "" && !s.Final() {
			j.t.Errorf("the page ran out and the payment is %s", s)
		}
		j.gateway.pay(id) // somebody finds the old page
	}
	apptest.Check(j.t, "charges and payments", []int{j.gateway.charged(), len(j.Payments(h))}, []int{want, want})
	apptest.Check(j.t, "owed", j.Owed(h).String(), owed)
}

// honest checks that nobody is told of money that was not taken, nor the other
// way round.
func (j *journey) honest(h apptest.Household) {
	j.t.Helper()
	state, posted := j.state(j.order.Operation), len(j.Payments(h))
	switch {
	case state == payment.IntentSucceeded && posted != 1, state != payment.IntentSucceeded && posted != 0:
		j.t.Errorf("%s with %d payments", state, posted)
	case state.Final() && state != payment.IntentSucceeded && j.gateway.charged() > 0:
		j.t.Errorf("%s, but the card was charged", state)
	}
}

package paying_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
)

// look is the job that a webhook asks for, as the app enqueues and works it.
type look struct {
	Operation payment.OperationID `json:"operation"`
}

func (look) Kind() string { return "card.check" }

// reported is a card payment of which the processor's report alone tells: its
// payer never comes back.
type reported struct {
	*journey
	queue  *queue.Queue
	ending failure // how the job ends after its work, "" if well
}

func (w *till) reported(h apptest.Household) *reported {
	w.t.Helper()
	r := &reported{journey: &journey{till: w, order: w.order(h, "124.50")}}
	workers := queue.NewWorkers()
	queue.Handle(workers, func(ctx context.Context, job look) error {
		_, err := w.s.Check(ctx, job.Operation)
		how := r.ending
		r.ending = ""
		switch {
		case err == nil && how == failsButApplied:
			return errLost
		case err == nil && how == killedAfter:
			panic(errKilled)
		}
		return err
	})
	var err error
	if r.queue, err = queue.New(w.DB, workers, slog.New(slog.DiscardHandler)); err != nil {
		w.t.Fatal(err)
	}
	w.Jobs.Check = r.enqueue
	return r
}

func (r *reported) enqueue(tx *store.Tx, id payment.OperationID) error {
	return r.queue.Insert(tx, look{id})
}

// takingFails makes the transaction that stores the report fail at its end, or
// its answer get lost.
func (r *reported) takingFails(how failure) {
	runs := 0
	r.Jobs.Check = func(tx *store.Tx, id payment.OperationID) error {
		runs++ // the first run of a closure is the dry one of tests
		switch {
		case how == fails:
			r.Jobs.Check = r.enqueue
			return errSilent
		case how == killedBefore && runs == 2:
			r.Jobs.Check = r.enqueue
			panic(errKilled)
		}
		return r.enqueue(tx, id)
	}
	r.loseAnswer(how)
}

// report delivers the processor's report until it is taken: what is not
// answered with success is sent again, and so is now and then what is.
func (r *reported) report() {
	r.t.Helper()
	body := []byte("ev_" + r.order.Operation.String() + " " + r.order.Operation.String())
	taken := 0
	for range 3 {
		err := r.request(func(ctx context.Context) error {
			return r.s.Event(ctx, http.Header{signature: {"good"}}, body)
		})
		if err == nil {
			taken++
		}
	}
	if taken < 2 {
		r.t.Errorf("the report was taken %d times of 3", taken)
	}
}

// work works the jobs that are due, as a process does that comes up after it
// was killed.
func (r *reported) work() {
	_ = r.request(func(ctx context.Context) error { _, err := r.queue.WorkAll(ctx, 1); return err })
	r.Clock.Advance(5 * time.Minute) // beyond the queue's pauses, within the page's life
}

// reportSteps are the places between the processor's report and the books.
var reportSteps = []struct {
	name  string
	spoil func(*reported, failure)
}{
	{"take the report", (*reported).takingFails},
	{"ask for the outcome in the job", func(r *reported, how failure) { r.gateway.fail("Outcome", how) }},
	{"settle in the job", func(r *reported, how failure) { r.settleFails(how) }},
	{"end the job", func(r *reported, how failure) { r.ending = how }},
}

// The fault table of webhooks: the report is taken once, its job runs until it
// has gone well, and in the end there is one charge and one payment; or none of
// a card that was declined. No sweep helps.
func TestEveryFaultOfAReportEndsWithOnePaymentOrNone(t *testing.T) {
	t.Parallel()
	for _, step := range reportSteps {
		t.Run(step.name, func(t *testing.T) {
			t.Parallel()
			eachTill(t, func(t *testing.T, w *till) {
				for _, how := range []failure{fails, failsButApplied, killedBefore, killedAfter} {
					for end, pays := range map[string]bool{"paid": true, "declined": false} {
						w.row(t, fmt.Sprintf("%s, %s", how, end), func(*testing.T) {
							h := w.renewed()
							r := w.reported(h)
							r.travel(func() { step.spoil(r, how) }, pays)
							r.arrive(h, pays)
						})
					}
				}
				w.VerifyClean()
			})
		})
	}
}

func (r *reported) travel(spoil func(), pays bool) {
	r.t.Helper()
	if _, err := r.submit(); err != nil {
		r.t.Fatal(err)
	}
	if pays {
		r.gateway.pay(r.order.Operation)
	} else {
		r.gateway.end(r.order.Operation, payment.OutcomeDeclined, payment.DeclineFunds)
	}
	spoil()
	r.report()
	for range 3 {
		r.work()
	}
}

func (r *reported) arrive(h apptest.Household, paid bool) {
	r.t.Helper()
	want, state := 0, payment.IntentDeclined
	if paid {
		want, state = 1, payment.IntentSucceeded
	}
	check := func(when string) {
		r.t.Helper()
		apptest.Check(r.t, "state "+when, r.state(r.order.Operation), state)
		apptest.Check(r.t, "charges and payments "+when, []int{r.gateway.charged(), len(r.Payments(h))}, []int{want, want})
	}
	check("after the report")
	apptest.Check(r.t, "jobs that wait", r.Rows("SELECT CAST(id AS TEXT) FROM river_job WHERE state NOT IN ('completed', 'cancelled', 'discarded')"), []string(nil))
	_ = r.comeBack()
	r.runSweep()
	check("after everybody has looked")
}

// closeSteps are the places where closing a page can break that its payer
// leaves, or that runs out.
var closeSteps = []struct {
	name  string
	stage stage
	spoil func(*journey, failure)
}{
	{"close the page", atReturn, func(j *journey, how failure) { j.gateway.fail("Close", how) }},
	{"record that it is closed", atReturn, func(j *journey, how failure) {
		switch how {
		case fails:
			j.gateway.during = func() { j.cancel() }
		case killedBefore:
			j.gateway.fail("Close", killedAfter)
		}
		j.loseAnswer(how)
	}},
	{"close a page that ran out", atSweep, func(j *journey, how failure) { j.gateway.fail("Close", how) }},
	{"settle a page that ran out", atSweep, (*journey).settleFails},
}

// The fault table of closing a card page: nobody is told that nothing was taken
// while the page can still be paid; and if it was paid, that is one payment.
func TestEveryFaultOfClosingEndsWithOnePaymentOrNone(t *testing.T) {
	t.Parallel()
	for _, step := range closeSteps {
		t.Run(step.name, func(t *testing.T) {
			t.Parallel()
			eachTill(t, func(t *testing.T, w *till) {
				for _, how := range []failure{fails, failsButApplied, killedBefore, killedAfter} {
					for payer, triesAgain := range payers {
						for end, paid := range map[string]bool{"had paid": true, "had not paid": false} {
							w.row(t, fmt.Sprintf("%s, the payer %s and %s", how, payer, end), func(*testing.T) {
								h := w.renewed()
								j := &journey{till: w, order: w.order(h, "124.50")}
								j.leave(h, step.stage, func() { step.spoil(j, how) }, triesAgain, paid)
								j.closed(h, paid)
							})
						}
					}
				}
				w.VerifyClean()
			})
		})
	}
}

// leave opens a page and leaves it, by the link or by letting it run out.
func (j *journey) leave(h apptest.Household, at stage, spoil func(), triesAgain, paid bool) {
	j.t.Helper()
	if _, err := j.submit(); err != nil {
		j.t.Fatal(err)
	}
	if paid {
		j.gateway.pay(j.order.Operation)
	}
	if at == atSweep {
		j.Clock.Advance(payment.CardPageLife + time.Minute)
		spoil()
		j.runSweep()
		j.honest(h)
		return
	}
	spoil()
	err := j.abandon()
	if err == nil {
		j.t.Error("nothing has failed")
	}
	j.honest(h)
	if err != nil && triesAgain {
		if err = j.abandon(); err != nil {
			j.t.Fatalf("the second try: %v", err)
		}
	}
	if err == nil && !paid {
		j.gateway.pay(j.order.Operation) // the page is still open in another tab
		apptest.Check(j.t, "charges of a page that was said to be closed", j.gateway.charged(), 0)
	}
}

func (j *journey) abandon() error {
	return j.request(func(ctx context.Context) error {
		_, err := j.s.Abandon(ctx, j.order.Operation)
		return err
	})
}

// closed lets the page run out and checks what it came to.
func (j *journey) closed(h apptest.Household, paid bool) {
	j.t.Helper()
	j.Clock.Advance(payment.CardPageLife + time.Minute)
	for range 2 {
		j.runSweep()
		j.honest(h)
	}
	j.gateway.pay(j.order.Operation) // somebody finds the old page
	want, state := 0, payment.IntentCanceled
	if paid {
		want, state = 1, payment.IntentSucceeded
	}
	apptest.Check(j.t, "state in the end", j.state(j.order.Operation), state)
	apptest.Check(j.t, "charges and payments", []int{j.gateway.charged(), len(j.Payments(h))}, []int{want, want})
}

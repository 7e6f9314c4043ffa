package paying_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// open starts a card payment and gives its page.
func (w *till) open(o paying.Order) string {
	w.t.Helper()
	url, err := w.s.PayByCard(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return url
}

func (w *till) refresh(id payment.OperationID) payment.IntentState {
	w.t.Helper()
	i, err := w.s.Refresh(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return i.State
}

func TestCardPaymentFromPageToReceipt(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.order(h, "124.50")
		url := w.open(o)
		apptest.Check(t, "page", url, "https://cards.test/cs_"+o.Operation.String())
		apptest.Check(t, "the same page again", w.open(o), url)
		apptest.Check(t, "state", w.state(o.Operation), payment.IntentPending)
		apptest.Check(t, "looked at too early", w.refresh(o.Operation), payment.IntentPending)
		w.gateway.pay(o.Operation)
		apptest.Check(t, "state", w.refresh(o.Operation), payment.IntentSucceeded)
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		r, err := w.s.Receipt(t.Context(), o.Operation)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "card", r.Payment.Brand+" "+r.Payment.LastFour, "Visa 4242")
		apptest.Check(t, "amount", r.Payment.Amount, o.Amount)
		apptest.Check(t, "sent to", r.Email, o.Email)
		apptest.Check(t, "parts", len(r.Parts), 2)
		apptest.Check(t, "wording", r.Wording, o.Authorization.Wording)
		// Back, reload and a second tab land on the receipt, not on a new page.
		apptest.Check(t, "after success", w.open(o), "https://pay.test/en/card/"+o.Operation.String())
		apptest.Check(t, "charges", w.gateway.charged(), 1)
		w.VerifyClean()
	})
}

func TestCardOrderIsRefused(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.order(h, "124.50")
		w.open(o)
		other := o
		other.Amount = apptest.Amount("100.00")
		_, err := w.s.PayByCard(t.Context(), other)
		w.wantCode(err, paying.CodeOtherInput)

		tooMuch := w.order(h, "9999.00")
		_, err = w.s.PayByCard(t.Context(), tooMuch)
		w.wantCode(err, "amount.too_large")
		apptest.Check(t, "stored", w.state(tooMuch.Operation), payment.IntentState(""))

		_, err = w.NewPaying(nil).PayByCard(t.Context(), w.order(h, "1.00"))
		w.wantCode(err, paying.CodeCardOff)
		w.VerifyClean()
	})
}

// The payment counts on the day the payer set out, though the bank thinks past
// midnight (R-CAL-2).
func TestCardPaymentCountsOnTheDayItWasSubmitted(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		w.At("2026-11-23 23:55:00")
		o := w.order(h, "124.50")
		w.open(o)
		w.At("2026-11-24 00:05:00")
		w.gateway.pay(o.Operation)
		w.refresh(o.Operation)
		apptest.Check(t, "counts on", w.Payments(h)[0].EffectiveOn.String(), "2026-11-23")
		w.VerifyClean()
	})
}

func TestDeclinedCardIsFinished(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.order(h, "124.50")
		w.open(o)
		w.gateway.end(o.Operation, payment.OutcomeDeclined, payment.DeclineFunds)
		i, err := w.s.Refresh(t.Context(), o.Operation)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "state and reason", []string{string(i.State), i.Reason}, []string{"declined", "insufficient_funds"})
		_, err = w.s.PayByCard(t.Context(), o)
		w.wantCode(err, paying.CodeFinished)
		apptest.Check(t, "payments", len(w.Payments(h)), 0)
		w.VerifyClean()
	})
}

// Whatever order the processor's words come in, money beats words (R-PAY-6).
func TestOutcomesInAnyOrder(t *testing.T) {
	t.Parallel()
	paid := func(o payment.Outcome) payment.Outcome { o.State = payment.OutcomePaid; return o }
	unnamed := func(o payment.Outcome) payment.Outcome {
		o.State, o.Session = payment.OutcomePaid, payment.CardSession{}
		return o
	}
	say := func(s payment.OutcomeState) func(payment.Outcome) payment.Outcome {
		return func(o payment.Outcome) payment.Outcome {
			o.State, o.Charge, o.Amount, o.Decline = s, "", apptest.Amount("0.00"), ""
			if s == payment.OutcomeDeclined {
				o.Decline = payment.DeclineExpired
			}
			return o
		}
	}
	rows := map[string]struct {
		outcomes []func(payment.Outcome) payment.Outcome
		want     payment.IntentState
		reason   string
	}{
		"paid twice":                           {[]func(payment.Outcome) payment.Outcome{paid, paid}, payment.IntentSucceeded, ""},
		"paid, then declined":                  {[]func(payment.Outcome) payment.Outcome{paid, say(payment.OutcomeDeclined)}, payment.IntentSucceeded, ""},
		"paid, then canceled":                  {[]func(payment.Outcome) payment.Outcome{paid, say(payment.OutcomeCanceled)}, payment.IntentSucceeded, ""},
		"paid, then the page again":            {[]func(payment.Outcome) payment.Outcome{paid, say(payment.OutcomeOpen)}, payment.IntentSucceeded, ""},
		"paid unseen, then the page":           {[]func(payment.Outcome) payment.Outcome{unnamed, say(payment.OutcomeOpen)}, payment.IntentSucceeded, ""},
		"paid unseen, then paid":               {[]func(payment.Outcome) payment.Outcome{unnamed, paid}, payment.IntentSucceeded, ""},
		"canceled, then paid":                  {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomeCanceled), paid}, payment.IntentSucceeded, ""},
		"declined, then paid":                  {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomeDeclined), paid}, payment.IntentSucceeded, ""},
		"expired, then paid":                   {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomeExpired), paid, paid}, payment.IntentSucceeded, ""},
		"declined, then canceled":              {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomeDeclined), say(payment.OutcomeCanceled)}, payment.IntentDeclined, "expired_card"},
		"declined, then open":                  {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomeDeclined), say(payment.OutcomeOpen)}, payment.IntentDeclined, "expired_card"},
		"pending, open, pending":               {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomePending), say(payment.OutcomeOpen), say(payment.OutcomePending)}, payment.IntentPending, ""},
		"unknown to the processor for a while": {[]func(payment.Outcome) payment.Outcome{say(payment.OutcomeMissing), paid}, payment.IntentSucceeded, ""},
	}
	eachTill(t, func(t *testing.T, w *till) {
		for name, row := range rows {
			w.row(t, name, func(t *testing.T) {
				h := w.renewed()
				o := w.order(h, "124.50")
				w.gateway.fail("Open", killedBefore) // so that the intent has no page yet
				_ = w.alive(func() error { _, err := w.s.PayByCard(t.Context(), o); return err })
				full := payment.Outcome{
					Operation: o.Operation, Amount: o.Amount, Charge: "ch_" + o.Operation.String(), LastFour: "4242", Brand: "Visa",
					Session: payment.CardSession{Ref: "cs_1", URL: "https://cards.test/cs_1"},
				}
				for _, change := range row.outcomes {
					if err := w.s.Settle(t.Context(), o.Operation, change(full)); err != nil {
						t.Fatal(err)
					}
				}
				i, err := w.s.Intent(t.Context(), o.Operation)
				if err != nil {
					t.Fatal(err)
				}
				apptest.Check(t, "state and reason", []string{string(i.State), i.Reason}, []string{string(row.want), row.reason})
				want := 0
				if row.want == payment.IntentSucceeded {
					want = 1
				}
				apptest.Check(t, "payments", len(w.Payments(h)), want)
			})
		}
		w.VerifyClean()
	})
}

// A processor that took another amount than we asked for is not believed
// until a person has looked: nothing is posted, and it is not called final.
func TestOtherAmountIsNotPosted(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		var log bytes.Buffer
		w.Log = slog.New(slog.NewTextHandler(&log, nil))
		w.restart()
		h := w.renewed()
		o := w.order(h, "124.50")
		w.open(o)
		w.gateway.pay(o.Operation)
		w.gateway.take(o.Operation, apptest.Amount("1245.00"))
		_, err := w.s.Refresh(t.Context(), o.Operation)
		w.wantCode(err, paying.CodeAmountDiffers)
		for range 3 {
			w.sweep(time.Minute)
		}
		apptest.Check(t, "said in the log", strings.Count(log.String(), "level=ERROR")+strings.Count(log.String(), "level=WARN"), 1)
		apptest.Check(t, "kept for a person", w.Rows(`SELECT summary FROM audit WHERE operation = 'payment.differs'`), []string{
			"asked for 124.50, the processor took 1245.00",
		})
		apptest.Check(t, "state", w.state(o.Operation), payment.IntentPending)
		apptest.Check(t, "payments", len(w.Payments(h)), 0)
		d, err := w.s.Due(t.Context(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "shown as in process", len(d.InProcess), 1)
		w.VerifyClean()
	})
}

// One sweep looks at all that is open, however many payers left their page
// open before.
func TestSweepLooksAtAll(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		for range 101 { // more than one page of the sweep
			w.open(w.order(h, "1.00"))
		}
		w.Clock.Advance(time.Second)
		last := w.order(h, "124.50")
		w.open(last)
		w.gateway.pay(last.Operation)
		w.sweep(time.Minute)
		apptest.Check(t, "the newest", w.state(last.Operation), payment.IntentSucceeded)
		w.VerifyClean()
	})
}

// A payment begun a minute before midnight is in process after it, too.
func TestInProcessOverMidnight(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		w.At("2026-11-20 23:59:00")
		o := w.order(h, "124.50")
		w.open(o)
		w.At("2026-11-21 00:01:00")
		d, err := w.s.Due(t.Context(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.InProcess) != 1 || d.InProcess[0].ID != o.Operation {
			t.Errorf("got %v", d.InProcess)
		}
	})
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.order(h, "124.50")
		w.open(o)
		asked := 0
		w.Jobs.Check = func(*store.Tx, payment.OperationID) error { asked++; return nil }
		good := http.Header{signature: {"good"}}
		send := func(header http.Header, body string) error { return w.s.Event(t.Context(), header, []byte(body)) }

		w.wantCode(send(http.Header{}, "ev_1 "+o.Operation.String()), "card.signature")
		if err := send(good, "ev_0 "+w.s.NewOperation().String()); err != nil {
			t.Errorf("about a stranger: %v", err)
		}
		apptest.Check(t, "looks", asked, 0)
		for range 3 {
			if err := send(good, "ev_1 "+o.Operation.String()); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "looks after the same event three times", asked, 2) // once, and closures run twice
		w.wantCode(w.NewPaying(nil).Event(t.Context(), good, nil), paying.CodeCardOff)

		// The event says nothing about money: the processor is asked.
		apptest.Check(t, "not paid yet", w.refresh(o.Operation), payment.IntentPending)
		w.gateway.pay(o.Operation)
		if err := send(good, "ev_2 "+o.Operation.String()); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "paid", w.refresh(o.Operation), payment.IntentSucceeded)
		apptest.Check(t, "paid, again", w.refresh(o.Operation), payment.IntentSucceeded)
		apptest.Check(t, "payments", len(w.Payments(h)), 1)
		w.VerifyClean()
	})
}

// Return, webhook, poll and sweep meet: one payment.
func TestEverybodyLooksAtTheSameTime(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.order(h, "124.50")
		w.open(o)
		w.gateway.pay(o.Operation)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				i, err := w.s.Refresh(t.Context(), o.Operation)
				if err != nil || i.State != payment.IntentSucceeded {
					t.Errorf("%s, %v", i.State, err)
				}
			})
		}
		all.Wait()
		apptest.Check(t, "payments", len(w.Payments(h)), 1)
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		w.VerifyClean()
	})
}

// Two tabs send the same form at the same time: one page.
func TestTwoTabsOpenOnePage(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		o := w.order(w.renewed(), "124.50")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if url, err := w.s.PayByCard(t.Context(), o); err != nil || url != "https://cards.test/cs_"+o.Operation.String() {
					t.Errorf("%q, %v", url, err)
				}
			})
		}
		all.Wait()
		apptest.Check(t, "pages", len(w.gateway.sessions), 1)
		apptest.Check(t, "state", w.state(o.Operation), payment.IntentPending)
	})
}

func TestAbandon(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		paid bool
		want payment.IntentState
	}{
		"a page that was left":           {false, payment.IntentCanceled},
		"a page that was paid meanwhile": {true, payment.IntentSucceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachTill(t, func(t *testing.T, w *till) {
				h := w.renewed()
				o := w.order(h, "124.50")
				w.open(o)
				if row.paid {
					w.gateway.pay(o.Operation)
				}
				w.gateway.fail("Close", fails)
				if _, err := w.s.Abandon(t.Context(), o.Operation); !errors.Is(err, errSilent) {
					t.Fatalf("got %v", err)
				}
				apptest.Check(t, "while the processor is silent", w.state(o.Operation), payment.IntentUnknown)
				for range 2 {
					i, err := w.s.Abandon(t.Context(), o.Operation)
					if err != nil {
						t.Fatal(err)
					}
					apptest.Check(t, "state", i.State, row.want)
				}
				w.gateway.pay(o.Operation) // the payer comes back to the page
				want := map[bool]int{true: 1}[row.paid]
				apptest.Check(t, "charges and payments", []int{w.gateway.charged(), len(w.Payments(h))}, []int{want, want})
				w.VerifyClean()
			})
		})
	}
}

// The sweep leaves alone whoever is on the page, and closes a page that has
// run out, so that nobody pays a bill of long ago.
func TestSweepClosesPagesThatRanOut(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.order(h, "124.50")
		w.open(o)
		w.sweep(payment.CardPageLife - time.Minute)
		apptest.Check(t, "still on the page", w.state(o.Operation), payment.IntentPending)
		w.sweep(2 * time.Minute)
		apptest.Check(t, "run out", w.state(o.Operation), payment.IntentCanceled)
		w.gateway.pay(o.Operation)
		apptest.Check(t, "charges", w.gateway.charged(), 0)
		_, err := w.s.PayByCard(t.Context(), o)
		w.wantCode(err, paying.CodeFinished)
	})
}

// Who gave an e-mail address and went away is told that nothing was taken, unless
// they paid in another way; who is there sees it.
func TestNoPaymentIsToldToWhoWentAway(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		told := 0
		w.Jobs.Receipt = func() error { told++; return nil }
		for name, c := range map[string]struct {
			email string
			then  func(o paying.Order) error
			want  bool
		}{
			"gone away":  {"ana@example.org", func(paying.Order) error { return nil }, true},
			"no address": {"", func(paying.Order) error { return nil }, false},
			"still there": {"ana@example.org", func(o paying.Order) error {
				_, err := w.s.Refresh(t.Context(), o.Operation)
				return err
			}, false},
			"paid by bank since": {"ana@example.org", func(o paying.Order) error {
				_, err := w.s.PayByBank(t.Context(), w.bankOrder(apptest.Household{Account: o.Account}, "40.00"))
				return err
			}, false},
		} {
			o := w.order(w.renewed(), "30.00")
			o.Email = c.email
			w.open(o)
			w.gateway.end(o.Operation, payment.OutcomeDeclined, payment.DeclineFunds)
			if err := c.then(o); err != nil {
				t.Fatal(err)
			}
			told = 0
			w.sweep(time.Minute)
			apptest.Check(t, name+": state", w.state(o.Operation), payment.IntentDeclined)
			apptest.Check(t, name+": told", told > 0, c.want)
		}
	})
}

// A page that was never made may still be: the payer who comes back within its
// life gets it, and afterwards the payment is given up (nobody saw a page).
func TestPaymentWithoutAPageIsGivenUpOnlyWhenItRanOut(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		returning, gone := w.order(h, "50.00"), w.order(h, "60.00")
		for _, o := range []paying.Order{returning, gone} {
			w.gateway.fail("Open", fails)
			_, err := w.s.PayByCard(t.Context(), o)
			w.wantCode(err, paying.CodeCardSilent)
		}
		w.sweep(payment.CardPageLife - 5*time.Minute)
		apptest.Check(t, "the processor knows no page", w.state(returning.Operation), payment.IntentCreated)
		w.open(returning)
		w.sweep(6 * time.Minute)
		apptest.Check(t, "gone", w.state(gone.Operation), payment.IntentExpired)
		apptest.Check(t, "run out", w.state(returning.Operation), payment.IntentCanceled)
	})
}

func TestUnknownOperation(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		id := w.s.NewOperation()
		for name, ask := range map[string]func(context.Context, payment.OperationID) (payment.Intent, error){
			"refresh": w.s.Refresh, "abandon": w.s.Abandon, "intent": w.s.Intent,
		} {
			if _, err := ask(t.Context(), id); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.s.Receipt(t.Context(), id); fault.KindOf(err) != fault.NotFound {
			t.Errorf("receipt: %v", err)
		}
	})
}

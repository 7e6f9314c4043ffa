package paying_test

import (
	"context"
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store/storetest"
)

// debit is one payment from a bank account, from the form to the entry that
// waits for the bank's file.
type debit struct {
	*journey
	order paying.BankOrder
	paid  payment.Payment
}

func (d *debit) check() error {
	return d.request(func(ctx context.Context) (err error) {
		d.order.ValidationRef, err = d.s.CheckBank(ctx, d.order.Bank)
		return err
	})
}

func (d *debit) pay() error {
	return d.request(func(ctx context.Context) (err error) {
		d.paid, err = d.s.PayByBank(ctx, d.order)
		return err
	})
}

// again does a step once more if it failed and the payer tries again, which
// must go well.
func (d *debit) again(err error, triesAgain bool, step func() error) error {
	d.t.Helper()
	if err == nil || !triesAgain {
		return err
	}
	if err = step(); err != nil {
		d.t.Fatalf("the second try: %v", err)
	}
	return nil
}

// checkFails makes the validation service, or us beside it, fail.
func (d *debit) checkFails(how failure) {
	d.Validator.During = func() error {
		d.Validator.During = nil
		if how == killedBefore || how == killedAfter {
			panic(errKilled)
		}
		return errSilent
	}
}

const (
	atCheck   stage = "check"
	atRequest stage = "request"
	atPost    stage = "post"
)

// debitSteps are the places where a payment from a bank account can break. A
// commit that breaks on its way is TestBankPaymentWhoseCommitBreaks.
var debitSteps = []struct {
	stage stage
	spoil func(*debit, failure)
	after bool // a failure after the step leaves it done
}{
	{atCheck, (*debit).checkFails, false},
	{atRequest, func(d *debit, how failure) {
		d.unheard = how == fails || how == killedBefore
		d.deaf = !d.unheard
	}, true},
	{atPost, func(d *debit, how failure) { d.settleFails(how) }, true},
}

// The fault table of bank payments: whatever breaks, there is one debit for the
// bank and one payment in the books, or neither; neither only if nobody was told
// of a payment and nobody tried again.
func TestEveryFaultOfABankPaymentEndsWithOneDebitOrNone(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		for _, step := range debitSteps {
			for _, how := range []failure{fails, failsButApplied, killedBefore, killedAfter} {
				for payer, triesAgain := range payers {
					w.row(t, fmt.Sprintf("%s %s, the payer %s", step.stage, how, payer), func(t *testing.T) {
						h := w.renewed()
						d := &debit{journey: &journey{till: w}, order: w.bankOrder(h, "124.50")}
						d.travel(step.stage, func() { step.spoil(d, how) }, triesAgain)
						applied := step.after && (how == failsButApplied || how == killedAfter)
						d.arrive(h, triesAgain || applied)
					})
				}
			}
		}
		w.VerifyClean()
	})
}

func (d *debit) travel(at stage, spoil func(), triesAgain bool) {
	d.t.Helper()
	if at == atCheck {
		spoil()
	}
	err := d.check()
	if err == nil == (at == atCheck) {
		d.t.Fatalf("the check of the account: %v", err)
	}
	if d.again(err, triesAgain, d.check) != nil {
		return
	}
	if at != atCheck {
		spoil()
	}
	if err = d.pay(); err == nil == (at != atCheck) {
		d.t.Fatalf("the payment: %v", err)
	}
	_ = d.again(err, triesAgain, d.pay)
}

// arrive lets the payer press once more on a page that was left open if it is
// paid, and counts.
func (d *debit) arrive(h apptest.Household, paid bool) {
	d.t.Helper()
	want, state, owed := 0, payment.IntentState(""), "124.50"
	if paid {
		want, state, owed = 1, payment.IntentSucceeded, "0.00"
		first := d.paid.Confirmation
		if err := d.pay(); err != nil || first != "" && d.paid.Confirmation != first {
			d.t.Errorf("pressed again: %v, %s and then %s", err, first, d.paid.Confirmation)
		}
	}
	d.runSweep()
	debits := d.Rows(fmt.Sprintf("SELECT state FROM ach_entry WHERE id_text(account_id) = '%s'", h.Account))
	apptest.Check(d.t, "debits and payments", []int{len(debits), len(d.Payments(h))}, []int{want, want})
	apptest.Check(d.t, "state", d.state(d.order.Operation), state)
	apptest.Check(d.t, "owed", d.Owed(h).String(), owed)
}

// The connection breaks in the commit itself: the payer hears that nobody knows,
// and whoever asks again with the same order learns or brings about the one
// payment.
func TestBankPaymentWhoseCommitBreaks(t *testing.T) {
	t.Parallel()
	c := virtual.Standing(storetest.Noon)
	db, wire := storetest.OpenWired(t, c, true)
	w := &till{World: apptest.New(t, db, c), t: t, gateway: newFakeGateway()}
	w.restart()
	for name, row := range map[string]struct {
		how     storetest.Break
		applied payment.IntentState
	}{
		"lost":                     {storetest.LoseCommit, ""},
		"applied, the answer lost": {storetest.LoseAnswer, payment.IntentSucceeded},
	} {
		for payer, triesAgain := range payers {
			w.row(t, name+", the payer "+payer, func(t *testing.T) {
				h := w.renewed()
				d := &debit{journey: &journey{till: w}, order: w.bankOrder(h, "124.50")}
				wire.Break(row.how)
				err := d.pay()
				if !fault.Is(err, fault.CodeUnknownOutcome) || !wire.Broken() {
					t.Fatalf("got %v, want that nobody knows", err)
				}
				apptest.Check(t, "state", d.state(d.order.Operation), row.applied)
				d.paid = payment.Payment{}
				_ = d.again(err, triesAgain, d.pay)
				d.arrive(h, triesAgain || row.applied != "")
			})
		}
	}
	w.VerifyClean()
}

package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/store"
)

const agreed = "By selecting Turn on AutoPay you let Bay Harbor Health Marketplace take the amount due on your bill from the account above on the 23rd of each month."

func instant(text string) civil.Instant {
	at, err := civil.ParseInstant(text)
	if err != nil {
		panic(err)
	}
	return at
}

// autoPay is the draft of the December bill, with another amount than November's.
func autoPay() *notifying.AutoPay {
	return &notifying.AutoPay{
		Draft: mandate.Draft{
			Month: december, DebitOn: due, SettleOn: due, Noticed: money.Cents(24900), State: mandate.Planned,
			Before: mandate.Before{Last: money.Cents(10950), Usual: money.Cents(12450)},
		},
		Bank: store.StoredBank{HolderName: "Maria Souza", Type: payment.AccountChecking, LastFour: "5678"}, StopBy: instant("2026-11-21T01:00:00Z"), AskOver: money.Cents(18675),
	}
}

func autoPayBill(change func(*notifying.AutoPay)) sample {
	return func(w letters.Writer) (notifying.Words, error) {
		b := billed()
		b.AutoPay = autoPay()
		change(b.AutoPay)
		return w.Bill(b)
	}
}

// waiting is a bill whose bank account is not confirmed yet.
func waiting(w ach.Wait, change func(*notifying.AutoPay)) sample {
	return autoPayBill(func(x *notifying.AutoPay) {
		x.Wait = &mandate.Wait{Wait: w, By: instant("2026-11-21T01:00:00Z")}
		if change != nil {
			change(x)
		}
	})
}

// waitSamples are the letters of bills that AutoPay takes only if its bank
// account is confirmed in time.
func waitSamples() map[string]letterSample {
	asked := ach.Wait{Asked: true, Open: true, ArrivesOn: date("2026-11-04"), AnswerBy: date("2026-11-30")}
	coming := ach.Wait{Asked: true, ArrivesOn: date("2026-11-04")}
	late := func(x *notifying.AutoPay) { x.Wait.Late = true }
	ask := func(x *notifying.AutoPay) { x.State, x.Reason = mandate.Held, mandate.ReasonOverCap }
	const title, held, until = "Your bill is ready, and AutoPay waits", "AutoPay is waiting for you", "by 8:00 p.m. Eastern time on November 20"
	return map[string]letterSample{
		"autopay_waits": {waiting(asked, nil), title, []string{
			"$249.00 is due Monday, November 23, 2026 for December 2026 coverage.", "account ending in 5678 is not confirmed yet", until + ", we take $249.00 from it on November 23.",
			"pay another way by Monday, November 23, 2026.", "Sign in and enter them.", "/account/methods", "Pay now",
		}},
		"autopay_waits_coming": {waiting(coming, nil), title, []string{"They arrive on Wednesday, November 4, 2026. Then sign in and enter them."}},
		"autopay_waits_bank":   {waiting(ach.Wait{}, nil), title, []string{until, "We have asked the bank about it."}},
		"autopay_waits_late":   {waiting(coming, late), title, []string{"AutoPay does not take this bill", "Please pay it another way."}},
		"autopay_waits_weekend": {waiting(asked, func(x *notifying.AutoPay) { x.DebitOn, x.SettleOn = date("2026-05-23"), date("2026-05-26") }), title, []string{
			"your bank moves the money on Tuesday, May 26, 2026.",
		}},
		"autopay_waits_first": {func(w letters.Writer) (notifying.Words, error) {
			b := firstBilled()
			b.AutoPay = autoPay()
			b.AutoPay.Wait = &mandate.Wait{Wait: asked, By: instant("2026-11-21T01:00:00Z")}
			return w.Bill(b)
		}, "Finish your enrollment: make your first payment", []string{"Your coverage starts after your first payment.", until}},
		"autopay_waits_part": {func(w letters.Writer) (notifying.Words, error) {
			b := billed()
			b.Part = autoPay()
			b.Part.Noticed, b.Part.Wait = money.Cents(12450), &mandate.Wait{Wait: asked, By: instant("2026-11-21T01:00:00Z")}
			return w.Bill(b)
		}, "Your new bill is ready", []string{until + ", we take $124.50 from it on November 23.", "Please pay the rest yourself"}},
		"autopay_held_waits": {waiting(asked, ask), held, []string{"if you say yes and the bank account ending in 5678 is confirmed " + until}},
		"autopay_held_too_late": {waiting(coming, func(x *notifying.AutoPay) { ask(x); late(x) }), held, []string{
			"AutoPay can't take this bill", "Pay it now another way.",
		}},
	}
}

func held(reason mandate.Reason) sample {
	return autoPayBill(func(x *notifying.AutoPay) { x.State, x.Reason = mandate.Held, reason })
}

func mandateLetter(kind mandate.LetterKind, change func(*notifying.Mandate)) sample {
	return func(w letters.Writer) (notifying.Words, error) {
		terms := mandate.Terms{Day: 23, Cap: money.Cents(18700), Notice: mandate.NoticeAlways}
		m := notifying.Mandate{
			Reader: reader(), Written: date("2026-11-20"), Kind: kind,
			Mandate: mandate.Mandate{Terms: terms, State: mandate.Active, StateOn: date("2026-11-20"), Version: 1},
			Grant:   mandate.Authorization{Version: 1, TextVersion: "autopay-1", Wording: agreed, Terms: terms, At: instant("2026-11-20T19:00:00Z")},
			Bank:    store.StoredBank{HolderName: "Maria Souza", Type: payment.AccountChecking, LastFour: "5678"},
		}
		if change != nil {
			change(&m)
		}
		return w.Mandate(m)
	}
}

func bankLetter(kind mandate.LetterKind, end ach.VerificationEnd, code string) sample {
	return mandateLetter(kind, func(m *notifying.Mandate) {
		m.Check = ach.Verification{AnswerBy: date("2026-12-07"), End: end, Code: code}
	})
}

// startWaitSamples are the letters that AutoPay is on, changed or on again while
// its bank account is not confirmed.
func startWaitSamples() map[string]letterSample {
	waits := func(kind mandate.LetterKind, w mandate.Wait) sample {
		return mandateLetter(kind, func(m *notifying.Mandate) {
			w.By = instant("2026-12-23T01:00:00Z")
			m.Wait, m.NextOn = &w, date("2026-12-23")
		})
	}
	const until = "by 8:00 p.m. Eastern time on December 22, AutoPay takes the payment of December 23."
	asked := mandate.Wait{Wait: ach.Wait{Asked: true, Open: true, ArrivesOn: date("2026-11-20")}}
	coming := mandate.Wait{Wait: ach.Wait{Asked: true, ArrivesOn: date("2026-11-24")}}
	late := coming
	late.Late = true
	return map[string]letterSample{
		"autopay_on_waits": {waits(mandate.LetterOn, coming), "AutoPay is on", []string{
			"the bank account ending in 5678 is not confirmed yet", until, "please pay your bill another way", "They arrive on Tuesday, November 24, 2026. Then sign in and enter them.", agreed,
		}},
		"autopay_on_waits_late": {waits(mandate.LetterOn, late), "AutoPay is on", []string{"It can't be in time for the payment of December 23.", "please pay your bill another way"}},
		"autopay_changed_waits": {waits(mandate.LetterChanged, asked), "Your AutoPay has changed", []string{until, "We sent two small amounts to the account.", "/account/methods"}},
		"autopay_resumed_waits": {waits(mandate.LetterResumed, mandate.Wait{}), "AutoPay is on again", []string{until, "We have asked the bank about it."}},
	}
}

// bankSamples are the letters about a bank account that is verified by
// micro-entries (ACH-11).
func bankSamples() map[string]letterSample {
	return map[string]letterSample{
		"bank_sent": {bankLetter(mandate.LetterBankSent, "", ""), "Look for two small amounts at your bank", []string{
			"ending in 5678", "less than $1.00", "ACCTVERIFY", "It costs you nothing.", "by Monday, December 7, 2026", "AutoPay waits too",
		}},
		"bank_confirmed": {bankLetter(mandate.LetterBankConfirmed, "", ""), "Your bank account is confirmed", []string{"ending in 5678", "You can pay with it now."}},
		"bank_corrected": {bankLetter(mandate.LetterBankCorrected, "", ""), "Your bank corrected an account that you saved", []string{"It ends in 5678 now.", "It is the same account."}},
		"bank_failed_wrong": {bankLetter(mandate.LetterBankFailed, ach.EndWrong, ""), "We could not confirm your bank account", []string{
			"There are no tries left.", "AutoPay is off", "another bank account",
		}},
		"bank_failed_expired": {bankLetter(mandate.LetterBankFailed, ach.EndExpired, ""), "We could not confirm your bank account", []string{"by December 7."}},
		"bank_failed_returned": {bankLetter(mandate.LetterBankFailed, ach.EndReturned, "R03"), "We could not confirm your bank account", []string{
			"The bank sent back", "your bank could not find the account",
		}},
		"autopay_not_taken_waits": {mandateLetter(mandate.LetterNotTaken, func(m *notifying.Mandate) {
			m.Draft = mandate.Draft{Noticed: money.Cents(12450), Reason: mandate.ReasonWaits}
			m.Standing = standing.Standing{TotalDue: money.Cents(12450), KeepsBy: date("2026-11-23")}
		}), "AutoPay did not take your payment", []string{"$124.50", "not confirmed yet", "pay it yourself this time"}},
	}
}

func off(reason mandate.Reason, due money.Amount) sample {
	return mandateLetter(mandate.LetterOff, func(m *notifying.Mandate) {
		m.Mandate.State, m.Mandate.Reason = mandate.Stopped, reason
		m.Standing = standing.Standing{TotalDue: due}
		if due.IsPositive() {
			m.Standing.KeepsBy = date("2026-11-23")
		}
	})
}

// autoPaySamples are the letters about AutoPay (M7, M7b, M12 with a retry, M13,
// M14).
func autoPaySamples() map[string]letterSample {
	return map[string]letterSample{
		"autopay_bill": {autoPayBill(func(*notifying.AutoPay) {}), "AutoPay: payment coming November 23", []string{
			"We will take $249.00 from your bank account ending in 5678 on Monday, November 23, 2026.", "It pays your bill for December 2026 coverage.", "The last AutoPay payment was $109.50.", "have the money in the account",
			"Change or stop it by 8:00 p.m. Eastern time on Friday, November 20, 2026.", "at least 3 business days before", "/account/autopay",
		}},
		"autopay_bill_weekend": {autoPayBill(func(x *notifying.AutoPay) {
			x.DebitOn, x.SettleOn, x.Noticed = date("2026-05-23"), date("2026-05-26"), x.Last
		}), "AutoPay: payment coming May 23", []string{
			"on Saturday, May 23, 2026.", "your bank moves the money on Tuesday, May 26, 2026. It counts as paid on May 23.",
		}},
		"autopay_part": {func(w letters.Writer) (notifying.Words, error) {
			b := billed()
			b.Part = autoPay()
			b.Part.Noticed = money.Cents(12450)
			return w.Bill(b)
		}, "Your new bill is ready", []string{"AutoPay takes $124.50 of it on November 23, as we told you before."}},
		"autopay_held": {held(mandate.ReasonOverLimit), "AutoPay is waiting for you", []string{
			"Your bill is $249.00. Your usual bill is $124.50.", "Above $186.75 we ask you first.", "Your bill is still due Monday, November 23, 2026.", "your tax credit changed", "If you can't pay",
		}},
		"autopay_held_cap":  {held(mandate.ReasonOverCap), "AutoPay is waiting for you", []string{"It is more than your safety limit of $186.75."}},
		"autopay_held_late": {held(mandate.ReasonNoticeLate), "AutoPay is waiting for you", []string{"we could not tell you at least 10 days before November 23."}},
		"autopay_on": {mandateLetter(mandate.LetterOn, nil), "AutoPay is on", []string{
			agreed, "Agreed to by Maria S. on November 20, 2026 at 2:00 p.m. Eastern time. Text version autopay-1.", "23 of each month, or the next bank day", "ending in 5678", "$187.00",
		}},
		"autopay_changed": {mandateLetter(mandate.LetterChanged, func(m *notifying.Mandate) { m.Grant.Cap = money.Zero }), "Your AutoPay has changed", []string{agreed, "copy of what you agreed to"}},
		"autopay_stopped": {mandateLetter(mandate.LetterStopped, func(m *notifying.Mandate) { m.Mandate.State = mandate.Stopped }), "AutoPay is off", []string{"pay each bill yourself"}},
		"autopay_stopping": {mandateLetter(mandate.LetterStopped, func(m *notifying.Mandate) { m.Mandate.StopOn = due }), "AutoPay stops after November 23", []string{
			"The payment of Monday, November 23, 2026 is the last one.",
		}},
		"autopay_paused":    {mandateLetter(mandate.LetterPaused, nil), "AutoPay is paused", []string{"because your coverage ended", "comes back by itself"}},
		"autopay_resumed":   {mandateLetter(mandate.LetterResumed, nil), "AutoPay is on again", []string{"from November 20, 2026", "ending in 5678", "You can stop it any time."}},
		"autopay_off":       {off(mandate.ReasonReturns, money.Cents(12450)), "We turned AutoPay off", []string{"returned AutoPay payments", "You now owe $124.50. Pay by Monday, November 23, 2026."}},
		"autopay_off_bank":  {off(mandate.ReasonBankAccount, money.Zero), "We turned AutoPay off", []string{"can't be used for AutoPay"}},
		"autopay_off_stop":  {off(mandate.ReasonBankStop, money.Zero), "We turned AutoPay off", []string{"stopped the AutoPay payment"}},
		"autopay_off_agree": {off(mandate.ReasonUnauthorized, money.Zero), "We turned AutoPay off", []string{"you did not agree"}},
		"autopay_not_taken": {mandateLetter(mandate.LetterNotTaken, func(m *notifying.Mandate) {
			m.Draft.Noticed, m.Standing = money.Cents(12450), standing.Standing{TotalDue: money.Cents(12450), KeepsBy: date("2026-11-23")}
		}), "AutoPay did not take your payment", []string{"AutoPay would take $124.50. So we did not take it.", "Pay by Monday, November 23, 2026."}},
		"returned_retry": {func(w letters.Writer) (notifying.Words, error) {
			r := returned("R01")
			r.RetryOn = date("2026-11-18")
			return w.Returned(r)
		}, "Your bank returned your payment", []string{"AutoPay tries once more on Wednesday, November 18, 2026, for the same amount."}},
		"returned_retry_late": {func(w letters.Writer) (notifying.Words, error) {
			r := returned("R01")
			r.RetryOn = date("2026-11-25")
			return w.Returned(r)
		}, "Your bank returned your payment", []string{"AutoPay tries once more on Wednesday, November 25, 2026", "That is too late for this bill."}},
	}
}

// The paper of a bill that AutoPay pays has no slip to pay it with; one that
// waits for its reader has (brief 16).
func TestThePaperBillOfAutoPay(t *testing.T) {
	t.Parallel()
	for name, slip := range map[string]bool{"autopay_bill": false, "autopay_held": true, "bill_monthly": true, "autopay_waits": true, "autopay_waits_late": true} {
		w, err := samples()[name].write(writerOf(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Bill.Slip != nil; got != slip {
			t.Errorf("%s: a slip: %t", name, got)
		}
		for _, way := range w.Bill.Ways.Ways {
			if strings.Contains(way.Text, "slip") && !slip {
				t.Errorf("%s has no slip and says: %s", name, way.Text)
			}
		}
		if got := w.Bill.Amount.Note != ""; got != (name != "bill_monthly") {
			t.Errorf("%s: note %q", name, w.Bill.Amount.Note)
		}
	}
}

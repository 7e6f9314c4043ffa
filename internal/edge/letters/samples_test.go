package letters_test

import (
	"maps"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/web"
)

// reader is Maria, who gets letters in all ways.
func reader() notifying.Reader {
	return notifying.Reader{
		Account: enrollment.AccountID{UUID: ident.UUID{15: 9}}, FirstName: "Maria", LastName: "Souza", SubscriberID: ident.NewSubscriberID(70010000001),
		BillingNumber: "700000001", Language: "en", Ways: notifying.Ways{Email: true, Print: true, Text: true},
	}
}

func date(s string) civil.Date { return civil.MustParseDate(s) }

func covered(state standing.State, kinds ...enrollment.Kind) []standing.EnrollmentStanding {
	all := make([]standing.EnrollmentStanding, len(kinds))
	for i, kind := range kinds {
		all[i] = standing.EnrollmentStanding{Kind: kind, State: state, Start: january}
	}
	return all
}

// pastDueSteps are the dates of R-DUE-1: January unpaid on the long track.
func pastDueSteps() []standing.Step {
	return []standing.Step{
		{On: date("2026-12-23"), Kind: standing.StepUnpaid, Month: january, Amount: money.Cents(10300)},
		{On: date("2027-01-01"), Kind: standing.StepGrace, Month: january, Here: true},
		{On: date("2027-01-23"), Kind: standing.StepPay, Amount: money.Cents(20600)},
		{On: date("2027-02-01"), Kind: standing.StepGrace, Month: january.Add(1)},
		{On: date("2027-02-23"), Kind: standing.StepPay, Amount: money.Cents(30900)},
		{On: date("2027-03-01"), Kind: standing.StepGrace, Month: january.Add(2)},
		{On: date("2027-03-23"), Kind: standing.StepLastDay, Month: january, Amount: money.Cents(41200)},
	}
}

func notice(kind standing.NoticeKind, written string, month civil.Month, amount int64, by string) notifying.Notice {
	n := notifying.Notice{
		Reader: reader(), Written: date(written), Kind: kind, Month: month, Amount: money.Cents(amount),
		Enrollments: covered(standing.StateActive, enrollment.KindMedical),
	}
	if by != "" {
		n.By = date(by)
	}
	return n
}

// sample writes one letter.
type sample func(w letters.Writer) (notifying.Words, error)

func of(n notifying.Notice) sample {
	return func(w letters.Writer) (notifying.Words, error) { return w.Notice(n) }
}

// changed is a notice with something else about it.
func changed(n notifying.Notice, change func(*notifying.Notice)) notifying.Notice {
	change(&n)
	return n
}

func january2027(s standing.State, change func(*standing.EnrollmentStanding)) []standing.EnrollmentStanding {
	e := covered(s, enrollment.KindMedical)
	change(&e[0])
	return e
}

// samples are all letters but receipts, each with what a reader must find in
// it.
func samples() map[string]letterSample {
	all := coverageSamples()
	maps.Copy(all, autoPaySamples())
	maps.Copy(all, bankSamples())
	maps.Copy(all, waiverSamples())
	maps.Copy(all, waitSamples())
	maps.Copy(all, twiceSamples())
	maps.Copy(all, startWaitSamples())
	return all
}

// letterSample is a letter with its subject and what it says besides.
type letterSample struct {
	write   sample
	subject string
	says    []string
}

func coverageSamples() map[string]letterSample {
	pastDue := changed(notice(standing.NoticePastDue, "2027-01-02", january, 20600, "2027-01-23"), func(n *notifying.Notice) {
		n.Dates, n.Ends = []standing.Timeline{{Steps: pastDueSteps()}}, january
		n.Enrollments = covered(standing.StatePastDue, enrollment.KindMedical, enrollment.KindDental)
	})
	warning := changed(notice(standing.NoticeEndWarning, "2027-03-01", january.Add(2), 41200, "2027-03-23"), func(n *notifying.Notice) {
		n.Dates, n.Ends = []standing.Timeline{{Steps: pastDueSteps()}}, january
		n.Enrollments = january2027(standing.StatePastDue, func(e *standing.EnrollmentStanding) { e.EndsBy = date("2027-03-23") })
	})
	ended := changed(notice(standing.NoticeEnded, "2027-03-31", january, 0, ""), func(n *notifying.Notice) {
		n.Enrollments = january2027(standing.StateEnded, func(e *standing.EnrollmentStanding) { e.Unpaid = money.Cents(10300) })
		n.Restart = standing.Restart{
			Kinds: []enrollment.Kind{enrollment.KindMedical}, Amount: money.Cents(41200), Until: date("2027-04-23"),
			Later: money.Cents(51500), By: date("2027-05-05"),
		}
	})
	gone := changed(ended, func(n *notifying.Notice) {
		n.Restart = standing.Restart{}
		n.Enrollments = january2027(standing.StateEnded, func(e *standing.EnrollmentStanding) { e.Kind = enrollment.KindDental })
	})
	stands := notice(standing.NoticeStands, "2027-04-02", january, 0, "")
	standsOwing := changed(stands, func(n *notifying.Notice) {
		n.Enrollments = january2027(standing.StatePastDue, func(e *standing.EnrollmentStanding) {
			e.Unpaid, e.CureBy = money.Cents(20600), date("2027-04-23")
		})
	})
	standsOther := changed(stands, func(n *notifying.Notice) { n.Enrollments = covered(standing.StatePending, enrollment.KindMedical) })
	return map[string]letterSample{
		"start_reminder": {of(notice(standing.NoticeStartReminder, "2026-12-16", january, 12450, "2026-12-23")), "Your coverage has not started yet", []string{
			"Pay $124.50 by Wednesday, December 23, 2026 to be covered from January 1, 2027.", "From December 16, you have 7 days left.",
		}},
		"start_reminder_last": {of(notice(standing.NoticeStartReminder, "2026-12-23", january, 12450, "2026-12-23")), "Your coverage has not started yet", []string{
			"Today is the last day.", "Mail may not come in time.",
		}},
		"started": {of(changed(notice(standing.NoticeStarted, "2026-12-10", january, 0, ""), func(n *notifying.Notice) {
			n.Enrollments[0].Basis.Needed = money.Cents(12450)
		})), "Your coverage starts. Here's what happens next", []string{
			"You are covered from January 1, 2027.", "December 17, 2026: your plan confirms your coverage.", "January 23, 2027: your next payment is due.",
		}},
		"started_for_nothing": {of(notice(standing.NoticeStarted, "2026-12-10", january, 0, "")), "Your coverage starts. Here's what happens next", []string{
			"January 1, 2027: your coverage starts.",
		}},
		"start_moved": {of(notice(standing.NoticeStartMoved, "2026-12-24", january.Add(1), 12450, "2027-01-23")), "Your coverage did not start on January 1", []string{
			"You can still start on February 1, 2027. Pay $124.50 by Saturday, January 23, 2027.",
		}},
		"not_started": {of(notice(standing.NoticeNotStarted, "2027-02-24", january.Add(2), 0, "")), "Your coverage did not start", []string{
			"You are not covered from March 1, 2027, and you owe nothing for it.", "right to appeal",
		}},
		"due_reminder": {of(notice(standing.NoticeDueReminder, "2026-11-18", december, 12450, "2026-11-23")), "Your bill is due November 23", []string{
			"Pay $124.50 by Monday, November 23, 2026.",
		}},
		"past_due": {of(pastDue), "Your payment is past due", []string{
			"You now owe $206.00.", "Pay all of it by Saturday, January 23, 2027 to stay covered.", "your health plan and your dental plan",
			"January 23, 2027: Pay $206.00 by this day to stay covered.",
			"March 23, 2027: Last day. Pay $412.00, or your coverage ends and goes back to January 31, 2027.", "hardship waiver", "right to appeal",
		}},
		"end_warning": {of(warning), "Act by March 23 to keep your coverage", []string{
			"You owe $412.00. Pay all of it by Tuesday, March 23, 2027 to keep your coverage.",
			"If you don't pay by March 23, 2027, your coverage ends and goes back to January 31, 2027.", "your plan may not pay for your care",
		}},
		"ended": {of(ended), "Your coverage ended on January 31", []string{
			"Your coverage ended on January 31, 2027. Care after that day is not covered.", "You still owe $103.00",
			"Pay $412.00 by Friday, April 23, 2027. Then your coverage comes back with no gap.",
			"The last day is Wednesday, May 5, 2027, and then it takes $515.00.", "right to appeal",
		}},
		"ended_for_good": {of(gone), "Your coverage ended on January 31", []string{
			"You can't have it back by paying now.", "your dental plan", "right to appeal",
		}},
		"reinstated": {of(notice(standing.NoticeReinstated, "2027-04-20", january.Add(1), 0, "")), "You have your coverage back", []string{
			"You are covered again from February 1, 2027, with no gap.",
		}},
		"stands": {of(stands), "A letter from us no longer counts", []string{"you paid in time", "You are covered from January 1, 2027."}},
		"stands_relief": {of(changed(stands, func(n *notifying.Notice) { n.Rule = "R-DUE-8" })), "A letter from us no longer counts", []string{
			"We decided to give you relief",
		}},
		"stands_extended": {of(changed(stands, func(n *notifying.Notice) { n.Rule = "R-CAL-3" })), "A letter from us no longer counts", []string{
			"You had more time to pay.",
		}},
		"stands_owing": {of(standsOwing), "A letter from us no longer counts", []string{"pay $206.00 by Friday, April 23, 2027."}},
		"stands_other": {of(standsOther), "A letter from us no longer counts", []string{"Your coverage stands as it was before that letter."}},
		"returned": {func(w letters.Writer) (notifying.Words, error) { return w.Returned(returned("R01")) }, "Your bank returned your payment", []string{
			"Your bank sent back the $124.50 that you paid on November 10, 2026.", "there was not enough money in the account",
			"You now owe $249.00. Pay by Monday, November 23, 2026.", "We charge no fee for this.",
		}},
		"returned_first": {func(w letters.Writer) (notifying.Words, error) {
			r := returned("R01")
			r.Standing.Enrollments = covered(standing.StatePending, enrollment.KindMedical)
			return w.Returned(r)
		}, "Your bank returned your payment", []string{"Your coverage has not started."}},
		"returned_first_dental": {func(w letters.Writer) (notifying.Words, error) {
			r := returned("R01")
			r.Standing.Enrollments = append(covered(standing.StateActive, enrollment.KindMedical), covered(standing.StatePending, enrollment.KindDental)...)
			return w.Returned(r)
		}, "Your bank returned your payment", []string{"Your dental plan has not started."}},
		"cancelled": {of(changed(notice(standing.NoticeCancelled, "2027-01-20", january, 0, ""), func(n *notifying.Notice) {
			n.Enrollments[0].Unpaid = money.Cents(10300)
		})), "Your coverage ends on January 31", []string{"You are covered until January 31, 2027.", "You still owe $103.00", "right to appeal"}},
		"cancelled_past": {of(notice(standing.NoticeCancelled, "2027-03-20", january, 0, "")), "Your coverage ended on January 31", []string{
			"It ended on January 31, 2027.",
		}},
		"cancelled_never": {of(notice(standing.NoticeCancelled, "2026-12-20", december, 0, "")), "Your coverage is canceled", []string{
			"before it began", "you owe nothing for it",
		}},
		"returned_nothing_due": {func(w letters.Writer) (notifying.Words, error) {
			r := returned("R99")
			r.Standing = standing.Standing{}
			return w.Returned(r)
		}, "Your bank returned your payment", []string{"You owe nothing right now.", "Ask your bank for the reason."}},
		"returned_too_late": {func(w letters.Writer) (notifying.Words, error) {
			r := returned("R02")
			r.Standing.KeepsBy = civil.Date{}
			return w.Returned(r)
		}, "Your bank returned your payment", []string{"You now owe $249.00. Pay it as soon as you can.", "the account is closed"}},
		"returned_reversed": {func(w letters.Writer) (notifying.Words, error) { return w.Returned(returned(ach.CodeReversal)) }, "We are giving a payment back", []string{
			"by mistake. That was our error.", "We are sending the money back to the same account.",
		}},
		"returned_not_taken": {func(w letters.Writer) (notifying.Words, error) { return w.Returned(returned(ach.CodeDisputed)) }, "We did not take your AutoPay payment", []string{
			"We were going to take $124.50 from your bank account for November 10.", "your bank told us that you did not agree to AutoPay. AutoPay is off.",
			"You now owe $249.00. Pay by Monday, November 23, 2026.",
		}},
		"refund": {func(w letters.Writer) (notifying.Words, error) {
			return w.Refunded(notifying.Refunded{Reader: reader(), Written: date("2027-03-01"), Amount: money.Cents(4000), Payment: returned("").Payment})
		}, "Your refund is on the way", []string{"We are sending $40.00 back to your bank account ending in 5678.", "You don't have to do anything."}},
		"extended": {func(w letters.Writer) (notifying.Words, error) {
			return w.Extended(notifying.Extended{
				Reader: reader(), Written: date("2026-11-24"), Due: due, Until: date("2026-11-30"), Standing: standing.Standing{TotalDue: money.Cents(12450)},
			})
		}, "You have more time to pay", []string{
			"Your payment was due November 23, 2026. You now have until Monday, November 30, 2026. Pay $124.50 by then, and it counts as on time.",
		}},
		"extended_back": {func(w letters.Writer) (notifying.Words, error) {
			return w.Extended(notifying.Extended{
				Reader: reader(), Written: date("2027-05-06"), Due: date("2027-05-05"), Until: date("2027-05-06"), Back: money.Cents(51500),
				Standing: standing.Standing{TotalDue: money.Cents(10300)},
			})
		}, "You have more time to pay", []string{
			"The last day to have your coverage back was May 5, 2027. It is now Thursday, May 6, 2027. Pay $515.00 by then",
		}},
		"extended_arrangement": {func(w letters.Writer) (notifying.Words, error) {
			e := standing.EnrollmentStanding{State: standing.StatePastDue, Arrangement: standing.ArrangementKept}
			return w.Extended(notifying.Extended{
				Reader: reader(), Written: date("2027-02-16"), Due: date("2027-02-15"), Until: date("2027-02-16"),
				Standing: standing.Standing{Enrollments: []standing.EnrollmentStanding{e}, TotalDue: money.Cents(30900), KeepsCoverage: money.Cents(17100)},
			})
		}, "You have more time to pay", []string{"You now have until Tuesday, February 16, 2027. Pay $171.00 by then"}},
		"bill_first": {func(w letters.Writer) (notifying.Words, error) { return w.Bill(firstBilled()) }, "Finish your enrollment: make your first payment", []string{
			"Pay $124.50 by Monday, November 23, 2026 to be covered from December 1, 2026.", "ends " + reader().SubscriberID.LastFour(),
		}},
		"bill_monthly": {func(w letters.Writer) (notifying.Words, error) { return w.Bill(billed()) }, "Your new bill is ready", []string{
			"$249.00 is due Monday, November 23, 2026 for December 2026 coverage.", "This includes $124.50 that is past due.",
		}},
		"bill_two_plans": {func(w letters.Writer) (notifying.Words, error) {
			b := billed()
			b.Standing.Enrollments = []standing.EnrollmentStanding{
				pastDueCoverage(enrollment.KindMedical, standing.StatePastDue), pastDueCoverage(enrollment.KindDental, standing.StatePastDue),
			}
			b.Standing.Steps = append(numbered(0, ladder(10950)...), numbered(1, short(1500)...)...)
			return w.Bill(b)
		}, "Your new bill is ready", []string{"This includes $124.50 that is past due."}},
		"bill_nothing_due": {func(w letters.Writer) (notifying.Words, error) {
			b := billed()
			b.Bill.Total, b.Bill.Reasons = money.Cents(-500), nil
			return w.Bill(b)
		}, "Your new bill is ready", []string{"You have $0.00 to pay for December 2026 coverage."}},
	}
}

func returned(code string) notifying.Returned {
	return notifying.Returned{
		Reader: reader(), Written: date("2026-11-12"), Code: code, On: date("2026-11-12"),
		Payment:  payment.Payment{Amount: money.Cents(12450), EffectiveOn: date("2026-11-10"), Method: payment.MethodBank, LastFour: "5678"},
		Standing: standing.Standing{TotalDue: money.Cents(24900), KeepsBy: due},
	}
}

// firstBilled is a bill whose payment starts coverage.
func firstBilled() notifying.Bill {
	b := billed()
	b.Bill.Kind, b.Bill.Lines, b.Bill.Reasons, b.Standing = bill.KindEnrollment, b.Bill.Lines[2:], nil, standing.Standing{}
	b.Unpaid = standing.Standing{Enrollments: covered(standing.StatePending, enrollment.KindMedical), Conclusions: []standing.Conclusion{
		{Kind: standing.DecisionRoll, Month: january, Basis: standing.Basis{Month: december}},
	}}
	b.Bill.Total = money.Cents(12450)
	return b
}

// billed is the December bill of a household that has not paid November's.
func billed() notifying.Bill {
	november := december.Prev()
	steps := []standing.Step{
		{On: date("2026-10-23"), Kind: standing.StepUnpaid, Month: november, Amount: money.Cents(12450)},
		{On: date("2026-11-01"), Kind: standing.StepGrace, Month: november, Here: true},
		{On: date("2026-11-23"), Kind: standing.StepPay, Amount: money.Cents(24900)},
		{On: date("2026-12-23"), Kind: standing.StepPay, Amount: money.Cents(37350)},
		{On: date("2027-01-23"), Kind: standing.StepLastDay, Month: november, Amount: money.Cents(49800)},
	}
	return notifying.Bill{
		Reader: reader(), Written: date("2026-11-02"), Link: ident.NewConfirmation([]byte("the link of a bill in a test")),
		Bill: &bill.Bill{
			AccountID: reader().Account, Number: "10000042", Kind: bill.KindMonthly, Month: december, Revision: 1, IssuedOn: date("2026-11-01"), DueOn: due,
			Sections: []bill.Section{
				{Kind: enrollment.KindMedical, Plan: "Harbor Silver", Carrier: "Harbor Health Plan", Gross: money.Cents(51200), APTC: money.Cents(32000), State: money.Cents(8250), Member: money.Cents(10950)},
				{Kind: enrollment.KindDental, Plan: "Tide Dental", Carrier: "Tide Dental Plan", Gross: money.Cents(1500), Member: money.Cents(1500)},
			},
			Lines: []bill.Line{
				{Kind: bill.LinePrevious, On: date("2026-10-01"), Month: november, Amount: money.Cents(24900)},
				{Kind: bill.LinePayment, On: date("2026-10-20"), Amount: money.Cents(-12450)},
				{Kind: bill.LineCharge, EnrollmentKind: enrollment.KindMedical, Month: december, Amount: money.Cents(10950)},
				{Kind: bill.LineCharge, EnrollmentKind: enrollment.KindDental, Month: december, Amount: money.Cents(1500)},
			},
			Reasons: []bill.Reason{{Kind: bill.ReasonPastDue, Month: november, Amount: money.Cents(12450)}},
			Changes: []bill.Change{{Kind: bill.ReasonAPTC, EnrollmentKind: enrollment.KindMedical, Before: money.Cents(33000), After: money.Cents(32000)}},
			Total:   money.Cents(24900),
		},
		Standing: standing.Standing{
			Enrollments: []standing.EnrollmentStanding{{State: standing.StatePastDue, CureBy: due}}, Steps: steps,
			TotalDue: money.Cents(24900), PastDue: money.Cents(12450), KeepsBy: due,
		},
		Unpaid: standing.Standing{Enrollments: []standing.EnrollmentStanding{{State: standing.StatePastDue}}, Steps: steps},
		Events: []notifying.Event{
			{On: date("2026-10-01"), Kind: notifying.EventBill, Month: november, Amount: money.Cents(12450), Balance: money.Cents(24900)},
			{On: date("2026-10-20"), Kind: notifying.EventPayment, Amount: money.Cents(-12450), Balance: money.Cents(12450)},
			{On: date("2026-11-01"), Kind: notifying.EventBill, Month: december, Amount: money.Cents(12450), Balance: money.Cents(24900)},
		},
	}
}

func writerOf(t *testing.T) letters.Writer {
	t.Helper()
	return letters.Writer{Catalogue: words(t, web.Messages()), Profile: policy(t), BaseURL: base}
}

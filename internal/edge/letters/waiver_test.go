package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
)

// R-DUE-8: the paper bill names what is waived: of the month, of months before,
// in the history and in what changed.
func TestThePaperBillNamesWhatIsWaived(t *testing.T) {
	t.Parallel()
	b, half := billed(), money.Cents(5475)
	x := b.Bill
	x.Sections[0].Waived, x.Lines[2].Amount = half, half
	x.Lines = append(x.Lines[:2:2], append([]bill.Line{{Kind: bill.LineWaiver, On: date("2026-10-25"), Amount: money.Cents(-1000)}}, x.Lines[2:]...)...)
	x.Changes = []bill.Change{{Kind: bill.ReasonWaiver, After: half}}
	x.Total = x.SumLines()
	b.Events = append(b.Events[:2:2], append([]notifying.Event{
		{On: date("2026-10-25"), Kind: notifying.EventWaiver, Amount: money.Cents(-1000), Balance: money.Cents(11450)},
	}, b.Events[2:]...)...)
	w, err := writerOf(t).Bill(b)
	if err != nil {
		t.Fatal(err)
	}
	text := onPaper(t, w)
	const changed = "Your monthly cost went from $124.50 to $69.75: your hardship waiver changed on December 1, 2026."
	if !strings.Contains(text, changed) {
		t.Errorf("the bill does not say %q:\n%s", changed, text)
	}
	if n := strings.Count(text, "Taken off: hardship waiver"); n != 3 {
		t.Errorf("got %d rows that name a waiver, want one of the account, of the plan and of the history:\n%s", n, text)
	}
	printed(t, w)
}

// waived is the letter about half of January to March, granted on 2 January to
// who owes nothing.
func waived(change func(*notifying.WaiverDecided)) notifying.WaiverDecided {
	march := january.Add(2)
	d := notifying.WaiverDecided{
		Reader: reader(), Written: date("2027-01-03"),
		Decision: standing.WaiverDecision{
			Kind: standing.WaiverGranted, From: january, To: march, Waiver: standing.Waiver{From: january, To: march, Percent: 50},
			AppealBy: date("2027-02-01"), On: date("2027-01-02"),
		},
		Share: money.Cents(5150),
	}
	d.Coverage = covered(standing.StateActive, enrollment.KindMedical)[0]
	change(&d)
	d.Standing.Enrollments = []standing.EnrollmentStanding{d.Coverage}
	return d
}

// denied is the letter about three months that are not waived, to who is past due.
func denied(d *notifying.WaiverDecided) {
	d.Decision.Kind, d.Decision.Waiver, d.Decision.Cause = standing.WaiverDenied, standing.Waiver{}, string(collecting.DenyNoProof)
	d.Coverage.State, d.Coverage.CureBy, d.Coverage.Keeps = standing.StatePastDue, date("2027-01-23"), money.Cents(20600)
	d.Standing.TotalDue = money.Cents(20600)
}

// withdrawn is the letter about a waiver to June that ends with March.
func withdrawn(d *notifying.WaiverDecided) {
	x := &d.Decision
	x.Waiver.To, x.From, x.To = january.Add(5), january.Add(3), january.Add(5)
	x.Kind, x.Cause, x.On, x.AppealBy = standing.WaiverWithdrawn, string(collecting.WithdrawOver), date("2027-02-10"), date("2027-03-12")
	d.Written, d.Share = date("2027-02-10"), money.Cents(10300)
	d.Standing.TotalDue, d.Standing.KeepsBy = money.Cents(5150), date("2027-02-23")
}

func waiverSamples() map[string]letterSample {
	write := func(changes ...func(*notifying.WaiverDecided)) sample {
		return func(w letters.Writer) (notifying.Words, error) {
			return w.WaiverDecided(waived(func(d *notifying.WaiverDecided) {
				for _, change := range changes {
					change(d)
				}
			}))
		}
	}
	pending := func(d *notifying.WaiverDecided) {
		d.Coverage.State, d.Coverage.CureBy, d.Coverage.Keeps = standing.StatePending, date("2027-01-23"), money.Cents(5150)
		d.Standing.TotalDue = money.Cents(5150)
	}
	ended := func(d *notifying.WaiverDecided) {
		d.Coverage.State, d.Coverage.CoveredTo = standing.StateEnded, january.Prev()
		d.Coverage.Reinstate = standing.Reinstatement{By: date("2027-02-05"), Amount: money.Cents(15450)}
		d.Standing.TotalDue = money.Cents(5150)
		d.Standing.Restart = standing.Restart{
			Kinds: []enrollment.Kind{enrollment.KindMedical}, Amount: money.Cents(15450), Until: date("2027-02-05"), Later: money.Cents(15450), By: date("2027-02-05"),
		}
	}
	return map[string]letterSample{
		"waiver_granted": {write(), "Your hardship waiver is approved", []string{
			"It is for your coverage from January 2027 through March 2027.", "It takes 50% off what you pay each month.",
			"Taken off: hardship waiver", "From April 2027 on, you pay the full amount again.", "You owe nothing right now.",
			"You are covered.", "You have the right to appeal until Tuesday, February 2, 2027.",
		}},
		"waiver_granted_month": {write(pending, func(d *notifying.WaiverDecided) {
			d.Decision.Waiver = standing.Waiver{From: january, To: january, Percent: 100}
		}), "Your hardship waiver is approved", []string{
			"It is for your January 2027 coverage.", "You pay nothing for this time.",
			"Your coverage has not started. Pay $51.50 by Saturday, January 23, 2027 to start on January 1, 2027.",
		}},
		"waiver_granted_amount": {write(ended, func(d *notifying.WaiverDecided) {
			d.Decision.Waiver.Percent, d.Decision.Waiver.Amount = 0, money.Cents(6000)
			d.Coverage.Kind = enrollment.KindDental
		}), "Your hardship waiver is approved", []string{
			"It takes $60.00 off what you pay each month.", "This letter is about your dental plan.", "You now owe $51.50. Pay it as soon as you can.",
			"Your coverage ended on December 31, 2026. This letter does not change that.",
			"Pay $154.50 by Friday, February 5, 2027. Then your coverage comes back with no gap.",
		}},
		"waiver_denied": {write(denied), "We did not approve your hardship waiver", []string{
			"You asked for it for your coverage from January 2027 through March 2027.", "The reason: we did not get the papers that we asked for.",
			"Your bills stay as they are.", "You now owe $206.00. Pay by Saturday, January 23, 2027.",
			"You are covered. Pay $206.00 by Saturday, January 23, 2027 to stay covered.", "Ask if you can pay over several months.",
			"You have the right to appeal until Tuesday, February 2, 2027.", "Ask us to wait while we look at your appeal.",
		}},
		"waiver_withdrawn": {write(withdrawn), "Your hardship waiver ends", []string{
			"Your hardship waiver was to go on through June 2027. It ends with March 2027 coverage.", "the hardship is over",
			"What it took off through March 2027 stays off. You don't pay that back.",
			"From April 2027 on, you pay $103.00 a month. The bill for April 2027 comes on March 1, 2027.",
			"You now owe $51.50. Pay by Tuesday, February 23, 2027.", "You have the right to appeal until Friday, March 12, 2027.",
		}},
		"waiver_withdrawn_whole": {write(withdrawn, func(d *notifying.WaiverDecided) { d.Decision.Waiver.From = d.Decision.From }), "Your hardship waiver ends", []string{
			"Your hardship waiver was to begin with April 2027 coverage. It does not begin.",
		}},
	}
}

// Every cause and every state of coverage has words, and no letter names the
// hardship: others may open it.
func TestEveryDecisionOnAWaiverHasWords(t *testing.T) {
	t.Parallel()
	var said []string
	write := func(d notifying.WaiverDecided) string {
		w, err := writerOf(t).WaiverDecided(d)
		if err != nil {
			t.Error(err)
		}
		said = append(said, w.Text)
		return w.Text
	}
	for _, cause := range collecting.DenyCauses {
		write(waived(func(d *notifying.WaiverDecided) { denied(d); d.Decision.Cause = string(cause) }))
	}
	for _, cause := range collecting.WithdrawCauses {
		write(waived(func(d *notifying.WaiverDecided) { withdrawn(d); d.Decision.Cause = string(cause) }))
	}
	for state, want := range map[standing.State]string{
		standing.StatePending: "set to start on January 1, 2027", standing.StatePastDue: "no last day to pay", standing.StateEnding: "about to end",
		standing.StateEnded: "Your coverage ended on", standing.StateLapsed: "did not start", standing.StateActive: "You are covered.",
	} {
		if text := write(waived(func(d *notifying.WaiverDecided) { d.Coverage.State, d.Coverage.CoveredTo = state, january })); !strings.Contains(text, want) {
			t.Errorf("%s: want %q:\n%s", state, want, text)
		}
	}
	if _, err := writerOf(t).WaiverDecided(waived(func(d *notifying.WaiverDecided) { denied(d); d.Decision.Cause = "spite" })); err == nil {
		t.Error("a cause without words: got no error")
	}
	late := write(waived(func(d *notifying.WaiverDecided) { d.Written = civil.MustParseDate("2027-01-10") }))
	if !strings.Contains(late, "appeal until Tuesday, February 9, 2027") {
		t.Errorf("the days to appeal do not count from the letter:\n%s", late)
	}
}

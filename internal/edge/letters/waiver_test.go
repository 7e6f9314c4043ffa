package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
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

package app

import (
	"context"

	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/base/civil"
)

// eveningSteps are what is done once the cut-off has passed: what AutoPay takes
// comes before the file that it goes into. A step that fails holds the others
// up: what it does late would miss the file and move a day later. Without a line
// to the bank entries wait: a file that nobody sends would grow old. Carriers are
// told last, of everything that the day decided.
func (a *App) eveningSteps() []closing.Step {
	freeze := closing.Step{Name: stepFreeze, Needs: []string{stepPlan}, Evening: true, Run: a.freezeDrafts}
	carriers := closing.Step{Name: stepCarriers, Follows: []string{stepReview, stepFreeze}, Evening: true, Run: a.tellCarriers}
	if a.config.BankLink == nil {
		return []closing.Step{freeze, carriers}
	}
	return []closing.Step{
		freeze,
		{Name: stepACHFile, Needs: []string{stepFreeze}, Evening: true, Run: a.achFile},
		{Name: stepBankOut, Needs: []string{stepACHFile}, Evening: true, Run: a.bankOut},
		carriers,
	}
}

// achFile puts what waits into a file to the bank.
func (a *App) achFile(ctx context.Context, date civil.Date) (closing.Counts, error) {
	built, err := a.Originating.Build(ctx, date)
	return closing.Counts{
		{Name: "files", N: int64(built.Files)},
		{Name: "entries", N: int64(built.Entries)},
		{Name: "debit cents", N: built.Debits.Cents()},
		{Name: "credit cents", N: built.Credits.Cents()},
		{Name: "taken back", N: int64(built.Undone)},
		{Name: closing.SetAside, N: int64(built.ToLookAt())},
	}, err
}

// bankOut brings files to the bank and reads its word on them.
func (a *App) bankOut(ctx context.Context, date civil.Date) (closing.Counts, error) {
	sent, err := a.Originating.Send(ctx, date)
	return closing.Counts{
		{Name: "sent", N: int64(sent.Sent)},
		{Name: "acknowledged", N: int64(sent.Acknowledged)},
		{Name: closing.SetAside, N: int64(sent.ToLookAt())},
	}, err
}

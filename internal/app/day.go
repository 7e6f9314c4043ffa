package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
)

// The names of the business day's steps are stored and never change.
const (
	stepBankIn      = "bank-in"
	stepSettle      = "settle"
	stepOutages     = "outages"
	stepRefunds     = "refunds"
	stepFirstBills  = "first-bills"
	stepReview      = "review"
	stepNotices     = "notices"
	stepBillRun     = "bill-run"
	stepPlan        = "autopay-plan"
	stepBillLetters = "bill-letters"
	stepPrint       = "print"
	stepVerify      = "verify"
	stepFreeze      = "autopay-freeze"
	stepACHFile     = "ach-file"
	stepBankOut     = "bank-out"
	stepCarriers    = "carriers"
)

// steps is the business day (architecture section 7). What the bank has to say
// comes first: a payment that came back is judged as unpaid. When the bank does
// not answer, the day goes on: to be taken as paid does nobody harm. The review
// comes before the bill run, so that nobody is billed for coverage that has ended
// by then; and before first bills, since a start that it moves is billed anew
// (R-BIND-2) ahead of the letter that tells what to pay. AutoPay plans its debits
// between the bill run and the letters of the bills, which are their notice
// (REG-41), and takes what is still unpaid at the cut-off in the evening.
func (a *App) steps() []closing.Step {
	steps := []closing.Step{
		{Name: stepBankIn, Run: a.bankIn},
		{Name: stepSettle, Run: a.settle},
		{Name: stepOutages, Run: a.outages},
		{Name: stepReview, Needs: []string{stepSettle}, Run: a.review},
		{Name: stepRefunds, Needs: []string{stepReview}, Run: a.refunds},
		{Name: stepFirstBills, Needs: []string{stepReview}, Run: a.firstBills},
		{Name: stepNotices, Needs: []string{stepFirstBills}, Run: a.notices},
		{Name: stepBillRun, Needs: []string{stepReview}, Run: a.billRun},
		{Name: stepPlan, Needs: []string{stepBillRun}, Run: a.planDrafts},
		{Name: stepBillLetters, Needs: []string{stepBillRun, stepPlan}, Run: a.billLetters},
		{Name: stepPrint, Follows: []string{stepNotices, stepBillLetters}, Run: a.print},
	}
	if !a.config.VerifiesElsewhere {
		steps = append(steps, closing.Step{Name: stepVerify, Run: a.verify})
	}
	return append(steps, a.eveningSteps()...)
}

// settle asks the processor about payments whose outcome nobody knows, so that
// no account is judged as unpaid for lack of an answer.
func (a *App) settle(ctx context.Context, _ civil.Date) (closing.Counts, error) {
	settled, err := a.Paying.Sweep(ctx)
	return closing.Counts{{Name: "settled", N: int64(settled)}}, err
}

// firstBills issues what the jobs have not. It goes by today, also for a date
// that is run late: who has just selected coverage has the time from now on to
// pay (R-BILL-7).
func (a *App) firstBills(ctx context.Context, _ civil.Date) (closing.Counts, error) {
	accounts, err := a.Billing.FirstBills(ctx)
	return closing.Counts{{Name: "accounts", N: int64(accounts)}}, err
}

// outages gives everybody more time whose due date ended with the day before,
// if they could not pay for too long before its cut-off (R-CAL-3): ahead of the
// review, so that nobody is called past due meanwhile.
func (a *App) outages(ctx context.Context, date civil.Date) (closing.Counts, error) {
	given, err := a.Collecting.ExtendAfterOutages(ctx, date.AddDays(-1))
	return closing.Counts{{Name: "given more time", N: int64(given)}}, err
}

func (a *App) review(ctx context.Context, date civil.Date) (closing.Counts, error) {
	r, err := a.Collecting.Review(ctx, date)
	return closing.Counts{
		{Name: "looked at", N: int64(r.Looked)},
		{Name: "decisions", N: int64(r.Decided)},
		{Name: "notices owed", N: int64(r.Owed)},
		{Name: closing.SetAside, N: int64(r.SetAside)},
	}, err
}

// refunds gives back what lies with accounts whose coverage is long over
// (R-PAY-8).
func (a *App) refunds(ctx context.Context, date civil.Date) (closing.Counts, error) {
	r, err := a.Originating.AutoRefund(ctx, date)
	return closing.Counts{
		{Name: "refunds", N: int64(r.Refunds)},
		{Name: "cents", N: r.Amount.Cents()},
		{Name: "wait for a second person", N: int64(r.Asked)},
		{Name: "not from a bank account", N: int64(r.ByHand)},
		{Name: closing.SetAside, N: int64(r.SetAside)},
	}, err
}

// billRun bills the coverage month whose bill day the date is (R-CAL-1), with
// the due date of that day also when it is run late.
func (a *App) billRun(ctx context.Context, date civil.Date) (closing.Counts, error) {
	month := a.config.Profile.CoverageMonthBilledOn(date)
	if a.config.Profile.BillOn(month) != date {
		return nil, nil
	}
	p, err := a.Billing.Run(ctx, billing.RunInput{Month: month, On: date, Workers: a.config.BillWorkers})
	return closing.Counts{
		{Name: "bills", N: int64(p.Billed)}, {Name: "with nothing due", N: int64(p.NothingDue)}, {Name: closing.SetAside, N: int64(p.SetAside)},
	}, err
}

// notices writes the letters that standing and events owe. E-mails leave by
// jobs, paper by the step that prints.
func (a *App) notices(ctx context.Context, date civil.Date) (closing.Counts, error) {
	n := a.Notifying
	var all []notifying.Sent
	for _, send := range []func(context.Context, civil.Date) (notifying.Sent, error){
		n.SendOwed, n.SendReturned, n.SendExtended, n.SendRefunds, n.SendRepeated, n.SendWaivers, n.SendMandates,
	} {
		sent, err := send(ctx, date)
		all = append(all, sent)
		if err != nil {
			return countsOf(all...), err
		}
	}
	return countsOf(all...), nil
}

// planDrafts plans what AutoPay takes for the bills that are new.
func (a *App) planDrafts(ctx context.Context, date civil.Date) (closing.Counts, error) {
	if a.People != nil { // what a helper had agreed to ends with their time (A16)
		if _, err := a.People.EndHelpersOver(ctx); err != nil {
			return nil, err
		}
	}
	c, err := a.AutoPay.Plan(ctx, date)
	return closing.Counts{
		{Name: "planned", N: int64(c.Planned)},
		{Name: "held", N: int64(c.Held)},
		{Name: "revised", N: int64(c.Revised)},
		{Name: "mandates paused", N: int64(c.Paused)},
		{Name: "resumed", N: int64(c.Resumed)},
		{Name: "stopped", N: int64(c.Stopped)},
		{Name: "asked for amounts", N: int64(c.Asked)},
		{Name: "not answered", N: int64(c.Expired)},
	}, err
}

// freezeDrafts takes what AutoPay takes in the file of the evening.
func (a *App) freezeDrafts(ctx context.Context, date civil.Date) (closing.Counts, error) {
	c, err := a.AutoPay.Freeze(ctx, date)
	return closing.Counts{
		{Name: "payments", N: int64(c.Frozen)},
		{Name: "skipped", N: int64(c.Skipped)},
		{Name: "canceled", N: int64(c.Canceled)},
		{Name: closing.SetAside, N: int64(c.SetAside)},
	}, err
}

// billLetters writes the letters of the bills that are new.
func (a *App) billLetters(ctx context.Context, date civil.Date) (closing.Counts, error) {
	sent, err := a.Notifying.SendBills(ctx, date)
	return countsOf(sent), err
}

func countsOf(all ...notifying.Sent) closing.Counts {
	counts := closing.Counts{{Name: "letters"}, {Name: "by e-mail"}, {Name: "to print"}, {Name: "suppressed"}, {Name: closing.SetAside}}
	for _, s := range all {
		for i, n := range []int{s.Letters, s.Emails, s.Printed, s.Suppressed, s.SetAside} {
			counts[i].N += int64(n)
		}
	}
	return counts
}

// print lays what waits to be printed out for the mail house.
func (a *App) print(ctx context.Context, date civil.Date) (closing.Counts, error) {
	if a.config.PrintDir == "" {
		return nil, nil
	}
	batches, err := a.Notifying.Print(ctx, date, a.config.PrintDir)
	letters, pages, setAside := 0, 0, 0
	for _, b := range batches {
		letters += b.Letters
		pages += b.Pages
		setAside += b.SetAside
	}
	return closing.Counts{
		{Name: "batches", N: int64(len(batches))},
		{Name: "letters", N: int64(letters)},
		{Name: "pages", N: int64(pages)},
		{Name: closing.SetAside, N: int64(setAside)},
	}, err
}

func (a *App) verify(ctx context.Context, _ civil.Date) (closing.Counts, error) {
	report, err := a.Verifying.Verify(ctx)
	if err != nil {
		return nil, err
	}
	checked, violations := int64(0), int64(0)
	for _, i := range report.Invariants {
		checked += i.Checked
		violations += i.Broken
	}
	if !report.Clean {
		err = fault.New(fault.Internal, "day.books_broken", "the books do not agree (%s): look at each with quittance verify; nothing repairs itself",
			strings.Join(report.Broken(), ", "))
	}
	return closing.Counts{{Name: "checks", N: checked}, {Name: "violations", N: violations}}, err
}

// RunDay runs the business dates up to and including one that are not complete,
// in order, and gives them with what each step came to; the last is the date
// asked for. It starts no work of its own: jobs that the steps enqueue wait for
// Start or WorkJobs.
func (a *App) RunDay(ctx context.Context, date civil.Date) ([]closing.Day, error) {
	return a.Closing.Run(ctx, date)
}

// WorkJobs works the jobs that are due in the order in which they were
// enqueued, letters side by side, until none is left, and tells how many ran. It
// is for the simulator, which never calls Start.
func (a *App) WorkJobs(ctx context.Context) (int, error) {
	return a.queue.WorkAll(ctx, max(1, a.config.BillWorkers))
}

// lookEvery is how often it is asked whether a business date is to be run.
const lookEvery = 5 * time.Second

// runDays runs the business dates whose hour has come, until ctx ends.
func (a *App) runDays(ctx context.Context, begins profile.TimeOfDay) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		days, err := a.Closing.CatchUp(ctx, a.Closing.DueAt(begins))
		a.logDays(ctx, days, err)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// logDays tells how the business days went that were run without anybody
// watching.
func (a *App) logDays(ctx context.Context, days []closing.Day, err error) {
	for _, d := range days {
		for _, s := range d.Steps {
			if s.State == closing.Failed {
				a.config.Log.ErrorContext(ctx, "business day: a step failed", "date", d.Date, "step", s.Name, "error", s.Error)
			}
		}
		if d.State == closing.Complete || d.State == closing.Half {
			a.config.Log.InfoContext(ctx, "business day", "date", d.Date, "state", d.State)
		} else {
			a.config.Log.ErrorContext(ctx, "business day", "date", d.Date, "state", d.State, "to_do", d.ToDo)
		}
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		a.config.Log.ErrorContext(ctx, "business day", "error", err)
	}
}

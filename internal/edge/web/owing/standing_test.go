package owing

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/profiles"
)

// view is an account on 20 November 2026 that owes $300.00, of which $200.00
// are past due.
func view(t *testing.T, change func(*paying.Due), states ...standing.EnrollmentStanding) View {
	t.Helper()
	p, err := profiles.Open("massachusetts")
	if err != nil {
		t.Fatal(err)
	}
	d := &paying.Due{
		Today: civil.MustParseDate("2026-11-20"), Asked: money.Cents(30000),
		Through: civil.MustParseMonth("2026-12"), PastThrough: civil.MustParseMonth("2026-11"),
		Standing: standing.Standing{
			Enrollments: states, TotalDue: money.Cents(30000), PastDue: money.Cents(20000), KeepsCoverage: money.Cents(30000),
			KeepsBy: civil.MustParseDate("2026-11-23"),
		},
	}
	if change != nil {
		change(d)
	}
	return View{d, p}
}

// told is what a bill page says of a situation: the banner, what stands beside
// it, by when to pay, the choices.
func told(d View) []string {
	var all []string
	if b := d.Banner(); b != nil {
		all = append(all, string(b.Kind)+" "+b.Amount.String())
	}
	if b := d.Part(); b != nil {
		all = append(all, string(b.Kind)+" "+b.Amount.String())
	}
	by := "no day"
	if day := d.PayBy(); !day.IsZero() {
		by = day.String()
	}
	all = append(all, by)
	for _, c := range d.Choices() {
		all = append(all, string(c.Kind)+" "+c.Amount.String()+" "+string(c.Effect))
	}
	return all
}

func TestSituations(t *testing.T) {
	t.Parallel()
	in := func(state standing.State) standing.EnrollmentStanding {
		return standing.EnrollmentStanding{Kind: enrollment.KindMedical, State: state, EndMonth: civil.MustParseMonth("2026-08"), Unpaid: money.Cents(30000)}
	}
	heldOne, planOne := in(standing.StatePastDue), in(standing.StatePastDue)
	heldOne.OnHold, planOne.Arrangement = true, standing.ArrangementKept
	restart := func(d *paying.Due) {
		d.Restart = standing.Restart{
			Kinds: []enrollment.Kind{enrollment.KindDental}, Amount: money.Cents(45000), Later: money.Cents(46500),
			Until: civil.MustParseDate("2026-11-23"), By: civil.MustParseDate("2026-12-05"),
		}
	}
	for _, c := range []struct {
		name string
		view View
		want []string
	}{
		{"nothing past due", view(t, func(d *paying.Due) { d.Standing.PastDue = money.Zero }, in(standing.StateActive)), []string{"2026-11-23", "total 300.00 keeps"}},
		{
			"AutoPay takes it", view(t, func(d *paying.Due) {
				d.Standing.PastDue, d.AutoPay = money.Zero, &paying.Debit{Amount: money.Cents(30000), On: civil.MustParseDate("2026-11-23")}
			}, in(standing.StateActive)), []string{"autopay 300.00", "2026-11-23", "total 300.00 keeps"},
		},
		{
			"AutoPay tries again too late", view(t, func(d *paying.Due) {
				d.Standing.PastDue, d.AutoPay = money.Zero, &paying.Debit{Amount: money.Cents(30000), On: civil.MustParseDate("2026-11-24")}
			}, in(standing.StateActive)), []string{"2026-11-23", "total 300.00 keeps"},
		},
		{
			"past due comes before AutoPay", view(t, func(d *paying.Due) {
				d.AutoPay = &paying.Debit{Amount: money.Cents(30000), On: civil.MustParseDate("2026-11-23")}
			}, in(standing.StatePastDue)), []string{"past_due 300.00", "2026-11-23", "total 300.00 keeps", "past_due 200.00 keeps"},
		},
		{"past due", view(t, nil, in(standing.StatePastDue)), []string{"past_due 300.00", "2026-11-23", "total 300.00 keeps", "past_due 200.00 keeps"}},
		{
			"what is past due alone changes nothing", view(t, func(d *paying.Due) { d.PastThrough = civil.Month{} }, in(standing.StatePastDue)),
			[]string{"past_due 300.00", "2026-11-23", "total 300.00 keeps"},
		},
		{
			"nothing that can be paid helps", view(t, func(d *paying.Due) { d.Through, d.PastThrough = civil.Month{}, civil.Month{} }, in(standing.StatePastDue)),
			[]string{"past_due 300.00", "2026-11-23", "total 300.00 "},
		},
		{"on hold", view(t, nil, heldOne), []string{"hold 0.00", "no day", "total 300.00 keeps"}},
		{
			"a payment plan", view(t, func(d *paying.Due) { d.Standing.KeepsCoverage = money.Cents(15000) }, planOne),
			[]string{"plan 150.00", "2026-11-23", "total 300.00 keeps", "plan 150.00 plan"},
		},
		{"about to end", view(t, nil, in(standing.StateEnding)), []string{"ending 300.00", "2026-11-20", "total 300.00 keeps", "past_due 200.00 keeps"}},
		{
			"dental has ended, health is past due", view(t, restart, in(standing.StatePastDue), in(standing.StateEnded)),
			[]string{"past_due 300.00", "part_dental 450.00", "2026-11-23", "total 300.00 keeps", "past_due 200.00 keeps", "restart 450.00 restart"},
		},
		{
			"dental has ended, health is paid", view(t, func(d *paying.Due) { restart(d); d.Asked = money.Zero }, in(standing.StateActive), in(standing.StateEnded)),
			[]string{"nothing_due 0.00", "part_dental 450.00", "2026-11-23", "restart 450.00 restart"},
		},
		{"all has ended", view(t, restart, in(standing.StateEnded)), []string{"restart 450.00", "2026-11-23", "total 450.00 restart"}},
		{
			"paid for the return", view(t, func(d *paying.Due) { restart(d); d.Restart.Paid, d.Asked = true, money.Zero }, in(standing.StateEnded)),
			[]string{"restarting 0.00", "2026-11-23"},
		},
		{"never started", view(t, func(d *paying.Due) { d.Asked = money.Zero }, in(standing.StateLapsed)), []string{"lapsed 0.00", "2026-11-23"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, told(c.view)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Until the next bill is out the page asks for less than the last day takes
// (MA-DLQ-5): it says until when, and what it takes then.
func TestPastDueBeforeTheNextBill(t *testing.T) {
	t.Parallel()
	d := view(t, func(d *paying.Due) {
		d.Standing.KeepsCoverage, d.Standing.KeepsBy, d.NextBillOn = money.Cents(40000), civil.Date{}, civil.MustParseDate("2026-12-01")
	}, standing.EnrollmentStanding{Kind: enrollment.KindMedical, State: standing.StatePastDue, CureBy: civil.MustParseDate("2026-12-23")})
	want := portal.Banner{
		Kind: portal.BannerPastDue, Amount: money.Cents(30000), By: civil.MustParseDate("2026-11-30"), Later: money.Cents(40000), Last: civil.MustParseDate("2026-12-23"),
	}
	if got := *d.Banner(); got != want {
		t.Errorf("the banner: got %+v, want %+v", got, want)
	}
	if by := d.PayBy(); by != want.By || d.Keeps() != want.Amount {
		t.Errorf("the amount: got %s by %s", d.Keeps(), by)
	}
	if c := d.Coverage(); c.Amount != want.Later || c.By != want.Last {
		t.Errorf("the home: got %s by %s", c.Amount, c.By)
	}
}

// Who is on hold, or pays an amount that does something, is not warned.
func TestEnough(t *testing.T) {
	t.Parallel()
	late := standing.EnrollmentStanding{Kind: enrollment.KindMedical, State: standing.StatePastDue}
	stands := late
	stands.OnHold = true
	for amount, want := range map[int64]bool{30000: true, 29999: false, 20000: true, 20001: false, 1: false} {
		if got := view(t, nil, late).Enough(money.Cents(amount)); got != want {
			t.Errorf("%d cents: got %t", amount, got)
		}
		if !view(t, nil, stands).Enough(money.Cents(amount)) {
			t.Errorf("%d cents: warned of a day that is not set", amount)
		}
	}
}

// Plans with the same dates share a timeline; others have one each, with one
// place in each where they stand.
func TestTimelines(t *testing.T) {
	t.Parallel()
	unpaid := standing.Step{On: civil.MustParseDate("2026-10-23"), Kind: standing.StepUnpaid, Month: civil.MustParseMonth("2026-11"), Here: true}
	last := standing.Step{On: civil.MustParseDate("2026-11-23"), Kind: standing.StepLastDay, Month: civil.MustParseMonth("2026-10"), Amount: money.Cents(10000)}
	steps := func(enrollment int, list ...standing.Step) []standing.Step {
		for i := range list {
			list[i].Enrollment = enrollment
		}
		return list
	}
	health := standing.EnrollmentStanding{Kind: enrollment.KindMedical, State: standing.StatePastDue}
	dental := standing.EnrollmentStanding{Kind: enrollment.KindDental, State: standing.StatePastDue}
	same := view(t, func(d *paying.Due) { d.Standing.Steps = append(steps(0, unpaid, last), steps(1, unpaid, last)...) }, health, dental)
	lines := same.Timelines()
	if len(lines) != 1 || lines[0].Plan != "" || lines[0].Steps[1].Amount != money.Cents(20000) || lines[0].Steps[1].Ends != civil.MustParseDate("2026-10-31") {
		t.Errorf("the same dates: got %+v", lines)
	}
	grace := standing.Step{On: civil.MustParseDate("2026-11-01"), Kind: standing.StepGrace}
	passed := standing.Step{On: civil.MustParseDate("2026-11-19"), Kind: standing.StepPay, Amount: money.Cents(1)}
	apart := view(t, func(d *paying.Due) {
		d.Standing.Steps = append(steps(0, unpaid, grace, passed, grace), steps(1, unpaid, last)...)
	}, health, dental)
	lines = apart.Timelines()
	if len(lines) != 2 || lines[0].Plan != portal.LineHealth || lines[1].Plan != portal.LineDental {
		t.Fatalf("other dates: got %+v", lines)
	}
	var kinds []portal.StepKind
	for _, s := range lines[0].Steps {
		kinds = append(kinds, s.Kind)
	}
	if diff := cmp.Diff([]portal.StepKind{portal.StepUnpaid, portal.StepGrace, portal.StepPassed, portal.StepHold}, kinds); diff != "" {
		t.Error(diff)
	}
}

package bill_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/profiles"
)

func massachusetts(tb testing.TB) *profile.Profile {
	tb.Helper()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestDueOn(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	for _, c := range []struct {
		name                string
		account             enrollment.AccountKind
		month, today, dueOn string
	}{
		{"on bill day", enrollment.AccountIndividual, "2026-06", "2026-05-01", "2026-05-23"},
		{"Saturdays and holidays change nothing (MA-BILL-4)", enrollment.AccountIndividual, "2026-06", "2026-05-12", "2026-05-23"},
		{"on the due date itself", enrollment.AccountIndividual, "2027-01", "2026-12-23", "2026-12-23"},
		{"the day after gets 23 days (R-BILL-7)", enrollment.AccountIndividual, "2027-01", "2026-12-24", "2027-01-16"},
		{"a month that has begun", enrollment.AccountIndividual, "2027-01", "2027-01-10", "2027-02-02"},
		{"a month long past", enrollment.AccountIndividual, "2026-03", "2026-11-20", "2026-12-13"},
		{"over the turn of the year", enrollment.AccountIndividual, "2027-01", "2026-12-01", "2026-12-23"},
		{"a month far ahead", enrollment.AccountIndividual, "2027-06", "2026-12-01", "2027-05-23"},
		{"a group's Saturday before a holiday rolls on to Tuesday", enrollment.AccountGroup, "2026-06", "2026-05-01", "2026-05-26"},
		{"a group's Saturday before Christmas", enrollment.AccountGroup, "2024-01", "2023-12-01", "2023-12-26"},
		{"a group's weekday stays", enrollment.AccountGroup, "2026-07", "2026-06-01", "2026-06-23"},
		{"a group on its rolled day", enrollment.AccountGroup, "2026-06", "2026-05-26", "2026-05-26"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := bill.DueOn(p, c.account, civil.MustParseMonth(c.month), civil.MustParseDate(c.today))
			if got != civil.MustParseDate(c.dueOn) {
				t.Errorf("got %s, want %s", got, c.dueOn)
			}
		})
	}
}

func TestChargesFor(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	medical := &enrollment.Enrollment{
		ID: medicalID, AccountID: enrollment.AccountID{UUID: ident.UUID{15: 3}}, CarrierID: "HARBOR", Kind: enrollment.KindMedical,
		First: december, Last: january.Add(1),
		Segments: []enrollment.Segment{{From: december, To: december, Premium: dental}, {From: january, To: january.Add(1), Premium: silver}},
	}
	renewed := &enrollment.Enrollment{
		ID: dentalID, CarrierID: "TIDE", Kind: enrollment.KindDental, Renewal: true, First: january, Last: january,
		Segments: []enrollment.Segment{{From: january, To: january, Premium: dental}},
	}
	none := func(enrollment.ID) (int64, bool) { return 0, false }
	for _, c := range []struct {
		name    string
		month   civil.Month
		charged func(enrollment.ID) (int64, bool)
		want    []string
	}{
		{"the first month of a new enrollment is a first payment", december, none, []string{"HARBOR 2026-12 30.12 first due 2027-01-16"}},
		{"a later month has its own price, a renewal no first payment", january, none, []string{
			"HARBOR 2027-01 103.00 due 2027-01-16", "TIDE 2027-01 30.12 due 2027-01-16",
		}},
		{"reversed before, the next generation", january.Add(1), func(enrollment.ID) (int64, bool) { return 2, false }, []string{"HARBOR 2027-02 103.00 due 2027-01-23"}},
		{"the last covered month", january.Add(1), none, []string{"HARBOR 2027-02 103.00 due 2027-01-23"}},
		{"a month before coverage", december.Prev(), none, nil},
		{"a month after coverage", january.Add(2), none, nil},
		{"charged already", january, func(id enrollment.ID) (int64, bool) { return 1, id == medicalID }, []string{"TIDE 2027-01 30.12 due 2027-01-16"}},
		{"all charged already", january, func(enrollment.ID) (int64, bool) { return 1, true }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			today := civil.MustParseDate("2026-12-24")
			var got []string
			last := func(id enrollment.ID) int64 { n, _ := c.charged(id); return n }
			for _, x := range bill.ChargesFor(p, enrollment.AccountIndividual, []*enrollment.Enrollment{medical, renewed}, c.month, today, c.charged) {
				first := ""
				if x.Binder {
					first = " first"
				}
				got = append(got, fmt.Sprintf("%s %s %s%s due %s", x.CarrierID, x.Month, x.Premium.Member, first, x.DueOn))
				if x.ChargedOn != today || x.Generation != last(x.EnrollmentID)+1 || !x.Premium.Balanced() {
					t.Errorf("got %+v", x)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// R-BILL-7: what was asked first stays due when it was; what is asked more has a
// day of its own.
func TestChargeAfter(t *testing.T) {
	t.Parallel()
	type asks struct {
		share, waived, raised int64
		due, raisedDue        string
	}
	for _, c := range []struct {
		name      string
		old, want asks
	}{
		{"more", asks{10300, 0, 0, "2026-12-23", ""}, asks{10400, 0, 100, "2026-12-23", "2027-03-05"}},
		{"less", asks{10300, 0, 0, "2026-12-23", ""}, asks{10200, 0, 0, "2026-12-23", ""}},
		{"the same share, less waived", asks{10300, 5000, 0, "2026-12-23", ""}, asks{10300, 0, 5000, "2026-12-23", "2027-03-05"}},
		{"a higher share, all of the rise waived", asks{10300, 0, 0, "2026-12-23", ""}, asks{10400, 100, 0, "2026-12-23", ""}},
		{"more before it is due, by more days than it takes", asks{10300, 0, 0, "2027-03-23", ""}, asks{10400, 0, 0, "2027-03-23", ""}},
		{"nothing was asked before", asks{0, 0, 0, "2026-12-23", ""}, asks{5000, 0, 0, "2027-03-05", ""}},
		{"more again", asks{10400, 0, 100, "2026-12-23", "2027-02-10"}, asks{10600, 0, 300, "2026-12-23", "2027-03-05"}},
		{"a part of the rise is taken back", asks{10600, 0, 300, "2026-12-23", "2027-02-10"}, asks{10400, 0, 100, "2026-12-23", "2027-02-10"}},
		{"all of it and more", asks{10600, 0, 300, "2026-12-23", "2027-02-10"}, asks{10200, 0, 0, "2026-12-23", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			charge := func(a asks) bill.Charge {
				x := bill.Charge{
					Premium: enrollment.Premium{Gross: money.Cents(a.share), Member: money.Cents(a.share)}, Waived: money.Cents(a.waived),
					Raised: money.Cents(a.raised), DueOn: civil.MustParseDate(a.due),
				}
				if a.raisedDue != "" {
					x.RaisedDueOn = civil.MustParseDate(a.raisedDue)
				}
				return x
			}
			fresh := bill.Charge{Premium: charge(c.want).Premium, Waived: money.Cents(c.want.waived)}
			if got := fresh.After(charge(c.old), civil.MustParseDate("2027-03-05")); got != charge(c.want) {
				t.Errorf("got %+v, want %+v", got, charge(c.want))
			}
		})
	}
}

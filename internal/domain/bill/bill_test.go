package bill_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
)

var (
	december = civil.MustParseMonth("2026-12")
	january  = civil.MustParseMonth("2027-01")

	medicalID = enrollment.ID{UUID: ident.UUID{15: 1}}
	dentalID  = enrollment.ID{UUID: ident.UUID{15: 2}}

	silver = premium("512.34", "250.01", "159.33", "103.00")
	dental = premium("30.12", "0.00", "0.00", "30.12")
)

func premium(gross, aptc, state, member string) enrollment.Premium {
	return enrollment.Premium{Gross: cents(gross), APTC: cents(aptc), State: cents(state), Member: cents(member)}
}

func cents(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

func charge(kind enrollment.Kind, month civil.Month, p enrollment.Premium) bill.Charge {
	c := bill.Charge{
		ID: bill.ChargeID{UUID: ident.UUID{14: 9, 15: byte(month.MonthOfYear())}}, EnrollmentID: medicalID, CarrierID: "HARBOR", Kind: kind,
		Month: month, Generation: 1, Premium: p, DueOn: month.Prev().On(23), ChargedOn: month.Prev().First(),
	}
	if kind == enrollment.KindDental {
		c.EnrollmentID, c.CarrierID = dentalID, "TIDE"
	}
	return c
}

// input is a bill for January 2027; rows fill in the rest.
func input(change func(*bill.Input)) bill.Input {
	in := bill.Input{
		ID: bill.ID{UUID: ident.UUID{15: 5}}, Account: enrollment.Account{ID: enrollment.AccountID{UUID: ident.UUID{15: 3}}, FirstName: "Rosa"},
		Number: "10000001", Kind: bill.KindMonthly, Month: january, Revision: 1, IssuedOn: civil.MustParseDate("2026-12-01"),
		New: []bill.Charge{charge(enrollment.KindMedical, january, silver)},
		Plans: map[enrollment.ID]bill.Plan{
			medicalID: {Name: "Harbor Silver", Carrier: "Harbor"}, dentalID: {Name: "Tide Dental", Carrier: "Tide"},
		},
	}
	change(&in)
	return in
}

// last is the December bill, of December's prices.
func last(total string, sections ...bill.Section) *bill.Bill {
	return &bill.Bill{Number: "10000000", Month: december, IssuedOn: civil.MustParseDate("2026-11-01"), Total: cents(total), Sections: sections}
}

func section(p enrollment.Premium) bill.Section {
	return bill.Section{EnrollmentID: medicalID, Kind: enrollment.KindMedical, Gross: p.Gross, APTC: p.APTC, State: p.State, Member: p.Member}
}

func activity(kind bill.LineKind, on, amount string) bill.Activity {
	return bill.Activity{Kind: kind, On: civil.MustParseDate(on), Amount: cents(amount)}
}

// told is a bill as a reader sees it: statement, explanation, changes, total.
func told(b *bill.Bill) []string {
	var text []string
	for _, l := range b.Lines {
		text = append(text, strings.Join(strings.Fields(fmt.Sprint("line ", l.Kind, " ", l.EnrollmentKind, " ", l.Month, " ", l.On, " ", l.Amount)), " "))
	}
	for _, r := range b.Reasons {
		text = append(text, strings.Join(strings.Fields(fmt.Sprint("why ", r.Kind, " ", r.EnrollmentKind, " ", r.Month, " ", r.Rule, " ", r.Amount)), " "))
	}
	for _, c := range b.Changes {
		text = append(text, fmt.Sprint("change ", c.EnrollmentKind, " ", c.Kind, " ", c.Before, " to ", c.After))
	}
	return append(text, fmt.Sprint("due ", b.DueOn, " ", b.AmountDue(), " total ", b.Total))
}

func TestMake(t *testing.T) {
	t.Parallel()
	medical := []string{
		"why gross_premium medical 2027-01 R-BILL-2 512.34",
		"why tax_credit medical 2027-01 REG-02 -250.01",
		"why state_help medical 2027-01 R-PLAN-3 -159.33",
	}
	due := func(amount, total string) string { return "due 2026-12-23 " + amount + " total " + total }
	with := func(lines, more []string) []string { return slices.Concat(lines, medical, more) }
	for _, c := range []struct {
		name string
		in   bill.Input
		want []string
	}{
		{"the first bill", input(func(*bill.Input) {}), with([]string{"line charge medical 2027-01 103.00"}, []string{due("103.00", "103.00")})},
		{"medical and dental", input(func(in *bill.Input) {
			in.New = []bill.Charge{charge(enrollment.KindDental, january, dental), charge(enrollment.KindMedical, january, silver)}
		}), with(
			[]string{"line charge medical 2027-01 103.00", "line charge dental 2027-01 30.12"},
			[]string{"why gross_premium dental 2027-01 R-BILL-2 30.12", due("133.12", "133.12")})},
		{"the last bill was paid", input(func(in *bill.Input) {
			in.Previous = last("103.00", section(silver))
			in.Activity = []bill.Activity{activity(bill.LinePayment, "2026-11-20", "-103.00")}
		}), with(
			[]string{"line previous_balance 2026-12 2026-11-01 103.00", "line payment 2026-11-20 -103.00", "line charge medical 2027-01 103.00"},
			[]string{due("103.00", "103.00")})},
		{"the last bill was not paid", input(func(in *bill.Input) {
			in.Previous = last("103.00", section(silver))
			in.Open = []bill.Open{{Charge: charge(enrollment.KindMedical, december, silver), Unpaid: cents("103.00")}}
		}), with(
			[]string{"line previous_balance 2026-12 2026-11-01 103.00", "line charge medical 2027-01 103.00"},
			[]string{"why unpaid_month medical 2026-12 R-BILL-3 103.00", due("206.00", "206.00")})},
		{"the last bill was paid but for a cent", input(func(in *bill.Input) {
			in.Previous = last("103.00", section(silver))
			in.Activity = []bill.Activity{activity(bill.LinePayment, "2026-11-20", "-102.99")}
			in.Open = []bill.Open{{Charge: charge(enrollment.KindMedical, december, silver), Unpaid: cents("0.01")}}
		}), with(
			[]string{"line previous_balance 2026-12 2026-11-01 103.00", "line payment 2026-11-20 -102.99", "line charge medical 2027-01 103.00"},
			[]string{"why unpaid_month medical 2026-12 R-BILL-3 0.01", due("103.01", "103.01")})},
		{"too much was paid (R-PAY-8)", input(func(in *bill.Input) {
			in.Previous = last("103.00", section(silver))
			in.Activity = []bill.Activity{activity(bill.LinePayment, "2026-11-20", "-110.00")}
			in.Credit = cents("7.00")
		}), with(
			[]string{"line previous_balance 2026-12 2026-11-01 103.00", "line payment 2026-11-20 -110.00", "line charge medical 2027-01 103.00"},
			[]string{"why credit R-PAY-8 -7.00", due("96.00", "96.00")})},
		{"so much that nothing is due", input(func(in *bill.Input) {
			in.Activity = []bill.Activity{activity(bill.LinePayment, "2026-11-20", "-500.00")}
			in.Credit = cents("500.00")
		}), with(
			[]string{"line payment 2026-11-20 -500.00", "line charge medical 2027-01 103.00"},
			[]string{"why credit R-PAY-8 -500.00", due("0.00", "-397.00")})},
		{"a payment came back", input(func(in *bill.Input) {
			in.Previous = last("103.00", section(silver))
			in.Activity = []bill.Activity{
				activity(bill.LinePayment, "2026-11-20", "-103.00"), activity(bill.LineReturn, "2026-11-24", "103.00"),
			}
			in.Open = []bill.Open{{Charge: charge(enrollment.KindMedical, december, silver), Unpaid: cents("103.00")}}
		}), with(
			[]string{
				"line previous_balance 2026-12 2026-11-01 103.00", "line payment 2026-11-20 -103.00",
				"line payment_returned 2026-11-24 103.00", "line charge medical 2027-01 103.00",
			},
			[]string{"why unpaid_month medical 2026-12 R-BILL-3 103.00", due("206.00", "206.00")})},
		{"the price changed", input(func(in *bill.Input) {
			in.Previous = last("0.00", section(premium("500.00", "260.00", "159.33", "80.67")))
		}), with(
			[]string{"line charge medical 2027-01 103.00"},
			[]string{"change medical gross_premium 500.00 to 512.34", "change medical tax_credit 260.00 to 250.01", due("103.00", "103.00")})},
		{"a kind of coverage is new, which is no change", input(func(in *bill.Input) {
			in.Previous = last("0.00", bill.Section{EnrollmentID: dentalID, Kind: enrollment.KindDental, Gross: cents("30.12")})
		}), with([]string{"line charge medical 2027-01 103.00"}, []string{due("103.00", "103.00")})},
		{"half is waived from this month on (R-DUE-8)", input(func(in *bill.Input) {
			in.Previous = last("0.00", section(silver))
			in.New[0].Waived = cents("51.50")
		}), with(
			[]string{"line charge medical 2027-01 51.50"},
			[]string{"why waiver medical 2027-01 R-DUE-8 -51.50", "change medical waiver 0.00 to 51.50", due("51.50", "51.50")})},
		{"half of the last month is waived", input(func(in *bill.Input) {
			in.Previous = last("103.00", section(silver))
			in.Activity = []bill.Activity{activity(bill.LineWaiver, "2026-11-20", "-51.50")}
			in.Open = []bill.Open{{Charge: charge(enrollment.KindMedical, december, silver), Unpaid: cents("51.50")}}
		}), with(
			[]string{"line previous_balance 2026-12 2026-11-01 103.00", "line waiver 2026-11-20 -51.50", "line charge medical 2027-01 103.00"},
			[]string{"why unpaid_month medical 2026-12 R-BILL-3 51.50", due("154.50", "154.50")})},
		{"older months come first, medical before dental", input(func(in *bill.Input) {
			in.Previous = last("236.12", section(silver))
			in.Open = []bill.Open{
				{Charge: charge(enrollment.KindDental, december, dental), Unpaid: cents("30.12")},
				{Charge: charge(enrollment.KindMedical, december, silver), Unpaid: cents("103.00")},
				{Charge: charge(enrollment.KindMedical, december.Prev(), silver), Unpaid: cents("103.00")},
			}
		}), with(
			[]string{"line previous_balance 2026-12 2026-11-01 236.12", "line charge medical 2027-01 103.00"},
			[]string{
				"why unpaid_month medical 2026-11 R-BILL-3 103.00", "why unpaid_month medical 2026-12 R-BILL-3 103.00",
				"why unpaid_month dental 2026-12 R-BILL-3 30.12", due("339.12", "339.12"),
			})},
		{"the earliest of two due dates", input(func(in *bill.Input) {
			d := charge(enrollment.KindDental, january, dental)
			d.DueOn = civil.MustParseDate("2026-12-30")
			in.New = append(in.New, d)
		}), with(
			[]string{"line charge medical 2027-01 103.00", "line charge dental 2027-01 30.12"},
			[]string{"why gross_premium dental 2027-01 R-BILL-2 30.12", due("133.12", "133.12")})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, err := bill.Make(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(b)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// R-BILL-2: every section shows the four amounts, and R-BILL-4: what is sealed
// reads back the same.
func TestBillIsSealedWhole(t *testing.T) {
	t.Parallel()
	b, err := bill.Make(input(func(in *bill.Input) {
		in.New = append(in.New, charge(enrollment.KindDental, january, dental))
		in.Previous = last("0.00", section(premium("500.00", "260.00", "159.33", "80.67")))
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := []bill.Section{
		{EnrollmentID: medicalID, Kind: enrollment.KindMedical, Plan: "Harbor Silver", Carrier: "Harbor", Gross: silver.Gross, APTC: silver.APTC, State: silver.State, Member: silver.Member},
		{EnrollmentID: dentalID, Kind: enrollment.KindDental, Plan: "Tide Dental", Carrier: "Tide", Gross: dental.Gross, Member: dental.Member},
	}
	same := cmp.Comparer(func(a, b money.Amount) bool { return a == b })
	if diff := cmp.Diff(want, b.Sections, same); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var back bill.Bill
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(&back)
	if err != nil || string(again) != string(text) {
		t.Errorf("read back %s, want %s (%v)", again, text, err)
	}
	if back.Total != b.Total || back.SumLines() != b.Total || back.SumReasons() != b.Total {
		t.Errorf("read back: total %s, lines %s, reasons %s", back.Total, back.SumLines(), back.SumReasons())
	}
	if strings.Contains(string(text), "Rosa") {
		t.Error("the document names the subscriber")
	}
}

// I8: when what happened does not explain what is owed, nothing is billed.
func TestUnbalancedBillIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*bill.Input){
		"a cent of debt that no line explains": func(in *bill.Input) {
			in.Open = []bill.Open{{Charge: charge(enrollment.KindMedical, december, silver), Unpaid: cents("0.01")}}
		},
		"a payment that paid nothing":         func(in *bill.Input) { in.Activity = []bill.Activity{activity(bill.LinePayment, "2026-11-20", "-5.00")} },
		"credit that nobody paid":             func(in *bill.Input) { in.Credit = cents("5.00") },
		"a last bill that was never answered": func(in *bill.Input) { in.Previous = last("103.00", section(silver)) },
		"a charge whose shares do not add up": func(in *bill.Input) { in.New[0].Premium.Member = cents("102.99") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, err := bill.Make(input(change))
			if b != nil || !fault.Is(err, bill.CodeUnbalanced) {
				t.Errorf("got %v and %v, want %s", b, err, bill.CodeUnbalanced)
			}
		})
	}
}

// Over any run of months with any payments, every bill balances, and its total
// is what is charged less what is paid.
func TestBillsBalanceOverTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var previous *bill.Bill
		var open []bill.Open
		var credit, balance money.Amount
		var since []bill.Activity
		for i := range rapid.IntRange(1, 8).Draw(t, "months") {
			month := december.Add(i)
			member := money.Cents(rapid.Int64Range(0, 60_000).Draw(t, "member"))
			aptc := money.Cents(rapid.Int64Range(0, 60_000).Draw(t, "aptc"))
			c := charge(enrollment.KindMedical, month, enrollment.Premium{Gross: member.Add(aptc), APTC: aptc, Member: member})
			c.Waived = money.Cents(rapid.Int64Range(0, member.Cents()).Draw(t, "waived"))
			b, err := bill.Make(bill.Input{Month: month, IssuedOn: month.Prev().First(), New: []bill.Charge{c}, Open: open, Credit: credit, Previous: previous, Activity: since})
			if err != nil {
				t.Fatal(err)
			}
			if balance = balance.Add(member).Sub(c.Waived); b.Total != balance {
				t.Fatalf("bill %d comes to %s, want %s", i, b.Total, balance)
			}
			previous, since = b, nil
			open = append(open, bill.Open{Charge: c, Unpaid: c.Due()})
			paid := money.Cents(rapid.Int64Range(0, 90_000).Draw(t, "paid"))
			if paid.IsPositive() {
				since = []bill.Activity{{Kind: bill.LinePayment, On: month.First(), Amount: paid.Neg()}}
			}
			balance = balance.Sub(paid)
			open, credit = settle(open, credit.Add(paid))
		}
	})
}

// settle pays open charges in order and gives what is open and left.
func settle(open []bill.Open, available money.Amount) ([]bill.Open, money.Amount) {
	var still []bill.Open
	for _, o := range open {
		part := money.Min(o.Unpaid, available)
		available = available.Sub(part)
		if o.Unpaid = o.Unpaid.Sub(part); o.Unpaid.IsPositive() {
			still = append(still, o)
		}
	}
	return still, available
}

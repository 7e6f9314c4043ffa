package payment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

var december = civil.MustParseMonth("2026-12")

// payable reads "2 dental 30.12 binder": month 2026-02, kind, unpaid, marks.
// "raised 1.00 2026-03-05" is the part that is due later. The charge's key
// tells the position in the list.
func payable(n int, text string) payment.Payable {
	fields := strings.Fields(text)
	unpaid, err := money.Parse(fields[2])
	if err != nil {
		panic(err)
	}
	var month int
	if _, err := fmt.Sscan(fields[0], &month); err != nil {
		panic(err)
	}
	p := payment.Payable{
		Charge: bill.ChargeID{UUID: ident.UUID{15: byte(n + 1)}}, EnrollmentID: enrollment.ID{UUID: ident.UUID{14: byte(n + 1)}},
		CarrierID: "HARBOR", Kind: enrollment.Kind(fields[1]), Month: december.Add(month - 12), Unpaid: unpaid,
		Binder: slices.Contains(fields, "binder"), OldDebt: slices.Contains(fields, "old"),
	}
	p.DueOn = p.Month.Prev().On(23)
	if i := slices.Index(fields, "raised"); i > 0 {
		p.Raised, _ = money.Parse(fields[i+1])
		p.RaisedDueOn = civil.MustParseDate(fields[i+2])
	}
	return p
}

func TestApply(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		amount  int64
		charges []string
		want    string // position in charges : amount, "!" where it closes; then what is left
	}{
		{"exactly one charge", 10300, []string{"1 medical 103.00"}, "0:103.00! left 0.00"},
		{"part of a charge", 10299, []string{"1 medical 103.00"}, "0:102.99 left 0.00"},
		{"one cent", 1, []string{"1 medical 103.00"}, "0:0.01 left 0.00"},
		{"more than is owed stays as credit (R-PAY-8)", 10301, []string{"1 medical 103.00"}, "0:103.00! left 0.01"},
		{"nothing owed", 5000, nil, "left 50.00"},
		{"oldest month first", 15000, []string{"3 medical 103.00", "1 medical 103.00", "2 medical 103.00"}, "1:103.00! 2:47.00 left 0.00"},
		{"medical before dental within a month", 11000, []string{"1 dental 30.00", "1 medical 103.00"}, "1:103.00! 0:7.00 left 0.00"},
		{"an older dental month before a newer medical one", 5000, []string{"2 medical 103.00", "1 dental 30.00"}, "1:30.00! 0:20.00 left 0.00"},
		{"over the turn of the year", 11000, []string{"13 medical 103.00", "12 medical 103.00"}, "1:103.00! 0:7.00 left 0.00"},
		{"a first payment before an older month", 10000, []string{"1 medical 103.00", "2 medical 60.00 binder"}, "1:60.00! 0:40.00 left 0.00"},
		{"a first payment never pays old debt (R-BIND-3)", 20000, []string{"1 medical 103.00 old", "2 medical 60.00 binder"}, "1:60.00! left 140.00"},
		{"a partial first payment neither", 5999, []string{"1 medical 103.00 old", "2 medical 60.00 binder"}, "1:59.99 left 0.00"},
		{"old debt is paid when no first payment is open", 20000, []string{"1 medical 103.00 old", "2 medical 60.00"}, "0:103.00! 1:60.00! left 37.00"},
		{"two first payments, medical before dental", 7000, []string{"2 dental 30.00 binder", "2 medical 60.00 binder"}, "1:60.00! 0:10.00 left 0.00"},
		{"a raise has its turn when it is due (R-BILL-7)", 10350, []string{"1 medical 104.00 raised 1.00 2026-02-05", "2 medical 103.00"}, "0:103.00 1:0.50 left 0.00"},
		{"a raise after what is due sooner", 20600, []string{"1 medical 104.00 raised 1.00 2026-02-05", "2 medical 103.00", "3 medical 103.00"}, "0:103.00 1:103.00! left 0.00"},
		{"and before what is due later", 20700, []string{"1 medical 104.00 raised 1.00 2026-02-05", "2 medical 103.00", "3 medical 103.00"}, "0:104.00! 1:103.00! left 0.00"},
		{"a raise of dental coverage before the next month's medical", 100, []string{"1 dental 1.00 raised 1.00 2026-02-05", "3 medical 103.00"}, "0:1.00! left 0.00"},
		{"two raises of a day, the older month first", 150, []string{"2 medical 1.00 raised 1.00 2026-02-05", "1 medical 1.00 raised 1.00 2026-02-05"}, "1:1.00! 0:0.50 left 0.00"},
		{"what is left of a raise that was paid in part", 100, []string{"1 medical 0.60 raised 1.00 2026-02-05"}, "0:0.60! left 0.40"},
		{"a raise never comes before a first payment", 10000, []string{"1 medical 1.00 raised 1.00 2025-12-25", "2 medical 60.00 binder"}, "1:60.00! 0:1.00! left 39.00"},
		{"a paid charge gets nothing", 5000, []string{"1 medical 0.00", "2 medical 60.00"}, "1:50.00 left 0.00"},
		{"nothing to spread", 0, []string{"1 medical 103.00"}, "left 0.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var charges []payment.Payable
			for i, text := range c.charges {
				charges = append(charges, payable(i, text))
			}
			before := slices.Clone(charges)
			applications, left := payment.Apply(money.Cents(c.amount), charges)
			var got []string
			for _, a := range applications {
				closes := ""
				if a.Closes {
					closes = "!"
				}
				got = append(got, fmt.Sprintf("%d:%s%s", a.Charge.UUID[15]-1, a.Amount, closes))
			}
			if text := strings.Join(append(got, "left "+left.String()), " "); text != c.want {
				t.Errorf("got %q, want %q", text, c.want)
			}
			if diff := cmp.Diff(before, charges, cmp.Comparer(func(a, b payment.Payable) bool { return a == b })); diff != "" {
				t.Errorf("the caller's list changed:\n%s", diff)
			}
		})
	}
}

func drawPayables(t *rapid.T) []payment.Payable {
	charges := make([]payment.Payable, rapid.IntRange(0, 8).Draw(t, "charges"))
	for i := range charges {
		kind := rapid.SampledFrom([]enrollment.Kind{enrollment.KindMedical, enrollment.KindDental}).Draw(t, "kind")
		charges[i] = payment.Payable{
			Charge: bill.ChargeID{UUID: ident.UUID{15: byte(i + 1)}}, EnrollmentID: enrollment.ID{UUID: ident.UUID{15: byte(i % 3)}},
			Kind: kind, Month: december.Add(rapid.IntRange(-6, 2).Draw(t, "month")), Unpaid: money.Cents(rapid.Int64Range(1, 50000).Draw(t, "unpaid")),
			Binder: rapid.IntRange(0, 5).Draw(t, "binder") == 0,
		}
		charges[i].OldDebt = !charges[i].Binder && rapid.Bool().Draw(t, "old")
	}
	return charges
}

func TestApplyProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		charges := drawPayables(t)
		amount := money.Cents(rapid.Int64Range(0, 200000).Draw(t, "amount"))
		applications, left := payment.Apply(amount, charges)
		byID := map[bill.ChargeID]payment.Payable{}
		binder := false
		for _, c := range charges {
			byID[c.Charge] = c
			binder = binder || c.Binder
		}
		sum := left
		applied := map[bill.ChargeID]payment.Application{}
		for i, a := range applications {
			c := byID[a.Charge]
			if _, twice := applied[a.Charge]; twice || !a.Amount.IsPositive() || c.Unpaid.Less(a.Amount) || a.EnrollmentID != c.EnrollmentID {
				t.Fatalf("application %d is %+v of %+v", i, a, c)
			}
			if a.Closes != (a.Amount == c.Unpaid) || !a.Closes && i != len(applications)-1 {
				t.Fatalf("application %d of %d: closes %t, %s of %s", i, len(applications), a.Closes, a.Amount, c.Unpaid)
			}
			if binder && c.OldDebt {
				t.Fatalf("a first payment paid old debt: %+v", c)
			}
			applied[a.Charge] = a
			sum = sum.Add(a.Amount)
		}
		if sum != amount || left.IsNegative() {
			t.Fatalf("applied and left come to %s, want %s", sum, amount)
		}
		for _, c := range charges {
			if left.IsPositive() && !applied[c.Charge].Closes && (!binder || !c.OldDebt) {
				t.Fatalf("%s left while %+v is open", left, c)
			}
		}
		checkOrder(t, applications, byID)
		shuffled := rapid.Permutation(charges).Draw(t, "shuffled")
		again, leftAgain := payment.Apply(amount, shuffled)
		if !slices.Equal(applications, again) || left != leftAgain {
			t.Fatalf("another order of charges gives %+v and %s, want %+v and %s", again, leftAgain, applications, left)
		}
	})
}

// checkOrder: first payments first, then by month, then medical before dental.
func checkOrder(t *rapid.T, applications []payment.Application, byID map[bill.ChargeID]payment.Payable) {
	for i := 1; i < len(applications); i++ {
		a, b := byID[applications[i-1].Charge], byID[applications[i].Charge]
		switch {
		case a.Binder != b.Binder:
			if b.Binder {
				t.Fatalf("first payment after another charge: %+v, %+v", a, b)
			}
		case b.Month.Before(a.Month), a.Month == b.Month && b.Kind.Rank() < a.Kind.Rank():
			t.Fatalf("out of order: %+v, %+v", a, b)
		}
	}
}

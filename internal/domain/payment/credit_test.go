package payment_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

func TestApplyCredits(t *testing.T) {
	t.Parallel()
	credit := func(n byte, cents int64) payment.Credit {
		return payment.Credit{PaymentID: payment.ID{UUID: ident.UUID{15: n}}, Open: money.Cents(cents)}
	}
	owed := func(n byte, month string, cents int64) payment.Payable {
		return payment.Payable{
			Charge: bill.ChargeID{UUID: ident.UUID{15: n}}, Kind: enrollment.KindMedical, Month: civil.MustParseMonth(month), Unpaid: money.Cents(cents),
		}
	}
	binder, oldDebt := owed(3, "2027-01", 500), owed(4, "2026-03", 700)
	binder.Binder, oldDebt.OldDebt = true, true
	for _, c := range []struct {
		name    string
		credits []payment.Credit
		charges []payment.Payable
		want    []string
	}{
		{"no credit", nil, []payment.Payable{owed(1, "2026-12", 100)}, []string{"unpaid 2026-12 1.00"}},
		{"nothing owed", []payment.Credit{credit(1, 100)}, nil, nil},
		{"a part of the oldest month", []payment.Credit{credit(1, 100)}, []payment.Payable{owed(1, "2026-12", 300), owed(2, "2026-11", 150)}, []string{
			"1 pays 2 1.00 and is empty", "unpaid 2026-12 3.00", "unpaid 2026-11 0.50",
		}},
		{"two credits meet in a charge", []payment.Credit{credit(1, 100), credit(2, 400)}, []payment.Payable{owed(1, "2026-12", 300)}, []string{
			"1 pays 1 1.00 and is empty", "2 pays 1 2.00 and closes it",
		}},
		{"to the cent", []payment.Credit{credit(1, 450)}, []payment.Payable{owed(1, "2026-12", 300), owed(2, "2026-11", 150)}, []string{
			"1 pays 2 1.50 and closes it", "1 pays 1 3.00 and closes it and is empty",
		}},
		{"a first payment before old debt, which it never pays (R-BIND-3)", []payment.Credit{credit(1, 900)}, []payment.Payable{oldDebt, binder}, []string{
			"1 pays 3 5.00 and closes it", "unpaid 2026-03 7.00",
		}},
		{"old debt alone", []payment.Credit{credit(1, 900)}, []payment.Payable{oldDebt}, []string{"1 pays 4 7.00 and closes it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			applications, unpaid := payment.ApplyCredits(c.credits, c.charges)
			var got []string
			for _, a := range applications {
				text := fmt.Sprintf("%d pays %d %s", a.PaymentID.UUID[15], a.Charge.UUID[15], a.Amount)
				if a.Closes {
					text += " and closes it"
				}
				if a.EmptiesCredit {
					text += " and is empty"
				}
				got = append(got, text)
			}
			for _, p := range unpaid {
				got = append(got, fmt.Sprintf("unpaid %s %s", p.Month, p.Unpaid))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

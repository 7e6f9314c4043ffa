package payment_test

import (
	"testing"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
)

// R-PAY-7, M15: the same amount again, and hardly anything of it was owed.
func TestRepeats(t *testing.T) {
	t.Parallel()
	paid := func(n byte, cents int64) payment.Payment {
		return payment.Payment{ID: payment.ID{UUID: ident.UUID{15: n}}, Amount: money.Cents(cents)}
	}
	second := paid(9, 12450)
	for name, row := range map[string]struct {
		left   int64
		before []payment.Payment
		first  byte // 0: none
	}{
		"all of it is left":                 {12450, []payment.Payment{paid(1, 12450)}, 1},
		"most of it is left":                {6226, []payment.Payment{paid(1, 12450)}, 1},
		"half of it was owed":               {6225, []payment.Payment{paid(1, 12450)}, 0},
		"all of it was owed":                {0, []payment.Payment{paid(1, 12450)}, 0},
		"another amount":                    {12450, []payment.Payment{paid(1, 12451)}, 0},
		"nothing before":                    {12450, nil, 0},
		"itself":                            {12450, []payment.Payment{second}, 0},
		"the latest of several":             {12450, []payment.Payment{paid(1, 12450), paid(2, 12450), paid(3, 500)}, 2},
		"itself among those that are known": {12450, []payment.Payment{paid(1, 12450), second}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, is := payment.RepeatOf(second, money.Cents(row.left), row.before)
			if is != (row.first != 0) || r.First.ID.UUID != (ident.UUID{15: row.first}) {
				t.Errorf("got %v of %v, want payment %d", is, r.First.ID, row.first)
			}
		})
	}
}

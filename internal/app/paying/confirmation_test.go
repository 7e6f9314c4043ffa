package paying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/store/storetest"
)

// Two operations may come to the same ten characters. The later one is given
// another number; neither is lost.
func TestConfirmationNumberThatIsTaken(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		first := w.payByBank(w.renewed(), "10.00")
		o := w.bankOrder(w.renewed(), "20.00")
		taken := ident.NewConfirmation(w.DB.Vault().Index("confirmation", o.Operation.String()))
		storetest.Sabotage(t, w.DB, "UPDATE payment SET confirmation = '"+string(taken)+"' WHERE id_text(payment_id) = '"+first.ID.String()+"'")
		second, err := w.s.PayByBank(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if second.Confirmation == taken {
			t.Errorf("two payments have the confirmation number %s", taken)
		}
		again, err := w.s.PayByBank(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "the same order again", again.Confirmation, second.Confirmation)
		w.VerifyClean()
	})
}

package paying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
)

// leftBeside is a household that paid $124.50 and then $30.00 too much; the
// first payment came back, so that credit lies beside what is open again.
func (w *till) leftBeside(covers ...apptest.Cover) apptest.Household {
	w.t.Helper()
	h := w.Household(covers...)
	w.Bill("2026-12")
	back := w.payByBank(h, "124.50")
	w.payByBank(h, "30.00")
	if err := w.s.Return(w.t.Context(), h.Account, back.ID, "R01", w.Today()); err != nil {
		w.t.Fatal(err)
	}
	apptest.Check(w.t, "open again", w.Unpaid(h), []string{"2026-12 medical 109.50", "2026-12 dental 15.00"})
	apptest.Check(w.t, "credit", w.Facts(h).Credit().String(), "30.00")
	return h
}

func (w *till) due(h apptest.Household) *paying.Due {
	w.t.Helper()
	d, err := w.s.Due(w.t.Context(), h.Account)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// Nobody is asked for money that is there already, and the next payment puts it
// where it belongs (R-PAY-8).
func TestCreditBesideAnOpenCharge(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.leftBeside(apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed())
		d := w.due(h)
		apptest.Check(t, "due, asked, to use", []string{d.Standing.TotalDue.String(), d.Asked.String(), d.Credit.String()}, []string{"124.50", "94.50", "0.00"})
		p := w.payByBank(h, "94.50")
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "0.00")
		r, err := w.s.Receipt(t.Context(), p.IntentID)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "the payment's own part", []string{r.Parts[0].Amount.String(), r.Parts[len(r.Parts)-1].Amount.String()}, []string{"94.50", "94.50"})
		apptest.Check(t, "left", r.Left.String(), "0.00")
		w.VerifyClean()
		apptest.Check(t, "credit with nothing open", w.due(w.overpaid()).Credit.String(), "5.00")
	})
}

func (w *till) overpaid() apptest.Household {
	h := w.renewed()
	w.payByBank(h, "129.50")
	return h
}

// The next bill does so too, the oldest month first.
func TestBillUsesCreditForOlderMonths(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.leftBeside(
			apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed(), apptest.Medical("2027-01", "100.00").Renewed(),
		)
		w.At("2026-12-01")
		w.Bill("2027-01")
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2026-12 medical 79.50", "2026-12 dental 15.00", "2027-01 medical 100.00"})
		apptest.Check(t, "bill", w.Facts(h).LastBill.Total.String(), "194.50")
		apptest.Check(t, "asked", w.due(h).Asked.String(), "194.50")
		w.VerifyClean()
	})
}

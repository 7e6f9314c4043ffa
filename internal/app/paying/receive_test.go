package paying_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// end records that coverage has ended.
func (w *till) end(h apptest.Household, last string) {
	w.t.Helper()
	err := w.Collecting.RecordEnd(w.t.Context(), collecting.End{Account: h.Account, Last: apptest.Month(last), Actor: "staff:test", Second: "staff:second", Reason: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Every channel has its clearing account, and its own day that counts
// (R-PAY-3 to R-PAY-5).
func TestReceiveByEveryChannel(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		for _, row := range []struct {
			channel  payment.Channel
			method   payment.Method
			clearing string
		}{
			{payment.ChannelMail, payment.MethodCheck, "clearing.lockbox"},
			{payment.ChannelMail, payment.MethodMoneyOrder, "clearing.lockbox"},
			{payment.ChannelBillPay, payment.MethodBank, "clearing.billpay"},
			{payment.ChannelThirdParty, payment.MethodBank, "clearing.billpay"},
			{payment.ChannelAgent, payment.MethodBank, "clearing.ach"},
			{payment.ChannelAgent, payment.MethodCard, "clearing.card"},
		} {
			w.row(t, string(row.channel)+" "+string(row.method), func(t *testing.T) {
				h := w.renewed()
				p := w.receive(h, "124.50", row.channel, row.method, apptest.Date("2026-11-17"))
				apptest.Check(t, "received and counted", p.ReceivedOn.String()+" "+p.EffectiveOn.String(), "2026-11-17 2026-11-17")
				apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
				if r, err := w.s.Receipt(t.Context(), p.IntentID); err != nil || len(r.Parts) != 2 || r.Wording != "" {
					t.Errorf("its receipt: %+v, %v", r, err)
				}
				apptest.Check(t, "clearing", w.Rows(fmt.Sprintf(`SELECT clearing FROM clearing_item WHERE id_text(payment_id) = '%s'`, p.ID)), []string{row.clearing})
			})
		}
		apptest.Check(t, "agreed to anything", w.Rows(`SELECT id_text(intent_id) FROM intent
			WHERE text_version IS NOT NULL OR wording IS NOT NULL OR network IS NOT NULL OR session_hash IS NOT NULL`), []string(nil))
		w.VerifyClean()
	})
}

func TestReceiveAgain(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h, other := w.renewed(), w.renewed()
		r := paying.Received{
			Operation: w.s.NewOperation(), Account: h.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
			Amount: apptest.Amount("20.00"), ReceivedOn: apptest.Date("2026-11-19"), Reference: "check 1001",
		}
		first, err := w.s.Receive(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.s.Receive(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "again", again, first)
		changed := r
		changed.Amount = apptest.Amount("20.01")
		_, err = w.s.Receive(t.Context(), changed)
		w.wantCode(err, paying.CodeOtherInput)
		changed = r
		changed.Account = other.Account
		_, err = w.s.Receive(t.Context(), changed)
		w.wantCode(err, paying.CodeOtherInput)
		changed = r
		changed.Operation, changed.Amount = w.s.NewOperation(), apptest.Amount("0.00")
		_, err = w.s.Receive(t.Context(), changed)
		w.wantCode(err, "amount.not_positive")
		apptest.Check(t, "payments", len(w.Payments(h))+len(w.Payments(other)), 1)
		w.VerifyClean()
	})
}

// Money for an account that there is not is refused as such, by every way in.
func TestUnknownAccount(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		stranger := apptest.Household{Account: enrollment.AccountID{UUID: w.DB.NewID()}}
		_, received := w.s.Receive(t.Context(), paying.Received{
			Operation: w.s.NewOperation(), Account: stranger.Account, Channel: payment.ChannelMail, Method: payment.MethodCheck,
			Amount: apptest.Amount("20.00"), ReceivedOn: w.Today(), Reference: "check 1001",
		})
		_, byBank := w.s.PayByBank(t.Context(), w.bankOrder(stranger, "20.00"))
		_, byCard := w.s.PayByCard(t.Context(), w.order(stranger, "20.00"))
		_, due := w.s.Due(t.Context(), stranger.Account)
		for name, err := range map[string]error{"received": received, "by bank": byBank, "by card": byCard, "due": due} {
			if err == nil || fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.VerifyClean()
	})
}

// A receipt tells what the payment itself brought about.
func TestReceiptTellsWhatStarted(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		told := func(p payment.Payment) string {
			r, err := w.s.Receipt(t.Context(), p.IntentID)
			if err != nil {
				t.Fatal(err)
			}
			var text []string
			for _, part := range r.Parts {
				text = append(text, fmt.Sprintf("%s %s first month: %t", part.Month, part.Amount, part.Binder))
			}
			for _, month := range r.Starts {
				text = append(text, "starts "+month.String())
			}
			return strings.Join(text, ", ")
		}
		h := w.selected()
		part, rest, more := w.payByBank(h, "20.00"), w.payByBank(h, "33.00"), w.payByBank(h, "5.00")
		apptest.Check(t, "a part", told(part), "2027-01 20.00 first month: true")
		apptest.Check(t, "the rest", told(rest), "2027-01 33.00 first month: true, starts 2027-01")
		apptest.Check(t, "more", told(more), "")
		apptest.Check(t, "a month of coverage that goes on", told(w.payByBank(w.renewed(), "109.50")), "2026-12 109.50 first month: false")
		if err := w.s.Return(t.Context(), h.Account, rest.ID, "R01", w.Today()); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "taken back", told(rest), "")
	})
}

// R-PAY-4: a check with a postmark of the 22nd that arrives on the 27th starts
// coverage.
func TestPostmarkedCheckStartsCoverage(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.selected()
		w.At("2026-12-27")
		w.receive(h, "53.00", payment.ChannelMail, payment.MethodCheck, apptest.Date("2026-12-22"))
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), []string{"effectuate 2027-01 R-BIND-1"})
		w.VerifyClean()
	})
}

// R-PAY-3: a returned debit undoes the payment. What it paid is owed again
// since its old due date, and the next bill says what happened.
func TestReturn(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(
			apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed(),
			apptest.Medical("2027-01", "109.50").Renewed(), apptest.Dental("2027-01", "15.00").Renewed(),
		)
		w.Bill("2026-12")
		kept := w.payByBank(h, "100.00")
		owed, due := w.Owed(h), w.Unpaid(h)
		p := w.payByBank(h, "50.00") // the rest, and 25.50 too much
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "25.50")

		w.At("2026-11-25")
		for range 2 {
			if err := w.s.Return(t.Context(), h.Account, p.ID, "R01", w.Today()); err != nil {
				t.Fatal(err)
			}
			apptest.Check(t, "owed as before", w.Owed(h), owed)
			apptest.Check(t, "unpaid as before", w.Unpaid(h), due)
			apptest.Check(t, "credit", w.Facts(h).Credit().String(), "0.00")
			w.VerifyClean()
		}
		for _, c := range w.Facts(h).Charges {
			apptest.Check(t, "due", c.DueOn.String(), "2026-11-23")
		}
		apptest.Check(t, "state", w.Standing(h).Enrollments[0].State, standing.StatePastDue)
		apptest.Check(t, "the debit", w.Rows(fmt.Sprintf(`SELECT state FROM ach_entry WHERE id_text(payment_id) = '%s'`, p.ID)), []string{"dropped"})
		apptest.Check(t, "the other debit", w.Rows(fmt.Sprintf(`SELECT state FROM ach_entry WHERE id_text(payment_id) = '%s'`, kept.ID)), []string{"waiting"})

		w.At("2026-12-01")
		w.Bill("2027-01")
		var lines []string
		for _, l := range w.Facts(h).LastBill.Lines {
			lines = append(lines, fmt.Sprintf("%s %s", l.Kind, l.Amount))
		}
		apptest.Check(t, "next bill", lines, []string{
			"previous_balance 124.50", "payment -100.00", "payment -50.00", "payment_returned 50.00", "charge 109.50", "charge 15.00",
		})
		apptest.Check(t, "total", w.Facts(h).LastBill.Total.String(), "149.00")
		w.VerifyClean()
	})
}

// A credit that has paid the next month comes back with its payment.
func TestReturnOfAPaymentWhoseCreditWasUsed(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(apptest.Medical("2026-01", "53.00").Renewed(), apptest.Medical("2027-01", "53.00").Renewed())
		w.Bill("2026-12")
		p := w.payByBank(h, "120.00")
		w.At("2026-12-01")
		w.Bill("2027-01")
		apptest.Check(t, "credit paid January", w.Unpaid(h), []string(nil))
		if err := w.s.Return(t.Context(), h.Account, p.ID, "R10", w.Today()); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2026-12 medical 53.00", "2027-01 medical 53.00"})
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "0.00")
		w.payByBank(h, "106.00")
		apptest.Check(t, "paid again", w.Unpaid(h), []string(nil))
		w.VerifyClean()
	})
}

// A late payment that came back says nothing about the one in time that
// replaces it.
func TestReturnedLatePaymentDoesNotSpoilAPostmarkedOne(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.selected()
		w.At("2026-12-24")
		late := w.payByBank(h, "53.00")
		w.At("2026-12-27")
		if err := w.s.Return(t.Context(), h.Account, late.ID, "R01", w.Today()); err != nil {
			t.Fatal(err)
		}
		w.receive(h, "53.00", payment.ChannelMail, payment.MethodCheck, apptest.Date("2026-12-22"))
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), []string{"effectuate 2027-01 R-BIND-1"})
		w.VerifyClean()
	})
}

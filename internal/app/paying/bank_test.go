package paying_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// applied lists what a payment paid, from its receipt.
func (w *till) applied(id payment.OperationID) []string {
	w.t.Helper()
	r, err := w.s.Receipt(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, p := range r.Parts {
		all = append(all, fmt.Sprintf("%s %s %s", p.Month, p.Kind, p.Amount))
	}
	if r.Left.IsPositive() {
		all = append(all, "left "+r.Left.String())
	}
	return all
}

// Oldest month first, medical before dental, the rest stays as credit
// (architecture section 6, R-PAY-8, R-PAY-9).
func TestBankPaymentIsApplied(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		amount  string
		applied []string
		unpaid  []string
		credit  string
	}{
		"in full": {"249.00", []string{
			"2026-12 medical 109.50", "2026-12 dental 15.00", "2027-01 medical 109.50", "2027-01 dental 15.00",
		}, nil, "0.00"},
		"one cent": {"0.01", []string{"2026-12 medical 0.01"}, []string{
			"2026-12 medical 109.49", "2026-12 dental 15.00", "2027-01 medical 109.50", "2027-01 dental 15.00",
		}, "0.00"},
		"the oldest month": {"124.50", []string{"2026-12 medical 109.50", "2026-12 dental 15.00"}, []string{
			"2027-01 medical 109.50", "2027-01 dental 15.00",
		}, "0.00"},
		"into the middle of a charge": {"120.00", []string{"2026-12 medical 109.50", "2026-12 dental 10.50"}, []string{
			"2026-12 dental 4.50", "2027-01 medical 109.50", "2027-01 dental 15.00",
		}, "0.00"},
		"too much": {"300.00", []string{
			"2026-12 medical 109.50", "2026-12 dental 15.00", "2027-01 medical 109.50", "2027-01 dental 15.00", "left 51.00",
		}, nil, "51.00"},
	}
	eachTill(t, func(t *testing.T, w *till) {
		var all []apptest.Household
		for range rows {
			all = append(all, w.Household(
				apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed(),
				apptest.Medical("2027-01", "109.50").Renewed(), apptest.Dental("2027-01", "15.00").Renewed(),
			))
		}
		w.Bill("2026-12")
		w.At("2026-12-01")
		w.Bill("2027-01")
		for name, row := range rows {
			h := all[0]
			all = all[1:]
			w.row(t, name, func(t *testing.T) {
				o := w.bankOrder(h, row.amount)
				p, err := w.s.PayByBank(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				apptest.Check(t, "applied", w.applied(o.Operation), row.applied)
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				apptest.Check(t, "credit", w.Facts(h).Credit().String(), row.credit)
				apptest.Check(t, "from", p.Brand+" "+p.LastFour, "checking 6789")
				apptest.Check(t, "counts on", p.EffectiveOn.String(), "2026-12-01")
				i, err := w.s.Intent(t.Context(), o.Operation)
				apptest.Check(t, "agreed to", i.Authorization, o.Authorization)
				apptest.Check(t, "error", err, nil)
			})
		}
		apptest.Check(t, "debits waiting for the file", w.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM ach_entry WHERE state = 'waiting' AND sec_code = 'WEB'`),
			[]string{fmt.Sprint(len(rows))})
		w.VerifyClean()
	})
}

func TestSameBankOrderAgainIsTheSamePayment(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.bankOrder(h, "50.00")
		first, err := w.s.PayByBank(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		w.restart()
		again, err := w.s.PayByBank(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "again", again, first)
		changes := map[string]func(*paying.BankOrder){
			"another amount":  func(o *paying.BankOrder) { o.Amount = apptest.Amount("50.01") },
			"another account": func(o *paying.BankOrder) { o.Bank.Number = pii.NewSecret("000123456780") },
			"another bank":    func(o *paying.BankOrder) { o.Bank.Routing = "021000021" },
			"savings":         func(o *paying.BankOrder) { o.Bank.Type = payment.AccountSavings },
			"somebody else":   func(o *paying.BankOrder) { o.Account = w.renewed().Account },
		}
		for name, change := range changes {
			other := o
			change(&other)
			if _, err := w.s.PayByBank(t.Context(), other); !fault.Is(err, paying.CodeOtherInput) {
				t.Errorf("%s under the same id: %v", name, err)
			}
		}
		_, err = w.s.PayByCard(t.Context(), o.Order)
		w.wantCode(err, paying.CodeOtherInput)
		apptest.Check(t, "payments", len(w.Payments(h)), 1)
		apptest.Check(t, "owed", w.Owed(h).String(), "74.50")
		w.VerifyClean()
	})
}

// Double tap, two tabs, a retry after a timeout: one payment.
func TestSameBankOrderAtTheSameTime(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.bankOrder(h, "50.00")
		var all sync.WaitGroup
		var mu sync.Mutex
		numbers := map[string]bool{}
		for range 8 {
			all.Go(func() {
				p, err := w.s.PayByBank(t.Context(), o)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				numbers[string(p.Confirmation)] = true
			})
		}
		all.Wait()
		apptest.Check(t, "confirmation numbers", len(numbers), 1)
		apptest.Check(t, "payments", len(w.Payments(h)), 1)
		apptest.Check(t, "owed", w.Owed(h).String(), "74.50")
		w.VerifyClean()
	})
}

func TestManyBankPaymentsAtTheSameTime(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := w.s.PayByBank(t.Context(), w.bankOrder(h, "20.00")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		apptest.Check(t, "payments", len(w.Payments(h)), 8)
		apptest.Check(t, "owed", w.Owed(h).String(), "0.00")
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "35.50")
		apptest.Check(t, "stored bank accounts", w.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM bank_account`), []string{"1"})
		w.VerifyClean()
	})
}

// Two pay for each household while the next month is billed and the day is
// reviewed. Whatever comes first, every cent is where it belongs.
func TestPaymentsBesideABillRun(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		crowd := w.Crowd(24, apptest.Medical("2026-01", "100.00").Renewed())
		w.Bill("2026-11")
		w.At("2026-11-24")
		var all sync.WaitGroup
		all.Go(func() {
			_, billed := w.Billing.Run(t.Context(), billing.RunInput{Month: apptest.Month("2026-12")})
			_, reviewed := w.Collecting.Review(t.Context(), w.Today())
			if err := errors.Join(billed, reviewed); err != nil {
				t.Error(err)
			}
		})
		for i, h := range crowd {
			for _, amount := range []string{"70.00", "30.00"} {
				all.Go(func() {
					o := w.bankOrder(h, amount)
					if _, err := w.s.PayByBank(t.Context(), o); err != nil {
						t.Errorf("payer %d: %v", i, err)
					}
				})
			}
		}
		all.Wait()
		for _, h := range crowd {
			apptest.Check(t, "owed less credit", w.Owed(h).Sub(w.Facts(h).Credit()).String(), "100.00")
		}
		w.VerifyClean()
	})
}

// More payers than connections, who share transactions on PostgreSQL. Among them
// are some who can not pay what they ask for and some who hang up: what each was
// told is so, whatever happened to the others.
func TestMorePayersThanConnections(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		crowd := w.Crowd(64, apptest.Medical("2026-01", "109.50").Renewed())
		w.Bill("2026-12")
		var all sync.WaitGroup
		told := make([]error, len(crowd))
		orders := make([]paying.BankOrder, len(crowd))
		hangingUp, hangUp := context.WithCancel(t.Context()) // when the first is told
		defer hangUp()
		for i, h := range crowd {
			amount := "50.00"
			if i%5 == 2 {
				amount = "999999.99"
			}
			orders[i] = w.bankOrder(h, amount)
			all.Go(func() {
				ctx := t.Context()
				if i%7 == 3 {
					ctx = hangingUp
				}
				_, told[i] = w.s.PayByBank(ctx, orders[i])
				hangUp()
			})
		}
		all.Wait()
		for i, h := range crowd {
			var want string
			switch err := told[i]; {
			case err == nil:
				want = "59.50"
			case fault.Is(err, fault.CodeUnknownOutcome):
				continue
			case i%5 == 2 && !errors.Is(err, context.Canceled):
				w.wantCode(err, "amount.too_large")
				fallthrough
			default:
				want = "109.50"
			}
			apptest.Check(t, "owed", w.Owed(h).String(), want)
			apptest.Check(t, "stored", w.state(orders[i].Operation) != "", want == "59.50")
			if i%7 != 3 && (told[i] == nil) == (i%5 == 2) {
				t.Errorf("payer %d was told %v", i, told[i])
			}
		}
		w.VerifyClean()
	})
}

func TestAmountsThatCanNotBePaid(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		// What is owed and three months ahead (R-PAY-8).
		const most = "498.00"
		d, err := w.s.Due(t.Context(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "most", d.Most.String(), most)
		for amount, code := range map[string]string{
			"0.00": "amount.not_positive", "-5.00": "amount.not_positive", "498.01": "amount.too_large", "999999.99": "amount.too_large",
		} {
			o := w.bankOrder(h, amount)
			_, err := w.s.PayByBank(t.Context(), o)
			w.wantCode(err, code)
			apptest.Check(t, "stored", w.state(o.Operation), payment.IntentState(""))
		}
		w.payByBank(h, most)
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "373.50")
		w.VerifyClean()
	})
}

// In December this year's coverage and the one renewed for next year are there
// side by side. A month ahead is one of them, not both.
func TestMonthsAheadCountEachKindOnce(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(
			apptest.Medical("2026-01", "100.00").Renewed(), apptest.Medical("2027-01", "110.00").Renewed(), apptest.Dental("2026-01", "15.00").Renewed(),
		)
		w.At("2026-12-01")
		w.Bill("2027-01")
		d, err := w.s.Due(t.Context(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "owed and three months ahead", d.Most.String(), "485.00") // 110 + 3 × (110 + 15)
	})
}

// Money is not taken from an account that a person has mistyped.
func TestBankAccountIsCheckedFirst(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.renewed()
		o := w.bankOrder(h, "10.00")
		o.Bank.Routing = "123456789"
		_, err := w.s.PayByBank(t.Context(), o)
		if fields := fault.Fields(err); len(fields) != 1 || fields[0].Field != "routing" {
			t.Errorf("got %v", err)
		}
		good := w.bankOrder(h, "10.00").Bank
		for name, row := range map[string]struct {
			answer payment.Validation
			err    error
			want   string
		}{
			"open":                    {payment.ValidationOK, nil, ""},
			"closed":                  {payment.ValidationRefused, nil, paying.CodeBankRefused},
			"the service is silent":   {payment.ValidationUnavailable, nil, paying.CodeBankSilent},
			"the service fails":       {payment.ValidationOK, errSilent, paying.CodeBankSilent},
			"an answer nobody agreed": {"maybe", nil, paying.CodeBankRefused},
		} {
			w.Validator.Answer, w.Validator.Err = row.answer, row.err
			reference, err := w.s.CheckBank(t.Context(), good)
			if got := fault.CodeOf(err); got != row.want || (reference == "") != (err != nil) {
				t.Errorf("%s: %q, %v", name, reference, err)
			}
		}
		asked := w.Validator.Asked
		if _, err := w.s.CheckBank(t.Context(), o.Bank); err == nil || w.Validator.Asked != asked {
			t.Errorf("a mistyped account reached the service: %v", err)
		}
		apptest.Check(t, "payments", len(w.Payments(h)), 0)
	})
}

// R-BIND-1, MA test vector 9: coverage starts when the first month is paid in
// full and in time; a cent or a second too little, and it does not.
func TestFirstPaymentStartsCoverage(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		at, amount string
		starts     bool
	}{
		"in full, early":              {"2026-11-20 12:00:00", "53.00", true},
		"more than in full":           {"2026-11-20 12:00:00", "60.00", true},
		"in full, in the last second": {"2026-12-23 23:59:59", "53.00", true},
		"a second late":               {"2026-12-24 00:00:00", "53.00", false},
		"a cent short":                {"2026-11-20 12:00:00", "52.99", false},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachTill(t, func(t *testing.T, w *till) {
				h := w.selected()
				w.At(row.at)
				p := w.payByBank(h, row.amount)
				var decisions []string
				state := standing.StatePending
				if row.starts {
					decisions, state = []string{"effectuate 2027-01 R-BIND-1"}, standing.StateActive
				}
				apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), decisions)
				apptest.Check(t, "state", w.Standing(h).Enrollments[0].State, state)
				apptest.Check(t, "counts on", p.EffectiveOn.String(), row.at[:10])
				w.VerifyClean()
			})
		})
	}
}

func TestFirstPaymentInPartsStartsCoverageOnce(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.selected()
		w.payByBank(h, "52.99")
		w.payByBank(h, "0.01")
		w.payByBank(h, "53.00")
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), []string{"effectuate 2027-01 R-BIND-1"})
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "53.00")
		w.VerifyClean()
	})
}

// MA test vectors 2 and 3: the last second of the 23rd in Boston is in time.
func TestCutOff(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		early, late := w.renewed(), w.renewed()
		w.At("2026-11-23 23:59:59")
		apptest.Check(t, "counts on", w.payByBank(early, "124.50").EffectiveOn.String(), "2026-11-23")
		apptest.Check(t, "before", w.Standing(late).Enrollments[0].State, standing.StateActive)
		w.At("2026-11-24 00:00:00")
		apptest.Check(t, "after", w.Standing(late).Enrollments[0].State, standing.StatePastDue)
		apptest.Check(t, "early one", w.Standing(early).Enrollments[0].State, standing.StateActive)
		apptest.Check(t, "counts on", w.payByBank(late, "124.50").EffectiveOn.String(), "2026-11-24")
		w.VerifyClean()
	})
}

// R-BIND-3: a first payment never pays the debt of coverage that has ended.
func TestFirstPaymentNeverPaysOldDebt(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		w.At("2026-07-01")
		h := w.Household(apptest.Medical("2026-08", "103.00").Renewed())
		w.Bill("2026-08")
		w.At("2026-10-31")
		w.end(h, "2026-08")
		w.At("2026-11-20")
		w.Enroll(&h, apptest.Medical("2027-01", "53.00"))
		w.FirstBills()
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2026-08 medical 103.00", "2027-01 medical 53.00"})
		first := w.bankOrder(h, "100.00")
		if _, err := w.s.PayByBank(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "applied", w.applied(first.Operation), []string{"2027-01 medical 53.00", "left 47.00"})
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[1]), []string{"effectuate 2027-01 R-BIND-1"})
		// Once coverage has started, old debt may be paid.
		later := w.bankOrder(h, "56.00")
		if _, err := w.s.PayByBank(t.Context(), later); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "applied later", w.applied(later.Operation), []string{"2026-08 medical 56.00"})
		w.VerifyClean()
	})
}

package apptest

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Bill runs a month and gives what the run came to.
func (w *World) Bill(month string) billing.Progress {
	w.TB.Helper()
	done, err := w.Billing.Run(w.TB.Context(), billing.RunInput{Month: Month(month)})
	if err != nil {
		w.TB.Fatal(err)
	}
	return done
}

// FirstBills issues the first bills that are waited for.
func (w *World) FirstBills() int {
	w.TB.Helper()
	n, err := w.Billing.FirstBills(w.TB.Context())
	if err != nil {
		w.TB.Fatal(err)
	}
	return n
}

// Facts gives what the books say of an account.
func (w *World) Facts(h Household) *store.Facts {
	w.TB.Helper()
	var f *store.Facts
	err := w.DB.Read(w.TB.Context(), "facts", func(tx *store.ReadTx) (err error) {
		f, err = tx.FactsOf(h.Account)
		return err
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return f
}

// Standing gives the account's standing today.
func (w *World) Standing(h Household) standing.Standing {
	w.TB.Helper()
	return standing.Evaluate(w.Profile, w.Facts(h).Standing(), w.Today())
}

// Unpaid lists what is unpaid as "2026-12 medical 109.50", oldest first.
func (w *World) Unpaid(h Household) []string {
	w.TB.Helper()
	var all []string
	for _, c := range w.Facts(h).Charges {
		if c.Unpaid.IsPositive() {
			all = append(all, fmt.Sprintf("%s %s %s", c.Month, c.Kind, c.Unpaid))
		}
	}
	return all
}

// Owed adds up what is unpaid.
func (w *World) Owed(h Household) money.Amount {
	w.TB.Helper()
	var sum money.Amount
	for _, c := range w.Facts(h).Charges {
		sum = sum.Add(c.Unpaid)
	}
	return sum
}

// Payments gives all payments of an account.
func (w *World) Payments(h Household) []payment.Payment {
	w.TB.Helper()
	var all []payment.Payment
	err := w.DB.Read(w.TB.Context(), "payments", func(tx *store.ReadTx) (err error) {
		all, err = tx.PaymentsSince(h.Account, Date("2000-01-01"))
		return err
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return all
}

// Bills gives all bills of an account, as they were issued.
func (w *World) Bills(h Household) []*bill.Bill {
	w.TB.Helper()
	var all []*bill.Bill
	err := w.DB.Read(w.TB.Context(), "bills", func(tx *store.ReadTx) error {
		return tx.Ranges(1000, func(r store.Range) error {
			return tx.EachBill(r, func(b store.SealedBill) {
				if b.Columns.AccountID == h.Account {
					all = append(all, b.Document)
				}
			})
		})
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return all
}

// SetAside gives the accounts that could not be billed for a month.
func (w *World) SetAside(month string) []store.BillException {
	w.TB.Helper()
	var all []store.BillException
	err := w.DB.Read(w.TB.Context(), "set aside", func(tx *store.ReadTx) (err error) {
		all, err = tx.BillExceptions(Month(month), 100)
		return err
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return all
}

// Rows runs a query of one text column. It is for what the store has no read
// for, such as the rule of a decision.
func (w *World) Rows(query string) []string {
	w.TB.Helper()
	var all []string
	scan := func(next func() bool, scan func(...any) error, last func() error) {
		for next() {
			var s string
			if err := scan(&s); err != nil {
				w.TB.Fatal(err)
			}
			all = append(all, s)
		}
		if err := last(); err != nil {
			w.TB.Fatal(err)
		}
	}
	ctx := w.TB.Context()
	if pool := w.DB.PostgresPool(); pool != nil {
		rows, err := pool.Query(ctx, query)
		if err != nil {
			w.TB.Fatal(err)
		}
		defer rows.Close()
		scan(rows.Next, rows.Scan, rows.Err)
		return all
	}
	rows, err := w.DB.SQLiteWriter().QueryContext(ctx, query)
	if err != nil {
		w.TB.Fatal(err)
	}
	defer rows.Close()
	scan(rows.Next, rows.Scan, rows.Err)
	return all
}

// Decisions lists the decisions on an enrollment as "effectuate 2027-01 R-BIND-1".
func (w *World) Decisions(id enrollment.ID) []string {
	w.TB.Helper()
	return w.Rows(fmt.Sprintf(
		"SELECT kind || ' ' || coverage_month || ' ' || rule FROM decision WHERE enrollment_id = '%s' ORDER BY decision_id", id))
}

// Jobs notes what work was asked for. The next call fails when Fail is set;
// hooks run inside the transaction.
type Jobs struct {
	Receipt func() error // in place of success, if set
	Check   func() error
}

// SendReceipt is asked for in the transaction that posts a payment.
func (j *Jobs) SendReceipt(*store.Tx, enrollment.AccountID, payment.OperationID) error {
	return run(j.Receipt)
}

// CheckCard is asked for in the transaction that stores a webhook.
func (j *Jobs) CheckCard(*store.Tx, payment.OperationID) error { return run(j.Check) }

func run(hook func() error) error {
	if hook == nil {
		return nil
	}
	return hook()
}

type links struct{}

func (links) CardSuccess(id payment.OperationID, language string) string {
	return "https://pay.test/" + language + "/card/" + id.String()
}

func (links) CardCancel(id payment.OperationID, language string) string {
	return "https://pay.test/" + language + "/card/" + id.String() + "/cancel"
}

// Validator answers for every bank account what it is told to.
type Validator struct {
	Answer payment.Validation // "" means ok
	Err    error
	Asked  int
}

// Validate answers.
func (v *Validator) Validate(context.Context, string, pii.Secret, payment.AccountType) (payment.Validation, string, error) {
	v.Asked++
	answer := v.Answer
	if answer == "" {
		answer = payment.ValidationOK
	}
	return answer, fmt.Sprintf("check-%d", v.Asked), v.Err
}

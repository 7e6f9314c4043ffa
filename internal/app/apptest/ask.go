package apptest

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
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
		"SELECT kind || ' ' || coverage_month || ' ' || rule FROM decision WHERE id_text(enrollment_id) = '%s' ORDER BY decision_id", id))
}

// Jobs notes what work was asked for. The next call fails when Fail is set;
// hooks run inside the transaction.
type Jobs struct {
	Receipt func() error // in place of success, if set
	Text    func(*store.Tx, payment.OperationID) error
	Check   func(*store.Tx, payment.OperationID) error
	Mandate func() error
}

// SendReceipt is asked for in the transaction that posts a payment.
func (j *Jobs) SendReceipt(*store.Tx, enrollment.AccountID, payment.OperationID) error {
	return run(j.Receipt)
}

// TextReceipt is asked for in the transaction that posts a payment.
func (j *Jobs) TextReceipt(tx *store.Tx, _ enrollment.AccountID, operation payment.OperationID) error {
	if j.Text == nil {
		return nil
	}
	return j.Text(tx, operation)
}

// CheckCard is asked for in the transaction that stores a webhook.
func (j *Jobs) CheckCard(tx *store.Tx, operation payment.OperationID) error {
	if j.Check == nil {
		return nil
	}
	return j.Check(tx, operation)
}

// SendMandateLetter is asked for in the transaction that owes the letter.
func (j *Jobs) SendMandateLetter(*store.Tx, enrollment.AccountID, mandate.LetterID) error {
	return run(j.Mandate)
}

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
	During func() error // in place of its answer, if set; the process may die here
}

// Validate answers.
func (v *Validator) Validate(context.Context, string, pii.Secret, payment.AccountType) (payment.Validation, string, error) {
	v.Asked++
	if v.During != nil {
		return "", "", v.During()
	}
	answer := v.Answer
	if answer == "" {
		answer = payment.ValidationOK
	}
	return answer, fmt.Sprintf("check-%d", v.Asked), v.Err
}

// Live lets the days pass up to one and including it, each as the business day
// goes: the night's review, letters, first bills, and on bill day the bill run.
func (w *World) Live(until string) {
	w.TB.Helper()
	for day := w.Today().AddDays(1); !day.After(Date(until)); day = day.AddDays(1) {
		w.At(day.String())
		w.Night()
	}
}

// Night does today's work.
func (w *World) Night() {
	w.TB.Helper()
	today := w.Today()
	done, err := w.Collecting.Review(w.TB.Context(), today)
	if err != nil {
		w.TB.Fatal(err)
	}
	if done.SetAside > 0 {
		w.TB.Fatalf("set aside: %v", w.Rows("SELECT reason FROM review_exception"))
	}
	w.FirstBills()
	w.SendNotices()
	if month := w.Profile.CoverageMonthBilledOn(today); w.Profile.BillOn(month) == today {
		w.Bill(month.String())
	}
}

// SendNotices sends the letters that are owed and still true, without writing
// them.
func (w *World) SendNotices() {
	w.TB.Helper()
	w.InTx(func(tx *store.Tx) error {
		accounts, err := tx.AccountsOwedNotices(enrollment.AccountID{}, 1000)
		for _, id := range accounts {
			if err := w.sendNotices(tx, id); err != nil {
				return err
			}
		}
		return err
	})
}

func (w *World) sendNotices(tx *store.Tx, id enrollment.AccountID) error {
	facts, err := tx.ReviewFacts(id)
	if err != nil {
		return err
	}
	owed, err := tx.NoticesOwed(id)
	now := standing.Evaluate(w.Profile, facts.Standing(), w.Today())
	for _, n := range owed {
		state := store.NoticeSuppressed
		for _, still := range now.Notices {
			if still.Kind == n.Kind && still.Month == n.Month && facts.Enrollments[still.Enrollment].ID == n.EnrollmentID {
				state, n.Amount, n.By, n.Ends = store.NoticeSent, still.Amount, still.By, still.Ends
			}
		}
		tx.SettleNotice(n, state, w.Today())
	}
	return err
}

// Story lists what was decided, which letters went out and which were held
// back, day by day: "2027-01-24 decided enter_grace 2027-01 R-DUE-1".
func (w *World) Story(h Household) []string {
	w.TB.Helper()
	return w.Rows(fmt.Sprintf(`
		SELECT line FROM (
			SELECT decided_on AS day, 1 AS seq, id_text(decision_id) AS id, CAST(decided_on AS TEXT) || ' ' || kind || ' ' || coverage_month || ' ' || rule AS line
			FROM decision WHERE id_text(account_id) = '%[1]s'
			UNION ALL SELECT state_on, 2, id_text(notice_id), CAST(state_on AS TEXT) || ' letter ' || kind || ' ' || coverage_month || ' '
				|| CAST(amount_cents / 100 AS TEXT) || CASE state WHEN 'sent' THEN '' ELSE ' ' || state END
			FROM notice WHERE id_text(account_id) = '%[1]s') s
		ORDER BY day, seq, id`, h.Account))
}

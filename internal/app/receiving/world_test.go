package receiving_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// hooks notes what AutoPay and refunds are told, in the transactions that tell.
type hooks struct {
	saved map[payment.BankAccountID]bool
}

func (h *hooks) Returned(tx *store.Tx, e ach.Entry, code string, on civil.Date, undone bool) error {
	what := "returned "
	if undone {
		what = "undone before, returned "
	}
	return h.note(tx, e.AccountID, what+code+" "+on.String())
}

func (h *hooks) Corrected(tx *store.Tx, account enrollment.AccountID, from, _ payment.BankAccountID, code string, on civil.Date) (bool, error) {
	return h.saved[from], h.note(tx, account, "corrected "+code+" "+on.String())
}

func (h *hooks) MicroReturned(tx *store.Tx, e ach.Entry, code string, on civil.Date) error {
	return h.note(tx, e.AccountID, "micro-entry returned "+on.String()+" "+code)
}

func (h *hooks) Prenoted(tx *store.Tx, account enrollment.AccountID, _ payment.BankAccountID, code string, on civil.Date) error {
	return h.note(tx, account, strings.TrimSpace("prenoted "+on.String()+" "+code))
}

func (h *hooks) Paid(tx *store.Tx, e ach.Entry, on civil.Date) error {
	return h.note(tx, e.AccountID, "refund paid "+e.Amount.String()+" "+on.String())
}

func (h *hooks) CameBack(tx *store.Tx, e ach.Entry, code string, on civil.Date) error {
	return h.note(tx, e.AccountID, "refund back "+code+" "+on.String())
}

// note leaves word in the audit, which a transaction that is run twice or rolled
// back takes away again.
func (h *hooks) note(tx *store.Tx, account enrollment.AccountID, what string) error {
	tx.Audit(store.AuditEvent{AccountID: account, Operation: "test.hook", Actor: "test", Subject: "hook", Summary: what})
	return nil
}

// mailbox is what the bank has for us, in memory.
type mailbox struct {
	mu    sync.Mutex
	files map[string]string
	done  []string
	fail  func(method, name string) error
}

func (m *mailbox) call(method, name string) error {
	if m.fail == nil {
		return nil
	}
	return m.fail(method, name)
}

func (m *mailbox) Put(context.Context, string, func(io.Writer) error) error { return nil }
func (m *mailbox) Has(context.Context, string) (bool, error)                { return true, nil }

func (m *mailbox) List(context.Context) (all []ach.File, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, text := range m.files {
		all = append(all, ach.File{Name: name, Size: int64(len(text))})
	}
	slices.SortFunc(all, func(a, b ach.File) int { return strings.Compare(a.Name, b.Name) })
	return all, m.call("list", "")
}

func (m *mailbox) Get(_ context.Context, name string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return io.NopCloser(strings.NewReader(m.files[name])), m.call("get", name)
}

func (m *mailbox) Done(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("done", name); err != nil {
		return err
	}
	delete(m.files, name)
	m.done = append(m.done, name)
	return nil
}

// bench is a world whose payers' debits are with the bank.
type bench struct {
	*apptest.World
	hooks   *hooks
	mail    *mailbox
	paying  *paying.Service
	out     *originating.Service
	service *receiving.Service
}

func newBench(w *apptest.World) *bench {
	b := &bench{World: w, hooks: &hooks{saved: map[payment.BankAccountID]bool{}}, mail: &mailbox{files: map[string]string{}}, paying: w.NewPaying(nil)}
	b.out = originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: b.mail})
	return b.restart()
}

// restart makes the service anew, as the process does that comes up after one
// was killed.
func (b *bench) restart() *bench {
	b.service = receiving.New(receiving.Config{
		DB: b.DB, Profile: b.Profile, Payments: b.paying, AutoPay: b.hooks, Refunds: b.hooks, Link: b.mail, Log: b.Log,
	})
	return b
}

func each(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, newBench(w)) })
}

// household is one that owes 100.00 for December.
func (b *bench) household() apptest.Household {
	b.TB.Helper()
	h := b.Household(apptest.Medical("2026-12", "100.00").Renewed())
	b.Bill("2026-12")
	return h
}

// pay has a household pay online from a bank account.
func (b *bench) pay(h apptest.Household, amount string) payment.Payment {
	b.TB.Helper()
	p, err := b.paying.PayByBank(b.TB.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: payment.OperationID{UUID: b.DB.NewID()}, Account: h.Account, Channel: payment.ChannelWebGuest,
			Amount: apptest.Amount(amount), Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: "You let us take this amount once."},
		},
		Bank: payment.BankAccount{
			HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
		},
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	return p
}

// sendFile builds what waits and brings it to the bank. The file settles on
// the next bank day.
func (b *bench) sendFile() store.ACHFile {
	b.TB.Helper()
	if _, err := b.out.Build(b.TB.Context(), b.Today()); err != nil {
		b.TB.Fatal(err)
	}
	if _, err := b.out.Send(b.TB.Context(), b.Today()); err != nil {
		b.TB.Fatal(err)
	}
	var files []store.ACHFile
	err := b.DB.Read(b.TB.Context(), "files", func(tx *store.ReadTx) (err error) {
		files, err = tx.LastACHFiles(1)
		return err
	})
	if err != nil || len(files) == 0 {
		b.TB.Fatalf("no file was built: %v", err)
	}
	return files[0]
}

// entry gives the entry that collects a payment.
func (b *bench) entry(p payment.Payment) (e ach.Entry) {
	b.TB.Helper()
	err := b.DB.Read(b.TB.Context(), "entry", func(tx *store.ReadTx) (err error) {
		e, err = tx.ACHEntryOf(p.AccountID, p.ID)
		return err
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	return e
}

// take hands a file in.
func (b *bench) take(name, text string) receiving.Report {
	b.TB.Helper()
	report, err := b.service.Take(b.TB.Context(), name, strings.NewReader(text))
	if err != nil {
		b.TB.Fatal(err)
	}
	return report
}

// items lists the items of all files as "5 return R01 posted return.posted".
func (b *bench) items() []string {
	return b.Rows(`SELECT CAST(i.line AS TEXT) || ' ' || i.kind || ' ' || i.code || ' ' || i.state || ' ' || i.reason
		FROM bank_item i JOIN inbound_file f ON f.file_id = i.file_id ORDER BY f.received_at, f.file_id, i.seq`)
}

// heard lists what AutoPay and refunds were told.
func (b *bench) heard() []string {
	return b.Rows("SELECT summary FROM audit WHERE operation = 'test.hook' ORDER BY audit_id")
}

// balance gives a ledger account's balance in cents, the debit side positive.
func (b *bench) balance(account string) string {
	return b.Rows(fmt.Sprintf(`SELECT CAST(COALESCE(SUM(CASE WHEN debit = '%[1]s' THEN amount_cents ELSE -amount_cents END), 0) AS TEXT)
		FROM transfer WHERE debit = '%[1]s' OR credit = '%[1]s'`, account))[0]
}

// clearing lists what is on its way, and on its way back.
func (b *bench) clearing() []string {
	return b.Rows("SELECT CAST(amount_cents AS TEXT) FROM clearing_item WHERE closed_on IS NULL ORDER BY clearing_item.amount_cents")
}

// after moves the clock on by bank days.
func (b *bench) after(bankDays int) civil.Date {
	next := civil.BankDays.Add(b.Today(), bankDays)
	b.At(next.String())
	return next
}

// fetch looks into the bank's mailbox.
func (b *bench) fetch() receiving.Fetched {
	b.TB.Helper()
	f, err := b.service.Fetch(b.TB.Context(), b.Today())
	if err != nil {
		b.TB.Fatal(err)
	}
	return f
}

func secret(text string) pii.Secret { return pii.NewSecret(text) }

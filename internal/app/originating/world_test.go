package originating_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/format/nacha"
	"quittance.org/quittance/internal/store"
)

var errLine = errors.New("the line went dead")

// mailbox is the bank's mailbox in memory. A file that was put stays on record
// under its name for good, as with a bank; arrived counts how often each name
// got there.
type mailbox struct {
	mu      sync.Mutex
	ours    map[string][]byte
	theirs  map[string][]byte
	arrived map[string]int
	// unreadable are files that can not be opened.
	unreadable map[string]error
	forgets    bool // keeps no content: for measuring
	// fail decides what becomes of the n-th call, from 1: nothing, it fails
	// without effect, or it fails after its effect.
	calls int
	fail  func(call int, method string) fate
}

type fate int

const (
	works fate = iota
	fails
	failsAfter
	kills // after its effect the process is gone
)

func newMailbox() *mailbox {
	return &mailbox{ours: map[string][]byte{}, theirs: map[string][]byte{}, arrived: map[string]int{}}
}

// killed is what a test panics with where the process would be gone.
type killed struct{}

func (m *mailbox) call(method string, effect func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
	f := works
	if m.fail != nil {
		f = m.fail(m.calls, method)
	}
	if f == fails {
		return errLine
	}
	err := effect()
	switch f {
	case kills:
		panic(killed{})
	case failsAfter:
		return errLine
	case works, fails:
	}
	return err
}

func (m *mailbox) Put(_ context.Context, name string, write func(io.Writer) error) error {
	return m.call("put", func() error {
		if _, ok := m.ours[name]; ok {
			return fault.New(fault.Conflict, ach.CodeThere, "there")
		}
		var b bytes.Buffer
		to := io.Writer(&b)
		if m.forgets {
			to = io.Discard
		}
		if err := write(to); err != nil {
			return err
		}
		m.ours[name] = b.Bytes()
		m.arrived[name]++
		return nil
	})
}

func (m *mailbox) Has(_ context.Context, name string) (has bool, err error) {
	err = m.call("has", func() error { _, has = m.ours[name]; return nil })
	return has, err
}

func (m *mailbox) List(context.Context) (all []ach.File, err error) {
	err = m.call("list", func() error {
		for name, b := range m.theirs {
			all = append(all, ach.File{Name: name, Size: int64(len(b))})
		}
		slices.SortFunc(all, func(a, b ach.File) int { return strings.Compare(a.Name, b.Name) })
		return nil
	})
	return all, err
}

func (m *mailbox) Get(_ context.Context, name string) (r io.ReadCloser, err error) {
	err = m.call("get", func() error { r = io.NopCloser(bytes.NewReader(m.theirs[name])); return m.unreadable[name] })
	return r, err
}

func (m *mailbox) Done(_ context.Context, name string) error {
	return m.call("done", func() error { delete(m.theirs, name); return nil })
}

// acknowledge has the bank say its word on a file of ours.
func (m *mailbox) acknowledge(f store.ACHFile, change func(*ach.Ack)) {
	a := ach.Ack{File: f.Name, Accepted: true, Totals: f.Totals}
	if change != nil {
		change(&a)
	}
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		panic(err)
	}
	m.theirs[ach.AckName(f.Name)] = b.Bytes()
}

// bench is a world with a bank and somebody who pays.
type bench struct {
	*apptest.World
	bank    *mailbox
	guard   originating.Guard
	service *originating.Service
	paying  *paying.Service
}

func newBench(w *apptest.World) *bench {
	b := &bench{World: w, bank: newMailbox(), paying: w.NewPaying(nil)}
	return b.restart()
}

// restart makes the service anew, as the process does that comes up after one
// was killed.
func (b *bench) restart() *bench {
	b.service = originating.New(originating.Config{DB: b.DB, Profile: b.Profile, Link: b.bank, Guard: b.guard, Payments: b.paying})
	return b
}

// stopped is a guard that stops debits.
type stopped struct{}

func (stopped) MayDebit(context.Context, civil.Date) error {
	return fault.New(fault.Conflict, ach.CodeGuardStop, "too many")
}

// pay has a household pay online from a bank account.
func (b *bench) pay(h apptest.Household, amount string) payment.Payment {
	b.TB.Helper()
	return b.payFrom(h, amount, payment.BankAccount{
		HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
	})
}

func (b *bench) payFrom(h apptest.Household, amount string, from payment.BankAccount) payment.Payment {
	b.TB.Helper()
	p, err := b.paying.PayByBank(b.TB.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: payment.OperationID{UUID: b.DB.NewID()}, Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount(amount), Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: "You let us take this amount once."},
		},
		Bank: from,
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	return p
}

// household is one that owes 100.00 for December.
func (b *bench) household() apptest.Household {
	b.TB.Helper()
	h := b.Household(apptest.Medical("2026-12", "100.00").Renewed())
	b.Bill("2026-12")
	return h
}

func (b *bench) build(date string) originating.Built {
	b.TB.Helper()
	built, err := b.service.Build(b.TB.Context(), apptest.Date(date))
	if err != nil {
		b.TB.Fatal(err)
	}
	return built
}

func (b *bench) send(date string) originating.Sent {
	b.TB.Helper()
	sent, err := b.service.Send(b.TB.Context(), apptest.Date(date))
	if err != nil {
		b.TB.Fatal(err)
	}
	return sent
}

// files gives the files, the oldest first.
func (b *bench) files() (all []store.ACHFile) {
	b.TB.Helper()
	err := b.DB.Read(b.TB.Context(), "files", func(tx *store.ReadTx) (err error) {
		all, err = tx.LastACHFiles(100)
		return err
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	slices.Reverse(all)
	return all
}

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

// line is one entry of a file as the bank reads it.
type line struct {
	Batch, Trace, Amount, Name, ID string
}

// read reads a file as the bank does.
func (b *bench) read(name string) (header string, all []line) {
	b.TB.Helper()
	batch := ""
	for l := range strings.Lines(string(b.bank.ours[name])) {
		l = strings.TrimRight(l, "\r\n")
		if len(l) != nacha.RecordLength {
			b.TB.Fatalf("a record of %d characters", len(l))
		}
		switch l[0] {
		case '1':
			header = l
		case '5':
			batch = l[1:4] + " " + l[50:53] + " " + strings.TrimSpace(l[53:63]) + " " + l[69:75]
		case '6':
			cents := int64(0)
			for _, d := range l[29:39] {
				cents = cents*10 + int64(d-'0')
			}
			all = append(all, line{
				batch, l[79:94], money.Cents(cents).String(), strings.TrimSpace(l[54:76]), strings.TrimSpace(l[39:54]),
			})
		}
	}
	return header, all
}

var (
	treasurer  = access.Actor{Name: "staff:tess", Role: access.RoleTreasury}
	supervisor = access.Actor{Name: "staff:sam", Role: access.RoleSupervisor}
	agent      = access.Actor{Name: "staff:abe", Role: access.RoleAgent}
)

func each(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, newBench(w)) })
}

// limit changes the limits of a file for this bench.
func (b *bench) limit(change func(*ach.Limit)) {
	p, on := *b.Profile, b.Today()
	l := ach.Limit{Entries: p.ACH.FileEntries.On(on), Debits: p.ACH.FileDebits.On(on), Credits: p.ACH.FileCredits.On(on)}
	change(&l)
	p.ACH.FileEntries, p.ACH.FileDebits, p.ACH.FileCredits = profile.Always(l.Entries), profile.Always(l.Debits), profile.Always(l.Credits)
	b.Profile = &p
	b.restart()
}

func (b *bench) dayLimit(entries int) {
	p := *b.Profile
	p.ACH.DayEntries = profile.Always(entries)
	b.Profile = &p
	b.restart()
}

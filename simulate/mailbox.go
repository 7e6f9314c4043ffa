package simulate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/sandbox/bank"
)

// mailbox is the bank's mailbox inside the process: it keeps the promises of
// ach.Link. On some days the connection is lost, before what was asked for was
// done or after it, and stays lost until somebody mends it.
type mailbox struct {
	bank  *bank.Bank
	clock clock.Clock

	mu       sync.Mutex
	calls    int  // until the connection is lost; below zero: it holds
	after    bool // it is lost after the call was done
	lost     bool
	reversed bool // files are given in the wrong order, statements a day late
}

func newMailbox(b *bank.Bank, c clock.Clock) *mailbox { return &mailbox{bank: b, clock: c, calls: -1} }

// mend makes the connection again, and tells whether it was lost.
func (m *mailbox) mend() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	lost := m.lost
	m.lost, m.calls = false, -1
	return lost
}

// day sets what is wrong with the connection from now on.
func (m *mailbox) day(calls int, after, reversed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls, m.after, m.reversed = calls, after, reversed
}

var errLost = fault.New(fault.Unavailable, ach.CodeLinkSilent, "the connection is lost")

// call does what is asked for unless the connection is lost.
func (m *mailbox) call(ctx context.Context, do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.lost {
		return errLost
	}
	m.calls--
	m.lost = m.calls == 0
	if m.lost && !m.after {
		return errLost
	}
	if err := do(); err != nil {
		return err
	}
	if m.lost {
		return errLost
	}
	return nil
}

// Put is of ach.Link.
func (m *mailbox) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	var whole bytes.Buffer
	if err := write(&whole); err != nil {
		return err
	}
	return m.call(ctx, func() error {
		if m.bank.Has(name) {
			return fault.New(fault.Conflict, ach.CodeThere, "%s is with the bank", name)
		}
		_, err := m.bank.Take(m.clock.Now(), name, whole.Bytes())
		return err
	})
}

// Has is of ach.Link.
func (m *mailbox) Has(ctx context.Context, name string) (has bool, err error) {
	err = m.call(ctx, func() error { has = m.bank.Has(name); return nil })
	return has, err
}

// List is of ach.Link.
func (m *mailbox) List(ctx context.Context) (files []ach.File, err error) {
	err = m.call(ctx, func() error {
		all, err := m.bank.Outbox(m.clock.Now())
		newest := ""
		for _, o := range all {
			if strings.HasPrefix(o.Name, "STATEMENT") {
				newest = o.Name
			}
		}
		for _, o := range all {
			if !m.reversed || o.Name != newest {
				files = append(files, ach.File{Name: o.Name, Size: int64(len(o.Body))})
			}
		}
		if m.reversed {
			slices.Reverse(files)
		}
		return err
	})
	return files, err
}

// Get is of ach.Link. A connection that is lost while it lasts gives a part.
func (m *mailbox) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	var body []byte
	err := m.call(ctx, func() (err error) { body, err = m.bank.Open(name); return err })
	if errors.Is(err, errLost) && body != nil {
		return io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), broken{})), nil
	}
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// broken is the end of a file whose connection is lost.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errLost }

// Done is of ach.Link.
func (m *mailbox) Done(ctx context.Context, name string) error {
	return m.call(ctx, func() error { return m.bank.Done(name) })
}

// Package inbox is the demo's mailbox: a small SMTP receiver that keeps every
// message and passes none on, with pages to read them and JSON for tests.
package inbox

import (
	"errors"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
)

const keepAtMost = 1000

// Message is one that came in.
type Message struct {
	ID         string        `json:"id"`
	ReceivedAt civil.Instant `json:"received_at"`
	From       string        `json:"from"` // the envelope's
	To         []string      `json:"to"`   // the envelope's
	Subject    string        `json:"subject"`
	Text       string        `json:"text"`
	HTML       string        `json:"html,omitempty"`
}

// Inbox keeps the newest thousand messages in memory. It is safe for
// concurrent use.
type Inbox struct {
	clock clock.Clock
	log   *slog.Logger

	mu       sync.Mutex
	messages []Message // oldest first
	count    int
	listener net.Listener
	open     map[net.Conn]bool
	closed   bool
	serving  sync.WaitGroup
}

// New makes an Inbox.
func New(c clock.Clock, log *slog.Logger) *Inbox {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Inbox{clock: c, log: log, open: map[net.Conn]bool{}}
}

// Messages lists what came in, newest first.
func (b *Inbox) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := slices.Clone(b.messages)
	slices.Reverse(list)
	return list
}

// Message finds one.
func (b *Inbox) Message(id string) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.messages, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return b.messages[i], true
}

func (b *Inbox) keep(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count++
	m.ID, m.ReceivedAt = strconv.Itoa(b.count), b.clock.Now()
	b.messages = append(b.messages, m)
	if len(b.messages) > keepAtMost {
		b.messages = slices.Delete(b.messages, 0, 1)
	}
}

// Listen starts to take mail at a loopback address, "127.0.0.1:0" for any
// free port.
func (b *Inbox) Listen(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return errors.New("the inbox listens on a loopback address only, such as 127.0.0.1:0")
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.listener = l
	b.mu.Unlock()
	b.serving.Go(func() { b.accept(l) })
	return nil
}

// Addr tells where mail is taken, "" before Listen.
func (b *Inbox) Addr() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.listener == nil {
		return ""
	}
	return b.listener.Addr().String()
}

func (b *Inbox) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return // closed
		}
		if !b.admit(conn) {
			_ = conn.Close()
			continue
		}
		b.serving.Go(func() {
			defer b.dismiss(conn)
			b.serve(conn)
		})
	}
}

const connectionsAtMost = 50

func (b *Inbox) admit(conn net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.open) >= connectionsAtMost {
		return false
	}
	b.open[conn] = true
	return true
}

func (b *Inbox) dismiss(conn net.Conn) {
	_ = conn.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, conn)
}

// Close stops taking mail and ends what is under way. Messages stay readable.
func (b *Inbox) Close() error {
	b.mu.Lock()
	var err error
	if b.listener != nil && !b.closed {
		err = b.listener.Close()
	}
	b.closed = true
	for conn := range b.open {
		_ = conn.Close()
	}
	b.mu.Unlock()
	b.serving.Wait()
	return err
}

package store_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// wire is a way to a server that can be cut.
type wire struct {
	listener net.Listener
	server   string
	cut      atomic.Bool // with the next that is sent to the server
}

func newWire(t *testing.T, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	w := &wire{listener: l, server: server}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	return w
}

func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(client, server) }()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil || w.cut.Load() {
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// When the connection breaks in the commit without a word, as when the server is
// killed, nobody knows what became of it.
func TestConnectionThatBreaksInTheCommit(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(storetest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, address.Host)
	address.Host = w.listener.Addr().String()
	db, err := store.Open(t.Context(), address.String(), store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for name, in := range map[string]func(context.Context, string, func(*store.Tx) error) error{"alone": db.InTx, "in the line": inLine(db, nobody)} {
		ran := 0
		err := in(t.Context(), "test", func(tx *store.Tx) error {
			ran++
			_, err := tx.Tries("key", time.Hour)
			w.cut.Store(true)
			tx.CountTry("key")
			return err
		})
		w.cut.Store(false)
		if !fault.Is(err, fault.CodeUnknownOutcome) || ran != 1 {
			t.Errorf("%s: want an unknown outcome, got %v; ran %d times", name, err, ran)
		}
	}
}

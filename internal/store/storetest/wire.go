package storetest

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/store"
)

// Wire is a way to the PostgreSQL server that breaks in a commit, as when a
// server, a switch or the process dies there.
type Wire struct {
	server string
	breaks atomic.Int32
}

// Break is what a wire does with the next COMMIT.
type Break int32

// The ways to break. Each breaks one connection, once.
const (
	breakNot   Break = iota
	LoseCommit       // it never reaches the server
	LoseAnswer       // it does, and nobody hears what came of it
)

// Break breaks the connection that commits next.
func (w *Wire) Break(how Break) { w.breaks.Store(int32(how)) }

// Broken tells whether the wire broke as it was told to.
func (w *Wire) Broken() bool { return Break(w.breaks.Load()) == breakNot }

// OpenWired opens a fresh PostgreSQL database at the other end of a wire.
// Closures run twice if twice says so.
func OpenWired(tb testing.TB, c clock.Clock, twice bool) (*store.DB, *Wire) {
	tb.Helper()
	address, err := url.Parse(PostgresURL(tb))
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = listener.Close() })
	w := &Wire{server: address.Host}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(client)
		}
	}()
	address.Host = listener.Addr().String()
	query := address.Query()
	query.Set("default_query_exec_mode", "cache_describe") // statements travel as text
	address.RawQuery = query.Encode()
	db, err := store.Open(tb.Context(), address.String(), store.Options{Clock: c, Vault: Vault(), RunTwice: twice, MaxConns: 8})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return db, w
}

func (w *Wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		_ = w.pass(client, server, LoseAnswer)
	}()
	_ = w.pass(server, client, LoseCommit)
}

// committing is in the message that asks for a commit, and in its answer.
var committing = []byte("COMMIT\x00")

// pass hands on what comes, until the wire breaks that way.
func (w *Wire) pass(to io.Writer, from io.Reader, how Break) error {
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return err
		}
		if bytes.Contains(buffer[:n], committing) && w.breaks.CompareAndSwap(int32(how), int32(breakNot)) {
			return io.ErrClosedPipe
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return err
		}
	}
}

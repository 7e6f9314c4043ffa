package cli_test

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"quittance.org/quittance/internal/edge/cli"
)

// A header of 1 MB is refused by the program's own server before any handler
// sees it.
func TestAHugeHeader(t *testing.T) {
	t.Parallel()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := cli.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a handler saw it") }), slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(listener) }()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() { // the server stops reading long before the end
		_, _ = io.WriteString(conn, "GET /pay HTTP/1.1\r\nHost: x\r\nX-Big: "+strings.Repeat("x", 1<<20))
	}()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "HTTP/1.1 431 ") {
		t.Errorf("got %q, %v", line, err)
	}
}

package cli_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"quittance.org/quittance/internal/edge/web/guest"
)

// flood is a request that is too much in one way.
type flood struct {
	name string
	head []byte
	body func() io.Reader // nil: none
	want int
}

const megabyte = 1 << 20

// door is where a body can be sent.
type door struct {
	name, path, kind string
}

const form, object = "application/x-www-form-urlencoded", "application/json"

var doors = []door{
	{"a page", "/pay", form},
	{"the last page", "/pay/check", form},
	{"the look-up", "/is-my-payment-in", form},
	{"sign-in", "/account/sign-in", form},
	{"the webhook", guest.WebhookPath, object},
	{"the API", "/api/v1/receipts", object},
	{"nowhere", "/nowhere", form},
}

// floods are what the issue names, so many times as much: 10 MB, with and
// without a length, a thousand fields, a header of 1 MB.
func floods(host, apiKey string, times int) []flood {
	much := int64(times) * 10 * megabyte
	head := func(d door, length string) []byte {
		return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: %s\r\nAuthorization: Bearer %s\r\n%s\r\n\r\n", d.path, host, d.kind, apiKey, length)
	}
	body := func() io.Reader { return io.LimitReader(letters{}, much) }
	chunk := func() io.Reader { return io.MultiReader(strings.NewReader(fmt.Sprintf("%x\r\n", much)), body()) }
	fields := strings.Repeat("x=1&", times*1000)
	long := strings.Repeat("x", times*megabyte)
	all := []flood{
		{"a long header", fmt.Appendf(nil, "GET /pay HTTP/1.1\r\nHost: %s\r\nX-Big: %s\r\n\r\n", host, long), nil, http.StatusRequestHeaderFieldsTooLarge},
		{"a long address", fmt.Appendf(nil, "GET /pay?%s HTTP/1.1\r\nHost: %s\r\n\r\n", long, host), nil, http.StatusRequestHeaderFieldsTooLarge},
	}
	for _, d := range doors {
		all = append(all,
			flood{"a long body to " + d.name, head(d, fmt.Sprintf("Content-Length: %d", much)), body, http.StatusRequestEntityTooLarge},
			flood{"an endless body to " + d.name, head(d, "Transfer-Encoding: chunked"), chunk, http.StatusRequestEntityTooLarge})
		if d.kind == form {
			all = append(all, flood{"a thousand fields to " + d.name, head(d, fmt.Sprintf("Content-Length: %d", len(fields))), func() io.Reader { return strings.NewReader(fields) }, http.StatusBadRequest})
		}
	}
	return all
}

// letters is a body without end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// Too much is refused by the program's own server, and costs as much memory when
// it is three times as much: every byte that is asked for meanwhile is counted.
//
//nolint:paralleltest // it measures the memory of the whole process
func TestMemoryStaysFlat(t *testing.T) {
	line, stop := startDemo(t, t.TempDir())
	defer stop()
	address, err := url.Parse(line.Portal)
	if err != nil {
		t.Fatal(err)
	}
	more := floods(address.Host, line.APIKey, 3)
	for i, f := range floods(address.Host, line.APIKey, 1) {
		if status := f.send(t, address.Host); status != f.want {
			t.Errorf("%s: got %d, want %d", f.name, status, f.want)
		}
		once, thrice := f.cost(t, address.Host), more[i].cost(t, address.Host)
		if once > 8*megabyte || thrice > once+megabyte/4 {
			t.Errorf("%s: takes %d KB of memory, three times as much takes %d KB", f.name, once>>10, thrice>>10)
		}
	}
}

// cost gives the memory that the flood takes each time, from several times.
func (f flood) cost(t *testing.T, host string) uint64 {
	t.Helper()
	const times = 5
	before := allocated()
	for range times {
		f.send(t, host)
	}
	return (allocated() - before) / times
}

// allocated is all memory that was ever asked for, freed or not.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// send sends the flood on a connection of its own and gives the answer's status.
func (f flood) send(t *testing.T, host string) int {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { // the server stops reading long before the end
		if _, err := conn.Write(f.head); err == nil && f.body != nil {
			_, _ = io.Copy(conn, f.body())
		}
	}()
	status, err := bufio.NewReader(conn).ReadString('\n')
	var code int
	if _, scanned := fmt.Sscanf(status, "HTTP/1.1 %d", &code); scanned != nil {
		t.Errorf("%s: answered %q, %v", f.name, status, err)
	}
	return code
}

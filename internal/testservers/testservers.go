//go:build unix

// Package testservers starts the real servers that tests talk to: stripe-mock
// and mailpit. It is for tests only.
//
// The servers are pinned in tools/testservers/go.mod and built once into
// .cache/bin of the repository, under a file lock, so that parallel test
// binaries build them together once.
package testservers

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock"
)

const startWithin = 2 * time.Minute

// StripeMock starts stripe-mock and gives its address, "http://127.0.0.1:PORT".
// It checks requests against Stripe's published API description and answers
// with examples; it remembers nothing.
func StripeMock(tb testing.TB) string {
	tb.Helper()
	out := start(tb, build(tb, "stripe-mock", "github.com/stripe/stripe-mock"),
		"-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	return "http://" + out.after(tb, "Listening for HTTP at address: ")
}

// Mail is a running mailpit.
type Mail struct {
	SMTP string // "127.0.0.1:PORT", no TLS, no password
	API  string // "http://127.0.0.1:PORT", see /api/v1/messages
}

// Mailpit starts mailpit, which takes any mail and shows it over its API.
func Mailpit(tb testing.TB) Mail {
	tb.Helper()
	program := build(tb, "mailpit", "github.com/axllent/mailpit")
	// Mailpit wants to be told its ports. One that was free may be taken before
	// it listens there, and then it ends: on others it is tried again.
	for range portTries - 1 {
		if m, out := startMailpit(tb, program); out.ready(m.ready) {
			return m
		}
	}
	m, out := startMailpit(tb, program)
	out.until(tb, m.ready)
	return m
}

const portTries = 3

func startMailpit(tb testing.TB, program string) (Mail, *output) {
	tb.Helper()
	smtp, api := freeAddresses(tb)
	out := start(tb, program,
		"--smtp", smtp, "--listen", api, "--disable-version-check", "--database", filepath.Join(tb.TempDir(), "mail.db"))
	return Mail{SMTP: smtp, API: "http://" + api}, out
}

func (m Mail) ready() bool { return answers(m.API+"/readyz") && accepts(m.SMTP) }

// build gives the path of the server's program. Its name carries the pinned
// versions, so that another pin means another file.
func build(tb testing.TB, name, pkg string) string {
	tb.Helper()
	root := repository(tb)
	module := filepath.Join(root, "tools", "testservers")
	pins, err := os.ReadFile(filepath.Join(module, "go.sum"))
	if err != nil {
		tb.Fatalf("read the pinned versions: %v", err)
	}
	sum := sha256.Sum256(pins)
	bin := filepath.Join(root, ".cache", "bin")
	program := filepath.Join(bin, name+"-"+hex.EncodeToString(sum[:6]))
	if err := os.MkdirAll(bin, 0o750); err != nil {
		tb.Fatalf("make %s: %v", bin, err)
	}
	defer lock(tb, filepath.Join(bin, name+".lock"))()
	if _, err := os.Stat(program); err == nil {
		return program
	}
	// Built beside and renamed, so that a build that is killed leaves nothing.
	build := exec.CommandContext(tb.Context(), "go", "build", "-C", module, "-o", program+".new", pkg)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build %s: %v\n%s", name, err, out)
	}
	if err := os.Rename(program+".new", program); err != nil {
		tb.Fatalf("build %s: %v", name, err)
	}
	return program
}

func repository(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, statErr := os.Stat(filepath.Join(dir, "tools", "testservers", "go.mod")); statErr == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			err = fmt.Errorf("no tools/testservers above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	tb.Fatalf("find the repository: %v", err)
	return ""
}

func lock(tb testing.TB, path string) (unlock func()) {
	tb.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
	}
	if err != nil {
		tb.Fatalf("lock %s: %v", path, err)
	}
	return func() { _ = f.Close() } // which unlocks
}

// output is what a server has printed so far.
type output struct {
	mu     sync.Mutex
	text   bytes.Buffer
	exited bool
}

func start(tb testing.TB, program string, args ...string) *output {
	tb.Helper()
	cmd := exec.Command(program, args...) //nolint:noctx // it ends with the test, below
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start %s: %v", program, err)
	}
	out := &output{}
	var reading sync.WaitGroup
	reading.Go(func() { out.read(read) })
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		_ = write.Close()
		close(ended)
	}()
	tb.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		reading.Wait()
	})
	return out
}

func (o *output) read(r io.Reader) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		o.mu.Lock()
		o.text.WriteString(lines.Text() + "\n")
		o.mu.Unlock()
	}
	o.mu.Lock()
	o.exited = true
	o.mu.Unlock()
}

func (o *output) printed() (string, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.exited
}

// until waits for ready, and fails the test if that does not come.
func (o *output) until(tb testing.TB, ready func() bool) {
	tb.Helper()
	if !o.ready(ready) {
		text, _ := o.printed()
		tb.Fatalf("the server did not start; it printed:\n%s", text)
	}
}

// ready waits for ready, watching that the server lives.
func (o *output) ready(ready func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for began := clock.Start(); ; <-tick.C {
		isReady := ready()
		if _, exited := o.printed(); exited || clock.Elapsed(began) > startWithin {
			return false
		}
		if isReady {
			return true
		}
	}
}

// after waits for a line that begins with prefix and gives the rest of it.
func (o *output) after(tb testing.TB, prefix string) string {
	tb.Helper()
	found := ""
	o.until(tb, func() bool {
		text, _ := o.printed()
		for line := range strings.Lines(text) {
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				found = strings.TrimSpace(rest)
			}
		}
		return found != ""
	})
	return found
}

// freeAddresses gives two ports that are free now, not one twice.
func freeAddresses(tb testing.TB) (one, other string) {
	tb.Helper()
	addresses := make([]string, 2)
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatalf("find a free port: %v", err)
		}
		defer func() { _ = l.Close() }()
		addresses[i] = l.Addr().String()
	}
	return addresses[0], addresses[1]
}

func answers(url string) bool {
	res, err := http.Get(url) //nolint:gosec,noctx // a loopback address made here
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func accepts(address string) bool {
	conn, err := net.Dial("tcp", address) //nolint:noctx // a loopback address made here
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

package crash_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the built binary, made once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "quittance-crash")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "quittance")
	build := exec.Command("go", "build", "-o", path, "quittance.org/quittance/cmd/quittance")
	build.Stderr = os.Stderr
	return path, build.Run()
})

func build(t *testing.T) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// kills is how many times a test kills: few in every run, 200 with
// QUITTANCE_KILLS=200.
func kills(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("QUITTANCE_KILLS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("QUITTANCE_KILLS: %v", err)
	}
	return n
}

// demo is a demo marketplace on a folder and two ports that it keeps through
// its deaths.
type demo struct {
	t       *testing.T
	binary  string
	dir     string
	portal  string // host:port
	sandbox string
	size    int // households beside the fixtures
	process *exec.Cmd
}

func newDemo(t *testing.T, households int) *demo {
	t.Helper()
	d := &demo{t: t, binary: build(t), dir: t.TempDir(), size: households}
	d.portal, d.sandbox = freeAddress(t, 10_000), freeAddress(t, 15_000)
	return d
}

// freeAddress gives a free port, one of 5,000. The demo comes back to it after
// each of its deaths, so it is none of those that the system hands out by
// itself (from 32,768 on), which another test might get meanwhile.
func freeAddress(t *testing.T, from int) string {
	t.Helper()
	var err error
	for range 20 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", from+rand.IntN(5_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal(err)
	return ""
}

// start runs the demo and waits until it says that it is ready.
func (d *demo) start() {
	d.t.Helper()
	d.process = exec.Command(d.binary, "demo", "--data", d.dir, "--listen", d.portal, "--sandbox", d.sandbox, "--households", strconv.Itoa(d.size), "--json")
	var complaints strings.Builder
	d.process.Stderr = &complaints
	out, err := d.process.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.process.Start(); err != nil {
		d.t.Fatal(err)
	}
	var ready struct{ Portal string }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&ready); err != nil || ready.Portal == "" {
		_ = d.process.Wait()
		d.t.Fatalf("the demo did not get ready: %v\n%s", err, complaints.String())
	}
}

// kill ends the demo as a power cut does.
func (d *demo) kill() {
	d.t.Helper()
	if err := d.process.Process.Kill(); err != nil {
		d.t.Fatal(err)
	}
	_ = d.process.Wait() // "signal: killed" is what we asked for
}

// stop ends the demo politely and wants exit code 0.
func (d *demo) stop() {
	d.t.Helper()
	if err := d.process.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	if err := d.process.Wait(); err != nil {
		d.t.Errorf("SIGTERM: %v, want exit code 0", err)
	}
}

// verify wants clean books.
func verify(t *testing.T, binary, dir string) {
	t.Helper()
	out, err := exec.Command(binary, "verify", "--data", dir).CombinedOutput()
	if err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// pause waits for real time to pass: what is tested here is another process.
func pause(d time.Duration) { <-time.After(d) }

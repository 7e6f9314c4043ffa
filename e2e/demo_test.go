package e2e_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the built binary, made once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "quittance-e2e")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "quittance")
	build := exec.Command("go", "build", "-o", path, "quittance.org/quittance/cmd/quittance")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return path, build.Run()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// member is a fixture as the demo announces it.
type member struct {
	Fixture      string `json:"fixture"`
	SubscriberID string `json:"subscriber_id"`
	BirthDate    string `json:"birth_date"`
	AccountCode  string `json:"account_code"`
	DueCents     int64  `json:"due_cents"`
}

// month, day and year of the birth date, as people type them.
func (m member) birth(t *testing.T) (month, day, year string) {
	t.Helper()
	d, err := time.Parse("2006-01-02", m.BirthDate)
	if err != nil {
		t.Fatal(err)
	}
	return d.Format("January"), d.Format("2"), d.Format("2006")
}

// demo is a running demo with its own data.
type demo struct {
	t       *testing.T
	dir     string
	process *exec.Cmd
	log     string // file
	trail   *trail
	printed *strings.Builder // on standard output after the one line; whole once over is closed
	over    chan struct{}
	Portal  string
	Sandbox string
	APIKey  string `json:"api_key"`
	Members []member
}

// newDemo starts a demo on Friday 20 November 2026, 2 p.m., and stops it with
// the test, which then fails unless the demo ends well and its books are clean.
func newDemo(t *testing.T) *demo {
	t.Helper()
	return newDemoAt(t, "127.0.0.1:0")
}

// newDemoAt starts a demo whose portal listens on an address, with more flags or
// none.
func newDemoAt(t *testing.T, listen string, flags ...string) *demo {
	t.Helper()
	binary, err := program()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	d := &demo{
		t: t, dir: filepath.Join(home, "data"), log: filepath.Join(home, "log"),
		trail: newTrail(), printed: &strings.Builder{}, over: make(chan struct{}),
	}
	log, err := os.Create(d.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	d.process = exec.Command(binary, append([]string{"demo", "--data", d.dir, "--listen", listen, "--sandbox", "127.0.0.1:0", "--households", "0", "--json", "--verbose"}, flags...)...)
	d.process.Stderr = log
	out, err := d.process.StdoutPipe()
	if err == nil {
		err = d.process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ready := json.NewDecoder(out)
	if err := ready.Decode(d); err != nil {
		_ = d.process.Wait()
		t.Fatalf("the demo did not get ready: %v\n%s", err, d.logged())
	}
	go func() {
		defer close(d.over)
		_, _ = io.Copy(d.printed, io.MultiReader(ready.Buffered(), out))
	}()
	t.Cleanup(func() { d.stop(binary) })
	return d
}

func (d *demo) stop(binary string) {
	if err := d.process.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Error(err)
	}
	<-d.over // before Wait, which closes what it reads
	if err := d.process.Wait(); err != nil {
		d.t.Errorf("SIGTERM: %v, want exit code 0\n%s", err, d.logged())
	}
	if more := strings.TrimSpace(d.printed.String()); more != "" {
		d.t.Errorf("after its one line the demo prints %q", more)
	}
	d.nothingPersonal()
	if out, err := exec.Command(binary, "verify", "--data", d.dir).CombinedOutput(); err != nil {
		d.t.Errorf("verify: %v\n%s", err, out)
	}
}

// logged gives what the demo has logged so far.
func (d *demo) logged() string {
	d.t.Helper()
	text, err := os.ReadFile(d.log)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

func (d *demo) member(letter string) member {
	d.t.Helper()
	for _, m := range d.Members {
		if m.Fixture == letter {
			return m
		}
	}
	d.t.Fatalf("the demo has no member %s", letter)
	return member{}
}

// holds tells whether text is anywhere in the demo's log or files.
func (d *demo) holds(text string) (where string, found bool) {
	d.t.Helper()
	return d.search(text, "")
}

// keeps tells whether text is anywhere in the log or in what the marketplace
// keeps: the sandbox's own files are left out.
func (d *demo) keeps(text string) (where string, found bool) {
	d.t.Helper()
	return d.search(text, "sandbox")
}

func (d *demo) search(text, leftOut string) (where string, found bool) {
	d.t.Helper()
	if strings.Contains(d.logged(), text) {
		return "the log", true
	}
	err := filepath.WalkDir(d.dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			if entry.Name() == leftOut {
				return filepath.SkipDir
			}
			return nil
		}
		var content []byte
		if err == nil {
			content, err = os.ReadFile(path)
		}
		if bytes.Contains(content, []byte(text)) {
			where, found = path, true
		}
		if os.IsNotExist(err) { // the demo goes on working: what was there a moment ago is renamed
			return nil
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return where, found
}

package crash_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// payersPerKill is more than pay between two kills.
const payersPerKill = 30

// Payers pay by bank and by card while the whole demo, the simulated processor
// included, is killed again and again, and go on until the last kill. Every payer
// reloads until a confirmation number is on the screen. Then every number must be
// known, the processor must have charged each card payment once, and the books
// must be clean.
func TestPaymentsSurviveKills(t *testing.T) {
	t.Parallel()
	n := kills(t, 10)
	d := newDemo(t, payersPerKill*n)
	d.start()
	people, err := neighbours(payersPerKill * n)
	if err != nil {
		t.Fatal(err)
	}
	crowd := &crowd{portal: "http://" + d.portal, people: people, killed: make(chan struct{})}
	var payers sync.WaitGroup
	for range 3 {
		payers.Go(func() { crowd.pay(t) })
	}
	for range n {
		pause(time.Duration(20+rand.IntN(400)) * time.Millisecond)
		d.kill()
		d.start()
	}
	close(crowd.killed)
	payers.Wait()
	t.Logf("%d payments, %d of them by card, through %d kills", len(crowd.seen), crowd.cards, n)

	auditor := newPayer("http://" + d.portal)
	for _, number := range crowd.seen {
		if in, err := auditor.isIn(number); err != nil || !in {
			t.Errorf("confirmation %s that a payer saw is not known: %v", number, err)
		}
	}
	if charges := d.charges(auditor); charges != crowd.cards {
		t.Errorf("the processor made %d charges for %d card payments", charges, crowd.cards)
	}
	d.stop()
	verify(t, d.binary, d.dir)
}

// crowd is those who pay, each once, until the last kill.
type crowd struct {
	portal string
	people []household
	killed chan struct{} // closed after the last kill

	mu    sync.Mutex
	next  int
	seen  []string // confirmation numbers
	cards int      // of them by card
}

// pay lets one after the other pay.
func (c *crowd) pay(t *testing.T) {
	t.Helper()
	for {
		select {
		case <-c.killed:
			return
		default:
		}
		c.mu.Lock()
		i := c.next
		c.next++
		c.mu.Unlock()
		if i >= len(c.people) {
			t.Error("all have paid before the last kill")
			return
		}
		number, byCard, err := payOnce(c.portal, c.people[i], i)
		if errors.Is(err, errNothingDue) {
			continue
		}
		if err != nil {
			t.Errorf("payer %d: %v", i, err)
			continue
		}
		c.mu.Lock()
		c.seen = append(c.seen, number)
		if byCard {
			c.cards++
		}
		c.mu.Unlock()
	}
}

// payOnce pays a household's bill, every third one by card.
func payOnce(portal string, h household, i int) (number string, byCard bool, err error) {
	p := newPayer(portal)
	if err := p.findBill(h.subscriber, h.born); err != nil {
		return "", false, err
	}
	if !strings.Contains(p.page, `name="choice"`) {
		return "", false, errNothingDue
	}
	if i%3 == 0 {
		number, err = p.payByCard("4242424242424242")
		return number, true, err
	}
	number, err = p.payByBank()
	return number, false, err
}

var chargeCount = regexp.MustCompile(`Charges: (\d+)\.`)

func (d *demo) charges(p *payer) int {
	if err := p.get("http://" + d.sandbox + "/charges"); err != nil {
		d.t.Fatal(err)
	}
	found := chargeCount.FindStringSubmatch(p.page)
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

// A bill run is killed again and again until it is done, and so is the next one
// on a marketplace like it, until so many kills have hit a run under way. Every
// account has its bill, none has two.
func TestBillRunSurvivesKills(t *testing.T) {
	t.Parallel()
	binary, imported := build(t), t.TempDir()
	file := filepath.Join(t.TempDir(), "households.csv")
	const households = 6000
	run(t, binary, "demo", "generate", "--households", strconv.Itoa(households), "--seed", "5", "--out", file)
	run(t, binary, "import", "enrollments", file, "--data", imported)
	begun := time.Now()
	run(t, binary, "bill", "run", "--month", "2026-12", "--data", copyOf(t, imported), "--json")
	whole := time.Since(begun) // that a run takes on this machine, now
	n, killed, runs := kills(t, 10), 0, 0
	for ; killed < n; runs++ {
		dir := copyOf(t, imported)
		for killed < n && killedInRun(t, binary, dir, rand.N(whole)) {
			killed++
		}
		out := run(t, binary, "bill", "run", "--month", "2026-12", "--data", dir, "--json")
		if !strings.Contains(out, fmt.Sprintf(`"accounts":%d`, households)) || !strings.Contains(out, `"set_aside":0`) {
			t.Errorf("the last run: %s", out)
		}
		again := run(t, binary, "bill", "run", "--month", "2026-12", "--data", dir, "--json")
		if !strings.Contains(again, `"billed":0`) {
			t.Errorf("a run after it billed again: %s", again)
		}
		verify(t, binary, dir)
	}
	t.Logf("killed %d times in %d bill runs", killed, runs)
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	twin := t.TempDir()
	if err := os.CopyFS(twin, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return twin
}

// killedInRun begins or goes on with a bill run, and tells whether it was killed
// before it was done.
func killedInRun(t *testing.T, binary, dir string, after time.Duration) bool {
	t.Helper()
	c := exec.Command(binary, "bill", "run", "--month", "2026-12", "--data", dir)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	pause(after)
	_ = c.Process.Kill() // it may have finished: then there is nothing to kill
	err := c.Wait()
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() && err != nil {
		t.Fatalf("the bill run: %v", err)
	}
	return status.Signaled()
}

func run(t *testing.T, binary string, args ...string) string {
	t.Helper()
	c := exec.Command(binary, args...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return string(out)
}

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
	"testing"
	"time"
)

// payersPerKill is about how many pay between two kills, and some more.
const payersPerKill = 12

// Payers pay by bank and by card while the whole demo, the simulated processor
// included, is killed again and again. Every payer reloads until a confirmation
// number is on the screen. Then every number must be known, the processor must
// have charged each card payment once, and the books must be clean.
func TestPaymentsSurviveKills(t *testing.T) {
	t.Parallel()
	n := kills(t, 10)
	d := newDemo(t, payersPerKill*n)
	d.start()
	people, err := neighbours(payersPerKill * n)
	if err != nil {
		t.Fatal(err)
	}
	var (
		mu    sync.Mutex
		seen  []string
		cards int
	)
	done := make(chan struct{})
	var payers sync.WaitGroup
	for worker := range 3 {
		payers.Go(func() {
			for i := worker; i < len(people); i += 3 {
				number, byCard, err := payOnce("http://"+d.portal, people[i], i)
				mu.Lock()
				switch {
				case errors.Is(err, errNothingDue):
				case err != nil:
					t.Errorf("payer %d: %v", i, err)
				default:
					seen = append(seen, number)
					if byCard {
						cards++
					}
				}
				mu.Unlock()
			}
		})
	}
	go func() { payers.Wait(); close(done) }()
	killed := d.killUntil(done, n)
	<-done
	t.Logf("%d payments, %d of them by card, through %d kills", len(seen), cards, killed)

	auditor := newPayer("http://" + d.portal)
	for _, number := range seen {
		if in, err := auditor.isIn(number); err != nil || !in {
			t.Errorf("confirmation %s that a payer saw is not known: %v", number, err)
		}
	}
	if charges := d.charges(auditor); charges != cards {
		t.Errorf("the processor made %d charges for %d card payments", charges, cards)
	}
	d.stop()
	verify(t, d.binary, d.dir)
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

// killUntil kills and restarts the demo at random moments, at most n times and
// not once done is closed.
func (d *demo) killUntil(done <-chan struct{}, n int) int {
	for i := range n {
		select {
		case <-done:
			return i
		case <-time.After(time.Duration(20+rand.IntN(400)) * time.Millisecond):
		}
		d.kill()
		d.start()
	}
	return n
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

// A bill run is killed again and again and then left to finish. Every account
// has its bill, none has two.
func TestBillRunSurvivesKills(t *testing.T) {
	t.Parallel()
	binary, dir := build(t), t.TempDir()
	file := filepath.Join(dir, "households.csv")
	const households = 6000
	run(t, binary, "demo", "generate", "--households", strconv.Itoa(households), "--seed", "5", "--out", file)
	run(t, binary, "import", "enrollments", file, "--data", dir)
	killed := 0
	for range kills(t, 10) {
		c := exec.Command(binary, "bill", "run", "--month", "2026-12", "--data", dir)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		pause(time.Duration(20+rand.IntN(250)) * time.Millisecond)
		_ = c.Process.Kill() // it may have finished: then there is nothing to kill
		if err := c.Wait(); err != nil {
			killed++
		}
	}
	out := run(t, binary, "bill", "run", "--month", "2026-12", "--data", dir, "--json")
	if !strings.Contains(out, fmt.Sprintf(`"accounts":%d`, households)) || !strings.Contains(out, `"set_aside":0`) {
		t.Errorf("the last run: %s", out)
	}
	again := run(t, binary, "bill", "run", "--month", "2026-12", "--data", dir, "--json")
	if !strings.Contains(again, `"billed":0`) {
		t.Errorf("a run after it billed again: %s", again)
	}
	t.Logf("killed %d times", killed)
	verify(t, binary, dir)
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

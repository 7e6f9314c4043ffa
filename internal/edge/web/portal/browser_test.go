package portal_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/portal/states"
	"quittance.org/quittance/internal/testbrowser"
)

// browser is one tab of a real browser that looks at the state catalogue.
type browser struct {
	ctx  context.Context
	base string

	mu         sync.Mutex
	complaints []string // of the console: CSP reports, scripts that threw
}

// patience is longer than any machine is busy.
const patience = 2 * time.Minute

func newBrowser(t *testing.T) *browser {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs chromium: scripts/install-deps installs it")
	}
	handler, err := states.Handler(brand.Plum)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.WSURLReadTimeout(patience)) // a busy machine starts a browser slowly
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &browser{ctx: ctx, base: server.URL}
	chromedp.ListenTarget(ctx, b.listen)
	if err := chromedp.Run(ctx, log.Enable(), runtime.Enable()); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// A page with status 404 and a site without a favicon are no faults here.
		if !strings.Contains(e.Entry.Text, "Failed to load resource") {
			b.complaints = append(b.complaints, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Error())
	}
}

// look opens a state at a width and evaluates a script that returns JSON.
func (b *browser) look(t *testing.T, s states.State, width int64, script string, result any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	var found string
	err := chromedp.Run(ctx,
		chromedp.EmulateViewport(width, 800),
		chromedp.Navigate(b.base+s.URL()),
		chromedp.Evaluate(`(async () => JSON.stringify(await (`+script+`)()))()`, &found,
			func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if err != nil {
		t.Fatalf("%s: %v", s.URL(), err)
	}
	if err := json.Unmarshal([]byte(found), result); err != nil {
		t.Fatalf("%s: %v in %s", s.URL(), err, found)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		t.Errorf("%s: the browser says: %s", s.URL(), complaint)
	}
	b.complaints = nil
}

// measure finds what scrolls sideways, targets that fingers miss, and controls
// that make a phone zoom in (brief 18.1 checks 11 and 15, task 2).
const measure = `async () => {
	const faults = [];
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
	if (document.documentElement.scrollWidth > innerWidth) faults.push("scrolls sideways: " + document.documentElement.scrollWidth);
	const path = "button, .usa-button, .usa-input, .pp-select, summary, .usa-radio__label";
	for (const e of document.querySelectorAll(path)) {
		const box = e.getBoundingClientRect();
		if (box.width && box.height < 44 && !e.classList.contains("usa-button--unstyled")) faults.push(e.outerHTML.slice(0, 80) + " is " + box.height + " px high");
	}
	for (const e of document.querySelectorAll("a")) {
		const box = e.getBoundingClientRect();
		const inText = getComputedStyle(e).display === "inline";
		if (box.width && !inText && box.height < 24) faults.push("link " + e.textContent + " is " + box.height + " px high");
	}
	for (const e of document.querySelectorAll(".usa-input, .pp-select")) {
		if (parseFloat(getComputedStyle(e).fontSize) < 16) faults.push(e.id + " makes a phone zoom");
	}
	const summary = document.getElementById("problems");
	if (summary && document.activeElement !== summary) faults.push("the summary has not got the focus");
	return faults;
}`

func TestEveryStateFitsASmallPhone(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	for _, s := range states.All() {
		var faults []string
		b.look(t, s, 320, measure, &faults)
		for _, fault := range faults {
			t.Errorf("%s at 320 px: %s", s.URL(), fault)
		}
	}
}

// Task 7 of brief 19: what is owed, and when, in five seconds.
func TestAmountAndDateAreSeenFirst(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	script := `async () => {
		const sizes = [...document.querySelectorAll("main *")].filter((e) => e.children.length === 0 && e.textContent.trim() && !e.closest(".pp-hidden"));
		const sum = document.querySelector(".pp-sum"), by = document.querySelector(".pp-by");
		const size = (e) => parseFloat(getComputedStyle(e).fontSize);
		return { bottom: Math.max(sum.getBoundingClientRect().bottom, by.getBoundingClientRect().bottom),
			largest: sizes.every((e) => e === sum || size(e) < size(sum)), says: by.textContent };
	}`
	for _, s := range states.All() {
		if s.URL() != "/__states/bill/clean" {
			continue
		}
		var seen struct {
			Bottom  float64
			Largest bool
			Says    string
		}
		b.look(t, s, 320, script, &seen)
		if seen.Bottom > 300 || !seen.Largest || seen.Says != "Pay by November 23, 2026" {
			t.Errorf("got %+v, want the amount as the largest text and the date within 300 px", seen)
		}
	}
}

// axe-core finds about a third of what can be wrong.
func TestAxeFindsNothing(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	script := `async () => { ` + testbrowser.Axe + `;
		const result = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
		return result.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | ").slice(0, 300));
	}`
	for _, s := range states.All() {
		var violations []string
		b.look(t, s, 390, script, &violations)
		for _, v := range violations {
			t.Errorf("%s: %s", s.URL(), v)
		}
	}
}

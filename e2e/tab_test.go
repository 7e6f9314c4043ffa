package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"quittance.org/quittance/internal/testbrowser"
)

// look says how a tab is used.
type look struct {
	width, height int64
	noScripts     bool
	touch         bool
}

var (
	desk  = look{width: 1280, height: 900}
	phone = look{width: 320, height: 640, touch: true}
)

func (l look) withoutScripts() look { l.noScripts = true; return l }

// tab is one tab of a real browser with nothing in its cookie jar.
type tab struct {
	t    *testing.T
	ctx  context.Context
	demo *demo
	look look

	fleeting bool     // pages lead on by themselves: there is no time to look them over
	presses  int      // keys other than those that type text
	secrets  []string // what no page may hold from now on

	mu         sync.Mutex
	complaints []string // of the console: CSP reports, scripts that threw
	loads      int      // pages loaded
	asks       int      // requests
	sent       []string // to the portal: address and body of each request
	strangers  []string // requests to any other origin than the demo's two
}

// patience is longer than any machine is busy: what takes so long never comes.
const patience = 2 * time.Minute

func (d *demo) tab(t *testing.T, l look) *tab {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("this test needs chromium: scripts/install-deps installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.WSURLReadTimeout(patience)) // a busy machine starts a browser slowly
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &tab{t: t, ctx: ctx, demo: d, look: l}
	chromedp.ListenTarget(ctx, b.listen)
	setUp := []chromedp.Action{log.Enable(), runtime.Enable(), network.Enable(), chromedp.EmulateViewport(l.width, l.height)}
	if l.touch {
		setUp = append(setUp, emulation.SetTouchEmulationEnabled(true), chromedp.EmulateViewport(l.width, l.height, chromedp.EmulateMobile, chromedp.EmulateTouch))
	}
	if l.noScripts {
		setUp = append(setUp, emulation.SetScriptExecutionDisabled(true))
	}
	if err := chromedp.Run(ctx, setUp...); err != nil { // this starts the browser: a context that ends would end it
		t.Fatal(err)
	}
	return b
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// A page that answers 422 or 402 is no fault of the page.
		if !strings.Contains(e.Entry.Text, "Failed to load resource") {
			b.complaints = append(b.complaints, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Error())
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" && e.Frame.URL != "about:blank" {
			b.loads++
		}
	case *network.EventRequestWillBeSent:
		b.asks++
		b.asked(e.Request)
		b.demo.trail.asked(e.Request)
	}
}

func (b *tab) asked(r *network.Request) {
	switch {
	case strings.HasPrefix(r.URL, b.demo.Portal+"/"):
		body := ""
		for _, part := range r.PostDataEntries {
			body += part.Bytes
		}
		b.sent = append(b.sent, r.URL+" "+body)
	case !strings.HasPrefix(r.URL, b.demo.Sandbox+"/") && !strings.HasPrefix(r.URL, "data:"):
		b.strangers = append(b.strangers, r.URL)
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.t.Fatalf("%v on %s", err, b.where())
	}
}

// load runs an action that leads to another page, and looks that page over.
func (b *tab) load(action chromedp.Action) *tab {
	b.t.Helper()
	return b.loadWithin(patience, action)
}

func (b *tab) loadWithin(limit time.Duration, action chromedp.Action) *tab {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, limit)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, action); err != nil {
		b.t.Fatalf("%v on %s", err, b.where())
	}
	b.inspect()
	return b
}

func (b *tab) open(path string) *tab {
	b.t.Helper()
	return b.load(chromedp.Navigate(b.demo.Portal + path))
}

// ask evaluates a script that gives JSON. It works in pages whose own scripts
// are off, too.
func (b *tab) ask(script string, result any) {
	b.t.Helper()
	var found string
	ask := chromedp.Evaluate(`(async () => JSON.stringify(await (`+script+`)()))()`, &found,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) })
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	err := chromedp.Run(ctx, ask)
	for left(err) { // some pages lead on by themselves: the next one is asked
		err = chromedp.Run(ctx, ask)
	}
	if err == nil {
		err = json.Unmarshal([]byte(found), result)
	}
	if err != nil {
		b.t.Fatalf("%v on %s: %s", err, b.where(), found)
	}
}

// left tells whether a page was left while it was being asked.
func left(err error) bool {
	var e *cdproto.Error
	return errors.As(err, &e) && (strings.Contains(e.Message, "navigated") || strings.Contains(e.Message, "context"))
}

// whatIsSeen is asked of every page.
type whatIsSeen struct {
	Path, Origin, Title, Heading, Text string
	Address                            string // all of it
	Held                               []string
	Scrolls                            int // pixels wider than the window
	Violations                         []string
}

func (b *tab) seen() whatIsSeen {
	b.t.Helper()
	var s whatIsSeen
	secrets, err := json.Marshal(b.secrets)
	if err != nil {
		b.t.Fatal(err)
	}
	// A font that comes late would move what is clicked next.
	b.ask(`() => document.fonts.ready.then(() => ({
		address: location.href, held: (`+string(secrets)+` ?? []).filter((secret) => document.documentElement.outerHTML.includes(secret)),
		path: location.pathname, origin: location.origin, title: document.title, heading: document.querySelector("h1")?.textContent.trim() ?? "",
		text: (document.querySelector("main") ?? document.body).innerText.replace(/\s+/g, " "),
		scrolls: document.documentElement.scrollWidth - innerWidth,
	}))`, &s)
	b.demo.trail.saw(s.Title)
	return s
}

// inspect checks what holds on every page: it fits, it is accessible, and the
// console is quiet (brief 19).
func (b *tab) inspect() {
	b.t.Helper()
	if b.fleeting {
		return
	}
	s := b.seen()
	if s.Scrolls > 0 {
		b.t.Errorf("%s scrolls sideways by %d px at %d px", s.Path, s.Scrolls, b.look.width)
	}
	kind := fmt.Sprint(reference.ReplaceAllString(s.Path, ""), s.Heading, b.look.width)
	if _, checked := accessible.LoadOrStore(kind, true); !checked && s.Origin == b.demo.Portal && !b.look.noScripts {
		b.ask(`async () => { `+testbrowser.Axe+`;
			const result = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
			return { violations: result.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | ").slice(0, 300)) };
		}`, &s)
	}
	for _, v := range s.Violations {
		b.t.Errorf("%s: axe: %s", s.Path, v)
	}
	b.mu.Lock()
	for _, c := range b.complaints {
		b.t.Errorf("%s: the browser says: %s", s.Path, c)
	}
	for _, url := range b.strangers {
		b.t.Errorf("%s asked a stranger: %s", s.Path, url)
	}
	b.complaints, b.strangers = nil, nil
	b.mu.Unlock()
	for _, secret := range s.Held {
		if s.Origin == b.demo.Portal {
			b.t.Errorf("%s holds what ends in %s", s.Path, secret[len(secret)-4:])
		}
	}
	if found := personal.FindString(s.Address + " " + s.Title); found != "" && s.Origin == b.demo.Portal {
		b.t.Errorf("%s has %q in its address or title", s.Path, found)
	}
	b.picture(s)
}

// personal is what an address or a title must not hold: a name of the demo's
// people, an e-mail address, a Subscriber ID, a date of birth.
var personal = regexp.MustCompile(`(?i)silva|maria|@|%40|7001[ +-]?\d{4}|\b19\d\d\b`)

// secret says what no page may hold from now on.
func (b *tab) secret(text string) *tab { b.secrets = append(b.secrets, text); return b }

// accessible holds the kinds of page that the accessibility checker has seen:
// once is enough, it takes a second.
var (
	accessible sync.Map
	reference  = regexp.MustCompile(`[0-9a-f-]{36}`)
)

// picture keeps a screenshot of each page in the folder that
// QUITTANCE_SCREENSHOTS names, for a person to look at.
func (b *tab) picture(s whatIsSeen) {
	dir := os.Getenv("QUITTANCE_SCREENSHOTS")
	if dir == "" {
		return
	}
	var image []byte
	b.run(chromedp.FullScreenshot(&image, 100))
	name := strings.NewReplacer("/", "-", " ", "-").Replace(fmt.Sprintf("%s-%02d-%s-%d.png", b.t.Name(), b.loads, s.Heading, b.look.width))
	if err := os.WriteFile(filepath.Join(dir, name), image, 0o600); err != nil {
		b.t.Error(err)
	}
}

func (b *tab) where() string {
	var at string
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Location(&at))
	if u, err := url.Parse(at); err == nil {
		return u.Path
	}
	return at
}

// at fails the test unless the tab shows a heading.
func (b *tab) at(heading string) *tab {
	b.t.Helper()
	if s := b.seen(); s.Heading != heading {
		b.t.Fatalf("got %q at %s, want %q: %s", s.Heading, s.Path, heading, s.Text)
	}
	return b
}

// says fails the test unless the page says all of these.
func (b *tab) says(texts ...string) *tab {
	b.t.Helper()
	s := b.seen()
	for _, text := range texts {
		if !strings.Contains(s.Text, text) {
			b.t.Errorf("%s does not say %q: %s", s.Path, text, s.Text)
		}
	}
	return b
}

// fill types into fields by their ids: id, text, id, text. A choice of a list
// is typed as well.
func (b *tab) fill(pairs ...string) *tab {
	b.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		b.demo.trail.types(pairs[i+1])
		b.run(chromedp.SendKeys("#"+pairs[i], pairs[i+1], chromedp.ByQuery))
	}
	return b
}

// choose selects a radio button by its id, by its label as people do.
func (b *tab) choose(id string) *tab {
	b.t.Helper()
	if b.look.touch {
		b.run(b.tap(`label[for="` + id + `"]`))
	} else {
		b.run(chromedp.Click(`label[for="`+id+`"]`, chromedp.ByQuery))
	}
	return b
}

// press presses the page's button: the one of the form in the main part.
func (b *tab) press() *tab { b.t.Helper(); return b.pressOn(`main form button:not([type=button])`) }

func (b *tab) pressOn(selector string) *tab {
	b.t.Helper()
	press := chromedp.Action(chromedp.Click(selector, chromedp.ByQuery))
	if b.look.touch {
		press = b.tap(selector)
	}
	return b.load(b.untilAsked(press))
}

// untilAsked presses again when nothing at all was asked for: on a busy machine
// a page may move between the look where the button is and the press.
func (b *tab) untilAsked(press chromedp.Action) chromedp.Action {
	const again = 300 // ticks: 15 seconds
	return chromedp.ActionFunc(func(ctx context.Context) error {
		before := b.requests()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for waited := 0; b.requests() == before; waited++ {
			if waited%again == 0 {
				if err := press.Do(ctx); err != nil {
					return err
				}
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
		}
		return nil
	})
}

func (b *tab) requests() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asks
}

// tap touches the middle of an element, where it stands after scrolling there.
func (b *tab) tap(selector string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		var at struct{ X, Y float64 }
		err := chromedp.Run(ctx, chromedp.ScrollIntoView(selector, chromedp.ByQuery), chromedp.Evaluate(fmt.Sprintf(
			`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return { x: r.left + r.width / 2, y: r.top + r.height / 2 }; })()`, selector), &at))
		if err != nil {
			return err
		}
		point := []*input.TouchPoint{{X: at.X, Y: at.Y}}
		if err := input.DispatchTouchEvent(input.TouchStart, point).Do(ctx); err != nil {
			return err
		}
		return input.DispatchTouchEvent(input.TouchEnd, []*input.TouchPoint{}).Do(ctx)
	})
}

// keys presses keys that type no text, and counts them.
func (b *tab) keys(keys ...string) *tab {
	b.t.Helper()
	for _, key := range keys {
		b.presses++
		b.run(chromedp.KeyEvent(key))
		if key == kb.Tab {
			b.hasFocus()
		}
	}
	return b
}

// enter presses Enter where that leads to another page.
func (b *tab) enter() *tab { b.t.Helper(); b.presses++; return b.load(chromedp.KeyEvent(kb.Enter)) }

// typed types text where the focus is, which must be the field with this id.
func (b *tab) typed(id, text string) *tab {
	b.t.Helper()
	var focused string
	b.ask(`() => document.activeElement.id`, &focused)
	if focused != id {
		b.t.Fatalf("the focus is on %q at %s, want %q", focused, b.where(), id)
	}
	b.demo.trail.types(text)
	b.run(chromedp.KeyEvent(text))
	return b
}

// hasFocus fails the test if the focus is lost to the page as a whole.
func (b *tab) hasFocus() {
	b.t.Helper()
	var lost bool
	b.ask(`() => document.activeElement === document.body || document.activeElement === null`, &lost)
	if lost {
		b.t.Errorf("%s: the focus is lost", b.where())
	}
}

// untilTrue waits for a condition in the page.
func (b *tab) untilTrue(condition string) {
	b.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for begun := time.Now(); time.Since(begun) < patience; <-ticker.C {
		var holds bool
		if b.ask(condition, &holds); holds {
			return
		}
	}
	b.t.Fatalf("on %s it never becomes true: %s", b.where(), condition)
}

// until waits for the tab to come to a page by itself.
func (b *tab) until(prefix string) *tab {
	b.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for begun := time.Now(); time.Since(begun) < patience; <-ticker.C {
		if strings.HasPrefix(b.where(), prefix) {
			b.run(chromedp.WaitReady("main", chromedp.ByQuery))
			b.inspect()
			return b
		}
	}
	b.t.Fatalf("still on %s, want %s", b.where(), prefix)
	return b
}

// doubleClick clicks twice as fast as a hand does.
func doubleClick(selector string) chromedp.Action {
	return chromedp.DoubleClick(selector, chromedp.ByQuery)
}

// back presses the browser's Back button.
func back() chromedp.Action { return chromedp.NavigateBack() }

package account_test

import (
	"html"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	fileLinks = regexp.MustCompile(`(?s)<a [^>]*href="(/account/[^"]+\.pdf[^"]*)"[^>]*>(.*?)</a>`)
	fileWords = regexp.MustCompile(`PDF, (?:(\d+) pages?, )?(?:about )?(\d+) KB`)
	pagesOf   = regexp.MustCompile(`Pages:\s+(\d+)`)
)

// Links to files say what they lead to: the kind, the pages where they are
// always as many, and about how large (brief 18.1 no. 26).
func TestLinksToFilesSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	h.Reach(of, "ana@example.com")
	if _, err := h.bureau.post.SendBills(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
	b.choose("15").send("/account/autopay/check", "now", "pay").at("/account/autopay/done", "AutoPay is on")
	payment := "/account/payments/" + h.Payments(of)[0].Confirmation.String()
	letter := regexp.MustCompile(`href="(/account/messages/[^".]+)"`).FindStringSubmatch(b.open("/account/messages").body)
	if letter == nil {
		t.Fatal("there is no letter")
	}
	seen := 0
	for _, path := range []string{"/account/bills", "/account/bills/" + h.Bills(of)[0].Number, payment, "/account/tax", "/account/messages", letter[1], "/account/autopay"} {
		for _, link := range fileLinks.FindAllStringSubmatch(b.open(path).body, -1) {
			seen++
			b.isAsSaid(html.UnescapeString(link[1]), html.UnescapeString(link[2]))
		}
	}
	if seen < 8 {
		t.Errorf("only %d links to files", seen)
	}
}

// isAsSaid downloads a file and compares it with the words of its link.
func (b *browser) isAsSaid(address, words string) {
	b.t.Helper()
	said := fileWords.FindStringSubmatch(words)
	if said == nil {
		b.t.Errorf("the link to %s says %q", address, words)
		return
	}
	info := exec.CommandContext(b.t.Context(), "pdfinfo", "-")
	info.Stdin = strings.NewReader(b.open(address).body)
	out, err := info.CombinedOutput()
	pages := pagesOf.FindSubmatch(out)
	if err != nil || pages == nil {
		b.t.Errorf("%s is no PDF: %v: %s", address, err, out)
		return
	}
	size, err := strconv.Atoi(said[2])
	if got := (len(b.body) + 1023) / 1024; err != nil || got > 2*size || 2*got < size || said[1] != "" && said[1] != string(pages[1]) {
		b.t.Errorf("%s has %d KB and %s pages, the link says %q", address, got, pages[1], words)
	}
}

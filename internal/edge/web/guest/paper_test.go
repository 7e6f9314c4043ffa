package guest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/format/billpdf"
)

// tool runs a program on a file and gives what it prints.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v (scripts/install-deps installs what the tests need)", name, args, err)
	}
	return string(out)
}

var downloadLink = regexp.MustCompile(`<a href="([^"]*/pay/bill.pdf)">([^<]*)</a>`)

// The very bytes that the page serves: size and pages as the link says, tags,
// text, and both codes read back from a 200 dpi picture (brief 16.2).
func TestBillAsPDF(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-10-01")
	h := s.Household(apptest.Medical("2026-11", "109.50").Renewed(), apptest.Dental("2026-11", "15.00").Renewed())
	s.Bill("2026-11")
	s.At("2026-11-01")
	s.Bill("2026-12")
	s.At("2026-11-20 14:00:00")
	b := s.browser(t).find(h).open("/pay/bill").says("Last three months", "Bill for November 2026", "Bill for December 2026")
	number := regexp.MustCompile(`Bill number (\d{8})`).FindStringSubmatch(b.text())[1]
	link := downloadLink.FindStringSubmatch(b.body)
	if link == nil {
		t.Fatalf("no download: %s", b.text())
	}
	b.open(link[1])
	want := fmt.Sprintf("Download your December 2026 bill (PDF, 2 pages, %d KB)", (len(b.body)+1023)/1024)
	if link[2] != want || len(b.body) > 40<<10 {
		t.Errorf("the link says %q, want %q", link[2], want)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/pdf", "Cache-Control": "private, no-store", "Content-Disposition": `attachment; filename="bill-2026-12.pdf"`,
	} {
		if got := b.header.Get(name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	file := filepath.Join(t.TempDir(), "bill.pdf")
	if err := os.WriteFile(file, []byte(b.body), 0o600); err != nil {
		t.Fatal(err)
	}
	if info := tool(t, "pdfinfo", file); !strings.Contains(info, "Tagged:          yes") || !strings.Contains(info, "Pages:           2") {
		t.Errorf("pdfinfo says %s", info)
	}
	wantText(t, tool(t, "pdftotext", "-layout", file, "-"), h, number)
	wantCodes(t, file, h, number)
	if dir := os.Getenv("QUITTANCE_SCREENSHOTS"); dir != "" { // for a person to look at
		tool(t, "pdftoppm", "-r", "80", "-png", file, filepath.Join(dir, "bill"))
	}
	if again := b.open(link[1]).body; again != string(readFile(t, file)) {
		t.Error("the same bill gave other bytes")
	}
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wantText wants on paper what the page says, and nothing that a guest may not
// see (R-ID-3).
func wantText(t *testing.T, text string, h apptest.Household, number string) {
	t.Helper()
	for _, has := range []string{
		"Your bill for December 2026 coverage", "$249.00", "Monday, November 23, 2026", h.SubscriberID.Grouped(), number, "Health plan, December 2026",
		"Dental plan, December 2026", "Your last three months", "You are here", "Ana T.",
	} {
		if !strings.Contains(text, has) {
			t.Errorf("the file does not say %q: %s", has, text)
		}
	}
	for _, secret := range []string{"Testperson", h.BillingNumber, "ccount code", "Create your online account", "Harbor Silver", "Harbor Health Plan", "Tide Dental"} {
		if strings.Contains(text, secret) {
			t.Errorf("the file says %q", secret)
		}
	}
}

func wantCodes(t *testing.T, file string, h apptest.Household, number string) {
	t.Helper()
	picture := strings.TrimSuffix(file, ".pdf")
	tool(t, "pdftoppm", "-r", "200", "-png", "-f", "1", "-l", "1", "-singlefile", file, picture)
	read := tool(t, "zbarimg", "--quiet", picture+".png")
	line, err := billpdf.ScanLine(billpdf.Scan{SubscriberID: h.SubscriberID, BillNumber: number, Amount: apptest.Amount("249.00")})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read, "CODE-128:"+line) || !regexp.MustCompile(`QR-Code:http://[^ ]+/p/[0-9A-Z-]{10,12}`).MatchString(read) {
		t.Errorf("the scanner reads %q, want %s and the bill's short address", read, line)
	}
}

// The address on the paper leads to this bill; who came by it may download it,
// a stranger may not.
func TestWhoMayDownload(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	if b := s.browser(t).open("/pay/bill.pdf"); b.url.Path != "/pay" || b.header.Get("Content-Type") == "application/pdf" {
		t.Errorf("a stranger gets to %s", b.url.Path)
	}
	address := regexp.MustCompile(`href="(/p/[0-9A-Z]+)"`).FindStringSubmatch(s.browser(t).find(h).open("/pay/bill").body)
	b := s.browser(t).open(address[1]).submit(findForm(h)[2:]...).at("/pay/amount", "Your bill").open("/pay/bill.pdf")
	if b.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(b.body, "%PDF-") {
		t.Errorf("who came by the link gets %d %s", b.status, b.header.Get("Content-Type"))
	}
	if b.open("/vi/pay/bill.pdf"); b.header.Get("Content-Language") != "en" || b.status != 200 {
		t.Errorf("in Vietnamese, which is not translated: %d %s", b.status, b.header.Get("Content-Language"))
	}
	other := s.Household(apptest.Medical("2027-01", "10.00"))
	if b := s.browser(t).find(other).open("/pay/bill.pdf"); b.status != 404 {
		t.Errorf("before the first bill: %d", b.status)
	}
}

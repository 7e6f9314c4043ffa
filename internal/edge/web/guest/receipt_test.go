package guest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/store"
)

// The receipt is a file too, with what its page says, one page and about as
// large as the link says (R-PAY-6, brief 18.1 no. 26).
func TestTheReceiptAsAFile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("bank").submit().says("Save receipt (PDF) 1 page, about 12 KB")
	done, number := b.url.Path, s.Payments(h)[0].Confirmation.String()
	b.open(done + "/receipt").says("Download this receipt (PDF, 1 page, about 12 KB)")
	text := b.file(done + "/receipt.pdf")
	for _, says := range []string{"$124.50", number, "Ana T.", "ending in " + h.SubscriberID.LastFour(), "Bank account ending in 6789", "Health plan", "Dental plan", "Left to pay after this payment: $0.00", "By selecting Pay"} {
		if !strings.Contains(text, says) {
			t.Errorf("the file does not say %q: %s", says, text)
		}
	}
	if strings.Contains(text, "Testperson") {
		t.Error("the file names the member in full (R-ID-3)")
	}
	other := s.browser(t)
	if text := other.file(done + "/receipt.pdf"); strings.Contains(text, "6789") || !strings.Contains(text, number) {
		t.Errorf("another browser's receipt: %s", text)
	}
	if other.open("/pay/done/0192f0c1-2345-7abc-8def-0123456789ab/receipt.pdf"); other.status != 404 {
		t.Errorf("a payment that is none: got %d", other.status)
	}
}

var pdfPages = regexp.MustCompile(`Pages:\s+(\d+)`)

// file downloads a PDF file and gives its text.
func (b *browser) file(address string) string {
	b.t.Helper()
	b.open(address)
	if b.status != 200 || b.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(b.header.Get("Content-Disposition"), "attachment; ") {
		b.t.Fatalf("%s: got %d, %v", address, b.status, b.header)
	}
	if size := len(b.body) / 1024; size < 8 || size > 18 {
		b.t.Errorf("%s has %d KB", address, size)
	}
	name := filepath.Join(b.t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(name, []byte(b.body), 0o600); err != nil {
		b.t.Fatal(err)
	}
	info := tool(b.t, "pdfinfo", name)
	if pages := pdfPages.FindStringSubmatch(info); pages == nil || pages[1] != "1" || !strings.Contains(info, "Tagged:          yes") {
		b.t.Errorf("%s: %s", address, info)
	}
	return strings.Join(strings.Fields(tool(b.t, "pdftotext", "-layout", name, "-")), " ")
}

// One question after a payment: the answer is counted, once, and nothing is kept
// of who gave it (brief G8).
func TestTheQuestionAfterAPayment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank").submit().says("How easy was it to pay?")
		done, form := b.url.Path, b.page
		if other := s.browser(t).open(done); strings.Contains(other.text(), "How easy") {
			t.Error("another browser is asked")
		}
		b.submit("opinion", "<b>").at(done, "Payment received").says("How easy was it to pay?")
		b.submit("opinion", "easy").at(done, "Payment received").says("Thank you for telling us.")
		b.page = form // Back, and once more
		b.submit("opinion", "hard").at(done, "Payment received").says("Thank you for telling us.")
		if kept := s.Rows("SELECT name || ' ' || CAST(n AS TEXT) FROM counter WHERE name LIKE 'opinion%'"); len(kept) != 1 || kept[0] != "opinion:2026-11:easy 1" {
			t.Errorf("kept %v", kept)
		}
		s.InTx(func(tx *store.Tx) error {
			all, err := tx.Opinions()
			if len(all) != 1 || all[0].Month.String() != "2026-11" || all[0].Answer != "easy" || all[0].N != 1 {
				t.Errorf("counted %v", all)
			}
			return err
		})
	})
}

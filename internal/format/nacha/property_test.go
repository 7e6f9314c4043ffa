package nacha_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/format/nacha"
)

// Whatever is written has records of 94 characters in whole blocks, and is
// what the library reads.
func TestWhatIsWrittenTheLibraryReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := header()
		h.CRLF = rapid.Bool().Draw(t, "crlf")
		n := 0
		parts := make([]part, rapid.IntRange(1, 5).Draw(t, "batches"))
		for i := range parts {
			parts[i] = anyPart(t, &n)
		}
		file, totals := write(t, h, parts...)
		end := "\n"
		if h.CRLF {
			end = "\r\n"
		}
		lines := strings.Split(strings.TrimSuffix(file, end), end)
		if len(lines)%nacha.BlockRecords != 0 || len(lines) != totals.Records {
			t.Fatalf("%d records, %d counted", len(lines), totals.Records)
		}
		for _, line := range lines {
			if len(line) != nacha.RecordLength {
				t.Fatalf("a record of %d characters: %q", len(line), line)
			}
		}
		sameAsLibrary(t, library(t, file), parts, totals)
	})
}

var anyText = rapid.StringMatching(`[A-Z0-9][A-Z0-9 ./-]{0,8}[A-Z1-9]`)

func anyPart(t *rapid.T, n *int) part {
	class := rapid.SampledFrom([]nacha.Class{nacha.WEB, nacha.TEL, nacha.PPD, nacha.CCD}).Draw(t, "class")
	services := []nacha.Service{nacha.Debits}
	if class == nacha.PPD || class == nacha.CCD {
		services = []nacha.Service{nacha.Debits, nacha.Credits, nacha.Mixed}
	}
	p := part{header: batch(class, rapid.SampledFrom(services).Draw(t, "service"), anyText.Draw(t, "description"))}
	for range rapid.IntRange(1, 12).Draw(t, "entries") {
		*n += rapid.IntRange(1, 1000).Draw(t, "gap")
		p.entries = append(p.entries, anyEntry(t, p.header, *n))
	}
	return p
}

func anyEntry(t *rapid.T, h nacha.BatchHeader, n int) nacha.Entry {
	codes := []nacha.Code{27, 28, 37, 38}
	switch h.Service {
	case nacha.Credits:
		codes = []nacha.Code{22, 23, 32, 33}
	case nacha.Mixed:
		codes = append(codes, 22, 32)
	}
	e := nacha.Entry{
		Code: rapid.SampledFrom(codes).Draw(t, "code"), Routing: anyRouting.Draw(t, "routing"),
		Account: pii.NewSecret(rapid.StringMatching(`[0-9]{1,8}[0-9 -]{0,8}[0-9]`).Draw(t, "account")),
		ID:      rapid.StringMatching(`[A-Z1-9]{0,15}`).Draw(t, "id"),
		Name:    rapid.StringMatching(`[A-Za-z][A-Za-zÀ-ÿŁłß]{1,12}[ '’][A-Za-zÀ-ÿ -]{0,30}`).Draw(t, "name"), Trace: trace(n),
	}
	if !e.Code.IsPrenote() {
		e.Amount = money.Cents(rapid.Int64Range(1, 100_000_000).Draw(t, "cents"))
	}
	if h.Class == nacha.WEB || h.Class == nacha.TEL {
		e.PaymentType = rapid.SampledFrom([]string{nacha.Single, nacha.Recurring}).Draw(t, "type")
	}
	if h.Class != nacha.TEL && rapid.Bool().Draw(t, "with addenda") {
		e.Addenda = []string{anyText.Draw(t, "addenda")}
	}
	return e
}

// anyRouting makes routing numbers with their check digit.
var anyRouting = rapid.Custom(func(t *rapid.T) string {
	first := rapid.SampledFrom([]string{"01", "12", "23", "32"}).Draw(t, "district")
	s := first + rapid.StringMatching(`[0-9]{6}`).Draw(t, "bank")
	sum := 0
	for i, weight := range []int{3, 7, 1, 3, 7, 1, 3, 7} {
		sum += weight * int(s[i]-'0')
	}
	return fmt.Sprintf("%s%d", s, (10-sum%10)%10)
})

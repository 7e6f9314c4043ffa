package billpdf_test

import (
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/billpdf"
)

func TestScanLine(t *testing.T) {
	t.Parallel()
	id := ident.NewSubscriberID(70010000001)
	for _, c := range []struct {
		name string
		scan billpdf.Scan
		want string
		code string
	}{
		// The check digits were worked out apart from this code (docs/BILL-PDF.md).
		{"a usual bill", billpdf.Scan{SubscriberID: id, BillNumber: "00004711", Amount: money.Cents(24900)}, "7001000000160000471100000249008", ""},
		{"a cent", billpdf.Scan{SubscriberID: id, BillNumber: "00000001", Amount: money.Cents(1)}, "7001000000160000000100000000013", ""},
		{"the largest amount", billpdf.Scan{SubscriberID: id, BillNumber: "99999999", Amount: money.Cents(9_999_999_999)}, "7001000000169999999999999999995", ""},
		{"one cent too many", billpdf.Scan{SubscriberID: id, BillNumber: "00004711", Amount: money.Cents(10_000_000_000)}, "", billpdf.CodeScanAmount},
		{"a negative amount", billpdf.Scan{SubscriberID: id, BillNumber: "00004711", Amount: money.Cents(-1)}, "", billpdf.CodeScanAmount},
		{"a short bill number", billpdf.Scan{SubscriberID: id, BillNumber: "4711"}, "", billpdf.CodeScanNumber},
		{"a bill number with a space", billpdf.Scan{SubscriberID: id, BillNumber: "0000 711"}, "", billpdf.CodeScanNumber},
		{"no Subscriber ID", billpdf.Scan{BillNumber: "00004711"}, "", billpdf.CodeScanNumber},
		{"a Subscriber ID with a wrong digit", billpdf.Scan{SubscriberID: "700100000017", BillNumber: "00004711"}, "", billpdf.CodeScanNumber},
	} {
		got, err := billpdf.ScanLine(c.scan)
		if got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("%s: %q, %v; want %q, %s", c.name, got, err, c.want, c.code)
		}
	}
}

func TestParseScanLineRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, line, code string }{
		{"nothing", "", billpdf.CodeScanNumber},
		{"thirty digits", "700100000016000047110000024900", billpdf.CodeScanNumber},
		{"a letter O", "70010000001600O0471100000249008", billpdf.CodeScanNumber},
		{"a wrong check digit", "7001000000160000471100000249009", billpdf.CodeScanCheck},
		{"two neighbours swapped", "7001000000160000417100000249008", billpdf.CodeScanCheck},
		{"a Subscriber ID that is none, the line itself whole", "0000000000010000000000000000008", billpdf.CodeScanNumber},
	} {
		if _, err := billpdf.ParseScanLine(c.line); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestScanLineComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := billpdf.Scan{
			SubscriberID: ident.NewSubscriberID(rapid.Uint64Range(0, 99_999_999_999).Draw(t, "serial")),
			BillNumber:   rapid.StringMatching(`[0-9]{8}`).Draw(t, "bill"),
			Amount:       money.Cents(rapid.Int64Range(0, 9_999_999_999).Draw(t, "cents")),
		}
		line, err := billpdf.ScanLine(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := billpdf.ParseScanLine(line[:12] + " " + line[12:]); err != nil || got != want {
			t.Fatalf("%s came back as %v, %v", line, got, err)
		}
		// One digit misread is always found.
		at := rapid.IntRange(0, len(line)-1).Draw(t, "at")
		wrong := []byte(line)
		wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if got, err := billpdf.ParseScanLine(string(wrong)); err == nil {
			t.Fatalf("%s, misread as %s, was taken for %v", line, wrong, got)
		}
	})
}

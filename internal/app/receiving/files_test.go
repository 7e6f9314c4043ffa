package receiving_test

import (
	"fmt"
	"strings"

	"quittance.org/quittance/internal/base/civil"
)

// notice is a return or a notification of change, as another bank sends it.
type notice struct {
	code    string // R01, C01
	trace   string // of the entry it is about
	cents   int64
	company string // "": ours
	data    string // corrected data
	died    string
}

const (
	ourCompany = "1999999999"
	otherBank  = "09100001"
)

// compact writes a day as YYMMDD.
func compact(d civil.Date) string { return strings.ReplaceAll(d.String(), "-", "")[2:] }

// achText is an ACH file that the bank sends, made by hand: each notice is a
// batch of its own. It has right totals.
func achText(made civil.Date, notices ...notice) string {
	var lines []string
	add := func(format string, args ...any) {
		lines = append(lines, fmt.Sprintf("%-94s", fmt.Sprintf(format, args...)))
	}
	add("101 110000000 110000000%s1200A094101%-23s%-23s%8s", compact(made), "HEALTH MARKETPLACE", "SANDBOX BANK", "")
	var debits, hash int64
	for n, r := range notices {
		company := r.company
		if company == "" {
			company = ourCompany
		}
		class, service, code, cents := "WEB", 225, 26, r.cents
		if r.code[0] == 'C' {
			class, service, code, cents = "COR", 200, 26, 0
		}
		debits, hash = debits+cents, hash+9100001
		add("5%d%-16s%20s%-10s%s%-10s%6s%s   1%s%07d", service, "HLTHMKT PREM", "", company, class, "PREMIUM", "", compact(made), "11000000", n+1)
		trace := fmt.Sprintf("%s%07d", otherBank, n+1)
		add("6%d%s9%-17s%010d%-15s%-22s  1%s", code, otherBank, "000123456789", cents, "70010000001", "ANA TESTPERSON", trace)
		if r.code[0] == 'C' {
			add("798%s%s      %s%-29s%15s%s", r.code, r.trace, otherBank, r.data, "", trace)
		} else {
			add("799%s%s%6s%s%44s%s", r.code, r.trace, r.died, otherBank, "", trace)
		}
		add("8%d%06d%010d%012d%012d%-10s%19s%6s%s%07d", service, 2, 9100001, cents, 0, company, "", "", "11000000", n+1)
	}
	blocks := (len(lines) + 1 + 9) / 10
	add("9%06d%06d%08d%010d%012d%012d%39s", len(notices), blocks, 2*len(notices), hash, debits, 0, "")
	for len(lines)%10 != 0 {
		lines = append(lines, strings.Repeat("9", 94))
	}
	return strings.Join(lines, "\n") + "\n"
}

// bankLine is a line of the statement.
type bankLine struct {
	code     string
	cents    int64
	customer string
	text     string
}

// statementText is a statement of a day with right totals.
func statementText(on civil.Date, lines ...bankLine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "01,110000000,1999999999,%s,2200,1,,,2/\n", compact(on))
	fmt.Fprintf(&b, "02,1999999999,110000000,1,%s,2200,USD,2/\n", compact(on))
	fmt.Fprintf(&b, "03,000100200300,USD,010,0,,/\n")
	var total int64
	for n, l := range lines {
		reference := "" // some banks give none: then lines that say the same are told apart by their number alone
		if l.text != "" {
			reference = fmt.Sprintf("%s%05d", compact(on), n+1)
		}
		fmt.Fprintf(&b, "16,%s,%d,0,%s,%s,%s\n", l.code, l.cents, reference, l.customer, l.text)
		total += l.cents
	}
	fmt.Fprintf(&b, "49,%d,%d/\n98,%d,1,%d/\n99,%d,1,%d/\n", total, len(lines)+2, total, len(lines)+4, total, len(lines)+6)
	return b.String()
}

// ebcdic writes the digits, letters and spaces of text in EBCDIC.
func ebcdic(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteByte(byte(r-'0') + 0xf0)
		case r >= 'A' && r <= 'I':
			b.WriteByte(byte(r-'A') + 0xc1)
		case r >= 'J' && r <= 'R':
			b.WriteByte(byte(r-'J') + 0xd1)
		case r >= 'S' && r <= 'Z':
			b.WriteByte(byte(r-'S') + 0xe2)
		case r == ',':
			b.WriteByte(0x6b)
		case r == '\n':
			b.WriteByte(0x15)
		default:
			b.WriteByte(0x40)
		}
	}
	return b.String()
}

package cli_test

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/cli"
	"quittance.org/quittance/internal/format/nacha"
)

// debitFile is a NACHA file with one debit of 512.00.
func debitFile(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	date := civil.MustParseDate("2026-12-15")
	w, err := nacha.NewWriter(&out, nacha.Header{Destination: "110000000", DestinationName: "BANK", Origin: "1234567890", OriginName: "MARKETPLACE", CreatedOn: date, Modifier: "A"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Batch(nacha.BatchHeader{Class: nacha.WEB, Service: nacha.Debits, CompanyName: "MARKETPLACE", CompanyID: "1043334444", Description: "PREMIUM", EffectiveOn: date, ODFI: "11000000"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Entry(nacha.Entry{Code: nacha.CheckingDebit, Routing: "231380104", Account: pii.NewSecret("000123456789"), Amount: money.Dollars(512), Name: "Maria Souza", PaymentType: nacha.Recurring, Trace: "110000000000001"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const statement = "01,A,B,261216,0630,1,,,2/\n02,B,A,1,261215,,USD,2/\n03,123,USD,015,51200,,/\n16,166,51200,0,BR1,,TEXT/\n49,102400,3/\n98,102400,1,5/\n99,102400,1,7/\n"

func TestFileCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	named := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	good := debitFile(t)
	ach := named("good.ach", good)
	cut := named("cut.ach", good[:4*95])
	wrong := named("wrong.ach", strings.Replace(good, "0000051200", "00000512O0", 1))
	bai := named("good.bai", statement)
	off := named("off.bai", strings.Replace(statement, "49,102400", "49,102401", 1))
	mail := named("mail.txt", "Dear Sir or Madam,\n")
	x12 := named("carrier.820", "ISA*00*          *00*          *ZZ*A              *ZZ*B              *270101*0100*^*00501*000000001*0*P*:~GS*RA*A*B*20270101*0100*1*X*005010X306~ST*820*0001*005010X306~")
	for name, c := range map[string]struct {
		args  []string
		stdin string
		code  int
		says  []string
	}{
		"a good NACHA file":        {[]string{ach}, "", 0, []string{"good.ach: NACHA file: accepted", "entries: 1", "debits $512.00, credits $0.00"}},
		"a good BAI2 file":         {[]string{bai}, "", 0, []string{"good.bai: BAI2 file: accepted", "accounts: 1", "movements: 1"}},
		"both":                     {[]string{ach, bai}, "", 0, []string{"NACHA", "BAI2"}},
		"standard input":           {[]string{"-"}, good, 0, []string{"-: NACHA file: accepted"}},
		"one of two refused":       {[]string{cut, bai}, "", 1, []string{"cut.ach: NACHA file: refused", "line 4: file control: the file ends without its control record", "[file.no_control, file]", "good.bai: BAI2 file: accepted"}},
		"an amount with a letter":  {[]string{wrong}, "", 1, []string{"set aside: 1", "line 3: amount: the amount must be digits [entry.amount, entry]", "line 4: total debits: the total debits are $512.00; the entries add up to $0.00 [batch.debit_total, batch]"}},
		"a wrong control total":    {[]string{off}, "", 1, []string{"off.bai: BAI2 file: refused", "line 5: account control total"}},
		"a letter":                 {[]string{mail}, "", 1, []string{"mail.txt: no format that is known: not accepted"}},
		"X12, not judged yet":      {[]string{x12}, "", 1, []string{"carrier.820: X12 file 820: not accepted", "not judged yet"}},
		"a file that is not there": {[]string{filepath.Join(dir, "none"), ach}, "", 1, []string{"not read: can not read the file", "good.ach: NACHA file: accepted"}},
		"a folder":                 {[]string{dir}, "", 1, []string{"not read"}},
		"an empty file":            {[]string{"-"}, "", 1, []string{"the file is empty"}},
		"no file":                  {nil, "", 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, errs bytes.Buffer
			code := cli.Main(t.Context(), append([]string{"file", "check"}, c.args...), cli.Streams{In: strings.NewReader(c.stdin), Out: &out, Err: &errs})
			if code != c.code {
				t.Errorf("exit code %d instead of %d\n%s%s", code, c.code, out.String(), errs.String())
			}
			for _, says := range c.says {
				if !strings.Contains(out.String(), says) {
					t.Errorf("%q is not in\n%s", says, out.String())
				}
			}
			if len(c.args) > 0 {
				fileCheckJSON(t, c.args, c.stdin, c.code)
			}
		})
	}
}

// fileCheckJSON asks the same for programs: one object a file.
func fileCheckJSON(t *testing.T, args []string, stdin string, want int) {
	t.Helper()
	var out bytes.Buffer
	code := cli.Main(t.Context(), append([]string{"file", "check", "--json"}, args...), cli.Streams{In: strings.NewReader(stdin), Out: &out, Err: io.Discard})
	decoder := json.NewDecoder(&out)
	accepted := true
	for _, name := range args {
		var said struct {
			File     string
			Format   string
			Accepted bool
			Error    string
			Problems []struct {
				Line                        int
				Field, Code, Message, Reach string
			}
		}
		if err := decoder.Decode(&said); err != nil {
			t.Fatal(err)
		}
		accepted = accepted && said.Accepted
		if said.File != name || said.Format == "" || !said.Accepted && said.Error == "" && len(said.Problems) == 0 {
			t.Errorf("%+v", said)
		}
		for _, p := range said.Problems {
			if p.Line < 1 || slices.Contains([]string{p.Field, p.Code, p.Message, p.Reach}, "") {
				t.Errorf("%+v", p)
			}
		}
	}
	if code != want || accepted != (want == 0) {
		t.Errorf("exit code %d, accepted %v", code, accepted)
	}
}

// mass gives nines, and looks now and then how much memory is in use.
type mass struct {
	left, seen int
	peak       uint64
}

func (m *mass) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, io.EOF
	}
	n := min(len(b), m.left)
	for i := range b[:n] {
		b[i] = '9'
	}
	m.left -= n
	if m.seen += n; m.seen > 16<<20 {
		m.seen = 0
		m.peak = max(m.peak, inUse())
	}
	return n, nil
}

func inUse() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// 300 MB of nines are refused and take no memory.
func TestFileCheckOfNines(t *testing.T) { //nolint:paralleltest // memory is measured
	nines := &mass{left: 300 << 20}
	if testing.Short() {
		nines.left = 40 << 20
	}
	before := inUse()
	var out bytes.Buffer
	code := cli.Main(t.Context(), []string{"file", "check", "-"}, cli.Streams{In: nines, Out: &out, Err: io.Discard})
	if code != 1 || !strings.Contains(out.String(), "nothing but padding") || nines.left > 0 {
		t.Errorf("exit code %d, %d bytes left\n%s", code, nines.left, out.String())
	}
	if mb := (int64(nines.peak) - int64(before)) >> 20; mb > 16 {
		t.Errorf("%d MB in use", mb)
	}
}

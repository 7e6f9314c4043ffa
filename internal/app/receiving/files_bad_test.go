package receiving_test

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// What bad input gets: kept, reported with its line, the rest processed,
// nothing posted twice.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	type made struct{ good, statement string }
	for _, c := range []struct {
		name   string
		text   func(m made) string
		kind   receiving.FileKind
		posted int64    // of the one good return in the file
		items  []string // some of them
	}{
		{"empty", func(made) string { return "" }, receiving.FileUnknown, 0, []string{"1 file  set_aside file.empty"}},
		{"blank lines", func(made) string { return "\r\n \r\n" }, receiving.FileUnknown, 0, []string{"1 file  set_aside file.empty"}},
		{"a letter", func(made) string { return "Dear customer, our branch is closed on Friday." }, receiving.FileUnknown, 0, []string{"1 file  set_aside file.unknown"}},
		{"in EBCDIC", func(m made) string { return ebcdic(m.good) }, receiving.FileACH, 1, nil},
		{"a statement in EBCDIC", func(m made) string { return ebcdic(m.statement) }, receiving.FileUnknown, 0, []string{"1 file  set_aside file.ebcdic"}},
		{"rubbish before the header", func(m made) string { return "rubbish\n" + m.good }, receiving.FileUnknown, 0, []string{"1 file  set_aside file.unknown"}},
		{"nines", func(made) string { return strings.Repeat("9", 5000) }, receiving.FileACH, 0, []string{"problem"}},
		{"larger than a bank's", func(m made) string { return m.good + strings.Repeat("9", 200_000) }, receiving.FileUnknown, 0, []string{"1 file  set_aside file.too_large"}},
		{"CR only", func(m made) string { return strings.ReplaceAll(m.good, "\n", "\r") }, receiving.FileACH, 1, nil},
		{"CR and LF", func(m made) string { return strings.ReplaceAll(m.good, "\n", "\r\n") }, receiving.FileACH, 1, nil},
		{"no line ends", func(m made) string { return strings.ReplaceAll(m.good, "\n", "") }, receiving.FileACH, 1, nil},
		{"truncated behind the return", func(m made) string { return m.good[:95*4] }, receiving.FileACH, 1, []string{"problem"}},
		{"truncated within the return", func(m made) string { return m.good[:95*3+40] }, receiving.FileACH, 0, []string{"problem"}},
		{"no file header", func(m made) string { return m.good[95:] }, receiving.FileACH, 1, []string{"problem"}},
		{"wrong totals", func(m made) string { return strings.Replace(m.good, "\n8225000002", "\n8225000007", 1) }, receiving.FileACH, 1, []string{"problem"}},
		{"a line of rubbish", func(m made) string { return m.good[:95] + "rubbish\n" + m.good[95:] }, receiving.FileACH, 1, []string{"problem"}},
		{"nines behind", func(m made) string { return m.good + strings.Repeat(strings.Repeat("9", 94)+"\n", 40) }, receiving.FileACH, 1, nil},
		{"a statement that does not add up", func(m made) string { return strings.Replace(m.statement, "\n49,10000,", "\n49,10001,", 1) }, receiving.FileStatement, 0, []string{"problem", "1 file  set_aside statement.refused"}},
		{"a statement cut off", func(m made) string { return m.statement[:strings.Index(m.statement, "\n49")+1] }, receiving.FileStatement, 0, []string{"problem", "1 file  set_aside statement.refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.service.Small(100, 100_000)
				h := b.household()
				p := b.pay(h, "100.00")
				f := b.sendFile()
				on := b.after(2)
				text := c.text(made{
					achText(on, notice{code: "R01", trace: b.entry(p).Trace, cents: 10000}),
					statementText(on, bankLine{"166", 10000, f.Name, ""}),
				})
				report := b.take(c.name, text)
				if report.Kind != c.kind || report.Posted != c.posted || report.Size != int64(len(text)) || report.Whole != (len(text) <= 100_000) {
					t.Errorf("report %+v", report)
				}
				all := strings.Join(b.items(), "\n")
				for _, item := range c.items {
					if !strings.Contains(all, item) {
						t.Errorf("no item %q in\n%s", item, all)
					}
				}
				if report.Whole {
					apptest.Check(t, "what is kept", b.kept(report), text)
				}
				again := b.take("again", text)
				if again.FileID != report.FileID || again.TakenOn.IsZero() || again.Posted != report.Posted {
					t.Errorf("the second time: %+v", again)
				}
				apptest.Check(t, "items after the second time", strings.Join(b.items(), "\n"), all)
				b.VerifyClean()
			})
		})
	}
}

// kept reads a file as it is kept.
func (b *bench) kept(r receiving.Report) string {
	b.TB.Helper()
	var text strings.Builder
	err := b.DB.Read(b.TB.Context(), "kept file", func(tx *store.ReadTx) error {
		text.Reset()
		for seq := 0; ; seq++ {
			part, err := tx.InboundFilePart(r.FileID, seq)
			if err != nil || part == nil {
				return err
			}
			text.Write(part)
		}
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	return text.String()
}

// nines are as many as you like, and in memory there is none.
type nines struct{ left int64 }

func (n *nines) Read(p []byte) (int, error) {
	if n.left == 0 {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), n.left)]
	for i := range p {
		p[i] = '9'
	}
	n.left -= int64(len(p))
	return len(p), nil
}

// 300 MB of nines are too much to keep: the sum, the size and a beginning are.
// Memory does not grow with them. The test runs alone, on one engine, because
// it looks at the memory of the process.
func TestThreeHundredMegabytesOfNines(t *testing.T) { //nolint:paralleltest // it measures memory
	const size = 300 << 20
	clock := virtual.Standing(storetest.Noon)
	b := newBench(apptest.New(t, storetest.OpenSQLite(t, clock), clock))
	take := func(name string, in io.Reader) (receiving.Report, int64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report, err := b.service.Take(t.Context(), name, in)
		if err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return report, int64(after.TotalAlloc - before.TotalAlloc)
	}
	report, allocated := take("nines", &nines{size})
	if report.Size != size || report.Whole || report.SetAside != 1 || allocated > 64<<20 {
		t.Errorf("%d MB were allocated: %+v", allocated>>20, report)
	}
	if kept := b.kept(report); len(kept) != 1<<20 {
		t.Errorf("%d bytes are kept", len(kept))
	}
	// Behind the header of an ACH file they are read, and the reader is bounded.
	report, allocated = take("nines behind a header", io.MultiReader(strings.NewReader(achText(b.Today())), &nines{100 << 20}))
	if report.Posted != 0 || report.Kind != receiving.FileACH {
		t.Errorf("%d MB were allocated: %+v", allocated>>20, report)
	}
	t.Logf("allocated behind a header: %d MB", allocated>>20)
}

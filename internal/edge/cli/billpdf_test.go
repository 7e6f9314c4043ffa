package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/web"
)

func paperWriter(t *testing.T, w *apptest.World) letters.Writer {
	t.Helper()
	words, err := catalogue.Load(web.Messages(), w.Profile.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return letters.Writer{Catalogue: words, Profile: w.Profile, BaseURL: "https://pay.test"}
}

// Every bill of a month is in one tagged file, on sheets of its own, on both
// engines; bills of other months are not.
func TestBillsOfAMonth(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-10-01")
		crowd := w.Crowd(230, apptest.Medical("2026-11", "109.50").Renewed()) // more than one page of EachBill
		w.Bill("2026-11")
		w.At("2026-11-01")
		w.Bill("2026-12")
		name := filepath.Join(t.TempDir(), "bills.pdf")
		file, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		var problems strings.Builder
		total, err := printBills(t.Context(), file, notifying.NewPapers(w.DB, w.Profile), paperWriter(t, w), apptest.Month("2026-12"), &problems)
		if err != nil || file.Close() != nil {
			t.Fatal(err)
		}
		if want := (printedBills{Bills: len(crowd), Pages: 2 * len(crowd)}); total != want || problems.String() != "" {
			t.Errorf("got %+v, want %+v: %s", total, want, problems.String())
		}
		info, err := exec.Command("pdfinfo", name).Output()
		if err != nil || !strings.Contains(string(info), "Tagged:          yes") {
			t.Errorf("pdfinfo: %v: %s", err, info)
		}
		text, err := exec.Command("pdftotext", name, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []apptest.Household{crowd[0], crowd[229]} {
			if !strings.Contains(string(text), h.SubscriberID.Grouped()) {
				t.Errorf("%s is not in the file", h.SubscriberID.Grouped())
			}
		}
		if strings.Count(string(text), "Your bill for December 2026 coverage") != len(crowd) || strings.Contains(string(text), "Your bill for November 2026") {
			t.Error("not each bill of the month is there once, or one of another month is")
		}
	})
}

// gauge is a file that is thrown away and measures the memory in use each time
// some of it has been written.
type gauge struct {
	written, next int64
	most          uint64
}

func (g *gauge) Write(p []byte) (int, error) {
	if g.written += int64(len(p)); g.written >= g.next {
		g.next += 4 << 20
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		g.most = max(g.most, m.HeapAlloc)
	}
	return len(p), nil
}

// What is in memory does not grow with the number of bills: ten times as many
// take a few words each more. QUITTANCE_BILLS=10000 prints as many as a mail
// house gets at once.
func TestMemoryOfAMonthOfBillsStaysFlat(t *testing.T) { //nolint:paralleltest // other tests would be measured
	many := 1000
	if os.Getenv("QUITTANCE_BILLS") == "10000" {
		many = 10_000
	}
	c := virtual.Standing(storetest.Noon)
	w := apptest.New(t, storetest.OpenSQLite(t, c), c)
	w.At("2026-11-01")
	w.Crowd(many, apptest.Medical("2026-12", "109.50").Renewed())
	w.Bill("2026-12")
	var g gauge
	total, err := printBills(t.Context(), &g, notifying.NewPapers(w.DB, w.Profile), paperWriter(t, w), apptest.Month("2026-12"), io.Discard)
	if err != nil || total.Bills != many {
		t.Fatalf("%+v, %v", total, err)
	}
	t.Logf("%d bills, %d MB written, at most %d MB of heap", many, g.written>>20, g.most>>20)
	if g.most > 96<<20 {
		t.Errorf("%d MB of heap in use", g.most>>20)
	}
}

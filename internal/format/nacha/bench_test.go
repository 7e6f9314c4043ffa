package nacha_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/format/nacha"
)

// benchEntries is the size of an AutoPay day of a large marketplace.
const benchEntries = 1_000_000

// peak runs do and gives the most heap that was in use meanwhile, sampled.
func peak(do func()) uint64 {
	runtime.GC()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		var high uint64
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			high = max(high, m.HeapAlloc)
			select {
			case <-done:
				most <- high
				return
			case <-tick.C:
			}
		}
	}()
	do()
	close(done)
	return <-most
}

// BenchmarkWrite writes the same million WEB debits with Writer and with
// moov-io/ach, which holds them all, to nowhere.
func BenchmarkWrite(b *testing.B) {
	for _, c := range []struct {
		name  string
		write func(io.Writer, int) error
	}{{"streamed", writeStreamed}, {"moov-io", writeLibrary}} {
		b.Run(c.name, func(b *testing.B) {
			var high uint64
			for b.Loop() {
				high = max(high, peak(func() {
					if err := c.write(io.Discard, benchEntries); err != nil {
						b.Fatal(err)
					}
				}))
			}
			b.ReportMetric(float64(high)/(1<<20), "MB-peak")
			b.ReportMetric(float64(benchEntries)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// BenchmarkRead reads such a file with Reader and with moov-io/ach.
func BenchmarkRead(b *testing.B) {
	path := filepath.Join(b.TempDir(), "million.ach")
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(writeStreamed(f, benchEntries), f.Close())
	}
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		read func(io.Reader) (int, error)
	}{{"streamed", readStreamed}, {"moov-io", readLibrary}} {
		b.Run(c.name, func(b *testing.B) {
			var high uint64
			for b.Loop() {
				high = max(high, peak(func() {
					f, err := os.Open(path)
					if err != nil {
						b.Fatal(err)
					}
					n, err := c.read(f)
					if err = errors.Join(err, f.Close()); err != nil || n != benchEntries {
						b.Fatal(n, err)
					}
				}))
			}
			b.ReportMetric(float64(high)/(1<<20), "MB-peak")
			b.ReportMetric(float64(benchEntries)*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

func writeStreamed(out io.Writer, n int) error {
	w, err := nacha.NewWriter(out, header())
	if err == nil {
		err = w.Batch(debits(nacha.WEB))
	}
	e := entry(1)
	for i := 0; i < n && err == nil; i++ {
		e.Trace = trace(i + 1)
		err = w.Entry(e)
	}
	_, closed := w.Close()
	return errors.Join(err, closed)
}

func writeLibrary(out io.Writer, n int) error {
	h := ach.NewFileHeader()
	h.ImmediateDestination, h.ImmediateDestinationName = "110000000", "FIRST BANK OF THE BAY"
	h.ImmediateOrigin, h.ImmediateOriginName = "1234567890", "BAY STATE MARKETPLACE"
	h.FileCreationDate, h.FileCreationTime, h.FileIDModifier = "261214", "2000", "A"
	file := ach.NewFile()
	file.SetHeader(h)
	for first := 1; first <= n; first += nacha.BatchEntriesMax {
		bh := ach.NewBatchHeader()
		bh.ServiceClassCode, bh.StandardEntryClassCode = ach.DebitsOnly, ach.WEB
		bh.CompanyName, bh.CompanyIdentification, bh.CompanyEntryDescription = "BAY STATE HEALTH", "1043334444", "PREMIUM"
		bh.EffectiveEntryDate, bh.ODFIIdentification = "261215", odfi
		b, err := ach.NewBatch(bh)
		if err != nil {
			return err
		}
		for i := first; i <= min(n, first+nacha.BatchEntriesMax-1); i++ {
			e := ach.NewEntryDetail()
			e.TransactionCode = ach.CheckingDebit
			e.SetRDFI("231380104")
			e.DFIAccountNumber, e.Amount = "000123456789", 51200
			e.IdentificationNumber, e.IndividualName, e.DiscretionaryData = "700100000013", "Maria Souza", "R"
			e.TraceNumber = fmt.Sprintf("%s%07d", odfi, i)
			b.AddEntry(e)
		}
		if err := b.Create(); err != nil {
			return err
		}
		file.AddBatch(b)
	}
	if err := file.Create(); err != nil {
		return err
	}
	w := ach.NewWriter(out)
	return errors.Join(w.Write(file), w.Flush())
}

func readStreamed(r io.Reader) (n int, err error) {
	reader := nacha.NewReader(r)
	for {
		item, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return n, nil
		case err != nil:
			return n, err
		case item.Kind == nacha.KindEntry:
			n++
		}
	}
}

func readLibrary(r io.Reader) (n int, err error) {
	file, err := ach.NewReader(r).Read()
	for _, b := range file.Batches {
		n += len(b.GetEntries())
	}
	return n, err
}

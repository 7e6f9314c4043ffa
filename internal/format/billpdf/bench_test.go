package billpdf_test

import (
	"io"
	"testing"

	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/pdf"
)

// BenchmarkWrite prints single files, each with its own fonts.
// Target: 100 a second on one core, so at most 10 ms.
func BenchmarkWrite(b *testing.B) {
	press := newPress(b)
	for _, c := range []struct {
		name string
		bill *billpdf.Document
	}{{"English", english()}, {"Vietnamese", vietnamese()}, {"Chinese", chinese()}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := press.Write(io.Discard, c.bill); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "bills/s")
		})
	}
}

// BenchmarkBatch prints into one file, which shares its fonts.
func BenchmarkBatch(b *testing.B) {
	press := newPress(b)
	bills := []*billpdf.Document{english(), vietnamese(), chinese()}
	batch := press.Batch(io.Discard, pdf.Info{Title: "Batch", Lang: "en", Created: bills[0].Issued})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := batch.Add(bills[i%len(bills)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "bills/s")
	if err := batch.Close(); err != nil {
		b.Fatal(err)
	}
}

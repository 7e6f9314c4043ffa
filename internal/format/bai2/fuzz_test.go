package bai2_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/bai2"
	"quittance.org/quittance/internal/format/formattest"
)

// FuzzReader: whatever comes in, the reader comes to an end, names lines that
// are there, gives text that is UTF-8, and accepts only what it accepts again
// when its accounts and movements are written anew.
func FuzzReader(f *testing.F) {
	f.Add([]byte(morning))
	f.Add([]byte("01,A,B,261216,0630,1,60,1,2/\n02,B,A,1,261215,,USD,2/\n03,1,,010,-1,,D,1,0,1/\n88,15,V,261216,\n16,720,1,S,1,,/\n49,1,2"))
	for _, s := range formattest.Samples(f, "bai2") {
		f.Add(s.Text)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		lines := bytes.Count(file, []byte("\n")) + bytes.Count(file, []byte("\r")) + 1
		var total money.Amount
		for _, i := range read(t, bytes.NewReader(file)) {
			if i.Line < 0 || i.Line > lines {
				t.Fatalf("line %d of %d", i.Line, lines)
			}
			for _, p := range i.Problems {
				if p.Line < 0 || p.Line > lines || p.Code == "" || p.Field == "" || p.Message == "" {
					t.Fatalf("%+v of %d lines", p, lines)
				}
			}
			if i.Kind == bai2.KindDetail {
				total = total.Add(i.Detail.Signed())
				if !utf8.ValidString(i.Detail.Text + i.Detail.BankRef + i.Detail.Customer) {
					t.Fatalf("%+q", i.Detail.Text)
				}
			}
		}
		if check(t, string(file)).Accepted {
			again(t, file, total)
		}
	})
}

// again writes what an accepted file says, and reads that.
func again(t *testing.T, file []byte, total money.Amount) {
	t.Helper()
	var out bytes.Buffer
	var w *bai2.Writer
	var err error
	for _, i := range read(t, bytes.NewReader(file)) {
		switch i.Kind {
		case bai2.KindFile:
			if w != nil {
				return // several files
			}
			w, err = bai2.NewWriter(&out, *i.File)
		case bai2.KindGroup:
			err = w.Group(*i.Group)
		case bai2.KindAccount:
			err = w.Account(*i.Account)
		case bai2.KindDetail:
			err = w.Detail(i.Detail)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if report := check(t, out.String()); !report.Accepted {
		t.Fatalf("written anew it is refused: %+v\n%s", report.Problems, out.String())
	}
	var sum money.Amount
	for _, d := range details(read(t, &out)) {
		sum = sum.Add(d.Signed())
	}
	if sum != total {
		t.Fatalf("%v became %v", total, sum)
	}
}

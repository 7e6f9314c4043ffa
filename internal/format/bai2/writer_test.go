package bai2_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/bai2"
)

var anyRef = rapid.StringMatching(`([A-Z0-9][A-Z0-9/ -]{0,8}[A-Z0-9])?`)

func anyFunds(t *rapid.T) bai2.Funds {
	f := bai2.Funds{Type: rapid.SampledFrom([]string{"", "Z", "0", "1", "2", "S", "V", "D"}).Draw(t, "funds")}
	cents := rapid.Int64Range(0, 1_000_000)
	switch f.Type {
	case "S":
		for days := range 3 {
			f.Available = append(f.Available, bai2.Available{Days: days, Amount: money.Cents(cents.Draw(t, "available"))})
		}
	case "V":
		f.On, f.At = civil.MustParseDate("2026-12-16"), rapid.SampledFrom([]string{"", "0800", "2400"}).Draw(t, "at")
	case "D":
		for i := range rapid.IntRange(0, 4).Draw(t, "days") {
			f.Available = append(f.Available, bai2.Available{Days: i, Amount: money.Cents(cents.Draw(t, "available"))})
		}
	}
	return f
}

// Whatever Writer writes is accepted, and read as it was.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		w, err := bai2.NewWriter(&out, bai2.File{Sender: "110000000", Receiver: "1234567890", CreatedOn: civil.MustParseDate("2026-12-16"), CreatedAt: "0630", ID: "1"})
		if err != nil {
			t.Fatal(err)
		}
		var want []bai2.Detail
		var accounts []bai2.Account
		for range rapid.IntRange(0, 3).Draw(t, "groups") {
			if err := w.Group(bai2.Group{Receiver: "1234567890", Originator: "110000000", Status: "1", On: civil.MustParseDate("2026-12-15"), Currency: "USD", Modifier: "2"}); err != nil {
				t.Fatal(err)
			}
			for range rapid.IntRange(0, 3).Draw(t, "accounts") {
				a := anyAccount(t)
				accounts = append(accounts, a)
				if err := w.Account(a); err != nil {
					t.Fatal(err)
				}
				for range rapid.IntRange(0, 5).Draw(t, "details") {
					d := anyDetail(t)
					want = append(want, d)
					if err := w.Detail(d); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		report := check(t, out.String())
		if !report.Accepted || report.Problems != nil {
			t.Fatalf("%+v\n%s", report.Problems, out.String())
		}
		items := read(t, &out)
		if diff := cmp.Diff(want, details(items), equal); diff != "" {
			t.Fatal(diff)
		}
		var got []bai2.Account
		for _, i := range items {
			if i.Kind == bai2.KindAccount {
				got = append(got, *i.Account)
			}
		}
		if diff := cmp.Diff(accounts, got, equal); diff != "" {
			t.Fatal(diff)
		}
	})
}

func anyAccount(t *rapid.T) bai2.Account {
	a := bai2.Account{Number: rapid.StringMatching(`[0-9]{4,17}`).Draw(t, "number"), Currency: "USD"}
	for range rapid.IntRange(0, 9).Draw(t, "summaries") {
		a.Summaries = append(a.Summaries, bai2.Summary{
			Code: rapid.StringMatching(`[0-9]{3}`).Draw(t, "code"), Amount: money.Cents(rapid.Int64Range(-1_000_000_000, 1_000_000_000).Draw(t, "balance")),
			Items: rapid.IntRange(0, 99).Draw(t, "items"), Funds: anyFunds(t),
		})
	}
	return a
}

func anyDetail(t *rapid.T) bai2.Detail {
	return bai2.Detail{
		Code: rapid.SampledFrom([]string{"115", "142", "165", "166", "195", "451", "555", "557", "698", "960", "920"}).Draw(t, "code"), Amount: money.Cents(rapid.Int64Range(0, 1_000_000_000).Draw(t, "amount")),
		Funds: anyFunds(t), BankRef: anyRef.Draw(t, "bank"), Customer: anyRef.Draw(t, "customer"),
		Text: rapid.StringMatching(`([A-Z][A-Z0-9 ,/:]{0,30}[A-Z0-9/](\n[A-Z][A-Z ,/]{0,10}[A-Z]){0,2})?`).Draw(t, "text"),
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	file := bai2.File{Sender: "A", Receiver: "B", CreatedOn: civil.MustParseDate("2026-12-16")}
	if _, err := bai2.NewWriter(io.Discard, bai2.File{}); err == nil {
		t.Error("a file without a date")
	}
	w, err := bai2.NewWriter(io.Discard, file)
	if err != nil {
		t.Fatal(err)
	}
	if w.Account(bai2.Account{Number: "1"}) == nil || w.Detail(bai2.Detail{Code: "115"}) == nil || w.Group(bai2.Group{}) == nil {
		t.Error("out of order, or without a date")
	}
	group := bai2.Group{On: file.CreatedOn}
	if err := errors.Join(w.Group(group), w.Account(bai2.Account{Number: "1"})); err != nil {
		t.Fatal(err)
	}
	if w.Detail(bai2.Detail{Code: "115", BankRef: "a,b"}) == nil {
		t.Error("a comma in a reference")
	}
}

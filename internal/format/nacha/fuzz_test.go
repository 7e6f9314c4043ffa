package nacha_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/formattest"
	"quittance.org/quittance/internal/format/nacha"
)

// FuzzReader: whatever comes in, the reader comes to an end and names lines
// that are there; an entry that may be acted on has a whole trace number and
// routing number, a return and a change say what they are about, and a file
// that is accepted adds up.
func FuzzReader(f *testing.F) {
	f.Add([]byte(day(f)))
	f.Add([]byte(inbound("WEB", "26", 51200, returned("R68", ourTrace, "", "   "+theirTrace+"35101UNTIMELY RETURN"))))
	f.Add([]byte(inbound("COR", "26", 0, changed("C07", "231380104000123456789     37"))))
	f.Add([]byte(strings.ReplaceAll(day(f), "\n", "")))
	for _, s := range formattest.Samples(f, "ach") {
		f.Add(s.Text)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		most := len(file) + 1
		items := read(t, bytes.NewReader(file))
		var debit, credit money.Amount
		for _, i := range items {
			fuzzItem(t, &i, most)
			if i.Kind != nacha.KindFile && i.Kind != nacha.KindProblem && i.Kind != nacha.KindEnd {
				if i.Entry.Code.IsCredit() {
					credit = credit.Add(i.Entry.Amount)
				} else {
					debit = debit.Add(i.Entry.Amount)
				}
			}
		}
		report, err := nacha.Check(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if report.Accepted && (report.Debit != debit || report.Credit != credit || report.SetAside > 0 || report.Counts[nacha.KindEnd] == 0) {
			t.Fatalf("%+v, but the entries are %v and %v", report, debit, credit)
		}
	})
}

func fuzzItem(t *testing.T, i *nacha.Item, most int) {
	t.Helper()
	for _, p := range i.Problems {
		if p.Line < 1 || p.Line > most || p.Code == "" || p.Field == "" || p.Message == "" {
			t.Fatalf("%+v", p)
		}
	}
	if !i.Usable() || i.Kind == nacha.KindFile || i.Kind == nacha.KindEnd {
		return
	}
	if len(i.Entry.Trace) != 15 || len(i.Entry.Routing) != 9 || i.Entry.Account.IsZero() || i.Entry.Amount.IsNegative() || !utf8.ValidString(i.Entry.Name) {
		t.Fatalf("%s on line %d may be acted on: %+v", i.Kind, i.Line, i.Entry)
	}
	switch i.Kind {
	case nacha.KindReturn, nacha.KindDishonored, nacha.KindContested:
		if len(i.Returns) == 0 || len(i.Returns[0].OriginalTrace) != 15 {
			t.Fatalf("%+v", i.Returns)
		}
	case nacha.KindChange, nacha.KindRefused:
		if i.Change == nil || len(i.Change.OriginalTrace) != 15 {
			t.Fatalf("%+v", i.Change)
		}
	}
}

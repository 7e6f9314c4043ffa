package bank_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/bank"
)

// Everything that the bank is follows from its journal, also when the last
// line is torn.
func TestJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "bank.jsonl")
	keep := func(o *bank.Options) { o.Journal = path }
	b := open(t, keep)
	take(t, b, "one.ach", file(t, premium(debit{account: "000555000110", cents: 700}, debit{account: bank.GoodAccount, cents: 100})))
	wednesday := at(tuesday.AddDays(1), 23)
	for _, err := range []error{
		b.Return(at(tuesday.AddDays(1), 12), routing[:8]+"0000002", "R03"), b.Deposit(wednesday, bank.Deposit{
			Type: bank.LockboxDeposit, Amount: money.Cents(5), Reference: "L1",
		}),
		b.SetFaults(bank.Faults{Twice: true}), b.Done("one.ach.ack"), b.RefuseNext(true), b.Run(wednesday),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err == nil {
		path += ".torn"
		err = os.WriteFile(path, append(kept, `{"kind":"clo`...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	again := open(t, keep)
	before, _ := b.View(wednesday)
	after, err := again.View(wednesday)
	if diff := cmp.Diff(fmt.Sprintf("%+v", before), fmt.Sprintf("%+v", after)); diff != "" || err != nil {
		t.Errorf("(-before +after): %v\n%s", err, diff)
	}
	later := at(tuesday.AddDays(60), 23)
	if diff := cmp.Diff(outbox(t, b, later), outbox(t, again, later)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// What the bank does wrong, on demand.
func TestFaults(t *testing.T) {
	t.Parallel()
	thursday := at(tuesday.AddDays(2), 22)
	lived := func(t *testing.T, f bank.Faults) map[string]string {
		t.Helper()
		b := open(t)
		if err := b.SetFaults(f); err != nil {
			t.Fatal(err)
		}
		take(t, b, "one.ach", file(t, premium(debit{account: "000111111116", cents: 100})))
		return outbox(t, b, thursday)
	}
	const returns = "RETURNS-20261217.ach"
	if got := lived(t, bank.Faults{Twice: true}); got["RETURNS-20261217-2.ach"] != got[returns] || got[returns] == "" {
		t.Error("twice: the second is not the first")
	}
	if got := lived(t, bank.Faults{NoControls: true})[returns]; strings.Contains(got, "\n8") || strings.Contains(got, "\n9") || got == "" {
		t.Errorf("no controls:\n%s", got)
	}
	if got := answers(t, lived(t, bank.Faults{Stranger: true})[returns]); len(got) != 2 || got[1] != "R03 9999999 100" {
		t.Errorf("a stranger: %q", got)
	}
	if got := answers(t, lived(t, bank.Faults{WrongAmount: true})[returns]); !cmp.Equal(got, []string{"R01 0000001 101"}) {
		t.Errorf("wrong amount: %q", got)
	}
	if got := lived(t, bank.Faults{NoAck: true}); got["one.ach.ack"] != "" {
		t.Errorf("no acknowledgment: %q", got)
	}
	b := open(t)
	if err := b.SetFaults(bank.Faults{LateAck: true}); err != nil {
		t.Fatal(err)
	}
	take(t, b, "one.ach", file(t, premium(debit{account: bank.GoodAccount, cents: 100})))
	if at20, at23 := outbox(t, b, at(tuesday.AddDays(1), 20)), outbox(t, b, at(tuesday.AddDays(1), 23)); at20["one.ach.ack"] != "" || at23["one.ach.ack"] == "" {
		t.Error("a late acknowledgment is not a day late")
	}
}

// The dice of ordinary accounts fall as the rates say, and the same way twice.
func TestRates(t *testing.T) {
	t.Parallel()
	var entries []debit
	for i := range 4000 {
		entries = append(entries, debit{account: fmt.Sprintf("%09d", 1000+i), cents: 100 + i})
	}
	body := file(t, premium(entries...))
	lived := func(seed uint64) string {
		b := open(t, func(o *bank.Options) {
			o.Seed, o.Rates = seed, bank.Rates{NoFunds: 100, Closed: 50, NotAuthorized: 30, Corrected: 20}
		})
		take(t, b, "one.ach", body)
		counts := map[string]int{}
		for name, text := range outbox(t, b, at(tuesday.AddDays(80), 23)) {
			if strings.HasPrefix(name, "RETURNS") {
				for _, a := range answers(t, text) {
					counts[a[:3]]++
				}
			}
		}
		for code, around := range map[string]int{"R01": 40, "R02": 20, "R10": 12, "C01": 8} {
			if n := counts[code]; n < around/3 || n > around*2 {
				t.Errorf("%s: %d, want about %d", code, n, around)
			}
		}
		return fmt.Sprint(counts)
	}
	if first, again := lived(1), lived(1); first != again {
		t.Error("the same seed lives twice in different ways")
	}
}

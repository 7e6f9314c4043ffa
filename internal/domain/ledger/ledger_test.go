package ledger_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
)

var (
	medical = enrollment.ID{UUID: ident.UUID{15: 7}}
	premium = enrollment.Premium{Gross: money.Cents(50000), APTC: money.Cents(25000), State: money.Cents(14700), Member: money.Cents(10300)}
)

// written is transfers as the posting table of architecture section 5 writes
// them: debit ← credit amount.
func written(transfers []ledger.Transfer) []string {
	var lines []string
	for _, t := range transfers {
		lines = append(lines, fmt.Sprintf("%s ← %s %s", name(t.Debit), name(t.Credit), t.Amount))
	}
	return lines
}

func name(s ledger.Side) string {
	switch s.Owner {
	case "":
		return string(s.Account)
	case medical.String():
		return string(s.Account) + "[medical]"
	}
	return string(s.Account) + "[" + s.Owner + "]"
}

func TestPostingTable(t *testing.T) {
	t.Parallel()
	free := enrollment.Premium{Gross: money.Cents(25000), APTC: money.Cents(25000)}
	alone := enrollment.Premium{Gross: money.Cents(41237), Member: money.Cents(41237)}
	program := enrollment.Premium{Gross: money.Cents(5000), State: money.Cents(5000)}
	for _, c := range []struct {
		name string
		got  []ledger.Transfer
		want []string
	}{
		{"charge with help of the state", ledger.Charge(medical, "HARBOR", premium), []string{
			"receivable.member[medical] ← carrier.uncollected[HARBOR] 103.00",
			"receivable.state[HARBOR] ← carrier.uncollected[HARBOR] 147.00",
		}},
		{"charge without help", ledger.Charge(medical, "HARBOR", alone), []string{"receivable.member[medical] ← carrier.uncollected[HARBOR] 412.37"}},
		{"charge that the state pays", ledger.Charge(medical, "HARBOR", program), []string{"receivable.state[HARBOR] ← carrier.uncollected[HARBOR] 50.00"}},
		{"charge that the tax credit pays never enters the ledger", ledger.Charge(medical, "HARBOR", free), nil},
		{"remittance", ledger.Remit("HARBOR", money.Cents(10300)), []string{"carrier.payable[HARBOR] ← cash.operating 103.00"}},
		{"receipt by card", ledger.Receipt(ledger.ClearingCard, money.Cents(12450)), []string{"clearing.card ← credit.member 124.50"}},
		{"receipt by bank account", ledger.Receipt(ledger.ClearingACH, money.Cents(1)), []string{"clearing.ach ← credit.member 0.01"}},
		{"application", ledger.Apply(medical, "HARBOR", money.Cents(10300)), []string{
			"credit.member ← receivable.member[medical] 103.00",
			"carrier.uncollected[HARBOR] ← carrier.payable[HARBOR] 103.00",
		}},
		{"application undone", ledger.Reverse(ledger.Apply(medical, "HARBOR", money.Cents(10300))), []string{
			"receivable.member[medical] ← credit.member 103.00",
			"carrier.payable[HARBOR] ← carrier.uncollected[HARBOR] 103.00",
		}},
		{"waiver", ledger.Waive(medical, "HARBOR", money.Cents(5150)), []string{
			"waiver ← receivable.member[medical] 51.50",
			"carrier.uncollected[HARBOR] ← carrier.payable[HARBOR] 51.50",
		}},
		{"waiver undone", ledger.Reverse(ledger.Waive(medical, "HARBOR", money.Cents(5150))), []string{
			"receivable.member[medical] ← waiver 51.50",
			"carrier.payable[HARBOR] ← carrier.uncollected[HARBOR] 51.50",
		}},
		{"return", ledger.Return(ledger.ClearingACH, money.Cents(12450)), []string{"credit.member ← clearing.ach 124.50"}},
		{"deposit", ledger.Deposit(ledger.ClearingACH, money.Cents(12450), money.Zero), []string{"cash.operating ← clearing.ach 124.50"}},
		{"deposit less the processor's fee", ledger.Deposit(ledger.ClearingCard, money.Cents(12089), money.Cents(361)), []string{
			"cash.operating ← clearing.card 120.89",
			"fee.expense ← clearing.card 3.61",
		}},
		{"refund", ledger.Refund(money.Cents(2000)), []string{"credit.member ← refund.payable 20.00"}},
		{"refund paid", ledger.RefundPaid(money.Cents(2000)), []string{"refund.payable ← cash.operating 20.00"}},
		{"micro-entries to come back", ledger.MicroDebit(money.Cents(43)), []string{"clearing.ach ← verification 0.43"}},
		{"micro-credit paid", ledger.MicroPaid(money.Cents(12)), []string{"verification ← cash.operating 0.12"}},
		{"charge reversed", ledger.Reverse(ledger.Charge(medical, "HARBOR", premium)), []string{
			"carrier.uncollected[HARBOR] ← receivable.member[medical] 103.00",
			"carrier.uncollected[HARBOR] ← receivable.state[HARBOR] 147.00",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, written(c.got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNegativeAmountsAreAProgrammersError(t *testing.T) {
	t.Parallel()
	for name, post := range map[string]func(){
		"receipt":     func() { ledger.Receipt(ledger.ClearingCard, money.Cents(-1)) },
		"application": func() { ledger.Apply(medical, "HARBOR", money.Cents(-1)) },
		"waiver":      func() { ledger.Waive(medical, "HARBOR", money.Cents(-1)) },
		"fee":         func() { ledger.Deposit(ledger.ClearingCard, money.Cents(5), money.Cents(-1)) },
		"charge":      func() { ledger.Charge(medical, "HARBOR", enrollment.Premium{Member: money.Cents(-1)}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("a negative transfer was posted")
				}
			}()
			post()
		})
	}
}

// balances adds transfers up by side; debits are positive.
func balances(transfers []ledger.Transfer) map[ledger.Side]money.Amount {
	sums := map[ledger.Side]money.Amount{}
	add := func(s ledger.Side, a money.Amount) {
		if sums[s] = sums[s].Add(a); sums[s].IsZero() {
			delete(sums, s)
		}
	}
	for _, t := range transfers {
		add(t.Debit, t.Amount)
		add(t.Credit, t.Amount.Neg())
	}
	return sums
}

// Any postings use the chart only, are positive, balance in total, and come to
// nothing with their reversal.
func TestPostingsBalance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := func(label string) money.Amount { return money.Cents(rapid.Int64Range(0, 1_000_000).Draw(t, label)) }
		p := enrollment.Premium{APTC: cents("aptc"), State: cents("state"), Member: cents("member")}
		posted := slices.Concat(
			ledger.Charge(medical, "HARBOR", p), ledger.Receipt(ledger.ClearingCard, cents("receipt")),
			ledger.Apply(medical, "HARBOR", cents("applied")), ledger.Waive(medical, "HARBOR", cents("waived")), ledger.Deposit(ledger.ClearingCard, cents("arrived"), cents("fee")),
		)
		var total money.Amount
		for _, sum := range balances(posted) {
			total = total.Add(sum)
		}
		if !total.IsZero() {
			t.Fatalf("debits and credits differ by %s in %v", total, written(posted))
		}
		for _, x := range posted {
			if !x.Amount.IsPositive() || x.Debit == x.Credit || !slices.Contains(ledger.Chart, x.Debit.Account) || !slices.Contains(ledger.Chart, x.Credit.Account) {
				t.Fatalf("bad transfer %+v", x)
			}
		}
		if left := balances(append(posted, ledger.Reverse(posted)...)); len(left) > 0 {
			t.Fatalf("reversal leaves %v", left)
		}
	})
}

// A charge that is paid in full leaves the carrier owed the member's share and
// still waiting for the state's.
func TestChargePaidInFull(t *testing.T) {
	t.Parallel()
	got := balances(slices.Concat(
		ledger.Charge(medical, "HARBOR", premium), ledger.Receipt(ledger.ClearingCard, premium.Member), ledger.Apply(medical, "HARBOR", premium.Member)))
	want := map[ledger.Side]money.Amount{
		{Account: ledger.ClearingCard}:                        premium.Member,
		{Account: ledger.ReceivableState, Owner: "HARBOR"}:    premium.State,
		{Account: ledger.CarrierPayable, Owner: "HARBOR"}:     premium.Member.Neg(),
		{Account: ledger.CarrierUncollected, Owner: "HARBOR"}: premium.State.Neg(),
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What was waived leaves the carrier owed as much as if the member had paid,
// and the marketplace that much poorer.
func TestChargeWaivedInFull(t *testing.T) {
	t.Parallel()
	got := balances(slices.Concat(ledger.Charge(medical, "HARBOR", premium), ledger.Waive(medical, "HARBOR", premium.Member)))
	want := map[ledger.Side]money.Amount{
		{Account: ledger.Waiver}:                              premium.Member,
		{Account: ledger.ReceivableState, Owner: "HARBOR"}:    premium.State,
		{Account: ledger.CarrierPayable, Owner: "HARBOR"}:     premium.Member.Neg(),
		{Account: ledger.CarrierUncollected, Owner: "HARBOR"}: premium.State.Neg(),
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestChartNamesEveryAccountOnce(t *testing.T) {
	t.Parallel()
	seen := map[ledger.Account]bool{}
	for _, a := range ledger.Chart {
		if seen[a] || a == "" {
			t.Errorf("%q is twice in the chart", a)
		}
		seen[a] = true
	}
	if len(seen) != 17 {
		t.Errorf("got %d accounts, want the 17 of the architecture", len(seen))
	}
}

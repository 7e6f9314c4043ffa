package simulate

import (
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
)

// autoPaySection tells what became of the debits that were planned.
func (r *Result) autoPaySection() section {
	months := r.months()
	drafts := func(names ...string) []int64 {
		sum := make([]int64, len(months))
		for _, t := range r.Totals {
			if i := slices.Index(months, t.Month); i >= 0 && t.Kind == "draft" && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(t.Name, n) }) {
				sum[i] += t.Count
			}
		}
		return sum
	}
	return section{
		Lead: "Debits that AutoPay planned in each month, by what became of them: taken, nothing left to pay because it was paid by hand, the member was asked first and did not say yes, or AutoPay ended or moved before.",
		Chart: chart{
			ID: "autopay", Title: "AutoPay", About: "One stacked bar a month: debits taken, not needed, not agreed to, and called off.",
			Labels: each(months, shortMonth), Stacked: true,
			Series: []series{
				{"Taken", colorBlue, drafts("frozen")},
				{"Nothing left to pay", colorTeal, drafts("skipped paid", "skipped less_owed")},
				{"No yes from the member", colorSand, drafts("skipped no_answer", "skipped declined", "held")},
				{"Called off", colorGray, drafts("canceled", "planned")},
			},
		},
		Caption: "Planned debits by month", Months: each(months, longMonth), HasSum: true,
	}
}

// returnReasons groups the codes of returns as the ceilings do (ACH-34).
var returnReasons = []struct {
	name, color string
	codes       []string
}{
	{"Not enough money", colorSand, []string{"R01", "R09"}},
	{"Wrong or closed account", colorOrange, []string{"R02", "R03", "R04", "R16", "R20"}},
	{"Not authorized", colorRed, []string{"R05", "R07", "R10", "R11", "R29"}},
}

func (r *Result) returnSection() section {
	months := r.months()
	s := section{
		Lead: "Payments that came back in each month, by the reason. The bank makes about one debit in a hundred come back; checks and cards are taken back for these reasons as well.",
		Chart: chart{
			ID: "returns", Title: "Returns", About: "Bars by month: returns for want of money, for the account, and for want of authorization.",
			Labels: each(months, shortMonth),
		},
		Caption: "Returns by month and reason", Months: each(months, longMonth), HasSum: true,
	}
	for _, reason := range returnReasons {
		row := series{Name: reason.name, Color: reason.color, Values: make([]int64, len(months))}
		for _, code := range reason.codes {
			for i, n := range r.counts(months, "return", code) {
				row.Values[i] += n
			}
		}
		s.Chart.Series = append(s.Chart.Series, row)
	}
	return s
}

// settlementSection tells what the ACH files brought.
func (r *Result) settlementSection() section {
	months := r.months()
	entries := func(state string) []int64 {
		sum := make([]int64, len(months))
		for _, kind := range []string{"debit", "retry"} {
			for i, cents := range r.amounts(months, "ach", kind+" "+state) {
				sum[i] += cents
			}
		}
		return sum
	}
	return section{
		Lead: "Dollars of the ACH debits by the month in which they settle: settled and kept, come back since, and on their way to the bank at the end of the year.",
		Chart: chart{
			ID: "settlement", Title: "ACH settlement", About: "One stacked bar a month: dollars settled, dollars that came back, dollars not settled yet.",
			Labels: each(months, shortMonth), Stacked: true, Money: true,
			Series: []series{
				{"Settled", colorTeal, entries("settled")}, {"Came back", colorRed, entries("returned")}, {"On their way", colorGray, plus(entries("filed"), entries("waiting"))},
			},
		},
		Caption: "ACH debits by month of settlement, in dollars", Months: each(months, longMonth), HasSum: true,
	}
}

func plus(a, b []int64) []int64 {
	out := make([]int64, len(a))
	for i := range a {
		out[i] = a[i] + b[i]
	}
	return out
}

// clearingAges are how many bank days money was on its way.
var clearingAges = []struct {
	name, color string
	most        int
}{
	{"Up to 1 bank day", colorTeal, 1},
	{"2 bank days", colorBlue, 2},
	{"3 to 5", colorSand, 5},
	{"Longer", colorOrange, 1 << 30},
	{"Not arrived at the end", colorRed, -1},
}

// clearingNames are the ways that money is on, as the ledger names them.
var clearingNames = []struct{ account, name string }{
	{"clearing.ach", "ACH debits"}, {"clearing.card", "Cards"}, {"clearing.lockbox", "Checks"}, {"clearing.billpay", "Bill pay"},
}

// clearingSection tells how long money was on its way, by channel.
func (r *Result) clearingSection() section {
	s := section{
		Lead: "How long money was on its way: from the day on which a payment was received to the day on which the bank's statement showed it, and back again when it was returned.",
		Chart: chart{
			ID: "clearing", Title: "Money on its way", About: "One stacked bar for each channel: how many items arrived within one, two, five bank days, later, or not at all.",
			Stacked: true,
		},
		Caption: "Items of clearing by age in bank days",
	}
	for _, age := range clearingAges {
		s.Chart.Series = append(s.Chart.Series, series{Name: age.name, Color: age.color, Values: make([]int64, len(clearingNames))})
	}
	for i, n := range clearingNames {
		s.Months, s.Chart.Labels = append(s.Months, n.name), append(s.Chart.Labels, n.name)
		for _, f := range r.Flows {
			if f.Clearing == n.account {
				s.Chart.Series[ageOf(f.From, f.To)].Values[i] += f.Items
			}
		}
	}
	return s
}

// ageOf gives the age group of money that was on its way from one day to
// another.
func ageOf(from, to civil.Date) int {
	if to.IsZero() {
		return len(clearingAges) - 1
	}
	days := 0
	for day := from; day.Before(to) && days < 10; days++ {
		day = civil.BankDays.Add(day, 1)
	}
	return slices.IndexFunc(clearingAges, func(a struct {
		name, color string
		most        int
	},
	) bool {
		return days <= a.most
	})
}

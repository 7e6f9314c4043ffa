package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/plan"
)

func usd(s string) money.Amount {
	a, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

func TestFamilyPrice(t *testing.T) {
	t.Parallel()
	rows := []struct {
		situation string
		child     string
		ages      []int
		want      string
	}{
		{"MA-PLAN-9: parents, an adult child, three charged children, one free", "266.00", []int{40, 38, 22, 19, 15, 12, 8}, "2195.29"},
		{"the order of the members does not matter", "266.00", []int{8, 12, 38, 15, 22, 19, 40}, "2195.29"},
		{"one child", "266.00", []int{5}, "266.00"},
		{"20 is a child, 21 is not", "100.00", []int{20, 21}, "257.52"},
		{"26 and 27 differ", "100.00", []int{26, 27}, "319.97"},
		{"60 and 85 do not", "100.00", []int{60, 85}, "629.82"},
		{"59 is under 60", "100.00", []int{59}, "303.60"},
		{"each member is rounded, then summed", "33.33", []int{27, 27}, "108.28"}, // 54.1445… each: 54.14, not 108.29 together
		{"four children of one age: three are charged", "10.00", []int{7, 7, 7, 7}, "30.00"},
		{"nobody", "266.00", nil, "0.00"},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			if got := plan.FamilyPrice(usd(r.child), r.ages); got != usd(r.want) {
				t.Errorf("got %s, want %s", got, r.want)
			}
		})
	}
}

func TestMemberPricesNameTheFreeChild(t *testing.T) {
	t.Parallel()
	got := plan.MemberPrices(usd("266.00"), []int{8, 12, 15, 19, 40})
	var text []string
	for _, a := range got {
		text = append(text, a.String())
	}
	if diff := cmp.Diff([]string{"0.00", "266.00", "266.00", "266.00", "493.40"}, text); diff != "" {
		t.Error(diff)
	}
}

func TestTheCurveRisesToTwiceAYoungAdult(t *testing.T) {
	t.Parallel()
	for age := 1; age < 100; age++ {
		if plan.Factor(age) < plan.Factor(age-1) {
			t.Errorf("factor falls at %d", age)
		}
	}
	// 211 CMR 66: no adult pays more than twice the least an adult pays.
	if oldest, youngest := plan.Factor(99), plan.Factor(21); oldest*1000 > youngest*2000 {
		t.Errorf("ratio %d to %d is above 2:1", oldest, youngest)
	}
}

func TestAgeOn(t *testing.T) {
	t.Parallel()
	rows := []struct {
		birth, on string
		want      int
	}{
		{"1986-01-01", "2026-01-01", 40},
		{"1986-01-02", "2026-01-01", 39},
		{"1985-12-31", "2026-01-01", 40},
		{"2004-02-29", "2025-02-28", 20},
		{"2004-02-29", "2025-03-01", 21},
		{"2004-02-29", "2024-02-29", 20},
	}
	for _, r := range rows {
		if got := plan.AgeOn(civil.MustParseDate(r.birth), civil.MustParseDate(r.on)); got != r.want {
			t.Errorf("born %s, on %s: got %d, want %d", r.birth, r.on, got, r.want)
		}
	}
	if got := plan.AgesAtStart([]civil.Date{civil.MustParseDate("2026-06-01")}, 2026); got[0] != 0 {
		t.Errorf("a child born during the year is rated at %d", got[0])
	}
}

func TestAreaOf(t *testing.T) {
	t.Parallel()
	rows := map[string]plan.Area{
		"01001": 1, "01350": 1, "01420": 2, "01610": 2, "01701": 3, "02050": 3, "01801": 4, "01970": 4,
		"02139": 5, "02201": 5, "02459": 5, "02301": 6, "02740": 6, "02554": 7, "02601": 7,
		"02901": 0, "10001": 0, "0213": 0, "": 0,
	}
	for zip, want := range rows {
		if got, ok := plan.AreaOf(zip); got != want || ok != (want != 0) {
			t.Errorf("%q: got %d, %t, want %d", zip, got, ok, want)
		}
	}
	if got := plan.Area(5).Code(); got != "R-MA005" {
		t.Errorf("code %s", got)
	}
}

func TestBandOf(t *testing.T) {
	t.Parallel()
	rows := []struct {
		situation string
		year      int
		income    string
		size      int
		band      plan.Band
		share     string
	}{
		{"test vector 10: exactly 200 %", 2026, "31300.00", 1, plan.Band2B, "53.00"},
		{"test vector 10: 200.01 %", 2026, "31301.57", 1, plan.Band3A, "103.00"},
		{"a cent above 200 %", 2026, "31300.01", 1, plan.Band3A, "103.00"},
		{"MA-PLAN-3: exactly 150 %", 2026, "23475.00", 1, plan.Band2A, "0.00"},
		{"exactly 100 %: below the program", 2026, "15650.00", 1, plan.BandNone, "0.00"},
		{"a cent above 100 %", 2026, "15650.01", 1, plan.Band2A, "0.00"},
		{"exactly 250 %", 2026, "39125.00", 1, plan.Band3A, "103.00"},
		{"exactly 300 %", 2026, "46950.00", 1, plan.Band3B, "152.00"},
		{"exactly 400 %", 2026, "62600.00", 1, plan.Band3C, "235.00"},
		{"a cent above 400 %", 2026, "62600.01", 1, plan.BandNone, "0.00"},
		{"four people: 32,150 is 100 %", 2026, "64300.00", 4, plan.Band2B, "53.00"},
		{"2025 had a band to 500 %", 2025, "75300.00", 1, plan.Band3D, "264.00"},
		{"2025 had a band below 100 %", 2025, "9000.00", 1, plan.Band1, "0.00"},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			band, share, err := plan.BandOf(r.year, usd(r.income), r.size)
			if err != nil || band != r.band || share != usd(r.share) {
				t.Errorf("got %q %s %v, want %q %s", band, share, err, r.band, r.share)
			}
		})
	}
}

func TestContribution(t *testing.T) {
	t.Parallel()
	rows := []struct {
		percent int64 // of the poverty level of one, 2026
		want    int64
		credit  bool
	}{
		{99, 0, false}, {100, 210, true}, {132, 210, true}, {133, 314, true}, {150, 419, true}, {175, 540, true}, // 539.5
		{200, 660, true}, {225, 752, true}, {250, 844, true}, {300, 996, true}, {400, 996, true}, {401, 0, false},
	}
	for _, r := range rows {
		income := money.Dollars(15_650).MulDiv(r.percent, 100, money.HalfUp)
		got, credit, err := plan.ContributionBps(2026, income, 1)
		if err != nil || got != r.want || credit != r.credit {
			t.Errorf("at %d %%: got %d, %t, %v, want %d, %t", r.percent, got, credit, err, r.want, r.credit)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	single := func(income, gross string, program bool) plan.Quote {
		return plan.Quote{2026, usd(income), 1, 1, program, usd(gross), usd("493.40"), usd("480.00")}
	}
	couple := plan.Quote{2026, usd("37012.50"), 2, 2, true, usd("960.00"), usd("986.80"), usd("960.00")} // 175 % of 21,150
	rows := []struct {
		situation                string
		quote                    plan.Quote
		gross, aptc, state, mine string
	}{
		{"MA-PLAN-3: couple at 175 % in the lowest-cost plan pays 2 × 53", couple, "960.00", "820.24", "33.76", "106.00"},
		{"150 % in the lowest-cost plan pays nothing", single("23475.00", "480.00", true), "480.00", "411.43", "68.57", "0.00"},
		{"a dearer plan costs its difference", single("23475.00", "500.00", true), "500.00", "411.43", "68.57", "20.00"},
		{"the credit alone, in a plan outside the program", single("31300.00", "600.00", false), "600.00", "321.25", "0.00", "278.75"},
		{"no more credit than the price", single("16000.00", "300.00", false), "300.00", "300.00", "0.00", "0.00"},
		{"above 400 %: all of it", single("70000.00", "600.00", true), "600.00", "0.00", "0.00", "600.00"},
		{"the state never pays less than nothing", single("62600.00", "480.00", true), "480.00", "0.00", "245.00", "235.00"},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			got, err := r.quote.Split()
			want := enrollment.Premium{Gross: usd(r.gross), APTC: usd(r.aptc), State: usd(r.state), Member: usd(r.mine)}
			if err != nil || got != want {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		})
	}
}

func TestEverySplitBalances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := func(name string) money.Amount { return money.Cents(rapid.Int64Range(0, 500_000).Draw(t, name)) }
		q := plan.Quote{
			Year:          2026,
			Income:        money.Cents(rapid.Int64Range(0, 30_000_000).Draw(t, "income")),
			HouseholdSize: rapid.IntRange(1, 9).Draw(t, "size"), Covered: rapid.IntRange(1, 9).Draw(t, "covered"),
			Program: rapid.Bool().Draw(t, "program"),
			Gross:   cents("gross"), Benchmark: cents("benchmark"), LowestCost: cents("lowest"),
		}
		p, err := q.Split()
		if err != nil || !p.Balanced() {
			t.Fatalf("%+v gives %+v, %v", q, p, err)
		}
	})
}

func TestAYearWithoutFiguresIsAnError(t *testing.T) {
	t.Parallel()
	_, err := plan.Quote{Year: 2031}.Split()
	if !fault.Is(err, "plan.unknown_year") {
		t.Errorf("got %v", err)
	}
	if _, err := plan.PovertyLevel(2031, 1); !fault.Is(err, "plan.unknown_year") {
		t.Errorf("got %v", err)
	}
	if got, err := plan.PovertyLevel(2026, 4); err != nil || got != usd("32150.00") {
		t.Errorf("MA-PLAN-1: four people: got %s, %v", got, err)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	carriers := []plan.Carrier{{"C1", "First"}}
	plans := []plan.Plan{
		{ID: "M1", CarrierID: "C1", Kind: enrollment.KindMedical}, {ID: "D1", CarrierID: "C1", Kind: enrollment.KindDental},
	}
	c, err := plan.NewCatalog(carriers, plans, []plan.Rate{{"M1", 2026, 5, usd("266.00")}})
	if err != nil {
		t.Fatal(err)
	}
	births := []civil.Date{civil.MustParseDate("1985-06-01"), civil.MustParseDate("2015-06-01")}
	if got, err := c.Price("M1", 2026, 5, births); err != nil || got != usd("759.40") {
		t.Errorf("price: got %s, %v, want 493.40 + 266.00", got, err)
	}
	if _, err := c.Price("M1", 2027, 5, births); !fault.Is(err, "plan.no_rate") {
		t.Errorf("a year without rate: %v", err)
	}
	if got := c.Plans(enrollment.KindDental); len(got) != 1 || got[0].ID != "D1" {
		t.Errorf("dental plans: %v", got)
	}
	_, err = plan.NewCatalog(append(carriers, carriers...), append(plans, plan.Plan{ID: "M1", CarrierID: "C9"}),
		[]plan.Rate{{"M1", 2026, 5, usd("1.00")}, {"M1", 2026, 5, usd("2.00")}, {"X", 2026, 5, usd("1.00")}, {"M1", 2026, 8, usd("1.00")}})
	var codes []string
	for _, e := range fault.Fields(err) {
		codes = append(codes, e.Code)
	}
	if diff := cmp.Diff([]string{"plan.carrier_id", "plan.id", "plan.carrier_id", "plan.rate_twice", "plan.rate_plan", "plan.rate_value"}, codes); diff != "" {
		t.Error(diff)
	}
}

package plan

import (
	"fmt"
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Area is one of the seven Massachusetts rating areas (MA-PLAN-7).
type Area int

// Areas is how many there are: 1 to 7.
const Areas = 7

// Known tells whether a is one of the seven.
func (a Area) Known() bool { return a >= 1 && a <= Areas }

// Code gives the exchange's code, "R-MA005".
func (a Area) Code() string { return fmt.Sprintf("R-MA%03d", int(a)) }

// areaOfPrefix holds the first three ZIP digits of each area; all begin "0".
var areaOfPrefix = map[string]Area{
	"010": 1, "011": 1, "012": 1, "013": 1,
	"014": 2, "015": 2, "016": 2,
	"017": 3, "020": 3,
	"018": 4, "019": 4,
	"021": 5, "022": 5, "024": 5,
	"023": 6, "027": 6,
	"025": 7, "026": 7,
}

// AreaOf gives the rating area of a ZIP code, false outside Massachusetts.
func AreaOf(zip string) (Area, bool) {
	if len(zip) < 5 {
		return 0, false
	}
	a, ok := areaOfPrefix[zip[:3]]
	return a, ok
}

// adultFrom is the first age that the curve tells from a child.
const adultFrom = 21

// childFactor is the factor of a child: all others are relative to it.
const childFactor = 10_000

// adultFactors is the Massachusetts age curve, 2:1 for adults, in
// ten-thousandths of a child's rate: ages 21 to 60, 60 standing for all above
// (MA-PLAN-6).
var adultFactors = [...]int64{
	15752, 15752, 15752, 15752, 15752, 15752, 16245, 16644, 16977, // 21 to 29
	17137, 17377, 17617, 17763, 17923, 18003, 18083, 18149, 18229, 18389, // 30s
	18549, 18775, 19001, 19308, 19680, 20120, 20639, 21212, 21851, 22477, // 40s
	23182, 23862, 24594, 25326, 26112, 26884, 27696, 28522, 29374, 30360, // 50s
	31491, // 60 and over
}

// Factor gives the age factor in ten-thousandths of a child's rate.
func Factor(age int) int64 {
	if age < adultFrom {
		return childFactor
	}
	return adultFactors[min(age-adultFrom, len(adultFactors)-1)]
}

// AgeOn counts the full years from birth to d. Someone born on 29 February is
// a year older on 1 March.
func AgeOn(birth, d civil.Date) int {
	age := d.Year() - birth.Year()
	if d.MonthOfYear() < birth.MonthOfYear() || d.MonthOfYear() == birth.MonthOfYear() && d.Day() < birth.Day() {
		age--
	}
	return age
}

// AgesAtStart gives the ages on 1 January of the plan year, which rate the
// whole year (MA-PLAN-9).
func AgesAtStart(births []civil.Date, year int) []int {
	start := civil.NewDate(year, time.January, 1)
	ages := make([]int, len(births))
	for i, b := range births {
		ages[i] = max(0, AgeOn(b, start))
	}
	return ages
}

// MemberPrice gives one member's price, rounded half up to the cent.
func MemberPrice(child money.Amount, age int) money.Amount {
	return child.MulDiv(Factor(age), childFactor, money.HalfUp)
}

// childrenCharged is how many members under 21 a family pays for.
const childrenCharged = 3

// MemberPrices gives each member's price in the order given: of those under 21
// only the three oldest are charged (R-PLAN-2).
func MemberPrices(child money.Amount, ages []int) []money.Amount {
	oldestFirst := make([]int, len(ages))
	for i := range ages {
		oldestFirst[i] = i
	}
	slices.SortStableFunc(oldestFirst, func(a, b int) int { return ages[b] - ages[a] })
	prices, children := make([]money.Amount, len(ages)), 0
	for _, i := range oldestFirst {
		if ages[i] < adultFrom {
			if children++; children > childrenCharged {
				continue
			}
		}
		prices[i] = MemberPrice(child, ages[i])
	}
	return prices
}

// FamilyPrice adds the members' rounded prices up.
func FamilyPrice(child money.Amount, ages []int) money.Amount {
	return money.Sum(MemberPrices(child, ages)...)
}

package population

import (
	"fmt"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/plan"
)

// family is a household before it has chosen anything.
type family struct {
	language string
	zip      string
	people   []enrollment.Member // the subscriber first
	income   money.Amount        // of all, a year
	later    money.Amount        // the same from July on; zero: it does not change
}

// earning gives the family with another income.
func (f family) earning(income money.Amount) family {
	f.income = income
	return f
}

// zips are ZIP codes of each rating area; areaWeights is how many of a hundred
// households live there.
var (
	zips = [plan.Areas][]string{
		{"01002", "01040", "01085", "01103", "01108", "01201", "01301"},
		{"01420", "01453", "01550", "01602", "01604", "01610"},
		{"01702", "01721", "01752", "02038", "02062", "02026"},
		{"01801", "01841", "01844", "01852", "01902", "01970"},
		{"02118", "02122", "02128", "02139", "02148", "02151", "02155", "02169", "02453", "02459"},
		{"02301", "02360", "02720", "02740", "02780"},
		{"02536", "02554", "02601", "02664"},
	}
	areaWeights = []int{12, 13, 13, 20, 27, 11, 4}
)

func (d dice) family(year int) family {
	f := family{zip: pick(d, zips[d.weighted(areaWeights...)])}
	l := languages[d.weighted(languageWeights...)]
	f.language = l.code
	last := pick(d, l.last)
	person := func(age int, relation enrollment.Relation) {
		f.people = append(f.people, enrollment.Member{
			FirstName: pick(d, l.first), LastName: last, BirthDate: d.birth(year, age), Relation: relation,
		})
	}
	age := d.adultAge()
	person(age, enrollment.RelationSelf)
	hasSpouse, hasChildren := d.shape()
	if hasSpouse {
		person(max(19, age+d.between(-6, 6)), enrollment.RelationSpouse)
	}
	if hasChildren && age >= 22 {
		for range 1 + d.weighted(40, 35, 17, 6, 2) {
			person(d.between(max(0, age-45), min(25, age-20)), enrollment.RelationChild)
		}
	}
	f.nameApart(d, l)
	return f
}

// shape draws who lives together: 54 % live alone, 21 % as a couple, 8 % alone
// with children, 17 % as a couple with children.
func (d dice) shape() (hasSpouse, hasChildren bool) {
	kind := d.weighted(54, 21, 8, 17)
	return kind == 1 || kind == 3, kind >= 2
}

// adultAge draws an age from 19 to 64, more often an older one: the young are
// on their parents' plans.
func (d dice) adultAge() int { return max(d.between(19, 64), d.between(19, 64)-d.between(0, 20)) }

// birth gives a birth date of someone who is age on 1 January of year.
func (d dice) birth(year, age int) civil.Date {
	return civil.NewDate(year-age, time.January, 1).AddDays(-d.IntN(365))
}

// nameApart gives everybody another first name than those before.
func (f *family) nameApart(d dice, l names) {
	taken := map[string]bool{}
	for i := range f.people {
		for taken[f.people[i].FirstName] {
			f.people[i].FirstName = pick(d, l.first)
		}
		taken[f.people[i].FirstName] = true
	}
}

func (f family) account() enrollment.Account {
	s := f.people[0]
	return enrollment.Account{
		Kind: enrollment.AccountIndividual, FirstName: s.FirstName, LastName: s.LastName, BirthDate: s.BirthDate,
		ZIP: f.zip, Address: address(s, f.zip), Phone: phone(s), Language: f.language,
	}
}

// phone gives a number that is kept for invented people, drawn as address is.
func phone(s enrollment.Member) string {
	return fmt.Sprintf("61755501%02d", s.BirthDate.DaysSince(civil.NewDate(1900, time.January, 1))%100)
}

// streets and the towns of the rating areas, for mailing addresses.
var (
	streets = []string{"Harbor Street", "Elm Street", "Maple Avenue", "School Street", "Bay Road", "Union Square", "Lighthouse Lane"}
	towns   = []string{"Pittsfield", "Worcester", "Lowell", "Cambridge", "Boston", "Quincy", "New Bedford"}
)

// address gives where a person lives: invented, and drawn from nothing but who
// it is, so that the dice fall as they always did.
func address(s enrollment.Member, zip string) string {
	day := s.BirthDate.DaysSince(civil.NewDate(1900, time.January, 1))
	return fmt.Sprintf("%d %s\n%s, MA", 1+day%997, streets[day%len(streets)], towns[areaOf(zip)-1])
}

// incomeSteps are ranges of the poverty level in percent, and how many of a
// hundred households are in each: 76 have help, a few of whom then choose a
// plan that gives them none, so that 75 are subsidised.
var incomeSteps = []struct{ over, upTo, weight int }{
	{100, 150, 22}, {150, 200, 22}, {200, 250, 14}, {250, 300, 10}, {300, 400, 8}, {400, 1100, 24},
}

// income draws a yearly income in whole dollars.
func (d dice) income(year, size int) money.Amount {
	poverty, err := plan.PovertyLevel(year, size)
	if err != nil {
		panic("population: " + err.Error()) // New has checked the year
	}
	weights := make([]int, len(incomeSteps))
	for i, s := range incomeSteps {
		weights[i] = s.weight
	}
	step := incomeSteps[d.weighted(weights...)]
	bps := int64(d.between(step.over*100+50, step.upTo*100))
	return money.Dollars(poverty.MulDiv(bps, 10_000, money.Down).Cents() / 100)
}

// childProgramAge is the age from which a child is no longer in the state's
// program for children.
const childProgramAge = 19

// covered gives who enrolls here: children of families up to 300 % of the
// poverty level have the state's program for children instead.
func (f family) covered(planYear, figures int) []enrollment.Member {
	poverty, err := plan.PovertyLevel(figures, len(f.people))
	if err != nil || poverty.MulDiv(3, 1, money.Down).Less(f.income) {
		return f.people
	}
	start := civil.NewDate(planYear, time.January, 1)
	var enrolled []enrollment.Member
	for _, m := range f.people {
		if m.Relation != enrollment.RelationChild || plan.AgeOn(m.BirthDate, start) >= childProgramAge {
			enrolled = append(enrolled, m)
		}
	}
	return enrolled
}

package simulate

import (
	"math/rand/v2"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/sandbox/population"
)

// resident is all that is remembered of a household from day to day.
type resident struct {
	account enrollment.AccountID // zero until somebody has looked it up
	serial  uint16               // of its last event
	chosen  bool                 // a plan was chosen and told
	manual  bool                 // had AutoPay, and pays by hand now
	bank    uint8                // its newest bank account
}

// way is how somebody pays.
type way uint8

const (
	wayWebBank way = iota
	wayWebCard
	wayCheck
	wayBillPay
	wayPhone
	wayAgent
)

// hurt is what is wrong with a payment.
type hurt uint8

const (
	hurtNothing hurt = iota
	hurtPartial      // a part of what is due
	hurtWrong        // some other amount
	hurtTwice        // the same once more the next day
)

// habit is how a household pays, month after month.
type habit uint8

const (
	habitOnTime habit = iota
	habitAutoPay
	habitLate
	habitPartial
	habitWrong
	habitTwice
	habitForgets // some months, then pays it all
	habitStops   // pays no more from a month on
)

// habits is how many of a hundred households have each habit.
var habits = []int{24, 60, 5, 3, 2, 1, 4, 1}

// ways is how many of a hundred households without AutoPay pay in each way.
var ways = []struct {
	way    way
	weight int
}{
	{wayWebBank, 34}, {wayWebCard, 26}, {wayCheck, 16}, {wayBillPay, 10}, {wayPhone, 8}, {wayAgent, 6},
}

// dice are the chances of one household for one purpose. Nobody else throws
// them, so that it does not matter who goes first.
type dice struct{ *rand.Rand }

// The purposes of dice.
const (
	forLife    = 0x6c696665
	forHabit   = 0x6861626974
	forMonth   = 0x6d6f6e7468
	forEvent   = 0x6576656e74
	forHelp    = 0x68656c70
	forCarrier = 0x63617272696572
)

func (s *simulation) dice(n int, purpose uint64, more int) dice {
	return dice{rand.New(rand.NewPCG(s.Seed^purpose<<8, uint64(n)<<20|uint64(more)))}
}

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

// between gives a number from low to high, both included.
func (d dice) between(low, high int) int { return low + d.IntN(high-low+1) }

func weighted(d dice, weights func(int) int, n int) int {
	total := 0
	for i := range n {
		total += weights(i)
	}
	throw := d.IntN(total)
	for i := range n {
		if throw -= weights(i); throw < 0 {
			return i
		}
	}
	return n - 1
}

// payer is how a household pays.
type payer struct {
	habit habit
	way   way
	mails bool // gives an e-mail address
	day   int  // on which it likes to pay, or AutoPay takes place at first
	from  int  // months since the first bill at which it forgets or stops
	gap   int  // months that it forgets
}

func (s *simulation) payerOf(n int) payer {
	d := s.dice(n, forHabit, 0)
	p := payer{
		habit: habit(weighted(d, func(i int) int { return habits[i] }, len(habits))),
		way:   ways[weighted(d, func(i int) int { return ways[i].weight }, len(ways))].way,
		mails: d.chance(10), day: d.between(2, 22), from: d.between(1, 9), gap: d.between(1, 4),
	}
	if p.habit == habitAutoPay {
		p.way, p.day = wayWebBank, []int{15, 23}[d.IntN(2)]
	}
	return p
}

// life is what the eligibility system tells of a household and when.
type life struct {
	chosenOn civil.Date // when the plan was chosen, or the renewal told
	changeOn civil.Date // when a change was told; zero: none
	change   population.Change
	from     civil.Month // first month of the change
}

// july is when the incomes that people report in June count.
const july = time.July

// changes is how many of a thousand households have each change in the year.
var changes = []struct {
	change population.Change
	weight int
}{
	{population.Newborn, 30}, {population.Moved, 45}, {population.NewPlan, 30}, {population.Died, 8}, {"", 887},
}

// lifeOf draws the year of a household.
func (s *simulation) lifeOf(n int, h *enrollcsv.Household) life {
	d := s.dice(n, forLife, 0)
	e := &h.Enrollments[0]
	l := life{chosenOn: chosenOn(d, s.Year, e)}
	if len(e.Segments) > 1 { // another income from July on
		l.from = civil.NewMonth(s.Year, july)
		l.changeOn = l.from.Prev().On(d.between(5, 25))
		return l
	}
	l.change = changes[weighted(d, func(i int) int { return changes[i].weight }, len(changes))].change
	if l.change == "" {
		return l
	}
	l.from = civil.NewMonth(s.Year, time.Month(d.between(2, 11)))
	l.changeOn = l.from.Prev().On(d.between(3, 20))
	if l.change == population.Newborn || l.change == population.Died {
		l.changeOn = l.from.On(d.between(3, 28)) // nobody tells before
	}
	if !l.from.After(e.First) || !l.changeOn.After(l.chosenOn) {
		return life{chosenOn: l.chosenOn}
	}
	return l
}

// chosenOn draws when a plan is chosen: renewals are told in one file in the
// middle of open enrollment, newcomers choose over its weeks, and who starts
// later has lost other coverage the month before.
func chosenOn(d dice, year int, e *enrollcsv.Enrollment) civil.Date {
	november := civil.NewDate(year-1, time.November, 1)
	day := d.between(0, 49)
	switch {
	case e.Renewal:
		return november.AddDays(14)
	case e.First == civil.NewMonth(year, time.January):
		return november.AddDays(day)
	}
	return e.First.Prev().On(1 + day%20)
}

// plotLife enters in the agenda what will be told of a household.
func (s *simulation) plotLife(n int, first civil.Date) error {
	h, err := s.people.Household(n)
	if err != nil {
		return err
	}
	l := s.lifeOf(n, h)
	s.agenda.add(l.chosenOn, event{kind: eventTell, household: int32(n)})
	if !l.changeOn.IsZero() && !l.changeOn.Before(first) {
		s.agenda.add(l.changeOn, event{kind: eventTell, household: int32(n)})
	}
	return nil
}

// statement is the household as the eligibility system tells it on a day.
func (s *simulation) statement(n int, on civil.Date) (*enrollcsv.Household, error) {
	h, err := s.people.Household(n)
	if err != nil {
		return nil, err
	}
	l := s.lifeOf(n, h)
	known := !l.changeOn.IsZero() && !l.changeOn.After(on)
	switch {
	case known && l.change != "":
		return s.people.Changed(n, l.change, l.from)
	case !known && !l.changeOn.IsZero() && l.change == "":
		population.Untold(h, l.from)
	}
	return h, nil
}

package ach

// Returned counts debits and their returns over the days that the guard looks
// back on (ACH-34).
type Returned struct {
	Debits         int64
	Unauthorized   int64
	Administrative int64
	All            int64
}

// Ceilings are the return rates that our bank holds us to, in hundredths of a
// percent of the debits, and from when on the guard speaks.
type Ceilings struct {
	Unauthorized   int
	Administrative int
	Overall        int
	AlarmPercent   int // of a ceiling
	LeastReturns   int // fewer returns of a class may be chance: they stop nothing
}

// Level is how a return rate stands against its ceiling.
type Level string

// The levels.
const (
	LevelOK    Level = "ok"
	LevelAlarm Level = "alarm" // at the alarm's share of the ceiling, or more; or above it with few returns, but a third of LeastReturns
	LevelStop  Level = "stop"  // above the ceiling: no debit is built
)

// Rate is one of the three rates.
type Rate struct {
	Name    string `json:"name"` // "unauthorized", "administrative", "overall"
	Returns int64  `json:"returns"`
	Debits  int64  `json:"debits"`
	Ceiling int    `json:"ceiling_basis_points"`
	Level   Level  `json:"level"`
}

// BasisPoints gives the rate in hundredths of a percent, rounded down. Returns
// without any debit are all of them.
func (r Rate) BasisPoints() int64 {
	switch {
	case r.Returns == 0:
		return 0
	case r.Debits == 0:
		return 10_000
	}
	return r.Returns * 10_000 / r.Debits
}

// TooFew tells whether a rate is above its ceiling and stops nothing, because so
// few returns are chance.
func (r Rate) TooFew() bool { return r.Level != LevelStop && r.BasisPoints() > int64(r.Ceiling) }

// Judge gives the three rates and the highest level of them.
func Judge(n Returned, c Ceilings) ([]Rate, Level) {
	rates := []Rate{
		{Name: string(ClassUnauthorized), Returns: n.Unauthorized, Debits: n.Debits, Ceiling: c.Unauthorized},
		{Name: string(ClassAdministrative), Returns: n.Administrative, Debits: n.Debits, Ceiling: c.Administrative},
		{Name: "overall", Returns: n.All, Debits: n.Debits, Ceiling: c.Overall},
	}
	worst := LevelOK
	for i := range rates {
		rates[i].Level = c.level(rates[i])
		worst = worse(worst, rates[i].Level)
	}
	return rates, worst
}

// level compares without dividing, so that a rate of just the ceiling is not
// above it.
func (c Ceilings) level(r Rate) Level {
	few := r.Returns < int64(c.LeastReturns)
	above := r.Returns*10_000 > int64(r.Ceiling)*r.Debits
	switch {
	case r.Returns == 0:
		return LevelOK
	case above && few && 3*r.Returns < int64(c.LeastReturns): // where few debits go out one is a rate
		return LevelOK
	case above && few: // chance or not: somebody looks
		return LevelAlarm
	case above:
		return LevelStop
	case few:
		return LevelOK
	case r.Returns*10_000*100 >= int64(r.Ceiling)*int64(c.AlarmPercent)*r.Debits:
		return LevelAlarm
	}
	return LevelOK
}

func worse(a, b Level) Level {
	if a == LevelStop || b == LevelStop {
		return LevelStop
	}
	if a == LevelAlarm || b == LevelAlarm {
		return LevelAlarm
	}
	return LevelOK
}

// Released tells whether rates that two people let pass still cover rates of
// now: none that is above its ceiling has risen since. The release ends with
// the first that has.
func Released(passed, now []Rate) bool {
	for i, r := range now {
		if r.Level == LevelStop && (i >= len(passed) || r.BasisPoints() > passed[i].BasisPoints()) {
			return false
		}
	}
	return true
}

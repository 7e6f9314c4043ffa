package catalogue

import (
	"fmt"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
)

// Dates are always in words, from a table of our own: no library at hand knows
// Haitian Creole, and a bill must read the same everywhere (brief D17).
type calendar struct {
	months   [12]string
	weekdays [7]string // from Sunday
	date     string    // d, M and y stand for day, month and year
	dated    string    // with w, the weekday
	day      string    // without the year
	month    string
	clock    func(hour, minute int) string
}

var calendars = map[Lang]calendar{
	English: {
		months:   words12("January February March April May June July August September October November December"),
		weekdays: words7("Sunday Monday Tuesday Wednesday Thursday Friday Saturday"),
		date:     "{M} {d}, {y}", dated: "{w}, {M} {d}, {y}", day: "{M} {d}", month: "{M} {y}",
		clock: twelveHours("a.m.", "p.m."),
	},
	Spanish: {
		months:   words12("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
		weekdays: words7("domingo lunes martes miércoles jueves viernes sábado"),
		date:     "{d} de {M} de {y}", dated: "{w}, {d} de {M} de {y}", day: "{d} de {M}", month: "{M} de {y}",
		clock: twelveHours("a. m.", "p. m."),
	},
	Portuguese: {
		months:   words12("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
		weekdays: words7("domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado"),
		date:     "{d} de {M} de {y}", dated: "{w}, {d} de {M} de {y}", day: "{d} de {M}", month: "{M} de {y}",
		clock: func(hour, minute int) string { return fmt.Sprintf("%dh%02d", hour, minute) },
	},
	Haitian: {
		months:   words12("janvye fevriye mas avril me jen jiyè out septanm oktòb novanm desanm"),
		weekdays: words7("dimanch lendi madi mèkredi jedi vandredi samdi"),
		date:     "{d} {M} {y}", dated: "{w} {d} {M} {y}", day: "{d} {M}", month: "{M} {y}",
		clock: twelveHours("a.m.", "p.m."),
	},
	Chinese: {
		months:   words12("1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月"),
		weekdays: words7("星期日 星期一 星期二 星期三 星期四 星期五 星期六"),
		date:     "{y}年{M}{d}日", dated: "{y}年{M}{d}日{w}", day: "{M}{d}日", month: "{y}年{M}",
		clock: func(hour, minute int) string {
			half := "上午"
			if hour >= 12 {
				half = "下午"
			}
			return fmt.Sprintf("%s%d:%02d", half, onTwelve(hour), minute)
		},
	},
	Vietnamese: {
		months:   words12("1 2 3 4 5 6 7 8 9 10 11 12"),
		weekdays: [7]string{"Chủ Nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"},
		date:     "ngày {d} tháng {M} năm {y}", dated: "{w}, ngày {d} tháng {M} năm {y}", day: "ngày {d} tháng {M}", month: "tháng {M} năm {y}",
		clock: func(hour, minute int) string { return fmt.Sprintf("%d:%02d", hour, minute) },
	},
}

func words12(s string) [12]string { return [12]string(strings.Fields(s)) }
func words7(s string) [7]string   { return [7]string(strings.Fields(s)) }

func onTwelve(hour int) int { return (hour+11)%12 + 1 }

func twelveHours(am, pm string) func(hour, minute int) string {
	return func(hour, minute int) string {
		half := am
		if hour >= 12 {
			half = pm
		}
		return fmt.Sprintf("%d:%02d %s", onTwelve(hour), minute, half)
	}
}

func (c calendar) fill(pattern string, d civil.Date) string {
	return strings.NewReplacer(
		"{d}", fmt.Sprint(d.Day()),
		"{M}", c.months[d.MonthOfYear()-1],
		"{y}", fmt.Sprint(d.Year()),
		"{w}", c.weekdays[d.Weekday()],
	).Replace(pattern)
}

// calendarOf gives the table of a language; the pseudo-locale keeps English
// dates so that tests can read them.
func calendarOf(lang Lang) calendar {
	if lang == Pseudo {
		lang = English
	}
	return calendars[lang]
}

// Date gives "November 23, 2026".
func (p Printer) Date(d civil.Date) string { return p.cal.fill(p.cal.date, d) }

// Weekday gives "Monday, November 23, 2026", the form of due dates.
func (p Printer) Weekday(d civil.Date) string { return p.cal.fill(p.cal.dated, d) }

// DayName gives "Monday".
func (p Printer) DayName(d civil.Date) string { return p.cal.weekdays[d.Weekday()] }

// Day gives "November 23".
func (p Printer) Day(d civil.Date) string { return p.cal.fill(p.cal.day, d) }

// Month gives "December 2026".
func (p Printer) Month(m civil.Month) string { return p.cal.fill(p.cal.month, m.First()) }

// MonthName gives "December", for the choices of a birth date.
func (p Printer) MonthName(month time.Month) string {
	if p.spoken == Vietnamese {
		return "Tháng " + p.cal.months[month-1]
	}
	return p.cal.months[month-1]
}

// Time gives "2:14 p.m." in the marketplace's zone.
func (p Printer) Time(at civil.Instant) string {
	local := at.Time().In(p.cat.zone)
	return p.cal.clock(local.Hour(), local.Minute())
}

// DateOf gives the date of a moment in the marketplace's zone.
func (p Printer) DateOf(at civil.Instant) civil.Date { return at.DateIn(p.cat.zone) }

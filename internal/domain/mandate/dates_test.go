package mandate_test

import (
	"bufio"
	"os"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/profiles"
)

func defaults(t *testing.T) *profile.Profile {
	t.Helper()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(text string) civil.Date { return civil.MustParseDate(text) }

// at reads a moment in Boston.
func at(t *testing.T, p *profile.Profile, text string) civil.Instant {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04:05.000000", text, p.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return civil.InstantOf(moment)
}

// Every debit of 2026 to 2030: it settles on its day or the next bank day,
// never before it (R-AUTO-4), and is in the file of the last bank day before.
func TestEveryDebitOfFiveYears(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	file, err := os.Open("testdata/debits.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		rows++
		dates := strings.Fields(lines.Text())
		debit, settles, filed := day(dates[0]), day(dates[1]), day(dates[2])
		if got := mandate.SettleOn(debit); got != settles || got.Before(debit) {
			t.Errorf("%s settles on %s, want %s", debit, got, settles)
		}
		if got := mandate.FiledOn(debit); got != filed {
			t.Errorf("%s is filed on %s, want %s", debit, got, filed)
		}
		until, ok := mandate.FilesUntil(filed)
		if !ok || settles.After(until) {
			t.Errorf("the file of %s settles until %s (%t): it misses the debit of %s", filed, until, ok, debit)
		}
		if before, ok := mandate.FilesUntil(civil.BankDays.Add(filed, -1)); !ok || !before.Before(settles) {
			t.Errorf("the file before that of %s has the debit of %s already", filed, debit)
		}
		if got, want := p.AutoPayCutoff(debit), at(t, p, filed.String()+" 20:00:00.000000"); got != want {
			t.Errorf("cut-off of %s is %s, want %s", debit, got, want)
		}
		checkFirst(t, p, debit, filed)
	}
	if rows != 120 {
		t.Errorf("%d debits, want 120", rows)
	}
}

// checkFirst looks at the minute of the cut-off: saved by then, a mandate takes
// effect this month (R-AUTO-5).
func checkFirst(t *testing.T, p *profile.Profile, debit, filed civil.Date) {
	t.Helper()
	next := mandate.NextDebit(debit.Day(), debit)
	for _, c := range []struct {
		time string
		want civil.Date
	}{
		{"19:59:59.999999", debit}, {"20:00:00.000000", debit}, {"20:00:00.000001", next}, {"20:01:00.000000", next}, {"23:59:59.999999", next},
	} {
		if filed.Month() != debit.Month() {
			t.Fatalf("the cut-off of %s is in another month", debit)
		}
		if got := mandate.FirstDebit(p, debit.Day(), at(t, p, filed.String()+" "+c.time)); got != c.want {
			t.Errorf("saved %s %s: first on %s, want %s", filed, c.time, got, c.want)
		}
	}
	if got := mandate.FirstDebit(p, debit.Day(), at(t, p, debit.String()+" 00:00:00.000000")); got != next {
		t.Errorf("saved on the day, %s: first on %s, want %s", debit, got, next)
	}
}

func TestFirstDebit(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	for _, c := range []struct {
		name string
		day  int
		now  string
		want string
	}{
		{"the first minute of a month", 15, "2026-11-01 00:00:00", "2026-11-15"},
		{"Friday afternoon before Monday the 23rd (brief A8)", 23, "2026-11-20 14:00:00", "2026-11-23"},
		{"Friday night", 23, "2026-11-20 20:00:01", "2026-12-23"},
		{"the weekend before Monday the 23rd", 23, "2026-11-21 09:00:00", "2026-12-23"},
		{"the 15th is over, the 23rd is not", 15, "2026-11-20 14:00:00", "2026-12-15"},
		{"after the 23rd (MA-AUTO-7)", 15, "2026-04-18 12:00:00", "2026-05-15"},
		{"the last day of the year", 15, "2026-12-31 23:59:59", "2027-01-15"},
		{"a Saturday 23rd before a holiday: Friday counts", 23, "2026-05-22 19:59:59", "2026-05-23"},
		{"and the holiday Monday is too late", 23, "2026-05-25 12:00:00", "2026-06-23"},
		{"a Sunday 15th", 15, "2026-03-13 20:00:00", "2026-03-15"},
		{"the Saturday before it", 15, "2026-03-14 08:00:00", "2026-04-15"},
		{"Martin Luther King Day is no bank day", 23, "2027-01-18 12:00:00", "2027-01-23"},
		{"before the clocks go forward", 15, "2026-03-07 19:00:00", "2026-03-15"},
		{"after the clocks go back", 15, "2026-11-13 19:59:59", "2026-11-15"},
		{"leap day", 15, "2028-02-29 12:00:00", "2028-03-15"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := mandate.FirstDebit(p, c.day, at(t, p, c.now+".000000")); got != day(c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestNoFileIsBuiltWithoutABank(t *testing.T) {
	t.Parallel()
	for _, on := range []string{"2026-05-23", "2026-05-24", "2026-05-25", "2026-11-26", "2026-12-25", "2027-01-01", "2027-06-19", "2026-07-04", "2026-10-12", "2026-11-11"} {
		if until, ok := mandate.FilesUntil(day(on)); ok {
			t.Errorf("a file is built on %s, until %s", on, until)
		}
	}
	for on, want := range map[string]string{
		"2026-05-22": "2026-05-26", "2026-11-25": "2026-11-27", "2026-07-03": "2026-07-06", "2026-12-24": "2026-12-28", "2026-12-31": "2027-01-04", "2026-11-20": "2026-11-23",
	} {
		if until, ok := mandate.FilesUntil(day(on)); !ok || until != day(want) {
			t.Errorf("the file of %s settles until %s (%t), want %s", on, until, ok, want)
		}
	}
}

func TestWhichBillADebitPays(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	for _, c := range []struct{ debit, month string }{
		{"2026-04-15", "2026-05"}, {"2026-04-23", "2026-05"}, {"2026-12-15", "2027-01"}, {"2026-11-23", "2026-12"}, {"2028-02-23", "2028-03"},
	} {
		month := civil.MustParseMonth(c.month)
		if got := mandate.MonthPaid(p, day(c.debit)); got != month {
			t.Errorf("the debit of %s pays %s, want %s", c.debit, got, c.month)
		}
		if got := mandate.DebitFor(p, day(c.debit).Day(), month); got != day(c.debit) {
			t.Errorf("%s is paid on %s, want %s", c.month, got, c.debit)
		}
		if bill := p.BillOn(month); bill.After(day(c.debit)) || !mandate.InTime(p, bill, day(c.debit)) {
			t.Errorf("the bill of %s, of %s, is no notice in time for %s", c.month, bill, c.debit)
		}
	}
}

func TestWhichDaysMayBeChosen(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	for n := -1; n <= 32; n++ {
		if got, want := mandate.DayOffered(p, n, day("2026-11-20")), n == 15 || n == 23; got != want {
			t.Errorf("day %d: offered %t", n, got)
		}
	}
}

func TestHowLongAPausedMandateIsKept(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	for _, c := range []struct {
		paused, on string
		want       bool
	}{
		{"2026-11-01", "2026-11-01", true},
		{"2026-11-01", "2027-10-31", true},
		{"2026-11-01", "2027-11-01", true},
		{"2026-11-01", "2027-11-02", false},
		{"2026-11-01", "2028-11-01", false},
		{"2028-02-29", "2029-02-28", true},
		{"2028-02-29", "2029-03-01", false},
		{"2026-12-31", "2027-12-31", true},
		{"2026-12-31", "2028-01-01", false},
	} {
		if got := mandate.Resumes(p, day(c.paused), day(c.on)); got != c.want {
			t.Errorf("paused %s, resumes on %s: %t", c.paused, c.on, got)
		}
	}
}

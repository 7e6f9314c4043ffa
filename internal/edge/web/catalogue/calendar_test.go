package catalogue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// Dates are always in words, in all six languages, whether or not the pages
// are translated (brief D17).
func TestDatesInSixLanguages(t *testing.T) {
	t.Parallel()
	c := load(t, nil)
	due := civil.MustParseDate("2026-11-23")
	at := instant(t, "2026-11-20T19:14:00Z")
	rows := map[catalogue.Lang][5]string{
		catalogue.English:    {"November 23, 2026", "Monday, November 23, 2026", "November 23", "November 2026", "2:14 p.m."},
		catalogue.Spanish:    {"23 de noviembre de 2026", "lunes, 23 de noviembre de 2026", "23 de noviembre", "noviembre de 2026", "2:14 p. m."},
		catalogue.Portuguese: {"23 de novembro de 2026", "segunda-feira, 23 de novembro de 2026", "23 de novembro", "novembro de 2026", "14h14"},
		catalogue.Haitian:    {"23 novanm 2026", "lendi 23 novanm 2026", "23 novanm", "novanm 2026", "2:14 p.m."},
		catalogue.Chinese:    {"2026年11月23日", "2026年11月23日星期一", "11月23日", "2026年11月", "下午2:14"},
		catalogue.Vietnamese: {"ngày 23 tháng 11 năm 2026", "thứ Hai, ngày 23 tháng 11 năm 2026", "ngày 23 tháng 11", "tháng 11 năm 2026", "14:14"},
	}
	for lang, want := range rows {
		p := c.In(lang).Native()
		got := [5]string{p.Date(due), p.Weekday(due), p.Day(due), p.Month(due.Month()), p.Time(at)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", lang, diff)
		}
	}
}

func TestTimesOnTheTwelveHourClock(t *testing.T) {
	t.Parallel()
	p := load(t, nil).In(catalogue.English)
	rows := map[string]string{
		"2026-11-20T05:05:00Z": "12:05 a.m.", // midnight in the winter is 5 in UTC
		"2026-11-20T17:00:00Z": "12:00 p.m.",
		"2026-11-24T04:59:59Z": "11:59 p.m.",
		"2026-07-01T17:30:00Z": "1:30 p.m.", // summer time
	}
	for at, want := range rows {
		if got := p.Time(instant(t, at)); got != want {
			t.Errorf("%s: got %q, want %q", at, got, want)
		}
	}
}

func TestEveryWeekdayIsInItsPlace(t *testing.T) {
	t.Parallel()
	c := load(t, nil)
	monday := civil.MustParseDate("2026-11-23")
	want := map[catalogue.Lang][7]string{
		catalogue.English:    {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},
		catalogue.Spanish:    {"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"},
		catalogue.Portuguese: {"segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado", "domingo"},
		catalogue.Haitian:    {"lendi", "madi", "mèkredi", "jedi", "vandredi", "samdi", "dimanch"},
		catalogue.Chinese:    {"星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"},
		catalogue.Vietnamese: {"thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật"},
	}
	for lang, names := range want {
		for i, name := range names {
			if got := c.In(lang).Native().DayName(monday.AddDays(i)); got != name {
				t.Errorf("%s: day %d is %q, want %q", lang, i, got, name)
			}
		}
	}
}

func TestPathsCarryTheLanguage(t *testing.T) {
	t.Parallel()
	rows := []struct {
		lang catalogue.Lang
		path string
		on   string
	}{
		{catalogue.English, "/pay", "/pay"},
		{catalogue.Spanish, "/pay", "/es/pay"},
		{catalogue.Chinese, "/", "/zh"},
		{catalogue.Vietnamese, "/pay?by=zip", "/vi/pay?by=zip"},
	}
	for _, row := range rows {
		if got := row.lang.Path(row.path); got != row.on {
			t.Errorf("%s %s: got %q, want %q", row.lang, row.path, got, row.on)
		}
		if lang, path := catalogue.SplitPath(row.on); lang != row.lang || path != row.path {
			t.Errorf("%s: read back as %s %q", row.on, lang, path)
		}
	}
	for _, path := range []string{"/esp/pay", "/en/pay", "/xx/pay", "/fr"} {
		if lang, rest := catalogue.SplitPath(path); lang != catalogue.English || rest != path {
			t.Errorf("%s: got %s %q, want it left alone", path, lang, rest)
		}
	}
}

func TestBrowserPreference(t *testing.T) {
	t.Parallel()
	rows := map[string]catalogue.Lang{
		"vi-VN,vi;q=0.9,en;q=0.8": catalogue.Vietnamese,
		"ZH-CN":                   catalogue.Chinese,
		"en-US,en;q=0.9":          catalogue.English,
		"ht":                      catalogue.Haitian,
	}
	for header, want := range rows {
		if got, ok := catalogue.Preferred(header); !ok || got != want {
			t.Errorf("%q: got %s %v, want %s", header, got, ok, want)
		}
	}
	for _, header := range []string{"", "fr-FR,en;q=0.5", "*"} {
		if got, ok := catalogue.Preferred(header); ok {
			t.Errorf("%q: got %s, want none of ours", header, got)
		}
	}
}

package profile_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/profiles"
)

// smallest is a profile with nothing but what has no default.
const smallest = `
[marketplace]
name = "Bay Harbor Health Marketplace"
payee_name = "Bay Harbor Health"
statement_descriptor = "HLTHMKT PREM"
support_phone = "1-800-555-0100"
support_hours = "Monday to Friday, 8 a.m. to 6 p.m."
lockbox_address = ["PO Box 1", "Boston, MA 02199"]
`

func parse(t *testing.T, toml string) *profile.Profile {
	t.Helper()
	p, err := profile.Parse("test", []byte(toml))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return p
}

var (
	day   = civil.MustParseDate
	month = civil.MustParseMonth
)

func TestAnAbsentKeyHasItsMassachusettsDefault(t *testing.T) {
	t.Parallel()
	p, on := parse(t, smallest), day("2026-11-20")
	got := map[string]any{
		"bill.day": p.Bill.Day.On(on), "due.day": p.Due.Day.On(on), "due.roll": p.Due.Roll.On(on),
		"due.cutoff": p.Due.Cutoff.On(on).String(), "binder.max_rolls": p.Binder.MaxRolls.On(on),
		"mail.rule": p.Mail.Rule.On(on), "autopay.days": p.AutoPay.Days.On(on), "autopay.cutoff": p.AutoPay.Cutoff.On(on).String(),
		"payment.max_single": p.Payment.MaxSingle.On(on), "refund.dual_control": p.Refund.DualControl.On(on),
		"fees.late": p.Fees.Late.On(on), "walk_in.closed_on": p.WalkIn.ClosedOn.String(),
		"short_name": p.Marketplace.ShortName, "bill_pay_address": p.Marketplace.BillPayAddress.On(on), "zone": p.Zone().String(),
	}
	want := map[string]any{
		"bill.day": 1, "due.day": 23, "due.roll": profile.RollNone,
		"due.cutoff": "23:59:59", "binder.max_rolls": 2,
		"mail.rule": profile.MailPostmark, "autopay.days": []int{15, 23}, "autopay.cutoff": "20:00",
		"payment.max_single": money.Dollars(10_000), "refund.dual_control": money.Dollars(500),
		"fees.late": money.Zero, "walk_in.closed_on": "2025-06-27",
		"short_name": "Bay Harbor Health Marketplace", "bill_pay_address": profile.Address{"PO Box 1", "Boston, MA 02199"}, "zone": "America/New_York",
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

// Both shipped profiles have the forward roll for groups (vectors 12 and 13,
// MA-SHOP-5) and none for households (MA-BILL-4).
func TestDueDates(t *testing.T) {
	t.Parallel()
	all := map[string]*profile.Profile{"smallest": parse(t, smallest)}
	for _, name := range profiles.Names() {
		p, err := profiles.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = p
	}
	rows := []struct {
		situation        string
		coverage         string
		bill, due, group string
	}{
		{"R-CAL-1: an ordinary month", "2026-04", "2026-03-01", "2026-03-23", "2026-03-23"},
		{"test vector 12: Saturday before Memorial Day", "2026-06", "2026-05-01", "2026-05-23", "2026-05-26"},
		{"test vector 13: Saturday before Christmas, over the year's end", "2024-01", "2023-12-01", "2023-12-23", "2023-12-26"},
		{"Sunday", "2026-09", "2026-08-01", "2026-08-23", "2026-08-24"},
		{"Saturday in January", "2027-02", "2027-01-01", "2027-01-23", "2027-01-25"},
		{"Thanksgiving on the 23rd", "2028-12", "2028-11-01", "2028-11-23", "2028-11-24"},
		{"REG-71: Saturday before Christmas 2028", "2029-01", "2028-12-01", "2028-12-23", "2028-12-26"},
		{"the demo's bill", "2026-12", "2026-11-01", "2026-11-23", "2026-11-23"},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			c := month(r.coverage)
			for name, p := range all {
				got := []string{p.BillOn(c).String(), p.DueOn(c).String(), p.GroupDueOn(c).String()}
				if diff := cmp.Diff([]string{r.bill, r.due, r.group}, got); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// MA-CHG-1: a change counts from the next month if it is reported by the 23rd.
func TestChangesOfAHousehold(t *testing.T) {
	t.Parallel()
	rows := []struct{ situation, reported, from, by string }{
		{"early in the month", "2026-04-01", "2026-05", "2026-04-23"},
		{"test vector 15: a marriage reported on the 23rd is in time", "2026-04-23", "2026-05", "2026-04-23"},
		{"a day late", "2026-04-24", "2026-06", "2026-05-23"},
		{"over the year's end", "2026-12-24", "2027-02", "2027-01-23"},
		{"the last day of February", "2027-02-28", "2027-04", "2027-03-23"},
	}
	for _, name := range []string{"massachusetts", "massachusetts-strict"} {
		p, err := profiles.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			on := civil.MustParseDate(r.reported)
			if diff := cmp.Diff([]string{r.from, r.by}, []string{p.ChangeOn(on).String(), p.ChangeBy(on).String()}); diff != "" {
				t.Errorf("%s, %s: %s", name, r.situation, diff)
			}
		}
	}
}

func TestADueDateRollsByItsCalendar(t *testing.T) {
	t.Parallel()
	// Patriots' Day, 20 April 2026, is a state holiday on which banks open.
	rows := []struct{ calendar, want string }{{"state", "2026-04-21"}, {"bank", "2026-04-20"}}
	for _, r := range rows {
		t.Run(r.calendar, func(t *testing.T) {
			t.Parallel()
			p := parse(t, smallest+"[due]\nday = 20\nroll = \"next_business_day\"\ncalendar = \""+r.calendar+"\"\n[autopay]\ndays = [15]\n")
			if got := p.DueOn(month("2026-05")).String(); got != r.want {
				t.Errorf("due %s, want %s", got, r.want)
			}
		})
	}
}

func TestCutoff(t *testing.T) {
	t.Parallel()
	p := parse(t, smallest)
	rows := []struct {
		situation string
		moment    string
		onTime    bool
	}{
		{"R-CAL-2: the last second", "2026-05-23T23:59:59-04:00", true},
		{"R-CAL-2: the last microsecond", "2026-05-23T23:59:59.999999-04:00", true},
		{"R-CAL-2: midnight", "2026-05-24T00:00:00-04:00", false},
		{"written in UTC, already the 24th there", "2026-05-24T03:59:59Z", true},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			moment, err := civil.ParseInstant(r.moment)
			if err != nil {
				t.Fatal(err)
			}
			if got := !moment.After(p.CutoffOn(day("2026-05-23"))); got != r.onTime {
				t.Errorf("on time: got %t, want %t", got, r.onTime)
			}
			if got := p.Today(moment) == day("2026-05-23"); got != r.onTime {
				t.Errorf("is the 23rd: got %t, want %t", got, r.onTime)
			}
		})
	}
}

// The cut-off decides on which day a payment counts (R-CAL-2, OQ-3).
func TestCountsOnTheNextDayAfterTheCutoff(t *testing.T) {
	t.Parallel()
	early := smallest + "[due]\ncutoff = \"20:00:00\"\n"
	rows := []struct{ profile, at, want string }{
		{smallest, "2026-05-23T23:59:59-04:00", "2026-05-23"},
		{smallest, "2026-05-24T00:00:00-04:00", "2026-05-24"},
		{early, "2026-05-23T20:00:00-04:00", "2026-05-23"},
		{early, "2026-05-23T20:00:01-04:00", "2026-05-24"},
		{early, "2026-12-31T23:00:00-05:00", "2027-01-01"},
	}
	for _, r := range rows {
		at, err := time.Parse(time.RFC3339, r.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := parse(t, r.profile).CountsOn(civil.InstantOf(at)); got != day(r.want) {
			t.Errorf("%s: got %s, want %s", r.at, got, r.want)
		}
	}
}

// A check that is mailed by the day that payers are told is there when it is
// due: where no postmark counts there is no other day (R-PAY-4).
func TestMailBySaysADayBeforeTheDueDate(t *testing.T) {
	t.Parallel()
	for _, name := range profiles.Names() {
		p, err := profiles.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MailBy(day("2027-01-23")); got != day("2027-01-16") {
			t.Errorf("%s: mail by %s, want a week before 23 January", name, got)
		}
	}
}

// What is not built is refused, not ignored (R-BILL-7).
func TestDailyProrationIsRefused(t *testing.T) {
	t.Parallel()
	_, err := profile.Parse("test", []byte(smallest+"[bill]\nproration = \"daily\"\n"))
	if err == nil || !strings.Contains(err.Error(), "bill.proration") {
		t.Errorf("got %v", err)
	}
}

func TestAutoPayCutoffIsABankDayBefore(t *testing.T) {
	t.Parallel()
	p := parse(t, smallest)
	rows := []struct{ debit, want string }{
		{"2026-11-23", "2026-11-21T01:00:00.000000Z"}, // Monday: Friday 20 November, 8 p.m. Eastern
		{"2026-05-23", "2026-05-23T00:00:00.000000Z"}, // Saturday: Friday
		{"2027-07-06", "2027-07-03T00:00:00.000000Z"}, // Tuesday after the Monday on which 4 July is kept: Friday
	}
	for _, r := range rows {
		if got := p.AutoPayCutoff(day(r.debit)).String(); got != r.want {
			t.Errorf("cut-off for %s: got %s, want %s", r.debit, got, r.want)
		}
	}
}

func TestCoverageMonthBilledOn(t *testing.T) {
	t.Parallel()
	p := parse(t, smallest+"[bill]\nday = 3\n")
	rows := []struct{ on, want string }{
		{"2026-11-02", "2026-11"}, {"2026-11-03", "2026-12"}, {"2026-11-30", "2026-12"}, {"2026-12-03", "2027-01"},
	}
	for _, r := range rows {
		if got := p.CoverageMonthBilledOn(day(r.on)).String(); got != r.want {
			t.Errorf("on %s: got %s, want %s", r.on, got, r.want)
		}
	}
}

func TestADatedTermAnswersByDay(t *testing.T) {
	t.Parallel()
	p := parse(t, smallest+`
[[due.day]]
from = 2027-01-01
value = 25
[[due.day]]
to = 2026-12-31
value = 23
[mail]
wait_days = [ {to = 2026-06-30, value = 5}, {from = 2026-07-01, to = 2026-12-31, value = 6}, {from = 2027-01-01, value = 7} ]
`)
	if got := []string{p.DueOn(month("2027-01")).String(), p.DueOn(month("2027-02")).String()}; !cmp.Equal(got, []string{"2026-12-23", "2027-01-25"}) {
		t.Errorf("due dates: %v", got)
	}
	for on, want := range map[string]int{"1999-01-01": 5, "2026-06-30": 5, "2026-07-01": 6, "2026-12-31": 6, "2027-01-01": 7, "2099-01-01": 7} {
		if got := p.Mail.WaitDays.On(day(on)); got != want {
			t.Errorf("wait_days on %s: got %d, want %d", on, got, want)
		}
	}
}

func TestWordsFallBackToEnglish(t *testing.T) {
	t.Parallel()
	w := profile.Words{"en": "Closed", "es": "Cerrado"}
	if w.In("es") != "Cerrado" || w.In("vi") != "Closed" {
		t.Errorf("got %q and %q", w.In("es"), w.In("vi"))
	}
}

func TestWalkInClosed(t *testing.T) {
	t.Parallel()
	closed, open := parse(t, smallest).WalkIn, parse(t, smallest+"[walk_in]\nclosed_on = \"\"\n").WalkIn
	if !closed.Open(day("2025-06-27")) || closed.Open(day("2025-06-28")) || !open.Open(day("2026-01-01")) {
		t.Error("payments in person end after 27 June 2025, and only where a day is set (R-PAY-1)")
	}
}

func TestContrast(t *testing.T) {
	t.Parallel()
	rows := []struct {
		color profile.Color
		want  string // as the design tokens state it, to one decimal
	}{{"#1f4e79", "8.7"}, {"#1a7fdc", "4.1"}, {"#000000", "21.0"}, {"#ffffff", "1.0"}}
	for _, r := range rows {
		want, got := r.want, r.color.ContrastOnWhite()
		if strings.TrimSpace(want) != formatTenths(got) {
			t.Errorf("%s: got %.3f, want %s", r.color, got, want)
		}
	}
}

func problemsOf(t *testing.T, toml string) map[string]string {
	t.Helper()
	_, err := profile.Parse("test", []byte(toml))
	if err == nil {
		t.Fatal("the profile was accepted")
	}
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("kind is %s, want invalid", fault.KindOf(err))
	}
	got := map[string]string{}
	for _, e := range fault.Fields(err) {
		got[e.Field] = e.Code
		if e.Message == "" || strings.Contains(e.Message, "%!") {
			t.Errorf("%s has no usable message: %q", e.Field, e.Message)
		}
	}
	return got
}

func TestEveryProblemIsListed(t *testing.T) {
	t.Parallel()
	got := problemsOf(t, `
timezone = "Boston"
languages = ["en", "fr", "en"]
grace = 3
[marketplace]
name = ""
statement_descriptor = "way too long for a bank file"
support_phone = "555-0100"
support_hours = { es = "siempre", xx = "?" }
public_url = "pay.example.org"
demo = true
[brand]
color = "#7799bb"
focus = "#cccccc"
dark = "blue"
gov_banner = true
[due]
day = 31
cuttoff = "20:00"
roll = "sometimes"
[payment]
max_single = 10000.50
[refund]
dual_control = "5 hundred"
[methods]
bank = "yes"
[[mail.wait_days]]
from = 2026-01-01
value = 7
until = 2026-12-31
[autopay]
days = [5, 31]
`)
	want := map[string]string{
		"timezone":                         "profile.bad_value",
		"languages":                        "profile.bad_value",
		"grace":                            "profile.wrong_type",
		"marketplace.name":                 "profile.bad_value",
		"marketplace.payee_name":           "profile.missing",
		"marketplace.statement_descriptor": "profile.bad_value",
		"marketplace.support_phone":        "profile.bad_value",
		"marketplace.support_hours":        "profile.bad_value",
		"marketplace.lockbox_address":      "profile.missing",
		"marketplace.public_url":           "profile.bad_value",
		"marketplace.demo_banner":          "profile.missing",
		"brand.color":                      "profile.contrast",
		"brand.focus":                      "profile.contrast",
		"brand.dark":                       "profile.bad_value",
		"brand.gov_banner":                 "profile.gov_banner",
		"due.day":                          "profile.bad_value",
		"due.cuttoff":                      "profile.unknown_key",
		"due.roll":                         "profile.bad_value",
		"payment.max_single":               "profile.wrong_type",
		"refund.dual_control":              "profile.bad_value",
		"methods.bank":                     "profile.wrong_type",
		"mail.wait_days[1].until":          "profile.unknown_key",
		"autopay.days":                     "profile.bad_value",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	rows := []struct {
		situation string
		toml      string
		field     string
		code      string
		says      string // part of the message
	}{
		{"a key with a letter too many names the right one", "[due]\ncutofff = \"23:00\"", "due.cutofff", "profile.unknown_key", "did you mean due.cutoff?"},
		{"an unknown table", "[duo]\nday = 23", "duo", "profile.unknown_key", "did you mean due?"},
		{"a key far from all others", "[due]\nzzzzzzzz = 1", "due.zzzzzzzz", "profile.unknown_key", "remove it"},
		{"a number in quotes", "[due]\nday = \"23\"", "due.day", "profile.wrong_type", `must be a whole number, not the text "23"`},
		{"a fraction of a day", "[due]\nday = 22.5", "due.day", "profile.wrong_type", "22.5"},
		{"an amount without quotes", "[payment]\nmax_single = 500", "payment.max_single", "profile.wrong_type", `in quotes like "500.00"`},
		{"a fraction of a cent", "[refund]\ndual_control = \"1.005\"", "refund.dual_control", "profile.bad_value", `"500.00"`},
		{"a negative fee", "[fees]\nlate = \"-1.00\"", "fees.late", "profile.bad_value", "0.00 to"},
		{"a time that is none", "[due]\ncutoff = \"24:00\"", "due.cutoff", "profile.bad_value", "20:00"},
		{"a date that is none", "[walk_in]\nclosed_on = \"soon\"", "walk_in.closed_on", "profile.wrong_type", "2026-12-31"},
		{"two values on one day", "[mail]\nwait_days = [{to=2026-07-01, value=5}, {from=2026-07-01, value=6}]", "mail.wait_days", "profile.overlap", "2026-07-01"},
		{"two values for ever", "[mail]\nwait_days = [{value=5}, {from=2026-07-01, value=6}]", "mail.wait_days", "profile.overlap", "2026-07-01"},
		{"a hole between two values", "[mail]\nwait_days = [{to=2026-06-30, value=5}, {from=2026-07-02, value=6}]", "mail.wait_days", "profile.gap", "from 2026-07-01 to 2026-07-01"},
		{"nothing before the first value", "[mail]\nwait_days = [{from=2026-07-02, value=6}]", "mail.wait_days", "profile.gap", "before 2026-07-02"},
		{"nothing after the last value", "[mail]\nwait_days = [{to=2026-07-02, value=6}]", "mail.wait_days", "profile.gap", "after 2026-07-02"},
		{"a period that ends before it begins", "[mail]\nwait_days = [{from=2026-07-02, to=2026-07-01, value=6}]", "mail.wait_days[1].to", "profile.bad_value", "swap"},
		{"a period without a value", "[mail]\nwait_days = [{from=2026-07-02}]", "mail.wait_days[1].value", "profile.missing", "add it"},
		{"a bad value in the second period", "[mail]\nwait_days = [{to=2026-07-01, value=5}, {from=2026-07-02, value=99}]", "mail.wait_days[2].value", "profile.bad_value", "0 to 30"},
		{"due before it is billed", "[bill]\nday = 25", "due.day", "profile.bad_value", "not after bill.day 25"},
		{"AutoPay before the ten days' notice", "[autopay]\ndays = [10, 23]", "autopay.days", "profile.bad_value", "has 10"},
		{"AutoPay after the due date", "[autopay]\ndays = [24]", "autopay.days", "profile.bad_value", "always be late"},
		{"a shorter notice than the law's", "[autopay]\nnotice_days = 9", "autopay.notice_days", "profile.bad_value", "10 to 30"},
		{"no way to pay from some day on", "[methods]\ncard = false\nbank = [{to=2026-12-31, value=true}, {from=2027-01-01, value=false}]", "methods", "profile.bad_value", "neither"},
		{"wallets, which are not built", "[methods]\nwallet = true", "methods.wallet", "profile.not_built", "must be false"},
		{"wallets from some day on", "[methods]\nwallet = [{to=2026-12-31, value=false}, {from=2027-01-01, value=true}]", "methods.wallet", "profile.not_built", "must be false"},
		{"a late fee, which nothing charges", "[fees]\nlate = \"5.00\"", "fees.late", "profile.not_built", "R-PAY-10"},
		{"a fee for what comes back", "[fees]\nreturned = [{to=2026-12-31, value=\"0.00\"}, {from=2027-01-01, value=\"20.00\"}]", "fees.returned", "profile.not_built", "R-PAY-10"},
		{"a Social Security number, which no page asks for", "[id]\nssn_last4 = true", "id.ssn_last4", "profile.not_built", "R-ID-2"},
		{"a gross threshold on the first payment", "[threshold]\nkind = \"percent_gross\"\napplies_to_binder = true", "threshold.applies_to_binder", "profile.bad_value", "REG-13"},
		{"a fixed threshold of nothing", "[threshold]\nkind = \"fixed\"", "threshold.amount", "profile.bad_value", "more than"},
		{"no second factor", "[guest]\nsecond_factor = []", "guest.second_factor", "profile.bad_value", "1 to 2"},
		{"the same factor twice", "[guest]\nsecond_factor = [\"dob\", \"dob\"]", "guest.second_factor", "profile.bad_value", "twice"},
		{"not TOML", "day : 1", "line 9", "profile.syntax", "not TOML"},
		{"a key written twice", "[due]\nday = 1\nday = 2", "line 11", "profile.syntax", "not TOML"},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			_, err := profile.Parse("test", []byte(smallest+r.toml))
			all := fault.Fields(err)
			if len(all) != 1 {
				t.Fatalf("want one problem, got %v", err)
			}
			got := all[0]
			if got.Field != r.field || got.Code != r.code || !strings.Contains(got.Message, r.says) {
				t.Errorf("got %v, want %s [%s] saying %q", got, r.field, r.code, r.says)
			}
		})
	}
}

func TestAGovernmentBannerNeedsAGovernmentHost(t *testing.T) {
	t.Parallel()
	banner := "[brand]\ngov_banner = true\n"
	for host, allowed := range map[string]bool{"https://pay.example.gov": true, "https://pay.example.gov:8443/": true, "https://pay.gov.example.org": false, "https://notgov": false, "": false} {
		_, err := profile.Parse("test", []byte(smallest+"public_url = \""+host+"\"\n"+banner))
		if (err == nil) != allowed {
			t.Errorf("%q: %v", host, err)
		}
	}
}

func TestPeriodsAreACopy(t *testing.T) {
	t.Parallel()
	term := profile.Always(1)
	term.Periods()[0].Value = 2
	if diff := cmp.Diff([]profile.Period[int]{{Value: 1}}, term.Periods(), cmpopts.EquateComparable(civil.Date{})); diff != "" {
		t.Error(diff)
	}
	if got := term.On(civil.NewDate(2026, time.May, 1)); got != 1 {
		t.Errorf("got %d", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(smallest))
	f.Add([]byte(smallest + "[mail]\nwait_days = [{to=2026-06-30, value=5}, {from=2026-07-02, value=6}]"))
	f.Add([]byte("marketplace = [{name = 1}]\nlanguages = [[1]]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := profile.Parse("fuzz", data)
		if (p == nil) == (err == nil) {
			t.Fatal("either a profile or an error")
		}
	})
}

func formatTenths(ratio float64) string { return strconv.FormatFloat(ratio, 'f', 1, 64) }

package simulate

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
)

//go:embed report.html
var reportPage string

var reportTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"cell": cell, "sum": func(s series) int64 { return sumOf(s.Values) },
}).Parse(reportPage))

// view is what the page of a report shows.
type view struct {
	Year       int
	Households string
	Days       int
	Seed       uint64
	Faults     string
	Hash       string
	Command    string
	Clean      bool
	Figures    []figure
	Sections   []section
	Mishaps    []figure
}

// figure is one number with its name.
type figure struct{ Name, Value, Note string }

// section is a chart with its table. Its numbers are those of the chart.
type section struct {
	Lead    string
	Chart   chart
	Caption string
	Months  []string // in full, for the table
	HasSum  bool     // the columns may be added up
}

// WriteReport writes the year for a manager: one page that needs nothing else.
func (r *Result) WriteReport(w io.Writer, c Config) error {
	v := view{
		Year: c.Year, Households: grouped(int64(r.Households)), Days: r.Days, Seed: c.Seed, Faults: FaultList(c.Faults), Hash: r.Hash,
		Command: Replay(c), Clean: r.Violations() == 0, Figures: r.figures(), Mishaps: r.mishaps(),
		Sections: []section{
			r.moneySection(), r.ladderSection(), r.endsSection(), r.channelSection(), r.ageSection(),
			r.autoPaySection(), r.returnSection(), r.settlementSection(), r.clearingSection(), r.carrierSection(),
		},
	}
	return reportTemplate.Execute(w, v)
}

// cell writes a number of a table.
func cell(value int64, isMoney bool) string {
	if isMoney {
		return money.Cents(value).Format()
	}
	return grouped(value)
}

// grouped writes 1234567 as 1,234,567.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// months are those of the simulation, as totals name them.
func (r *Result) months() []string {
	var months []string
	for _, t := range r.Totals {
		if t.Kind != "set aside" && t.Month != "" && !slices.Contains(months, t.Month) {
			months = append(months, t.Month)
		}
	}
	slices.Sort(months)
	return months
}

// shortMonth writes "2027-02" as "Feb", and January with its year.
func shortMonth(m string) string {
	month, err := civil.ParseMonth(m)
	if err != nil {
		return m
	}
	name := month.MonthOfYear().String()[:3]
	if month.MonthOfYear() == time.January {
		name += fmt.Sprintf(" %d", month.Year())
	}
	return name
}

// longMonth writes "2027-01" as "January 2027".
func longMonth(m string) string {
	month, err := civil.ParseMonth(m)
	if err != nil {
		return m
	}
	return fmt.Sprintf("%s %d", month.MonthOfYear(), month.Year())
}

func each(months []string, write func(string) string) []string {
	out := make([]string, len(months))
	for i, m := range months {
		out[i] = write(m)
	}
	return out
}

// amounts adds up cents of a kind by month; less of another kind's.
func (r *Result) amounts(months []string, kind, name string) []int64 {
	out := make([]int64, len(months))
	for _, t := range r.Totals {
		if i := slices.Index(months, t.Month); i >= 0 && t.Kind == kind && (name == "" || t.Name == name) {
			out[i] += t.Amount.Cents()
		}
	}
	return out
}

func (r *Result) counts(months []string, kind, name string) []int64 {
	out := make([]int64, len(months))
	for _, t := range r.Totals {
		if i := slices.Index(months, t.Month); i >= 0 && t.Kind == kind && t.Name == name {
			out[i] += t.Count
		}
	}
	return out
}

func minus(a, b []int64) []int64 {
	out := make([]int64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

func sumOf(values []int64) (sum int64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// wholeDollars leaves the cents to the tables.
func wholeDollars(cents int64) string { return "$" + grouped(cents/100) }

func (r *Result) figures() []figure {
	months := r.months()
	billed := sumOf(minus(r.amounts(months, "charge", "charge"), r.amounts(months, "charge", "reversal")))
	collected := sumOf(minus(r.amounts(months, "payment", ""), r.amounts(months, "return", "")))
	share := "0"
	if billed > 0 {
		share = fmt.Sprintf("%d.%d", collected*100/billed, collected*1000/billed%10)
	}
	return []figure{
		{"Billed to members", wholeDollars(billed), "charges less reversals"},
		{"Collected", wholeDollars(collected), share + " % of what was billed"},
		{"Bills issued", grouped(r.Sum("bill", "")), "twelve runs and first bills"},
		{"Payments", grouped(r.Sum("payment", "")), grouped(r.Sum("return", "")) + " came back"},
		{"Ended for non-payment", grouped(r.Sum("decision", string(standing.DecisionEnd))), "enrollments"},
		{"Given back", grouped(r.Sum("decision", string(standing.DecisionReinstate))), "reinstated without a gap"},
	}
}

// mishaps counts what went wrong by design.
func (r *Result) mishaps() []figure {
	counts := map[string]int64{}
	var names []string
	for _, n := range r.Notes {
		_, what, _ := strings.Cut(n, ": ")
		if strings.HasPrefix(what, "killed") {
			what = "the process was killed in mid-step and came up again"
		}
		if counts[what] == 0 {
			names = append(names, what)
		}
		counts[what]++
	}
	slices.Sort(names)
	var all []figure
	for _, n := range names {
		all = append(all, figure{n, grouped(counts[n]), ""})
	}
	if r.Rejected > 0 {
		all = append(all, figure{"a row of an enrollment file was refused", grouped(r.Rejected), ""})
	}
	return all
}

func (r *Result) moneySection() section {
	months := r.months()
	billed := minus(r.amounts(months, "charge", "charge"), r.amounts(months, "charge", "reversal"))
	collected := minus(r.amounts(months, "payment", ""), r.amounts(months, "return", ""))
	return section{
		Lead: "What members were charged in each month, less what was taken back, and what came in, less what banks returned.",
		Chart: chart{
			ID: "money", Title: "Billed and collected by month", About: "Two bars a month: dollars charged to members, and dollars received.",
			Labels: each(months, shortMonth), Money: true,
			Series: []series{{"Billed", colorBlue, billed}, {"Collected", colorTeal, collected}},
		},
		Caption: "Billed and collected, in dollars", Months: each(months, longMonth), HasSum: true,
	}
}

// The rungs of the past-due ladder, from the first to the last.
var rungs = []struct{ stands, name, color string }{
	{"pending", "Waiting for first payment", colorGray},
	{string(standing.StatePastDue), "Past due, no help", colorSand},
	{"grace 1", "Grace month 1", colorTeal},
	{"grace 2", "Grace month 2", colorOrange},
	{"grace 3", "Grace month 3", colorRed},
	{string(standing.StateEnding), "End proposed", colorBlue},
}

func (r *Result) ladderSection() section {
	months := r.censusMonths()
	s := section{
		Lead: "How many enrollments stood on each rung in the evening of the last day of the month, or of the next day on which anything ran. Households without help have one more due date, those with help three.",
		Chart: chart{
			ID: "ladder", Title: "The past-due ladder", About: "One stacked bar a month: enrollments waiting, past due, in each month of grace, and with an end proposed.",
			Labels: each(months, shortMonth), Stacked: true,
		},
		Caption: "Enrollments by rung at the end of each month", Months: each(months, longMonth),
	}
	for _, rung := range rungs {
		row := series{Name: rung.name, Color: rung.color, Values: make([]int64, len(r.Census))}
		for i, c := range r.Census {
			row.Values[i] = c.Stands[rung.stands]
		}
		s.Chart.Series = append(s.Chart.Series, row)
	}
	return s
}

// censusMonths names the months at whose end a census was taken: on their last
// day, or when somebody was there again.
func (r *Result) censusMonths() []string {
	months := make([]string, len(r.Census))
	for i, c := range r.Census {
		month := c.On.Month()
		if c.On != month.Last() {
			month = month.Prev()
		}
		months[i] = month.String()
	}
	return months
}

func (r *Result) endsSection() section {
	months := r.months()
	decisions := func(kind standing.DecisionKind) []int64 { return r.counts(months, "decision", string(kind)) }
	return section{
		Lead: "Decisions on coverage in each month: ends released by staff, ends undone by late evidence, coverage given back, cancellations, starts that moved because the first payment was missed.",
		Chart: chart{
			ID: "ends", Title: "Ends and what became of them", About: "Bars by month: ends for non-payment, ends undone, reinstatements, cancellations, moved starts.",
			Labels: each(months, shortMonth),
			Series: []series{
				{"Ended", colorRed, decisions(standing.DecisionEnd)},
				{"Undone", colorSand, decisions(standing.DecisionUndoEnd)},
				{"Reinstated", colorTeal, decisions(standing.DecisionReinstate)},
				{"Cancelled", colorGray, decisions(standing.DecisionCancel)},
				{"Start moved", colorBlue, decisions(standing.DecisionRoll)},
			},
		},
		Caption: "Decisions by month", Months: each(months, longMonth), HasSum: true,
	}
}

// channelNames are the ways that money came, as totals name them.
var channelNames = []struct{ total, short, long string }{
	{"web_guest bank", "Web bank", "Website, bank account"},
	{"web_guest card", "Web card", "Website, card"},
	{"autopay bank", "AutoPay", "AutoPay"},
	{"mail check", "Mail", "Checks by mail"},
	{"bank_bill_pay bank", "Bill pay", "The payer's own bank"},
	{"phone_ivr card", "Phone", "Automatic phone"},
	{"phone_agent card", "Agent", "Phone, with an agent"},
}

func (r *Result) channelSection() section {
	s := section{
		Lead: "All payments of the year by the way they came, before returns.",
		Chart: chart{
			ID: "channels", Title: "Money by channel", About: "One bar for each channel: dollars received over the year.", Money: true,
			Series: []series{{Name: "Received", Color: colorBlue}},
		},
		Caption: "Money by channel, in dollars", HasSum: true,
	}
	months := r.months()
	for _, n := range channelNames {
		s.Months = append(s.Months, n.long)
		s.Chart.Labels = append(s.Chart.Labels, n.short)
		s.Chart.Series[0].Values = append(s.Chart.Series[0].Values, sumOf(r.amounts(months, "payment", n.total)))
	}
	return s
}

func (r *Result) ageSection() section {
	months := r.censusMonths()
	s := section{
		Lead: "What was charged and unpaid at the end of each month, by how long it had been due. Where the last day was missed, the next month's bills are in it.",
		Chart: chart{
			ID: "age", Title: "Age of what is owed", About: "One stacked bar a month: unpaid dollars not due yet, and due for up to 30, 60, 90 days and longer.",
			Labels: each(months, shortMonth), Stacked: true, Money: true,
		},
		Caption: "Unpaid at the end of each month, in dollars", Months: each(months, longMonth),
	}
	for group, name := range []string{"Not due yet", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days"} {
		row := series{Name: name, Color: []string{colorGray, colorTeal, colorSand, colorOrange, colorRed}[group], Values: make([]int64, len(r.Census))}
		for i, c := range r.Census {
			row.Values[i] = c.Debt[group].Amount.Cents()
		}
		s.Chart.Series = append(s.Chart.Series, row)
	}
	return s
}

// Took tells how long the year took, for people.
func (r *Result) Took() time.Duration {
	return time.Duration(r.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
}

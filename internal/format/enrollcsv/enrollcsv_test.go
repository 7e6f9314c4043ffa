package enrollcsv_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
)

var equal = cmpopts.EquateComparable(money.Zero, civil.Date{}, civil.Month{}, civil.Instant{},
	enrollment.AccountID{}, enrollment.ID{}, enrollment.MemberID{})

// base is a good row; tests change a field of it by name.
var base = map[string]string{
	"subscriber_id": string(ident.NewSubscriberID(70010000001)), "account_kind": "individual", "billing_number": "700000001",
	"first_name": "Maria", "last_name": "Souza", "birth_date": "1984-05-17", "zip": "02139", "language": "pt", "email": "maria@example.com",
	"members": "Maria|Souza|1984-05-17|self; Rui|Souza|2015-02-01|child", "enrollment_reference": "RefID48213",
	"kind": "medical", "plan_id": "BAY-SLV-1", "plan_name": "Silver One", "carrier_id": "BAY", "carrier_name": "Bay Mutual", "renewal": "yes",
	"from": "2026-01", "to": "2026-12", "gross": "759.40", "aptc": "500.00", "state_subsidy": "153.40", "member_share": "106.00",
	"address": "1428 Commonwealth Avenue; Apt 12B; Brighton MA", "phone": "617-555-0147",
}

func line(changes ...string) string {
	fields := make([]string, len(enrollcsv.Columns))
	for i, c := range enrollcsv.Columns {
		fields[i] = base[c.Name]
		for j := 0; j < len(changes); j += 2 {
			if changes[j] == c.Name {
				fields[i] = changes[j+1]
			}
		}
	}
	return strings.Join(fields, ",") + "\n"
}

func header() string {
	names := make([]string, len(enrollcsv.Columns))
	for i, c := range enrollcsv.Columns {
		names[i] = c.Name
	}
	return strings.Join(names, ",") + "\n"
}

// readAll gives the households, the row errors as text, and how it ended.
func readAll(file string) (households []*enrollcsv.Household, rejects []*enrollcsv.RowError, end error) {
	r := enrollcsv.NewReader(strings.NewReader(file))
	for {
		h, err := r.Next()
		var bad *enrollcsv.RowError
		switch {
		case errors.As(err, &bad):
			rejects = append(rejects, bad)
		case err != nil:
			return households, rejects, err
		default:
			households = append(households, h)
		}
	}
}

func other(serial uint64) string { return string(ident.NewSubscriberID(serial)) }

func TestAHouseholdWithTwoEnrollments(t *testing.T) {
	t.Parallel()
	file := header() +
		line("to", "2026-06") +
		line("from", "2026-07", "gross", "800.00", "aptc", "540.60") +
		line("enrollment_reference", "", "kind", "dental", "plan_id", "DEN-1", "plan_name", "Dental", "members", "Maria|Souza|1984-05-17|self",
			"renewal", "", "gross", "15.00", "aptc", "0", "state_subsidy", "0", "member_share", "15.00")
	households, rejects, end := readAll(file)
	if len(rejects) > 0 || !errors.Is(end, io.EOF) || len(households) != 1 {
		t.Fatalf("got %d households, %v, %v", len(households), rejects, end)
	}
	m := civil.MustParseMonth
	maria := enrollment.Member{FirstName: "Maria", LastName: "Souza", BirthDate: civil.MustParseDate("1984-05-17"), Relation: "self"}
	rui := enrollment.Member{FirstName: "Rui", LastName: "Souza", BirthDate: civil.MustParseDate("2015-02-01"), Relation: "child"}
	premium := func(gross, aptc, state, member int64) enrollment.Premium {
		return enrollment.Premium{Gross: money.Cents(gross), APTC: money.Cents(aptc), State: money.Cents(state), Member: money.Cents(member)}
	}
	want := &enrollcsv.Household{
		Line: 2,
		Account: enrollment.Account{
			Kind: enrollment.AccountIndividual, SubscriberID: ident.NewSubscriberID(70010000001), BillingNumber: "700000001",
			FirstName: "Maria", LastName: "Souza", BirthDate: maria.BirthDate, ZIP: "02139", Language: "pt", Email: "maria@example.com", Phone: "6175550147",
			Address: "1428 Commonwealth Avenue\nApt 12B\nBrighton MA",
		},
		Enrollments: []enrollcsv.Enrollment{
			{
				Enrollment: enrollment.Enrollment{
					Reference: "RefID48213", PlanID: "BAY-SLV-1", CarrierID: "BAY", Kind: enrollment.KindMedical, Renewal: true,
					First: m("2026-01"), Last: m("2026-12"),
					Segments: []enrollment.Segment{
						{From: m("2026-01"), To: m("2026-06"), Premium: premium(75940, 50000, 15340, 10600)},
						{From: m("2026-07"), To: m("2026-12"), Premium: premium(80000, 54060, 15340, 10600)},
					},
				},
				PlanName: "Silver One", CarrierName: "Bay Mutual", Members: []enrollment.Member{maria, rui},
			},
			{
				Enrollment: enrollment.Enrollment{
					PlanID: "DEN-1", CarrierID: "BAY", Kind: enrollment.KindDental, First: m("2026-01"), Last: m("2026-12"),
					Segments: []enrollment.Segment{{From: m("2026-01"), To: m("2026-12"), Premium: premium(1500, 0, 0, 1500)}},
				},
				PlanName: "Dental", CarrierName: "Bay Mutual", Members: []enrollment.Member{maria},
			},
		},
	}
	if diff := cmp.Diff(want, households[0], equal); diff != "" {
		t.Error(diff)
	}
	if got := households[0].Members(); len(got) != 2 || got[1] != rui {
		t.Errorf("members: %+v", got)
	}
}

func TestABadRowIsNamedAndTheGoodOnesGoOn(t *testing.T) {
	t.Parallel()
	wrongDigit := base["subscriber_id"][:11] + string('0'+(base["subscriber_id"][11]-'0'+1)%10)
	rows := []struct {
		situation string
		row       string
		column    string
		code      string
	}{
		{"a wrong check digit", line("subscriber_id", wrongDigit), "subscriber_id", "row.check_digit"},
		{"a Subscriber ID as a spreadsheet shortens it", line("subscriber_id", "7.001E+11"), "subscriber_id", "row.subscriber_id"},
		{"no Subscriber ID", line("subscriber_id", ""), "subscriber_id", "row.empty"},
		{"an account of no kind", line("account_kind", "family"), "account_kind", "row.choice"},
		{"a billing number that begins with 8", line("billing_number", "800000001"), "billing_number", "row.form"},
		{"no last name", line("last_name", "  "), "last_name", "row.empty"},
		{"a card number as a name", line("first_name", "4242 4242 4242 4242"), "first_name", "row.name"},
		{"a name of 61 characters", line("first_name", strings.Repeat("é", 61)), "first_name", "row.name"},
		{"an American date", line("birth_date", "05/17/1984"), "birth_date", "row.date"},
		{"30 February", line("birth_date", "1984-02-30"), "birth_date", "row.date"},
		{"an enrollment window in words", line("window_ends", "end of January"), "window_ends", "row.date"},
		{"a window before the first marketplace", line("window_ends", "1987-01-23"), "window_ends", "row.date"},
		{"a birth in 1894", line("birth_date", "1894-05-17"), "birth_date", "row.date"},
		{"a ZIP code that lost its 0", line("zip", "2139"), "zip", "row.zip"},
		{"a seventh language", line("language", "fr"), "language", "row.choice"},
		{"an e-mail address without a dot", line("email", "maria@example"), "email", "row.form"},
		{"a reference of another form", line("enrollment_reference", "48213"), "enrollment_reference", "row.form"},
		{"nobody covered", line("members", ""), "members", "row.empty"},
		{"a person without relation", line("members", "Maria|Souza|1984-05-17"), "members", "row.members"},
		{"two subscribers", line("members", "Maria|Souza|1984-05-17|self;Ana|Souza|1984-05-18|self"), "members", "row.members"},
		{"a person twice", line("members", "Ana|Souza|1984-05-17|child;Ana|Souza|1984-05-17|child"), "members", "row.members"},
		{"a cousin", line("members", "Ana|Souza|1984-05-17|cousin"), "members", "row.members"},
		{"vision", line("kind", "vision"), "kind", "row.choice"},
		{"no kind", line("kind", ""), "kind", "row.empty"},
		{"a plan ID with a space", line("plan_id", "BAY 1"), "plan_id", "row.form"},
		{"renewal maybe", line("renewal", "maybe"), "renewal", "row.choice"},
		{"a month with a day", line("from", "2026-01-01"), "from", "row.month"},
		{"month 13", line("to", "2026-13"), "to", "row.month"},
		{"to before from", line("from", "2026-12", "to", "2026-01"), "to", "row.months"},
		{"over the year's end", line("to", "2027-01"), "to", "row.months"},
		{"an amount with a dollar sign", line("gross", "$759.40"), "gross", "row.amount"},
		{"an amount with one decimal", line("gross", "759.4"), "gross", "row.amount"},
		{"an amount as a power", line("gross", "1e3"), "gross", "row.amount"},
		{"an amount above all prices", line("gross", "1000000.01"), "gross", "row.amount"},
		{"a phone without area code", line("phone", "555-0147"), "phone", "row.form"},
		{"a phone of another country", line("phone", "+44 20 7946 0018"), "phone", "row.form"},
		{"an address of four lines", line("address", "a; b; c; d"), "address", "row.address"},
		{"an address with an empty line", line("address", "12 Elm Street; ; Boston MA"), "address", "row.address"},
		{"an address with a line too long", line("address", strings.Repeat("x", 41)), "address", "row.address"},
		{"a negative share", line("member_share", "-106.00", "gross", "547.40"), "member_share", "row.negative"},
		{"a cent too little", line("member_share", "105.99"), "gross", "row.unbalanced"},
		{"a NUL byte", line("last_name", "Sou\x00za"), "last_name", "row.nul_byte"},
		{"Latin-1", line("last_name", "Sim\xf5es"), "last_name", "row.encoding"},
		{"a line break in quotes", line("last_name", "\"Sou\nza\""), "last_name", "row.control"},
		{"a carriage return in a field", line("last_name", "Sou\rza"), "last_name", "row.control"},
		{"a quote in the middle", line("last_name", `Sou"za`), "last_name", "row.quote"},
		{"text after a closing quote", line("last_name", `"Sou"za`), "last_name", "row.quote"},
		{"a field of 64 KB and a byte", line("last_name", strings.Repeat("x", enrollcsv.FieldBytesMax+1)), "last_name", "row.field_too_long"},
		{"a column too few", strings.TrimSuffix(line(), ","+base["phone"]+"\n") + "\n", "", "row.columns"},
		{"a column too many", strings.TrimSuffix(line(), "\n") + ",1\n", "", "row.columns"},
		{"a quote that is never closed", line("last_name", `"Souza`), "", "row.quote"},
		{"a row of 3 MB", strings.Repeat(strings.Repeat("y", 1000)+",", 3000) + "\n", "", "row.too_long"},
	}
	good := line("subscriber_id", other(70010000002), "enrollment_reference", "")
	after := line("subscriber_id", other(70010000003), "enrollment_reference", "")
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			households, rejects, end := readAll(header() + good + r.row + after)
			if len(households) != 2 || !errors.Is(end, io.EOF) {
				t.Fatalf("got %d households, end %v", len(households), end)
			}
			if len(rejects) != 1 || len(rejects[0].Problems) != 1 {
				t.Fatalf("got %v", rejects)
			}
			got := rejects[0].Problems[0]
			if rejects[0].Line != 3 || got.Field != r.column || got.Code != r.code {
				t.Errorf("got %v, want line 3, %s, %s", rejects[0], r.column, r.code)
			}
			if wanted := position(r.column); got.Column != wanted {
				t.Errorf("column %d, want %d", got.Column, wanted)
			}
			if !strings.HasPrefix(r.row, rejects[0].Raw) {
				t.Errorf("raw %q is not the row", rejects[0].Raw)
			}
		})
	}
}

func position(column string) int {
	for i, c := range enrollcsv.Columns {
		if c.Name == column {
			return i + 1
		}
	}
	return 0
}

func TestMessagesHoldNoPersonalData(t *testing.T) {
	t.Parallel()
	_, rejects, _ := readAll(header() + line("first_name", "4242424242424242", "birth_date", "17.5.1984", "email", "maria at example",
		"zip", "Cambridge", "members", "Maria|Souza|17.5.1984|self", "gross", "1.00"))
	if len(rejects) != 1 || len(rejects[0].Problems) != 6 {
		t.Fatalf("want one row with six problems, got %v", rejects)
	}
	for _, secret := range []string{"Maria", "Souza", "4242", "17.5", "maria", "Cambridge"} {
		if strings.Contains(rejects[0].Error(), secret) {
			t.Errorf("the message repeats %q: %s", secret, rejects[0])
		}
	}
}

func TestRowsThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	rows := []struct {
		situation string
		rows      []string
		line      int
		field     string
		code      string
		segments  int // that remain
	}{
		{"the same row twice", []string{line(), line()}, 3, "from", "row.overlap", 1},
		{"a month priced twice", []string{line("to", "2026-07"), line("from", "2026-07")}, 3, "from", "row.overlap", 1},
		{"a month left out", []string{line("to", "2026-06"), line("from", "2026-08")}, 3, "from", "row.gap", 1},
		{"out of order but whole", []string{line("from", "2026-07"), line("to", "2026-06")}, 0, "", "", 2},
		{"another window", []string{line("to", "2026-06", "window_ends", "2026-01-23"), line("from", "2026-07", "window_ends", "2026-01-24")}, 3, "window_ends", "row.disagrees", 1},
		{"another birth date", []string{line("to", "2026-06"), line("from", "2026-07", "birth_date", "1984-05-18")}, 3, "birth_date", "row.disagrees", 1},
		{"another plan under one reference", []string{line("to", "2026-06"), line("from", "2026-07", "plan_id", "X-1")}, 3, "plan_id", "row.disagrees", 1},
		{"other people under one reference", []string{line("to", "2026-06"), line("from", "2026-07", "members", "Ana|Souza|1984-05-17|self")}, 3, "members", "row.disagrees", 1},
		{"two years under one reference", []string{line(), line("from", "2027-01", "to", "2027-12")}, 3, "from", "row.disagrees", 1},
		{"a household in two places", []string{line("to", "2026-06"), line("subscriber_id", other(70010000009)), line("from", "2026-07")}, 4, "", "row.scattered", 1},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			households, rejects, _ := readAll(header() + strings.Join(r.rows, ""))
			if got := len(households[0].Enrollments[0].Segments); got != r.segments {
				t.Errorf("%d segments, want %d", got, r.segments)
			}
			switch {
			case r.code == "" && len(rejects) > 0:
				t.Errorf("rejected: %v", rejects)
			case r.code != "" && (len(rejects) != 1 || rejects[0].Line != r.line || rejects[0].Problems[0].Code != r.code || rejects[0].Problems[0].Field != r.field):
				t.Errorf("got %v, want line %d, %s, %s", rejects, r.line, r.field, r.code)
			}
		})
	}
}

func TestTwoYearsWithoutReferenceAreTwoEnrollments(t *testing.T) {
	t.Parallel()
	households, rejects, _ := readAll(header() + line("enrollment_reference", "") + line("enrollment_reference", "", "from", "2027-01", "to", "2027-12"))
	if len(rejects) > 0 || len(households) != 1 || len(households[0].Enrollments) != 2 {
		t.Errorf("got %+v, %v", households, rejects)
	}
}

func TestTheFileItself(t *testing.T) {
	t.Parallel()
	reordered := "zip," + strings.Replace(header(), "zip,", "", 1)
	rows := []struct {
		situation string
		file      string
		code      string // of the error that ends the reading; "" is the end of the file
		says      string
		good      int
	}{
		{"good", header() + line(), "", "", 1},
		{"no line end at the end", header() + strings.TrimSuffix(line(), "\n"), "", "", 1},
		{"a byte order mark", "\xef\xbb\xbf" + header() + line(), "", "", 1},
		{"line ends of Windows", strings.ReplaceAll(header()+line(), "\n", "\r\n"), "", "", 1},
		{"blank lines", "\n" + header() + "\n\r\n" + line() + "\n\n", "", "", 1},
		{"everything in quotes", strings.ReplaceAll(`"`+strings.ReplaceAll(strings.TrimSpace(header()+line()), ",", `","`)+`"`, "\n", "\"\n\""), "", "", 1},
		{"names in capitals", strings.ToUpper(header()) + line(), "", "", 1},
		{"columns in another order", reordered + base["zip"] + "," + strings.Replace(line(), ","+base["zip"]+",", ",", 1), "", "", 1},
		{"only the header", header(), "", "", 0},
		{"empty", "", "file.empty", "", 0},
		{"only blank lines", "\n\n", "file.empty", "", 0},
		{"UTF-16", "\xff\xfes\x00u\x00", "file.encoding", "UTF-8", 0},
		{"semicolons", strings.ReplaceAll(header()+line(), ",", ";"), "file.header", "commas", 0},
		{"line ends of an old Mac", strings.ReplaceAll(header()+line(), "\n", "\r"), "file.header", "carriage return", 0},
		{"not a CSV", "\"PK\x03\x04" + strings.Repeat("\x00", 100), "file.header", "not a row of column names", 0},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			t.Parallel()
			households, rejects, end := readAll(r.file)
			if len(rejects) > 0 || len(households) != r.good {
				t.Errorf("got %d households, want %d; rejects %v", len(households), r.good, rejects)
			}
			if r.code == "" && !errors.Is(end, io.EOF) || r.code != "" && (fault.CodeOf(end) != r.code || !strings.Contains(end.Error(), r.says)) {
				t.Errorf("ended with %v", end)
			}
		})
	}
}

func TestEveryProblemOfAHeaderIsListed(t *testing.T) {
	t.Parallel()
	names := strings.Replace(strings.Replace(header(), "zip,", "zipcode,zipcode,", 1), "gross,", "", 1)
	_, _, end := readAll(names + line())
	var got []string
	for _, e := range fault.Fields(end) {
		got = append(got, e.Field+" "+e.Code)
	}
	want := []string{"zipcode file.column_unknown", "zipcode file.column_twice", "zip file.column_missing", "gross file.column_missing"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOptionalColumnsMayBeLeftOut(t *testing.T) {
	t.Parallel()
	var names, fields []string
	for _, c := range enrollcsv.Columns {
		if c.Required {
			names, fields = append(names, c.Name), append(fields, base[c.Name])
		}
	}
	households, rejects, _ := readAll(strings.Join(names, ",") + "\n" + strings.Join(fields, ",") + "\n")
	if len(rejects) > 0 || len(households) != 1 {
		t.Fatalf("got %v, %v", households, rejects)
	}
	a, e := households[0].Account, households[0].Enrollments[0]
	if a.Kind != enrollment.AccountIndividual || a.Language != "en" || a.Email != "" || e.Reference != "" || e.Renewal {
		t.Errorf("got %+v, %+v", a, e)
	}
}

func TestAnEmployerHasNoBirthDate(t *testing.T) {
	t.Parallel()
	households, rejects, _ := readAll(header() + line("account_kind", "group", "first_name", "", "birth_date", "", "last_name", "Harbor Bakery LLC"))
	if len(rejects) > 0 || len(households) != 1 || households[0].Account.Kind != enrollment.AccountGroup {
		t.Errorf("got %v, %v", households, rejects)
	}
}

func TestDamageStaysWhereItIs(t *testing.T) {
	t.Parallel()
	var file strings.Builder
	file.WriteString(header())
	file.WriteString(line("last_name", `"Souza`)) // line 2: never closed
	for i := range 300 {
		file.WriteString(line("subscriber_id", other(70020000000+uint64(i)), "enrollment_reference", ""))
	}
	households, rejects, _ := readAll(file.String())
	if len(households) != 300 || len(rejects) != 1 || households[0].Line != 3 || households[299].Line != 302 {
		t.Errorf("%d households, %d rejects", len(households), len(rejects))
	}
}

func TestALineTooLongInsideQuotesIsNamedItself(t *testing.T) {
	t.Parallel()
	file := header() + line("last_name", `"Souza`) + strings.Repeat("z", enrollcsv.RowBytesMax+1) + "\n" + line()
	households, rejects, _ := readAll(file)
	if len(households) != 1 || len(rejects) != 2 || rejects[0].Line != 2 || rejects[1].Line != 3 || households[0].Line != 4 {
		t.Errorf("got %d households, %v", len(households), rejects)
	}
}

func TestAReadErrorEndsTheReading(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk gone")
	r := enrollcsv.NewReader(io.MultiReader(strings.NewReader(header()+line()), iotest.ErrReader(broken)))
	if h, err := r.Next(); err != nil || h.Line != 2 {
		t.Fatalf("got %v, %v", h, err)
	}
	for range 2 {
		if _, err := r.Next(); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
	if r.Header() != strings.TrimSpace(header()) {
		t.Errorf("header %q", r.Header())
	}
}

func TestTheDocumentNamesEveryColumn(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/ENROLLMENT-FILE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range enrollcsv.Columns {
		if !strings.Contains(string(page), "| `"+c.Name+"` |") {
			t.Errorf("%s is not in docs/ENROLLMENT-FILE.md", c.Name)
		}
	}
	_, example, ok := strings.Cut(string(page), "```csv\n")
	example, _, closed := strings.Cut(example, "```")
	households, rejects, end := readAll(example)
	if !ok || !closed || len(households) != 2 || len(rejects) > 0 || !errors.Is(end, io.EOF) {
		t.Errorf("the example has %d households, %v, %v", len(households), rejects, end)
	}
}

func write(t testing.TB, households []*enrollcsv.Household) string {
	t.Helper()
	var out bytes.Buffer
	w := enrollcsv.NewWriter(&out)
	for _, h := range households {
		if err := w.Write(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func FuzzReader(f *testing.F) {
	f.Add(header() + line())
	f.Add(header() + line("to", "2026-06") + line("from", "2026-07"))
	f.Add(header() + line("last_name", `"Sou""za, da"`) + line("last_name", "\"a\nb"))
	f.Add("\xef\xbb\xbf" + strings.ReplaceAll(header()+line(), "\n", "\r\n"))
	f.Fuzz(func(t *testing.T, file string) {
		households, rejects, end := readAll(file)
		if !errors.Is(end, io.EOF) && fault.KindOf(end) != fault.Invalid {
			t.Fatalf("ended with %v", end)
		}
		lines := strings.Count(file, "\n") + 1
		for _, bad := range rejects {
			if bad.Line < 1 || bad.Line > lines || len(bad.Problems) == 0 {
				t.Fatalf("bad row error %v", bad)
			}
		}
		again, rejected, _ := readAll(write(t, households))
		if len(rejected) > 0 || len(again) != len(households) {
			t.Fatalf("what was read can not be read again: %v", rejected)
		}
		if first, second := write(t, households), write(t, again); first != second {
			t.Fatalf("written twice:\n%s\n%s", first, second)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	row := line()
	file := header() + strings.Repeat(row, 1)
	b.SetBytes(int64(len(row)))
	var rows strings.Builder
	rows.WriteString(file)
	for i := range b.N {
		rows.WriteString(line("subscriber_id", other(70010000010+uint64(i)), "enrollment_reference", ""))
	}
	b.ResetTimer()
	if _, rejects, _ := readAll(rows.String()); len(rejects) > 0 {
		b.Fatal(rejects[0])
	}
}

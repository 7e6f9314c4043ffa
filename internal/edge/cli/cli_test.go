package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/edge/cli"
)

// call runs the program in this process.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = cli.Main(t.Context(), args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &err})
	return code, out.String(), err.String()
}

func TestEveryCommandExplainsItselfWithAnExample(t *testing.T) {
	t.Parallel()
	for _, command := range []string{
		"demo", "demo generate", "serve", "import enrollments", "import bank-file", "bank items", "bank resolve", "bank ages", "bank guard", "bill run", "bill pdf", "day run", "day status", "day aside", "outage declare", "outage end", "outage list", "opinions", "carrier status", "file check", "verify", "migrate", "keys create", "keys rotate", "profile check",
	} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			code, out, _ := call(t, append(strings.Fields(command), "--help")...)
			if code != 0 || !strings.Contains(out, "Example:\n\n    quittance "+command) {
				t.Errorf("exit code %d; no example in:\n%s", code, out)
			}
		})
	}
	code, out, _ := call(t)
	if code != 0 || !strings.Contains(out, "quittance demo") {
		t.Errorf("without words: exit code %d\n%s", code, out)
	}
}

func TestMistakesAreOneClearLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter.txt")
	write(t, letter, strings.Repeat("Dear Sir or Madam. ", 200))
	wrongKey := filepath.Join(dir, "wrong.toml")
	write(t, wrongKey, "[due]\nday = 23\ndya = 24\n")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for name, c := range map[string]struct {
		args  []string
		code  int
		says  string
		lines int // more than two: every problem of a file is listed
	}{
		"a database that is not ours":  {[]string{"verify", "--database", "sqlite:" + letter, "--keys", dir}, 1, "is not a Quittance database", 0},
		"no database":                  {[]string{"verify"}, 1, "say which database", 0},
		"a database that is not there": {[]string{"verify", "--data", filepath.Join(dir, "none")}, 1, "there is no database at", 0},
		"another kind of database":     {[]string{"migrate", "--database", "mysql://x", "--keys", filepath.Join(dir, "k")}, 1, "a database is named sqlite:PATH or postgres://", 0},
		"a profile with a wrong key":   {[]string{"profile", "check", wrongKey}, 1, "due.dya", 6},
		"a profile that is not there":  {[]string{"profile", "check", "atlantis"}, 1, "atlantis", 0},
		"the portal's port in use":     {[]string{"demo", "--data", filepath.Join(dir, "demo"), "--listen", taken.Addr().String()}, 1, "choose another address", 0},
		"the sandbox's port in use":    {[]string{"demo", "--data", filepath.Join(dir, "demo2"), "--listen", "127.0.0.1:0", "--sandbox", taken.Addr().String()}, 1, "choose another address", 0},
		"the server's port in use":     {[]string{"serve", "--public-url", "https://pay.test", "--data", filepath.Join(dir, "serve"), "--listen", taken.Addr().String()}, 1, "choose another address", 0},
		"a month that is none":         {[]string{"bill", "run", "--month", "December", "--data", dir}, 1, "is not a month like", 0},
		"a date that is none":          {[]string{"day", "run", "--date", "tomorrow", "--data", dir}, 1, "is not a date like", 0},
		"an hour that is none":         {[]string{"serve", "--day-at", "1 am", "--public-url", "https://pay.test", "--data", dir}, 1, "is not a time of day like", 0},
		"a word that is no command":    {[]string{"pay"}, 2, "quittance --help", 0},
		"a clock before the stories":   {[]string{"demo", "--data", filepath.Join(dir, "early"), "--listen", "127.0.0.1:0", "--sandbox", "127.0.0.1:0", "--clock", "2026-01-01"}, 1, "begin on that day or later", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := call(t, c.args...)
			if code != c.code || !strings.Contains(errs, c.says) || out != "" {
				t.Errorf("exit code %d, want %d with %q; said %q, printed %q", code, c.code, c.says, errs, out)
			}
			if lines := strings.Count(strings.TrimSpace(errs), "\n") + 1; lines > c.lines+2 {
				t.Errorf("said %d lines: %s", lines, errs)
			}
		})
	}
}

// Whatever a command was to do, a file that is not ours is named in one line and
// left as it is.
func TestNoCommandTakesAForeignFileForItsDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	households := filepath.Join(dir, "households.csv")
	if code, _, errs := call(t, "demo", "generate", "--households", "3", "--out", households); code != 0 {
		t.Fatal(errs)
	}
	for name, content := range map[string]string{
		"a letter": strings.Repeat("Dear Sir or Madam. ", 200), "a letter that begins like a database": "SQLite format 3\x00" + strings.Repeat("Dear Sir or Madam. ", 200),
	} {
		for _, command := range []string{
			"demo --listen 127.0.0.1:0 --sandbox 127.0.0.1:0 --data " + filepath.Join(dir, "demo"), "serve --listen 127.0.0.1:0 --public-url https://pay.test",
			"import enrollments " + households, "bill run --month 2026-12", "bill pdf --month 2026-12 --public-url https://pay.test --out " + filepath.Join(dir, "bills.pdf"),
			"day run --public-url https://pay.test", "day status", "verify", "migrate", "ach status", "bank items", "outage list", "carrier status",
		} {
			file := filepath.Join(t.TempDir(), "letter.txt")
			write(t, file, content)
			args := append(strings.Fields(command), "--database", "sqlite:"+file, "--keys", filepath.Join(t.TempDir(), "keys"))
			code, out, errs := call(t, args...)
			if code == 0 || !strings.Contains(errs, "is not a Quittance database") || strings.Count(errs, "\n") != 1 || out != "" {
				t.Errorf("%s, %s: exit code %d, said %q, printed %q", command, name, code, errs, out)
			}
			if left, err := os.ReadFile(file); err != nil || string(left) != content {
				t.Errorf("%s, %s: the file was changed, %v", command, name, err)
			}
		}
	}
}

// A new user's afternoon: generate, import, import again, bill, bill again,
// verify; then a file with a bad row.
func TestFromAFileToBills(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "households.csv")
	if code, _, errs := call(t, "demo", "generate", "--households", "40", "--seed", "9", "--out", file); code != 0 {
		t.Fatal(errs)
	}
	first := imported(t, 0, "import", "enrollments", file, "--data", dir, "--json")
	if first["accepted"] != 40.0 || first["rejected"] != 0.0 || first["already_imported"] != false {
		t.Errorf("first import: %v", first)
	}
	if again := imported(t, 0, "import", "enrollments", file, "--data", dir, "--json"); again["already_imported"] != true {
		t.Errorf("the same file again: %v", again)
	}
	billed := imported(t, 0, "bill", "run", "--month", "2026-12", "--data", dir, "--json")
	if billed["set_aside"] != 0.0 || billed["accounts"] != 40.0 {
		t.Errorf("bill run: %v", billed)
	}
	if again := imported(t, 0, "bill", "run", "--month", "2026-12", "--data", dir, "--json"); again["billed"] != 0.0 {
		t.Errorf("bill run again: %v", again)
	}
	paper := filepath.Join(dir, "bills.pdf")
	printed := imported(t, 0, "bill", "pdf", "--month", "2026-12", "--out", paper, "--public-url", "https://pay.test", "--data", dir, "--json")
	if printed["bills"] != 37.0 || printed["not_printed"] != 0.0 { // 14 first bills came with the import
		t.Errorf("bill pdf: %v of %v", printed, billed)
	}
	if code, _, errs := call(t, "bill", "pdf", "--month", "2026-12", "--out", paper, "--public-url", "https://pay.test", "--data", dir); code == 0 {
		t.Errorf("a file that is there was written over: %s", errs)
	}
	if code, out, _ := call(t, "verify", "--data", dir); code != 0 || !strings.Contains(out, "clean") {
		t.Errorf("verify: exit code %d\n%s", code, out)
	}

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	broken := filepath.Join(dir, "broken.csv")
	write(t, broken, strings.Join(append(lines[:2:2], strings.Replace(lines[2], "2026-", "2026/", 1)), ""))
	code, _, errs := call(t, "import", "enrollments", broken, "--data", dir)
	rejects, err := os.ReadFile(broken + ".rejects.csv")
	if code != 1 || !strings.Contains(errs, "rows were rejected") || err != nil || !strings.Contains(string(rejects), "2026/") {
		t.Errorf("a bad row: exit code %d, %q; reject file %q %v", code, errs, rejects, err)
	}
}

func imported(t *testing.T, want int, args ...string) map[string]any {
	t.Helper()
	code, out, errs := call(t, args...)
	if code != want {
		t.Fatalf("%s: exit code %d\n%s", strings.Join(args, " "), code, errs)
	}
	var result map[string]any
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return result
}

// demoLine is the line that the demo prints for scripts.
type demoLine struct {
	Portal, Sandbox string
	APIKey          string `json:"api_key"`
	Members         []struct {
		Fixture      string `json:"fixture"`
		SubscriberID string `json:"subscriber_id"`
		BirthDate    string `json:"birth_date"`
		ZIP          string `json:"zip"`
		Story        string `json:"story"`
		DueCents     int64  `json:"due_cents"`
	}
}

// startDemo runs a small demo until stop is called, which tells what it printed
// in all.
func startDemo(t *testing.T, dir string) (line demoLine, stop func() string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out := &firstLine{ready: make(chan struct{})}
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(ctx, []string{
			"demo", "--data", dir, "--listen", "127.0.0.1:0", "--sandbox", "127.0.0.1:0", "--households", "5", "--json",
		}, cli.Streams{Out: out, Err: &errs})
	}()
	select {
	case <-out.ready:
	case code := <-ended:
		t.Fatalf("ended with %d before it was ready: %s", code, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("printed %q: %v", out.String(), err)
	}
	return line, func() string {
		t.Helper()
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("exit code %d: %s", code, errs.String())
		}
		return out.String()
	}
}

// The small interface that scripts drive the demo by.
func TestDemoSaysOneLineOfJSONAndStopsCleanly(t *testing.T) {
	t.Parallel()
	line, stop := startDemo(t, t.TempDir())
	if printed := stop(); strings.Count(printed, "\n") != 1 {
		t.Errorf("printed %q", printed)
	}
	if len(line.Members) != 10 || line.Members[0].Fixture != "A" || line.Members[0].DueCents != 124_50 || line.Portal == "" || line.Sandbox == "" {
		t.Errorf("printed %+v", line)
	}
	fixtures := ""
	for _, m := range line.Members {
		fixtures += m.Fixture
		birth, err := civil.ParseDate(m.BirthDate)
		if err != nil || birth.Year() < 1900 || !birth.Before(civil.MustParseDate("2026-11-20")) || len(m.ZIP) != 5 || !ident.AllDigits(m.ZIP) {
			t.Errorf("%s was born on %q at %q", m.Fixture, m.BirthDate, m.ZIP)
		}
		if _, err := ident.ParseSubscriberID(m.SubscriberID); err != nil || len(strings.Fields(m.Story)) < 3 {
			t.Errorf("%s: %v, story %q", m.Fixture, err, m.Story)
		}
	}
	if fixtures != "ABCDEFGHIJ" {
		t.Errorf("members %s", fixtures)
	}
}

// What the line says of a member opens that member's bill, by the birth date
// and by the ZIP code, and the bill asks for what the line says.
func TestTheDemosLineOpensItsBills(t *testing.T) {
	t.Parallel()
	line, stop := startDemo(t, t.TempDir())
	defer stop()
	for _, m := range line.Members {
		born := civil.MustParseDate(m.BirthDate).Time()
		for by, factor := range map[string]url.Values{
			"birth date": {"birth_month": {born.Format("1")}, "birth_day": {born.Format("2")}, "birth_year": {born.Format("2006")}},
			"ZIP code":   {"by": {"zip"}, "zip": {m.ZIP}},
		} {
			factor.Set("subscriber_id", m.SubscriberID)
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := (&http.Client{Jar: jar}).PostForm(line.Portal+"/pay", factor)
			if err != nil {
				t.Fatal(err)
			}
			page, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			want := fmt.Sprintf("$%d.%02d", m.DueCents/100, m.DueCents%100)
			if m.Fixture == "J" {
				want = "Your employer pays this bill."
			}
			if err != nil || res.Request.URL.Path != "/pay/amount" || !strings.Contains(string(page), want) {
				t.Errorf("%s by %s: got to %s, which does not say %s", m.Fixture, by, res.Request.URL.Path, want)
			}
		}
	}
}

// A demo never takes over a database that it did not make, by its folder or by
// its address, nor one that another folder's demo is in.
func TestDemoLeavesOtherDatabasesAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	real, other := filepath.Join(dir, "real"), filepath.Join(dir, "other")
	households := filepath.Join(dir, "households.csv")
	for _, args := range [][]string{
		{"demo", "generate", "--households", "3", "--out", households},
		{"migrate", "--data", real},
		{"import", "enrollments", households, "--data", real},
	} {
		if code, _, errs := call(t, args...); code != 0 {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	if err := os.MkdirAll(other, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(other, "demo.json"), `{"now": "2026-11-20T19:00:00Z", "database": "another"}`)
	demo := func(more ...string) []string {
		return append([]string{"demo", "--listen", "127.0.0.1:0", "--sandbox", "127.0.0.1:0"}, more...)
	}
	for says, args := range map[string][]string{
		"was not made by a demo": demo("--data", real),
		"holds accounts already": demo("--data", filepath.Join(dir, "new"), "--database", "sqlite:"+filepath.Join(real, "quittance.db"), "--keys", filepath.Join(real, "keys")),
		"has another database":   demo("--data", other),
	} {
		if code, out, errs := call(t, args...); code != 1 || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 || out != "" {
			t.Errorf("%v: exit code %d, said %q, printed %q", args, code, errs, out)
		}
	}
	if code, out, errs := call(t, "import", "enrollments", households, "--data", real, "--json"); code != 0 || !strings.Contains(out, `"already_imported":true`) {
		t.Errorf("what was there is gone: exit code %d, %s%s", code, out, errs)
	}
}

// The bank of the demo has shown everything that the stories tell of it, the
// debit that came back too: nobody has to look at anything (ach status exits 0).
func TestTheDemosBankAgreesWithItsStories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line, stop := startDemo(t, dir)
	if i := line.Members[8]; i.Fixture != "I" || i.DueCents != 152_00 {
		t.Errorf("fixture I owes %+v, want what came back", i)
	}
	answer, err := http.Get(line.Sandbox + "/bank")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	for _, want := range []string{"R01", "STATEMENT-20261109.bai2", "STATEMENT-20261110.bai2"} {
		if err != nil || !strings.Contains(string(page), want) {
			t.Errorf("the bank's page lacks %s: %v", want, err)
		}
	}
	stop()
	for _, args := range [][]string{{"ach", "status"}, {"bank", "items"}, {"verify"}} {
		if code, out, errs := call(t, append(args, "--data", dir)...); code != 0 {
			t.Errorf("%s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
		}
	}
}

// The clock of the demo is moved over a bill day: every night on the way is
// lived through, and a command in its folder goes by its clock.
func TestDemoLivesThroughTheNights(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line, stop := startDemo(t, dir)
	answer, err := http.PostForm(line.Sandbox+"/control/clock", url.Values{"move": {"date"}, "date": {"2026-12-02"}})
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("moving the clock: %v %v", answer, err)
	}
	_ = answer.Body.Close()
	if answer, err = http.Get(line.Sandbox + "/bank"); err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(page), "STATEMENT-20261201.bai2") {
		t.Errorf("the bank has not lived through the days: %v", err)
	}
	_ = answer.Body.Close()
	stop()
	code, out, errs := call(t, "day", "status", "--data", dir, "--days", "100", "--json")
	var status closing.Status
	if err := json.Unmarshal([]byte(out), &status); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v: %s%s", code, err, out, errs)
	}
	for day := civil.MustParseDate("2026-11-20"); !day.After(civil.MustParseDate("2026-12-02")); day = day.AddDays(1) {
		want := closing.Complete
		if day == status.Today { // its evening is to come
			want = closing.Half
		}
		i := slices.IndexFunc(status.Days, func(d closing.Day) bool { return d.Date == day })
		if i < 0 || status.Days[i].State != want {
			t.Errorf("%s is not %s:\n%s", day, want, out)
		}
	}
}

// firstLine tells when something was written.
type firstLine struct {
	bytes.Buffer
	ready chan struct{}
}

func (f *firstLine) Write(p []byte) (int, error) {
	n, err := f.Buffer.Write(p)
	select {
	case <-f.ready:
	default:
		close(f.ready)
	}
	return n, err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

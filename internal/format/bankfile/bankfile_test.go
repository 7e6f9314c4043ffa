package bankfile_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/format/bankfile"
	"quittance.org/quittance/internal/format/formattest"
)

var update = flag.Bool("update", false, "write the golden files")

// Every sample of every format is recognised for what it is; the golden file
// holds the verdicts of all.
func TestSamples(t *testing.T) {
	t.Parallel()
	formats := map[string]bankfile.Format{
		"ach": bankfile.NACHA, "bai2": bankfile.BAI2, "lockbox": bankfile.Lockbox, "x937": bankfile.ImageCash, "iso20022": bankfile.ISO20022, "marketplace-xml": bankfile.Unknown,
		"x12-820": bankfile.X12, "x12-834": bankfile.X12, "x12-ack": bankfile.X12, "x12-envelope": bankfile.X12,
	}
	none := map[string]string{
		"bai2/moov-io+bai2/sample-parseError.txt": "begins with a record 00", "x12-envelope/olmelabs+EdiEngine/NonEdi.edi": "is no X12",
	}
	var out strings.Builder
	for _, s := range formattest.Samples(t, "*") {
		report, err := bankfile.Check(bytes.NewReader(s.Text))
		if err != nil {
			t.Fatal(err)
		}
		folder, _, _ := strings.Cut(s.Name, "/")
		if want := formats[folder]; report.Format != want && none[s.Name] == "" {
			t.Errorf("%s is taken for %s", s.Name, report.Format)
		}
		verdict := "refused"
		if report.Accepted {
			verdict = "accepted"
		}
		fmt.Fprintf(&out, "%s\t%s\t%s\n", s.Name, strings.TrimSpace(string(report.Format)+" "+report.Detail), verdict)
		if report.Accepted != (report.Judged && onlyNotes(report)) || report.Accepted && !report.Judged {
			t.Errorf("%s: %+v", s.Name, report)
		}
	}
	if *update {
		if err := os.WriteFile("testdata/samples.txt", []byte(out.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/samples.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Error(diff)
	}
}

func onlyNotes(r bankfile.Report) bool {
	for _, p := range r.Problems {
		if p.Reach != bankfile.Note {
			return false
		}
	}
	return true
}

func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, code string }{
		"nothing":          {"", "file.empty"},
		"a letter":         {"Dear Sir or Madam,\nI paid.\n", "format.unknown"},
		"a table":          {"account,amount\n100,5\n", "format.unknown"},
		"a table of codes": {"1,2,3\n1,2,3\n", "format.unknown"},
		"a picture":        {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "format.unknown"},
		"a page":           {"<html><body>not found</body></html>", "format.unknown"},
		"zeros":            {strings.Repeat("\x00", 5000), "format.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := bankfile.Check(strings.NewReader(c.file))
			if err != nil || report.Accepted || report.Judged || len(report.Problems) != 1 || report.Problems[0].Code != c.code {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

func TestErrorOfReadingIsPassedOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	zero := "101 110000000 1234567892612142000A094101BANK                   MARKETPLACE                    \n9000000000001000000000000000000000000000000000000000000                                       \n" + strings.Repeat(strings.Repeat("9", 94)+"\n", 98)
	statement := "01,A,B,261216,0630,1,,,2/\n02,B,A,1,261215,,USD,2/\n03,1,USD/\n" + strings.Repeat("16,195,0/\n", 1000) + "49,0,1002/\n98,0,1,1004/\n99,0,1,1006/\n"
	for _, file := range []string{zero, statement} {
		if report, err := bankfile.Check(strings.NewReader(file)); err != nil || !report.Accepted {
			t.Fatalf("%+v, %v", report, err)
		}
		report, err := bankfile.Check(io.MultiReader(strings.NewReader(file), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || report.Accepted {
			t.Errorf("accepted %v, said %v", report.Accepted, err)
		}
	}
	if _, err := bankfile.Check(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("said %v", err)
	}
}

// At most a thousand problems are listed; the rest is counted.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	file := "01,A,B,261216,0630,1,,,2/\n02,B,A,1,261215,,USD,2/\n03,1,USD/\n" + strings.Repeat("16,195,x/\n", 1500)
	report, err := bankfile.Check(strings.NewReader(file))
	if err != nil || len(report.Problems) != 1000 || report.LeftOff != 503 {
		t.Errorf("%d problems, %d left off, %v", len(report.Problems), report.LeftOff, err)
	}
	ach := "101 110000000 1234567892612142000A094101BANK                   MARKETPLACE                    \n" + strings.Repeat("7\n", 1500)
	report, err = bankfile.Check(strings.NewReader(ach))
	if err != nil || len(report.Problems) != 1000 || report.LeftOff < 500 {
		t.Errorf("%d problems, %d left off, %v", len(report.Problems), report.LeftOff, err)
	}
}

// FuzzCheck: no beginning of a file makes it fail.
func FuzzCheck(f *testing.F) {
	for _, s := range formattest.Samples(f, "*") {
		f.Add(s.Text[:min(len(s.Text), 500)])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		report, err := bankfile.Check(bytes.NewReader(file))
		if err != nil || report.Accepted && !report.Judged || !report.Accepted && len(report.Problems) == 0 {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/format/bankfile"
)

type fileCommand struct {
	Check fileCheck `cmd:"" help:"Say what a bank file is, and whether it is accepted."`
}

type fileCheck struct {
	Files []string `arg:"" name:"file" help:"The files; - is standard input."`
	JSON  bool     `help:"Print one line of JSON for each file."`
}

// Help is shown under the command's flags.
func (fileCheck) Help() string {
	return "Example:\n\n    quittance file check returns-261217.ach statement.bai\n\n" +
		"NACHA and BAI2 files are read whole: each problem is listed with line and field, and how far it reaches\n" +
		"(note, entry, batch, file; docs/FILES.md). X9.37, lockbox, X12 and ISO 20022 files are recognised and not\n" +
		"judged yet. Nothing is stored or sent. The exit code is 0 only when every file is accepted."
}

// checkedFile is what is said of one file.
type checkedFile struct {
	File string `json:"file"`
	bankfile.Report
	Error string `json:"error,omitempty"`
}

// Run checks the files one after the other. One that can not be read does not
// keep the others from being checked.
func (c fileCheck) Run(s Streams) error {
	refused := false
	for _, name := range c.Files {
		report, err := checkFile(name, s.In)
		said := checkedFile{File: name, Report: report}
		if err != nil {
			said.Accepted, said.Error = false, explain(err)
		}
		refused = refused || !said.Accepted
		if err := said.print(s.Out, c.JSON); err != nil {
			return err
		}
	}
	if refused {
		return errReported
	}
	return nil
}

func checkFile(name string, stdin io.Reader) (bankfile.Report, error) {
	none := bankfile.Report{Format: bankfile.Unknown, Contents: []bankfile.Content{}, Problems: []bankfile.Problem{}}
	if name == "-" {
		return bankfile.Check(stdin)
	}
	f, err := os.Open(name)
	if err != nil {
		return none, fault.Wrap(fault.Invalid, "cli.file", err, "can not read the file")
	}
	defer f.Close()
	return bankfile.Check(f)
}

func (f checkedFile) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(f)
	}
	if f.Error != "" {
		_, err := fmt.Fprintf(w, "%s: not read: %s\n", f.File, f.Error)
		return err
	}
	var b strings.Builder
	verdict := "refused"
	switch {
	case f.Accepted:
		verdict = "accepted"
	case !f.Judged:
		verdict = "not accepted"
	}
	fmt.Fprintf(&b, "%s: %s: %s\n", f.File, f.what(), verdict)
	for _, c := range f.Contents {
		fmt.Fprintf(&b, "  %s: %s\n", c.What, thousands(c.Count))
	}
	if f.Debits != nil && f.Credits != nil {
		fmt.Fprintf(&b, "  debits %s, credits %s\n", f.Debits.Format(), f.Credits.Format())
	}
	for _, p := range f.Problems {
		fmt.Fprintf(&b, "  line %d: %s: %s [%s, %s]\n", p.Line, p.Field, p.Message, p.Code, p.Reach)
	}
	if f.LeftOff > 0 {
		fmt.Fprintf(&b, "  and %s more\n", thousands(f.LeftOff))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// what names the format in words.
func (f checkedFile) what() string {
	switch f.Format {
	case bankfile.Unknown:
		return "no format that is known"
	case bankfile.ImageCash:
		return "X9.37 image cash letter"
	case bankfile.Lockbox:
		return "lockbox file"
	}
	return strings.TrimSpace(string(f.Format) + " file " + f.Detail)
}

package nacha

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/moov-io/ach"
)

// secondOpinionMax bounds the files that moov-io/ach is asked about: it holds
// all of a file, ten times over.
const secondOpinionMax = 8 << 20

// Check reads a whole file and says whether it is accepted: all of it can be
// used, and its totals agree. A file that is accepted and not too large is
// shown to moov-io/ach as well; what that says is a note, because it refuses
// some things that the network allows (ADR 0014). The error is one of reading.
func Check(r io.Reader) (Report, error) {
	kept := &keeper{most: secondOpinionMax}
	report := Report{Accepted: true, Counts: map[Kind]int{}}
	reader := NewReader(io.TeeReader(r, kept))
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			report.Accepted = false
			return report, err
		}
		report.add(&item)
	}
	if report.Accepted && !kept.full {
		report.note(secondOpinion(kept.Bytes()))
	}
	return report, nil
}

// keeper keeps what passes, until it is too much.
type keeper struct {
	bytes.Buffer
	most int
	full bool
}

func (k *keeper) Write(b []byte) (int, error) {
	if k.full = k.full || k.Len()+len(b) > k.most; k.full {
		k.Buffer = bytes.Buffer{}
		return len(b), nil
	}
	return k.Buffer.Write(b)
}

func (r *Report) add(item *Item) {
	r.Counts[item.Kind]++
	switch item.Kind {
	case KindFile:
		if r.Counts[KindFile] == 1 {
			r.Header = item.Header
		}
	case KindEnd:
		r.Debit, r.Credit = sum(r.Debit, item.Totals.Debit), sum(r.Credit, item.Totals.Credit)
	case KindProblem:
	default:
		if !item.Usable() {
			r.SetAside++
		}
	}
	r.note(item.Problems)
}

func (r *Report) note(problems []Problem) {
	for _, p := range problems {
		if p.Spoils != SpoilsNothing {
			r.Accepted = false
		}
		if len(r.Problems) < ReportProblemsMax {
			r.Problems = append(r.Problems, p)
		} else {
			r.LeftOff++
		}
	}
}

// secondOpinion asks the library. Its messages quote names and account
// numbers: only line and field are passed on.
func secondOpinion(file []byte) (problems []Problem) {
	defer func() {
		if recover() != nil {
			problems = []Problem{{1, "file", "library.failed", "a second reader (moov-io/ach) fails on the file", SpoilsNothing}}
		}
	}()
	_, err := ach.NewReader(bytes.NewReader(file)).Read()
	if err == nil {
		return nil
	}
	for _, m := range libraryPlace.FindAllStringSubmatch(err.Error(), reportLibraryMax) {
		line, _ := strconv.Atoi(m[1])
		problems = append(problems, Problem{line, strings.TrimSpace(m[2] + " " + m[3]), "library.refused", libraryRefuses, SpoilsNothing})
	}
	if len(problems) == 0 {
		problems = []Problem{{1, "file", "library.refused", libraryRefuses, SpoilsNothing}}
	}
	return problems
}

const (
	libraryRefuses   = "a second reader (moov-io/ach) refuses the file here"
	reportLibraryMax = 10
)

// libraryPlace finds line, record and field in the library's messages.
var libraryPlace = regexp.MustCompile(`(?m)^line:(\d+) record:(\w+) (?:\*ach\.FieldError (\w+)|\S+)`)

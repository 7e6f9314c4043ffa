package enrolling

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
)

// Reject is one problem of one row of a file.
type Reject struct {
	Line    int64
	Column  int64 // 0 when it is about the whole row
	Field   string
	Code    string
	Message string
}

// rejectPage is how many problems are read at a time.
const rejectPage = 500

// Rejects hands on every problem of a file, in the order of its lines, until
// yield says no.
func (s *Service) Rejects(ctx context.Context, id FileID, yield func(Reject) bool) error {
	return s.eachReject(ctx, id, func(r store.InboundReject) error {
		if !yield(Reject{r.Line, r.Column, r.Field, r.Code, r.Message}) {
			return errEnough
		}
		return nil
	})
}

var errEnough = errors.New("enrolling: enough")

func (s *Service) eachReject(ctx context.Context, id FileID, each func(store.InboundReject) error) error {
	var after store.InboundReject
	for {
		var page []store.InboundReject
		err := s.db.Read(ctx, "rejects", func(tx *store.ReadTx) error {
			var err error
			page, err = tx.InboundRejects(id, after, rejectPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if err := each(r); errors.Is(err, errEnough) {
				return nil
			} else if err != nil {
				return err
			}
		}
		after = page[len(page)-1]
	}
}

// WriteRejects writes the reject file: the rows that could not be used as they
// were, with line, column and problem in front. Corrected, it can be imported
// as it is: these three columns are ignored.
func (s *Service) WriteRejects(ctx context.Context, id FileID, out io.Writer) error {
	header, err := s.header(ctx, id)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, rejectHeader+header+"\n"); err != nil {
		return fmt.Errorf("write reject file: %w", err)
	}
	var row []store.InboundReject
	flush := func() error {
		if len(row) == 0 {
			return nil
		}
		_, err := io.WriteString(out, rejectLine(row))
		row = row[:0]
		return err
	}
	err = s.eachReject(ctx, id, func(r store.InboundReject) error {
		if len(row) > 0 && row[0].Line != r.Line {
			if err := flush(); err != nil {
				return err
			}
		}
		row = append(row, r)
		return nil
	})
	if err = errors.Join(err, flush()); err != nil {
		return fmt.Errorf("write reject file: %w", err)
	}
	return nil
}

// rejectLine is one row with all its problems; the column is that of the first.
func rejectLine(problems []store.InboundReject) string {
	texts := make([]string, len(problems))
	for i, p := range problems {
		texts[i] = enrollcsv.Problem{Field: p.Field, Column: int(p.Column), Code: p.Code, Message: p.Message}.String()
	}
	column := ""
	if c := problems[0].Column; c > 0 {
		column = strconv.FormatInt(c, 10)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{strconv.FormatInt(problems[0].Line, 10), column, strings.Join(texts, "; ")}) // to memory
	w.Flush()
	return strings.TrimSuffix(b.String(), "\n") + "," + problems[0].Row + "\n"
}

// header gives the column names of a kept file, without those of a reject file.
func (s *Service) header(ctx context.Context, id FileID) (string, error) {
	var first []byte
	err := s.db.Read(ctx, "enrollment file", func(tx *store.ReadTx) error {
		if _, err := tx.InboundFile(id); err != nil {
			return err
		}
		var err error
		first, err = tx.InboundFilePart(id, 0)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return "", fault.New(fault.NotFound, "import.not_found", "no such file was imported")
	}
	if err != nil {
		return "", err
	}
	r := enrollcsv.NewReader(newWithoutProblems(bytes.NewReader(first)))
	_, _ = r.Next() // what follows the header does not matter here
	return r.Header(), nil
}

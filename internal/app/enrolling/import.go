package enrolling

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/spool"
)

// FileID names a file that came in.
type FileID = store.InboundFileID

// fileKind is the kind under which enrollment files are kept.
const fileKind = "enrollments"

// ImportInput is an enrollment file.
type ImportInput struct {
	Name     string // as the operator calls it
	Actor    string // who imports it, for the audit
	Reader   io.Reader
	Progress func(rows int64) // rows done so far, after each transaction; may be nil
}

// Result is what importing a file came to, earlier runs on the same file
// included.
type Result struct {
	FileID      FileID
	ImportedOn  civil.Instant // zero, unless exactly this file was imported before
	Accepted    int64         // households that are new or changed
	Unchanged   int64         // households that were known just so
	Rejected    int64         // rows that could not be used
	ContinuedAt int64         // the line at which an import that had stopped went on; 0: from the start
}

// fileBytesMax bounds a file: twenty million rows.
const fileBytesMax = 4 << 30

// Import takes an enrollment file in. The file is kept whole, its households
// are stored a few hundred at a time, and rows that can not be used are
// recorded with why. A file that was imported before changes nothing; one whose
// import was stopped goes on where it stopped.
//
// First bills of new enrollments are asked for, not made: the caller runs them
// once the file is in.
func (s *Service) Import(ctx context.Context, in ImportInput) (Result, error) {
	spooled, err := spool.Read(ctx, io.LimitReader(in.Reader, fileBytesMax+1), fileBytesMax)
	if err != nil {
		return Result{}, err
	}
	defer spooled.Close()
	if !spooled.Whole() {
		return Result{}, fault.New(fault.Invalid, "file.too_large", "the file has more than %d GB: split it", fileBytesMax>>30)
	}
	b := newBatches(spooled)
	first, err := b.next() // an unreadable file is refused before it is kept
	if err != nil {
		return Result{}, err
	}
	file, err := s.receive(ctx, in, spooled)
	if err != nil {
		return Result{}, err
	}
	if !file.FinishedAt.IsZero() {
		return resultOf(file, file.FinishedAt, 0), nil
	}
	continued := file.NextLine
	i := importing{Service: s, batches: b, file: file, in: in, growth: s.db.NewGrowth()}
	if err := i.run(ctx, first); err != nil {
		return resultOf(i.file, civil.Instant{}, continued), err
	}
	return resultOf(i.file, civil.Instant{}, continued), nil
}

func resultOf(f store.InboundFile, importedOn civil.Instant, continued int64) Result {
	return Result{f.ID, importedOn, f.Accepted, f.Unchanged, f.Rejected, continued}
}

// receive keeps the file, or finds it kept.
func (s *Service) receive(ctx context.Context, in ImportInput, spooled *spool.File) (store.InboundFile, error) {
	var file store.InboundFile
	err := s.again(ctx, func() error {
		return s.db.InTx(ctx, "receive enrollment file", func(tx *store.Tx) error {
			var err error
			file, err = tx.InboundFileByHash(fileKind, spooled.SHA256)
			if fault.KindOf(err) != fault.NotFound {
				return err
			}
			file = store.InboundFile{
				ID: ident.ID[store.InboundFile]{UUID: tx.NewID()}, Kind: fileKind, Name: in.Name, SHA256: spooled.SHA256, Size: spooled.Size,
			}
			return tx.InsertInboundFile(file, spooled.Content())
		})
	})
	return file, err
}

// importing is one run over one file.
type importing struct {
	*Service
	*batches
	file store.InboundFile
	in   ImportInput
	rows int64

	growth *store.Growth
}

func (i *importing) run(ctx context.Context, b *batch) error {
	for {
		if err := i.batch(ctx, b); err != nil {
			return fmt.Errorf("import enrollments: %w", err)
		}
		var err error
		if b, err = i.next(); errors.Is(err, io.EOF) {
			return i.growth.End(ctx)
		} else if err != nil {
			return err
		}
	}
}

// batch stores one batch, what an earlier run has done left out.
func (i *importing) batch(ctx context.Context, b *batch) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	i.rows += b.read
	if b.next > i.file.NextLine {
		var done store.InboundFile
		err := i.again(ctx, func() error {
			return i.db.InTx(ctx, "import enrollments", func(tx *store.Tx) error {
				var err error
				done, err = i.store(tx, b)
				return err
			})
		})
		if err != nil {
			return err
		}
		i.file = done
		if err := i.growth.Add(ctx, len(b.households)); err != nil {
			return err
		}
	}
	if i.in.Progress != nil {
		i.in.Progress(i.rows)
	}
	return nil
}

// store is the transaction of one batch. It gives the file as it is after it.
func (i *importing) store(tx *store.Tx, b *batch) (store.InboundFile, error) {
	file := i.file
	rejects := slices.DeleteFunc(slices.Clone(b.rejects), func(r *enrollcsv.RowError) bool { return int64(r.Line) < file.NextLine })
	var households []*enrollcsv.Household
	for _, h := range b.households {
		if int64(h.Line) >= file.NextLine {
			households = append(households, h)
		}
	}
	d, err := newDecider(tx, households)
	if err != nil {
		return file, err
	}
	d.cause = store.AuditEvent{Operation: "enrollment.import", Actor: i.in.Actor, Reason: "file " + file.ID.String()}
	step := store.InboundProgress{From: file.NextLine, To: b.next}
	for n, h := range b.households {
		if int64(h.Line) < file.NextLine {
			continue
		}
		out, problems := d.household(h)
		rejects = append(rejects, i.rowErrors(b, n, problems)...)
		switch {
		case len(out.Enrollments) == 0: // nothing of it was taken
		case out.Change == ChangeUnchanged:
			step.Unchanged++
		default:
			step.Accepted++
		}
	}
	if err := d.write(); err != nil {
		return file, err
	}
	rejects = byLine(rejects)
	step.Rejected = int64(len(rejects))
	if err := tx.InsertInboundRejects(file.ID, i.problems(rejects)); err != nil {
		return file, err
	}
	tx.AdvanceInboundFile(file.ID, step, errElsewhere)
	if b.last {
		tx.FinishInboundFile(file.ID)
	}
	file.NextLine, file.Accepted, file.Unchanged, file.Rejected =
		step.To, file.Accepted+step.Accepted, file.Unchanged+step.Unchanged, file.Rejected+step.Rejected
	return file, nil
}

var errElsewhere = fault.New(fault.Conflict, "import.elsewhere", "this file is being imported by somebody else at this moment: wait for that to end")

// problems gives rows that can not be used as they are recorded.
func (i *importing) problems(rejects []*enrollcsv.RowError) []store.InboundReject {
	var all []store.InboundReject
	for _, r := range rejects {
		byColumn := slices.SortedStableFunc(slices.Values(r.Problems), func(a, b enrollcsv.Problem) int { return cmp.Compare(a.Column, b.Column) })
		for n, p := range byColumn {
			reject := store.InboundReject{Line: int64(r.Line), Seq: int64(n + 1), Field: p.Field, Code: p.Code, Message: p.Message}
			if p.Column > 0 {
				reject.Column = int64(p.Column + i.strip.shift())
			}
			if n == 0 {
				reject.Row = r.Raw
			}
			all = append(all, reject)
		}
	}
	return all
}

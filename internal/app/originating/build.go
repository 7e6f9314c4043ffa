package originating

import (
	"context"
	"fmt"
	"io"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// actorSystem is who builds in the evening.
const actorSystem = "system"

// Built is what building came to.
type Built struct {
	Files   int  // that are whole now, and were not before
	Held    int  // of these, how many wait for a second person
	Undone  int  // payments of debits that no file may hold: their mandate is disputed (ACH-33)
	Refused int  // of these, those that could not be undone
	Stopped bool // no debit was taken: too many have come back (ACH-34)
	ach.Totals
}

// ToLookAt is how many things a person must look at.
func (b Built) ToLookAt() int {
	n := b.Held + b.Refused
	if b.Stopped {
		n++
	}
	return n
}

// Build puts what waits into a file for the bank day date, once its cut-off has
// passed. On a day on which banks are closed it builds nothing. A file that a
// crash left half built is finished first. What comes while a file is built waits
// for the next one: the next time, or the next bank day.
//
// A date that is built late is built for the bank day that it has become: no
// file can settle in the past (ACH-20).
func (s *Service) Build(ctx context.Context, date civil.Date) (Built, error) {
	return s.BuildAs(ctx, date, actorSystem)
}

// BuildAs is Build on behalf of somebody, who then can not release the files.
func (s *Service) BuildAs(ctx context.Context, date civil.Date, actor string) (Built, error) {
	var built Built
	if !civil.BankDays.IsBusinessDay(date) {
		return built, nil
	}
	if _, err := s.bank(); err != nil {
		return built, err
	}
	if today := s.profile.Today(s.db.Now()); today.After(date) {
		date = civil.BankDays.OnOrAfter(today)
	}
	var err error
	if built.Undone, err = s.takeBackDisputed(ctx); err != nil {
		return built, err
	}
	kinds, err := s.kinds(ctx, date)
	if err != nil {
		return built, err
	}
	built.Stopped = len(kinds) < len(ach.Kinds)
	for isNew := false; !isNew; {
		var f store.ACHFile
		var ok bool
		if f, ok, isNew, err = s.begin(ctx, date, actor, kinds); err != nil || !ok {
			break
		}
		if f, err = s.fill(ctx, f, kinds); err != nil {
			return built, err
		}
		if f, err = s.seal(ctx, f); err != nil {
			return built, err
		}
		built.add(f)
	}
	return built, s.countRefused(ctx, &built, err)
}

// kinds gives the kinds of entries that may be sent on a day: all, or none that
// takes money when too many debits have come back (ACH-34).
func (s *Service) kinds(ctx context.Context, date civil.Date) ([]ach.Kind, error) {
	if s.guard == nil {
		return ach.Kinds, nil
	}
	err := s.guard.MayDebit(ctx, date)
	if fault.Is(err, ach.CodeGuardStop) {
		s.log.ErrorContext(ctx, "no debit is sent: too many have come back", "error", err)
		return []ach.Kind{ach.KindPrenote, ach.KindReversal, ach.KindRefund}, nil
	}
	return ach.Kinds, err
}

func (b *Built) add(f store.ACHFile) {
	if f.Entries == 0 {
		return
	}
	b.Files++
	b.Totals = b.Totals.Add(f.Totals)
	if f.State == ach.FileHeld {
		b.Held++
	}
}

// countRefused counts the entries that wait and can not leave, unless there is
// an error already.
func (s *Service) countRefused(ctx context.Context, built *Built, err error) error {
	if err != nil {
		return err
	}
	return s.db.Read(ctx, "count refused entries", func(tx *store.ReadTx) (err error) {
		built.Refused, err = tx.RefusedEntries()
		return err
	})
}

// begin gives the file to fill: one that was begun and not finished, or a new
// one if anything waits; ok is false if there is nothing to do.
func (s *Service) begin(ctx context.Context, bankOn civil.Date, actor string, kinds []ach.Kind) (f store.ACHFile, ok, isNew bool, err error) {
	err = s.inTx(ctx, "begin file", func(tx *store.Tx) error {
		f, ok, isNew = store.ACHFile{}, false, false
		today, err := tx.ACHFilesOn(bankOn)
		if err != nil {
			return err
		}
		modifier, free := freeModifier(today)
		next := s.newFile(bankOn, modifier, actor)
		unfinished, err := tx.UnfinishedACHFiles()
		switch {
		case err != nil:
			return err
		case len(unfinished) > 0 && !unfinished[0].BankOn.Before(bankOn):
			f, ok = unfinished[0], true
			return nil
		case !free:
			return errDayFull(bankOn)
		case len(unfinished) > 0:
			f, ok = unfinished[0], true
			f.BankOn, f.Modifier, f.SettleOn, f.Name = next.BankOn, next.Modifier, next.SettleOn, next.Name
			tx.RedateACHFile(f)
			return nil
		}
		if ok, err = anyWaiting(tx, kinds, next.SettleOn); err != nil || !ok {
			return err
		}
		f, isNew = next, true
		f.ID, f.OpenedAt = ach.FileID{UUID: tx.NewID()}, tx.Now()
		tx.OpenACHFile(f)
		return nil
	})
	return f, ok, isNew, err
}

// freeModifier gives the first modifier that no file of the day has.
func freeModifier(files []store.ACHFile) (string, bool) {
	taken := map[string]bool{}
	for _, f := range files {
		taken[f.Modifier] = true
	}
	for n := 0; ; n++ {
		if modifier, ok := ach.Modifier(n); !ok || !taken[modifier] {
			return modifier, ok
		}
	}
}

// newFile is a file as the profile has it today; from now on the file says it.
func (s *Service) newFile(bankOn civil.Date, modifier, actor string) store.ACHFile {
	b := s.profile.Bank
	return store.ACHFile{
		BankFile: ach.BankFile{
			BankOn: bankOn, Modifier: modifier, SettleOn: ach.Settles(bankOn), Name: ach.FileName(bankOn, modifier), State: ach.FileBuilding,
		},
		BankRouting: b.Routing, BankName: b.Name, Origin: b.Origin, OriginName: b.OriginName, CompanyName: b.CompanyName,
		CompanyID: b.CompanyID, Description: b.Description, BuiltBy: actor,
	}
}

// batches visits kinds and classes of entries in the order of a file.
func batches(kinds []ach.Kind, visit func(ach.Kind, ach.SEC) (goOn bool, err error)) error {
	for _, kind := range kinds {
		for _, class := range ach.Classes {
			if goOn, err := visit(kind, class); err != nil || !goOn {
				return err
			}
		}
	}
	return nil
}

func anyWaiting(tx *store.Tx, kinds []ach.Kind, settleOn civil.Date) (any bool, err error) {
	err = batches(kinds, func(kind ach.Kind, class ach.SEC) (bool, error) {
		any, err = tx.AnyACHWaiting(kind, class, settleOn)
		return !any, err
	})
	return any, err
}

// fill files what waits, chunk by chunk. It goes on after the last batch that
// is there: what has come since for an earlier one waits for the next file.
func (s *Service) fill(ctx context.Context, f store.ACHFile, kinds []ach.Kind) (store.ACHFile, error) {
	var there []store.ACHBatch
	err := s.db.Read(ctx, "batches of a file", func(tx *store.ReadTx) (err error) {
		there, err = tx.ACHBatches(f.ID)
		return err
	})
	if err != nil {
		return f, err
	}
	at := filling{file: f}
	for _, b := range there {
		at.batch, at.places = b, at.places+int64(b.Entries)
	}
	started := len(there) == 0
	err = batches(kinds, func(kind ach.Kind, class ach.SEC) (bool, error) {
		started = started || kind == at.batch.Kind && class == at.batch.SEC
		for more := started; more; {
			if more, err = s.fillChunk(ctx, &at, kind, class); err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return f, err
}

// filling is how far a file is filled.
type filling struct {
	file   store.ACHFile
	batch  store.ACHBatch // the last one
	places int64
}

// microEntries is how many entries one verification has: two credits and the
// debit that takes them back (ACH-11).
const microEntries = 3

// chunkOf is how many entries of a kind are filed at once. Those of one
// verification stay together.
func (s *Service) chunkOf(kind ach.Kind) int {
	if kind == ach.KindMicro {
		return max(s.chunk-s.chunk%microEntries, microEntries)
	}
	return s.chunk
}

func (s *Service) fillChunk(ctx context.Context, at *filling, kind ach.Kind, class ach.SEC) (more bool, err error) {
	next := *at
	err = s.inTx(ctx, "fill file", func(tx *store.Tx) error {
		next, more = *at, false
		filed, err := tx.FileEntries(store.FileChunk{
			File: at.file, Kind: kind, SEC: class, After: at.places, Goes: at.batch.Kind == kind && at.batch.SEC == class, Most: s.chunkOf(kind),
		})
		if err != nil || filed.Entries == 0 {
			return err
		}
		if next.batch.Kind != kind || next.batch.SEC != class || filed.NewRound {
			next.batch = store.ACHBatch{Number: at.batch.Number + 1, Kind: kind, SEC: class}
		}
		grown := next.batch
		grown.Totals = filed.Totals
		tx.GrowACHBatch(at.file.ID, grown)
		next.places, more = at.places+int64(filed.Entries), true
		return nil
	})
	if err == nil {
		*at = next
	}
	return more, err
}

// heldByGuard is why a file is held that was filled before debits were stopped.
const heldByGuard = "too many debits have come back (ACH-34)"

// mayLeave fails with ach.CodeGuardStop when something takes money while no debit
// may be sent (ACH-34). It is asked of a file before it is sealed, sent or
// released: what it holds may be older than the stop.
func (s *Service) mayLeave(ctx context.Context, t ach.Totals) error {
	if s.guard == nil || !t.Debits.IsPositive() {
		return nil
	}
	return s.guard.MayDebit(ctx, s.today())
}

// seal records what a filled file holds, and the sum of its text. One that is
// larger than may leave waits for a second person.
func (s *Service) seal(ctx context.Context, f store.ACHFile) (store.ACHFile, error) {
	text, err := s.write(ctx, f, io.Discard)
	if err != nil {
		return f, err
	}
	stop := s.mayLeave(ctx, text.Totals)
	if stop != nil && !fault.Is(stop, ach.CodeGuardStop) {
		return f, stop
	}
	err = s.inTx(ctx, "seal file", func(tx *store.Tx) error {
		sum, err := filedTotals(tx, f.ID)
		switch {
		case err != nil:
			return err
		case sum.Entries == 0:
			tx.DropACHFile(f.ID)
			return nil
		case sum != text.Totals:
			return fault.New(fault.Internal, CodeTampered, "the text of %s does not hold what was put into the file", f.Name)
		}
		day, err := earlierOf(tx, f)
		if err != nil {
			return err
		}
		over := s.limits(f.BankOn).Exceeded(sum, day)
		if stop != nil {
			over = append(over, heldByGuard)
		}
		f.Totals, f.Bytes, f.SHA256, f.HeldFor, f.State = sum, text.bytes, text.sha256, strings.Join(over, "; "), ach.FileBuilt
		if len(over) > 0 {
			f.State = ach.FileHeld
		}
		tx.ACHFileBuilt(f)
		tx.Audit(store.AuditEvent{
			AccountID: aboutFile(f), Operation: "ach.build", Actor: f.BuiltBy, Subject: "file " + f.Name,
			Summary: fmt.Sprintf("%d entries, debits %s, credits %s, %s", sum.Entries, sum.Debits, sum.Credits, f.State), Reason: f.HeldFor,
		})
		return nil
	})
	return f, err
}

// filedTotals adds up the batches of a file.
func filedTotals(tx *store.Tx, id ach.FileID) (ach.Totals, error) {
	list, err := tx.ACHBatches(id)
	sum := ach.Totals{}
	for _, b := range list {
		sum = sum.Add(b.Totals)
	}
	return sum, err
}

// earlierOf adds up the other files of a bank day, whoever has them.
func earlierOf(tx *store.Tx, f store.ACHFile) (ach.Totals, error) {
	all, err := tx.ACHFilesOn(f.BankOn)
	sum := ach.Totals{}
	for _, other := range all {
		if other.ID != f.ID && other.State != ach.FileWithdrawn {
			sum = sum.Add(other.Totals)
		}
	}
	return sum, err
}

func (s *Service) limits(on civil.Date) ach.Limits {
	a := s.profile.ACH
	return ach.Limits{
		File: ach.Limit{Entries: a.FileEntries.On(on), Debits: a.FileDebits.On(on), Credits: a.FileCredits.On(on)},
		Day:  ach.Limit{Entries: a.DayEntries.On(on), Debits: a.DayDebits.On(on), Credits: a.DayCredits.On(on)},
	}
}

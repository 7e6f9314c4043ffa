package receiving

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/store"
)

// Item is an item of a bank file.
type Item = store.BankItem

// Name names the item for people and commands: FILE:LINE:NUMBER.
func (o Open) Name() string { return fmt.Sprintf("%s:%d:%d", o.File, o.Line, o.Seq) }

// ParseItem reads the name of an item.
func ParseItem(name string) (store.BankItemID, error) {
	var id store.BankItemID
	parts := strings.Split(name, ":")
	if len(parts) == 3 {
		file, err := ident.ParseID[store.InboundFile](parts[0])
		line, lineErr := strconv.ParseInt(parts[1], 10, 64)
		seq, seqErr := strconv.ParseInt(parts[2], 10, 64)
		if id = (store.BankItemID{File: file, Line: line, Seq: seq}); err == nil && lineErr == nil && seqErr == nil {
			return id, nil
		}
	}
	return id, fault.At("item", "bank_item.name", "%.60q does not name an item: take it from quittance bank items", name)
}

// Open is an item of a bank file that staff look at, or that waits.
type Open struct {
	store.BankItem
	BankDays int  // that it has been open
	Due      bool // it waits no longer: for staff
}

// Queue gives up to limit items that wait or are set aside, the oldest first;
// those after another one, or from the first. A line of the statement waits
// some bank days for what it is about, and is a break from then on.
func (s *Service) Queue(ctx context.Context, after store.BankItem, limit int) ([]Open, error) {
	return s.queueOn(ctx, s.today(), after, limit)
}

func (s *Service) queueOn(ctx context.Context, date civil.Date, after store.BankItem, limit int) ([]Open, error) {
	var all []Open
	err := s.db.Read(ctx, "queue of bank items", func(tx *store.ReadTx) error {
		all = nil
		items, err := tx.OpenBankItems(after, limit)
		for _, i := range items {
			days := bankDaysBetween(i.On, date)
			all = append(all, Open{i, days, i.State == store.BankItemSetAside || days > s.profile.Statement.OpenDays})
		}
		return err
	})
	return all, err
}

// openItems counts what is for staff on a date, and what may still find what it
// is about.
func (s *Service) openItems(ctx context.Context, date civil.Date) (forStaff, waiting int, err error) {
	var after store.BankItem
	for {
		page, err := s.queueOn(ctx, date, after, linesAtOnce)
		if err != nil || len(page) == 0 {
			return forStaff, waiting, err
		}
		for _, o := range page {
			if o.Due {
				forStaff++
			} else {
				waiting++
			}
		}
		after = page[len(page)-1].BankItem
	}
}

// CodeNotOpen marks an item that nobody has to deal with.
const CodeNotOpen = "bank_item.not_open"

// Resolve records that staff have dealt with an item, and how. It moves no
// money.
func (s *Service) Resolve(ctx context.Context, id store.BankItemID, by access.Actor, how string) error {
	if err := by.Check(access.ResolveBankItem, how); err != nil {
		return err
	}
	return s.db.InTx(ctx, "resolve bank item", func(tx *store.Tx) error {
		i, err := tx.BankItem(id)
		if err != nil {
			return err
		}
		if i.State != store.BankItemWaiting && i.State != store.BankItemSetAside {
			return fault.New(fault.Conflict, CodeNotOpen, "nobody has to deal with this item: it is %s", i.State)
		}
		from := i.State
		i.State, i.Note, i.By = store.BankItemResolved, how, by.Name
		tx.MoveBankItem(i, from)
		tx.Audit(store.AuditEvent{
			AccountID: accountOr(i.AccountID), Operation: string(access.ResolveBankItem), Actor: by.Name, Subject: "bank item " + i.Key,
			Summary: string(from) + " since " + i.On.String(), Reason: how,
		})
		return nil
	})
}

// Package receiving takes in what the bank sends: returns and corrections of
// our ACH entries, and the statement. Every file is kept whole and every item
// of it ends up posted, known already, noted, or in the queue of staff with its
// line and the reason. The same item counts once, however often it comes and in
// whatever file (ACH-42).
//
// Each item is a transaction of its own, so that a bad one holds up no other
// and a crash loses nothing. A statement's lines move money from clearing to
// cash where they agree with it to the cent; what does not agree waits and is
// never guessed (BANK-15).
package receiving

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

const actor = "system:receiving"

// Payments takes payments back.
type Payments interface {
	// TakeBack undoes a payment, and tells whether it was not undone before. One
	// of which something was paid out is refused with payment.CodeRefunded, and
	// nothing is undone.
	TakeBack(tx *store.Tx, account enrollment.AccountID, id payment.ID, code string, on civil.Date) (isNew bool, err error)
}

// AutoPay hears in the same transaction what the bank says of accounts that it
// may debit.
type AutoPay interface {
	// Returned does what follows when a debit came back: on the mandate, the next
	// presentation, the saved account (ACH-30 to ACH-33). undone says that its
	// payment was taken back by another way, or can not be.
	Returned(tx *store.Tx, e ach.Entry, code string, on civil.Date, undone bool) error
	// Corrected has mandates and saved accounts go on with a bank account as its
	// bank has corrected it, and tells whether any did (ACH-40).
	Corrected(tx *store.Tx, account enrollment.AccountID, from, to payment.BankAccountID, code string, on civil.Date) (used bool, err error)
	// Prenoted records the bank's answer to a prenote; code "" means that it did
	// not object in time (ACH-10).
	Prenoted(tx *store.Tx, account enrollment.AccountID, bank payment.BankAccountID, code string, on civil.Date) error
	// MicroReturned posts that a micro-entry came back and ends the verification
	// that it belongs to (ACH-11).
	MicroReturned(tx *store.Tx, e ach.Entry, code string, on civil.Date) error
}

// Refunds hears what became of refunds that went out as ACH credits.
type Refunds interface {
	// Paid posts that the bank has paid a refund out.
	Paid(tx *store.Tx, e ach.Entry, on civil.Date) error
	// CameBack posts that the bank could not pay a refund.
	CameBack(tx *store.Tx, e ach.Entry, code string, on civil.Date) error
}

// Config is what the service works with.
type Config struct {
	DB       *store.DB
	Profile  *profile.Profile
	Payments Payments
	AutoPay  AutoPay
	Refunds  Refunds
	Link     ach.Link // nil: files come by hand only
	Log      *slog.Logger
}

// Service takes bank files in. It is safe for concurrent use.
type Service struct {
	db       *store.DB
	profile  *profile.Profile
	payments Payments
	autopay  AutoPay
	refunds  Refunds
	link     ach.Link
	log      *slog.Logger
	chunk    int   // entries of a file settled in one transaction
	keepMost int64 // bytes of a file that are kept and read
}

// How much is done and held at a time.
const (
	chunkEntries = 2000
	keepMost     = 256 << 20
	keepPrefix   = 1 << 20 // of a file that is larger
)

// New makes the service.
func New(c Config) *Service {
	if c.DB == nil || c.Profile == nil || c.Payments == nil || c.AutoPay == nil || c.Refunds == nil || c.Log == nil {
		panic("receiving: New needs all of its Config but the link")
	}
	return &Service{
		db: c.DB, profile: c.Profile, payments: c.Payments, autopay: c.AutoPay, refunds: c.Refunds, link: c.Link, log: c.Log,
		chunk: chunkEntries, keepMost: keepMost,
	}
}

// FileKind says what a file from the bank is.
type FileKind string

// The kinds of file.
const (
	FileACH       FileKind = "ach"       // NACHA: returns, corrections, credits of others
	FileStatement FileKind = "statement" // BAI2
	FileAck       FileKind = "acknowledgment"
	FileUnknown   FileKind = "unknown"
)

// Report is what taking a file in came to, earlier tries included.
type Report struct {
	FileID   store.InboundFileID `json:"file_id"`
	Name     string              `json:"name"`
	Kind     FileKind            `json:"kind"`
	SHA256   string              `json:"sha256"`
	Size     int64               `json:"size"`
	Whole    bool                `json:"kept_whole"` // false: too large, only its beginning is kept
	TakenOn  civil.Instant       `json:"taken_on,omitzero"`
	Posted   int64               `json:"posted"`
	Noted    int64               `json:"noted"`
	Known    int64               `json:"known"`
	Waiting  int64               `json:"waiting"`
	SetAside int64               `json:"set_aside"`
}

// Today is the business date now.
func (s *Service) today() civil.Date { return s.profile.Today(s.db.Now()) }

// Fetched is what a look into the bank's mailbox came to.
type Fetched struct {
	Files     []Report
	Prenotes  int // that nobody objected to
	Deposited int // lines of statements that agreed, new and old
	Guard     Guard
	Waiting   int // lines that may still find what they are about
	ForStaff  int // items that are set aside, and lines that have waited too long
}

// ToLookAt counts what a person must look at: the queue, and return rates that
// are high (ACH-34).
func (f Fetched) ToLookAt() int {
	if f.Guard.Level == ach.LevelOK && f.Guard.Micro.Level == ach.LevelOK {
		return f.ForStaff
	}
	return f.ForStaff + 1
}

// Counts adds up what became of the items of all files.
func (f Fetched) Counts() (total Report) {
	for _, r := range f.Files {
		total.Posted += r.Posted
		total.Noted += r.Noted
		total.Known += r.Known
		total.Waiting += r.Waiting
		total.SetAside += r.SetAside
	}
	return total
}

// Fetch takes in what the bank has for us, as of a business date, and looks
// again at what waited: the first step of a business day. A crash at any point
// is made good by the next call. A file leaves the mailbox once it is worked
// off. One that can not be opened is set aside and stays there; if one fails,
// the others are worked off all the same, and the next call tries it again.
func (s *Service) Fetch(ctx context.Context, date civil.Date) (Fetched, error) {
	var f Fetched
	failed, err := s.fetchFiles(ctx, date, &f)
	if err != nil {
		return f, err
	}
	if f.Deposited, err = s.Reconcile(ctx, date); err != nil {
		return f, errors.Join(failed, err)
	}
	if failed == nil { // a bank's no may stand in a file that was not read
		if f.Prenotes, err = s.answerPrenotes(ctx, date); err != nil {
			return f, err
		}
	}
	if f.Guard, err = s.Judge(ctx, date); err != nil {
		return f, errors.Join(failed, err)
	}
	f.ForStaff, f.Waiting, err = s.openItems(ctx, date)
	return f, errors.Join(failed, err)
}

// fetchFiles takes in what lies in the mailbox. failed is about single files; err
// is about the line or the database, and ends it.
func (s *Service) fetchFiles(ctx context.Context, date civil.Date, f *Fetched) (failed, err error) {
	if s.link == nil {
		return nil, nil
	}
	files, err := s.link.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if _, isAck := ach.IsAck(file.Name); isAck {
			continue // of a file of ours: whoever sends those reads it
		}
		report, err := s.fetch(ctx, file.Name, date)
		switch {
		case err == nil:
			f.Files = append(f.Files, report)
		case !ours(err):
			return failed, err
		case fault.KindOf(err) == fault.Invalid:
			if err := s.unopened(ctx, file, err, date); err != nil {
				return failed, err
			}
		default:
			failed = errors.Join(failed, fmt.Errorf("bank file %s: %w", file.Name, err))
		}
	}
	return failed, nil
}

// unopened puts a file into the queue of staff that can not be opened, such as
// one that the bank has not sealed. It stays in the mailbox: the bank may put
// another one in its place.
func (s *Service) unopened(ctx context.Context, file ach.File, why error, date civil.Date) error {
	s.log.ErrorContext(ctx, "a file of the bank can not be opened", "name", file.Name, "error", why)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s", file.Name, file.Size, fault.CodeOf(why)))
	return s.db.InTx(ctx, "set bank file aside", func(tx *store.Tx) error {
		return tx.PutBankFileAside(store.InboundFile{Name: file.Name, SHA256: hex.EncodeToString(sum[:])}, strings.NewReader(""), store.BankItem{
			Kind: itemFile, On: date, Reason: fault.CodeOf(why), Note: file.Name + ": " + why.Error(), By: actor,
		})
	})
}

func (s *Service) fetch(ctx context.Context, name string, date civil.Date) (Report, error) {
	in, err := s.link.Get(ctx, name)
	if err != nil {
		return Report{}, err
	}
	defer in.Close()
	report, err := s.take(ctx, name, in, date)
	if err != nil {
		return report, err
	}
	return report, s.link.Done(ctx, name)
}

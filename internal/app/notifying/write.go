package notifying

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// Sent is what a round of letters came to.
type Sent struct {
	Letters    int // written: by e-mail, on paper or both
	Emails     int // of them, by e-mail
	Printed    int // of them, to be printed
	Suppressed int // not true any more, or a reminder that nobody can get
	SetAside   int // accounts or bills that no letter could be written to
}

func (s *Sent) add(more Sent) {
	s.Letters += more.Letters
	s.Emails += more.Emails
	s.Printed += more.Printed
	s.Suppressed += more.Suppressed
	s.SetAside += more.SetAside
}

// CodeNoAddress marks a letter that should be printed and has nowhere to go.
const CodeNoAddress = "letter.no_address"

var errNoAddress = fault.New(fault.Invalid, CodeNoAddress, "the account has no mailing address: ask the eligibility system for it")

// recipient is an account with what letters to it need.
type recipient struct {
	account   store.AccountRow
	mailing   string // street and town in lines; "" if nobody knows
	paperless bool   // a member chose e-mail only, and account.Email is their address
	texts     bool   // somebody has agreed to text messages about the bills
	online    bool   // a member has connected the coverage
}

// recipientOf gives who documents of a kind go to, as the members of the
// account chose (A14, REG-45). E-mail goes to a member where there is one: that
// address was shown to be theirs, the one in the enrollment file was not.
func recipientOf(tx *store.ReadTx, a store.AccountRow, document identity.Document) (recipient, error) {
	chosen, err := tx.LetterChoice(a.ID, document)
	if chosen.Language != "" {
		a.Language = chosen.Language
	}
	if chosen.Email != "" {
		a.Email = chosen.Email
	}
	return recipient{a, chosen.Mailing, chosen.Only, chosen.Texts, chosen.Online}, err
}

// ways decides how a letter goes. Paper is the rule: a deadline is never told
// by e-mail alone, unless the person chose that (brief 17, REG-45). E-mail goes
// in addition where there is an address. What only reminds of a bill goes by
// e-mail alone. A text message never goes alone.
func (r recipient) ways(reminder bool) Ways {
	w := Ways{Email: r.account.Email != "", Print: !reminder && r.mailing != "" && !r.paperless}
	w.Text = r.texts && (w.Email || w.Print)
	return w
}

// nowhere tells whether there is no way to tell the recipient.
func (r recipient) nowhere(reminder bool) bool {
	return !reminder && r.mailing == "" && !r.paperless && r.account.Email == ""
}

// reader names the recipient to whoever writes.
func (r recipient) reader(reminder bool) Reader {
	a := r.account
	return Reader{
		Account: a.ID, FirstName: a.FirstName, LastName: a.LastName, SubscriberID: a.SubscriberID, BillingNumber: a.BillingNumber,
		Language: a.Language, Ways: r.ways(reminder),
	}
}

// envelope is the lines of the address.
func (r recipient) envelope() string {
	lines := strings.TrimSpace(r.account.FirstName + " " + r.account.LastName)
	if r.mailing != "" {
		lines += "\n" + r.mailing + " " + r.account.ZIP
	}
	return lines
}

// write seals a letter and keeps it.
func (s *Service) write(tx *store.Tx, to recipient, w Words, source ident.UUID) (Sent, error) {
	letter, err := seal(w)
	if err != nil {
		return Sent{}, err
	}
	return s.keepSealed(tx, to, letter, source)
}

// keepSealed keeps a letter, once for each of its ways, and asks for the e-mail
// to be sent. One about the same source that is kept already stays as it is.
func (s *Service) keepSealed(tx *store.Tx, to recipient, w sealed, source ident.UUID) (Sent, error) {
	var sent Sent
	m := store.Message{
		AccountID: to.account.ID, Template: w.Template, Version: w.Version, Language: w.Language, Source: source, Subject: w.Subject,
	}
	if w.Text != "" {
		mail := m
		mail.ID, mail.Channel, mail.Address = tx.NewMessageID(), store.ChannelEmail, pii.NewSecret(to.account.Email)
		mail.Text, mail.HTML = w.Text, w.HTML
		isNew, err := tx.InsertMessage(mail)
		if err != nil {
			return sent, err
		}
		if isNew {
			sent.Emails++
			if err := s.jobs.SendMessage(tx, mail.AccountID, mail.ID); err != nil {
				return sent, err
			}
		}
	}
	if w.document != nil {
		paper := m
		paper.ID, paper.Channel, paper.Address = tx.NewMessageID(), store.ChannelPrint, pii.NewSecret(to.envelope())
		paper.Stock, paper.Document = w.stock, w.document
		isNew, err := tx.InsertMessage(paper)
		if err != nil {
			return sent, err
		}
		if isNew {
			sent.Printed++
		}
	}
	if sent.Emails+sent.Printed == 0 {
		return sent, nil
	}
	sent.Letters++
	return sent, s.alsoByText(tx, to.account.ID, w.Short, w.Language, source)
}

// sealed is a letter as it is kept.
type sealed struct {
	Words
	stock    store.Stock
	document []byte // what is printed; nil: nothing
}

// seal makes the form in which a letter is kept.
func seal(w Words) (sealed, error) {
	s := sealed{Words: w, stock: store.StockLetter}
	var err error
	switch {
	case w.Bill != nil:
		s.stock = store.StockBill
		s.document, err = pack(w.Bill)
	case w.Letter != nil:
		s.document, err = pack(w.Letter)
	}
	if err != nil {
		return s, fmt.Errorf("seal letter %s: %w", w.Template, err)
	}
	return s, nil
}

func pack(document any) ([]byte, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	out, err := packer()
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	out.Reset(&packed)
	_, err = out.Write(text)
	err = errors.Join(err, out.Close())
	select {
	case packers <- out:
	default: // there are enough
	}
	return packed.Bytes(), err
}

// packers are used again: one takes a megabyte, and a letter a few hundred
// bytes. A sync.Pool would forget them with each collection of garbage.
var packers = make(chan *flate.Writer, 4)

func packer() (*flate.Writer, error) {
	select {
	case out := <-packers:
		return out, nil
	default:
		return flate.NewWriter(io.Discard, flate.BestSpeed)
	}
}

// unpack reads the sealed form of what is printed.
func unpack(packed []byte, document any) error {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, document)
}

// settled records what became of the duty to write: a paper letter that has
// nowhere to go is for staff, even where an e-mail went out.
func settled(tx *store.Tx, to recipient, reminder bool, e store.LetterException) error {
	switch {
	case to.nowhere(reminder):
		return errNoAddress
	case reminder || to.mailing != "" || to.paperless:
		tx.LetterWorked(e.Account, e.Source)
	default:
		tx.LetterFailed(because(e, errNoAddress))
	}
	return nil
}

// setAside records that a letter could not be written, if the cause lies in
// the account's data: the others go on.
func (s *Service) setAside(ctx context.Context, e store.LetterException, cause error) (Sent, error) {
	if passing(cause) {
		return Sent{}, cause
	}
	err := s.db.InTx(ctx, "set letter aside", func(tx *store.Tx) error {
		tx.LetterFailed(because(e, cause))
		return nil
	})
	return Sent{SetAside: 1}, err
}

// passing tells whether an error lies in no account's data and passes.
func passing(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || fault.KindOf(err) == fault.Unavailable
}

// because gives the exception with its cause.
func because(e store.LetterException, cause error) store.LetterException {
	if e.Code = fault.CodeOf(cause); e.Code == "" {
		e.Code = "letter.failed"
	}
	e.Reason = cause.Error()
	return e
}

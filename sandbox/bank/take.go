package bank

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/moov-io/ach"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// The answers to a file.
const (
	Accepted = "accepted"
	Refused  = "refused"
)

// Ack is what the bank answers to a file.
type Ack struct {
	File     string
	Status   string
	First    string // of a file that came before: the name under which it was taken
	SHA256   string
	Received civil.Instant
	Batches  int
	Entries  int
	Debits   money.Amount
	Credits  money.Amount
	Reasons  []string // why it was refused
	Warnings []string
}

// File is a file that the originator sent.
type File struct {
	Ack  Ack
	Size int
	Body []byte // nil where the bank forgets
}

// most reasons are told of one file; more are no help.
const most = 20

// text writes the acknowledgment, a line for each thing said. Banks have no
// standard for it (ACH-43).
func (a *Ack) text(zone *time.Location) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "file: %s\nstatus: %s\n", a.File, a.Status)
	if a.First != "" {
		fmt.Fprintf(&w, "first: %s\n", a.First)
	}
	fmt.Fprintf(&w, "sha256: %s\nreceived: %s\nbatches: %d\nentries: %d\ndebits: %s\ncredits: %s\n",
		a.SHA256, a.Received.Time().In(zone).Format(time.RFC3339), a.Batches, a.Entries, a.Debits, a.Credits)
	for _, r := range a.Reasons {
		fmt.Fprintf(&w, "reason: %s\n", oneLine(r))
	}
	for _, r := range a.Warnings {
		fmt.Fprintf(&w, "warning: %s\n", oneLine(r))
	}
	return w.Bytes()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// takeFile takes, refuses or knows a file, and answers.
func (b *Bank) takeFile(a act) {
	sum := sha256.Sum256(a.Body)
	f := &File{Size: len(a.Body), Ack: Ack{File: a.Name, Status: Accepted, SHA256: hex.EncodeToString(sum[:]), Received: a.At}}
	if !b.options.Forget {
		f.Body = a.Body
	}
	first := b.byHash[f.Ack.SHA256]
	switch {
	case first != nil && first.Ack.File == a.Name:
		f.Ack = first.Ack // the originator has not seen the answer
		f.Ack.First, f.Ack.Received = a.Name, a.At
	case first != nil:
		f.Ack.Status, f.Ack.First, f.Ack.Reasons = Refused, first.Ack.File, []string{"it was taken before, as " + first.Ack.File}
	case b.refusal != "":
		f.Ack.Status, f.Ack.Reasons = Refused, []string{b.refusal}
		b.refusal = ""
	default:
		b.examine(f, a)
	}
	b.files = append(b.files, f)
	if b.faults.NoAck {
		return
	}
	from := a.At
	if b.faults.LateAck {
		from = from.Add(ackDelay)
	}
	b.put(&Out{Name: a.Name + ".ack", Body: f.Ack.text(b.options.Zone), From: from})
}

// examine checks a file and takes its entries, all or none.
func (b *Bank) examine(f *File, a act) {
	c := &check{bank: b, taken: b.today(), ack: &f.Ack, seen: map[string]bool{}}
	file := c.read(a.Body)
	if file != nil {
		c.file(file)
	}
	if len(f.Ack.Reasons) > 0 {
		f.Ack.Status = Refused
		return
	}
	b.byHash[f.Ack.SHA256] = f
	b.byHeader[c.header] = f
	for _, e := range c.entries {
		e.File = f.Ack.File
		b.entries = append(b.entries, e)
		b.byTrace[e.Trace], b.traces[e.Trace] = e, e.TakenOn
		if e.Description == retryDescription {
			t := b.tries[e.key()]
			t.Again++
			b.tries[e.key()] = t
		}
	}
}

// check looks at one file.
type check struct {
	bank    *Bank
	taken   civil.Date // the bank day that takes it
	ack     *Ack
	header  string
	seen    map[string]bool // traces
	entries []*Entry
}

func (c *check) refuse(format string, args ...any) {
	if len(c.ack.Reasons) < most {
		c.ack.Reasons = append(c.ack.Reasons, fmt.Sprintf(format, args...))
	}
}

func (c *check) warn(format string, args ...any) {
	if len(c.ack.Warnings) < most {
		c.ack.Warnings = append(c.ack.Warnings, fmt.Sprintf(format, args...))
	}
}

// maxLines is how long a file may be.
const maxLines = 20_000_000

// read lets the library look at form, totals and the rules of each class.
func (c *check) read(body []byte) *ach.File {
	r := ach.NewReader(bytes.NewReader(body))
	r.SetMaxLines(maxLines)
	file, err := r.Read()
	if err == nil {
		err = file.Validate()
	}
	if err != nil {
		c.refuse("not a valid file: %v", err)
		return nil
	}
	if line := shortLine(body); line > 0 {
		c.refuse("line %d does not have 94 characters", line)
	}
	return &file
}

// shortLine gives the first line that is not of 94 characters, 0 if none: the
// library pads them, and the originator should not count on it.
func shortLine(body []byte) int {
	n := 0
	for line := range bytes.Lines(body) {
		n++
		if len(bytes.TrimRight(line, "\r\n")) != 94 {
			return n
		}
	}
	return 0
}

// file checks what the library can not know: to whom the file is, from whom,
// and whether it came before.
func (c *check) file(f *ach.File) {
	h := &f.Header
	if strings.TrimSpace(h.ImmediateDestination) != c.bank.options.Routing {
		c.refuse("the file is for %s, this bank is %s", h.ImmediateDestination, c.bank.options.Routing)
	}
	c.header = h.FileCreationDate + h.FileIDModifier
	if first := c.bank.byHeader[c.header]; first != nil {
		c.refuse("file %s of %s was %s: another one needs another modifier", h.FileIDModifier, h.FileCreationDate, first.Ack.File)
	}
	if len(f.IATBatches) > 0 || f.IsADV() {
		c.refuse("international and advice batches are not taken")
	}
	for _, batch := range f.Batches {
		c.batch(batch)
	}
	c.ack.Batches, c.ack.Entries = len(f.Batches), len(c.entries)
	c.ack.Debits = money.Cents(int64(f.Control.TotalDebitEntryDollarAmountInFile))
	c.ack.Credits = money.Cents(int64(f.Control.TotalCreditEntryDollarAmountInFile))
}

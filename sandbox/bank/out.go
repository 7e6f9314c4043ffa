package bank

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
)

// Out is a file of the bank for the originator.
type Out struct {
	Name string
	Body []byte
	From civil.Instant // it lies in the outbox from then on
	Done bool          // the originator has it
}

// put lays a file in the outbox. A newer one of the same name replaces one
// that was not taken.
func (b *Bank) put(o *Out) {
	i := slices.IndexFunc(b.out, func(other *Out) bool { return other.Name == o.Name && !other.Done })
	if i >= 0 {
		b.out[i] = o
		return
	}
	b.out = append(b.out, o)
}

// putDated lays a file of a bank day in the outbox, and again under another
// name if the bank does everything twice.
func (b *Bank) putDated(name, extension string, body []byte, from civil.Instant) {
	b.put(&Out{Name: name + extension, Body: body, From: from})
	if b.faults.Twice {
		b.put(&Out{Name: name + "-2" + extension, Body: body, From: from})
	}
}

// setDone notes that the originator has a file.
func (b *Bank) setDone(name string) {
	for _, o := range b.out {
		if o.Name == name {
			o.Done = true
		}
	}
}

// Outbox gives what lies there for the originator now, by name.
func (b *Bank) Outbox(now civil.Instant) ([]Out, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return nil, err
	}
	var all []Out
	for _, o := range b.out {
		if !o.Done && !o.From.After(now) {
			all = append(all, *o)
		}
	}
	slices.SortFunc(all, func(x, y Out) int { return strings.Compare(x.Name, y.Name) })
	return all, nil
}

// Archive gives the files that the bank has taken, and those of its own that
// the originator has put away, the oldest first.
func (b *Bank) Archive(now civil.Instant) ([]Out, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.run(now); err != nil {
		return nil, err
	}
	var all []Out
	for _, f := range b.files {
		all = append(all, Out{Name: f.Ack.File, Body: f.Body, From: f.Ack.Received, Done: true})
	}
	for _, o := range b.out {
		if o.Done {
			all = append(all, *o)
		}
	}
	return all, nil
}

// Open gives the text of a file of the outbox, also of one that was put away,
// or of one that the bank has taken.
func (b *Bank) Open(name string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range slices.Backward(b.out) {
		if o.Name == name {
			return o.Body, nil
		}
	}
	for _, f := range slices.Backward(b.files) {
		if f.Ack.File == name {
			return f.Body, nil
		}
	}
	return nil, fmt.Errorf("bank: %s: %w", name, fs.ErrNotExist)
}

// Done notes that the originator has a file and put it away.
func (b *Bank) Done(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.out, func(o *Out) bool { return o.Name == name && !o.Done }) {
		return nil
	}
	return b.do(act{Kind: actDone, Name: name})
}

// Has tells whether a file of this name was taken, whatever the answer was.
func (b *Bank) Has(name string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(b.files, func(f *File) bool { return f.Ack.File == name })
}

var errNoEntry = errors.New("bank: no entry has this trace")

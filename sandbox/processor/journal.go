package processor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// entry is one line of the journal: the newest version of one thing.
type entry struct {
	State    *state    `json:"state,omitempty"`
	Delivery *delivery `json:"delivery,omitempty"`
}

// journal is an append-only file of JSON lines. Each line is one write, so a
// killed process leaves at most one torn line, at the end.
type journal struct{ file *os.File }

func (j *journal) append(e entry) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}

// openJournal reads the journal into memory, cuts off a torn last line and
// leaves the file open for more.
func (p *Processor) openJournal(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	whole, err := p.replay(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	p.deliveries = slices.DeleteFunc(p.deliveries, func(d *delivery) bool { return d.Done })
	p.journal = &journal{file}
	return nil
}

// replay gives the length of the whole lines.
func (p *Processor) replay(r io.Reader) (int64, error) {
	lines := bufio.NewReader(r)
	deliveries := map[string]*delivery{}
	whole := int64(0)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil // what is left has no line end: it was never answered for
		}
		if err != nil {
			return 0, err
		}
		var e entry
		if err := json.Unmarshal(bytes.TrimSpace(line), &e); err != nil {
			return 0, fmt.Errorf("line %d is damaged: %w", n, err)
		}
		p.restore(e, deliveries)
		whole += int64(len(line))
	}
}

func (p *Processor) restore(e entry, deliveries map[string]*delivery) {
	if e.State != nil {
		if known, ok := p.sessions[e.State.Session.ID]; ok {
			*known = *e.State
		} else {
			p.index(e.State)
		}
	}
	if d := e.Delivery; d != nil {
		if known, ok := deliveries[d.ID]; ok {
			*known = *d
		} else {
			deliveries[d.ID] = d
			p.deliveries = append(p.deliveries, d)
		}
	}
}

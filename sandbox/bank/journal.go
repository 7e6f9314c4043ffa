package bank

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"quittance.org/quittance/internal/base/civil"
)

// actKind is what the bank was handed.
type actKind string

const (
	actFile    actKind = "file"
	actClose   actKind = "close"
	actDeposit actKind = "deposit"
	actNotice  actKind = "notice"
	actRefuse  actKind = "refuse"
	actFaults  actKind = "faults"
	actDone    actKind = "done"
)

// act is one thing that the bank was handed. Everything that it is follows
// from these, in their order.
type act struct {
	Kind    actKind       `json:"kind"`
	At      civil.Instant `json:"at,omitzero"`
	On      civil.Date    `json:"on,omitzero"`
	Name    string        `json:"name,omitempty"`
	Body    []byte        `json:"body,omitempty"`
	Trace   string        `json:"trace,omitempty"`
	Code    string        `json:"code,omitempty"`
	Data    string        `json:"data,omitempty"`
	Set     bool          `json:"set,omitempty"`
	Deposit *Deposit      `json:"deposit,omitempty"`
	Faults  *Faults       `json:"faults,omitempty"`
}

// journal is an append-only file of JSON lines. Each line is one write, so a
// killed process leaves at most one torn line, at the end.
type journal struct{ file *os.File }

func (j *journal) append(a act) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(a)
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

// openJournal lives through the journal, cuts off a torn last line and leaves
// the file open for more.
func (b *Bank) openJournal(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	whole, err := b.replay(file)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	b.journal = &journal{file}
	return nil
}

// replay gives the length of the whole lines.
func (b *Bank) replay(r io.Reader) (int64, error) {
	lines := bufio.NewReader(r)
	whole := int64(0)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil // what is left has no line end: nobody had an answer to it
		}
		if err != nil {
			return 0, err
		}
		var a act
		if err := json.Unmarshal(bytes.TrimSpace(line), &a); err != nil {
			return 0, fmt.Errorf("line %d is damaged: %w", n, err)
		}
		b.apply(a)
		whole += int64(len(line))
	}
}

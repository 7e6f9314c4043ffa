// Package journal keeps what a part of the sandbox must not forget when the
// demo is killed: an append-only file of JSON lines.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Journal is an append-only file with a T on each line. Each line is one write,
// so a killed process leaves at most one torn line, at the end. A nil Journal
// keeps nothing.
type Journal[T any] struct{ file *os.File }

// Open hands each line of the file at path to apply, in their order, cuts off a
// torn last line and leaves the file open for more. A missing file is made. A
// damaged line is an error that names it.
func Open[T any](path string, apply func(T)) (*Journal[T], error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	whole, err := replay(file, apply)
	if err == nil {
		err = file.Truncate(whole)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Journal[T]{file}, nil
}

// replay gives the length of the whole lines.
func replay[T any](r io.Reader, apply func(T)) (int64, error) {
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
		var item T
		if err := json.Unmarshal(bytes.TrimSpace(line), &item); err != nil {
			return 0, fmt.Errorf("line %d is damaged: %w", n, err)
		}
		apply(item)
		whole += int64(len(line))
	}
}

// Append writes one more line.
func (j *Journal[T]) Append(item T) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(item)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

// Close closes the file. Nothing is lost without it.
func (j *Journal[T]) Close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}

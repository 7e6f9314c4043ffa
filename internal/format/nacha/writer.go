package nacha

import (
	"errors"
	"io"
)

// Writer writes one file. It holds one record at a time.
type Writer struct {
	out    io.Writer
	header Header
}

// NewWriter begins a file.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	return &Writer{out: w, header: h}, nil
}

// Batch ends the batch before and begins another.
func (w *Writer) Batch(h BatchHeader) error { return errors.ErrUnsupported }

// Entry writes an entry with its addenda. One that is refused leaves the file
// as it was, so that the others can go on. A batch that is full is ended, and
// another with the same header begun.
func (w *Writer) Entry(e Entry) error { return errors.ErrUnsupported }

// Close ends the last batch and the file. It does not close what it writes to.
func (w *Writer) Close() (Totals, error) { return Totals{}, errors.ErrUnsupported }

package nacha

import (
	"bufio"
	"errors"
	"io"
)

// Reader reads a file item by item.
type Reader struct {
	in *bufio.Reader
}

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{in: bufio.NewReader(r)} }

// Next gives the next item, and io.EOF after the last. Any other error is one
// of reading, not of the file's content: that is in the items' Problems.
func (r *Reader) Next() (Item, error) { return Item{}, errors.ErrUnsupported }

// Check reads a whole file and says whether it is accepted: all of it can be
// used, and its totals agree.
func Check(r io.Reader) (Report, error) { return Report{}, errors.ErrUnsupported }

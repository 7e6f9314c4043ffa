package enrolling

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"quittance.org/quittance/internal/base/fault"
)

// fileBytesMax bounds a file: twenty million rows.
const fileBytesMax = 4 << 30

// spool is a file on its way in, on disk: its hash must be known before
// anything is stored, and it may be larger than memory.
type spool struct {
	file   *os.File
	size   int64
	sha256 string
}

// newSpool reads in to its end.
func newSpool(ctx context.Context, in io.Reader) (*spool, error) {
	file, err := os.CreateTemp("", "quittance-import-*")
	if err != nil {
		return nil, fmt.Errorf("keep the file while it is read: %w", err)
	}
	// Without a name nobody else can open it, and nothing stays behind however
	// this process ends. Where the system refuses that, close removes it.
	_ = os.Remove(file.Name())
	s := &spool{file: file}
	hash := sha256.New()
	s.size, err = io.Copy(io.MultiWriter(file, hash), io.LimitReader(&cancelled{ctx, in}, fileBytesMax+1))
	if err == nil && s.size > fileBytesMax {
		err = fault.New(fault.Invalid, "file.too_large", "the file has more than %d GB: split it", fileBytesMax>>30)
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("read the file: %w", err)
	}
	s.sha256 = hex.EncodeToString(hash.Sum(nil))
	return s, nil
}

// content reads the file from its beginning; each call has its own position.
func (s *spool) content() io.Reader { return io.NewSectionReader(s.file, 0, s.size) }

func (s *spool) close() {
	_ = s.file.Close()
	if err := os.Remove(s.file.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return // it lies in the system's folder for temporary files
	}
}

// cancelled reads until its context ends.
type cancelled struct {
	ctx context.Context
	in  io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.in.Read(p)
}

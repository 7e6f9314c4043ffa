// Package spool keeps a file on disk while it is on its way in: its sum must be
// known before anything of it is stored, and it may be larger than memory.
package spool

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// File is a file that was read to its end. Only its beginning is there if it is
// longer than was asked for.
type File struct {
	Size   int64 // of all of it, in bytes
	Kept   int64 // of the beginning that is there
	SHA256 string

	file *os.File
}

// Read reads in to its end, or until ctx is done, and keeps at most so many
// bytes of it. The caller closes the file.
func Read(ctx context.Context, in io.Reader, most int64) (*File, error) {
	file, err := os.CreateTemp("", "quittance-*")
	if err != nil {
		return nil, fmt.Errorf("keep the file while it is read: %w", err)
	}
	// Without a name nobody else can open it, and nothing stays behind however
	// this process ends. Where the system refuses that, Close removes it.
	_ = os.Remove(file.Name())
	f := &File{file: file}
	hash := sha256.New()
	all := io.TeeReader(&cancelled{ctx, in}, hash)
	f.Kept, err = io.Copy(file, io.LimitReader(all, most))
	if err == nil {
		f.Size, err = io.Copy(io.Discard, all)
		f.Size += f.Kept
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("read the file: %w", err)
	}
	f.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return f, nil
}

// Whole tells whether all of the file is there.
func (f *File) Whole() bool { return f.Kept == f.Size }

// Content reads what is kept; each call has its own position.
func (f *File) Content() io.Reader { return io.NewSectionReader(f.file, 0, f.Kept) }

// Close lets go of the file.
func (f *File) Close() {
	_ = f.file.Close()
	if err := os.Remove(f.file.Name()); err != nil && !errors.Is(err, os.ErrNotExist) {
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

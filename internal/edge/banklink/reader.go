package banklink

import (
	"context"
	"errors"
	"io"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

// remoteFile is a file of the bank's that is read. When the line fails it goes
// on where it was, a few times.
type remoteFile struct {
	ctx    context.Context
	link   *Link
	name   string
	at     int64
	failed int // in a row
	r      io.ReadCloser
}

func (f *remoteFile) reopen() error {
	return f.link.try(f.ctx, "get "+f.name, func(t tree) (err error) {
		f.r, err = t.open(f.name, f.at)
		return err
	})
}

// Read is of io.Reader.
func (f *remoteFile) Read(p []byte) (int, error) {
	for {
		if f.r == nil {
			if err := f.reopen(); err != nil {
				return 0, err
			}
		}
		n, err := f.r.Read(p)
		f.at += int64(n)
		if n > 0 {
			f.failed = 0
			return n, nil // an error shows again
		}
		if err == nil || errors.Is(err, io.EOF) {
			return n, err
		}
		if f.failed++; f.failed >= tries || f.ctx.Err() != nil {
			return 0, fault.Wrap(fault.Unavailable, ach.CodeLinkSilent, err, "the bank does not answer (get %s)", f.name)
		}
		f.link.line.drop()
		f.r = nil
	}
}

// Close is of io.Closer.
func (f *remoteFile) Close() error {
	if f.r == nil {
		return nil
	}
	err := f.r.Close()
	f.r = nil
	return err
}

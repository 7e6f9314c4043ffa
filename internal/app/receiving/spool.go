package receiving

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// spool is a file on its way in, on disk: its sum must be known before anything
// is stored, and it may be larger than memory. Of a file that is too large to
// be a bank's only the sum and the beginning are kept.
type spool struct {
	file   *os.File
	size   int64 // of all of it
	kept   int64 // of the beginning that is there
	sha256 string
}

// newSpool reads in to its end, and keeps at most so many bytes of it.
func newSpool(ctx context.Context, in io.Reader, most int64) (*spool, error) {
	file, err := os.CreateTemp("", "quittance-bank-*")
	if err != nil {
		return nil, fmt.Errorf("keep the file while it is read: %w", err)
	}
	// Without a name nobody else can open it, and nothing stays behind however
	// this process ends. Where the system refuses that, close removes it.
	_ = os.Remove(file.Name())
	s := &spool{file: file}
	hash := sha256.New()
	all := io.TeeReader(&cancelled{ctx, in}, hash)
	s.kept, err = io.Copy(file, io.LimitReader(all, most))
	if err == nil {
		s.size, err = io.Copy(io.Discard, all)
		s.size += s.kept
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("read the file: %w", err)
	}
	s.sha256 = hex.EncodeToString(hash.Sum(nil))
	return s, nil
}

// whole tells whether all of the file is there.
func (s *spool) whole() bool { return s.kept == s.size }

// content reads what is kept for good; each call has its own position.
func (s *spool) content() io.Reader {
	if s.whole() {
		return io.NewSectionReader(s.file, 0, s.size)
	}
	return io.NewSectionReader(s.file, 0, min(s.kept, keepPrefix))
}

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

// Why a file can not be read at all: reasons of items that are set aside.
const (
	reasonEmpty    = "file.empty"
	reasonTooLarge = "file.too_large"
	reasonEBCDIC   = "file.ebcdic"
	reasonUnknown  = "file.unknown"
)

var fileNotes = map[string]string{
	reasonEmpty:    "the file is empty",
	reasonTooLarge: "the file is larger than any the bank has reason to send: its beginning and its sum are kept, nothing of it was read",
	reasonEBCDIC:   "the file is in EBCDIC: ask the bank to send it as ASCII text",
	reasonUnknown:  "it is neither an ACH file nor a BAI2 statement",
}

// The first characters of a NACHA file and of a BAI2 file in EBCDIC.
var ebcdicBeginnings = [][]byte{{0xf1, 0xf0, 0xf1}, {0xf0, 0xf1, 0x6b}}

// recognize tells what a file is by how it begins, or why it is nothing.
func (s *spool) recognize() (FileKind, string, error) {
	if !s.whole() {
		return FileUnknown, reasonTooLarge, nil
	}
	begin := make([]byte, 1024)
	n, err := io.ReadFull(s.content(), begin)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return FileUnknown, "", err
	}
	begin = bytes.TrimLeft(bytes.TrimPrefix(begin[:n], []byte("\xef\xbb\xbf")), " \r\n\t")
	for _, ebcdic := range ebcdicBeginnings {
		if bytes.HasPrefix(begin, ebcdic) {
			return FileUnknown, reasonEBCDIC, nil
		}
	}
	switch {
	case len(begin) == 0:
		return FileUnknown, reasonEmpty, nil
	case bytes.HasPrefix(begin, []byte("01,")):
		return FileStatement, "", nil
	case looksACH(begin):
		return FileACH, "", nil
	}
	return FileUnknown, reasonUnknown, nil
}

// looksACH tells whether text begins with a record of a NACHA file. Banks send
// returns without a file header (ACH-42), and lines that are cut short.
func looksACH(begin []byte) bool {
	first := begin
	if end := bytes.IndexAny(begin, "\r\n"); end >= 0 {
		first = begin[:end]
	}
	if bytes.HasPrefix(first, []byte("101 ")) {
		return true
	}
	return len(first) >= 60 && bytes.IndexByte([]byte("1567"), first[0]) >= 0 && isDigit(first[1]) && isDigit(first[2])
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

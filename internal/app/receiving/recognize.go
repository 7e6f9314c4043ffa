package receiving

import (
	"bytes"
	"errors"
	"io"

	"quittance.org/quittance/internal/store/spool"
)

// keptOf reads what is kept for good of a file: all of it, or the beginning of
// one that is too large to be a bank's.
func keptOf(f *spool.File) io.Reader {
	if f.Whole() {
		return f.Content()
	}
	return io.LimitReader(f.Content(), keepPrefix)
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
func recognize(f *spool.File) (FileKind, string, error) {
	if !f.Whole() {
		return FileUnknown, reasonTooLarge, nil
	}
	begin := make([]byte, 1024)
	n, err := io.ReadFull(keptOf(f), begin)
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

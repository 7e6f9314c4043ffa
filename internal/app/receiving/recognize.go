package receiving

import (
	"bytes"
	"errors"
	"io"

	"quittance.org/quittance/internal/format/bankfile"
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
	reasonEBCDIC:   "the statement is in EBCDIC: ask the bank to send it as ASCII text",
	reasonUnknown:  "it is neither an ACH file nor a BAI2 statement",
}

// recognize tells what a file is by how it begins, or why it is nothing. It is
// what quittance file check says: an ACH file in EBCDIC is read as one, and a
// statement in EBCDIC is not.
func recognize(f *spool.File) (FileKind, string, error) {
	if !f.Whole() {
		return FileUnknown, reasonTooLarge, nil
	}
	head := make([]byte, bankfile.HeadSize)
	n, err := io.ReadFull(keptOf(f), head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return FileUnknown, "", err
	}
	head = head[:n]
	switch format, _ := bankfile.Recognise(head); {
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))) == 0:
		return FileUnknown, reasonEmpty, nil
	case format == bankfile.NACHA:
		return FileACH, "", nil
	case format == bankfile.BAI2 && head[0] >= 0x80 && head[0] != 0xef:
		return FileUnknown, reasonEBCDIC, nil
	case format == bankfile.BAI2:
		return FileStatement, "", nil
	}
	return FileUnknown, reasonUnknown, nil
}

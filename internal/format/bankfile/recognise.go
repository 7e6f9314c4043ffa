package bankfile

import (
	"bytes"
	"regexp"

	"golang.org/x/text/encoding/charmap"

	"quittance.org/quittance/internal/base/ident"
)

// HeadSize is how many bytes of a file are looked at to recognise it.
const HeadSize = 4 << 10

var (
	// An image cash letter begins with a file header: level, test or
	// production, two routing numbers, date, time, resend.
	imageCash = regexp.MustCompile(`^01\d\d[TP]\d{18}\d{12}[NYny]`)
	bai2Line  = regexp.MustCompile(`^(01|02|03|16|49|88|98|99),`)
	isoRoot   = regexp.MustCompile(`<(\w+:)?Document[\s>]`)
	isoName   = regexp.MustCompile(`urn:(?:iso:std:iso:20022:tech:xsd:|swift:xsd:)?([a-z]{4}\.\d{3}\.\d{3}\.\d{2})`)
	// Both begin with "1". A lockbox file goes on with a "2", which NACHA has
	// not.
	lockbox   = regexp.MustCompile(`^1[^\r\n]{20,}\r?\n2`)
	nachaFile = regexp.MustCompile(`^101`)
	nachaLine = regexp.MustCompile(`^(5(200|220|225|280)|6[2-8][1-9]\d{8}|7(05|98|99)|8(200|220|225|280)\d{16}|9\d{12})[^\r\n]{20,}`)
)

// Recognise tells the format of a file from its first bytes. Detail tells more
// where the beginning does: the transaction set, the kind of message.
func Recognise(head []byte) (format Format, detail string) {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if isImageCash(head) {
		return ImageCash, ""
	}
	if inEBCDIC(head) {
		head = fromEBCDIC(head)
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("ISA")) && len(head) > 3:
		return X12, transactionSet(head)
	case bytes.HasPrefix(head, []byte("<")) && isoRoot.Match(head):
		if name := isoName.FindSubmatch(head); name != nil {
			detail = string(name[1])
		}
		return ISO20022, detail
	case bai2Line.Match(head):
		return BAI2, ""
	case lockbox.Match(head):
		return Lockbox, ""
	case nachaFile.Match(head), nachaLine.Match(head):
		return NACHA, ""
	}
	return Unknown, ""
}

// isImageCash looks behind the length that stands before each record in most
// such files, in ASCII and in EBCDIC.
func isImageCash(head []byte) bool {
	if len(head) > 4 && head[0] == 0 && head[1] == 0 {
		head = head[4:]
	}
	return imageCash.Match(head) || inEBCDIC(head) && imageCash.Match(fromEBCDIC(head))
}

// inEBCDIC tells whether a file may begin with a digit of EBCDIC.
func inEBCDIC(head []byte) bool { return len(head) > 0 && head[0] >= 0xf0 && head[0] <= 0xf9 }

func fromEBCDIC(head []byte) []byte {
	out := make([]byte, 0, len(head))
	for _, b := range head {
		r := charmap.CodePage037.DecodeByte(b)
		if r == '\u0085' {
			r = '\n'
		}
		out = append(out, byte(min(r, '\x7f')))
	}
	return out
}

// transactionSet finds the first set of an interchange, behind "ST" and the
// character that separates elements, which stands after "ISA".
func transactionSet(head []byte) string {
	start := []byte{'S', 'T', head[3]}
	for at := bytes.Index(head, start); at > 0 && at+7 <= len(head); {
		set := head[at+3 : at+6]
		if !isLetter(head[at-1]) && ident.AllDigits(string(set)) && head[at+6] == head[3] {
			return string(set)
		}
		next := bytes.Index(head[at+1:], start)
		if next < 0 {
			return ""
		}
		at += 1 + next
	}
	return ""
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

package pdf

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
)

// ref is the number of an object.
type ref int

func (r ref) append(b []byte) []byte { return append(strconv.AppendInt(b, int64(r), 10), " 0 R"...) }

// file writes objects one after another and remembers where they are. Objects
// of one run lie together in one object stream, so that a bill of two hundred
// objects costs a few words of memory after it is written.
type file struct {
	out     io.Writer
	sum     hash.Hash
	at      int64
	last    ref
	runs    []run
	err     error
	squeeze *zlib.Writer
	small   bytes.Buffer // the result of squeeze, reused
}

// run is the place of count objects with consecutive numbers: alone at an
// offset, or in an object stream.
type run struct {
	first ref
	count int
	in    ref // the object stream, 0 if none
	at    int64
}

func newFile(out io.Writer) *file {
	f := &file{out: out, sum: sha256.New()}
	f.squeeze = zlib.NewWriter(&f.small)
	f.write([]byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"))
	return f
}

func (f *file) write(b []byte) {
	if f.err != nil {
		return
	}
	n, err := f.out.Write(b)
	f.sum.Write(b)
	f.at += int64(n)
	f.err = err
}

// reserve gives the first of count new numbers.
func (f *file) reserve(count int) ref {
	first := f.last + 1
	f.last += ref(count)
	return first
}

func (f *file) place(r ref) { f.runs = append(f.runs, run{first: r, count: 1, at: f.at}) }

// object writes a dictionary.
func (f *file) object(r ref, body []byte) {
	f.place(r)
	f.write(fmt.Appendf(nil, "%d 0 obj\n%s\nendobj\n", r, body))
}

// stream writes compressed data; entries is what its dictionary holds besides.
func (f *file) stream(r ref, entries string, data []byte) {
	f.place(r)
	small := f.compress(data)
	f.write(fmt.Appendf(nil, "%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>stream\n", r, entries, len(small)))
	f.write(small)
	f.write([]byte("\nendstream\nendobj\n"))
}

func (f *file) compress(data []byte) []byte {
	f.small.Reset()
	f.squeeze.Reset(&f.small)
	if _, err := f.squeeze.Write(data); err != nil && f.err == nil {
		f.err = err
	}
	if err := f.squeeze.Close(); err != nil && f.err == nil {
		f.err = err
	}
	return f.small.Bytes()
}

// pack writes dictionaries, numbered from first, as one object stream.
func (f *file) pack(first ref, bodies [][]byte) {
	var index, all []byte
	for i, body := range bodies {
		index = strconv.AppendInt(index, int64(first)+int64(i), 10)
		index = append(index, ' ')
		index = strconv.AppendInt(index, int64(len(all)), 10)
		index = append(index, ' ')
		all = append(append(all, body...), '\n')
	}
	r := f.reserve(1)
	entries := fmt.Sprintf("/Type/ObjStm/N %d/First %d", len(bodies), len(index))
	f.stream(r, entries, append(index, all...))
	f.runs = append(f.runs, run{first: first, count: len(bodies), in: r})
}

// end writes the table of all objects. Every number that was reserved must
// have been written.
func (f *file) end(catalog, info ref) error {
	r := f.reserve(1)
	f.runs = append(f.runs, run{first: r, count: 1, at: f.at})
	rows, err := f.table()
	if err != nil {
		return err
	}
	start, id := f.at, f.sum.Sum(nil)[:16]
	f.stream(r, fmt.Sprintf("/Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/ID[<%x><%x>]", r+1, catalog, info, id, id), rows)
	f.write(fmt.Appendf(nil, "startxref\n%d\n%%%%EOF\n", start))
	return f.err
}

// table gives a row of eight bytes for each object: what it is, its offset or
// its object stream, its place there.
func (f *file) table() ([]byte, error) {
	slices.SortFunc(f.runs, func(a, b run) int { return cmp.Compare(a.first, b.first) })
	rows := make([]byte, 0, 8*(f.last+1))
	entry := func(kind byte, where int64, index int) {
		rows = append(rows, kind, byte(where>>32))
		rows = binary.BigEndian.AppendUint32(rows, uint32(where))
		rows = binary.BigEndian.AppendUint16(rows, uint16(index))
	}
	entry(0, 0, 0xFFFF)
	next := ref(1)
	for _, run := range f.runs {
		if run.first != next {
			return nil, fmt.Errorf("pdf: object %d was never written", next)
		}
		for i := range run.count {
			if run.in != 0 {
				entry(2, int64(run.in), i)
			} else {
				entry(1, run.at, 0)
			}
		}
		next += ref(run.count)
	}
	return rows, nil
}

// appendText writes a string of the document's own: UTF-16 with a mark, in hex.
func appendText(b []byte, s string) []byte {
	b = append(b, "<FEFF"...)
	b = appendUTF16(b, s)
	return append(b, '>')
}

const hexDigits = "0123456789ABCDEF"

func appendHex(b []byte, v uint16) []byte {
	return append(b, hexDigits[v>>12], hexDigits[v>>8&15], hexDigits[v>>4&15], hexDigits[v&15])
}

func appendUTF16(b []byte, s string) []byte {
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			b = appendHex(b, uint16(0xD800+r>>10))
			r = 0xDC00 + r&0x3FF
		}
		b = appendHex(b, uint16(r))
	}
	return b
}

package sftpd

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"

	"quittance.org/quittance/sandbox/bank"
)

// The folders.
const (
	inbox   = "/inbox"
	outbox  = "/outbox"
	archive = "/archive"
)

// tree is the folders as one connection sees them.
type tree struct {
	server *Server
	hangUp func() // drops the connection
}

// split gives folder and name of a path; "" if the path is not of a file in
// one of the folders.
func split(p string) (folder, name string) {
	folder, name = path.Split(path.Clean("/" + p))
	return path.Clean(folder), name
}

// unfinished tells from its name that a file is not whole yet.
func unfinished(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".part") || strings.HasSuffix(name, ".tmp")
}

// upload is a file that comes in.
type upload struct {
	tree *tree
	name string

	mu   sync.Mutex
	data []byte
	cut  bool // the connection ended before it was closed
}

// mostBytes is how large an upload may be.
const mostBytes = 1 << 30

// WriteAt keeps what comes, at its place. A bank that drops uploads keeps a
// part and hangs up.
func (u *upload) WriteAt(p []byte, offset int64) (int, error) {
	if offset < 0 || offset+int64(len(p)) > mostBytes {
		return 0, os.ErrInvalid
	}
	drop := u.tree.faults().DropUploads
	if drop {
		p = p[:len(p)/2]
	}
	u.mu.Lock()
	if end := int(offset) + len(p); end > len(u.data) {
		u.data = append(u.data, make([]byte, end-len(u.data))...)
	}
	n := copy(u.data[offset:], p)
	u.mu.Unlock()
	if drop {
		u.tree.hangUp()
		return 0, io.ErrUnexpectedEOF
	}
	return n, nil
}

// TransferError is told when the connection ends in mid-file.
func (u *upload) TransferError(error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.cut = true
}

// Close hands the file to the bank if its name says that it is whole.
func (u *upload) Close() error {
	u.mu.Lock()
	whole := !u.cut && !unfinished(u.name)
	u.mu.Unlock()
	if whole {
		return u.tree.take(u.name, u.name)
	}
	return nil
}

func (u *upload) bytes() []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	return bytes.Clone(u.data)
}

// take hands an upload to the bank under a name. What the bank thinks of it
// stands in its acknowledgment.
func (t *tree) take(from, name string) error {
	s := t.server
	s.mu.Lock()
	u := s.uploads[from]
	delete(s.uploads, from)
	s.mu.Unlock()
	if u == nil {
		return os.ErrNotExist
	}
	_, err := s.options.Bank.Take(s.options.Clock.Now(), name, u.bytes())
	return err
}

func (t *tree) faults() bank.Faults { return t.server.options.Bank.Faults() }

// Filewrite opens a file in the inbox, anew or to go on with it.
func (t *tree) Filewrite(r *sftp.Request) (io.WriterAt, error) {
	folder, name := split(r.Filepath)
	if folder != inbox || name == "" {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	if t.server.options.Bank.Has(name) {
		return nil, os.ErrExist
	}
	s := t.server
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[name]
	if u == nil || r.Pflags().Trunc {
		u = &upload{name: name}
		s.uploads[name] = u
	}
	u.tree, u.cut = t, false
	return u, nil
}

// Fileread opens a file. Also an upload that is not whole: who goes on with it
// may want to see what came.
func (t *tree) Fileread(r *sftp.Request) (io.ReaderAt, error) {
	f, err := t.find(r.Filepath)
	if err != nil {
		return nil, err
	}
	if f.dir {
		return nil, sftp.ErrSSHFxPermissionDenied
	}
	if t.faults().DropDownloads {
		return &dropping{bytes.NewReader(f.body), t.hangUp}, nil
	}
	return bytes.NewReader(f.body), nil
}

// dropping is a file whose connection ends half way.
type dropping struct {
	*bytes.Reader
	hangUp func()
}

func (d *dropping) ReadAt([]byte, int64) (int, error) {
	d.hangUp()
	return 0, io.ErrUnexpectedEOF
}

// Filecmd renames and removes. Renaming in the inbox says that a file is
// whole; moving from the outbox to the archive, that the customer has it.
func (t *tree) Filecmd(r *sftp.Request) error {
	folder, name := split(r.Filepath)
	toFolder, toName := split(r.Target)
	switch {
	case r.Method == "Setstat":
		return nil
	case (r.Method == "Rename" || r.Method == "PosixRename") && folder == inbox && toFolder == inbox:
		return t.rename(name, toName)
	case (r.Method == "Rename" || r.Method == "PosixRename") && folder == outbox && toFolder == archive && name == toName,
		r.Method == "Remove" && folder == outbox:
		if _, err := t.find(r.Filepath); err != nil {
			return err
		}
		return t.server.options.Bank.Done(name)
	case r.Method == "Remove" && folder == inbox:
		t.server.mu.Lock()
		defer t.server.mu.Unlock()
		delete(t.server.uploads, name)
		return nil
	}
	return sftp.ErrSSHFxPermissionDenied
}

// rename gives an upload another name, and hands it to the bank if that is one
// of a whole file.
func (t *tree) rename(from, to string) error {
	s := t.server
	if s.options.Bank.Has(to) {
		return os.ErrExist
	}
	if !unfinished(to) {
		err := t.take(from, to)
		if t.faults().DropAnswers {
			t.hangUp()
		}
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.uploads[from]
	if u == nil {
		return os.ErrNotExist
	}
	delete(s.uploads, from)
	u.name = to
	s.uploads[to] = u
	return nil
}

// node is a file or folder as listings show it.
type node struct {
	name string
	body []byte
	size int64
	when time.Time
	dir  bool
}

func (n node) Name() string       { return n.name }
func (n node) Size() int64        { return n.size }
func (n node) ModTime() time.Time { return n.when }
func (n node) IsDir() bool        { return n.dir }
func (n node) Sys() any           { return nil }
func (n node) Mode() fs.FileMode {
	if n.dir {
		return fs.ModeDir | 0o755
	}
	return 0o644
}

// folder gives what lies in one.
func (t *tree) folder(name string) ([]node, error) {
	s := t.server
	now := s.options.Clock.Now()
	var all []node
	switch name {
	case "/":
		for _, d := range []string{archive, inbox, outbox} {
			all = append(all, node{name: d[1:], dir: true, when: now.Time()})
		}
	case inbox:
		s.mu.Lock()
		defer s.mu.Unlock()
		for name, u := range s.uploads {
			body := u.bytes()
			all = append(all, node{name: name, body: body, size: int64(len(body)), when: now.Time()})
		}
	case outbox, archive:
		files, err := s.options.Bank.Outbox(now)
		if name == archive {
			files, err = s.options.Bank.Archive(now)
		}
		if err != nil {
			return nil, err
		}
		for _, o := range files {
			all = append(all, node{name: o.Name, body: o.Body, size: int64(len(o.Body)), when: o.From.Time()})
		}
	default:
		return nil, os.ErrNotExist
	}
	return all, nil
}

// find finds a file or folder.
func (t *tree) find(p string) (node, error) {
	if clean := path.Clean("/" + p); clean == "/" || clean == inbox || clean == outbox || clean == archive {
		return node{name: path.Base(clean), dir: true, when: t.server.options.Clock.Now().Time()}, nil
	}
	folder, name := split(p)
	all, err := t.folder(folder)
	if err != nil {
		return node{}, err
	}
	for _, n := range all {
		if n.name == name {
			return n, nil
		}
	}
	return node{}, os.ErrNotExist
}

// Filelist lists a folder or tells of a file.
func (t *tree) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	if r.Method != "List" {
		n, err := t.find(r.Filepath)
		return listing{n}, err
	}
	all, err := t.folder(path.Clean("/" + r.Filepath))
	return listing(all), err
}

// listing hands out a folder in pieces.
type listing []node

// ListAt is of sftp.ListerAt.
func (l listing) ListAt(into []fs.FileInfo, offset int64) (int, error) {
	if offset >= int64(len(l)) {
		return 0, io.EOF
	}
	n := 0
	for n < len(into) && int(offset)+n < len(l) {
		into[n] = l[int(offset)+n]
		n++
	}
	if n < len(into) {
		return n, io.EOF
	}
	return n, nil
}

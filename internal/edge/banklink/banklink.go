// Package banklink is the line to the bank: files go out and come in through a
// mailbox of three folders, over SFTP or in a folder of this machine, sealed by
// OpenPGP where a bank wants it. docs/BANK-LINK.md explains how to set one up.
//
//	inbox/    ours to the bank
//	outbox/   the bank's to us, its answers NAME.ack among them
//	archive/  what either side has taken
//
// A file is put under a name that begins with a dot, and renamed when it is
// whole. Before the rename a marker goes into the archive: when the marker is
// there and the dotted file is not, the rename has happened, whatever we were
// told and wherever the bank has moved the file since. So nobody has to guess
// whether the bank has it.
package banklink

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

// The folders.
const (
	inbox   = "inbox"
	outbox  = "outbox"
	archive = "archive"
)

// Codes of what can be wrong with the line, beside those of the port.
const (
	CodeConfig   = "banklink.config"
	CodeHostKey  = "banklink.host_key" // the server is not the bank's
	CodeSignIn   = "banklink.sign_in"  // the bank does not let us in
	CodeShort    = "banklink.short"    // the bank has fewer bytes than were sent
	CodeSeal     = "banklink.seal"     // a file is not sealed as it must be
	CodeBadName  = "banklink.bad_name" // a name that is none of a file
	CodeNotThere = "banklink.not_there"
)

// tree is folders somewhere: on the bank's server or on this machine.
type tree interface {
	// write opens a file to add to at its end; a fresh one if size is 0.
	write(name string, size int64) (io.WriteCloser, error)
	// stat gives a file's size, or fs.ErrNotExist.
	stat(name string) (int64, error)
	open(name string, from int64) (io.ReadCloser, error)
	// rename never writes over a file that is there: fs.ErrExist.
	rename(from, to string) error
	remove(name string) error
	list(folder string) ([]ach.File, error)
}

// line gives the tree, connected. Whoever used it and saw it fail says so.
type line interface {
	tree(ctx context.Context) (tree, error)
	drop()
	Close() error
}

// Link is the bank's mailbox, an ach.Link. It is safe for concurrent use: calls
// wait for one another.
type Link struct {
	line  line
	seal  *seal // nil: files are in clear
	turn  chan struct{}
	pause time.Duration // before a second try
	log   *slog.Logger
}

func newLink(l line, s *seal, log *slog.Logger) *Link {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Link{line: l, seal: s, turn: make(chan struct{}, 1), pause: firstPause, log: log}
}

// Close hangs up.
func (l *Link) Close() error { return l.line.Close() }

const (
	tries      = 3
	firstPause = time.Second
)

// try does something on the line, again on a new connection when the line
// fails, a few times with growing pauses.
func (l *Link) try(ctx context.Context, what string, do func(tree) error) error {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	pause := l.pause
	for n := 1; ; n++ {
		err := l.once(ctx, do)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fault.Wrap(fault.NotFound, CodeNotThere, err, "the bank has no such file (%s)", what)
		case errors.Is(err, fs.ErrPermission):
			return fault.Wrap(fault.Denied, CodeSignIn, err, "the bank does not let us (%s)", what)
		case err == nil || final(err) || ctx.Err() != nil:
			return err
		}
		l.line.drop()
		if n == tries {
			return fault.Wrap(fault.Unavailable, ach.CodeLinkSilent, err, "the bank does not answer (%s)", what)
		}
		l.log.WarnContext(ctx, "the line to the bank failed, trying again", "what", what, "try", n, "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause *= 3
	}
}

func (l *Link) once(ctx context.Context, do func(tree) error) error {
	t, err := l.line.tree(ctx)
	if err != nil {
		return err
	}
	// A cancelled caller must not wait for a silent server.
	stop := context.AfterFunc(ctx, l.line.drop)
	defer stop()
	return do(t)
}

// final tells whether trying again can not help.
func final(err error) bool {
	var fromWriter writerError
	return errors.As(err, &fromWriter) || fault.KindOf(err) != fault.Internal && fault.KindOf(err) != fault.Unavailable
}

// writerError is an error of whoever writes a file, not of the line.
type writerError struct{ error }

func (e writerError) Unwrap() error { return e.error }

// checkName refuses names that would leave their folder, or are not seen.
func checkName(name string) error {
	if name == "" || name != path.Base(name) || strings.HasPrefix(name, ".") || strings.ContainsAny(name, "/\\\x00\r\n") {
		return fault.New(fault.Invalid, CodeBadName, "%q is not the name of a file", name)
	}
	return nil
}

func partOf(name string) string   { return path.Join(inbox, "."+name+".part") }
func markerOf(name string) string { return path.Join(archive, name+".put") }

// Has is of ach.Link.
func (l *Link) Has(ctx context.Context, name string) (has bool, err error) {
	if err := checkName(name); err != nil {
		return false, err
	}
	err = l.try(ctx, "ask for "+name, func(t tree) (err error) {
		has, err = l.has(t, name)
		return err
	})
	return has, err
}

func (l *Link) has(t tree, name string) (bool, error) {
	remote := l.remote(name)
	for _, place := range []string{
		path.Join(inbox, remote), path.Join(archive, remote),
		path.Join(outbox, l.remote(ach.AckName(name))), path.Join(archive, l.remote(ach.AckName(name))),
	} {
		if there, err := exists(t, place); there || err != nil {
			return there, err
		}
	}
	marked, err := exists(t, markerOf(remote))
	if err != nil || !marked {
		return false, err
	}
	waits, err := exists(t, partOf(remote))
	return !waits, err
}

func exists(t tree, name string) (bool, error) {
	_, err := t.stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// remote gives the name under which the bank knows a file.
func (l *Link) remote(name string) string {
	if l.seal != nil {
		return name + sealSuffix
	}
	return name
}

// Put is of ach.Link. A cut-off upload in clear is gone on with: write gives the
// same bytes each time, which is proved before the file is shown.
func (l *Link) Put(ctx context.Context, name string, write func(io.Writer) error) error {
	if err := checkName(name); err != nil {
		return err
	}
	first := true
	return l.try(ctx, "put "+name, func(t tree) error {
		there, err := l.has(t, name)
		switch {
		case err != nil:
			return err
		case there && first:
			return fault.New(fault.Conflict, ach.CodeThere, "the bank has a file %s already", name)
		case there:
			return nil // an earlier try has succeeded, and we were not told
		}
		first = false
		return l.put(t, l.remote(name), write)
	})
}

func (l *Link) put(t tree, remote string, write func(io.Writer) error) error {
	part := partOf(remote)
	sum, err := l.upload(t, part, write)
	if err != nil {
		return err
	}
	if err := mark(t, remote, sum); err != nil {
		return err
	}
	err = t.rename(part, path.Join(inbox, remote))
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, ach.CodeThere, "the bank has a file %s already", remote)
	}
	return err
}

// upload brings a file's bytes to the bank under its dotted name and gives
// their sum. It goes on with what an earlier try has left there.
func (l *Link) upload(t tree, part string, write func(io.Writer) error) (sum string, err error) {
	done, err := t.stat(part)
	switch {
	case errors.Is(err, fs.ErrNotExist), l.seal != nil: // what is sealed differs each time
		done = 0
	case err != nil:
		return "", err
	}
	w, err := t.write(part, done)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	counted := &counter{w: io.MultiWriter(hash, &skipper{w: w, left: done})}
	err = l.sealed(counted, write)
	if closeErr := w.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", err
	}
	sum = hex.EncodeToString(hash.Sum(nil))
	size, err := t.stat(part)
	if err != nil {
		return "", err
	}
	if same, err := sameBytes(t, part, done > 0, sum); size != counted.n || err != nil || !same {
		// What is there is of no use: the next try begins anew.
		return "", errors.Join(err, t.remove(part), fmt.Errorf("%s: the bank has %d bytes of %d, or others", CodeShort, size, counted.n))
	}
	return sum, nil
}

// sealed writes a file, sealed if it must be.
func (l *Link) sealed(w io.Writer, write func(io.Writer) error) error {
	ours := func(w io.Writer) error {
		line := &failed{w: w}
		if err := write(line); err != nil && line.err == nil {
			return writerError{err}
		} else if err != nil {
			return err
		}
		return nil
	}
	if l.seal == nil {
		return ours(w)
	}
	return l.seal.write(w, ours)
}

// sameBytes reads a file back that was gone on with: its first part is from an
// earlier try.
func sameBytes(t tree, name string, resumed bool, sum string) (bool, error) {
	if !resumed {
		return true, nil
	}
	r, err := t.open(name, 0)
	if err != nil {
		return false, err
	}
	defer r.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return false, err
	}
	return hex.EncodeToString(hash.Sum(nil)) == sum, nil
}

// mark writes the marker of a file that is about to be shown. A bank whose
// archive we may not write to keeps what it has taken there itself.
func mark(t tree, remote, sum string) error {
	w, err := t.write(markerOf(remote), 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, sum+"\n")
	return errors.Join(err, w.Close())
}

// List is of ach.Link.
func (l *Link) List(ctx context.Context) (all []ach.File, err error) {
	err = l.try(ctx, "list", func(t tree) error {
		all = nil
		files, err := t.list(outbox)
		for _, f := range files {
			if checkName(f.Name) == nil && !strings.HasSuffix(f.Name, ".part") && !strings.HasSuffix(f.Name, ".tmp") {
				f.Name = l.local(f.Name)
				all = append(all, f)
			}
		}
		return err
	})
	slices.SortFunc(all, func(a, b ach.File) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// local gives our name of a file of the bank's.
func (l *Link) local(name string) string {
	if l.seal != nil {
		return strings.TrimSuffix(name, sealSuffix)
	}
	return name
}

// Get is of ach.Link. A file that is sealed is read through once, so that its
// signature is checked before its first byte is given; the reader goes on where
// it was when the line fails.
func (l *Link) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	file := &remoteFile{ctx: ctx, link: l, name: path.Join(outbox, l.remote(name))}
	err := file.reopen()
	switch {
	case l.seal == nil:
		return file, err
	case fault.Is(err, CodeNotThere):
		return nil, l.inClear(ctx, name, err)
	case err != nil:
		return nil, err
	}
	if err := errors.Join(l.seal.check(file), file.Close()); err != nil {
		return nil, err
	}
	file.at = 0
	return l.seal.open(file)
}

// inClear tells of a file that is not there sealed, but in clear.
func (l *Link) inClear(ctx context.Context, name string, missing error) error {
	err := l.try(ctx, "ask for "+name, func(t tree) error {
		clear, err := exists(t, path.Join(outbox, name))
		if err == nil && clear {
			missing = unsealed(errors.New("it is in clear"))
		}
		return err
	})
	return errors.Join(err, missing)
}

// Done is of ach.Link.
func (l *Link) Done(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	remote := l.remote(name)
	return l.try(ctx, "archive "+name, func(t tree) error {
		err := t.rename(path.Join(outbox, remote), path.Join(archive, remote))
		if errors.Is(err, fs.ErrExist) { // one of that name was archived before
			err = t.remove(path.Join(outbox, remote))
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// counter counts what goes through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// skipper leaves out the first bytes, which are there already.
type skipper struct {
	w    io.Writer
	left int64
}

func (s *skipper) Write(p []byte) (int, error) {
	skip := int(min(s.left, int64(len(p))))
	s.left -= int64(skip)
	if skip == len(p) {
		return len(p), nil
	}
	n, err := s.w.Write(p[skip:])
	return skip + n, err
}

// failed remembers an error of the line, to tell it from one of the writer.
type failed struct {
	w   io.Writer
	err error
}

func (f *failed) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err != nil {
		f.err = err
	}
	return n, err
}

package banklink

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

// server is the bank's SFTP server, and how to get in.
type server struct {
	address string
	base    string // the folder of the mailbox, "" where we are put
	config  *ssh.ClientConfig
	timeout time.Duration

	mu   sync.Mutex
	conn *connection
}

// connection is a line that is up.
type connection struct {
	ssh  *ssh.Client
	sftp *sftp.Client
}

// pinned accepts the host keys that were agreed on, and no other.
func pinned(keys []ssh.PublicKey) ssh.HostKeyCallback {
	return func(host string, _ net.Addr, key ssh.PublicKey) error {
		for _, k := range keys {
			if bytes.Equal(k.Marshal(), key.Marshal()) {
				return nil
			}
		}
		return fault.New(fault.Denied, CodeHostKey,
			"the server at %s has the key %s, which is not the bank's: nothing was sent; ask the bank before you trust it", host, ssh.FingerprintSHA256(key))
	}
}

// algorithmsOf are those by which the pinned keys can prove themselves: the
// server must not offer another key first.
func algorithmsOf(keys []ssh.PublicKey) []string {
	var all []string
	for _, k := range keys {
		if k.Type() == ssh.KeyAlgoRSA {
			all = append(all, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
			continue
		}
		all = append(all, k.Type())
	}
	return all
}

// tree is of line: the connection that is up, or a new one.
func (s *server) tree(ctx context.Context) (tree, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil {
		conn, err := s.dial(ctx)
		if err != nil {
			return nil, err
		}
		s.conn = conn
	}
	return &remote{s.conn.sftp, s.base}, nil
}

func (s *server) dial(ctx context.Context) (*connection, error) {
	dialer := net.Dialer{Timeout: s.timeout}
	plain, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return nil, err
	}
	raw := &impatient{plain, s.timeout}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	conn, channels, requests, err := ssh.NewClientConn(raw, s.address, s.config)
	if err != nil {
		_ = raw.Close()
		return nil, signInError(err)
	}
	client := ssh.NewClient(conn, channels, requests)
	files, err := sftp.NewClient(client)
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	return &connection{client, files}, nil
}

// signInError tells a bank that refuses us, or is not the bank, from a line
// that failed: trying again helps only with the last.
func signInError(err error) error {
	if kind := fault.KindOf(err); kind == fault.Denied {
		return err
	}
	if strings.Contains(err.Error(), "unable to authenticate") {
		return fault.Wrap(fault.Denied, CodeSignIn, err, "the bank does not let us in: compare the user and the key with what the bank has")
	}
	if strings.Contains(err.Error(), "no common algorithm for host key") {
		return fault.Wrap(fault.Denied, CodeHostKey, err, "the server has no key of the kind that was agreed on: ask the bank")
	}
	return err
}

// drop is of line.
func (s *server) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		_ = s.conn.ssh.Close()
		s.conn = nil
	}
}

// Close is of line.
func (s *server) Close() error { s.drop(); return nil }

// impatient is a connection that fails when nothing moves for a while.
type impatient struct {
	net.Conn
	timeout time.Duration
}

func (c *impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(clock.System().Now().Time().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *impatient) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(clock.System().Now().Time().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// remote is the bank's folders.
type remote struct {
	sftp *sftp.Client
	base string
}

func (r *remote) path(name string) string { return path.Join(r.base, name) }

func (r *remote) write(name string, size int64) (io.WriteCloser, error) {
	flags := os.O_WRONLY | os.O_CREATE
	if size == 0 {
		flags |= os.O_TRUNC
	}
	f, err := r.sftp.OpenFile(r.path(name), flags)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(size, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (r *remote) stat(name string) (int64, error) {
	info, err := r.sftp.Stat(r.path(name))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (r *remote) open(name string, from int64) (io.ReadCloser, error) {
	f, err := r.sftp.Open(r.path(name))
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// rename asks for the plain kind, which servers should refuse when the new name
// is there, saying no more than that it failed; some write over it.
func (r *remote) rename(from, to string) error {
	switch there, err := exists(r, to); {
	case err != nil:
		return err
	case there:
		return fs.ErrExist
	}
	err := r.sftp.Rename(r.path(from), r.path(to))
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return err
	}
	if _, statErr := r.sftp.Stat(r.path(to)); statErr == nil {
		return errors.Join(fs.ErrExist, err)
	}
	return err
}

func (r *remote) remove(name string) error { return r.sftp.Remove(r.path(name)) }

func (r *remote) list(folder string) ([]ach.File, error) {
	entries, err := r.sftp.ReadDir(r.path(folder))
	var all []ach.File
	for _, e := range entries {
		if e.Mode().IsRegular() {
			all = append(all, ach.File{Name: e.Name(), Size: e.Size()})
		}
	}
	return all, err
}

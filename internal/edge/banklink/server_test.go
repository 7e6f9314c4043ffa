package banklink_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/banklink"
)

// bank is an SFTP server on a folder, behind a line that can be cut.
type bank struct {
	tb       testing.TB
	root     string // its folders
	keys     string // files of keys
	listener net.Listener
	config   *ssh.ServerConfig
	running  sync.WaitGroup

	mu    sync.Mutex
	cuts  []cut // of the next connections, in order; none: they hold
	conns map[net.Conn]bool
}

// cut ends a connection after so many bytes of one direction; 0 never.
type cut struct{ toBank, toUs int64 }

func newKey(tb testing.TB) (ssh.Signer, []byte) {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

func openBank(tb testing.TB) *bank {
	tb.Helper()
	b := &bank{tb: tb, root: tb.TempDir(), keys: tb.TempDir(), conns: map[net.Conn]bool{}}
	for _, folder := range []string{"inbox", "outbox", "archive"} {
		if err := os.Mkdir(filepath.Join(b.root, folder), 0o700); err != nil {
			tb.Fatal(err)
		}
	}
	host, _ := newKey(tb)
	other, _ := newKey(tb)
	user, private := newKey(tb)
	b.file("host.pub", ssh.MarshalAuthorizedKey(host.PublicKey()))
	b.file("other.pub", ssh.MarshalAuthorizedKey(other.PublicKey()))
	b.file("user", private)
	_, stranger := newKey(tb)
	b.file("stranger", stranger)
	b.config = &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if string(key.Marshal()) != string(user.PublicKey().Marshal()) {
				return nil, errors.New("unknown key")
			}
			return &ssh.Permissions{}, nil
		},
		PasswordCallback: func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if string(password) != "open sesame" {
				return nil, errors.New("wrong password")
			}
			return &ssh.Permissions{}, nil
		},
	}
	b.config.AddHostKey(host)
	var err error
	if b.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	b.running.Go(b.accept)
	tb.Cleanup(b.close)
	return b
}

func (b *bank) close() {
	_ = b.listener.Close()
	b.mu.Lock()
	for c := range b.conns {
		_ = c.Close()
	}
	b.mu.Unlock()
	b.running.Wait()
}

func (b *bank) file(name string, text []byte) {
	b.tb.Helper()
	if err := os.WriteFile(filepath.Join(b.keys, name), text, 0o600); err != nil {
		b.tb.Fatal(err)
	}
}

func (b *bank) accept() {
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		b.conns[conn] = true
		var c cut
		if len(b.cuts) > 0 {
			c, b.cuts = b.cuts[0], b.cuts[1:]
		}
		b.mu.Unlock()
		b.running.Go(func() { b.serve(&cutting{Conn: conn, cut: c}) })
	}
}

func (b *bank) serve(conn net.Conn) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, b.config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, asked, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range asked {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		server, err := sftp.NewServer(channel, sftp.WithServerWorkingDirectory(b.root))
		if err != nil {
			return
		}
		_ = server.Serve()
		_ = server.Close()
	}
}

// cutting is a connection that ends after so many bytes.
type cutting struct {
	net.Conn
	cut
	mu            sync.Mutex
	read, written int64
}

func (c *cutting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read += int64(n); c.toBank > 0 && c.read > c.toBank {
		_ = c.Close()
		return 0, io.ErrUnexpectedEOF // what came last is lost
	}
	return n, err
}

func (c *cutting) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.written += int64(len(p)); c.toUs > 0 && c.written > c.toUs {
		_ = c.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return c.Conn.Write(p)
}

func (b *bank) setCuts(cuts ...cut) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.cuts = cuts
}

func (b *bank) config1(change func(*banklink.Config)) banklink.Config {
	c := banklink.Config{
		Where: "sftp://marketplace@" + b.listener.Addr().String(), HostKey: filepath.Join(b.keys, "host.pub"), Key: filepath.Join(b.keys, "user"),
	}
	if change != nil {
		change(&c)
	}
	return c
}

func (b *bank) link(change func(*banklink.Config)) *banklink.Link {
	b.tb.Helper()
	return open(b.tb, b.config1(change))
}

func open(tb testing.TB, c banklink.Config) *banklink.Link {
	tb.Helper()
	l, err := banklink.Open(c)
	if err != nil {
		tb.Fatal(err)
	}
	l.SetPause(time.Microsecond)
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

func (b *bank) read(name string) string { b.tb.Helper(); return readFile(b.tb, b.root, name) }

func readFile(tb testing.TB, root, name string) string {
	tb.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

func putFile(tb testing.TB, root, name, text string) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func move(tb testing.TB, root, from, to string) {
	tb.Helper()
	if err := os.Rename(filepath.Join(root, filepath.FromSlash(from)), filepath.Join(root, filepath.FromSlash(to))); err != nil {
		tb.Fatal(err)
	}
}

// names lists a folder.
func names(tb testing.TB, root, folder string) []string {
	tb.Helper()
	entries, err := os.ReadDir(filepath.Join(root, folder))
	if err != nil {
		tb.Fatal(err)
	}
	all := []string{}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

var password = pii.NewSecret("open sesame")

package sftpd_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/bank/sftpd"
)

// office is a bank with its door.
type office struct {
	bank   *bank.Bank
	clock  *virtual.Clock
	server *sftpd.Server
	keys   *sftpd.Keys
}

func open(t *testing.T) *office {
	t.Helper()
	day := civil.NewDate(2026, time.December, 15)
	o := &office{clock: virtual.Standing(day.In(time.UTC).Add(20 * time.Hour))}
	var err error
	if o.bank, err = bank.New(bank.Options{Routing: "091000019", Company: "1999999999", Opened: day}); err == nil {
		o.keys, err = sftpd.OpenKeys(t.TempDir())
	}
	if err == nil {
		o.server, err = sftpd.Listen(sftpd.Options{Bank: o.bank, Clock: o.clock, Keys: o.keys})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.server.Close() })
	return o
}

// dial connects as the customer, with the server's key pinned.
func (o *office) dial(t *testing.T, changes ...func(*ssh.ClientConfig)) (*sftp.Client, error) {
	t.Helper()
	text, err := os.ReadFile(o.keys.UserKeyPath())
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePrivateKey(text)
	if err != nil {
		t.Fatal(err)
	}
	host, _, _, _, err := ssh.ParseAuthorizedKey([]byte(o.keys.HostKey()))
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ClientConfig{User: sftpd.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyCallback: ssh.FixedHostKey(host)}
	for _, change := range changes {
		change(config)
	}
	conn, err := ssh.Dial("tcp", o.server.Addr(), config)
	if err != nil {
		return nil, err
	}
	client, err := sftp.NewClient(conn)
	t.Cleanup(func() { _ = client.Close(); _ = conn.Close() })
	return client, err
}

func (o *office) enter(t *testing.T) *sftp.Client {
	t.Helper()
	client, err := o.dial(t)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func put(c *sftp.Client, path string, body []byte) error {
	f, err := c.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	return errors.Join(err, f.Close())
}

func names(t *testing.T, c *sftp.Client, dir string) []string {
	t.Helper()
	all, err := c.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range all {
		names = append(names, f.Name())
	}
	slices.Sort(names)
	return names
}

// A file is taken when it is renamed, not before; the answer is fetched and put
// away.
func TestFolders(t *testing.T) {
	t.Parallel()
	o := open(t)
	c := o.enter(t)
	if got := names(t, c, "/"); !slices.Equal(got, []string{"archive", "inbox", "outbox"}) {
		t.Fatalf("folders: %q", got)
	}
	if err := put(c, "/inbox/.one.ach.part", []byte("not a NACHA file\n")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, c, "/outbox"); len(got) != 0 {
		t.Fatalf("an answer to a file that is not whole: %q", got)
	}
	if err := c.Rename("/inbox/.one.ach.part", "/inbox/one.ach"); err != nil {
		t.Fatal(err)
	}
	if in, out, kept := names(t, c, "/inbox"), names(t, c, "/outbox"), names(t, c, "/archive"); len(in) != 0 ||
		!slices.Equal(out, []string{"one.ach.ack"}) || !slices.Equal(kept, []string{"one.ach"}) {
		t.Fatalf("after it: %q, %q, %q", in, out, kept)
	}
	f, err := c.Open("/outbox/one.ach.ack")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil || !bytes.Contains(text, []byte("status: refused\n")) {
		t.Errorf("the answer: %q, %v", text, err)
	}
	if err := c.Rename("/outbox/one.ach.ack", "/archive/one.ach.ack"); err != nil {
		t.Fatal(err)
	}
	if out, kept := names(t, c, "/outbox"), names(t, c, "/archive"); len(out) != 0 || len(kept) != 2 {
		t.Errorf("put away: %q, %q", out, kept)
	}
	o.clock.Advance(30 * time.Hour)
	if got := names(t, c, "/outbox"); !slices.Equal(got, []string{"STATEMENT-20261215.bai2", "STATEMENT-20261216.bai2"}) {
		t.Errorf("a day later: %q", got)
	}
	for path, want := range map[string]error{"/inbox/one.ach": os.ErrExist, "/outbox/mine": os.ErrPermission, "/etc/passwd": os.ErrPermission, "/inbox/../etc/x": os.ErrPermission} {
		if err := put(c, path, nil); err == nil || errors.Is(want, os.ErrPermission) && !errors.Is(err, want) {
			t.Errorf("put %s: %v", path, err)
		}
	}
}

// Nobody comes in without the key, and no other server passes for this one.
func TestKeys(t *testing.T) {
	t.Parallel()
	o, other := open(t), open(t)
	if _, err := o.dial(t, func(c *ssh.ClientConfig) { c.User = "somebody" }); err == nil {
		t.Error("another user came in")
	}
	if _, err := o.dial(t, func(c *ssh.ClientConfig) { c.Auth = []ssh.AuthMethod{ssh.Password("")} }); err == nil {
		t.Error("a password came in")
	}
	host, _, _, _, err := ssh.ParseAuthorizedKey([]byte(other.keys.HostKey()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.dial(t, func(c *ssh.ClientConfig) { c.HostKeyCallback = ssh.FixedHostKey(host) }); err == nil {
		t.Error("the server had another key")
	}
	if again, err := sftpd.OpenKeys(strings.TrimSuffix(o.keys.UserKeyPath(), "/bank_user_ed25519")); err != nil || again.HostKey() != o.keys.HostKey() {
		t.Errorf("the key after a restart: %v", err)
	}
}

// A lost connection leaves what was put so far, and it can be gone on with.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	o := open(t)
	body := bytes.Repeat([]byte("0123456789"), 1000)
	faults := func(f bank.Faults) {
		if err := o.bank.SetFaults(f); err != nil {
			t.Fatal(err)
		}
	}
	faults(bank.Faults{DropUploads: true})
	if err := put(o.enter(t), "/inbox/.x.ach.part", body); err == nil {
		t.Fatal("the upload went through")
	}
	faults(bank.Faults{DropAnswers: true})
	c := o.enter(t)
	info, err := c.Stat("/inbox/.x.ach.part")
	if err != nil || info.Size() == 0 || info.Size() >= int64(len(body)) {
		t.Fatalf("what is left: %v, %v", info, err)
	}
	part, err := c.Open("/inbox/.x.ach.part")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(part); err != nil || !bytes.HasPrefix(body, got) || int64(len(got)) != info.Size() {
		t.Errorf("read back: %d bytes, %v", len(got), err)
	}
	f, err := c.OpenFile("/inbox/.x.ach.part", os.O_WRONLY)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(body[info.Size():], info.Size()); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Rename("/inbox/.x.ach.part", "/inbox/x.ach"); err == nil {
		t.Error("the answer came through")
	}
	if !o.bank.Has("x.ach") {
		t.Error("the file was not taken")
	}
	faults(bank.Faults{DropDownloads: true})
	f, err = o.enter(t).Open("/archive/x.ach")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(f); err == nil {
		t.Error("the download went through")
	}
	faults(bank.Faults{})
	f, err = o.enter(t).Open("/archive/x.ach")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// A server that stops ends its connections.
func TestClose(t *testing.T) {
	t.Parallel()
	o := open(t)
	c := o.enter(t)
	if err := o.server.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReadDir("/"); err == nil {
		t.Error("the connection goes on")
	}
	if conn, err := net.Dial("tcp", o.server.Addr()); err == nil {
		_ = conn.Close()
		t.Error("it still listens")
	}
}

package banklink_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/banklink"
)

// body is 200 kB of lines that differ.
var body = func() string {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "%098d\r\n", i)
	}
	return b.String()
}()

func writing(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.Copy(w, iotest.OneByteReader(strings.NewReader(text[:100])))
		_, err2 := io.WriteString(w, text[100:])
		return errors.Join(err, err2)
	}
}

const name = "ACH-20261120-A.ach"

// everyLink runs a test on a bank in a folder and one behind SFTP, each in
// clear and sealed; root is where the bank's folders are.
func everyLink(t *testing.T, test func(t *testing.T, l *banklink.Link, root string, sealed bool)) {
	t.Helper()
	ours, banks := newPGP(t), newPGP(t)
	for _, sealed := range []bool{false, true} {
		pgp := banklink.PGPConfig{}
		if sealed {
			pgp = banklink.PGPConfig{BankKey: banks.public, Key: ours.private}
		}
		t.Run(fmt.Sprintf("folder, sealed %t", sealed), func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			test(t, open(t, banklink.Config{Where: "folder:" + root, PGP: pgp}), root, sealed)
		})
		t.Run(fmt.Sprintf("sftp, sealed %t", sealed), func(t *testing.T) {
			t.Parallel()
			b := openBank(t)
			test(t, b.link(func(c *banklink.Config) { c.PGP = pgp }), b.root, sealed)
		})
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	everyLink(t, func(t *testing.T, l *banklink.Link, root string, sealed bool) {
		has(t, l, false)
		if err := l.Put(t.Context(), name, writing(body)); err != nil {
			t.Fatal(err)
		}
		has(t, l, true)
		remote := name
		if sealed {
			remote += ".pgp"
		}
		if diff := cmp.Diff([]string{remote}, names(t, root, "inbox")); diff != "" {
			t.Error(diff)
		}
		if got := readFile(t, root, "inbox/"+remote); (got == body) == sealed {
			t.Errorf("the bank has %d bytes, in clear %t", len(got), got == body)
		}
		err := l.Put(t.Context(), name, func(io.Writer) error { t.Error("written a second time"); return nil })
		if fault.CodeOf(err) != ach.CodeThere {
			t.Errorf("a second time: %v", err)
		}
		// Wherever the bank moves it, it is not put again; the marker remembers.
		for _, place := range []string{"archive/" + remote, "taken"} {
			move(t, root, "inbox/"+remote, place)
			has(t, l, true)
			if err := l.Put(t.Context(), name, writing(body)); fault.CodeOf(err) != ach.CodeThere {
				t.Errorf("after the bank moved it to %s: %v", place, err)
			}
			move(t, root, place, "inbox/"+remote)
		}
	})
}

func has(t *testing.T, l *banklink.Link, want bool) {
	t.Helper()
	got, err := l.Has(t.Context(), name)
	if err != nil || got != want {
		t.Errorf("the bank has it: %t %v, want %t", got, err, want)
	}
}

// A writer that gives up leaves nothing that the bank sees, and is not tried
// again: what it failed at is ours.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the rows are not what they were")
	everyLink(t, func(t *testing.T, l *banklink.Link, root string, _ bool) {
		tries := 0
		err := l.Put(t.Context(), name, func(w io.Writer) error { tries++; _, _ = io.WriteString(w, body[:50_000]); return broken })
		if !errors.Is(err, broken) || tries != 1 {
			t.Errorf("%v after %d tries", err, tries)
		}
		has(t, l, false)
		for _, n := range names(t, root, "inbox") {
			if !strings.HasPrefix(n, ".") {
				t.Errorf("the bank sees %s", n)
			}
		}
		if err := l.Put(t.Context(), name, writing(body)); err != nil {
			t.Errorf("the second time: %v", err)
		}
		has(t, l, true)
	})
}

func TestBadNames(t *testing.T) {
	t.Parallel()
	l := open(t, banklink.Config{Where: "folder:" + t.TempDir()})
	for _, bad := range []string{"", ".", "..", ".hidden", "../x", "a/b", `a\b`, "a\nb", "a\x00"} {
		_, hasErr := l.Has(t.Context(), bad)
		_, getErr := l.Get(t.Context(), bad)
		for what, err := range map[string]error{
			"put": l.Put(t.Context(), bad, writing(body)), "has": hasErr, "get": getErr, "done": l.Done(t.Context(), bad),
		} {
			if fault.CodeOf(err) != banklink.CodeBadName {
				t.Errorf("%s %q: %v", what, bad, err)
			}
		}
	}
}

// What the bank has for us is listed, read and put away.
func TestInbound(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	l := b.link(nil)
	for _, n := range []string{"RETURNS-2.ach", "RETURNS-1.ach", ".half", "b.part", "c.tmp"} {
		putFile(t, b.root, "outbox/"+n, body)
	}
	if err := os.Mkdir(filepath.Join(b.root, "outbox", "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	list, err := l.List(t.Context())
	want := []ach.File{{Name: "RETURNS-1.ach", Size: int64(len(body))}, {Name: "RETURNS-2.ach", Size: int64(len(body))}}
	if diff := cmp.Diff(want, list); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	if got := get(t, l, "RETURNS-1.ach"); got != body {
		t.Errorf("read %d bytes", len(got))
	}
	for range 2 { // the second time it is not there, which is done
		if err := l.Done(t.Context(), "RETURNS-1.ach"); err != nil {
			t.Fatal(err)
		}
	}
	putFile(t, b.root, "outbox/RETURNS-1.ach", "another of that name")
	if err := l.Done(t.Context(), "RETURNS-1.ach"); err != nil {
		t.Fatal(err)
	}
	if b.read("archive/RETURNS-1.ach") != body || slices.Contains(names(t, b.root, "outbox"), "RETURNS-1.ach") {
		t.Error("the archive was written over, or the outbox is not empty")
	}
	if _, err := l.Get(t.Context(), "NONE"); fault.CodeOf(err) != banklink.CodeNotThere {
		t.Errorf("a file that is not there: %v", err)
	}
}

func get(t *testing.T, l *banklink.Link, name string) string {
	t.Helper()
	r, err := l.Get(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The line is cut at every stage of an upload, on the way there and on the way
// back, once or on every try; when it holds again the bank has the file once,
// and whole.
func TestLineCutWhilePutting(t *testing.T) {
	t.Parallel()
	const step = 12
	for n := int64(1); n <= step; n++ {
		for _, back := range []bool{false, true} {
			for _, more := range []int{1, tries + 1} {
				t.Run(fmt.Sprintf("%d of %d, back %t, %d times", n, step, back, more), func(t *testing.T) {
					t.Parallel()
					b := openBank(t)
					c := cut{toBank: (int64(len(body)) + 8000) * n / step}
					if back {
						c = cut{toUs: 2400 + 500*n}
					}
					b.setCuts(slices.Repeat([]cut{c}, more)...)
					l := b.link(nil)
					err := l.Put(t.Context(), name, writing(body))
					if err != nil && more == 1 {
						t.Fatalf("one cut was too much: %v", err)
					}
					b.setCuts()
					if err != nil {
						there, askErr := l.Has(t.Context(), name)
						if askErr != nil {
							t.Fatal(askErr)
						}
						if !there {
							err = l.Put(t.Context(), name, writing(body))
							if err != nil {
								t.Fatal(err)
							}
						}
					}
					if diff := cmp.Diff([]string{name}, names(t, b.root, "inbox")); diff != "" || b.read("inbox/"+name) != body {
						t.Errorf("the bank has another file, or several: %s", diff)
					}
				})
			}
		}
	}
}

const tries = 3

// A kill leaves half a file; whoever comes after goes on with it, unless what is
// there is not ours.
func TestUploadIsGoneOnWith(t *testing.T) {
	t.Parallel()
	for what, left := range map[string]string{
		"nothing": "", "a part": body[:70_001], "all of it": body, "a part of another file": strings.Repeat("x", 70_001), "more than all": body + "x",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			b := openBank(t)
			putFile(t, b.root, "inbox/."+name+".part", left)
			l := b.link(nil)
			has(t, l, false)
			if err := l.Put(t.Context(), name, writing(body)); err != nil {
				t.Fatal(err)
			}
			if got := b.read("inbox/" + name); got != body {
				t.Errorf("the bank has %d bytes of %d, or others", len(got), len(body))
			}
		})
	}
}

// A kill between marker and rename, and one after the rename.
func TestMarker(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	l := b.link(nil)
	putFile(t, b.root, "inbox/."+name+".part", body)
	putFile(t, b.root, "archive/"+name+".put", "")
	has(t, l, false)
	if err := l.Put(t.Context(), name, writing(body)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(b.root, "inbox", name)); err != nil { // the bank takes it and says nothing
		t.Fatal(err)
	}
	has(t, l, true)
}

// The bank's answer proves that it has the file, even without the marker.
func TestAnswerProvesArrival(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"outbox", "archive"} {
		b := openBank(t)
		putFile(t, b.root, place+"/"+name+".ack", "file: x")
		has(t, b.link(nil), true)
	}
}

// Downloads go on where the line was cut.
func TestLineCutWhileGetting(t *testing.T) {
	t.Parallel()
	for n := int64(1); n <= 8; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			b := openBank(t)
			putFile(t, b.root, "outbox/R.ach", body)
			b.setCuts(cut{toUs: 3000 + n*25_000})
			if got := get(t, b.link(nil), "R.ach"); got != body {
				t.Errorf("read %d bytes of %d, or others", len(got), len(body))
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(b *bank, c *banklink.Config)
		code   string
	}{
		{"our key", func(*bank, *banklink.Config) {}, ""},
		{"a password", func(_ *bank, c *banklink.Config) { c.Key, c.Password = "", password }, ""},
		{"another server's key", func(b *bank, c *banklink.Config) { c.HostKey = filepath.Join(b.keys, "other.pub") }, banklink.CodeHostKey},
		{"a key that the bank does not know", func(b *bank, c *banklink.Config) { c.Key = filepath.Join(b.keys, "stranger") }, banklink.CodeSignIn},
		{"a wrong password", func(_ *bank, c *banklink.Config) { c.Key, c.Password = "", pass("sesame") }, banklink.CodeSignIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := openBank(t)
			l := b.link(func(config *banklink.Config) { c.change(b, config) })
			err := l.Put(t.Context(), name, writing(body))
			if fault.CodeOf(err) != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
			if sent := len(names(t, b.root, "inbox")); (sent == 0) == (c.code == "") {
				t.Errorf("%d files are with the server", sent)
			}
		})
	}
}

func TestSilentBank(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	l := b.link(nil)
	b.close()
	if _, err := l.Has(t.Context(), name); fault.CodeOf(err) != ach.CodeLinkSilent || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a bank that is down: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Has(ctx, name); !errors.Is(err, context.Canceled) && fault.CodeOf(err) != ach.CodeLinkSilent {
		t.Errorf("a caller that has left: %v", err)
	}
}

func TestConfigRefused(t *testing.T) {
	t.Parallel()
	b := openBank(t)
	b.file("empty", nil)
	b.file("rubbish", []byte("rubbish\n"))
	in := func(file string) string { return filepath.Join(b.keys, file) }
	for what, change := range map[string]func(*banklink.Config){
		"nowhere":                   func(c *banklink.Config) { c.Where = "" },
		"a folder without a name":   func(c *banklink.Config) { c.Where = "folder:" },
		"another kind of server":    func(c *banklink.Config) { c.Where = "ftp://a@b" },
		"nobody":                    func(c *banklink.Config) { c.Where = "sftp://127.0.0.1:22" },
		"a password in the address": func(c *banklink.Config) { c.Where = "sftp://a:b@127.0.0.1:22" },
		"no host key":               func(c *banklink.Config) { c.HostKey = "" },
		"an empty host key":         func(c *banklink.Config) { c.HostKey = in("empty") },
		"a host key that is none":   func(c *banklink.Config) { c.HostKey = in("rubbish") },
		"no key of ours":            func(c *banklink.Config) { c.Key = "" },
		"a key of ours that is not": func(c *banklink.Config) { c.Key = in("rubbish") },
		"one half of the PGP keys":  func(c *banklink.Config) { c.PGP.BankKey = in("host.pub") },
		"PGP keys that are none":    func(c *banklink.Config) { c.PGP.BankKey, c.PGP.Key = in("host.pub"), in("rubbish") },
	} {
		_, err := banklink.Open(b.config1(change))
		if fault.CodeOf(err) != banklink.CodeConfig {
			t.Errorf("%s: %v", what, err)
		}
	}
}

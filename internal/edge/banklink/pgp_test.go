package banklink_test

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/banklink"
)

func pass(s string) pii.Secret { return pii.NewSecret(s) }

// pgp is a key in files.
type pgp struct {
	entity                  *openpgp.Entity
	public, private, locked string
}

func newPGP(tb testing.TB) pgp {
	tb.Helper()
	e, err := openpgp.NewEntity("Invented", "", "files@example.org", nil)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	p := pgp{e, filepath.Join(dir, "public.asc"), filepath.Join(dir, "private.gpg"), filepath.Join(dir, "locked.gpg")}
	var public, private, locked bytes.Buffer
	w, err := armor.Encode(&public, openpgp.PublicKeyType, nil)
	if err == nil {
		err = errors.Join(e.Serialize(w), w.Close(), e.SerializePrivate(&private, nil))
	}
	if err == nil {
		other, _ := openpgp.ReadKeyRing(bytes.NewReader(private.Bytes()))
		err = errors.Join(other[0].EncryptPrivateKeys([]byte("open sesame"), nil), other[0].SerializePrivateWithoutSigning(&locked, nil))
	}
	for path, text := range map[string][]byte{p.public: public.Bytes(), p.private: private.Bytes(), p.locked: locked.Bytes()} {
		err = errors.Join(err, os.WriteFile(path, text, 0o600))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// sealAs seals a text as the bank does.
func sealAs(tb testing.TB, text string, to, signer *openpgp.Entity) string {
	tb.Helper()
	var b bytes.Buffer
	w, err := openpgp.Encrypt(&b, []*openpgp.Entity{to}, signer, nil, &packet.Config{})
	if err == nil {
		_, err = io.WriteString(w, text)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// What we seal only the bank opens, and finds it signed by us.
func TestSealedForTheBank(t *testing.T) {
	t.Parallel()
	ours, banks := newPGP(t), newPGP(t)
	root := t.TempDir()
	l := open(t, banklink.Config{Where: "folder:" + root, PGP: banklink.PGPConfig{BankKey: banks.public, Key: ours.locked, Passphrase: password}})
	if err := l.Put(t.Context(), name, writing(body)); err != nil {
		t.Fatal(err)
	}
	m, err := openpgp.ReadMessage(bytes.NewBufferString(readFile(t, root, "inbox/"+name+".pgp")), openpgp.EntityList{banks.entity, ours.entity}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(m.UnverifiedBody)
	if err != nil || string(text) != body || m.SignatureError != nil || m.SignedBy == nil || m.SignedBy.Entity != ours.entity {
		t.Errorf("%d bytes, %v, %v", len(text), err, m.SignatureError)
	}
	_, err = banklink.Open(banklink.Config{Where: "folder:" + root, PGP: banklink.PGPConfig{BankKey: banks.public, Key: ours.locked, Passphrase: pass("wrong")}})
	if fault.CodeOf(err) != banklink.CodeConfig {
		t.Errorf("a wrong passphrase: %v", err)
	}
}

// Of what comes in nothing is given that the bank has not sealed for us.
func TestSealedByTheBank(t *testing.T) {
	t.Parallel()
	ours, banks, other := newPGP(t), newPGP(t), newPGP(t)
	whole := sealAs(t, body, ours.entity, banks.entity)
	for _, c := range []struct{ name, text, code, as string }{
		{"the bank's", whole, "", ""},
		{"signed by another", sealAs(t, body, ours.entity, other.entity), banklink.CodeSeal, ""},
		{"signed by ourselves", sealAs(t, body, ours.entity, ours.entity), banklink.CodeSeal, ""},
		{"not signed", sealAs(t, body, ours.entity, nil), banklink.CodeSeal, ""},
		{"for somebody else", sealAs(t, body, other.entity, banks.entity), banklink.CodeSeal, ""},
		{"in clear", body, banklink.CodeSeal, ""},
		{"in clear, and named so", body, banklink.CodeSeal, "R.ach"},
		{"nothing", "", banklink.CodeSeal, ""},
		{"cut off", whole[:len(whole)-2000], banklink.CodeSeal, ""},
		{"changed", whole[:60_000] + "x" + whole[60_001:], banklink.CodeSeal, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := openBank(t)
			l := b.link(func(config *banklink.Config) {
				config.PGP = banklink.PGPConfig{BankKey: banks.public, Key: ours.private}
			})
			putFile(t, b.root, "outbox/"+cmp.Or(c.as, "R.ach.pgp"), c.text)
			list, err := l.List(t.Context())
			if err != nil || len(list) != 1 || list[0].Name != "R.ach" {
				t.Fatalf("%v %v", list, err)
			}
			if c.code == "" {
				if got := get(t, l, "R.ach"); got != body {
					t.Errorf("read %d bytes", len(got))
				}
				if err := l.Done(t.Context(), "R.ach"); err != nil || b.read("archive/R.ach.pgp") != whole {
					t.Errorf("archived: %v", err)
				}
				return
			}
			if r, err := l.Get(t.Context(), "R.ach"); fault.CodeOf(err) != c.code || fault.KindOf(err) != fault.Invalid || r != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

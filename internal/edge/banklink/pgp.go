package banklink

import (
	"bytes"
	"errors"
	"io"
	"os"
	"slices"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
)

// PGPConfig says how files are sealed. With it every file that goes out is
// signed by us and encrypted to the bank, and every file that comes in must be
// encrypted to us and signed by the bank. Names then end in ".pgp".
type PGPConfig struct {
	BankKey    string // a file with the bank's public key
	Key        string // a file with our private key
	Passphrase pii.Secret
}

const sealSuffix = ".pgp"

// seal is the keys of both sides.
type seal struct {
	bank openpgp.EntityList
	ours openpgp.EntityList
}

// open gives nil when nothing is sealed.
func (c PGPConfig) open() (*seal, error) {
	if c.BankKey == "" && c.Key == "" {
		return nil, nil
	}
	if c.BankKey == "" || c.Key == "" {
		return nil, fault.At("bank-pgp-key", CodeConfig, "sealed files need both keys: the bank's public one and our private one")
	}
	s := &seal{}
	var err error
	if s.bank, err = keyRing(c.BankKey); err != nil {
		return nil, err
	}
	if s.ours, err = keyRing(c.Key); err != nil {
		return nil, err
	}
	for _, e := range s.ours {
		if e.PrivateKey == nil {
			return nil, fault.New(fault.Invalid, CodeConfig, "%s holds no private key", c.Key)
		}
		if e.PrivateKey.Encrypted {
			if err := e.DecryptPrivateKeys([]byte(c.Passphrase.Reveal())); err != nil {
				return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "the passphrase does not open %s", c.Key)
			}
		}
	}
	return s, nil
}

// keyRing reads a file of one key, as text or not.
func keyRing(path string) (openpgp.EntityList, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "can not read an OpenPGP key")
	}
	read := openpgp.ReadKeyRing
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("-----BEGIN")) {
		read = openpgp.ReadArmoredKeyRing
	}
	keys, err := read(bytes.NewReader(text))
	if err != nil || len(keys) != 1 {
		return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "%s must hold one OpenPGP key, and holds %d", path, len(keys))
	}
	return keys, nil
}

// write seals what ours writes.
func (s *seal) write(w io.Writer, ours func(io.Writer) error) error {
	// The name and the date of the file are not told.
	plain, err := openpgp.Encrypt(w, s.bank, s.ours[0], &openpgp.FileHints{IsBinary: true}, &packet.Config{})
	if err != nil {
		return err
	}
	if err := ours(plain); err != nil {
		return err // without its end it can not be opened
	}
	return plain.Close()
}

// check reads a sealed file through and tells whether it is the bank's.
func (s *seal) check(r io.Reader) error {
	plain, err := s.open(io.NopCloser(r))
	if err == nil {
		_, err = io.Copy(io.Discard, plain)
	}
	return err
}

// open gives what a sealed file holds. Its end is an error unless the bank's
// signature is right.
func (s *seal) open(r io.ReadCloser) (io.ReadCloser, error) {
	m, err := openpgp.ReadMessage(r, slices.Concat(s.ours, s.bank), nil, &packet.Config{})
	switch {
	case err != nil:
	case !m.IsEncrypted || !m.IsSigned:
		err = errors.New("it is not both encrypted and signed")
	case m.SignedBy == nil || m.SignedBy.Entity != s.bank[0]: // ours is not good enough
		err = errors.New("it is not the bank that has signed it")
	}
	if err != nil {
		return nil, errors.Join(unsealed(err), r.Close())
	}
	return &opened{m, r}, nil
}

func unsealed(err error) error {
	if fault.KindOf(err) != fault.Internal { // the line, not the file
		return err
	}
	return fault.Wrap(fault.Invalid, CodeSeal, err, "a file is not sealed by the bank for us: nothing of it was used; ask the bank")
}

// opened is the content of a sealed file.
type opened struct {
	message *openpgp.MessageDetails
	file    io.Closer
}

func (o *opened) Read(p []byte) (int, error) {
	n, err := o.message.UnverifiedBody.Read(p)
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, unsealed(err)
	case o.message.SignatureError != nil:
		return n, unsealed(o.message.SignatureError)
	case o.message.Signature == nil:
		return n, unsealed(errors.New("the signature is missing"))
	}
	return n, io.EOF
}

func (o *opened) Close() error { return o.file.Close() }

// Package vault encrypts fields at rest and makes the blind indexes by which
// an encrypted value can still be found. Keys are Tink keysets: each ciphertext
// names the key that made it, so keys can be rotated while old values stay
// readable.
package vault

import (
	"bytes"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"quittance.org/quittance/internal/base/fault"
)

// Vault holds the keys. It is safe for concurrent use.
type Vault struct {
	aead  tink.AEAD
	index *prf.Set
	trace func(work string)
}

// IndexBytes is how long a blind index is.
const IndexBytes = 16

// Traced gives the same keys, whose every use is told: what for and on how many
// bytes, which is all that it takes time for. It is for tests of that.
func (v *Vault) Traced(tell func(work string)) *Vault { return &Vault{v.aead, v.index, tell} }

func (v *Vault) tell(what string, bytes int) {
	if v.trace != nil {
		v.trace(fmt.Sprintf("%s %d bytes", what, bytes))
	}
}

// New makes a vault with fresh keys that are kept nowhere, for tests.
func New() (*Vault, error) {
	encryption, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, err
	}
	return fromHandles(encryption, index)
}

func fromHandles(encryption, index *keyset.Handle) (*Vault, error) {
	a, err := aead.New(encryption)
	if err != nil {
		return nil, fmt.Errorf("encryption keys: %w", err)
	}
	p, err := prf.NewPRFSet(index)
	if err != nil {
		return nil, fmt.Errorf("index key: %w", err)
	}
	return &Vault{aead: a, index: p}, nil
}

const (
	encryptionFile = "encryption.keys.json"
	indexFile      = "index.keys.json"
)

// Open reads the keys from dir, two files that only their owner may read.
func Open(dir string) (*Vault, error) {
	encryption, err := readKeys(filepath.Join(dir, encryptionFile))
	if err != nil {
		return nil, err
	}
	index, err := readKeys(filepath.Join(dir, indexFile))
	if err != nil {
		return nil, err
	}
	return fromHandles(encryption, index)
}

// Create makes fresh keys in dir. It refuses to replace keys: whoever loses
// them loses every encrypted value.
func Create(dir string) (*Vault, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, "vault.path", err, "can not make the key folder")
	}
	// Both names must be free before either is written: half a set of keys
	// would open nothing.
	for _, name := range []string{encryptionFile, indexFile} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			return nil, fault.New(fault.Conflict, "vault.exists", "%s holds keys already; they are not replaced", dir)
		}
	}
	for name, template := range map[string]func() (*keyset.Handle, error){
		encryptionFile: func() (*keyset.Handle, error) { return keyset.NewHandle(aead.AES256GCMKeyTemplate()) },
		indexFile:      func() (*keyset.Handle, error) { return keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate()) },
	} {
		h, err := template()
		if err != nil {
			return nil, err
		}
		if err := writeKeys(filepath.Join(dir, name), h, os.O_EXCL); err != nil {
			return nil, err
		}
	}
	return Open(dir)
}

// OpenOrCreate opens the keys in dir and makes them when there are none, for
// the demo and for first starts on SQLite.
func OpenOrCreate(dir string) (*Vault, error) {
	if _, err := os.Stat(filepath.Join(dir, encryptionFile)); errors.Is(err, os.ErrNotExist) {
		return Create(dir)
	}
	return Open(dir)
}

// Rotate adds a new encryption key to the keys in dir and makes it the one
// that new values use. The index key is not rotated: every index would have to
// be computed anew.
func Rotate(dir string) error {
	path := filepath.Join(dir, encryptionFile)
	h, err := readKeys(path)
	if err != nil {
		return err
	}
	manager := keyset.NewManagerFromHandle(h)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	if err := manager.SetPrimary(id); err != nil {
		return err
	}
	rotated, err := manager.Handle()
	if err != nil {
		return err
	}
	// A crash between write and rename leaves the old keys in place.
	if err := writeKeys(path+".new", rotated, os.O_TRUNC); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func readKeys(path string) (*keyset.Handle, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "vault.keys", err, "can not read the keys; make them with: quittance keys create")
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(data)))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "vault.keys", err, "%s does not hold keys", path)
	}
	return h, nil
}

func writeKeys(path string, h *keyset.Handle, flag int) error {
	var buf bytes.Buffer
	if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf)); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return fault.Wrap(fault.Invalid, "vault.keys", err, "can not write the keys")
	}
	_, err = f.Write(buf.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}

// Seal encrypts text for one field of one row: the same bytes moved to another
// row or column do not open.
func (v *Vault) Seal(field, row, text string) ([]byte, error) {
	v.tell("seal "+field, len(text)+len(row))
	return v.aead.Encrypt([]byte(text), []byte(field+"\x00"+row))
}

// Unseal decrypts what Seal made for the same field and row.
func (v *Vault) Unseal(field, row string, sealed []byte) (string, error) {
	v.tell("unseal "+field, len(sealed)+len(row))
	text, err := v.aead.Decrypt(sealed, []byte(field+"\x00"+row))
	if err != nil {
		return "", fault.Wrap(fault.Internal, "vault.unseal", err, "%s can not be decrypted with these keys", field)
	}
	return string(text), nil
}

// Index gives the blind index of text within a scope: equal text gives equal
// bytes, and nothing can be learned from them without the key.
func (v *Vault) Index(scope, text string) []byte {
	v.tell("index", len(scope)+len(text))
	mac, err := v.index.ComputePrimaryPRF([]byte(scope+"\x00"+text), IndexBytes)
	if err != nil {
		panic("vault: index key: " + err.Error())
	}
	return mac
}

// IndexText is Index in hexadecimal, for text columns.
func (v *Vault) IndexText(scope, text string) string { return hex.EncodeToString(v.Index(scope, text)) }

// Equal compares two indexes in constant time.
func Equal(a, b []byte) bool { return hmac.Equal(a, b) }

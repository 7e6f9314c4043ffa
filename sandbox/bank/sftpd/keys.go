package sftpd

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"
)

// Keys are the server's key and the customer's. The customer's half is made
// here as well: in life each side makes its own, and the public parts are
// exchanged on paper.
type Keys struct {
	host, user         ssh.Signer
	hostPath, userPath string
}

// The files in which keys are kept.
const (
	hostFile = "bank_host_ed25519"
	userFile = "bank_user_ed25519"
)

// OpenKeys reads the keys from a folder, and makes those that are missing.
func OpenKeys(dir string) (*Keys, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the bank's keys: %w", err)
	}
	k := &Keys{hostPath: filepath.Join(dir, hostFile) + ".pub", userPath: filepath.Join(dir, userFile)}
	var err error
	if k.host, err = openKey(filepath.Join(dir, hostFile)); err != nil {
		return nil, err
	}
	if err := os.WriteFile(k.hostPath, ssh.MarshalAuthorizedKey(k.host.PublicKey()), 0o600); err != nil {
		return nil, err
	}
	k.user, err = openKey(k.userPath)
	return k, err
}

// UserKeyPath is the file with the customer's private key.
func (k *Keys) UserKeyPath() string { return k.userPath }

// HostKeyPath is the file with the server's public key, for pinning.
func (k *Keys) HostKeyPath() string { return k.hostPath }

// HostKey is the server's public key as one line of text, for pinning.
func (k *Keys) HostKey() string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.host.PublicKey())))
}

// Fingerprint is the server's key as people compare it.
func (k *Keys) Fingerprint() string { return ssh.FingerprintSHA256(k.host.PublicKey()) }

func openKey(path string) (ssh.Signer, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if text, err = newKey(); err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the bank's key: %w", err)
	}
	return ssh.ParsePrivateKey(text)
}

func newKey() ([]byte, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(private, "quittance sandbox")
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(block), nil
}

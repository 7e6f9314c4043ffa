package banklink

import (
	"bytes"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
)

// Config says where the bank's mailbox is and how to get in. Keys and passwords
// come from files and the environment, never from a command line.
type Config struct {
	// Where is "folder:PATH" or "sftp://USER@HOST:PORT/FOLDER".
	Where string
	// HostKey is a file with the server's public keys, one a line, as in
	// known_hosts or in the .pub file of a key. Without it no server is trusted.
	HostKey       string
	Key           string // a file with our private key
	KeyPassphrase pii.Secret
	Password      pii.Secret // where a bank has no keys
	PGP           PGPConfig
	Timeout       time.Duration // of connecting, and of a line on which nothing moves; 0 means 60 seconds
	Log           *slog.Logger
}

const defaultTimeout = time.Minute

// Open makes the link. It does not connect: a bank that is down at the start
// must not keep the marketplace from starting.
func Open(c Config) (*Link, error) {
	seal, err := c.PGP.open()
	if err != nil {
		return nil, err
	}
	if root, ok := strings.CutPrefix(c.Where, "folder:"); ok && root != "" {
		f, err := openFolder(root)
		if err != nil {
			return nil, err
		}
		return newLink(f, seal, c.Log), nil
	}
	s, err := c.server()
	if err != nil {
		return nil, err
	}
	return newLink(s, seal, c.Log), nil
}

func (c Config) server() (*server, error) {
	u, err := url.Parse(c.Where)
	if err != nil || u.Scheme != "sftp" || u.Hostname() == "" || u.User.Username() == "" {
		return nil, fault.At("bank-link", CodeConfig, "must be folder:PATH or sftp://USER@HOST:PORT, not %q", c.Where)
	}
	if _, ok := u.User.Password(); ok {
		return nil, fault.At("bank-link", CodeConfig, "must not hold a password: command lines are seen by everybody on a machine")
	}
	keys, err := hostKeys(c.HostKey)
	if err != nil {
		return nil, err
	}
	auth, err := c.auth()
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = "22"
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	return &server{
		address: net.JoinHostPort(u.Hostname(), port), base: strings.TrimPrefix(u.Path, "/"), timeout: timeout,
		config: &ssh.ClientConfig{
			User: u.User.Username(), Auth: auth, HostKeyCallback: pinned(keys), HostKeyAlgorithms: algorithmsOf(keys), Timeout: timeout,
		},
	}, nil
}

func (c Config) auth() ([]ssh.AuthMethod, error) {
	var methods []ssh.AuthMethod
	if c.Key != "" {
		text, err := os.ReadFile(c.Key)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "can not read our key for the bank")
		}
		var key ssh.Signer
		if c.KeyPassphrase.IsZero() {
			key, err = ssh.ParsePrivateKey(text)
		} else {
			key, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(c.KeyPassphrase.Reveal()))
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "%s is not a private key that can be used", c.Key)
		}
		methods = append(methods, ssh.PublicKeys(key))
	}
	if !c.Password.IsZero() {
		methods = append(methods, ssh.Password(c.Password.Reveal()))
	}
	if len(methods) == 0 {
		return nil, fault.At("bank-key", CodeConfig, "is missing: give the file of our private key")
	}
	return methods, nil
}

// hostKeys reads the server's public keys, in the form of known_hosts or of a
// key's .pub file. Which hosts a line names does not matter: the file is for one.
func hostKeys(path string) ([]ssh.PublicKey, error) {
	if path == "" {
		return nil, fault.At("bank-host-key", CodeConfig, "is missing: a server is trusted by its key alone; the bank tells it")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "can not read the bank's host key")
	}
	var keys []ssh.PublicKey
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		_, _, known, _, _, err := ssh.ParseKnownHosts(line)
		if err != nil {
			known, _, _, _, err = ssh.ParseAuthorizedKey(line)
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, CodeConfig, err, "%s has a line that is no public key", path)
		}
		keys = append(keys, known)
	}
	if len(keys) == 0 {
		return nil, fault.At("bank-host-key", CodeConfig, "has no key in it: %s", path)
	}
	return keys, nil
}

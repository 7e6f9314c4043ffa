package courier_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// smtpServer is a mail server that answers as a test tells it to, which no
// real one can be made to.
type smtpServer struct {
	address string
	answers map[string]string // by command, "RCPT"; "hang up" and "silence" are no answers. "." is the end of the mail
	tls     *tls.Config       // nil: no STARTTLS on offer

	mu        sync.Mutex
	encrypted bool
	taken     int // mails
	hello     string
	signIn    string
	silent    chan struct{} // closed when it first falls silent
}

func serve(t *testing.T, s *smtpServer) *smtpServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address, s.silent = l.Addr().String(), make(chan struct{})
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return s
}

// talk ends when the sender hangs up.
func (s *smtpServer) talk(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = fmt.Fprintf(conn, "%s\r\n", text) }
	say("220 ready")
	for inMail := false; ; {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		text = strings.TrimSpace(text)
		command, _, _ := strings.Cut(text, " ")
		if inMail && text != "." {
			continue
		}
		switch answer := s.answerTo(command, text); answer {
		case "hang up":
			return
		case "silence":
		case "starttls":
			say("220 go on")
			conn = tls.Server(conn, s.tls)
			in = bufio.NewReader(conn)
		default:
			inMail = command == "DATA" && strings.HasPrefix(answer, "354")
			say(answer)
		}
	}
}

func (s *smtpServer) answerTo(command, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if answer, ok := s.answers[command]; ok {
		if answer == "silence" {
			close(s.silent)
		}
		return answer
	}
	switch command {
	case "EHLO":
		s.hello = text
		if s.tls != nil && !s.encrypted {
			return "250-mail.test\r\n250-ENHANCEDSTATUSCODES\r\n250 STARTTLS"
		}
		return "250-mail.test\r\n250-AUTH PLAIN\r\n250 ENHANCEDSTATUSCODES"
	case "AUTH":
		s.signIn = text
		return "235 2.7.0 welcome"
	case "STARTTLS":
		s.encrypted = true
		return "starttls"
	case "DATA":
		return "354 go on"
	case ".":
		s.taken++
	case "QUIT":
		return "221 bye"
	}
	return "250 2.0.0 fine"
}

func (s *smtpServer) seen() (taken int, encrypted bool, hello string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.taken, s.encrypted, s.hello
}

// certificate makes one for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}

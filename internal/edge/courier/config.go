package courier

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
)

// TLS says when the connection to the mail server is encrypted.
type TLS string

// The policies. The zero value is TLSMandatory.
const (
	TLSMandatory     TLS = "mandatory"     // STARTTLS or no mail
	TLSOpportunistic TLS = "opportunistic" // STARTTLS if the server offers it
	TLSNone          TLS = "none"          // only to a server on this machine
)

// Config says how mail leaves.
type Config struct {
	Address  string         // of the mail server, "mail.example.org:587"
	From     string         // "Bay Harbor Health <no-reply@example.org>"
	TLS      TLS            // "" means mandatory
	RootCAs  *x509.CertPool // who vouches for the server; nil means the system's
	Username string         // "" means no sign-in
	Password pii.Secret
	Timeout  time.Duration // of connecting, and of sending; 0 means 20 seconds
}

const defaultTimeout = 20 * time.Second

// settings is a Config that was checked.
type settings struct {
	Config
	host   string
	port   int
	from   *mail.Address
	domain string // of from: our name towards the server and in Message-IDs
}

func (c Config) check() (settings, error) {
	var problems fault.List
	s := settings{Config: c}
	s.checkAddress(&problems)
	s.checkFrom(&problems)
	s.checkTLS(&problems)
	if s.Timeout == 0 {
		s.Timeout = defaultTimeout
	}
	if s.Timeout < time.Second || s.Timeout > time.Minute {
		problems.Add("timeout", "mail.timeout", "must be 1 second to 1 minute, not %s", s.Timeout)
	}
	return s, problems.Err()
}

func (s *settings) checkAddress(problems *fault.List) {
	host, port, err := net.SplitHostPort(s.Address)
	n, portErr := strconv.Atoi(port)
	if err != nil || portErr != nil || host == "" || n < 1 || n > 65535 {
		problems.Add("address", "mail.address", "must be the mail server's HOST:PORT like mail.example.org:587, not %q", s.Address)
	}
	s.host, s.port = host, n
}

func (s *settings) checkFrom(problems *fault.List) {
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		problems.Add("from", "mail.from", "must be an address like Bay Harbor Health <no-reply@example.org>, not %q", s.From)
		return
	}
	s.from = from
	s.domain = from.Address[strings.LastIndexByte(from.Address, '@')+1:]
}

func (s *settings) checkTLS(problems *fault.List) {
	if s.TLS == "" {
		s.TLS = TLSMandatory
	}
	switch s.TLS {
	case TLSMandatory, TLSOpportunistic:
	case TLSNone:
		if !isLoopback(s.host) {
			problems.Add("tls", "mail.tls_none", "none is only for a mail server on this machine, not %q: receipts must not cross a network in the clear", s.host)
		}
	default:
		problems.Add("tls", "mail.tls", "must be %s, %s or %s, not %q", TLSMandatory, TLSOpportunistic, TLSNone, s.TLS)
	}
	if (s.Username == "") != s.Password.IsZero() {
		problems.Add("username", "mail.sign_in", "needs a password, and a password needs it: give both or neither")
	}
	if s.Username != "" && s.TLS != TLSMandatory {
		problems.Add("tls", "mail.sign_in", "must be %s to sign in, not %s: a password must not cross a network in the clear", TLSMandatory, s.TLS)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String tells where mail goes, without the password, for the log at start.
func (s settings) String() string {
	return fmt.Sprintf("%s, TLS %s, from %s", s.Address, s.TLS, s.from.Address)
}

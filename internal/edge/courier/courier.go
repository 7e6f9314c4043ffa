// Package courier takes mail to an SMTP server.
//
// Neither its errors nor its logs hold an address or what a server answered,
// which often repeats the address: only codes leave this package.
package courier

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/wneessen/go-mail"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/fault"
)

// Courier sends mail, one connection a message. It is safe for concurrent use.
type Courier struct{ settings settings }

// New makes a courier, or lists everything that is wrong with the Config. It
// does not connect.
func New(c Config) (*Courier, error) {
	s, err := c.check()
	if err != nil {
		return nil, err
	}
	return &Courier{s}, nil
}

// String tells where mail goes, for the log at start.
func (c *Courier) String() string { return c.settings.String() }

// Codes of what may be mended by trying again later, or by an operator.
const (
	CodeUnreachable = "mail.unreachable" // no connection, no encryption, no sign-in
	CodeNotTaken    = "mail.not_taken"   // the server said "not now", or fell silent
)

// Send hands the mail to the server. An answer of 5xx to the receiver or to the
// content is a refusal (notifying.Refused); any other failure may be tried
// again.
func (c *Courier) Send(ctx context.Context, m notifying.Mail) error {
	msg, err := c.message(m)
	if err != nil {
		return err
	}
	line := &line{}
	defer line.close()
	defer context.AfterFunc(ctx, line.close)()
	client, err := c.client(line)
	if err != nil {
		return fault.Wrap(fault.Internal, CodeUnreachable, err, "prepare to send mail")
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fault.Wrap(fault.Unavailable, CodeUnreachable, err, "connect to the mail server %s", c.settings.Address)
	}
	err = client.SendWithSMTPClient(session, msg)
	_ = client.CloseWithSMTPClient(session) // what was taken stays taken
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return failure(err)
}

// line holds the connection, because the library leaves it open when something
// fails and does not watch the context once it is connected.
type line struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = conn
	if l.closed {
		_ = conn.Close()
	}
	return conn, nil
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// failure keeps the codes of an answer and drops its words.
func failure(err error) error {
	var sendErr *mail.SendError
	if !errors.As(err, &sendErr) || sendErr.ErrorCode() == 0 {
		return fault.New(fault.Unavailable, CodeNotTaken, "the mail server did not answer: nobody knows whether it took the message")
	}
	answer := fmt.Errorf("answer %d %s to %s", sendErr.ErrorCode(), sendErr.EnhancedStatusCode(), sendErr.Reason)
	if sendErr.ErrorCode() >= 500 && aboutThisMail(sendErr.Reason) {
		return notifying.Refused(answer)
	}
	return fault.Wrap(fault.Unavailable, CodeNotTaken, answer, "the mail server did not take the message")
}

// aboutThisMail tells an answer about the receiver or the content from one
// about us: a server that does not let us send is for an operator to mend,
// after which the same mail goes out.
func aboutThisMail(r mail.SendErrReason) bool {
	switch r {
	case mail.ErrSMTPRcptTo, mail.ErrSMTPData, mail.ErrSMTPDataClose:
		return true
	}
	return false
}

func (c *Courier) client(l *line) (*mail.Client, error) {
	s := c.settings
	policy := map[TLS]mail.TLSPolicy{TLSMandatory: mail.TLSMandatory, TLSOpportunistic: mail.TLSOpportunistic, TLSNone: mail.NoTLS}[s.TLS]
	options := []mail.Option{
		mail.WithPort(s.port), mail.WithTimeout(s.Timeout), mail.WithHELO(s.domain), mail.WithTLSPolicy(policy), mail.WithDialContextFunc(l.dial),
		mail.WithTLSConfig(&tls.Config{ServerName: s.host, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12}),
	}
	if s.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.Username), mail.WithPassword(s.Password.Reveal()))
	}
	return mail.NewClient(s.host, options...)
}

// message writes the mail: plain text first, then the same in HTML. It is the
// same to the last byte on every try but for the boundary of its parts.
func (c *Courier) message(m notifying.Mail) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(c.settings.from)
	if err := msg.To(m.Address.Reveal()); err != nil {
		// The library's words repeat the address.
		return nil, notifying.Refused(errors.New("the address can not be written in a mail"))
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.WrittenAt.Time())
	msg.SetMessageIDWithValue(m.ID.String() + "@" + c.settings.domain)
	msg.SetGenHeader(mail.HeaderContentLang, m.Language)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies
	msg.SetBodyString(mail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

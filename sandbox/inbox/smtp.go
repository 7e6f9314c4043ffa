package inbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/clock"
)

// Limits of one SMTP session (RFC 5321 section 4.5.3 asks for at least these,
// the message size aside).
const (
	maxLine       = 2048
	maxMessage    = 2 << 20
	maxRecipients = 100
	maxErrors     = 20
	idleTimeout   = 5 * time.Minute
)

// smtpSession is one connection's conversation.
type smtpSession struct {
	box    *Inbox
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	hello  bool
	sender bool
	from   string
	to     []string
	errors int
}

func (b *Inbox) serve(conn net.Conn) {
	s := &smtpSession{box: b, conn: conn, in: bufio.NewReaderSize(conn, maxLine), out: bufio.NewWriter(conn)}
	s.say("220 sandbox.invalid ESMTP demo inbox: keeps everything, sends nothing on")
	for s.errors < maxErrors {
		line, err := s.readLine()
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			if !s.skipLine() {
				return
			}
			s.fault("500 line too long")
		case err != nil, !s.obey(line):
			return
		}
	}
	s.say("421 too many errors")
	_ = s.out.Flush()
}

func (s *smtpSession) readLine() (string, error) {
	if s.in.Buffered() == 0 {
		if err := s.out.Flush(); err != nil {
			return "", err
		}
	}
	if err := s.conn.SetDeadline(clock.Start().Add(idleTimeout)); err != nil {
		return "", err
	}
	line, err := s.in.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}

// skipLine reads on to the end of a line that is too long; false when it has
// none in sight.
func (s *smtpSession) skipLine() bool {
	for range 100 {
		if _, err := s.in.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err == nil
		}
	}
	return false
}

func (s *smtpSession) say(line string) { _, _ = s.out.WriteString(line + "\r\n") }

func (s *smtpSession) fault(line string) {
	s.errors++
	s.say(line)
	_ = s.out.Flush()
}

// obey runs one command; false ends the session.
func (s *smtpSession) obey(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "HELO":
		s.greet("250 sandbox.invalid")
	case "EHLO":
		s.greet("250-sandbox.invalid", "250-PIPELINING", "250-8BITMIME", "250-SMTPUTF8", fmt.Sprintf("250 SIZE %d", maxMessage))
	case "MAIL":
		s.mail(rest)
	case "RCPT":
		s.recipient(rest)
	case "DATA":
		return s.data()
	case "RSET":
		s.reset()
		s.say("250 ok")
	case "NOOP":
		s.say("250 ok")
	case "VRFY":
		s.say("252 send and see")
	case "QUIT":
		s.say("221 bye")
		_ = s.out.Flush()
		return false
	default:
		s.fault("502 no such command")
	}
	return true
}

func (s *smtpSession) greet(lines ...string) {
	s.hello = true
	s.reset()
	for _, line := range lines {
		s.say(line)
	}
}

func (s *smtpSession) reset() { s.sender, s.from, s.to = false, "", nil }

func (s *smtpSession) mail(rest string) {
	address, parameters, ok := path(rest, "FROM:")
	switch {
	case !s.hello:
		s.fault("503 say EHLO first")
	case s.sender:
		s.fault("503 one sender at a time")
	case !ok:
		s.fault("501 use MAIL FROM:<address>")
	case announcedSize(parameters) > maxMessage:
		s.fault("552 message is too large")
	default:
		s.sender, s.from = true, address
		s.say("250 ok")
	}
}

func (s *smtpSession) recipient(rest string) {
	address, _, ok := path(rest, "TO:")
	switch {
	case !s.sender:
		s.fault("503 say MAIL first")
	case !ok || address == "":
		s.fault("501 use RCPT TO:<address>")
	case len(s.to) >= maxRecipients:
		s.fault("452 too many recipients")
	default:
		s.to = append(s.to, address)
		s.say("250 ok")
	}
}

// path reads "FROM:<address> PARAMETERS".
func path(rest, prefix string) (address, parameters string, ok bool) {
	if len(rest) < len(prefix) || !strings.EqualFold(rest[:len(prefix)], prefix) {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(strings.TrimSpace(rest[len(prefix):]), "<")
	if !ok {
		return "", "", false
	}
	address, parameters, ok = strings.Cut(rest, ">")
	return address, parameters, ok
}

func announcedSize(parameters string) int {
	for word := range strings.FieldsSeq(strings.ToUpper(parameters)) {
		size := 0
		if n, err := fmt.Sscanf(word, "SIZE=%d", &size); n == 1 && err == nil {
			return size
		}
	}
	return 0
}

// data takes the message itself. A message that is too large is read to its
// end and refused, so that the sender hears why.
func (s *smtpSession) data() bool {
	if len(s.to) == 0 {
		s.fault("503 say RCPT first")
		return true
	}
	s.say("354 end with a dot on a line of its own")
	if s.out.Flush() != nil {
		return false
	}
	dot := textproto.NewReader(s.in).DotReader()
	raw, err := io.ReadAll(io.LimitReader(dot, maxMessage+1))
	if err != nil {
		return false
	}
	if len(raw) > maxMessage {
		n, err := io.CopyN(io.Discard, dot, 8*maxMessage)
		s.fault("552 message is too large")
		s.reset()
		return errors.Is(err, io.EOF) && n < 8*maxMessage
	}
	m := parse(raw)
	m.From, m.To = s.from, s.to
	s.box.keep(m)
	s.reset()
	s.say("250 kept")
	return true
}

package courier_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/courier"
)

func TestWhatTheServerAnswersDecidesWhetherToTryAgain(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name  string
		on    string
		say   string
		final bool
		code  string // "": it is sent
	}{
		{"all is well", "", "", false, ""},
		{"no such mailbox", "RCPT", "550 5.1.1 <" + address + "> does not exist", true, notifying.CodeRefused},
		{"mailbox full for now", "RCPT", "452 4.2.2 <" + address + "> is full", false, courier.CodeNotTaken},
		{"content refused before it comes", "DATA", "554 5.7.1 no " + address, true, notifying.CodeRefused},
		{"content refused", ".", "554 5.7.1 no " + address, true, notifying.CodeRefused},
		{"content put off", ".", "451 4.3.0 later", false, courier.CodeNotTaken},
		{"we may not send: for an operator to mend", "MAIL", "550 5.7.1 who are you", false, courier.CodeNotTaken},
		{"it does not greet us", "EHLO", "hang up", false, courier.CodeUnreachable},
		{"it hangs up after the receiver", "RCPT", "hang up", false, courier.CodeNotTaken},
		{"it hangs up after the content: nobody knows", ".", "hang up", false, courier.CodeNotTaken},
		{"it took the mail and then breaks", "RSET", "550 5.0.0 broken", false, ""},
		{"it took the mail and hangs up", "RSET", "hang up", false, ""},
		{"it took the mail and does not say goodbye", "QUIT", "hang up", false, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, &smtpServer{answers: map[string]string{row.on: row.say}})
			err := newCourier(t, courier.Config{Address: server.address, From: from, TLS: courier.TLSNone}).Send(t.Context(), mailTo(t, address))
			if fault.CodeOf(err) != row.code || notifying.Final(err) != row.final {
				t.Errorf("got %v, want the code %q, final %t", err, row.code, row.final)
			}
			if err != nil && strings.Contains(err.Error(), "maria") {
				t.Errorf("the error shows the address: %v", err)
			}
			if taken, _, _ := server.seen(); row.code == "" && taken != 1 {
				t.Errorf("%d mails were taken, want 1", taken)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	c := newCourier(t, courier.Config{Address: "127.0.0.1:1", From: from, TLS: courier.TLSNone})
	if err := c.Send(t.Context(), mailTo(t, address)); !fault.Is(err, courier.CodeUnreachable) || notifying.Final(err) {
		t.Errorf("got %v, want %s, to be tried again", err, courier.CodeUnreachable)
	}
}

func TestASilentServerDoesNotHoldUpAShutdown(t *testing.T) {
	t.Parallel()
	server := serve(t, &smtpServer{answers: map[string]string{"RCPT": "silence"}})
	c := newCourier(t, courier.Config{Address: server.address, From: from, TLS: courier.TLSNone, Timeout: time.Minute})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		<-server.silent
		stop()
	}()
	if err := c.Send(ctx, mailTo(t, address)); !fault.Is(err, courier.CodeNotTaken) {
		t.Errorf("got %v, want %s", err, courier.CodeNotTaken)
	}
}

func TestASilentServerIsGivenUp(t *testing.T) {
	t.Parallel()
	server := serve(t, &smtpServer{answers: map[string]string{"MAIL": "silence"}})
	c := newCourier(t, courier.Config{Address: server.address, From: from, TLS: courier.TLSNone, Timeout: 3 * time.Second}) // a busy machine needs some to get so far
	if err := c.Send(t.Context(), mailTo(t, address)); !fault.Is(err, courier.CodeNotTaken) {
		t.Errorf("got %v, want %s", err, courier.CodeNotTaken)
	}
}

func TestWhenMailIsEncrypted(t *testing.T) {
	t.Parallel()
	offer, trust := certificate(t)
	rows := []struct {
		name      string
		policy    courier.TLS
		offered   bool
		trusted   bool
		sent      bool
		encrypted bool
	}{
		{"mandatory and offered", courier.TLSMandatory, true, true, true, true},
		{"mandatory is the default", "", true, true, true, true},
		{"mandatory and not offered", courier.TLSMandatory, false, true, false, false},
		{"mandatory with a certificate that nobody vouches for", courier.TLSMandatory, true, false, false, true},
		{"opportunistic and offered", courier.TLSOpportunistic, true, true, true, true},
		{"opportunistic and not offered", courier.TLSOpportunistic, false, true, true, false},
		{"none though offered", courier.TLSNone, true, true, true, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := &smtpServer{}
			if row.offered {
				server.tls = offer
			}
			serve(t, server)
			config := courier.Config{Address: server.address, From: from, TLS: row.policy}
			if row.trusted {
				config.RootCAs = trust
			}
			err := newCourier(t, config).Send(t.Context(), mailTo(t, address))
			taken, encrypted, hello := server.seen()
			if (err == nil) != row.sent || (taken == 1) != row.sent || encrypted != row.encrypted {
				t.Errorf("got %v, %d taken, encrypted %t", err, taken, encrypted)
			}
			if hello != "EHLO bayharbor.example" {
				t.Errorf("it said %q, want the domain of the sender and no machine's name", hello)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	offer, trust := certificate(t)
	for name, answer := range map[string]string{"accepted": "", "refused: for an operator to mend": "535 5.7.8 wrong"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &smtpServer{tls: offer}
			if answer != "" {
				server.answers = map[string]string{"AUTH": answer}
			}
			serve(t, server)
			c := newCourier(t, courier.Config{
				Address: server.address, From: from, RootCAs: trust, Username: "portal", Password: pii.NewSecret("open sesame"),
			})
			err := c.Send(t.Context(), mailTo(t, address))
			if answer != "" {
				if !fault.Is(err, courier.CodeUnreachable) || strings.Contains(err.Error(), "sesame") {
					t.Errorf("got %v, want %s without the password", err, courier.CodeUnreachable)
				}
				return
			}
			want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00portal\x00open sesame"))
			if taken, encrypted, _ := server.seen(); err != nil || taken != 1 || !encrypted || server.signIn != want {
				t.Errorf("got %v, %d taken, encrypted %t, %q", err, taken, encrypted, server.signIn)
			}
		})
	}
}

func TestAnAddressThatCanNotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	server := serve(t, &smtpServer{})
	c := newCourier(t, courier.Config{Address: server.address, From: from, TLS: courier.TLSNone})
	for _, to := range []string{"maria", "maria@example.org\r\nBcc: all@example.org", "a@b, c@d", ""} {
		err := c.Send(t.Context(), mailTo(t, to))
		if !notifying.Final(err) || to != "" && strings.Contains(err.Error(), to) {
			t.Errorf("%q: got %v, want a refusal that does not repeat it", to, err)
		}
	}
	if taken, _, _ := server.seen(); taken != 0 {
		t.Errorf("%d mails were taken, want none", taken)
	}
}

func TestConfigSaysEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	good := courier.Config{Address: "mail.example.org:587", From: from}
	rows := []struct {
		name string
		edit func(*courier.Config)
		says []string // nothing: it is right
	}{
		{"what is needed and no more", func(*courier.Config) {}, nil},
		{"sign-in", func(c *courier.Config) { c.Username, c.Password = "portal", pii.NewSecret("open sesame") }, nil},
		{"no port", func(c *courier.Config) { c.Address = "mail.example.org" }, []string{"address: must be the mail server's HOST:PORT"}},
		{"no host", func(c *courier.Config) { c.Address = ":25" }, []string{"address: "}},
		{"a port that is none", func(c *courier.Config) { c.Address = "mail.example.org:70000" }, []string{"address: "}},
		{"no sender", func(c *courier.Config) { c.From = "" }, []string{"from: must be an address like"}},
		{"a sender that is no address", func(c *courier.Config) { c.From = "Bay Harbor" }, []string{"from: "}},
		{"no such policy", func(c *courier.Config) { c.TLS = "maybe" }, []string{"tls: must be mandatory, opportunistic or none"}},
		{"in the clear to another machine", func(c *courier.Config) { c.TLS = courier.TLSNone }, []string{"tls: none is only for a mail server on this machine"}},
		{"in the clear to this machine", func(c *courier.Config) { c.TLS, c.Address = courier.TLSNone, "[::1]:1025" }, nil},
		{"in the clear to localhost", func(c *courier.Config) { c.TLS, c.Address = courier.TLSNone, "localhost:1025" }, nil},
		{"a name without a password", func(c *courier.Config) { c.Username = "portal" }, []string{"username: needs a password"}},
		{"a password that may go in the clear", func(c *courier.Config) {
			c.TLS, c.Username, c.Password = courier.TLSOpportunistic, "portal", pii.NewSecret("open sesame")
		}, []string{"tls: must be mandatory to sign in"}},
		{"too patient", func(c *courier.Config) { c.Timeout = time.Hour }, []string{"timeout: must be 1 second to 1 minute"}},
		{"everything", func(c *courier.Config) { *c = courier.Config{TLS: "x", Timeout: 1} }, []string{"address: ", "from: ", "tls: ", "timeout: "}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			config := good
			row.edit(&config)
			c, err := courier.New(config)
			if (err == nil) != (len(row.says) == 0) {
				t.Fatalf("got %v, want %q", err, row.says)
			}
			for _, want := range row.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to say %q", err, want)
				}
			}
			if shown := fmt.Sprint(c, err); strings.Contains(shown, "sesame") {
				t.Errorf("it shows the password: %s", shown)
			}
		})
	}
}

func newCourier(t *testing.T, c courier.Config) *courier.Courier {
	t.Helper()
	made, err := courier.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

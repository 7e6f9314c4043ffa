package inbox_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/wneessen/go-mail"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/sandbox/inbox"
)

var friday = civil.InstantOf(time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC))

func newInbox(t *testing.T) *inbox.Inbox {
	t.Helper()
	b := inbox.New(virtual.Standing(friday), nil)
	if err := b.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// TestMailFromTheLibraryThatTheProductUses sends a message with text and HTML
// in Vietnamese.
func TestMailFromTheLibraryThatTheProductUses(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	host, port, err := net.SplitHostPort(b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	if _, err := fmt.Sscan(port, &number); err != nil {
		t.Fatal(err)
	}
	m := mail.NewMsg()
	if err := m.From("receipts@harborview.example"); err != nil {
		t.Fatal(err)
	}
	if err := m.To("maria@example.com"); err != nil {
		t.Fatal(err)
	}
	text := "Đã nhận khoản thanh toán $124.50.\n\n.một dòng bắt đầu bằng dấu chấm\n" + strings.Repeat("dài ", 400) + "\n"
	m.Subject("Đã nhận khoản thanh toán")
	m.SetBodyString(mail.TypeTextPlain, text)
	m.AddAlternativeString(mail.TypeTextHTML, "<p>Đã nhận</p>")
	c, err := mail.NewClient(host, mail.WithPort(number), mail.WithTLSPolicy(mail.NoTLS))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.DialAndSendWithContext(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := []inbox.Message{{
		ID: "1", ReceivedAt: friday, From: "receipts@harborview.example", To: []string{"maria@example.com"},
		Subject: "Đã nhận khoản thanh toán", Text: text, HTML: "<p>Đã nhận</p>",
	}}
	if diff := cmp.Diff(want, b.Messages(), cmpopts.EquateComparable(civil.Instant{})); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestConversation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		say  []string
		want string // the codes of the answers
		kept int
	}{
		{"a message", []string{"EHLO me", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", "Subject: x\r\n\r\nhi\r\n.", "QUIT"}, "220 250 250 250 354 250 221", 1},
		{"two in one session", []string{"HELO me", "MAIL FROM:<>", "RCPT TO:<d@e.f>", "DATA", "x\r\n.", "mail from:<a@b.c> SIZE=10", "rcpt to:<d@e.f>", "data", "y\r\n.", "QUIT"}, "220 250 250 250 354 250 250 250 354 250 221", 2},
		{"without a greeting", []string{"MAIL FROM:<a@b.c>", "QUIT"}, "220 503 221", 0},
		{"without a sender", []string{"HELO me", "RCPT TO:<d@e.f>", "QUIT"}, "220 250 503 221", 0},
		{"without a recipient", []string{"HELO me", "MAIL FROM:<a@b.c>", "DATA", "QUIT"}, "220 250 250 503 221", 0},
		{"forgotten by RSET", []string{"HELO me", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "RSET", "DATA", "QUIT"}, "220 250 250 250 250 503 221", 0},
		{"announced too large", []string{"EHLO me", "MAIL FROM:<a@b.c> SIZE=99999999", "QUIT"}, "220 250 552 221", 0},
		{"no brackets", []string{"EHLO me", "MAIL FROM:a@b.c", "QUIT"}, "220 250 501 221", 0},
		{"no such command", []string{"HELP", "VRFY x", "NOOP", "QUIT"}, "220 502 252 250 221", 0},
		{"a line that is too long", []string{strings.Repeat("x", 5000), "QUIT"}, "220 500 221", 0},
		{"nothing but errors", strings.Split(strings.Repeat("X ", 19)+"X", " "), "220" + strings.Repeat(" 502", 20) + " 421", 0},
		{"not a mail message", []string{"HELO me", "MAIL FROM:<a@b.c>", "RCPT TO:<d@e.f>", "DATA", "\xff\xfe\r\n.", "QUIT"}, "220 250 250 250 354 250 221", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newInbox(t)
			if got := converse(t, b.Addr(), tt.say); got != tt.want {
				t.Errorf("answers are %s, want %s", got, tt.want)
			}
			if n := len(b.Messages()); n != tt.kept {
				t.Errorf("%d messages kept, want %d", n, tt.kept)
			}
		})
	}
}

// converse says everything at once, as a pipelining client does, and gives the
// codes of the answers.
func converse(t *testing.T, address string, say []string) string {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, strings.Join(say, "\r\n")+"\r\n"); err != nil {
		t.Fatal(err)
	}
	codes := []string{}
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if line := lines.Text(); len(line) > 3 && line[3] == ' ' {
			codes = append(codes, line[:3])
		}
	}
	return strings.Join(codes, " ")
}

func TestMessageThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	err := smtp.SendMail(b.Addr(), nil, "a@b.c", []string{"d@e.f"}, []byte("Subject: x\r\n\r\n"+strings.Repeat("0123456789\r\n", 200_000)))
	if err == nil || !strings.Contains(err.Error(), "552") {
		t.Errorf("got %v, want 552", err)
	}
	if n := len(b.Messages()); n != 0 {
		t.Errorf("%d messages kept", n)
	}
}

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:25", "mail.example:25"} {
		if err := inbox.New(virtual.Standing(friday), nil).Listen(address); err == nil {
			t.Errorf("%s was listened on", address)
		}
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	h := b.Handler(time.FixedZone("EST", -5*3600))
	if got := fetch(h, "/inbox"); !strings.Contains(got, "No messages yet") {
		t.Errorf("an empty inbox says:\n%s", got)
	}
	for _, subject := range []string{"First", "<b>Second</b>"} {
		if err := smtp.SendMail(b.Addr(), nil, "a@b.c", []string{"d@e.f"}, []byte("Subject: "+subject+"\r\n\r\n<script>text</script>\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	list := fetch(h, "/inbox")
	second, first := strings.Index(list, "&lt;b&gt;Second"), strings.Index(list, "First")
	if second < 0 || first < second || !strings.Contains(list, "November 20, 2026, 2:00 PM") {
		t.Errorf("the list is not newest first, escaped, in local time:\n%s", list)
	}
	if got := fetch(h, "/inbox/1"); !strings.Contains(got, "&lt;script&gt;text") {
		t.Errorf("the message says:\n%s", got)
	}
	if got := fetch(h, "/inbox/99"); !strings.Contains(got, "404") {
		t.Errorf("an unknown message says:\n%s", got)
	}
	var list2 struct{ Data []inbox.Message }
	if err := json.Unmarshal([]byte(fetch(h, "/v1/messages")), &list2); err != nil || len(list2.Data) != 2 || list2.Data[0].Subject != "<b>Second</b>" {
		t.Errorf("JSON gives %+v, %v", list2, err)
	}
}

func fetch(h http.Handler, path string) string {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Body.String()
}

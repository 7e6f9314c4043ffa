package notifying_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

const address = "maria@example.org"

// postbag is a courier that keeps what it was given and answers with the next
// of its errors.
type postbag struct {
	mail    []notifying.Mail
	answers []error
}

func (p *postbag) Send(_ context.Context, m notifying.Mail) error {
	p.mail = append(p.mail, m)
	if len(p.answers) == 0 {
		return nil
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer
}

// exactly compares what cmp can not look into.
var exactly = cmp.Options{cmp.Comparer(pii.Secret.Equal), cmp.Comparer(func(a, b civil.Instant) bool { return a == b })}

func letter(ids *ident.Maker) notifying.Letter {
	return notifying.Letter{
		Account: enrollment.AccountID{UUID: ids.New()}, Template: "receipt", Language: "en", Source: ids.New(), Address: pii.NewSecret(address),
		Subject: "Your receipt", Text: "Confirmation number 7F3K-92QM-4X", HTML: "<h1>Your receipt</h1>",
	}
}

// each runs test on both engines with a fresh database.
func each(t *testing.T, test func(t *testing.T, db *store.DB, c *virtual.Clock, l notifying.Letter)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) { test(t, db, c, letter(ident.NewMaker(c, nil))) })
}

func kept(t *testing.T, db *store.DB, l notifying.Letter) store.Message {
	t.Helper()
	var m store.Message
	err := db.Read(t.Context(), "kept", func(tx *store.ReadTx) (err error) {
		m, err = tx.MessageAbout(l.Account, l.Source, l.Template, store.ChannelEmail)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestALetterIsKeptAsItWasSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock, l notifying.Letter) {
		var bag postbag
		if err := notifying.New(notifying.Config{DB: db, Courier: &bag}).Deliver(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		m := kept(t, db, l)
		if len(bag.mail) != 1 {
			t.Fatalf("got %d mails, want 1", len(bag.mail))
		}
		got := bag.mail[0]
		want := notifying.Mail{
			ID: m.ID.UUID, WrittenAt: storetest.Noon, Language: l.Language, Address: pii.NewSecret(address), Subject: l.Subject, Text: l.Text, HTML: l.HTML,
		}
		if diff := cmp.Diff(want, got, exactly); diff != "" {
			t.Error(diff)
		}
		if m.State != store.MessageSent || m.Subject != l.Subject || m.Text != l.Text || m.HTML != l.HTML || !m.Address.Equal(l.Address) {
			t.Errorf("kept %+v of %+v", m, l)
		}
	})
}

func TestWhatWasSentIsNotSentAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB, c *virtual.Clock, l notifying.Letter) {
		var bag postbag
		s := notifying.New(notifying.Config{DB: db, Courier: &bag})
		for range 3 {
			if err := s.Deliver(t.Context(), l); err != nil {
				t.Fatal(err)
			}
		}
		if len(bag.mail) != 1 {
			t.Errorf("got %d mails, want 1", len(bag.mail))
		}
		ids := ident.NewMaker(c, nil)
		for name, edit := range map[string]func(*notifying.Letter){
			"another template": func(l *notifying.Letter) { l.Template = "returned" },
			"another source":   func(l *notifying.Letter) { l.Source = ids.New() },
			"another account":  func(l *notifying.Letter) { l.Account = enrollment.AccountID{UUID: ids.New()} },
		} {
			other, before := l, len(bag.mail)
			edit(&other)
			if err := s.Deliver(t.Context(), other); err != nil || len(bag.mail) != before+1 {
				t.Errorf("%s: %v, %d more mails, want 1", name, err, len(bag.mail)-before)
			}
		}
	})
}

// A try that failed, and a crash after sending, look the same to the next try:
// the message is there and not marked. It sends the same words under the same
// name.
func TestANewTrySendsTheSameMailAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock, l notifying.Letter) {
		down := fault.New(fault.Unavailable, "mail.down", "no answer")
		bag := postbag{answers: []error{down}}
		s := notifying.New(notifying.Config{DB: db, Courier: &bag})
		err := s.Deliver(t.Context(), l)
		if !errors.Is(err, down) || notifying.Final(err) {
			t.Fatalf("got %v, want %v and not final", err, down)
		}
		if state := kept(t, db, l).State; state != store.MessageQueued {
			t.Errorf("after a failed try it is %s, want queued", state)
		}
		later := l
		later.Text = "The facts have changed since."
		if err := s.Deliver(t.Context(), later); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(bag.mail[0], bag.mail[1], exactly); diff != "" {
			t.Error(diff)
		}
		if state := kept(t, db, l).State; state != store.MessageSent {
			t.Errorf("after the second try it is %s, want sent", state)
		}
	})
}

func TestARefusalIsFinal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock, l notifying.Letter) {
		bag := postbag{answers: []error{fmt.Errorf("courier: %w", notifying.Refused(errors.New("550")))}}
		s := notifying.New(notifying.Config{DB: db, Courier: &bag})
		for i := range 2 {
			err := s.Deliver(t.Context(), l)
			if !notifying.Final(err) {
				t.Fatalf("try %d: got %v, want a refusal", i+1, err)
			}
			if strings.Contains(err.Error(), address) {
				t.Errorf("the error shows the address: %v", err)
			}
		}
		if len(bag.mail) != 1 {
			t.Errorf("got %d tries at the mail server, want 1", len(bag.mail))
		}
		if state := kept(t, db, l).State; state != store.MessageFailed {
			t.Errorf("it is %s, want failed", state)
		}
	})
}

// The job's context ends while the mail is on its way: that it is sent is
// written down all the same.
func TestAShutdownWhileSendingDoesNotSendTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock, l notifying.Letter) {
		ctx, stop := context.WithCancel(t.Context())
		if err := notifying.New(notifying.Config{DB: db, Courier: stopping(stop)}).Deliver(ctx, l); err != nil {
			t.Fatal(err)
		}
		if state := kept(t, db, l).State; state != store.MessageSent {
			t.Errorf("it is %s, want sent", state)
		}
	})
}

type stopping context.CancelFunc

func (stop stopping) Send(context.Context, notifying.Mail) error {
	stop()
	return nil
}

func TestTheAddressIsSealed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		l := letter(ident.NewMaker(c, nil))
		if err := notifying.New(notifying.Config{DB: db, Courier: &postbag{}}).Deliver(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		stored := storedAddress(t, db)
		if bytes.Contains(stored, []byte("maria")) || len(stored) == 0 {
			t.Errorf("stored as %q", stored)
		}
	})
}

// storedAddress reads the column of the one message as the engine holds it.
func storedAddress(t *testing.T, db *store.DB) []byte {
	t.Helper()
	const query = "SELECT address_enc FROM message"
	var stored []byte
	var err error
	if pool := db.PostgresPool(); pool != nil {
		err = pool.QueryRow(t.Context(), query).Scan(&stored)
	} else {
		err = db.SQLiteWriter().QueryRowContext(t.Context(), query).Scan(&stored)
	}
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestAnIncompleteLetterIsNeverSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock, l notifying.Letter) {
		for name, edit := range map[string]func(*notifying.Letter){
			"no account": func(l *notifying.Letter) { l.Account = enrollment.AccountID{} },
			"no source":  func(l *notifying.Letter) { l.Source = ident.UUID{} },
			"no address": func(l *notifying.Letter) { l.Address = pii.Secret{} },
			"no subject": func(l *notifying.Letter) { l.Subject = "" },
			"no text":    func(l *notifying.Letter) { l.Text = "" },
		} {
			var bag postbag
			broken := l
			edit(&broken)
			if err := notifying.New(notifying.Config{DB: db, Courier: &bag}).Deliver(t.Context(), broken); !notifying.Final(err) || len(bag.mail) != 0 {
				t.Errorf("%s: got %v and %d mails, want an error that is final and none", name, err, len(bag.mail))
			}
		}
	})
}

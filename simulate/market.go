package simulate

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
)

// market is the marketplace: the product on its database, which can be dropped
// with all it holds in memory and opened again.
type market struct {
	database  app.DatabaseConfig
	profile   *profile.Profile
	workers   int
	processor *processor
	mailbox   *mailbox
	log       *slog.Logger
	random    io.Reader // of the amounts of micro-entries: from the seed

	base *app.Database
	app  *app.App
}

// amounts draws from a seed what micro-entries bring.
func amounts(seed uint64) io.Reader {
	var key [32]byte
	copy(key[:], "micro-entries")
	binary.LittleEndian.PutUint64(key[24:], seed)
	return rand.NewChaCha8(key)
}

// open opens the marketplace. room is how many bytes the database may still
// grow; 0 is no limit.
func (m *market) open(ctx context.Context, room int64) error {
	config := m.database
	config.Room = room
	var err error
	if m.base, err = app.OpenDatabase(ctx, config); err != nil {
		return err
	}
	if err := m.base.Migrate(ctx); err != nil {
		return err
	}
	m.app, err = app.New(m.base, app.Config{
		Profile: m.profile, Links: links{}, Gateway: m.processor, Validator: validator{}, Courier: courier{}, Letters: letters{}, Log: m.log, BankLink: m.mailbox,
		BillWorkers: m.workers, VerifiesElsewhere: true, Random: m.random,
	})
	return err
}

// close drops the marketplace.
func (m *market) close() {
	if m.base != nil {
		m.base.Close()
	}
	m.base, m.app = nil, nil
}

// reopen drops the marketplace and opens it again, as after a crash. Who proves
// the books is not part of it, and is waited for.
func (s *simulation) reopen(ctx context.Context, room int64) error {
	if err := s.endProof(); err != nil {
		return err
	}
	s.market.close()
	return s.market.open(ctx, room)
}

// diskFull notes that a part of the day did not fit on the disk.
const diskFull = "the disk was full"

// The room on a disk that is nearly full, and how long it takes to come up
// again or to make room.
const (
	littleRoom = 8 << 10
	downtime   = 20 * time.Minute
)

// underFaults runs a part of the day. Where the day's trouble strikes it, the
// process state is dropped, and the part is run again on what it has left.
func (s *simulation) underFaults(ctx context.Context, at step, run func(context.Context) error) error {
	if s.trouble.full == at {
		s.cramped = true
		if err := s.reopen(ctx, littleRoom); err != nil {
			return err
		}
	}
	if s.trouble.killed == at {
		doomed := newMortal(ctx, s.trouble.looks)
		err := run(doomed)
		doomed.end(errKilled)
		if lost := s.mend(err); err != nil && !doomed.dead() && !s.cramped && !lost {
			return err
		}
		s.note(fmt.Sprintf("killed after %d looks", s.trouble.looks))
		s.result.Kills++
		return s.comeUp(ctx, err, run)
	}
	err := run(ctx)
	if s.mend(err) {
		s.clock.Advance(downtime)
		err = run(ctx)
	}
	if err == nil && s.trouble.duplicate {
		err = run(ctx)
	}
	if err != nil && s.cramped {
		s.note(diskFull)
		return s.comeUp(ctx, err, run)
	}
	return err
}

// mend makes the connection with the bank again, and tells whether it was lost
// and something failed for it.
func (s *simulation) mend(failed error) bool {
	if !s.market.mailbox.mend() || failed == nil {
		return false
	}
	s.note("the connection with the bank was lost")
	return true
}

// comeUp opens the marketplace again, on a disk with room, and makes up for
// what failed.
func (s *simulation) comeUp(ctx context.Context, failed error, run func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.clock.Advance(downtime)
	s.cramped = false
	if err := s.reopen(ctx, 0); err != nil {
		return err
	}
	if failed == nil {
		return nil
	}
	return run(ctx)
}

// validator takes every bank account.
type validator struct{}

func (validator) Validate(context.Context, string, pii.Secret, payment.AccountType) (payment.Validation, string, error) {
	return payment.ValidationOK, "simulated", nil
}

// courier takes every message and drops it: what was sent is kept by who sent
// it.
type courier struct{}

func (courier) Send(context.Context, notifying.Mail) error { return nil }

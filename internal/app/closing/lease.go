package closing

import (
	"context"
	"errors"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
)

// The lease is renewed well before it runs out, also while a step takes long.
// A node that was killed holds the others up for as long as it lasts.
const (
	leaseLength = 2 * time.Minute
	renewEvery  = 30 * time.Second
)

// Alone runs work while no node runs a business day, and keeps them from
// beginning one: what talks with the bank does so one at a time. It fails with
// CodeElsewhere when a day is being run. The context it gives ends when another
// node has taken over.
func (s *Service) Alone(ctx context.Context, work func(context.Context) error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	default:
		return fault.New(fault.Conflict, CodeElsewhere, "the business day is being run; try again when it is done")
	}
	return s.lead(ctx, func() error {
		held, release := s.hold(ctx)
		defer release()
		err := work(held)
		if lost := context.Cause(held); fault.Is(lost, store.CodeLeaseLost) {
			return errors.Join(err, lost)
		}
		return err
	})
}

// lead runs work while this node holds the lease.
func (s *Service) lead(ctx context.Context, work func() error) error {
	err := s.db.InTx(ctx, "take business day", func(tx *store.Tx) error {
		taken, err := tx.TakeLease(store.LeaseBusinessDay, s.node, leaseLength)
		if err != nil || taken {
			return err
		}
		held, err := tx.Lease(store.LeaseBusinessDay)
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, CodeElsewhere, "another node is running the business day; try again after %s", s.clockTime(held))
	})
	if err != nil {
		return err
	}
	err = work()
	// Letting go spares the others the wait, also when we were told to stop. If
	// it fails, the lease runs out by itself.
	_ = s.db.InTx(context.WithoutCancel(ctx), "leave business day", func(tx *store.Tx) error {
		tx.DropLease(store.LeaseBusinessDay, s.node)
		return nil
	})
	return err
}

func (s *Service) clockTime(l store.LeaseRow) string {
	return l.ExpiresAt.Time().In(s.profile.Zone()).Format("2006-01-02 15:04:05")
}

// record writes what became of the day, if this node still has the lease.
func (s *Service) record(ctx context.Context, op string, write func(*store.Tx)) error {
	return s.db.InTx(ctx, op, func(tx *store.Tx) error {
		tx.KeepLease(store.LeaseBusinessDay, s.node, leaseLength)
		write(tx)
		return nil
	})
}

// hold renews the lease until release is called. The context it gives ends
// when another node has taken over, with the cause.
func (s *Service) hold(ctx context.Context) (held context.Context, release func()) {
	held, cancel := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(s.renew)
		defer ticker.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-ticker.C:
			}
			if err := s.record(held, "renew business day", func(*store.Tx) {}); fault.Is(err, store.CodeLeaseLost) {
				cancel(err)
			}
		}
	}()
	return held, func() {
		cancel(errStepEnded)
		<-stopped
	}
}

var errStepEnded = errors.New("the step has ended")

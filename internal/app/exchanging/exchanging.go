// Package exchanging tells carriers of coverage that started, ended or came
// back, and records what they answer (R-BIND-4, R-CAR-2). Until carrier files
// are exchanged, told means that the carrier's outbox has it: whoever writes the
// files reads the outbox, and whoever reads files records the answers here.
package exchanging

import (
	"context"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Service is what carriers are told and what they answer.
type Service struct {
	db      *store.DB
	profile *profile.Profile
}

// New makes the service.
func New(db *store.DB, p *profile.Profile) *Service { return &Service{db, p} }

// Message is what a carrier is told of an enrollment.
type Message = store.CarrierMessage

// Key names the coverage that a carrier speaks of.
type Key = store.CarrierKey

// Aside is an answer that somebody has to look at.
type Aside = store.AsideAnswer

// Tell tells carriers today of everything they are to be told and tells how
// much that was. The night's and the day's decisions leave together.
func (s *Service) Tell(ctx context.Context) (told int64, err error) {
	today := s.today()
	err = s.db.InTx(ctx, "tell carriers", func(tx *store.Tx) (err error) {
		if told, err = tx.TellCarriers(today); err != nil {
			return err
		}
		return hear(tx, today)
	})
	return told, err
}

// Outbox gives up to limit messages that were told from one day to another and
// have no answer that counts, after one that was given before.
func (s *Service) Outbox(ctx context.Context, from, through civil.Date, after Message, limit int) (all []Message, err error) {
	err = s.db.Read(ctx, "carriers' outbox", func(tx *store.ReadTx) error {
		all, err = tx.MessagesTold(from, through, after, limit)
		return err
	})
	return all, err
}

// Status is how the exchange with carriers stands.
type Status struct {
	Today   civil.Date
	Counts  store.CarrierCounts
	Late    []Late    // the oldest
	Refused []Message // the last ones
	Aside   []Aside
}

// ToDo tells whether somebody has to look at something.
func (s Status) ToDo() bool {
	return s.Counts.LateToTell+s.Counts.LateAnswer+s.Counts.Refused+s.Counts.Aside > 0
}

// Late is a message of which a step takes too long.
type Late struct {
	Message
	Delay exchange.Delay
}

// Status counts, and lists up to limit of what is late, refused and set aside
// (R-BIND-4).
func (s *Service) Status(ctx context.Context, limit int) (Status, error) {
	st := Status{Today: s.today()}
	err := s.db.Read(ctx, "carrier status", func(tx *store.ReadTx) (err error) {
		if st.Counts, err = s.counts(tx); err != nil {
			return err
		}
		before := s.lateBefore()
		untold, err := tx.MessagesUntold(s.startOf(before), limit)
		if err != nil {
			return err
		}
		unanswered, err := tx.MessagesTold(civil.Date{}, before.AddDays(-1), Message{}, limit)
		if err != nil {
			return err
		}
		st.Late = nil
		for _, m := range untold {
			st.Late = append(st.Late, Late{m, exchange.DelayTelling})
		}
		for _, m := range unanswered {
			st.Late = append(st.Late, Late{m, exchange.DelayAnswering})
		}
		if st.Refused, err = tx.MessagesRefused(limit); err != nil {
			return err
		}
		st.Aside, err = tx.AnswersAside(limit)
		return err
	})
	return st, err
}

// Counts counts the messages and answers by where they stand.
func (s *Service) Counts(ctx context.Context) (c store.CarrierCounts, err error) {
	err = s.db.Read(ctx, "carrier counts", func(tx *store.ReadTx) error {
		c, err = s.counts(tx)
		return err
	})
	return c, err
}

func (s *Service) counts(tx *store.ReadTx) (store.CarrierCounts, error) {
	before := s.lateBefore()
	return tx.CarrierCounts(before, s.startOf(before))
}

func (s *Service) today() civil.Date { return s.profile.Today(s.db.Now()) }

// lateBefore is the first day of which a step is not late today.
func (s *Service) lateBefore() civil.Date {
	today := s.today()
	return exchange.LateBefore(today, s.profile.Carrier.AlarmDays.On(today))
}

func (s *Service) startOf(day civil.Date) civil.Instant {
	return civil.InstantOf(time.Date(day.Year(), day.MonthOfYear(), day.Day(), 0, 0, 0, 0, s.profile.Zone()))
}

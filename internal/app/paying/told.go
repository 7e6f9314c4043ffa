package paying

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// Told is what a carrier was told of a start that a payment brought about, and
// its answer: sent to the carrier, confirmed, each with its date (R-BIND-4).
type Told struct {
	Carrier    string
	ToldOn     civil.Date // zero: not yet
	Outcome    exchange.Outcome
	AnsweredOn civil.Date
	Delay      exchange.Delay // of the step that is not done
}

// told gives what carriers were told of because of a payment.
func (s *Service) told(tx *store.ReadTx, p payment.Payment) ([]Told, error) {
	messages, err := tx.StartsToldBy(p.AccountID, p.ID)
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	today := s.profile.Today(s.db.Now())
	all := make([]Told, len(messages))
	for i, m := range messages {
		sent := exchange.Message{Event: m.Event, Month: m.Month, OwedOn: s.profile.Today(m.OwedAt), ToldOn: m.ToldOn}
		all[i] = Told{
			Carrier: m.Carrier, ToldOn: m.ToldOn, Outcome: m.Outcome, AnsweredOn: m.AnsweredOn,
			Delay: exchange.DelayOn(sent, m.Verdict, today, s.profile.Carrier.AlarmDays.On(today)),
		}
	}
	return all, nil
}

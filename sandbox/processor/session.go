package processor

import (
	"crypto/rand"
	"encoding/json"

	"quittance.org/quittance/internal/base/civil"
)

// Status is where a session stands.
type Status string

// The statuses. A session is open until one of the last four; processing is
// the bank thinking, and can end only in paid.
const (
	StatusOpen       Status = "open"
	StatusProcessing Status = "processing"
	StatusPaid       Status = "paid"
	StatusDeclined   Status = "declined" // closed after the bank said no at least once
	StatusCanceled   Status = "canceled" // closed before any card was tried
	StatusExpired    Status = "expired"  // ran out before any card was tried
)

// Charge is money taken.
type Charge struct {
	ID          string        `json:"id"`
	Session     string        `json:"session"`
	Reference   string        `json:"reference"`
	AmountCents int64         `json:"amount_cents"`
	Currency    string        `json:"currency"`
	Card        Card          `json:"card"`
	CreatedAt   civil.Instant `json:"created_at"`
}

// Session is one checkout, as the API shows it.
type Session struct {
	ID          string        `json:"id"`
	Reference   string        `json:"reference"`
	Status      Status        `json:"status"`
	AmountCents int64         `json:"amount_cents"`
	Currency    string        `json:"currency"`
	Description string        `json:"description"`
	Language    string        `json:"language"`
	URL         string        `json:"url"`
	SuccessURL  string        `json:"success_url"`
	CancelURL   string        `json:"cancel_url"`
	ExpiresAt   civil.Instant `json:"expires_at"`
	CreatedAt   civil.Instant `json:"created_at"`
	LastDecline string        `json:"last_decline,omitempty"`
	Charge      *Charge       `json:"charge,omitempty"`
}

// state is a session with what only the processor knows of it.
type state struct {
	Session     Session       `json:"session"`
	Token       string        `json:"token"`       // in the page's address
	Fingerprint string        `json:"fingerprint"` // of the request that made it
	Challenged  *Card         `json:"challenged,omitempty"`
	Thinking    *Card         `json:"thinking,omitempty"`
	AnswersAt   civil.Instant `json:"answers_at,omitempty"`
}

// attempt is what became of a card that was tried.
type attempt int

const (
	attemptClosed    attempt = iota // the page had been used up before
	attemptPaid                     // or will be: the bank is thinking
	attemptDeclined                 //
	attemptChallenge                // the bank asks first
	attemptSilent                   // paid, and nobody hears of it
)

// settle brings a session up to now: the page runs out, the bank answers.
// Callers hold p.mu.
func (p *Processor) settle(s *state, now civil.Instant) error {
	switch {
	case s.Session.Status == StatusProcessing && !now.Before(s.AnswersAt):
		return p.charge(s, *s.Thinking, now, TestCard{})
	case s.Session.Status == StatusOpen && !now.Before(s.Session.ExpiresAt):
		return p.shut(s, StatusExpired, now)
	}
	return nil
}

// shut closes a page for good. After a decline that is what the merchant
// wants to hear, however the page came to be closed.
func (p *Processor) shut(s *state, as Status, now civil.Instant) error {
	if s.Session.LastDecline != "" {
		as = StatusDeclined
	}
	s.Session.Status, s.Challenged = as, nil
	return p.record(s, p.event("session."+string(as), s, now))
}

// charge takes the money, once in the life of a session.
func (p *Processor) charge(s *state, face Card, now civil.Instant, card TestCard) error {
	var begun *delivery
	if card.reorder {
		s.Session.Status = StatusProcessing
		begun = p.event("session.processing", s, now)
		begun.DueAt = now.Add(reorderLag)
	}
	s.Session.Status, s.Challenged, s.Thinking = StatusPaid, nil, nil
	s.Session.Charge = &Charge{
		ID: "ch_" + rand.Text(), Session: s.Session.ID, Reference: s.Session.Reference,
		AmountCents: s.Session.AmountCents, Currency: s.Session.Currency, Card: face, CreatedAt: now,
	}
	paid := p.event("session.paid", s, now)
	if card.silent {
		paid.DueAt = now.Add(silentLag)
	}
	deliveries := []*delivery{paid}
	if begun != nil {
		deliveries = append(deliveries, begun)
	}
	if card.duplicate {
		deliveries = append(deliveries, paid.again())
	}
	return p.record(s, deliveries...)
}

// try puts a card to the bank. A session that is not open is left as it is,
// so the same page sent twice charges once.
func (p *Processor) try(s *state, card TestCard, number string, now civil.Instant) (attempt, error) {
	face := faceOf(number)
	switch {
	case s.Session.Status != StatusOpen:
		return attemptClosed, nil
	case card.decline != "":
		return attemptDeclined, p.refuse(s, card.decline, now)
	case card.challenge:
		s.Challenged = &face
		return attemptChallenge, p.record(s)
	case card.slow:
		s.Session.Status, s.Thinking, s.AnswersAt = StatusProcessing, &face, now.Add(p.slowFor)
		return attemptPaid, p.record(s, p.event("session.processing", s, now))
	case card.silent:
		return attemptSilent, p.charge(s, face, now, card)
	}
	return attemptPaid, p.charge(s, face, now, card)
}

// answer is the payer's answer to the bank's challenge.
func (p *Processor) answer(s *state, approved bool, now civil.Instant) (attempt, error) {
	face := s.Challenged
	if s.Session.Status != StatusOpen || face == nil {
		return attemptClosed, nil
	}
	if !approved {
		s.Challenged = nil
		return attemptDeclined, p.refuse(s, DeclineAuthenticate, now)
	}
	return attemptPaid, p.charge(s, *face, now, TestCard{})
}

// refuse notes the bank's no. The page stays open for another card.
func (p *Processor) refuse(s *state, reason string, now civil.Instant) error {
	s.Session.LastDecline, s.Challenged = reason, nil
	return p.record(s, p.event("session.card_declined", s, now))
}

// event makes the webhook that tells the merchant how s stands now.
func (p *Processor) event(kind string, s *state, now civil.Instant) *delivery {
	e := Event{ID: "evt_" + rand.Text(), Type: kind, CreatedAt: now}
	e.Data.Session = s.Session
	body, err := json.Marshal(e)
	if err != nil {
		panic("processor: an event is plain data: " + err.Error())
	}
	return &delivery{ID: "dlv_" + rand.Text(), Event: e.ID, Type: kind, Body: body, MadeAt: now, DueAt: now}
}

package simulate

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"

	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/exchange"
)

// How carriers answer what they are told: most within four bank days, some
// after the alarm, one in a hundred never; a few refuse (R-BIND-4). Where events
// come in the wrong order, some say the same or the contrary again, and some
// speak of ends that nobody decided.
const (
	carrierDays     = 4  // bank days
	carrierLateDays = 12 // … of who is late
	carrierLooks    = 25 // days back, after which an answer will not come
	messagesAtOnce  = 500
)

// hearCarriers records what carriers answer today. What they were told is read
// from their outbox; when they answer follows from the seed and the message, so
// that nothing is remembered of it. On a day that is run again they say the
// same again.
func (s *simulation) hearCarriers(ctx context.Context) error {
	if s.answers == nil {
		answers, err := s.answersToday(ctx)
		if err != nil {
			return err
		}
		s.answers = answers
	}
	recorded, err := s.market.app.Exchanging.Record(ctx, s.answers)
	if err == nil {
		for _, refused := range recorded.Refused {
			return refused
		}
	}
	return err
}

// answersToday gives the answers of the day, those in the outbox's order, which
// differs from one database to another, sorted.
func (s *simulation) answersToday(ctx context.Context) ([]exchanging.Answer, error) {
	answers := []exchanging.Answer{}
	var last exchanging.Message
	for {
		page, err := s.market.app.Exchanging.Outbox(ctx, s.today.AddDays(-carrierLooks), s.today, last, messagesAtOnce)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			answers = append(answers, s.answersTo(m)...)
		}
		if len(page) < messagesAtOnce {
			break
		}
		last = page[len(page)-1]
	}
	slices.SortFunc(answers, func(a, b exchanging.Answer) int { return cmp.Compare(a.Reference, b.Reference) })
	if s.trouble.reversed {
		slices.Reverse(answers)
	}
	return answers, nil
}

// answersTo gives what a carrier says today of a message.
func (s *simulation) answersTo(m exchanging.Message) []exchanging.Answer {
	name := m.Reference + " " + string(m.Event) + " " + m.Month.String() + " " + m.ToldOn.String()
	d := s.dice(int(hashOf(name)), forCarrier, 0)
	wait, throw := d.between(1, carrierDays), d.IntN(100)
	switch {
	case throw == 0:
		return nil
	case throw <= 3:
		wait = d.between(carrierDays+2, carrierLateDays)
	}
	on := civil.BankDays.Add(m.ToldOn, wait)
	if on.After(s.today) {
		return nil
	}
	a := exchanging.Answer{
		Key: exchanging.Key{AccountID: m.AccountID, EnrollmentID: m.EnrollmentID},
		Answer: exchange.Answer{
			Event: m.Event, Month: m.Month, Outcome: exchange.OutcomeConfirmed, On: on, Source: m.Carrier, Reference: name,
		},
	}
	if d.chance(2) {
		a.Outcome, a.Reason = exchange.OutcomeRefused, "member not found"
	}
	answers := []exchanging.Answer{a}
	if d.chance(10) && s.weather.has(FaultDuplicate) {
		answers = append(answers, a)
	}
	if throw := d.IntN(100); throw < 50 && s.weather.has(FaultOrder) {
		answers = append(answers, mixedUp(a, throw))
	}
	return answers
}

// mixedUp is an answer that should not be: the same in other words, the
// contrary a day later, or about an end that nobody decided.
func mixedUp(a exchanging.Answer, way int) exchanging.Answer {
	a.Reference += " mixed up"
	a.On = a.On.AddDays(1)
	switch {
	case way < 15:
	case way < 40 && a.Outcome == exchange.OutcomeConfirmed:
		a.Outcome, a.Reason = exchange.OutcomeRefused, "already ended"
	default:
		a.Event, a.Month = exchange.EventEnd, a.Month.Add(-30)
	}
	return a
}

// hashOf numbers a message for dice.
func hashOf(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return h.Sum32()
}

// carrierSection tells what carriers were told and what they made of it.
func (r *Result) carrierSection() section {
	months := r.months()
	messages := func(outcome string) []int64 {
		sum := make([]int64, len(months))
		for _, e := range exchange.Events {
			sum = plus(sum, r.counts(months, "carrier", string(e)+" "+outcome))
		}
		return sum
	}
	return section{
		Lead: "What carriers were told in each month of coverage that started, ended or came back, by their answer; and answers set aside, because they contradict another one or speak of what nobody decided.",
		Chart: chart{
			ID: "carriers", Title: "Carriers", About: "One stacked bar a month: messages confirmed, refused and not answered, and answers set aside.",
			Labels: each(months, shortMonth), Stacked: true,
			Series: []series{
				{"Confirmed", colorTeal, messages("confirmed")},
				{"Refused", colorRed, messages("refused")},
				{"No answer", colorGray, messages("told")},
				{"Answers set aside", colorSand, r.counts(months, "carrier", "aside")},
			},
		},
		Caption: "Messages to carriers by month", Months: each(months, longMonth), HasSum: true,
	}
}

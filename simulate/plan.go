package simulate

import (
	"context"
	"time"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// next makes the next payment of a household.
func (s *simulation) next(n int, w way, h hurt) event {
	s.town[n].serial++
	return event{kind: eventPay, way: w, hurt: h, serial: s.town[n].serial, household: int32(n)}
}

// planFirst plans the first payment of who has just chosen a plan. Renewals
// need none: they pay with everybody else.
func (s *simulation) planFirst(n int) {
	p := s.payerOf(n)
	d := s.dice(n, forMonth, 0)
	after := d.between(1, 10)
	switch p.habit {
	case habitStops:
		if p.from < 3 {
			return // chose and never paid
		}
	case habitLate:
		after = d.between(15, 45)
	case habitAutoPay:
		s.planAutoPay(n, after+d.between(1, 6))
	}
	s.agenda.add(s.today.AddDays(after), s.next(n, p.way, hurtNothing))
}

// planMonth plans, on the first day of a month, how everybody who has chosen a
// plan pays the bill of that day.
func (s *simulation) planMonth() {
	month := s.today.Month()
	if month == s.planned || month.Before(civil.NewMonth(s.Year-1, time.December)) {
		return
	}
	s.planned = month
	number := month.MonthsSince(civil.NewMonth(s.Year-1, time.December))
	for n := range s.town {
		if s.town[n].chosen {
			s.planPayment(n, month, number)
		}
	}
}

// Every month three in a thousand members give coverage up, and six in a
// hundred of those who do not pay as they should ask for help, which they get
// if they are past due. Who stops paying appeals after so many months, by when
// coverage has ended with help or without.
const (
	cancelPerMille = 3
	askPercent     = 6
	appealAfter    = 6
)

// planPayment plans a household's payment of a month; number counts months
// from the first bill run.
func (s *simulation) planPayment(n int, month civil.Month, number int) {
	p := s.payerOf(n)
	d := s.dice(n, forMonth, 1+number)
	if d.IntN(1000) < cancelPerMille {
		s.agenda.add(month.On(d.between(1, 28)), event{kind: eventCancel, household: int32(n)})
	}
	if p.habit == habitAutoPay && !s.town[n].manual {
		s.planDrafted(n, d, month)
		return
	}
	h, day := hurtNothing, max(2, p.day+d.between(-2, 2))
	if p.habit >= habitLate && d.chance(askPercent) {
		s.agenda.add(month.On(d.between(24, 28)), event{kind: eventHelp, household: int32(n), serial: uint16(number)})
	}
	switch p.habit {
	case habitOnTime, habitAutoPay:
		if d.chance(3) {
			return // forgotten this once
		}
		day = min(day, 22)
	case habitLate:
		day = d.between(24, 48)
	case habitPartial:
		if d.chance(60) {
			h = hurtPartial
		}
	case habitWrong:
		if d.chance(50) {
			h = hurtWrong
		}
	case habitTwice:
		if d.chance(25) {
			h = hurtTwice
		}
	case habitForgets:
		if number >= p.from && number < p.from+p.gap {
			return
		}
	case habitStops:
		if number == p.from+appealAfter {
			s.agenda.add(month.On(d.between(5, 25)), event{kind: eventAppeal, household: int32(n)})
		}
		if number >= p.from {
			return
		}
	}
	s.agenda.add(month.First().AddDays(day-1), s.next(n, p.way, h))
}

// follow plans what follows from an event that has happened: a check in the
// post, the same payment once more, another try, a debit that comes back.
func (s *simulation) follow(e *event) {
	n := int(e.household)
	d := s.dice(n, forEvent, 1<<16|int(e.serial))
	switch {
	case e.kind >= eventAutoPay:
		s.followAutoPay(e)
		return
	case e.kind == eventReturn && e.choice == doTakeBack:
		s.takeIn(e)
		return
	case e.kind != eventPay && e.kind != eventArrive || !e.amount.IsPositive():
		return
	case e.kind == eventPay && e.way == wayCheck:
		s.post(d, *e)
		return
	}
	s.takeIn(e)
	if e.way == wayWebCard && (e.failed || lot(s.operation(e)) >= 94) {
		s.agenda.add(s.today.AddDays(1), s.next(n, wayWebBank, hurtNothing))
		return
	}
	if e.hurt == hurtTwice && e.kind == eventPay {
		again := s.next(n, e.way, hurtNothing)
		again.amount, again.decided = e.amount, true
		s.agenda.add(s.today.AddDays(1), again)
	}
	if after, comesBack := s.comesBack(d, e.way); comesBack {
		back := *e
		back.kind, back.done = eventReturn, false
		s.agenda.add(s.today.AddDays(after), back)
	}
}

// post puts a check in the mail. Its postmark is of today, unless nobody can
// read it; where evidence comes late, some arrive about the last day on which
// the postmark counts, on either side of it (R-PAY-4).
func (s *simulation) post(d dice, e event) {
	e.kind, e.done, e.on = eventArrive, false, s.today
	days := d.between(2, 7)
	if d.chance(3) {
		e.on = civil.Date{}
	}
	if late := d.chance(10); late && s.weather.has(FaultOrder) {
		due := standing.DueFor(s.Profile, enrollment.AccountIndividual, nil, s.today)
		last := due.AddDays(s.Profile.Mail.WaitDays.On(due))
		days = max(days, last.DaysSince(s.today)+d.between(-2, 3))
	}
	s.agenda.add(s.today.AddDays(days), e)
}

// comesBack tells whether and after how many days a payment is taken back that
// is no debit: few checks, very few card payments, months later. Debits come
// back through the bank.
func (s *simulation) comesBack(d dice, w way) (days int, comesBack bool) {
	perMille, low, high := 2, 25, 70
	switch w {
	case wayCheck:
		perMille, low, high = 6, 5, 12
	case wayBillPay, wayWebBank:
		return 0, false
	}
	return d.between(low, high), d.IntN(1000) < perMille
}

// payAhead lets some newcomers pay before their first bill is made, where
// events come in the wrong order: enrollment references can be paid with at
// once (R-BIND-1).
func (s *simulation) payAhead(ctx context.Context) error {
	if !s.weather.has(FaultOrder) {
		return nil
	}
	for i := range s.told {
		told := &s.told[i]
		n := int(told.household)
		if s.town[n].chosen || !s.dice(n, forEvent, 0).chance(10) {
			continue
		}
		if err := s.lookUp(ctx, n); err != nil {
			return err
		}
		_, err := s.market.app.Paying.Receive(ctx, paying.Received{
			Operation: s.operation(&event{household: told.household}), Account: s.town[n].account, Channel: payment.ChannelIVR,
			Method: payment.MethodCard, Amount: money.Dollars(100), ReceivedOn: s.today, Reference: "ahead of the bill", LastFour: "0000",
		})
		if err != nil {
			return err
		}
		if !told.decided {
			told.decided = true
			s.payIns.add(ledger.ClearingCard, s.now(), money.Dollars(100))
		}
	}
	return nil
}

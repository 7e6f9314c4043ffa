package simulate

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/sandbox/bank"
)

// choice is what somebody does about AutoPay.
type choice uint8

const (
	doNothing choice = iota
	doRelease        // say yes to a debit that waits for an answer
	doDecline        // say no, and pay by hand
	doRenew          // turn it on anew, from another bank account
	doByHand         // pay by hand from now on
	doPay            // pay what is due, once
	doDay            // choose the other day
	doBank           // … another bank account
	doCap            // … another limit
	doStop
	doTakeBack // of a payment: the bank did
)

// Of a hundred months of a household with AutoPay, in so many somebody changes
// something, looks whether it waits for an answer, pays by hand before it, or
// makes sure at the end of the month that nothing is due.
const (
	alterPercent = 3
	lookPercent  = 8
	earlyPercent = 3
	tidyPercent  = 12
)

// planAutoPay plans that AutoPay is turned on.
func (s *simulation) planAutoPay(n, after int) {
	e := s.next(n, wayWebBank, hurtNothing)
	e.kind, e.bank = eventAutoPay, s.town[n].bank
	s.agenda.add(s.today.AddDays(after), e)
}

// planDrafted plans what a household with AutoPay does in a month beside it.
func (s *simulation) planDrafted(n int, d dice, month civil.Month) {
	add := func(percent, from, to int, kind eventKind) {
		day, happens := d.between(from, to), d.chance(percent)
		if happens {
			e := s.next(n, wayWebBank, hurtNothing)
			e.kind, e.bank = kind, s.town[n].bank
			s.agenda.add(month.On(day), e)
		}
	}
	add(alterPercent, 1, 28, eventAlter)
	add(lookPercent, 9, 13, eventCheck)
	add(earlyPercent, 3, 12, eventPay)
	add(tidyPercent, 25, 28, eventPay)
}

// debitReturned has the holder of an account look, some days after the bank
// took a debit back.
func (s *simulation) debitReturned(back bank.Entry, on civil.Date) {
	n, ok := householdOf(back.Account)
	if !ok || n >= len(s.town) {
		return
	}
	e := s.next(n, wayWebBank, hurtNothing)
	e.kind = eventCheck
	s.agenda.add(on.AddDays(s.dice(n, forEvent, 1<<17|int(e.serial)).between(2, 6)), e)
}

// member is the person of a household who signs in.
func (s *simulation) member(household int32) autopay.Who {
	return autopay.Who{Person: s.operation(&event{household: household, serial: personSerial}).UUID, Role: access.RoleMember}
}

// personSerial names the person among a household's operations.
const personSerial = 1<<16 - 1

// given is how an authorization was given: on the website.
var given = autopay.Given{
	Channel: payment.ChannelWebAccount, Language: "en", TextVersion: "simulated", Wording: "I agree.", Network: "simulated", SessionHash: "simulated",
	Method: "password",
}

// save saves the bank account of an event. Whoever is refused, because a payment
// from it came back before (G9g), uses another.
func (s *simulation) save(ctx context.Context, e *event) (payment.BankAccountID, error) {
	for {
		saved, err := s.market.app.AutoPay.Save(ctx, autopay.Save{
			Account: s.town[e.household].account, Who: s.member(e.household), Nickname: fmt.Sprintf("Account %d", e.bank), Bank: payment.BankAccount{
				HolderName: "Pat Payer", Type: payment.AccountChecking, Routing: routing, Number: pii.NewSecret(accountNumber(e.household, e.bank)),
			},
		})
		if !fault.Is(err, paying.CodeBankReturned) {
			return saved.ID, err
		}
		e.bank++
	}
}

// turnOn lets a member turn AutoPay on; every fourth sets the limit that is
// proposed.
func (s *simulation) turnOn(ctx context.Context, e *event) error {
	who, account := s.member(e.household), s.town[e.household].account
	d := s.dice(int(e.household), forEvent, int(e.serial))
	limited, quiet := d.chance(25), d.chance(30)
	if !e.decided {
		offer, err := s.market.app.AutoPay.Offer(ctx, who, account)
		if err != nil {
			return err
		}
		if e.decided = true; limited {
			e.amount = offer.DefaultCap
		}
	}
	from, err := s.save(ctx, e)
	if err != nil {
		return err
	}
	terms := mandate.Terms{BankAccount: from, Day: s.payerOf(int(e.household)).day, Cap: e.amount, Notice: mandate.NoticeAlways}
	if quiet {
		terms.Notice, terms.NoticeOver = mandate.NoticeOver, money.Dollars(200)
	}
	_, err = s.market.app.AutoPay.TurnOn(ctx, autopay.TurnOn{
		Operation: s.operation(e).UUID, Account: account, Who: who, Terms: terms, Given: given,
	})
	e.failed = fault.Is(err, autopay.CodeNoCoverage)
	return passRefusal(err)
}

// passRefusal lets a refusal pass, unless it says that an operation was used
// for two things.
func passRefusal(err error) error {
	if err != nil && (isRefusal(err) || fault.Is(err, autopay.CodeOff)) && !fault.Is(err, autopay.CodeOther) {
		return nil
	}
	return err
}

// alter lets a member change AutoPay, or stop it.
func (s *simulation) alter(ctx context.Context, e *event) error {
	who, account := s.member(e.household), s.town[e.household].account
	status, err := s.market.app.AutoPay.Status(ctx, who, account)
	if err != nil || status.Mandate == nil {
		return err
	}
	terms := status.Mandate.Terms
	if !e.decided {
		d := s.dice(int(e.household), forEvent, int(e.serial))
		e.decided, e.choice = true, []choice{doDay, doDay, doBank, doBank, doCap, doStop}[d.IntN(6)]
		if !status.On {
			e.choice = doNothing
		}
		e.day = uint8(otherDay(terms.Day))
		e.amount = money.Dollars(int64(d.between(50, 900)))
		e.bank++
	}
	switch e.choice {
	case doNothing:
		return nil
	case doDay:
		terms.Day = int(e.day)
	case doBank:
		if terms.BankAccount, err = s.save(ctx, e); err != nil {
			return err
		}
	case doCap:
		terms.Cap = e.amount
	case doStop:
		when := []autopay.StopWhen{autopay.StopNow, autopay.StopAfterNext}[e.household%2]
		_, err = s.market.app.AutoPay.Stop(ctx, autopay.Stop{Account: account, Who: who, When: when, Language: "en"})
		return passRefusal(err)
	}
	_, err = s.market.app.AutoPay.Change(ctx, autopay.Change{Operation: s.operation(e).UUID, Account: account, Who: who, Terms: terms, Given: given})
	return passRefusal(err)
}

func otherDay(day int) int {
	if day == 15 {
		return 23
	}
	return 15
}

// check lets a member look how AutoPay goes, and do something about it.
func (s *simulation) check(ctx context.Context, e *event) error {
	who, account := s.member(e.household), s.town[e.household].account
	status, err := s.market.app.AutoPay.Status(ctx, who, account)
	if err != nil {
		return err
	}
	if !e.decided {
		e.decided, e.choice = true, s.react(e, &status)
	}
	if status.Held == nil {
		return nil
	}
	answer := autopay.Answer{Account: account, Who: who, Draft: status.Held.ID, Amount: status.Held.Noticed}
	switch e.choice {
	case doRelease:
		err = s.market.app.AutoPay.Release(ctx, answer)
	case doDecline:
		err = s.market.app.AutoPay.Decline(ctx, answer)
	}
	return passRefusal(err)
}

// react is what a member makes of how AutoPay stands.
func (s *simulation) react(e *event, status *autopay.Status) choice {
	throw := s.dice(int(e.household), forEvent, int(e.serial)).IntN(100)
	pick := func(mostly, otherwise choice, percent int) choice {
		if throw < percent {
			return mostly
		}
		return otherwise
	}
	switch {
	case status.Held != nil:
		return pick(doRelease, doDecline, 85)
	case status.Mandate == nil:
		return pick(doPay, doNothing, 70) // a single payment came back
	case status.Mandate.State == mandate.Stopped || status.Mandate.State == mandate.Disputed:
		return pick(doRenew, doByHand, 75)
	}
	return pick(doPay, doNothing, 30)
}

// followAutoPay plans what follows from what was done about AutoPay.
func (s *simulation) followAutoPay(e *event) {
	n := int(e.household)
	r := &s.town[n]
	if e.kind == eventAutoPay {
		r.bank = max(r.bank, e.bank)
		if e.failed && e.tries < turnOnTries { // no coverage yet, or no more
			again := *e
			again.tries++
			again.done, again.decided, again.failed = false, false, false
			s.agenda.add(s.today.AddDays(7), again)
		}
		return
	}
	switch e.choice {
	case doBank:
		r.bank = e.bank
	case doStop, doByHand:
		r.manual = true
	case doRenew:
		r.bank++
		s.planAutoPay(n, 1)
	}
	switch e.choice {
	case doDecline, doRenew, doByHand, doPay:
		pay := s.next(n, wayWebBank, hurtNothing)
		pay.bank = r.bank
		s.agenda.add(s.today.AddDays(1), pay)
	}
}

// turnOnTries is how often somebody without coverage tries to turn AutoPay on.
const turnOnTries = 8

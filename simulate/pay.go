package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// ahead is how far the clock is ahead on a day on which it is wrong.
const ahead = 20 * time.Hour

// letPeopleAct lets everything happen that people, banks and the post do
// today. On a day with a wrong clock it is ahead for every other household.
func (s *simulation) letPeopleAct(ctx context.Context) error {
	s.planMonth()
	if s.events == nil {
		s.events = s.agenda.take(s.lastUp.AddDays(1), s.today, func(e event) bool { return e.kind != eventTell })
	}
	visits := byHousehold(s.events)
	if !s.trouble.jump {
		return s.serve(ctx, visits, func(int32) bool { return true })
	}
	odd := func(n int32) bool { return n%2 == 1 }
	even := func(n int32) bool { return n%2 == 0 }
	if err := s.serve(ctx, visits, even); err != nil {
		return err
	}
	s.clock.Advance(ahead)
	err := s.serve(ctx, visits, odd)
	s.clock.Advance(time.Hour - ahead)
	return err
}

// byHousehold cuts a day's events where the household changes.
func byHousehold(all []event) [][]event {
	var visits [][]event
	for i := 0; i < len(all); {
		j := i
		for j < len(all) && all[j].household == all[i].household {
			j++
		}
		visits = append(visits, all[i:j])
		i = j
	}
	return visits
}

// serve lets households act, several at a time.
func (s *simulation) serve(ctx context.Context, visits [][]event, wanted func(int32) bool) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queue := make(chan []event)
	var workers sync.WaitGroup
	for range s.Workers {
		workers.Go(func() {
			for visit := range queue {
				if err := s.visit(ctx, visit); err != nil {
					stop(fmt.Errorf("household %d: %w", visit[0].household, err))
				}
			}
		})
	}
	for _, visit := range visits {
		if wanted(visit[0].household) {
			queue <- visit
		}
	}
	close(queue)
	workers.Wait()
	return context.Cause(ctx)
}

// visit lets everything happen that one household does today.
func (s *simulation) visit(ctx context.Context, events []event) error {
	for i := range events {
		e := &events[i]
		if s.trouble.reversed {
			e = &events[len(events)-1-i]
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.act(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// act lets one event happen. It may be repeated: the second time nothing
// follows from it any more.
func (s *simulation) act(ctx context.Context, e *event) error {
	if err := s.lookUp(ctx, int(e.household)); err != nil {
		return err
	}
	var err error
	switch e.kind {
	case eventPay:
		err = s.pay(ctx, e)
	case eventArrive:
		err = s.receive(ctx, e)
	case eventReturn:
		err = s.takeBack(ctx, e)
	case eventCancel:
		err = s.cancel(ctx, e)
	case eventAppeal:
		err = s.appeal(ctx, e)
	case eventHelp:
		err = s.help(ctx, e)
	case eventWithdraw:
		err = s.withdraw(ctx, e)
	case eventAutoPay:
		err = s.turnOn(ctx, e)
	case eventAlter:
		err = s.alter(ctx, e)
	case eventCheck:
		err = s.check(ctx, e)
	}
	if err != nil {
		return err
	}
	if !e.done {
		e.done = true
		s.follow(e)
	}
	return nil
}

// lookUp finds the account of a household as its payer does.
func (s *simulation) lookUp(ctx context.Context, n int) error {
	r := &s.town[n]
	if !r.account.IsZero() {
		return nil
	}
	h, err := s.people.Household(n)
	if err != nil {
		return err
	}
	r.account, err = s.market.app.Paying.Find(ctx, paying.FindInput{
		Number: string(h.Account.SubscriberID), BirthDate: h.Account.BirthDate, Network: fmt.Sprintf("network-%d", n),
	})
	return err
}

// operation names the payment of an event: the same event makes the same one,
// however often it is tried.
func (s *simulation) operation(e *event) payment.OperationID {
	var key [26]byte
	binary.BigEndian.PutUint64(key[:], s.Seed)
	binary.BigEndian.PutUint64(key[8:], uint64(e.household))
	binary.BigEndian.PutUint64(key[16:], uint64(e.serial))
	sum := sha256.Sum256(key[:])
	return payment.OperationID{UUID: ident.Named(sum[:])}
}

// pay lets a payer look at what is due and pay it.
func (s *simulation) pay(ctx context.Context, e *event) error {
	if !e.decided {
		due, err := s.market.app.Paying.Due(ctx, s.town[e.household].account)
		if err != nil {
			return err
		}
		e.amount, e.decided = money.Min(s.choose(e, wanted(due)), due.Most), true
	}
	if !e.amount.IsPositive() {
		return nil // nothing is due
	}
	switch e.way {
	case wayWebBank:
		return s.payByBank(ctx, e)
	case wayWebCard:
		return s.payByCard(ctx, e)
	case wayCheck:
		return nil // it is in the post now
	}
	return s.receive(ctx, e)
}

// wanted is what is asked for, or what it takes to have coverage back that has
// ended (R-DUE-6).
func wanted(due *paying.Due) money.Amount {
	asked := due.Asked
	for _, x := range due.Standing.Enrollments {
		if x.State == standing.StateEnded {
			asked = money.Max(asked, x.Reinstate.Amount)
		}
	}
	return asked
}

// choose is what a payer pays of what is asked for.
func (s *simulation) choose(e *event, asked money.Amount) money.Amount {
	d := s.dice(int(e.household), forEvent, int(e.serial))
	switch e.hurt {
	case hurtPartial:
		return asked.MulDiv(int64(d.between(30, 90)), 100, money.Up)
	case hurtWrong:
		if asked.IsPositive() {
			return money.Max(money.Cents(1), asked.Add(money.Cents(int64(d.between(-900, 900)))))
		}
	}
	return asked
}

func (s *simulation) order(e *event) paying.Order {
	o := paying.Order{
		Operation: s.operation(e), Account: s.town[e.household].account, Channel: payment.ChannelWebGuest, Amount: e.amount, Language: "en",
		Authorization: payment.Authorization{Version: "simulated", Wording: "I agree.", Network: "simulated", SessionHash: "simulated"},
	}
	if s.payerOf(int(e.household)).mails {
		o.Email = fmt.Sprintf("household%d@example.com", e.household)
	}
	return o
}

// A routing number whose check digit is right.
const routing = "011000015"

// accountNumber is that of one of the bank accounts of a household.
func accountNumber(household int32, which uint8) string {
	return fmt.Sprintf("%07d%02d", firstNumber+household, which)
}

const firstNumber = 1000

// householdOf gives the household of a bank account number, also of one that
// its bank has corrected by putting digits before it.
func householdOf(number string) (household int, ok bool) {
	if len(number) < 9 {
		return 0, false
	}
	n, err := strconv.Atoi(number[len(number)-9 : len(number)-2])
	return n - firstNumber, err == nil && n >= firstNumber
}

func (s *simulation) payByBank(ctx context.Context, e *event) error {
	_, err := s.market.app.Paying.PayByBank(ctx, paying.BankOrder{Order: s.order(e), ValidationRef: "simulated", Bank: payment.BankAccount{
		HolderName: "Pat Payer", Type: payment.AccountChecking, Routing: routing, Number: pii.NewSecret(accountNumber(e.household, e.bank)),
	}})
	return s.refused(err)
}

// payByCard pays on the processor's page and comes back. When the processor
// does not answer, the payer goes away; the next nights find out.
func (s *simulation) payByCard(ctx context.Context, e *event) error {
	o := s.order(e)
	_, err := s.market.app.Paying.PayByCard(ctx, o)
	switch {
	case fault.Is(err, paying.CodeFinished):
		return nil
	case errors.Is(err, errSilent):
		e.failed = true
		return nil
	case err != nil:
		return s.refused(err)
	}
	s.market.processor.visit(o.Operation, payment.Outcome{Amount: o.Amount})
	_, err = s.market.app.Paying.Refresh(ctx, o.Operation)
	if errors.Is(err, errSilent) {
		return nil
	}
	return err
}

// refused lets pass that an amount can not be paid any more: between looking
// and paying again after a crash the account may have changed.
func (s *simulation) refused(err error) error {
	if fault.Is(err, payment.CodeAmountTooLarge) {
		return nil
	}
	return err
}

// channels says how each way comes in that is not of the website.
var channels = map[way]struct {
	channel payment.Channel
	method  payment.Method
}{
	wayCheck:   {payment.ChannelMail, payment.MethodCheck},
	wayBillPay: {payment.ChannelBillPay, payment.MethodBank},
	wayPhone:   {payment.ChannelIVR, payment.MethodCard},
	wayAgent:   {payment.ChannelAgent, payment.MethodCard},
}

// receive hands in money that came today by another channel than the website, a
// check with its postmark.
func (s *simulation) receive(ctx context.Context, e *event) error {
	by := channels[e.way]
	_, err := s.market.app.Paying.Receive(ctx, paying.Received{
		Operation: s.operation(e), Account: s.town[e.household].account, Channel: by.channel, Method: by.method, Amount: e.amount,
		ReceivedOn: s.today, Postmark: e.on, Reference: fmt.Sprintf("%d-%d", e.household, e.serial), LastFour: fmt.Sprintf("%04d", e.serial),
	})
	return err
}

// returnCodes are the bank's reasons, most of them for want of money.
var returnCodes = []string{"R01", "R01", "R01", "R02", "R03", "R09"}

// takeBack lets the bank take a payment back.
func (s *simulation) takeBack(ctx context.Context, e *event) error {
	receipt, err := s.market.app.Paying.Receipt(ctx, s.operation(e))
	if fault.KindOf(err) == fault.NotFound {
		return nil // it was never paid
	}
	if err != nil {
		return err
	}
	code := returnCodes[int(e.household)%len(returnCodes)]
	e.choice = doTakeBack
	return s.market.app.Paying.Return(ctx, receipt.Payment.AccountID, receipt.Payment.ID, code, s.today)
}

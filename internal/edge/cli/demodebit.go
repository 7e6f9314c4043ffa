package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/sandbox/population"
)

// One payment of the stories goes the whole way: from the website into a file to
// the sandbox's bank, which settles it, and sends it back.

// demoBankOpens is the first day of the bank, before the first file to it.
var demoBankOpens = civil.NewDate(2026, time.November, 2)

// emptyAccount is one of the sandbox's bank in which there is never enough.
const emptyAccount = "000111111116"

// When the file of a day is built, and when the bank's day has ended.
const (
	fileHour  = 20 * time.Hour
	afterBank = 22*time.Hour + 30*time.Minute
)

// comesBack tells whether a bank returned a payment some days later.
func comesBack(f population.Fixture, paid population.Event) bool {
	return slices.ContainsFunc(f.History, func(e population.Event) bool {
		return e.Kind == population.EventReturned && e.Amount == paid.Amount && e.On.After(paid.On) && e.On.DaysSince(paid.On) < 10
	})
}

// debit pays by bank account on the website, as a guest, and brings the file of
// the evening to the bank.
func (l *demoLoader) debit(ctx context.Context, f population.Fixture, e population.Event) error {
	a := f.Household.Account
	bank := payment.BankAccount{
		HolderName: a.FirstName + " " + a.LastName, Type: payment.AccountChecking, Routing: demoRouting, Number: pii.NewSecret(emptyAccount),
	}
	reference, err := l.app.Paying.CheckBank(ctx, bank)
	if err != nil {
		return err
	}
	agreed, err := l.pages.renderer.Agreement(catalogue.English, portal.Check{
		Amount: e.Amount, Method: portal.MethodBank, Today: e.On, CancelBy: l.profile.NextFile(l.clock.Now()),
	})
	if err != nil {
		return err
	}
	_, err = l.app.Paying.PayByBank(ctx, paying.BankOrder{
		Order: paying.Order{
			Operation: l.app.Paying.NewOperation(), Account: l.accounts[f.Letter], Channel: payment.ChannelWebGuest, Amount: e.Amount, Language: "en",
			Authorization: payment.Authorization{Version: agreed.Version, Wording: agreed.Text, Network: demoFrom.Network, SessionHash: "demo"},
		},
		Bank: bank, ValidationRef: reference,
	})
	if err != nil {
		return err
	}
	l.clock.Set(e.On.In(l.profile.Zone()).Add(fileHour))
	if _, err := l.app.Originating.Build(ctx, e.On); err != nil {
		return err
	}
	_, err = l.app.Originating.Send(ctx, e.On)
	return err
}

// bankSays reads what the bank has sent by the evening of a day, on which it
// takes a payment back.
func (l *demoLoader) bankSays(ctx context.Context, e population.Event) error {
	l.clock.Set(e.On.In(l.profile.Zone()).Add(afterBank))
	read, err := l.app.Receiving.Fetch(ctx, e.On)
	if err != nil {
		return err
	}
	returned := slices.ContainsFunc(read.Files, func(r receiving.Report) bool { return r.Kind == receiving.FileACH && r.Posted > 0 })
	if !returned {
		return fmt.Errorf("the bank was to return a payment with %s and did not", e.Code)
	}
	return nil
}

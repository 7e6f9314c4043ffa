package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/sandbox/population"
)

// demoPassword is that of the demo's people who can sign in. The second step is
// a code in the sandbox's mailbox.
const demoPassword = "seven herons by the pier"

// The bank account that AutoPay takes from: one of the sandbox's bank in which
// there is always enough.
const (
	demoRouting = "110000000"
	demoAccount = "000123456789"
)

var demoFrom = identity.From{Network: "demo", Agent: "the demo's story"}

// autoPay lets a fixture sign up, connect its coverage with the code on the
// bill and turn AutoPay on, as the pages do.
func (l *demoLoader) autoPay(ctx context.Context, f population.Fixture, day int) error {
	who, err := l.signUp(ctx, f)
	if err != nil {
		return err
	}
	by := autopay.Who{Person: who.Person.UUID, Role: who.Role}
	a := f.Household.Account
	saved, err := l.app.AutoPay.Save(ctx, autopay.Save{Account: who.Account, Who: by, Bank: payment.BankAccount{
		HolderName: a.FirstName + " " + a.LastName, Type: payment.AccountChecking, Routing: demoRouting, Number: pii.NewSecret(demoAccount),
	}})
	if err != nil {
		return err
	}
	offer, err := l.app.AutoPay.Offer(ctx, by, who.Account)
	if err != nil {
		return err
	}
	given, err := l.agreed(offer, day, who)
	if err != nil {
		return err
	}
	_, err = l.app.AutoPay.TurnOn(ctx, autopay.TurnOn{
		Operation: l.app.Paying.NewOperation().UUID, Account: who.Account, Who: by, Given: given,
		Terms: mandate.Terms{BankAccount: saved.ID, Day: day, Notice: mandate.NoticeAlways},
	})
	return err
}

// agreed is the authorization word for word as the page would show it.
func (l *demoLoader) agreed(offer autopay.Offer, day int, who people.Who) (autopay.Given, error) {
	i := slices.IndexFunc(offer.Days, func(d autopay.DayOffer) bool { return d.Day == day })
	if i < 0 {
		return autopay.Given{}, fmt.Errorf("AutoPay is not offered on day %d", day)
	}
	policy, today, first := l.profile.AutoPay, l.profile.Today(l.clock.Now()), offer.Days[i].First
	text, err := l.pages.renderer.Agreed(catalogue.English, portal.AutoPayCheck{
		Day: day, Bank: portal.Saved{LastFour: demoAccount[len(demoAccount)-4:]}, First: portal.FirstDebit{On: first}, Rules: portal.AutoPayRules{
			NoticeDays: policy.NoticeDays.On(today), BankDays: policy.CutoffBankDays.On(today), Cutoff: l.profile.AutoPayCutoff(first), Today: today,
		},
	}.Authorization())
	return autopay.Given{
		Channel: payment.ChannelWebAccount, Language: string(text.Language), TextVersion: text.Version, Wording: text.Text,
		Network: demoFrom.Network, SessionHash: "demo", Method: string(who.Method),
	}, err
}

// signUp makes the person of a fixture, with the code that the mailbox got.
func (l *demoLoader) signUp(ctx context.Context, f population.Fixture) (people.Who, error) {
	a := f.Household.Account
	ticket, err := l.app.People.SignUp(ctx, people.SignUp{Email: a.Email, Password: pii.NewSecret(demoPassword), Language: "en", From: demoFrom})
	if err != nil {
		return people.Who{}, err
	}
	if _, err := l.app.WorkJobs(ctx); err != nil {
		return people.Who{}, err
	}
	in, err := l.app.People.VerifyEmail(ctx, people.VerifyEmail{Ticket: ticket, Code: l.mailedCode(a.Email), From: demoFrom})
	if err != nil {
		return people.Who{}, err
	}
	current, err := l.app.People.Resume(ctx, in.Session, demoFrom)
	if err != nil {
		return people.Who{}, err
	}
	account := l.accounts[f.Letter]
	if _, err := l.app.People.Link(ctx, current.Who, people.LinkCoverage{
		SubscriberID: string(a.SubscriberID), BirthDate: a.BirthDate, Code: string(l.app.AccountCode(account)), From: demoFrom,
	}); err != nil {
		return people.Who{}, err
	}
	if current, err = l.app.People.Resume(ctx, in.Session, demoFrom); err != nil {
		return people.Who{}, err
	}
	who, _ := current.On(account)
	return who, nil
}

var mailedDigits = regexp.MustCompile(`\b\d{3} \d{3}\b`)

// mailedCode reads the newest one-time code that an address got.
func (l *demoLoader) mailedCode(address string) string {
	for _, m := range l.mailbox.Messages() {
		if slices.ContainsFunc(m.To, func(to string) bool { return strings.EqualFold(to, address) }) {
			if code := mailedDigits.FindString(m.Text); code != "" {
				return code
			}
		}
	}
	return ""
}

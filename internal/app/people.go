package app

import (
	"context"
	"time"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
)

// openPeople makes the use cases of people who sign in.
func (a *App) openPeople(c Config, workers *queue.Workers) (err error) {
	queue.Handle(workers, a.sendPersonMail)
	if c.People == nil {
		return nil
	}
	a.People, err = people.New(people.Config{
		DB: a.db, Profile: c.Profile, Jobs: a, Post: a.Notifying, AutoPay: a.AutoPay, Letters: c.People, Courier: personCourier{c.Courier}, Texts: c.Texts,
		Calls: c.Calls, BillTexts: c.BillTexts,
		Site: people.Site{Name: c.Profile.Marketplace.Name, Origin: c.Origin}, Log: c.Log, Clock: a.Sessions.clock,
	})
	return err
}

// mailer gives what writes to people without an account; nil where nobody is
// written to.
func (a *App) mailer() paying.Mailer {
	if a.config.People == nil {
		return nil
	}
	return a
}

// TellBillReady mails the word that a bill can be found now (F3).
func (a *App) TellBillReady(tx *store.Tx, address pii.Secret, language string) error {
	return a.People.BillReady(tx, address, language)
}

type personMailJob struct {
	Mail store.PersonMailID `json:"mail"`
}

func (personMailJob) Kind() string { return "person.mail" }

// SendPersonMail enqueues the sending of a mail to a person.
func (a *App) SendPersonMail(tx *store.Tx, id store.PersonMailID) error {
	return a.queue.Insert(tx, personMailJob{id})
}

func (a *App) sendPersonMail(ctx context.Context, job personMailJob) error {
	if a.People == nil { // another node sends it
		return errNoPeople
	}
	return a.People.SendMail(ctx, job.Mail)
}

var errNoPeople = fault.New(fault.Unavailable, "person.mail", "this program sends no mail to people who sign in")

// personCourier hands mails to people to the courier of letters.
type personCourier struct{ notifying.Courier }

// SendPerson sends a mail.
func (c personCourier) SendPerson(ctx context.Context, m store.PersonMail) error {
	return c.Send(ctx, notifying.Mail{
		ID: m.ID.UUID, WrittenAt: m.WrittenAt, Language: m.Language, Address: m.Address, Subject: m.Subject,
		Text: m.Text.Reveal(), HTML: m.HTML.Reveal(),
	})
}

// AccountCode is the code that an account's bills print, to connect coverage
// with (R-ACC-3): for the demo, which says whom to try.
func (a *App) AccountCode(id enrollment.AccountID) identity.AccountCode { return a.db.AccountCode(id) }

// bounced brings paper back where an e-mail stood in for it and was refused
// for good, and prints what it said (M20). It may be repeated.
func (a *App) bounced(ctx context.Context, job messageJob) error {
	if a.People == nil {
		return nil
	}
	return a.db.InTx(ctx, "e-mail came back", func(tx *store.Tx) error {
		was, err := a.People.Bounced(tx, job.Account)
		if err != nil || !was {
			return err
		}
		return a.Notifying.PrintBounced(tx, job.Account, job.Message)
	})
}

// triesKept is how long wrong tries are kept: as long as any window that counts
// them.
func (a *App) triesKept() time.Duration {
	return max(time.Duration(a.config.Profile.Guest.WindowMinutes)*time.Minute, identity.LongestWindow)
}

package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/profile"
)

// bankIn takes in what the bank has for us before anything else of the day is
// judged: its word on our files, who paid, and whose payment came back
// (R-AUTO-7).
func (a *App) bankIn(ctx context.Context, date civil.Date) (closing.Counts, error) {
	heard, err := a.Originating.Hear(ctx, date)
	f, fetchErr := a.Receiving.Fetch(ctx, date)
	if err = errors.Join(err, fetchErr); err != nil {
		return nil, err
	}
	for _, r := range f.Guard.Rates {
		if r.Level != ach.LevelOK {
			a.config.Log.WarnContext(ctx, "return rate", "date", date, "class", r.Name, "level", r.Level, "returns", r.Returns, "debits", r.Debits)
		}
	}
	items := f.Counts()
	return closing.Counts{
		{Name: "files", N: int64(len(f.Files))},
		{Name: "posted", N: items.Posted},
		{Name: "known", N: items.Known},
		{Name: "noted", N: items.Noted},
		{Name: "agreed", N: int64(f.Deposited)},
		{Name: "waiting", N: int64(f.Waiting)},
		{Name: "acknowledged", N: int64(heard.Acknowledged)},
		{Name: closing.SetAside, N: int64(f.ToLookAt() + heard.ToLookAt() - heard.Strange)}, // the queue has what is strange
	}, nil
}

// bankEvery is how often the bank is asked between the steps of business days.
const bankEvery = time.Hour

// watchBank looks at the bank's mailbox, now and until ctx ends.
func (a *App) watchBank(ctx context.Context) {
	ticker := time.NewTicker(bankEvery)
	defer ticker.Stop()
	for {
		if err := a.LookAtBank(ctx); err != nil && !errors.Is(err, context.Canceled) {
			a.config.Log.ErrorContext(ctx, "look at the bank's mailbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// LookAtBank does by day what the steps do morning and evening, so that nobody
// waits for them: it takes in what the bank has for us, brings it what was
// released or did not get there, and reads its word. Who has a payment returned
// is told the same day (R-AUTO-7). It does nothing while a business day is run.
func (a *App) LookAtBank(ctx context.Context) error {
	err := a.Closing.Alone(ctx, func(ctx context.Context) error {
		today := a.Closing.Today()
		// Returns come first: they may stop debits (ACH-34).
		_, err := a.Receiving.Fetch(ctx, today)
		sent, sendErr := a.Originating.Send(ctx, today)
		if sent.Refused > 0 {
			a.config.Log.ErrorContext(ctx, "the bank has not taken files: quittance ach status", "files", sent.Refused)
		}
		_, toldErr := a.Notifying.SendReturned(ctx, today)
		return errors.Join(err, sendErr, toldErr)
	})
	if fault.Is(err, closing.CodeElsewhere) {
		return nil
	}
	return err
}

// Receiving makes the use cases of bank files alone, for commands that look and
// for what staff record. Files are taken in by the whole marketplace.
func (d *Database) Receiving(p *profile.Profile) *receiving.Service {
	return receiving.New(receiving.Config{
		DB: d.db, Profile: p, Payments: (*paying.Service)(nil), AutoPay: (*autopay.Service)(nil), Refunds: originating.Refunds{}, Log: slog.New(slog.DiscardHandler),
	})
}

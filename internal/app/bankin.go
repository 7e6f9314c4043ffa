package app

import (
	"context"
	"log/slog"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/profile"
)

// bankIn takes in what the bank has for us before anything else of the day is
// judged: who paid, and whose payment came back (R-AUTO-7).
func (a *App) bankIn(ctx context.Context, date civil.Date) (closing.Counts, error) {
	f, err := a.Receiving.Fetch(ctx, date)
	if err != nil {
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
		{Name: closing.SetAside, N: int64(f.ToLookAt())},
	}, nil
}

// Receiving makes the use cases of bank files alone, for commands that look and
// for what staff record. Files are taken in by the whole marketplace.
func (d *Database) Receiving(p *profile.Profile) *receiving.Service {
	return receiving.New(receiving.Config{
		DB: d.db, Profile: p, Payments: (*paying.Service)(nil), AutoPay: (*autopay.Service)(nil), Refunds: originating.Refunds{}, Log: slog.New(slog.DiscardHandler),
	})
}

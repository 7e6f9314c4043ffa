package app

import (
	"context"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

type textJob struct {
	Account enrollment.AccountID `json:"account"`
	Text    texting.ID           `json:"text"`
}

func (textJob) Kind() string { return "text.send" }

// SendText enqueues the sending of a text message that is kept.
func (a *App) SendText(tx *store.Tx, account enrollment.AccountID, id texting.ID) error {
	return a.queue.Insert(tx, textJob{account, id})
}

func (a *App) sendText(ctx context.Context, job textJob) error {
	return a.Notifying.SendText(ctx, job.Account, job.Text)
}

// billTexts gives what takes texts about bills to phones; nil: none go out.
func billTexts(c Config) notifying.Texter {
	if !c.BillTexts || c.Texts == nil {
		return nil
	}
	return letterTexter{c.Texts}
}

// letterTexter hands texts about bills to what takes codes to phones.
type letterTexter struct{ people.Texter }

// SendText sends a text.
func (t letterTexter) SendText(ctx context.Context, m notifying.Text) error {
	return t.Text(ctx, people.Text{ID: m.ID, WrittenAt: m.WrittenAt, Language: m.Language, Number: m.Number, Words: pii.NewSecret(m.Words)})
}

// HeardText takes a message that came from a phone (A14).
func (a *App) HeardText(ctx context.Context, in people.HeardText) error {
	if a.People == nil {
		return errNoPeople
	}
	return a.People.HeardText(ctx, in)
}

// TextReported takes what the text service tells of a message of ours. A name
// that is none of ours is nothing to do.
func (a *App) TextReported(ctx context.Context, id string, arrived bool) error {
	parsed, err := ident.ParseID[texting.Text](id)
	if err != nil {
		return nil
	}
	return a.Notifying.TextReported(ctx, parsed, arrived)
}

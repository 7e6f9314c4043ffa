package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/format/bai2"
	"quittance.org/quittance/sandbox/population"
)

// arrival is money that came into the marketplace's account in the stories.
type arrival struct {
	on     civil.Date
	code   string // of the statement's line (BANK-12)
	amount money.Amount
}

// The lines that old payments came in by.
const (
	codeBillPay = "142"
	codeLockbox = "115"
)

// arrive tells how an old payment came in: by mail, or through the payer's own
// bank. Our files to the bank bring only what is told in demodebit.go.
func (l *demoLoader) arrive(e population.Event) cameBy {
	by, code := cameBy{payment.ChannelBillPay, payment.MethodBank}, codeBillPay
	if e.Method == population.MethodCheck {
		by, code = cameBy{payment.ChannelMail, payment.MethodCheck}, codeLockbox
	}
	l.arrived = append(l.arrived, arrival{e.On, code, e.Amount})
	return by
}

// deposit takes the statement in that tells of the money that came before: a
// line for each day and way.
func (l *demoLoader) deposit(ctx context.Context) error {
	slices.SortStableFunc(l.arrived, func(a, b arrival) int { return a.on.Compare(b.on) })
	var text bytes.Buffer
	w, err := bai2.NewWriter(&text, bai2.File{Sender: demoRouting, Receiver: "DEMO", CreatedOn: population.StoryDay, CreatedAt: "0600", ID: "1"})
	if err != nil {
		return err
	}
	for i := 0; i < len(l.arrived); {
		day := i
		for i < len(l.arrived) && l.arrived[i].on == l.arrived[day].on {
			i++
		}
		if err := statementOf(w, l.arrived[day:i]); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, err = l.app.Receiving.Take(ctx, "STATEMENT-stories.bai2", &text)
	return err
}

// statementOf writes what came in on one day.
func statementOf(w *bai2.Writer, day []arrival) error {
	if err := w.Group(bai2.Group{Receiver: "DEMO", Originator: demoRouting, Status: "1", On: day[0].on, Modifier: "2"}); err != nil {
		return err
	}
	if err := w.Account(bai2.Account{Number: "1"}); err != nil {
		return err
	}
	for _, code := range []string{codeLockbox, codeBillPay} {
		total := money.Zero
		for _, a := range day {
			if a.code == code {
				total = total.Add(a.amount)
			}
		}
		if total.IsZero() {
			continue
		}
		if err := w.Detail(bai2.Detail{Code: code, Amount: total, BankRef: fmt.Sprintf("%s-%s", code, day[0].on), Text: "BEFORE THE DEMO"}); err != nil {
			return err
		}
	}
	return nil
}

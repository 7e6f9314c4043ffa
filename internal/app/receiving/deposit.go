package receiving

import (
	"context"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/store"
)

// beginDeposits records that a line settles files. What they hold is posted
// afterwards, many entries at a time: a file may have a million.
func (s *Service) beginDeposits(ctx context.Context, line store.BankItem, side store.DepositSide, files []store.SettlingFile) error {
	return s.db.InTx(ctx, "begin deposit", func(tx *store.Tx) error {
		for _, f := range files {
			amount := amountOf(f, side)
			if side == store.DepositCredits {
				amount = amount.Neg()
			}
			tx.InsertDeposit(store.Deposit{
				ID: store.DepositID{UUID: tx.NewID()}, Line: line.BankItemID, Clearing: ledger.ClearingACH, Side: side,
				File: f.ID, Amount: amount, On: line.On,
			})
		}
		s.agreed(tx, line)
		return nil
	})
}

// agreed records that a line is about something.
func (s *Service) agreed(tx *store.Tx, line store.BankItem) {
	from := line.State
	line.State, line.Reason, line.Note, line.By = store.BankItemPosted, "line.agrees", "", actor
	tx.MoveBankItem(line, from)
}

// finishDeposits goes on with every deposit that is in progress.
func (s *Service) finishDeposits(ctx context.Context) error {
	var open []store.Deposit
	err := s.db.Read(ctx, "deposits in progress", func(tx *store.ReadTx) (err error) {
		open, err = tx.OpenDeposits()
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range open {
		for !d.Done {
			if err := ctx.Err(); err != nil {
				return err
			}
			if d, err = s.chunkOf(ctx, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// chunkOf posts the next entries of a deposit's file, or records that there are
// no more.
func (s *Service) chunkOf(ctx context.Context, d store.Deposit) (next store.Deposit, err error) {
	err = s.db.InTx(ctx, "post deposit", func(tx *store.Tx) error {
		next = d
		var err error
		if d.Side == store.DepositCredits {
			next, err = s.payOut(tx, d)
		} else {
			next, err = s.settle(tx, d)
		}
		if err == nil && next.NextSeq == d.NextSeq {
			next.Done = true
			tx.FinishDeposit(next)
		}
		return err
	})
	return next, err
}

// settle posts that the money of some debits has arrived.
func (s *Service) settle(tx *store.Tx, d store.Deposit) (store.Deposit, error) {
	next, arrived, err := tx.SettleChunk(d, s.chunk)
	if err == nil && arrived.IsPositive() {
		s.post(tx, d, ledger.Deposit(d.Clearing, arrived, money.Zero))
	}
	return next, err
}

// payOut posts that some credits of a file were paid out: refunds, each in the
// books of its account, reversals, whose payment was taken back before, and
// micro-credits, which a debit of the same file takes back (ACH-11).
func (s *Service) payOut(tx *store.Tx, d store.Deposit) (store.Deposit, error) {
	credits, err := tx.CreditsOfFile(d.File, d.NextSeq, s.chunk)
	if err != nil || len(credits) == 0 {
		return d, err
	}
	var paid, micro money.Amount
	for _, c := range credits {
		if c.Kind == ach.KindMicro {
			micro = micro.Add(c.Amount)
		}
		if err := s.paidOut(tx, d, c.Entry); err != nil {
			return d, err
		}
		paid = paid.Add(c.Amount)
	}
	if micro.IsPositive() {
		s.post(tx, d, ledger.MicroPaid(micro))
	}
	tx.AdvanceDeposit(&d, credits[len(credits)-1].Seq, paid.Neg())
	return d, nil
}

func (s *Service) paidOut(tx *store.Tx, d store.Deposit, e ach.Entry) error {
	if e.State == ach.StateFiled {
		tx.MoveACHEntry(e, ach.StateSettled)
	}
	switch e.Kind {
	case ach.KindRefund:
		return s.refunds.Paid(tx, e, d.On)
	case ach.KindMicro:
		return nil // posted with the others, so that the books do not show the two amounts
	}
	item, err := tx.ReturnedClearingOf(e.AccountID, e.PaymentID)
	if err != nil {
		return err
	}
	tx.CloseClearing(item, d)
	s.post(tx, d, ledger.Reverse(ledger.Deposit(d.Clearing, e.Amount, money.Zero)))
	return nil
}

// closeItems posts a line that agrees with money on its way, all of it at once.
func (s *Service) closeItems(ctx context.Context, line store.BankItem, clearing ledger.Account, side store.DepositSide, items []store.ClearingItem) error {
	return s.db.InTx(ctx, "post deposit", func(tx *store.Tx) error {
		d := store.Deposit{
			ID: store.DepositID{UUID: tx.NewID()}, Line: line.BankItemID, Clearing: clearing, Side: side,
			Amount: line.Amount, Posted: line.Amount, On: line.On, Done: true,
		}
		tx.InsertDeposit(d)
		for _, i := range items {
			tx.CloseClearing(i, d)
		}
		transfers := ledger.Deposit(clearing, line.Amount.Abs(), money.Zero)
		if line.Amount.IsNegative() {
			transfers = ledger.Reverse(transfers)
		}
		s.post(tx, d, transfers)
		s.agreed(tx, line)
		return nil
	})
}

// post posts in the marketplace's own books: what arrives belongs to many
// accounts at once, and no payment waits for a row that all share.
func (s *Service) post(tx *store.Tx, d store.Deposit, transfers []ledger.Transfer) {
	tx.Post(ledger.Entry{
		ID: tx.NewEntryID(), AccountID: ledger.House, Kind: ledger.EntryDeposit, EffectiveOn: d.On,
		Source: ledger.Source{Kind: "deposit", ID: d.ID.String()}, Actor: actor, Transfers: transfers,
	})
}

// postFee posts what the bank took for its work.
func (s *Service) postFee(ctx context.Context, line store.BankItem) error {
	return s.db.InTx(ctx, "post bank fee", func(tx *store.Tx) error {
		s.agreed(tx, line)
		s.postLine(tx, line, ledger.BankFee(line.Amount.Abs()))
		return nil
	})
}

// postCreditBack posts that the money of a refund or micro-credit is with us
// again.
func (s *Service) postCreditBack(ctx context.Context, line store.BankItem, e ach.Entry) error {
	return s.db.InTx(ctx, "post credit that came back", func(tx *store.Tx) error {
		line.AccountID, line.Entry = e.AccountID, e.ID
		s.agreed(tx, line)
		if e.Kind == ach.KindMicro {
			s.postLine(tx, line, ledger.Reverse(ledger.MicroPaid(line.Amount)))
			return nil
		}
		s.postLine(tx, line, ledger.RefundBack(line.Amount))
		return nil
	})
}

// postLine posts a line of the statement by itself.
func (s *Service) postLine(tx *store.Tx, line store.BankItem, transfers []ledger.Transfer) {
	tx.Post(ledger.Entry{
		ID: tx.NewEntryID(), AccountID: accountOr(line.AccountID), Kind: ledger.EntryDeposit, EffectiveOn: line.On,
		Source: ledger.Source{Kind: "bank_item", ID: line.File.String()}, Actor: actor, Transfers: transfers,
	})
}

// accountOr gives an account, or for none the marketplace's own.
func accountOr(id enrollment.AccountID) enrollment.AccountID {
	if id.IsZero() {
		return ledger.House
	}
	return id
}

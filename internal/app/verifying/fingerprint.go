package verifying

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// extractAtOnce is how many accounts an extract holds in memory.
const extractAtOnce = 200

// Extract writes what was recorded of every account, ledger, bills, notices
// and decisions, as one line a fact: accounts in the order of their Subscriber
// IDs, the facts of each sorted by what they say. Nothing in it was made by
// chance or by the order of work, so that the same year lived twice gives the
// same text. It is for comparing books, not for reading them.
func (s *Service) Extract(ctx context.Context, w io.Writer) error {
	return s.db.Read(ctx, "extract", func(tx *store.ReadTx) error {
		return tx.Extracts(extractAtOnce, func(e store.Extract) error {
			for _, b := range e.Bills {
				text, err := nameless(b)
				if err != nil {
					return err
				}
				e.Facts = append(e.Facts, "bill "+text)
			}
			slices.Sort(e.Facts)
			for _, fact := range e.Facts {
				if _, err := io.WriteString(w, string(e.Subscriber)+" "+fact+"\n"); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// nameless gives a bill without its keys and number.
func nameless(b *bill.Bill) (string, error) {
	b.ID, b.AccountID, b.Number = bill.ID{}, enrollment.AccountID{}, ""
	for i := range b.Sections {
		b.Sections[i].EnrollmentID = ident.ID[enrollment.Enrollment]{}
	}
	text, err := json.Marshal(b)
	return string(text), err
}

// Total is a sum of some kind of thing in a calendar month.
type Total = store.Total

// Totals adds up what happened, by calendar month.
func (s *Service) Totals(ctx context.Context) (totals []Total, err error) {
	err = s.db.Read(ctx, "totals", func(tx *store.ReadTx) error {
		totals, err = tx.Totals()
		return err
	})
	return totals, err
}

// Flow is money of one channel that was on its way from one day to another.
type Flow = store.Flow

// Flows adds up the money that was or is on its way, by its days.
func (s *Service) Flows(ctx context.Context) (flows []Flow, err error) {
	err = s.db.Read(ctx, "clearing flows", func(tx *store.ReadTx) error {
		flows, err = tx.Flows()
		return err
	})
	return flows, err
}

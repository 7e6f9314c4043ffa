package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/store"
)

// MessageLine is a line of A18: one letter, whichever ways it took.
type MessageLine struct {
	ID       store.MessageID
	Template string
	Subject  string // no personal facts
	Written  civil.Instant
	Email    bool
	Paper    bool
	Failed   bool // an e-mail that could not be delivered
	Unread   bool
	Bill     string // the number of the bill that it came with, or ""
}

// Messages gives the letters of the account, the latest first; before pages on
// (zero: from the latest).
func (s *Service) Messages(ctx context.Context, who Who, before store.MessageID) ([]MessageLine, error) {
	panic("soon")
}

// Message gives a letter as it went out, and marks it as read.
func (s *Service) Message(ctx context.Context, who Who, id store.MessageID) (store.Message, error) {
	panic("soon")
}

// UnreadMessages counts letters that the person has not opened, up to 100.
func (s *Service) UnreadMessages(ctx context.Context, who Who) (int, error) { panic("soon") }

// YearTotals is a line of A17: what was paid in a year, by the day it counts.
type YearTotals struct {
	Year     int
	Paid     money.Amount // less what was returned or refunded
	Payments int
	Months   []MonthTotal // by coverage month, what was applied
}

// MonthTotal is what was paid for a coverage month.
type MonthTotal struct {
	Month   civil.Month
	Medical money.Amount
	Dental  money.Amount
}

// YearTotals gives the years in which something was paid, the latest first.
func (s *Service) YearTotals(ctx context.Context, who Who) ([]YearTotals, error) { panic("soon") }

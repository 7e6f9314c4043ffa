package people

import (
	"cmp"
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// MessageLine is a line of A18: one letter, whichever ways it took.
type MessageLine struct {
	ID       store.MessageID // of the first of its ways
	Template string
	Subject  string // no personal facts
	Language string
	Written  civil.Instant
	Email    bool
	Paper    bool
	Failed   bool // an e-mail that could not be delivered
	Unread   bool
	Bill     string // the number of the bill that it came with, or ""
}

// messagePage is how many messages are looked at for a page of A18.
const messagePage = 60

// Messages gives the letters of the account, the latest first; before is the ID
// of the last one seen (zero: from the latest).
func (s *Service) Messages(ctx context.Context, who Who, before store.MessageID) ([]MessageLine, error) {
	if err := who.May(access.SeeMessages); err != nil {
		return nil, err
	}
	var rows []store.MessageLine
	err := s.DB.Read(ctx, "messages", func(tx *store.ReadTx) (err error) {
		rows, err = tx.MessageLines(who.Account, who.Person, before, messagePage)
		return err
	})
	return lines(rows), err
}

// lines folds the ways of one letter into one line. They were written in one
// transaction and stand beside each other.
func lines(rows []store.MessageLine) []MessageLine {
	var all []MessageLine
	var source string
	for _, r := range rows {
		if n := len(all); n == 0 || source != r.Source+r.Template {
			source = r.Source + r.Template
			all = append(all, MessageLine{ID: r.ID, Template: r.Template, Subject: r.Subject, Language: r.Language, Written: r.Created, Bill: r.Bill, Unread: true})
		}
		line := &all[len(all)-1]
		line.ID = r.ID
		line.Unread = line.Unread && !r.Read
		switch r.Channel {
		case store.ChannelEmail:
			line.Email, line.Failed = true, r.State == store.MessageFailed
		case store.ChannelPrint:
			line.Paper = true
		}
	}
	return all
}

// Message gives a letter as it went out, in all its ways, and marks it as read.
func (s *Service) Message(ctx context.Context, who Who, id store.MessageID) ([]store.Message, error) {
	if err := who.May(access.SeeMessages); err != nil {
		return nil, err
	}
	var all []store.Message
	err := s.DB.InTx(ctx, "message", func(tx *store.Tx) error {
		all = nil
		m, err := tx.Message(who.Account, id)
		if missing(err) || err == nil && m.Template == store.TemplateLinkCode {
			return noSuch()
		}
		if err != nil {
			return err
		}
		for _, channel := range []store.Channel{store.ChannelEmail, store.ChannelPrint} {
			way, err := tx.MessageAbout(who.Account, m.Source, m.Template, channel)
			if missing(err) {
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, way)
			tx.ReadMessage(who.Account, way.ID, who.Person)
		}
		return nil
	})
	return all, err
}

// TextsBeside gives the text messages that went out beside a letter, to numbers
// of the account: where a payer wanted a receipt is theirs to know.
func (s *Service) TextsBeside(ctx context.Context, who Who, letter store.Message) ([]store.TextMessage, error) {
	if err := who.May(access.SeeMessages); err != nil {
		return nil, err
	}
	var all []store.TextMessage
	err := s.DB.Read(ctx, "texts beside a letter", func(tx *store.ReadTx) (err error) {
		numbers, err := tx.TextNumbers(who.Account)
		if err != nil {
			return err
		}
		all, err = tx.TextsAbout(who.Account, letter.Source)
		all = slices.DeleteFunc(all, func(m store.TextMessage) bool {
			return !slices.ContainsFunc(numbers, func(n store.TextNumber) bool { return n.Number.Reveal() == m.Number.Reveal() })
		})
		return err
	})
	return all, err
}

// UnreadMessages counts letters of the latest that the person has not opened.
func (s *Service) UnreadMessages(ctx context.Context, who Who) (int, error) {
	all, err := s.Messages(ctx, who, store.MessageID{})
	n := 0
	for _, line := range all {
		if line.Unread {
			n++
		}
	}
	return n, err
}

// YearTotals is a line of A17: what was paid in a year, by the day it counts.
type YearTotals struct {
	Year     int
	Paid     money.Amount // less what was returned or refunded
	Payments int          // that were not returned
	Months   []MonthTotal // by coverage month, what was applied
}

// MonthTotal is what was paid for a coverage month.
type MonthTotal struct {
	Month   civil.Month
	Medical money.Amount
	Dental  money.Amount
}

// YearTotals gives the years in which something was paid, the latest first.
func (s *Service) YearTotals(ctx context.Context, who Who) ([]YearTotals, error) {
	if err := who.May(access.SeeYearTotals); err != nil {
		return nil, err
	}
	var paid []store.PaidBy
	var applied []store.AppliedTo
	err := s.DB.Read(ctx, "yearly totals", func(tx *store.ReadTx) (err error) {
		if paid, err = tx.PaidBy(who.Account); err != nil {
			return err
		}
		applied, err = tx.AppliedTo(who.Account)
		return err
	})
	return totals(paid, applied), err
}

func totals(paid []store.PaidBy, applied []store.AppliedTo) []YearTotals {
	years := map[int]*YearTotals{}
	for _, p := range paid {
		y := years[p.On.Year()]
		if y == nil {
			y = &YearTotals{Year: p.On.Year()}
			years[y.Year] = y
		}
		y.Paid = y.Paid.Add(p.Amount).Sub(p.Returned).Sub(p.Refunded)
		if p.Returned.IsZero() {
			y.Payments++
		}
	}
	for _, a := range applied {
		if y := years[a.On.Year()]; y != nil {
			y.add(a)
		}
	}
	var all []YearTotals
	for _, y := range years {
		y.Months = slices.DeleteFunc(y.Months, func(m MonthTotal) bool { return m.Medical.IsZero() && m.Dental.IsZero() })
		slices.SortFunc(y.Months, func(a, b MonthTotal) int { return a.Month.Compare(b.Month) })
		all = append(all, *y)
	}
	slices.SortFunc(all, func(a, b YearTotals) int { return cmp.Compare(b.Year, a.Year) })
	return all
}

func (y *YearTotals) add(a store.AppliedTo) {
	i := slices.IndexFunc(y.Months, func(m MonthTotal) bool { return m.Month == a.Month })
	if i < 0 {
		i = len(y.Months)
		y.Months = append(y.Months, MonthTotal{Month: a.Month})
	}
	if a.Kind == enrollment.KindDental {
		y.Months[i].Dental = y.Months[i].Dental.Add(a.Amount)
	} else {
		y.Months[i].Medical = y.Months[i].Medical.Add(a.Amount)
	}
}

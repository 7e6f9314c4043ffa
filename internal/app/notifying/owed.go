package notifying

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// pageOf is how many accounts, bills or returns are looked up at a time.
const pageOf = 200

// SendOwed writes the letters that standing owes, as of a day. It may be
// repeated. An account that no letter can be written to is set aside with the
// reason, and stays owed; the others go on.
func (s *Service) SendOwed(ctx context.Context, on civil.Date) (Sent, error) {
	var total Sent
	var after enrollment.AccountID
	for {
		var page []enrollment.AccountID
		err := s.db.Read(ctx, "accounts owed notices", func(tx *store.ReadTx) (err error) {
			page, err = tx.AccountsOwedNotices(after, pageOf)
			return err
		})
		if err != nil || len(page) == 0 {
			return total, err
		}
		for some := range slices.Chunk(page, owedTogether) {
			sent, err := s.owedOf(ctx, some, on)
			if err != nil {
				return total, err
			}
			total.add(sent)
		}
		after = page[len(page)-1]
	}
}

// owedTogether is to how many accounts letters are written in one transaction.
const owedTogether = 20

// owedOf writes the letters of some accounts together. If that fails because of
// one of them, each is tried by itself.
func (s *Service) owedOf(ctx context.Context, ids []enrollment.AccountID, on civil.Date) (Sent, error) {
	var sent Sent
	err := s.db.InTx(ctx, "send letters", func(tx *store.Tx) error {
		sent = Sent{}
		for _, id := range ids {
			one, err := s.owed(tx, id, on)
			if err != nil {
				return err
			}
			sent.add(one)
		}
		return nil
	})
	if err == nil || passing(err) {
		return sent, err
	}
	sent = Sent{}
	for _, id := range ids {
		e := store.LetterException{Account: id, Source: id.UUID, About: store.AboutNotice}
		one, err := s.each(ctx, e, func(tx *store.Tx) (Sent, error) { return s.owed(tx, id, on) })
		if err != nil {
			return sent, err
		}
		sent.add(one)
	}
	return sent, nil
}

// owed writes the letters of one account that are still true, and suppresses
// the others.
func (s *Service) owed(tx *store.Tx, id enrollment.AccountID, on civil.Date) (sent Sent, err error) {
	facts, err := tx.ReviewFacts(id)
	if err != nil {
		return sent, err
	}
	owed, err := tx.NoticesOwed(id)
	if err != nil {
		return sent, err
	}
	to, err := recipientOf(tx.ReadTx, facts.Account, identity.DocumentNotice)
	if err != nil {
		return sent, err
	}
	groups, overtaken := gather(standing.Evaluate(s.profile, facts.Standing(), on), owed)
	for _, n := range overtaken {
		tx.SettleNotice(n, store.NoticeSuppressed, on)
		sent.Suppressed++
	}
	for _, g := range groups {
		one, err := s.notice(tx, to, g, on)
		if err != nil {
			return sent, err
		}
		sent.add(one)
	}
	return sent, nil
}

// notice writes one letter.
func (s *Service) notice(tx *store.Tx, to recipient, g group, on civil.Date) (Sent, error) {
	reminder := isReminder(g.Kind)
	g.Reader, g.Written = to.reader(reminder), on
	if reminder && !g.Reader.Ways.Email {
		g.settle(tx, store.NoticeSuppressed, on)
		return Sent{Suppressed: len(g.rows)}, nil
	}
	e := store.LetterException{Account: to.account.ID, Source: to.account.ID.UUID, About: store.AboutNotice}
	if err := settled(tx, to, reminder, e); err != nil {
		return Sent{}, err
	}
	words, err := s.letters.Notice(g.Notice)
	if err != nil {
		return Sent{}, err
	}
	g.settle(tx, store.NoticeSent, on)
	return s.write(tx, to, words, g.source())
}

// isReminder tells letters that repeat, days before it, a deadline that the
// bill has told.
func isReminder(k standing.NoticeKind) bool {
	return k == standing.NoticeStartReminder || k == standing.NoticeDueReminder
}

// group is a letter and the notices that it settles.
type group struct {
	Notice
	rows []store.Notice
}

func (g group) source() ident.UUID { return g.rows[0].ID.UUID }

func (g group) isAbout(e standing.EnrollmentStanding) bool {
	return slices.ContainsFunc(g.Enrollments, func(x standing.EnrollmentStanding) bool { return x.ID == e.ID })
}

func (g group) settle(tx *store.Tx, state store.NoticeState, on civil.Date) {
	for _, n := range g.rows {
		tx.SettleNotice(n, state, on)
	}
}

// gather finds the notices that standing still owes among those recorded, and
// puts those of one kind, month and deadline into one letter: what happens to
// health and dental coverage alike is told once.
func gather(s standing.Standing, owed []store.Notice) (groups []group, overtaken []store.Notice) {
	for _, row := range owed {
		i := slices.IndexFunc(s.Notices, func(n standing.Notice) bool {
			return s.Enrollments[n.Enrollment].ID == row.EnrollmentID && n.Kind == row.Kind && n.Month == row.Month
		})
		if i < 0 {
			overtaken = append(overtaken, row)
			continue
		}
		n := s.Notices[i]
		row.Amount, row.By, row.Ends = n.Amount, n.By, n.Ends
		at := slices.IndexFunc(groups, func(g group) bool {
			return g.Kind == n.Kind && g.Month == n.Month && g.By == n.By && g.Ends == n.Ends
		})
		if at < 0 {
			at = len(groups)
			groups = append(groups, group{Notice: Notice{
				Kind: n.Kind, Month: n.Month, By: n.By, Ends: n.Ends,
			}})
		}
		g := &groups[at]
		g.rows = append(g.rows, row)
		g.Amount = g.Amount.Add(n.Amount)
		g.Enrollments = append(g.Enrollments, s.Enrollments[n.Enrollment])
	}
	for i := range groups {
		groups[i].Dates = s.Timelines(groups[i].isAbout)
	}
	return groups, overtaken
}

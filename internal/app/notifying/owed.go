package notifying

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
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
		for some := range slices.Chunk(page, owedTogether[s.db.Engine()]) {
			sent, err := s.owedOf(ctx, some, on)
			if err != nil {
				return total, err
			}
			total.add(sent)
		}
		after = page[len(page)-1]
	}
}

// owedTogether is to how many accounts letters are written in one transaction:
// few where it could collide with others.
var owedTogether = map[string]int{"sqlite": pageOf, "postgres": 20}

// owedOf writes the letters of some accounts together. If that fails because of
// one of them, each is tried by itself.
func (s *Service) owedOf(ctx context.Context, ids []enrollment.AccountID, on civil.Date) (Sent, error) {
	sent, err := s.owedIn(ctx, ids, on)
	if err == nil || passing(err) {
		return sent, err
	}
	sent = Sent{}
	for _, id := range ids {
		one, err := s.owedIn(ctx, []enrollment.AccountID{id}, on)
		if err != nil {
			one, err = s.setAside(ctx, store.LetterException{Account: id, Source: id.UUID, About: store.AboutNotice}, err)
		}
		if err != nil {
			return sent, err
		}
		sent.add(one)
	}
	return sent, nil
}

// owedIn writes the letters of some accounts in one transaction. They are made
// ahead of it.
func (s *Service) owedIn(ctx context.Context, ids []enrollment.AccountID, on civil.Date) (Sent, error) {
	var sent Sent
	err := s.db.InTx(ctx, "send letters", func(tx *store.Tx) error {
		sent = Sent{}
		return store.Ahead(tx, ids, lettersAtOnce, func(tx *store.ReadTx, ids []enrollment.AccountID) ([]owed, error) {
			return s.makeOwed(tx, ids, on)
		}, func(o owed) error {
			one, err := s.sendOwed(tx, o, on)
			sent.add(one)
			return err
		})
	})
	return sent, err
}

// owed is what is owed to an account: letters that are still true, made and not
// kept yet, and those that something has overtaken.
type owed struct {
	to        recipient
	overtaken []store.Notice
	letters   []owedLetter
}

type owedLetter struct {
	group
	sealed sealed
	nobody bool // can get it
}

func (s *Service) makeOwed(tx *store.ReadTx, ids []enrollment.AccountID, on civil.Date) ([]owed, error) {
	all := make([]owed, len(ids))
	facts, err := tx.ReviewFactsOf(ids)
	if err != nil {
		return nil, err
	}
	for i, f := range facts {
		rows, err := tx.NoticesOwed(ids[i])
		if err != nil {
			return nil, err
		}
		o := &all[i]
		if o.to, err = recipientOf(tx, f.Account, identity.DocumentNotice); err != nil {
			return nil, err
		}
		var groups []group
		groups, o.overtaken = s.gather(f, rows, on)
		for _, g := range groups {
			taken, err := s.taken(tx, ids[i], g)
			if err != nil {
				return nil, err
			}
			if taken {
				o.overtaken = append(o.overtaken, g.rows...)
				continue
			}
			g.reminds = reminds(f, g, on)
			l, err := s.makeNotice(o.to, g, on)
			if err != nil {
				return nil, err
			}
			o.letters = append(o.letters, l)
		}
	}
	return all, nil
}

// makeNotice makes one letter, unless it is a reminder that nobody can get.
func (s *Service) makeNotice(to recipient, g group, on civil.Date) (owedLetter, error) {
	g.Reader, g.Written = to.reader(g.reminds), on
	l := owedLetter{group: g, nobody: g.reminds && !g.Reader.Ways.Email}
	if l.nobody {
		return l, nil
	}
	if to.nowhere(g.reminds) {
		return l, errNoAddress
	}
	words, err := s.letters.Notice(g.Notice)
	if err == nil {
		l.sealed, err = seal(words)
	}
	return l, err
}

// sendOwed writes the letters of one account, and suppresses those that are not
// true any more.
func (s *Service) sendOwed(tx *store.Tx, o owed, on civil.Date) (sent Sent, err error) {
	for _, n := range o.overtaken {
		tx.SettleNotice(n, store.NoticeSuppressed, on)
		sent.Suppressed++
	}
	for _, l := range o.letters {
		if l.nobody {
			l.settle(tx, store.NoticeSuppressed, on)
			sent.Suppressed += len(l.rows)
			continue
		}
		e := store.LetterException{Account: o.to.account.ID, Source: o.to.account.ID.UUID, About: store.AboutNotice}
		if err := settled(tx, o.to, l.reminds, e); err != nil {
			return sent, err
		}
		l.settle(tx, store.NoticeSent, on)
		one, err := s.keepSealed(tx, o.to, l.sealed, l.source())
		if err != nil {
			return sent, err
		}
		sent.add(one)
	}
	return sent, nil
}

// paperDays is how long paper takes to its reader: a night to print, a day to
// the post, three days there.
const paperDays = 5

// reminds tells whether a letter only repeats, days before it, a deadline that
// the bill has told: then it goes by e-mail alone. Whether there is coverage at
// all hangs on the first payment: its reminder goes on paper too, where that
// comes in time and the bill has not just come itself.
func reminds(f *store.Facts, g group, on civil.Date) bool {
	if g.Kind != standing.NoticeStartReminder {
		return g.Kind == standing.NoticeDueReminder
	}
	billed := on
	for _, c := range f.Charges {
		if c.Month == g.Month && c.ChargedOn.Before(billed) {
			billed = c.ChargedOn
		}
	}
	return g.By.DaysSince(on) < paperDays || on.DaysSince(billed) < paperDays
}

// taken tells whether AutoPay takes what a reminder asks for, in time: its own
// notice has said so (M7), and asked not to pay.
func (s *Service) taken(tx *store.ReadTx, account enrollment.AccountID, g group) (bool, error) {
	if g.Kind != standing.NoticeDueReminder {
		return false, nil
	}
	open, err := tx.OpenDrafts(account)
	if err != nil {
		return false, err
	}
	for _, d := range open {
		if d.Month == g.Month && d.State == mandate.Planned && !d.DebitOn.After(g.By) && !d.Noticed.Less(g.Amount) {
			x, err := told(tx, s.profile, d)
			return err == nil && !x.Bank.Waits, err
		}
	}
	return false, nil
}

// group is a letter and the notices that it settles.
type group struct {
	Notice
	rows    []store.Notice
	reminds bool // only: see reminds
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
func (s *Service) gather(f *store.Facts, owed []store.Notice, on civil.Date) (groups []group, overtaken []store.Notice) {
	now := standing.Evaluate(s.profile, f.Standing(), on)
	told := s.toldOfEnds(f, owed, now, on)
	for _, row := range owed {
		i := slices.IndexFunc(now.Notices, func(n standing.Notice) bool {
			return now.Enrollments[n.Enrollment].ID == row.EnrollmentID && n.Kind == row.Kind && n.Month == row.Month
		})
		if i < 0 {
			overtaken = append(overtaken, row)
			continue
		}
		n, e := now.Notices[i], told.Enrollments[now.Notices[i].Enrollment]
		if n.Kind == standing.NoticeEnded {
			n.Amount, n.By = e.Reinstate.Later, e.Reinstate.By
		}
		row.Amount, row.By, row.Ends = n.Amount, n.By, n.Ends
		at := slices.IndexFunc(groups, func(g group) bool {
			return g.Kind == n.Kind && g.Month == n.Month && g.By == n.By && g.Ends == n.Ends && g.Rule == n.Rule
		})
		if at < 0 {
			at = len(groups)
			groups = append(groups, group{Notice: Notice{
				Kind: n.Kind, Month: n.Month, By: n.By, Ends: n.Ends, Rule: n.Rule, Restart: told.Restart,
			}})
		}
		g := &groups[at]
		g.rows = append(g.rows, row)
		g.Amount = g.Amount.Add(n.Amount)
		g.Enrollments = append(g.Enrollments, e)
	}
	for i := range groups {
		groups[i].Dates = told.Timelines(groups[i].isAbout)
	}
	return groups, overtaken
}

// toldOfEnds gives the standing as it is once the letters about ends have gone
// out: the days to have coverage back count from there (R-DUE-6).
func (s *Service) toldOfEnds(f *store.Facts, owed []store.Notice, now standing.Standing, on civil.Date) standing.Standing {
	then := *f
	then.Notices = slices.Clone(f.Notices)
	for _, n := range owed {
		if n.Kind == standing.NoticeEnded {
			then.Notices = append(then.Notices, store.SentNotice{EnrollmentID: n.EnrollmentID, Sent: standing.Sent{Kind: n.Kind, Month: n.Month, On: on}})
		}
	}
	if len(then.Notices) == len(f.Notices) {
		return now
	}
	return standing.Evaluate(s.profile, then.Standing(), on)
}

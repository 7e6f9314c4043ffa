package paying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// CodeLinkExpired marks a link that leads to no bill: any more, or at all.
// Which of the two is never said.
const CodeLinkExpired = "guest.link_expired"

// Link is a bill's short address: what stands behind /p/ (brief F4).
type Link struct {
	Code  string
	Until civil.Date // the last day on which it works
}

// linkOf gives the link of a bill, zero when it has run out.
func (s *Service) linkOf(b *bill.Bill, today civil.Date) Link {
	if b == nil || today.After(linkUntil(b.DueOn)) {
		return Link{}
	}
	return Link{string(s.db.LinkCode(b.ID)), linkUntil(b.DueOn)}
}

// linkUntil is the last day on which a link works: it ends after the due month.
func linkUntil(due civil.Date) civil.Date { return due.Month().Last() }

// LinkedBill is what a person who came by a link is told before the second
// factor.
type LinkedBill struct {
	IDLastFour string
	Expired    bool // or there never was such a link; then nothing else is told
}

// LinkedBill looks at a link. One that leads nowhere counts as a wrong try of
// the network, so that nobody can go through all of them.
func (s *Service) LinkedBill(ctx context.Context, code, network string) (LinkedBill, error) {
	keys := s.throttleKeys("", network)[1:]
	var linked store.LinkedBill
	known := false
	err := s.db.InTx(ctx, "linked bill", func(tx *store.Tx) (err error) {
		if err := s.checkTries(tx, keys); err != nil {
			return err
		}
		if linked, known, err = s.linked(tx, code); !known {
			tx.CountTry(keys[0].text)
		}
		return err
	})
	if err != nil || !known {
		return LinkedBill{Expired: true}, err
	}
	return LinkedBill{IDLastFour: linked.Account.SubscriberID.LastFour()}, nil
}

// linked finds the bill of a link that works.
func (s *Service) linked(tx *store.Tx, code string) (store.LinkedBill, bool, error) {
	parsed, err := ident.ParseConfirmation(code)
	if err != nil {
		return store.LinkedBill{}, false, nil //nolint:nilerr // a code that can be none is like one that is unknown
	}
	found, err := tx.LinkedBill(parsed)
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return store.LinkedBill{}, false, nil
	}
	return found, err == nil && !s.profile.Today(tx.Now()).After(linkUntil(found.DueOn)), err
}

// LinkInput is what a person knows who came by a link.
type LinkInput struct {
	Code      string
	BirthDate civil.Date // or
	ZIP       string     // five digits
	Network   string
}

// FindByLink finds the account of a guest who came by a link, with the same
// second factor as Find and the same limits (R-ID-2): wrong tries by link and
// by Subscriber ID are counted together. Its errors: fault.NotFound
// (CodeNoMatch or CodeLinkExpired) and fault.RateLimited (CodeThrottled).
func (s *Service) FindByLink(ctx context.Context, in LinkInput) (enrollment.AccountID, error) {
	var found store.LinkedBill
	known, matched := false, false
	err := s.db.InTx(ctx, "find by link", func(tx *store.Tx) (err error) {
		if found, known, err = s.linked(tx, in.Code); err != nil {
			return err
		}
		keys := s.throttleKeys(string(numberSubscriber)+string(found.Account.SubscriberID), in.Network)
		if !known {
			keys = keys[1:]
		}
		if err := s.checkTries(tx, keys); err != nil {
			return err
		}
		matched = known && s.secondFactorMatches(tx.ReadTx, found.Account, FindInput{BirthDate: in.BirthDate, ZIP: in.ZIP})
		countTry(tx, keys, matched)
		return nil
	})
	switch {
	case err != nil:
		return enrollment.AccountID{}, err
	case !known:
		return enrollment.AccountID{}, fault.New(fault.NotFound, CodeLinkExpired, "This link has expired")
	case !matched:
		return enrollment.AccountID{}, fault.New(fault.NotFound, CodeNoMatch, "We couldn't find a bill that matches")
	}
	return found.Account.ID, nil
}

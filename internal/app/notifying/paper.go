package notifying

import (
	"context"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// OnPaper is a bill with all that its printed form says, and where it goes.
type OnPaper struct {
	Bill
	To []string // name and mailing address
}

// Papers puts together what printed bills say. It sends nothing.
type Papers struct {
	db      *store.DB
	profile *profile.Profile
}

// NewPapers makes it.
func NewPapers(db *store.DB, p *profile.Profile) *Papers { return &Papers{db, p} }

// LastBill gives the last bill of an account as it would be printed today, or
// fault.NotFound.
func (s *Papers) LastBill(ctx context.Context, id enrollment.AccountID) (OnPaper, error) {
	var paper OnPaper
	err := s.db.Read(ctx, "bill on paper", func(tx *store.ReadTx) error {
		facts, err := tx.FactsOf(id)
		if err != nil {
			return err
		}
		if facts.LastBill == nil {
			return fault.New(fault.NotFound, "bill.none", "no bill has been issued yet")
		}
		b := store.IssuedBill{Bill: facts.LastBill, Link: s.db.LinkCode(facts.LastBill.ID)}
		paper, err = s.onPaper(tx, facts.Account, b, s.profile.Today(s.db.Now()))
		return err
	})
	return paper, err
}

// Bill gives any bill of an account by its number, as it was printed when it
// was issued, or fault.NotFound.
func (s *Papers) Bill(ctx context.Context, id enrollment.AccountID, number string) (OnPaper, error) {
	var paper OnPaper
	err := s.db.Read(ctx, "bill on paper by number", func(tx *store.ReadTx) error {
		b, err := tx.OwnBill(id, number)
		if err != nil {
			return err
		}
		account, err := tx.Account(id)
		if err != nil {
			return err
		}
		paper, err = s.onPaper(tx, account, b, b.IssuedOn)
		return err
	})
	return paper, err
}

// exportPage is how many bills one transaction reads for EachBill.
const exportPage = 200

// EachBill hands over every bill for a coverage month, by account, as of the
// day on which it was issued and with what is known now. What it keeps in
// memory does not grow.
func (s *Papers) EachBill(ctx context.Context, month civil.Month, take func(OnPaper) error) error {
	var after bill.Bill
	for {
		var page []OnPaper
		err := s.db.Read(ctx, "bills of a month", func(tx *store.ReadTx) error {
			bills, err := tx.BillsOfMonth(month, after.AccountID, after.ID, exportPage)
			page = page[:0]
			for _, b := range bills {
				account, err := tx.Account(b.AccountID)
				if err != nil {
					return err
				}
				paper, err := s.onPaper(tx, account, b, b.IssuedOn)
				if err != nil {
					return err
				}
				page = append(page, paper)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, p := range page {
			if err := take(p); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return nil
		}
		after = *page[len(page)-1].Bill.Bill
	}
}

// onPaper puts together what a printed bill says, as of a day.
func (s *Papers) onPaper(tx *store.ReadTx, a store.AccountRow, b store.IssuedBill, on civil.Date) (OnPaper, error) {
	chosen, err := tx.LetterChoice(a.ID, identity.DocumentBill)
	if err != nil {
		return OnPaper{}, err
	}
	before, err := tx.BillsBefore(b.Bill, billsTold-1)
	if err != nil {
		return OnPaper{}, err
	}
	to := recipient{account: a, mailing: chosen.Mailing, online: chosen.Online}
	reader := to.reader(false)
	reader.Ways = Ways{Print: true}
	if !to.online { // who has an account has connected it (R-ACC-3)
		reader.AccountCode = tx.AccountCode(a.ID)
	}
	paper := OnPaper{To: strings.Split(to.envelope(), "\n"), Bill: Bill{Reader: reader, Written: on, Bill: b.Bill, Link: b.Link, Events: events(append([]store.IssuedBill{b}, before...))}}
	if paper.AutoPay, err = autoPayOf(tx, s.profile, b.Bill); err != nil {
		return OnPaper{}, err
	}
	if paper.tellsStanding() {
		facts, err := tx.FactsOf(a.ID)
		if err != nil {
			return OnPaper{}, err
		}
		paper.stand(s.profile, facts.Standing())
	}
	return paper, nil
}

package notifying

import (
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/internal/store"
)

// PrintCode lays the letter with the code that connects coverage among those to
// be printed (R-ACC-3). The row that is kept has no code.
func (s *Service) PrintCode(tx *store.Tx, account enrollment.AccountID, id store.LinkCodeID) error {
	today := s.profile.Today(tx.Now())
	codes, err := tx.LinkCodes(account, today)
	if err != nil {
		return err
	}
	for _, c := range codes {
		if c.ID == id {
			return s.plain(tx, account, Plain{Kind: PlainCode, Written: today, Until: c.Until}, id.UUID)
		}
	}
	return fault.New(fault.NotFound, "link_code.none", "there is no such code")
}

// PrintBounced tells on paper what an e-mail said that could not be delivered,
// and that paper is back (M20). A bill is printed too. It is called in the
// transaction that brings paper back.
func (s *Service) PrintBounced(tx *store.Tx, account enrollment.AccountID, id store.MessageID) error {
	today := s.profile.Today(tx.Now())
	m, err := tx.Message(account, id)
	if err != nil {
		return err
	}
	err = s.plain(tx, account, Plain{Kind: PlainBounced, Written: today, Said: paragraphs(m.Text)}, id.UUID)
	if fault.Is(err, CodeNoAddress) {
		tx.LetterFailed(because(store.LetterException{Account: account, Source: id.UUID, About: store.AboutNotice}, err))
		return nil
	}
	if err != nil {
		return err
	}
	b, err := tx.IssuedBill(account, bill.ID{UUID: m.Source})
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		return err
	}
	letters, err := s.makeBills(tx.ReadTx, []store.IssuedBill{b}, today)
	if err == nil {
		_, err = s.freshBill(tx, letters[0], today)
	}
	return err
}

// paragraphs gives the lines of a text that say something.
func paragraphs(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// plain writes a letter on paper.
func (s *Service) plain(tx *store.Tx, account enrollment.AccountID, p Plain, source ident.UUID) error {
	a, err := tx.Account(account)
	if err != nil {
		return err
	}
	to, err := recipientOf(tx.ReadTx, a, identity.DocumentNotice)
	if err != nil {
		return err
	}
	if to.mailing == "" {
		return errNoAddress
	}
	p.Reader = to.reader(false)
	p.Reader.Ways = Ways{Print: true}
	words, err := s.letters.Plain(p)
	if err != nil {
		return err
	}
	_, err = s.write(tx, to, words, source)
	return err
}

// fillCode puts the code into the letter that brings it.
func (p *presses) fillCode(m store.Message, doc *letterpdf.Document) {
	if m.Template != store.TemplateLinkCode {
		return
	}
	code := p.mailed(store.LinkCodeID{UUID: m.Source}).String()
	for i := range doc.Box {
		doc.Box[i].Value = strings.ReplaceAll(doc.Box[i].Value, CodePlace, code)
	}
}

package apptest

import (
	"strings"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/internal/store"
)

// Letters writes a line where the real letters have pages.
type Letters struct {
	Fail func(notifying.Reader) error // in place of words, if set
}

// Notice writes a line.
func (l Letters) Notice(n notifying.Notice) (notifying.Words, error) {
	return l.words(string(n.Kind), n.Reader, "Pay "+n.Amount.Format()+".")
}

// Bill writes a line.
func (l Letters) Bill(b notifying.Bill) (notifying.Words, error) {
	template, text := "bill", "Bill "+b.Bill.Number+" is ready."
	if b.AutoPay != nil {
		template, text = "bill_autopay_"+string(b.AutoPay.State), "AutoPay: "+b.AutoPay.Noticed.Format()+" on "+b.AutoPay.DebitOn.String()+"."
	}
	words, err := l.words(template, b.Reader, text)
	if words.Short != nil && b.AutoPay != nil {
		words.Short.Template = shortOf(b.AutoPay)
	}
	if words.Letter != nil {
		words.Letter = nil
		words.Bill = &billpdf.Document{Lang: "en", Issued: b.Bill.IssuedOn, Title: words.Text, Amount: billpdf.Amount{Due: b.Bill.AmountDue()}}
	}
	return words, err
}

// shortOf is the template of the text about a debit: what it is called decides
// what is looked at before it leaves.
func shortOf(x *notifying.AutoPay) string {
	switch {
	case x.State == mandate.Held:
		return "text_autopay_held"
	case x.Wait != nil:
		return "text_autopay_waits"
	}
	return "text_autopay"
}

// Returned writes a line.
func (l Letters) Returned(r notifying.Returned) (notifying.Words, error) {
	return l.words(notifying.TemplateReturned, r.Reader, "Your bank sent back "+r.Payment.Amount.Format()+".")
}

// Extended writes a line.
func (l Letters) Extended(x notifying.Extended) (notifying.Words, error) {
	return l.words("due_extended", x.Reader, "You have until "+x.Until.String()+".")
}

// Refunded writes a line.
func (l Letters) Refunded(r notifying.Refunded) (notifying.Words, error) {
	return l.words(notifying.TemplateRefund, r.Reader, "We send "+r.Amount.Format()+" back.")
}

// Repeated writes a line.
func (l Letters) Repeated(r notifying.Repeated) (notifying.Words, error) {
	return l.words("paid_twice", r.Reader, "You paid "+r.First.Amount.Format()+" twice. We keep "+r.Left.Format()+".")
}

// WaiverDecided writes a line.
func (l Letters) WaiverDecided(d notifying.WaiverDecided) (notifying.Words, error) {
	return l.words("waiver_"+string(d.Decision.Kind), d.Reader, "From "+d.Decision.From.String()+": "+d.Share.Format()+".")
}

// Plain writes a line, and a place for the code.
func (l Letters) Plain(p notifying.Plain) (notifying.Words, error) {
	w, err := l.words(string(p.Kind), p.Reader, strings.Join(p.Said, " "))
	if w.Letter != nil {
		w.Letter.Box = []letterpdf.Fact{{Label: "Code", Value: notifying.CodePlace}}
	}
	return w, err
}

// Mandate writes a line.
func (l Letters) Mandate(m notifying.Mandate) (notifying.Words, error) {
	return l.words("autopay_"+string(m.Kind), m.Reader, "AutoPay is "+string(m.Mandate.State)+".")
}

func (l Letters) words(template string, to notifying.Reader, text string) (notifying.Words, error) {
	w := notifying.Words{Template: template, Version: 1, Language: "en", Subject: "A letter"}
	if l.Fail != nil {
		if err := l.Fail(to); err != nil {
			return w, err
		}
	}
	if to.Ways.Email {
		w.Text, w.HTML = text, "<p>"+text+"</p>"
	}
	if to.Ways.Print {
		w.Letter = &letterpdf.Document{Lang: "en", Title: template, Lead: []string{text}}
	}
	if to.Ways.Text {
		w.Short = &notifying.Short{Template: "text_" + template, Version: 1, Words: "Text: " + template}
	}
	return w, nil
}

// Reach lets letters reach a household on paper, and by e-mail unless that
// address is empty.
func (w *World) Reach(h Household, email string) {
	w.TB.Helper()
	w.InTx(func(tx *store.Tx) error {
		a, err := tx.Account(h.Account)
		if err != nil {
			return err
		}
		a.BirthDate, a.Email, a.Address = h.BirthDate, email, "1428 Commonwealth Avenue, Apt 12B\nBrighton, MA"
		return tx.UpdateAccount(a.Account)
	})
}

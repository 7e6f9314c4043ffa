package simulate

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/letterpdf"
)

// letters writes a line where the real letters have pages: which letter goes
// to whom and when is what a simulated year is about.
type letters struct{}

func (letters) Receipt(r *paying.Receipt) (notifying.Letter, error) {
	return notifying.Letter{
		Account: r.Payment.AccountID, Template: "receipt", Language: "en", Source: r.Payment.ID.UUID,
		Address: pii.NewSecret(r.Email), Subject: "Receipt", Text: "Thank you for " + r.Payment.Amount.Format() + ".",
	}, nil
}

func (letters) Unpaid(i payment.Intent) (notifying.Letter, error) {
	return notifying.Letter{
		Account: i.AccountID, Template: "unpaid", Language: "en", Source: i.ID.UUID,
		Address: pii.NewSecret(i.Email), Subject: "Not paid", Text: "We did not get " + i.Amount.Format() + ".",
	}, nil
}

func (letters) Notice(n notifying.Notice) (notifying.Words, error) {
	return words(string(n.Kind), n.Reader, "Pay "+n.Amount.Format()+"."), nil
}

func (letters) Bill(b notifying.Bill) (notifying.Words, error) {
	w := words("bill", b.Reader, "A bill of "+b.Bill.AmountDue().Format()+".")
	if w.Letter != nil {
		w.Letter = nil
		w.Bill = &billpdf.Document{Lang: "en", Issued: b.Bill.IssuedOn, Title: w.Text, Amount: billpdf.Amount{Due: b.Bill.AmountDue()}}
	}
	return w, nil
}

func (letters) Returned(r notifying.Returned) (notifying.Words, error) {
	return words(notifying.TemplateReturned, r.Reader, "Your bank sent back "+r.Payment.Amount.Format()+"."), nil
}

func (letters) Extended(x notifying.Extended) (notifying.Words, error) {
	return words("due_extended", x.Reader, "You have until "+x.Until.String()+"."), nil
}

func (letters) Refunded(r notifying.Refunded) (notifying.Words, error) {
	return words(notifying.TemplateRefund, r.Reader, "We are sending "+r.Amount.Format()+" back."), nil
}

func (letters) Repeated(r notifying.Repeated) (notifying.Words, error) {
	return words("paid_twice", r.Reader, "You paid "+r.First.Amount.Format()+" twice."), nil
}

func (letters) WaiverDecided(d notifying.WaiverDecided) (notifying.Words, error) {
	return words("waiver_"+string(d.Decision.Kind), d.Reader, "From "+d.Decision.From.String()+": "+d.Share.Format()+"."), nil
}

func (letters) Plain(p notifying.Plain) (notifying.Words, error) {
	return words(string(p.Kind), p.Reader, "A letter about your account."), nil
}

func (letters) Mandate(m notifying.Mandate) (notifying.Words, error) {
	return words("autopay_"+string(m.Kind), m.Reader, "AutoPay is "+string(m.Mandate.State)+"."), nil
}

func words(template string, to notifying.Reader, text string) notifying.Words {
	w := notifying.Words{Template: template, Version: 1, Language: "en", Subject: "A letter"}
	if to.Ways.Email {
		w.Text, w.HTML = text, "<p>"+text+"</p>"
	}
	if to.Ways.Print {
		w.Letter = &letterpdf.Document{Lang: "en", Title: template, Lead: []string{text}}
	}
	return w
}

// links are never followed: nobody has a browser here.
type links struct{}

func (links) CardSuccess(id payment.OperationID, _ string) string {
	return "https://pay.invalid/" + id.String()
}

func (links) CardCancel(id payment.OperationID, _ string) string {
	return "https://pay.invalid/" + id.String() + "/back"
}

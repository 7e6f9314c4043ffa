// Package letters writes the messages that people get: e-mail as plain text and
// the same as HTML of one column, and paper with the same content, from the
// words of the catalogue.
//
// A subject has no name, amount or plan, because locked screens show it; a link
// has nothing personal, because others along the way read addresses.
package letters

import (
	"bytes"
	"embed"
	"fmt"
	htmltemplate "html/template"
	"net/url"
	"strings"
	texttemplate "text/template"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// TemplateReceipt names the receipt in the record of messages. The letter after
// a first payment has the same name: a payment gets one of the two.
const TemplateReceipt = "receipt"

const receiptVersion = 2 // see template

const lookUpPath = "/is-my-payment-in"

//go:embed receipt.txt receipt.html letter.txt letter.html
var files embed.FS

var (
	textReceipt = texttemplate.Must(texttemplate.ParseFS(files, "receipt.txt"))
	htmlReceipt = htmltemplate.Must(htmltemplate.ParseFS(files, "receipt.html"))
	textLetter  = texttemplate.Must(texttemplate.ParseFS(files, "letter.txt"))
	htmlLetter  = htmltemplate.Must(htmltemplate.ParseFS(files, "letter.html"))
)

// Receipt writes the receipt of a payment (M8), or what happens next when it
// was the first one and starts coverage (M3), in the payer's language. baseURL
// is the portal's own address, "https://pay.example.gov".
func Receipt(cat *catalogue.Catalogue, p *profile.Profile, baseURL string, r *paying.Receipt) (notifying.Letter, error) {
	base, err := checkBase(baseURL)
	if err != nil {
		return notifying.Letter{}, err
	}
	lang, _ := catalogue.ParseLang(r.Language)
	w := writer{speaker{say: printer(cat, lang, p), profile: p}, r}
	content := w.content(base + lang.Path(lookUpPath))
	if w.err != nil {
		return notifying.Letter{}, fmt.Errorf("receipt of payment %s: %w", r.Payment.ID, w.err)
	}
	var text, html bytes.Buffer
	if err := textReceipt.Execute(&text, content); err != nil {
		return notifying.Letter{}, err
	}
	if err := htmlReceipt.Execute(&html, content); err != nil {
		return notifying.Letter{}, err
	}
	short, err := w.paidText()
	if err != nil {
		return notifying.Letter{}, err
	}
	return notifying.Letter{
		Account: r.Payment.AccountID, Template: TemplateReceipt, Version: receiptVersion, Language: string(w.say.Spoken()), Source: r.Payment.ID.UUID,
		Address: pii.NewSecret(r.Email), Subject: content.Title, Text: text.String(), HTML: html.String(), Short: short,
	}, nil
}

func checkBase(baseURL string) (string, error) {
	base := strings.TrimSuffix(baseURL, "/")
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil {
		return "", fault.New(fault.Invalid, "letters.base_url", "the portal's address must be like https://pay.example.gov, not %q", baseURL)
	}
	return base, nil
}

// printer says messages with the marketplace's name and phone number.
func printer(cat *catalogue.Catalogue, lang catalogue.Lang, p *profile.Profile) catalogue.Printer {
	say := cat.In(lang)
	m := p.Marketplace
	return say.With(catalogue.Args{
		"hours": m.SupportHours.In(string(say.Spoken())), "marketplace": m.Name, "phone": m.SupportPhone, "tty": m.TTY,
		"tel": "tel:" + m.SupportPhone, "statement": m.StatementDescriptor,
	})
}

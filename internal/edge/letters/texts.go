package letters

import (
	"fmt"
	"strings"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// The short forms of letters, by text message (brief 17). Each stands beside the
// letter that tells all, and has no name, no amount and no word of health.
var (
	textFirst    = template{"text_bill_first", 1}
	textBill     = template{"text_bill", 1}
	textNothing  = template{"text_bill_nothing", 1}
	textDue      = template{"text_due", 1}
	textAutoPay  = template{"text_autopay", 1}
	textWaits    = template{"text_autopay_waits", 1}
	textHeld     = template{"text_autopay_held", 1}
	textPaid     = template{"text_receipt", 1}
	textPastDue  = template{"text_past_due", 1}
	textActBy    = template{"text_act_by", 1}
	textReturned = template{"text_returned", 1}
)

// CodeTextTooLong marks a text that does not go into the messages it may have:
// the marketplace's address or short name is too long for texts.
const CodeTextTooLong = "letters.text_too_long"

// short gives a letter its short form, where its reader gets one.
func (a *author) short(l *letter, t template, key string, args catalogue.Args) {
	if !a.to.Ways.Text {
		return
	}
	text, err := a.text(key, args)
	if err != nil && a.err == nil {
		a.err = err
	}
	l.text = &notifying.Short{Template: t.name, Version: t.version, Words: text}
}

// text says a text message in no more parts than it may have.
func (s *speaker) text(key string, args catalogue.Args) (string, error) {
	with := catalogue.Args{"marketplace": s.profile.Marketplace.ShortName}
	for name, value := range args {
		with[name] = value
	}
	text, err := s.say.T("text."+key, with)
	if err == nil && !texting.Fits(string(s.say.Spoken()), text) {
		err = fault.New(fault.Invalid, CodeTextTooLong, "the text %q has %d parts: shorten the marketplace's short_name or its address", key, texting.Parts(text))
	}
	return text, err
}

// link is the address of a page without its scheme: phones know it all the same.
func (a *author) link(path string) string {
	return strings.TrimPrefix(a.url(path), "https://")
}

// dueText reminds of a bill by text.
func (a *author) dueText(l *letter, by civil.Date) {
	a.short(l, textDue, "due", catalogue.Args{"by": a.say.Weekday(by), "link": a.link(payPath)})
}

// paidText tells of a payment by text. A marketplace whose texts do not fit
// sends none (CheckTexts); its receipts go out all the same.
func (w *writer) paidText() (*notifying.Short, error) {
	words, err := w.text("receipt", catalogue.Args{"confirmation": w.receipt.Payment.Confirmation.String()})
	if fault.Is(err, CodeTextTooLong) {
		return nil, nil
	}
	return &notifying.Short{Template: textPaid.name, Version: textPaid.version, Words: words}, err
}

// PersonText writes a text message to somebody who asked for it: a one-time
// code, or the answer to a message from a phone.
func (w Writer) PersonText(m people.Mail) (string, error) {
	lang, _ := catalogue.ParseLang(m.Language)
	say := speaker{say: printer(w.Catalogue, lang, w.Profile), profile: w.Profile}
	short := w.Profile.Marketplace.ShortName
	code := strings.ReplaceAll(m.Code, " ", "")
	switch m.Kind {
	case people.MailTexts:
		return say.text("agree", catalogue.Args{"code": code})
	case people.MailTextsOn:
		return say.text("on", nil)
	case people.MailTextsOff:
		return say.text("off", nil)
	case people.MailTextsHelp:
		return say.text("help", nil)
	}
	text := say.t("person.text", catalogue.Args{"marketplace": short, "code": code, "minutes": m.Minutes})
	return text, say.err
}

// PersonCall gives what a call says that brings a one-time code: digit by digit,
// twice, with a pause after each.
func (w Writer) PersonCall(m people.Mail) (string, error) {
	lang, _ := catalogue.ParseLang(m.Language)
	say := speaker{say: printer(w.Catalogue, lang, w.Profile), profile: w.Profile}
	digits := strings.Join(strings.Split(strings.ReplaceAll(m.Code, " ", ""), ""), ", ")
	text := say.t("call.code", catalogue.Args{"marketplace": w.Profile.Marketplace.ShortName, "digits": digits})
	return text, say.err
}

// CheckTexts tells whether every text of the marketplace is short enough with
// the longest facts that it can have. Texts about bills are only offered where
// it is.
func (w Writer) CheckTexts() error {
	for _, lang := range catalogue.Langs() {
		a, err := w.author(notifying.Reader{Language: string(lang), Ways: notifying.Ways{Email: true, Text: true}}, civil.Date{})
		if err != nil {
			return err
		}
		for key, args := range a.longest() {
			if _, err := a.text(key, args); err != nil {
				return fmt.Errorf("%s: %w", lang, err)
			}
		}
	}
	return nil
}

// longest gives every text with the longest facts that it can have.
func (a *author) longest() map[string]catalogue.Args {
	var day, weekday string
	for d := civil.MustParseDate("2028-01-01"); d.Year() == 2028; d = d.AddDays(1) { // a leap year has every date
		day, weekday = longer(day, a.say.Date(d)), longer(weekday, a.say.Weekday(d))
	}
	confirmation := ident.NewConfirmation([]byte("the longest there is"))
	bill, pay, autoPay := a.link(linkPath+confirmation.String()), a.link(payPath), a.link(autoPayPath)
	return map[string]catalogue.Args{
		"agree": {"code": "482913"}, "on": nil, "off": nil, "help": nil,
		"first": {"link": bill}, "bill": {"link": bill}, "nothing": {"link": bill}, "due": {"by": weekday, "link": pay},
		"autopay": {"on": day, "bank": "5678", "link": autoPay}, "autopay_waits": {"link": bill}, "held": {"link": autoPay}, "receipt": {"confirmation": confirmation.String()},
		"past_due": {"link": pay}, "act_by": {"by": day, "link": pay}, "returned": {"link": pay}, "returned_by": {"by": day, "link": pay},
	}
}

func longer(a, b string) string {
	if len([]rune(b)) > len([]rune(a)) {
		return b
	}
	return a
}

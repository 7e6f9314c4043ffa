package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// personTemplate begins the names of mails to people who sign in.
const personTemplate = "person_"

// personVersion is the version of their words: see template.
const personVersion = 1

// The pages that mails to people lead to. None of the addresses holds a secret.
const (
	signInPath   = "/account/sign-in"
	signUpPath   = "/account/new"
	peoplePath   = "/account/invitations"
	paymentsPath = "/account/payments"
	accountPath  = "/account"
	findPath     = "/pay"
)

// Person writes a mail to somebody who signs in (M17, M18, M19).
func (w Writer) Person(m people.Mail) (people.Words, error) {
	a, err := w.author(notifying.Reader{Language: m.Language, Ways: notifying.Ways{Email: true}}, w.Profile.Today(m.At))
	if err != nil {
		return people.Words{}, err
	}
	l, err := a.person(m)
	if err != nil {
		return people.Words{}, err
	}
	words, err := a.finish(template{personTemplate + string(m.Kind), personVersion}, l)
	return people.Words{Template: words.Template, Language: words.Language, Subject: words.Subject, Text: words.Text, HTML: words.HTML}, err
}

func (a *author) person(m people.Mail) (*letter, error) {
	switch m.Kind {
	case people.MailSignUp, people.MailSignIn, people.MailReset, people.MailNewEmail, people.MailPaperless:
		return a.codeMail(m), nil
	case people.MailExists:
		return a.personLetter(m, signInPath, a.t("person.exists.lead", nil), a.t("person.exists.more", nil)), nil
	case people.MailUnknown:
		return a.personLetter(m, signUpPath, a.t("person.unknown.lead", nil), a.t("person.unknown.more", nil)), nil
	case people.MailInvite:
		return a.personLetter(m, peoplePath,
			a.t("person.invite.lead", catalogue.Args{"helped": m.Helped}), a.t("person.invite.scope_"+string(m.Scope), nil),
			a.t("person.invite.until", catalogue.Args{"until": m.Until})), nil
	case people.MailOtherPaid:
		return a.personLetter(m, paymentsPath,
			a.t("person.other_paid.lead", catalogue.Args{"amount": m.Amount, "on": m.On}), a.t("person.other_paid.more", nil)), nil
	case people.MailBillReady:
		l := a.personLetter(m, findPath, a.t("person.bill_ready.lead", nil), a.t("person.bill_ready.more", nil))
		l.Who = a.t("person.bill_ready.hello", nil)
		return l, nil
	case people.MailChange:
		return a.changeMail(m), nil
	}
	return nil, fault.New(fault.Internal, "letters.person", "there are no words for a mail of kind %q", m.Kind)
}

// beginPerson is begin without an account: nobody is named.
func (a *author) beginPerson(kind people.MailKind, lead ...string) *letter {
	l := a.begin(a.t("person."+string(kind)+".title", nil), lead...)
	l.Who = a.t("person.hello", nil)
	return l
}

// personLetter leads to a page.
func (a *author) personLetter(m people.Mail, path string, lead ...string) *letter {
	l := a.beginPerson(m.Kind, lead...)
	key := "person." + string(m.Kind)
	l.Action = &lookUp{a.t(key+".line", nil), a.t(key+".button", nil), a.t("mail.address", nil), a.url(path)}
	return l
}

// codeMail brings a one-time code (M17).
func (a *author) codeMail(m people.Mail) *letter {
	l := a.beginPerson(m.Kind, a.t("person."+string(m.Kind)+".lead", nil))
	l.Box = []fact{{a.t("person.code", nil), m.Code}}
	after := []string{a.t("person.code_life", catalogue.Args{"n": m.Minutes}), a.t("person.keep", nil)}
	switch m.Kind {
	case people.MailSignIn:
		after = append(after, a.t("person.sign_in.not_you", nil))
	case people.MailPaperless:
		after = append(after, a.t("person.paperless.more", nil))
	default:
		after = append(after, a.t("person.not_you", nil))
	}
	l.Lead = append(l.Lead, after...)
	return l
}

// changeMail tells that something was changed (M18).
func (a *author) changeMail(m people.Mail) *letter {
	l := a.beginPerson(m.Kind, a.t("person.change."+string(m.Change), nil), a.t("person.not_you_call", nil))
	l.Box = []fact{{a.t("person.change.when", nil), a.say.Date(a.written)}}
	return l
}

// Plain writes a letter about an account here, on paper: the code that connects
// coverage (R-ACC-3), or that e-mail came back (M20).
func (w Writer) Plain(p notifying.Plain) (notifying.Words, error) {
	a, err := w.author(p.Reader, p.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	page := catalogue.Args{"url": a.url(accountPath), "until": p.Until}
	switch p.Kind {
	case notifying.PlainCode:
		l := a.begin(a.t("person.link_code.title", nil), a.t("person.link_code.lead", nil), a.t("person.link_code.how", page), a.t("person.link_code.not_you", nil))
		l.Box = []fact{{a.t("person.link_code.box", nil), notifying.CodePlace}}
		return a.finish(template{string(notifying.PlainCode), 1}, l)
	case notifying.PlainBounced:
		l := a.begin(a.t("person.bounced.title", nil), a.t("person.bounced.lead", nil), a.t("person.bounced.fix", page))
		l.Sections = []section{{Title: a.t("person.bounced.said", nil), Paragraphs: p.Said}}
		return a.finish(template{string(notifying.PlainBounced), 1}, l)
	}
	return notifying.Words{}, fault.New(fault.Internal, "letters.plain", "there are no words for a letter of kind %q", p.Kind)
}

var _ people.Letters = Writer{}

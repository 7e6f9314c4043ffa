package account

import (
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// settings is A14.
func (v *visit) settings() {
	s, err := v.people.Settings(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	view := portal.Settings{
		Site: langOr(s.PageLanguage, v.Lang), Bills: langOr(s.LetterLanguage, catalogue.English), Phone: langOr(s.PhoneLanguage, catalogue.English),
		Email: pii.Email(s.Email), Mobile: s.Phone, Address: s.Address, Paperless: deliveries(s), Changed: v.R.URL.Query().Has("saved"),
	}
	view.Apply = v.Profile.Marketplace.ApplicationURL
	if s.Texts.Offered {
		texted := textedOf(s.Texts)
		view.Texts = &texted
	}
	for _, c := range s.Delivery {
		view.Bounced = view.Bounced || c.Why == identity.PaperBounced
	}
	v.Show(view)
}

func langOr(code string, otherwise catalogue.Lang) catalogue.Lang {
	if lang, ok := catalogue.ParseLang(code); ok {
		return lang
	}
	return otherwise
}

func deliveries(s people.Settings) []portal.Delivery {
	var all []portal.Delivery
	for _, c := range s.Delivery {
		all = append(all, portal.Delivery{Kind: portal.DocumentKind(c.Document), Only: c.Delivery == identity.DeliverEmail})
	}
	return all
}

// settingsSaved leads back to all settings.
func (v *visit) settingsSaved() { v.To(portal.PathSettings + "?saved") }

func (v *visit) showLanguages() {
	s, err := v.people.Settings(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	v.Show(portal.LanguageSettings{
		Site: v.Lang, Bills: langOr(s.LetterLanguage, catalogue.English), Phone: langOr(s.PhoneLanguage, catalogue.English),
	})
}

// setLanguages keeps three choices and goes on in the language of the site.
func (v *visit) setLanguages() {
	in := people.Languages{Page: v.Field(portal.FieldSite), Letters: v.Field(portal.FieldBills), Phone: v.Field(portal.FieldCalls)}
	site, ok := catalogue.ParseLang(in.Page)
	if !ok {
		v.BadRequest()
		return
	}
	err := v.people.SetLanguages(v.Ctx(), v.who, in)
	switch {
	case fault.KindOf(err) == fault.Invalid:
		v.BadRequest()
	case err != nil:
		v.fail(err)
	default:
		v.Away(site.Path(portal.PathSettings) + "?saved")
	}
}

// pending is a change that waits for a code that was sent.
type pending struct {
	Ticket    identity.Ticket     `json:"ticket"`
	To        string              `json:"to"` // masked
	Documents []identity.Document `json:"documents,omitempty"`
	Wording   string              `json:"wording,omitempty"`
}

func (v *visit) showContact() {
	s, err := v.people.Settings(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	v.Show(portal.ContactSettings{Email: v.Field(portal.FieldEmail), Texts: s.Texts.Offered})
}

// changeEmail sends a code to a new address. Nothing changes until it is typed.
func (v *visit) changeEmail() {
	view := portal.ContactSettings{Email: v.Field(portal.FieldEmail)}
	sent, err := v.people.BeginEmail(v.Ctx(), v.who, view.Email, v.from())
	if list := problems(err, nil); len(list) > 0 {
		view.Problems = list
		v.Show(view)
		return
	}
	if err != nil {
		v.fail(err)
		return
	}
	v.session.Member.Email = &pending{Ticket: sent.Ticket, To: pii.Email(view.Email)}
	v.keep()
	v.To(portal.PathReachedCode)
}

func (v *visit) showEmailCode() {
	p := v.session.Member.Email
	if p == nil {
		v.To(portal.PathReached)
		return
	}
	v.Show(portal.SettingsCode{To: p.To})
}

func (v *visit) takeEmailCode() {
	p := v.session.Member.Email
	if p == nil {
		v.To(portal.PathReached)
		return
	}
	err := v.people.ChangeEmail(v.Ctx(), v.who, people.AnswerSetup{Ticket: p.Ticket, Code: v.Field(portal.FieldCode), From: v.from()})
	v.answered(portal.SettingsCode{To: p.To}, portal.PathReached, err, func() { v.session.Member.Email = nil })
}

// answered shows what became of a code.
func (v *visit) answered(view portal.SettingsCode, begin string, err error, done func()) {
	list := problems(err, nil)
	switch {
	case len(list) > 0:
		view.Problems = list
		v.Show(view)
	case fault.Is(err, people.CodeTicket): // it took too long, or is done
		done()
		v.keep()
		v.To(begin)
	case err != nil:
		v.fail(err)
	default:
		done()
		v.keep()
		v.settingsSaved()
	}
}

func (v *visit) showPaperless() {
	view, ok := v.paperlessPage()
	if ok {
		v.Show(view)
	}
}

func (v *visit) paperlessPage() (portal.PaperlessSettings, bool) {
	s, err := v.people.Settings(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return portal.PaperlessSettings{}, false
	}
	return portal.PaperlessSettings{Email: pii.Email(s.Email), Kinds: deliveries(s)}, true
}

// choosePaperless takes what comes by e-mail only and what on paper. Back to
// paper is free and at once; ending paper takes consent and a code that shows
// that the person can read what will come (REG-45).
func (v *visit) choosePaperless() {
	view, ok := v.paperlessPage()
	if !ok {
		return
	}
	var paper, only []identity.Document
	for i, d := range view.Kinds {
		wants := v.Field(d.Field()) == "email"
		switch {
		case wants && !d.Only:
			only = append(only, identity.Document(d.Kind))
		case !wants && d.Only:
			paper = append(paper, identity.Document(d.Kind))
		}
		view.Kinds[i].Only = wants
	}
	view.Agreed = v.Field(portal.FieldAgree) == "yes"
	if len(only) > 0 && !view.Agreed {
		view.Problems.Add(portal.FieldAgree, portal.ProblemAgree)
		v.Show(view)
		return
	}
	if len(paper) > 0 {
		if err := v.people.BackToPaper(v.Ctx(), v.who, paper, v.from()); err != nil {
			v.fail(err)
			return
		}
	}
	if len(only) == 0 {
		v.settingsSaved()
		return
	}
	v.beginPaperless(view, only)
}

func (v *visit) beginPaperless(view portal.PaperlessSettings, only []identity.Document) {
	agreed, err := v.Pages.Agreed(v.Lang, view.Consent())
	if err != nil {
		v.Broken(err)
		return
	}
	sent, err := v.people.BeginPaperless(v.Ctx(), v.who, people.AskPaperless{Documents: only, Language: string(agreed.Language), From: v.from()})
	if err != nil {
		v.fail(err)
		return
	}
	v.session.Member.Paperless = &pending{Ticket: sent.Ticket, To: view.Email, Documents: only, Wording: agreed.Text}
	v.keep()
	v.To(portal.PathPaperlessCode)
}

func (v *visit) showPaperlessCode() {
	p := v.session.Member.Paperless
	if p == nil {
		v.To(portal.PathPaperless)
		return
	}
	v.Show(portal.SettingsCode{Paperless: true, To: p.To})
}

func (v *visit) takePaperlessCode() {
	p := v.session.Member.Paperless
	if p == nil {
		v.To(portal.PathPaperless)
		return
	}
	err := v.people.GoPaperless(v.Ctx(), v.who, people.GoPaperless{Ticket: p.Ticket, Code: v.Field(portal.FieldCode), Wording: p.Wording, From: v.from()})
	v.answered(portal.SettingsCode{Paperless: true, To: p.To}, portal.PathPaperless, err, func() { v.session.Member.Paperless = nil })
}

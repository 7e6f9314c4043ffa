package letters

import (
	"fmt"
	"strings"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/format/letterpdf"
)

// Writer writes all letters of a marketplace: by e-mail and for paper, from the
// same words.
type Writer struct {
	Catalogue *catalogue.Catalogue
	Profile   *profile.Profile
	BaseURL   string // the portal's own address, "https://pay.example.gov"
}

// Receipt writes the receipt of a payment (M3, M8).
func (w Writer) Receipt(r *paying.Receipt) (notifying.Letter, error) {
	return Receipt(w.Catalogue, w.Profile, w.BaseURL, r)
}

// template names a letter. The version changes with its words, and stands
// beside each letter that is kept; see testdata/versions.txt.
type template struct {
	name    string
	version int
}

// speaker says messages. The first that can not be said is kept in err.
type speaker struct {
	say     catalogue.Printer
	profile *profile.Profile
	err     error
}

func (s *speaker) t(key string, args catalogue.Args) string {
	text, err := s.say.T(key, args)
	if err != nil && s.err == nil {
		s.err = err
	}
	return text
}

// notice says, in the language asked for, that the text is in English.
func (s *speaker) notice() *notice {
	if s.say.Lang() == s.say.Spoken() {
		return nil
	}
	text, err := s.say.Native().T("mail.notice", nil)
	if err != nil {
		s.err = err
	}
	return &notice{s.say.Lang().Tag(), text}
}

func (s *speaker) demo() string {
	if !s.profile.Marketplace.Demo {
		return ""
	}
	return s.profile.Marketplace.DemoBanner.In(string(s.say.Spoken()))
}

// The paths of the portal that letters lead to.
const (
	payPath      = "/pay"
	linkPath     = "/p/"
	languagePath = "/language-help"
)

// author writes one letter.
type author struct {
	speaker
	words   *catalogue.Catalogue
	to      notifying.Reader
	written civil.Date
	base    string
}

func (w Writer) author(to notifying.Reader, written civil.Date) (*author, error) {
	base, err := checkBase(w.BaseURL)
	lang, _ := catalogue.ParseLang(to.Language)
	say := printer(w.Catalogue, lang, w.Profile).With(catalogue.Args{"last_four": to.SubscriberID.LastFour()})
	return &author{speaker{say: say, profile: w.Profile}, w.Catalogue, to, written, base}, err
}

// url gives the address of a page in the reader's language.
func (a *author) url(path string) string { return a.base + a.say.Lang().Path(path) }

// letter is what a letter says, whichever way it goes. The templates add no
// words of their own.
type letter struct {
	Lang        string
	Brand       string
	Marketplace string
	Demo        string
	Notice      *notice
	Title       string
	Who         string
	Lead        []string
	Box         []fact
	Sections    []section
	Action      *lookUp // nil: nothing to do online
	Languages   string
	Safe, Help  string

	text *notifying.Short // by text message; nil: none
}

type section struct {
	Title      string
	Paragraphs []string
	Points     []string
}

// begin gives a letter with what all have.
func (a *author) begin(title string, lead ...string) *letter {
	m := a.profile.Marketplace
	return &letter{
		Lang: a.say.Spoken().Tag(), Brand: string(a.profile.Brand.Color), Marketplace: m.Name, Demo: a.demo(), Notice: a.notice(),
		Title: title, Who: a.t("frame.who", catalogue.Args{"name": a.name()}), Lead: lead,
		Languages: a.t("letter.other_languages", catalogue.Args{"url": a.url(languagePath)}),
		Safe:      a.t("article.contact.safe", nil), Help: a.t("frame.call", nil),
	}
}

// name gives "Maria S.", or an employer's name: an e-mail may be read by others
// (R-ID-3).
func (a *author) name() string {
	if a.to.FirstName == "" {
		return a.to.LastName
	}
	for _, initial := range a.to.LastName {
		return a.to.FirstName + " " + string(initial) + "."
	}
	return a.to.FirstName
}

// toPay adds what to pay and the way to it.
func (a *author) toPay(l *letter, path string, box ...fact) {
	l.Box = box
	l.Action = &lookUp{a.t("letter.pay_line", nil) + " " + a.t("letter.need", nil), a.t("letter.pay_now", nil), a.t("mail.address", nil), a.url(path)}
}

func (a *author) amountBox(amount money.Amount, by civil.Date) []fact {
	box := []fact{{a.t("letter.pay", nil), amount.Format()}}
	if !by.IsZero() {
		box = append(box, fact{a.t("letter.pay_by", nil), a.say.Weekday(by)})
	}
	return box
}

// about says which coverage a letter is about.
func (a *author) about(all []standing.EnrollmentStanding) string {
	health, dental := false, false
	for _, e := range all {
		health = health || e.Kind == enrollment.KindMedical
		dental = dental || e.Kind == enrollment.KindDental
	}
	switch {
	case health && dental:
		return a.t("letter.about_both", nil)
	case dental:
		return a.t("letter.about_dental", nil)
	}
	return a.t("letter.about_health", nil)
}

// finish gives the letter in the ways that its reader has.
func (a *author) finish(t template, l *letter) (notifying.Words, error) {
	words := notifying.Words{Template: t.name, Version: t.version, Language: string(a.say.Spoken()), Subject: l.Title, Short: l.text}
	if a.to.Ways.Email {
		var err error
		if words.Text, words.HTML, err = l.mail(); err != nil {
			return words, err
		}
	}
	if a.to.Ways.Print {
		words.Letter = a.paper(l)
	}
	if a.err != nil {
		return words, fmt.Errorf("letter %s: %w", t.name, a.err)
	}
	return words, nil
}

// mail gives the letter as plain text and as HTML of one column.
func (l *letter) mail() (text, html string, err error) {
	var plain, rich strings.Builder
	if err := textLetter.Execute(&plain, l); err != nil {
		return "", "", err
	}
	err = htmlLetter.Execute(&rich, l)
	return plain.String(), rich.String(), err
}

// paper gives the letter as it is printed. The address comes when it is.
func (a *author) paper(l *letter) *letterpdf.Document {
	doc := &letterpdf.Document{
		Lang: l.Lang, Written: a.written, Marketplace: l.Marketplace, From: a.sender(),
		Facts: []letterpdf.Fact{
			{Label: a.t("letter.date", nil), Value: a.say.Date(a.written)},
			{Label: a.t("letter.subscriber_id", nil), Value: a.t("letter.subscriber_ends", nil)},
		},
		Title: l.Title, Lead: l.Lead,
		Footer: a.t("letter.page", catalogue.Args{"page": "{page}", "pages": "{pages}"}),
	}
	if l.Demo != "" {
		doc.From = append(doc.From, l.Demo)
	}
	for _, f := range l.Box {
		doc.Box = append(doc.Box, letterpdf.Fact(f))
	}
	for _, s := range l.Sections {
		doc.Sections = append(doc.Sections, letterpdf.Section{Heading: s.Title, Paragraphs: s.Paragraphs, Points: s.Points})
	}
	rights := []string{l.Help, strings.Join(a.taglines(), "\n"), l.Safe}
	if l.Notice != nil {
		rights = append([]string{l.Notice.Text}, rights...)
	}
	doc.Sections = append(doc.Sections, letterpdf.Section{Heading: a.t("paper.rights.title", nil), Paragraphs: rights})
	return doc
}

// sender is the return address.
func (a *author) sender() []string {
	lines := a.profile.Marketplace.LockboxAddress.On(a.written)
	if len(lines) > 1 {
		return append([]string{}, lines[1:]...) // the name stands above
	}
	return append([]string{}, lines...)
}

// taglines say in each language that help is free (MA-NOTE-16).
func (a *author) taglines() []string {
	lines := []string{a.t("letter.tagline", nil)}
	for _, lang := range catalogue.Langs() {
		if lang == a.say.Spoken() {
			continue
		}
		text, err := printer(a.words, lang, a.profile).Native().T("letter.tagline", nil)
		if err != nil && a.err == nil {
			a.err = err
		}
		lines = append(lines, text)
	}
	return lines
}

// moreTaglines are those of the bill's notice beyond our own languages, fifteen
// in all with English's line about the ones that can not be printed (brief 16).
func (a *author) moreTaglines() []string {
	var lines []string
	for _, lang := range []string{"el", "fr", "it", "pl", "ru", "more"} {
		lines = append(lines, a.t("paper.tagline."+lang, nil))
	}
	return lines
}

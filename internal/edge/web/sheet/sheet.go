// Package sheet puts together the files that people download from their pages,
// receipts, proofs and yearly totals, in the reader's language.
package sheet

import (
	"bytes"
	"io"
	"strings"
	"sync"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/web/fonts"
)

// press is made for the first file that somebody asks for.
var press = sync.OnceValues(func() (*letterpdf.Press, error) { return letterpdf.NewPress(fonts.Files()) })

// Reader is who reads a sheet, and in which language.
type Reader struct {
	Site     *serving.Site
	Lang     catalogue.Lang
	Name     string // of the person whose coverage it is about, as far as the reader may know it
	LastFour string // of the Subscriber ID
}

// Sheet is a file being put together. The first thing that can not be said is
// kept, and ends in Print.
type Sheet struct {
	Doc    letterpdf.Document
	reader Reader
	err    error
}

// New begins a sheet with a title, a message key.
func New(r Reader, title string) *Sheet {
	s := &Sheet{reader: r}
	m, today := r.Site.Profile.Marketplace, r.Site.Today()
	lines := m.LockboxAddress.On(today)
	s.Doc = letterpdf.Document{
		Lang: r.Site.Pages.Spoken(r.Lang).Tag(), Written: today, Marketplace: m.Name,
		From: append([]string{}, lines[min(1, len(lines)):]...), To: []string{strings.TrimSpace(r.Name)},
		Title: s.T(title), Footer: s.T("letter.page", "page", "{page}", "pages", "{pages}"),
	}
	if m.Demo {
		s.Doc.From = append(s.Doc.From, s.T("frame.demo"))
	}
	s.Fact("proof.date", s.T("proof.on", "date", today))
	s.Fact("proof.subscriber", s.T("proof.ends", "last_four", r.LastFour))
	return s
}

// T says a message. Args come in pairs.
func (s *Sheet) T(key string, args ...any) string {
	values := catalogue.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1] //nolint:forcetypeassert // names stand in the code
	}
	return s.Say(portal.Message{Key: key, Args: values})
}

// Say says a message of a view.
func (s *Sheet) Say(m portal.Message) string {
	text, err := s.reader.Site.Pages.Text(s.reader.Lang, m)
	if err != nil && s.err == nil {
		s.err = err
	}
	return text
}

// Named says something after its name.
func (s *Sheet) Named(key string, m portal.Message) string {
	return s.T("proof.autopay.named", "name", s.T(key), "value", s.Say(m))
}

// Fact adds a line to the facts at the top.
func (s *Sheet) Fact(key, value string) {
	s.Doc.Facts = append(s.Doc.Facts, letterpdf.Fact{Label: s.T(key), Value: value})
}

// Lead adds a paragraph before all sections.
func (s *Sheet) Lead(text string) { s.Doc.Lead = append(s.Doc.Lead, text) }

// Section adds a section.
func (s *Sheet) Section(heading string, paragraphs, points []string) {
	s.Doc.Sections = append(s.Doc.Sections, letterpdf.Section{Heading: heading, Paragraphs: paragraphs, Points: points})
}

// Payment adds the facts of a payment; more are facts that come after them.
func (s *Sheet) Payment(r *paying.Receipt, how portal.Message, more ...string) {
	p := r.Payment
	s.Lead(s.T("proof.receipt.lead", "marketplace", s.reader.Site.Profile.Marketplace.Name))
	s.Doc.Box = []letterpdf.Fact{
		{Label: s.T("line.amount"), Value: p.Amount.Format()}, {Label: s.T("done.confirmation"), Value: p.Confirmation.String()},
	}
	points := []string{
		s.T("proof.receipt.paid_on", "at", p.SubmittedAt), s.T("proof.receipt.counts", "date", p.EffectiveOn), s.T("proof.receipt.how", "how", s.Say(how)),
	}
	s.Section(s.T("proof.receipt.facts"), nil, append(points, more...))
	var paid []string
	for _, line := range owing.Paid(r) {
		paid = append(paid, s.Say(line.Message())+": "+line.Amount.Format())
	}
	if len(paid) > 0 {
		s.Section(s.T("receipt.covered"), nil, paid)
	}
}

// Size tells what a link to the sheet says of it.
func (s *Sheet) Size() (portal.Paper, error) {
	var out bytes.Buffer
	pages, err := s.Print(&out)
	return portal.Paper{Pages: pages, Kilobytes: (out.Len() + 1023) / 1024}, err
}

// Print writes the sheet as a PDF and gives its number of pages.
func (s *Sheet) Print(w io.Writer) (pages int, err error) {
	if s.err != nil {
		return 0, s.err
	}
	p, err := press()
	if err != nil {
		return 0, err
	}
	return p.Print(w, &s.Doc)
}

package account

import (
	"bytes"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// messages is A18, the list. Older ones come with ?before=.
func (v *visit) messages() {
	before := people.MessageLine{}.ID
	if text := v.R.URL.Query().Get("before"); text != "" {
		id, err := ident.ParseUUID(text)
		if err != nil {
			v.NotFound()
			return
		}
		before.UUID = id
	}
	all, err := v.people.Messages(v.Ctx(), v.who, before)
	if err != nil {
		v.fail(err)
		return
	}
	var view portal.Letters
	for _, m := range all {
		view.Rows = append(view.Rows, v.letterRow(m))
	}
	if len(all) >= lettersShown {
		view.More = portal.PathMessages + "?before=" + all[len(all)-1].ID.String()
	}
	v.Show(view)
}

// lettersShown is so many that older ones may follow.
const lettersShown = 30

func (v *visit) letterRow(m people.MessageLine) portal.Letter {
	return portal.Letter{
		ID: m.ID.String(), On: m.Written.DateIn(v.Profile.Zone()), Name: m.Subject, Lang: langOr(m.Language, catalogue.English), Unread: m.Unread, Paper: m.Paper && !m.Email, File: m.Paper,
	}
}

// oneMessage is A18, a letter as it went out; with ".pdf" as it was printed.
func (v *visit) oneMessage() {
	text, wantsFile := strings.CutSuffix(v.R.PathValue("file"), ".pdf")
	uuid, err := ident.ParseUUID(text)
	if err != nil {
		v.NotFound()
		return
	}
	id := people.MessageLine{}.ID
	id.UUID = uuid
	ways, err := v.people.Message(v.Ctx(), v.who, id)
	switch {
	case err != nil:
		v.fail(err)
		return
	case len(ways) == 0:
		v.NotFound()
		return
	}
	printed := slices.IndexFunc(ways, func(m notifying.Kept) bool { return m.Channel == "print" })
	if wantsFile {
		if printed < 0 {
			v.NotFound()
			return
		}
		v.printedFile(ways[printed])
		return
	}
	view, err := v.letterPage(ways[0], id.String())
	if err != nil {
		v.Broken(err)
		return
	}
	view.PDF, view.Paper = printed >= 0, ways[0].Channel == "print"
	texts, err := v.people.TextsBeside(v.Ctx(), v.who, ways[0])
	if err != nil {
		v.fail(err)
		return
	}
	for _, m := range texts {
		view.Texts = append(view.Texts, portal.TextSent{
			Words: m.Words, To: identity.MaskPhone(m.Number.Reveal()), On: m.FateAt.DateIn(v.Profile.Zone()), Fate: "my.letter.fate." + string(m.Fate),
		})
	}
	v.Show(view)
}

// printedFile gives a letter exactly as it was mailed.
func (v *visit) printedFile(m notifying.Kept) {
	var out bytes.Buffer
	if err := v.member.Post.Preview(&out, m); err != nil {
		v.fail(err)
		return
	}
	v.Send(serving.File{Type: serving.PDF, Name: "letter-" + m.CreatedAt.DateIn(v.Profile.Zone()).String() + ".pdf", Data: out.Bytes()})
}

// letterPage gives the words of a letter: what was printed, or the e-mail's
// plain text, which has all that its HTML has.
func (v *visit) letterPage(m notifying.Kept, id string) (portal.ReadLetter, error) {
	view := portal.ReadLetter{
		Letter: portal.Letter{
			ID: id, On: m.CreatedAt.DateIn(v.Profile.Zone()), Name: m.Subject, Lang: langOr(m.Language, catalogue.English),
		},
		Heading: m.Subject,
	}
	doc, ok, err := notifying.Printed(m)
	if err != nil {
		return view, err
	}
	if !ok {
		view.Paragraphs = paragraphs(m.Text)
		return view, nil
	}
	view.Paragraphs = doc.Lead
	for _, f := range doc.Box {
		view.Facts = append(view.Facts, portal.Fact{Name: f.Label, Value: f.Value})
	}
	for _, s := range doc.Sections {
		view.Sections = append(view.Sections, portal.LetterSection{Heading: s.Heading, Paragraphs: s.Paragraphs, Points: s.Points})
	}
	return view, nil
}

// paragraphs cuts plain text at its empty lines.
func paragraphs(text string) []string {
	var all []string
	for _, p := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			all = append(all, p)
		}
	}
	return all
}

package account

import (
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/edge/web/portal"
)

func textedOf(s people.TextSetting) portal.Texted {
	states := map[texting.State]portal.TextState{texting.Asked: portal.TextsAsked, texting.On: portal.TextsOn, texting.Stopped: portal.TextsStopped}
	state, known := states[s.State]
	if !known {
		return portal.Texted{State: portal.TextsOff}
	}
	return portal.Texted{State: state, Number: s.Number}
}

// textsPage is the page of text messages as they are set; there is none where
// none are sent.
func (v *visit) textsPage() (portal.TextSettings, bool) {
	s, err := v.people.Settings(v.Ctx(), v.who)
	switch {
	case err != nil:
		v.fail(err)
		return portal.TextSettings{}, false
	case !s.Texts.Offered:
		v.NotFound()
		return portal.TextSettings{}, false
	}
	return portal.TextSettings{Texted: textedOf(s.Texts)}, true
}

func (v *visit) showTexts() {
	if view, ok := v.textsPage(); ok {
		v.Show(view)
	}
}

// agreeTexts takes the agreement, word for word as it was shown, and sends the
// test message.
func (v *visit) agreeTexts() {
	view, ok := v.textsPage()
	if !ok {
		return
	}
	view.Typed, view.Agreed = v.Field(portal.FieldPhone), v.Field(portal.FieldAgree) == "yes"
	if !view.Agreed {
		view.Problems.Add(portal.FieldAgree, portal.ProblemAgree)
		v.Show(view)
		return
	}
	agreed, err := v.Pages.Agreed(v.Lang, view.Terms())
	if err != nil {
		v.Broken(err)
		return
	}
	sent, err := v.people.BeginTexts(v.Ctx(), v.who, people.AskTexts{
		Number: view.Typed, Wording: agreed.Text, TextVersion: agreed.Version, Language: string(agreed.Language), From: v.from(),
	})
	if list := problems(err, nil); len(list) > 0 {
		view.Problems = list
		v.Show(view)
		return
	}
	if err != nil {
		v.fail(err)
		return
	}
	v.session.Member.Texts = &pending{Ticket: sent.Ticket, To: sent.To}
	v.keep()
	v.To(portal.PathTextsCode)
}

func (v *visit) showTextsCode() {
	p := v.session.Member.Texts
	if p == nil {
		v.To(portal.PathTexts)
		return
	}
	v.Show(portal.SettingsCode{Texts: true, To: p.To})
}

func (v *visit) takeTextsCode() {
	p := v.session.Member.Texts
	if p == nil {
		v.To(portal.PathTexts)
		return
	}
	err := v.people.ConfirmTexts(v.Ctx(), v.who, people.AnswerSetup{Ticket: p.Ticket, Code: v.Field(portal.FieldCode), From: v.from()})
	v.answered(portal.SettingsCode{Texts: true, To: p.To}, portal.PathTexts, err, func() { v.session.Member.Texts = nil })
}

func (v *visit) endTexts() {
	err := v.people.EndTexts(v.Ctx(), v.who, v.from())
	switch {
	case err != nil && fault.KindOf(err) == fault.Conflict:
		v.To(portal.PathTexts)
	case err != nil:
		v.fail(err)
	default:
		v.session.Member.Texts = nil
		v.keep()
		v.settingsSaved()
	}
}

package account

import (
	"errors"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// connectForm is what was typed on A5, as typed.
type connectForm struct {
	SubscriberID string `json:"subscriber_id,omitempty"`
	BirthMonth   string `json:"birth_month,omitempty"`
	BirthDay     string `json:"birth_day,omitempty"`
	BirthYear    string `json:"birth_year,omitempty"`
}

func (f connectForm) page() portal.FindForm {
	return portal.FindForm{
		SubscriberID: f.SubscriberID, Factor: portal.FactorBirth, BirthMonth: f.BirthMonth, BirthDay: f.BirthDay, BirthYear: f.BirthYear,
	}
}

func (v *visit) typed() connectForm {
	return connectForm{
		SubscriberID: v.Field(portal.FieldSubscriberID), BirthMonth: v.Field(portal.FieldBirthMonth),
		BirthDay: v.Field(portal.FieldBirthDay), BirthYear: v.Field(portal.FieldBirthYear),
	}
}

// read finds what is wrong with the birth date; the rest the use case finds.
func (v *visit) read(f connectForm) (people.LinkCoverage, portal.Problems) {
	var problems portal.Problems
	birth := serving.ReadBirth(f.page(), v.Today(), &problems)
	return people.LinkCoverage{SubscriberID: f.SubscriberID, BirthDate: birth, From: v.from()}, problems
}

func (v *visit) connectPage(form connectForm) portal.Connect {
	return portal.Connect{Form: form.page(), First: len(v.now.Coverages) == 0}
}

func (v *visit) showConnect() { v.Show(v.connectPage(v.typed())) }

// connect is A5 with the account code of the bill (R-ACC-3).
func (v *visit) connect() {
	form := v.typed()
	view := v.connectPage(form)
	view.Code = v.Field(portal.FieldAccountCode)
	in, problems := v.read(form)
	in.Code = view.Code
	if strings.TrimSpace(view.Code) == "" {
		problems.Add(portal.FieldAccountCode, portal.ProblemAccountCodeEmpty)
	}
	if view.Problems = withID(problems, form); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	linked, err := v.people.Link(v.Ctx(), v.who, in)
	if err != nil {
		v.notConnected(view, err)
		return
	}
	v.linked(linked)
}

// withID puts what is wrong with the Subscriber ID before what else is wrong.
func withID(rest portal.Problems, form connectForm) portal.Problems {
	_, err := ident.ParseSubscriberID(form.SubscriberID)
	var list portal.Problems
	switch {
	case err == nil:
	case errors.Is(err, ident.ErrEmpty):
		list.Add(portal.FieldSubscriberID, portal.ProblemIDEmpty)
	case errors.Is(err, ident.ErrCheckDigit):
		list.Add(portal.FieldSubscriberID, portal.ProblemIDCheck)
	default:
		serving.NumberProblem(&list, form.SubscriberID)
	}
	return append(list, rest...)
}

var connectStops = map[string]portal.ConnectStop{
	people.CodeLinkNoMatch: portal.ConnectNoMatch,
	people.CodeLinked:      portal.ConnectLinked,
	people.CodeMailed:      portal.ConnectMailed,
	people.CodeNoAddress:   portal.ConnectNoAddress,
	people.CodeNoPhone:     portal.ConnectNoPhone,
}

// notConnected shows the page again with why it did not work.
func (v *visit) notConnected(view portal.Connect, err error) {
	fields := map[string]string{"code": portal.FieldAccountCode, "birth_date": portal.FieldBirthMonth}
	if view.Problems = problems(err, fields); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if stop, known := connectStops[fault.CodeOf(err)]; known {
		view.Stop = stop
		v.Show(view)
		return
	}
	v.Fail(err)
}

// linked looks at what was connected, from now on.
func (v *visit) linked(c people.Coverage) {
	v.session.Account = c.Account
	v.session.Step = step{}
	v.keep()
	v.To(portal.PathConnected)
}

func (v *visit) connected() {
	v.Show(portal.Connected{Who: whoOf(v.coverage()), More: len(v.now.Coverages) > 1})
}

// whoOf gives what a page shows of the person on a bill.
func whoOf(c people.Coverage) portal.Who {
	id := c.SubscriberID.String()
	who := portal.Who{FirstName: c.FirstName, IDLastFour: id[max(0, len(id)-4):]}
	for _, letter := range c.LastName {
		who.Initial = string(letter)
		break
	}
	return who
}

func (v *visit) showConnectAsk() {
	if view, ok := v.askPage(v.typed()); ok {
		v.Show(view)
	}
}

// askPage is A5 for who has no account code.
func (v *visit) askPage(form connectForm) (portal.Connect, bool) {
	known, err := v.people.Security(v.Ctx(), v.now.Who)
	if err != nil {
		v.Fail(err)
		return portal.Connect{}, false
	}
	view := v.connectPage(form)
	view.NoCode, view.Texts, view.Chosen = true, known.Texts, portal.Way(v.Field(portal.FieldWay))
	return view, true
}

// connectAsk sends a code by mail or to the phone on file.
func (v *visit) connectAsk() {
	form := v.typed()
	view, ok := v.askPage(form)
	if !ok {
		return
	}
	in, problems := v.read(form)
	byPhone := view.Chosen == portal.WayText
	if byPhone && !view.Texts || view.Chosen != "mail" && !byPhone {
		problems.Add(portal.FieldWay, portal.ProblemConnectWay)
	}
	if view.Problems = withID(problems, form); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if byPhone {
		v.textCode(view, form, in)
		return
	}
	mailed, err := v.people.MailCode(v.Ctx(), v.who, in)
	if err != nil {
		v.notConnected(view, err)
		return
	}
	v.session.MailBy = mailed.By
	v.keep()
	v.To(portal.PathConnectMail)
}

func (v *visit) textCode(view portal.Connect, form connectForm, in people.LinkCoverage) {
	sent, err := v.people.TextCode(v.Ctx(), v.who, in)
	if err != nil {
		v.notConnected(view, err)
		return
	}
	v.session.Step = step{Kind: stepConnect, Ticket: sent.Ticket, Way: portal.WayText, To: sent.To, Form: form}
	v.keep()
	v.To(portal.PathConnectPhone)
}

func (v *visit) codeMailed() {
	if v.session.MailBy.IsZero() {
		v.To(portal.PathConnectAsk)
		return
	}
	v.Show(portal.CodeMailed{By: v.session.MailBy})
}

func (v *visit) showConnectPhone() {
	if v.stepIs(stepConnect, portal.PathConnectAsk) {
		v.showStep(v.codePage())
	}
}

// connectPhone takes the code that went to the phone on file.
func (v *visit) connectPhone() {
	if !v.stepIs(stepConnect, portal.PathConnectAsk) {
		return
	}
	in, _ := v.read(v.session.Step.Form)
	in.Code, in.Ticket = v.Field(portal.FieldCode), v.session.Step.Ticket
	linked, err := v.people.Link(v.Ctx(), v.who, in)
	switch {
	case fault.Is(err, people.CodeLinkNoMatch):
		view := v.codePage()
		view.Problems.Add(portal.FieldCode, portal.ProblemCodeWrong)
		v.Show(view)
	case err != nil:
		v.codeRefused(err)
	default:
		v.linked(linked)
	}
}

func (v *visit) showCoverages() { v.Show(v.coveragesPage()) }

func (v *visit) coveragesPage() portal.Coverages {
	var view portal.Coverages
	for i, c := range v.now.Coverages {
		view.All = append(view.All, portal.CoverageChoice{
			Value: strconv.Itoa(i), Who: whoOf(c), Helping: c.Role != access.RoleMember, Chosen: c.Account == v.who.Account,
		})
	}
	return view
}

// chooseCoverage looks at another coverage from now on.
func (v *visit) chooseCoverage() {
	i, err := strconv.Atoi(v.Field(portal.CoverageField))
	if err != nil || i < 0 || i >= len(v.now.Coverages) {
		view := v.coveragesPage()
		view.Problems.Add(portal.CoverageField, portal.ProblemCoverage)
		v.Show(view)
		return
	}
	v.look(v.now.Coverages[i].Account)
	v.To(portal.PathAccount)
}

// look turns to an account; what was begun for another one is dropped.
func (v *visit) look(account enrollment.AccountID) {
	if v.session.Account != account {
		v.session.Account, v.session.Member = account, memberSession{}
	}
	v.keep()
}

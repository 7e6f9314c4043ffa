package account

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// showCheck is A8, step 3.
func (v *visit) showCheck() {
	s, ok := v.step(true)
	if !ok {
		return
	}
	view, ok := v.checkPage(s)
	if !ok {
		return
	}
	v.Show(view)
}

// checkPage reads everything back. What had been typed before the time ran out
// is in it again.
func (v *visit) checkPage(s *setUp) (portal.AutoPayCheck, bool) {
	offer, ok := v.offer()
	if !ok {
		return portal.AutoPayCheck{}, false
	}
	day := slices.IndexFunc(offer.Days, func(d autopay.DayOffer) bool { return d.Day == s.Day })
	bank := slices.IndexFunc(offer.Saved, func(a autopay.SavedAccount) bool { return a.ID == s.Bank })
	switch {
	case day < 0: // the policy changed meanwhile
		v.To(portal.PathAutoPayDay)
		return portal.AutoPayCheck{}, false
	case bank < 0: // removed meanwhile
		s.Bank = payment.BankAccountID{}
		v.keep()
		v.To(portal.PathAutoPayBank)
		return portal.AutoPayCheck{}, false
	}
	d := offer.Days[day]
	view := portal.AutoPayCheck{
		Op: s.Op.String(), Change: s.Change, Day: d.Day, Bank: savedView(offer.Saved[bank]), Number: s.Typed, Least: d.Amount,
		First: portal.FirstDebit{On: d.First, Settles: settlesOn(d.First, d.Settles), Amount: d.Amount, Known: d.Known, Covers: d.Month},
		Form:  portal.AutoPayForm{Notice: portal.NoticeAlways, Over: defaultOver, Cap: offer.DefaultCap.String()},
		Rules: v.autoPayRules(d.First), Waits: waitsOf(offer.Saved[bank]),
	}
	if view.Waits != nil && d.Known {
		if view.Waits.OnlyIf = v.onlyIf(offer.Saved[bank], d); view.Waits.OnlyIf.Kind == portal.BannerAutoPayLate {
			view.First.Settles = civil.Date{}
		}
	}
	if u := d.Unpaid; u != nil && !s.Change {
		unpaid := &portal.Unpaid{Amount: u.Amount, Month: u.Month, Due: u.DueOn}
		if offer.Saved[bank].Waits {
			view.PayOther = unpaid
		} else {
			view.Unpaid = unpaid
		}
	}
	view.Shown = shown(&view, s.Bank)
	if s.Form != nil {
		view.Form = *s.Form
	}
	if v.R.PostForm.Has(portal.FieldNotice) || v.R.PostForm.Has(portal.FieldCap) {
		view.Form = portal.AutoPayForm{
			Notice: v.Field(portal.FieldNotice), Over: v.Field(portal.FieldOver), Cap: v.Field(portal.FieldCap), Now: v.Field(portal.FieldNow),
		}
	}
	return view, true
}

// shown names what the words of the page follow from, besides what is typed on
// it. A form that was filled in on a page with other words does not agree to
// these: another tab has chosen otherwise, or a bill came meanwhile.
func shown(view *portal.AutoPayCheck, bank payment.BankAccountID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %+v %v %v", view.Day, bank, view.First, view.Unpaid, view.PayOther))
	return hex.EncodeToString(sum[:8])
}

// onlyIf says whether the first debit comes too soon for a bank account that
// waits.
func (v *visit) onlyIf(bank autopay.SavedAccount, d autopay.DayOffer) *portal.Banner {
	wait := mandate.WaitFor(v.Profile, bank.Check.Wait, d.First, v.Clock.Now())
	return owing.OnlyIf(paying.Debit{Amount: d.Amount, On: d.First, Wait: &wait}, v.Profile.DueOn(d.Month))
}

func (v *visit) autoPayRules(first civil.Date) portal.AutoPayRules {
	policy, today := v.Profile.AutoPay, v.Today()
	return portal.AutoPayRules{
		NoticeDays: policy.NoticeDays.On(today), BankDays: policy.CutoffBankDays.On(today), Cutoff: v.Profile.AutoPayCutoff(first), Today: today,
	}
}

// terms reads what was chosen, or adds what is wrong with it.
func termsOf(view *portal.AutoPayCheck, s *setUp) mandate.Terms {
	terms := mandate.Terms{BankAccount: s.Bank, Day: s.Day, Notice: mandate.Notice(view.Form.Notice)}
	if view.Unpaid != nil && view.Form.Now != portal.NowPay && view.Form.Now != portal.NowOther {
		view.Problems.Add(portal.FieldNow, portal.ProblemNow)
	}
	if strings.TrimSpace(view.Form.Cap) != "" {
		limit, err := money.ParseInput(view.Form.Cap)
		switch {
		case err != nil:
			view.Problems.Add(portal.FieldCap, portal.ProblemCapSyntax)
		case limit.Less(view.Least) || !limit.IsPositive():
			view.Problems.Add(portal.FieldCap, portal.ProblemCapLow, "least", money.Max(view.Least, money.Cents(1)))
		default:
			terms.Cap = limit
		}
	}
	switch terms.Notice {
	case mandate.NoticeAlways:
	case mandate.NoticeOver:
		over, err := money.ParseInput(view.Form.Over)
		switch {
		case strings.TrimSpace(view.Form.Over) == "":
			view.Problems.Add(portal.FieldOver, portal.ProblemOverEmpty)
		case err != nil || !over.IsPositive():
			view.Problems.Add(portal.FieldOver, portal.ProblemOverSyntax)
		default:
			terms.NoticeOver = over
		}
	default:
		view.Problems.Add(portal.FieldNotice, portal.ProblemNotice)
	}
	return terms
}

// agree takes the press of the button: AutoPay is turned on or changed, with
// the words exactly as they stood on the page (REG-40).
func (v *visit) agree() {
	if done := v.session.Member.Done; v.session.Member.SetUp == nil && done != nil {
		v.To(portal.PathAutoPayDone) // a second press
		return
	}
	s, ok := v.step(true)
	if !ok {
		return
	}
	view, ok := v.checkPage(s)
	if !ok {
		return
	}
	if v.Field("op") != view.Op || v.Field("shown") != view.Shown { // its words are others
		v.To(portal.PathAutoPayCheck)
		return
	}
	terms := termsOf(&view, s)
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	agreed, err := v.Pages.Agreed(v.Lang, view.Authorization())
	if err != nil {
		v.Broken(err)
		return
	}
	given := autopay.Given{
		Channel: payment.ChannelWebAccount, Language: string(agreed.Language), TextVersion: agreed.Version, Wording: agreed.Text,
		Network: v.Address(), SessionHash: v.sessionHash(), Method: string(v.who.Method),
	}
	done, err := v.authorize(s, view, terms, given)
	switch {
	case fault.Is(err, autopay.CodeCapLow):
		view.Problems.Add(portal.FieldCap, portal.ProblemCapLow, "least", view.Least)
		v.Show(view)
		return
	case fault.Is(err, autopay.CodeOn), fault.Is(err, autopay.CodeOff), fault.Is(err, autopay.CodeNoCoverage):
		v.To(portal.PathAutoPay)
		return
	case err != nil:
		v.fail(err)
		return
	}
	if view.Unpaid != nil && view.Form.Now == portal.NowPay {
		v.payNowToo(s, view, given, done)
	}
	v.session.Member.SetUp, v.session.Member.Done = nil, done
	v.keep()
	v.To(portal.PathAutoPayDone)
}

func (v *visit) authorize(s *setUp, view portal.AutoPayCheck, terms mandate.Terms, given autopay.Given) (*ending, error) {
	if !s.Change {
		_, err := v.member.AutoPay.TurnOn(v.Ctx(), autopay.TurnOn{
			Operation: s.Op, Account: v.who.Account, Who: v.payer(), Terms: terms, Given: given,
		})
		return &ending{Kind: portal.DoneOn, First: view.First.On}, err
	}
	changed, err := v.member.AutoPay.Change(v.Ctx(), autopay.Change{
		Operation: s.Op, Account: v.who.Account, Who: v.payer(), Terms: terms, Given: given,
	})
	return &ending{Kind: portal.DoneChanged, First: changed.First, Later: changed.Later}, err
}

// payNowToo pays the bill that AutoPay comes too late for, from the same
// account. AutoPay is on whether that works or not, and the page says both. The
// payment's operation follows from AutoPay's, so that a second press finds it.
func (v *visit) payNowToo(s *setUp, view portal.AutoPayCheck, given autopay.Given, done *ending) {
	done.Owed = view.Unpaid.Amount
	p, err := v.member.Paying.PayBySaved(v.Ctx(), v.who, paying.SavedOrder{Bank: s.Bank, Order: paying.Order{
		Operation: payment.OperationID{UUID: ident.Named(s.Op[:])}, Account: v.who.Account, Channel: payment.ChannelWebAccount,
		Amount: view.Unpaid.Amount, Email: v.now.Email, Language: string(v.Lang),
		Authorization: payment.Authorization{Version: given.TextVersion, Wording: given.Wording, Network: given.Network, SessionHash: given.SessionHash},
	}})
	if err != nil {
		v.notShown(err)
		return
	}
	done.Paid = p.Confirmation
}

// sessionHash ties an authorization to the session it was given in (ACH-02).
func (v *visit) sessionHash() string {
	sum := sha256.Sum256([]byte(v.sessions.Token(v.Ctx())))
	return hex.EncodeToString(sum[:])
}

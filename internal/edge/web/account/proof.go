package account

import (
	"io"
	"strings"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/edge/web/sheet"
)

// proof is the authorization of AutoPay on paper: every word that was agreed
// to, when and how, and what became of it (ACH-04, REG-40). Without ?of= it is
// that of the newest mandate.
func (v *visit) proof() {
	if err := v.who.May(access.SeeBillDetails); err != nil {
		v.fail(err)
		return
	}
	var id mandate.ID
	if of := v.R.URL.Query().Get(fieldOf); of != "" {
		var err error
		if id, err = ident.ParseID[mandate.Mandate](of); err != nil || id.IsZero() {
			v.To(portal.PathAutoPay)
			return
		}
	}
	proof, err := v.member.AutoPay.Proof(v.Ctx(), v.payer(), v.who.Account, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		v.To(portal.PathAutoPay)
		return
	case err != nil:
		v.fail(err)
		return
	}
	v.print(proofPaper(v.Site, v.Lang, proof), "autopay-authorization")
}

// proofs lists what there is to read of the other mandates.
func (v *visit) proofs() ([]portal.AutoPayProof, error) {
	all, err := v.member.AutoPay.Mandates(v.Ctx(), v.payer(), v.who.Account)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	var before []portal.AutoPayProof
	for _, m := range all[1:] {
		before = append(before, portal.AutoPayProof{
			Path: portal.PathAutoPayProof + "?" + fieldOf + "=" + m.ID.String(), From: m.AuthorizedAt.DateIn(v.Profile.Zone()), Until: m.StateOn,
		})
	}
	return before, nil
}

// PrintAuthorization writes the proof of an authorization as a PDF, as the member
// downloads it.
func PrintAuthorization(w io.Writer, site *serving.Site, lang catalogue.Lang, proof autopay.Proof) error {
	_, err := proofPaper(site, lang, proof).Print(w)
	return err
}

func proofPaper(site *serving.Site, lang catalogue.Lang, proof autopay.Proof) *sheet.Sheet {
	name := proof.FirstName + " " + proof.LastName
	p := sheet.New(sheet.Reader{Site: site, Lang: lang, Name: name, LastFour: proof.SubscriberID.LastFour()}, "proof.autopay.title")
	p.Lead(p.T("proof.autopay.lead", "name", name))
	for _, a := range proof.Authorizations {
		bank := proof.Banks[a.BankAccount]
		points := append(given(p, a, proof.Emails[a.Person]),
			p.Named("my.terms.day", portal.DayOfMonth(a.Day)),
			p.Named("my.terms.bank", portal.Saved{Kind: portal.AccountKind(bank.Type), LastFour: bank.LastFour}.Message()),
			p.T("proof.autopay.holder", "holder", bank.HolderName),
		)
		terms := portal.AutoPayTerms{Cap: a.Cap, Always: a.Notice != mandate.NoticeOver, Over: a.NoticeOver, Days: site.Profile.AutoPay.NoticeDays.On(site.Today())}
		points = append(points, p.Named("my.terms.limit", terms.CapMessage()), p.Named("my.terms.notice", terms.NoticeMessage()))
		on := dateOf(site, a.At)
		heading := p.T("proof.autopay.first", "date", on)
		if a.Version > 1 {
			heading = p.T("proof.autopay.changed", "date", on)
		}
		p.Section(heading, strings.Split(a.Wording, "\n\n"), points)
	}
	var events []string
	for _, e := range proof.Events {
		events = append(events, p.T("proof.autopay.event_"+string(e.State), "date", e.On))
	}
	p.Section(p.T("proof.autopay.events"), nil, events)
	p.Section(p.T("proof.letter.questions"), []string{p.T("proof.letter.call")}, nil)
	return p
}

// given says who agreed, when, where and how we knew them (REG-40).
func given(p *sheet.Sheet, a mandate.Authorization, email string) []string {
	channel := "proof.autopay.given_otherwise"
	if a.Channel == payment.ChannelWebAccount {
		channel = "proof.autopay.given"
	}
	who := "proof.autopay.by_person"
	switch a.Role {
	case access.RoleMember:
		who = "proof.autopay.by_member"
	case access.RoleDelegatePay, access.RoleDelegateAutoPay:
		who = "proof.autopay.by_helper"
	}
	points := []string{p.T(channel, "at", a.At)}
	if email != "" {
		points = append(points, p.T(who, "email", email))
	}
	points = append(points, p.T("proof.autopay.signed_in", "method", p.T(methodKey(identity.Method(a.Method)))))
	if a.Network != "" {
		points = append(points, p.T("proof.autopay.network", "network", a.Network))
	}
	return append(points, p.T("proof.autopay.version", "version", a.TextVersion))
}

// methodKey names the words for how somebody signed in. Authorizations that are
// older than the record of it have the name of a session.
func methodKey(m identity.Method) string {
	key := "proof.autopay.method_"
	switch m {
	case identity.MethodPasskey:
		return key + "passkey"
	case identity.MethodDevice:
		return key + "device"
	}
	for _, way := range []identity.FactorKind{
		identity.FactorPasskey, identity.FactorApp, identity.FactorText, identity.FactorEmail, identity.FactorBackup,
	} {
		if m == identity.MethodOf(true, way) {
			return key + "password_" + string(way)
		}
	}
	return key + "unknown"
}

func dateOf(site *serving.Site, at civil.Instant) civil.Date { return at.DateIn(site.Profile.Zone()) }

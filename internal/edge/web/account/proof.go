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
	v.sendPaper(proofPaper(v.Site, v.Lang, proof), "autopay-authorization")
}

// proofs lists what there is to read of the mandates before the newest.
func (v *visit) proofs() ([]portal.AutoPayProof, error) {
	all, err := v.member.AutoPay.Mandates(v.Ctx(), v.payer(), v.who.Account)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	newest := all[0].ID
	for _, m := range all {
		if m.State == mandate.Active || m.State == mandate.Paused {
			newest = m.ID
		}
	}
	var before []portal.AutoPayProof
	for _, m := range all {
		if m.ID != newest {
			before = append(before, portal.AutoPayProof{
				Path: portal.PathAutoPayProof + "?" + fieldOf + "=" + m.ID.String(), From: m.AuthorizedAt.DateIn(v.Profile.Zone()), Until: m.StateOn,
			})
		}
	}
	return before, nil
}

// PrintAuthorization writes the proof of an authorization as a PDF, as the member
// downloads it.
func PrintAuthorization(w io.Writer, site *serving.Site, lang catalogue.Lang, proof autopay.Proof) error {
	return proofPaper(site, lang, proof).writeTo(w)
}

func proofPaper(site *serving.Site, lang catalogue.Lang, proof autopay.Proof) *paper {
	name := proof.FirstName + " " + proof.LastName
	p := newPaper(site, lang, "proof.autopay.title", name, proof.SubscriberID)
	p.lead(p.t("proof.autopay.lead", "name", name))
	for _, a := range proof.Authorizations {
		bank := proof.Banks[a.BankAccount]
		points := append(p.given(a, proof.Emails[a.Person]),
			p.named("my.terms.day", portal.DayOfMonth(a.Day)),
			p.named("my.terms.bank", portal.Saved{Kind: portal.AccountKind(bank.Type), LastFour: bank.LastFour}.Message()),
			p.t("proof.autopay.holder", "holder", bank.HolderName),
		)
		terms := portal.AutoPayTerms{Cap: a.Cap, Always: a.Notice != mandate.NoticeOver, Over: a.NoticeOver, Days: site.Profile.AutoPay.NoticeDays.On(site.Today())}
		points = append(points, p.named("my.terms.limit", terms.CapMessage()), p.named("my.terms.notice", terms.NoticeMessage()))
		on := dateOf(site, a.At)
		heading := p.t("proof.autopay.first", "date", on)
		if a.Version > 1 {
			heading = p.t("proof.autopay.changed", "date", on)
		}
		p.section(heading, strings.Split(a.Wording, "\n\n"), points)
	}
	var events []string
	for _, e := range proof.Events {
		events = append(events, p.t("proof.autopay.event_"+string(e.State), "date", e.On))
	}
	p.section(p.t("proof.autopay.events"), nil, events)
	p.section(p.t("proof.letter.questions"), []string{p.t("proof.letter.call")}, nil)
	return p
}

// given says who agreed, when, where and how we knew them (REG-40).
func (p *paper) given(a mandate.Authorization, email string) []string {
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
	points := []string{p.t(channel, "at", a.At)}
	if email != "" {
		points = append(points, p.t(who, "email", email))
	}
	points = append(points, p.t("proof.autopay.signed_in", "method", p.t(methodKey(identity.Method(a.Method)))))
	if a.Network != "" {
		points = append(points, p.t("proof.autopay.network", "network", a.Network))
	}
	return append(points, p.t("proof.autopay.version", "version", a.TextVersion))
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

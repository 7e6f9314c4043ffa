package app_test

import (
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/profiles"
)

// payer is a household that lives by its letters.
type payer struct {
	*apptest.World
	apptest.Household
	app  *app.App
	post *postbox
}

// postbox keeps the notices that were written.
type postbox struct {
	letters
	notices []notifying.Notice
}

func (p *postbox) Notice(n notifying.Notice) (notifying.Words, error) {
	p.notices = append(p.notices, n)
	return p.letters.Notice(n)
}

// eachProfile runs test for a household under every profile and on every
// engine.
func eachProfile(t *testing.T, test func(t *testing.T, m *payer)) {
	t.Helper()
	for _, name := range profiles.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				p, err := profiles.Open(name)
				if err != nil {
					t.Fatal(err)
				}
				w.Profile, w.Billing, w.Collecting = p, billing.New(w.DB, p), collecting.New(w.DB, p)
				m := &payer{World: w, post: &postbox{}}
				m.app = newApp(w, func(c *app.Config) { c.Letters, c.VerifiesElsewhere = m.post, true })
				test(t, m)
			})
		})
	}
}

// enrolls gives the member coverage and an address.
func (m *payer) enrolls(covers ...apptest.Cover) {
	m.TB.Helper()
	m.Household = m.World.Household(covers...)
	m.Reach(m.Household, "")
	m.runsDay()
}

// lives lets the business days pass up to one and including it.
func (m *payer) lives(until string) {
	m.TB.Helper()
	for day := m.Today().AddDays(1); !day.After(apptest.Date(until)); day = day.AddDays(1) {
		m.At(day.String())
		m.runsDay()
	}
}

func (m *payer) runsDay() {
	m.TB.Helper()
	runDay(m.World, m.app, m.Today().String())
}

// last gives the last letter of a kind: "past_due 206.00 by 2026-06-23".
func (m *payer) last(kind standing.NoticeKind) notifying.Notice {
	m.TB.Helper()
	for i := len(m.post.notices) - 1; i >= 0; i-- {
		if n := m.post.notices[i]; n.Kind == kind {
			return n
		}
	}
	m.TB.Fatalf("no letter %s by %s", kind, m.Today())
	return notifying.Notice{}
}

func said(n notifying.Notice) string {
	return string(n.Kind) + " " + n.Written.String() + ": " + n.Amount.String() + " by " + n.By.String()
}

// obeys pays exactly what a letter asks for, on its last day.
func (m *payer) obeys(n notifying.Notice) {
	m.TB.Helper()
	m.lives(n.By.String())
	m.pays(n.Amount.String())
}

func (m *payer) pays(amount string) {
	m.TB.Helper()
	_, err := m.app.Paying.Receive(m.TB.Context(), paying.Received{
		Operation: m.app.Paying.NewOperation(), Account: m.Account, Channel: payment.ChannelBillPay, Method: payment.MethodCheck,
		Amount: apptest.Amount(amount), EffectiveOn: m.Today(), Reference: "bill pay " + m.Today().String(),
	})
	if err != nil {
		m.TB.Fatal(err)
	}
}

// states are where the coverage stands, in the order in which it was chosen.
func (m *payer) states() []string {
	m.TB.Helper()
	var all []string
	for _, e := range m.Standing(m.Household).Enrollments {
		all = append(all, string(e.Kind)+" "+string(e.State))
	}
	return all
}

var covered = []string{"medical active"}

// Massachusetts rules section 13, vector 5: each letter asks for everything
// with the month just billed (MA-DLQ-4, MA-DLQ-5), and keeps coverage when it is
// obeyed on its last day.
func TestEachWarningKeepsCoverage(t *testing.T) {
	t.Parallel()
	warnings := []struct {
		kind standing.NoticeKind
		on   string
		said string
	}{
		{standing.NoticePastDue, "2026-06-01", "past_due 2026-06-01: 206.00 by 2026-06-23"},
		{standing.NoticeEndWarning, "2026-07-01", "end_warning 2026-07-01: 309.00 by 2026-07-23"},
		{standing.NoticeEndWarning, "2026-08-01", "end_warning 2026-08-01: 412.00 by 2026-08-23"},
	}
	for obeyed, last := range warnings {
		t.Run(last.said, func(t *testing.T) {
			t.Parallel()
			eachProfile(t, func(t *testing.T, m *payer) {
				m.At("2026-04-30")
				m.enrolls(apptest.Medical("2026-06", "103.00").Renewed())
				for _, warned := range warnings[:obeyed+1] {
					m.lives(warned.on)
					apptest.Check(t, "the letter", said(m.last(warned.kind)), warned.said)
				}
				m.obeys(m.last(last.kind))
				m.lives(m.last(last.kind).By.AddDays(1).String())
				apptest.Check(t, "the next morning", m.states(), covered)
				apptest.Check(t, "unpaid", m.Unpaid(m.Household), []string(nil))
				m.VerifyClean()
			})
		})
	}
}

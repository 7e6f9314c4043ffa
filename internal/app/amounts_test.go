//go:build !race

// Whole stories from day to day, a fifth of the time of all tests. One thing after
// the other happens in them, so that the race detector, under which they take five
// minutes more, has nothing to find that the tests of each step do not show it.

package app_test

import (
	"fmt"
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
		Amount: apptest.Amount(amount), ReceivedOn: m.Today(), Reference: "bill pay " + m.Today().String(),
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

// R-DUE-4: what is past due in December goes on in January, in the enrollment of
// the new year. Each letter asks for the months of both.
func TestWarningsOverTheYearEnd(t *testing.T) {
	t.Parallel()
	warnings := []struct {
		kind standing.NoticeKind
		on   string
		said string
	}{
		{standing.NoticePastDue, "2026-11-01", "past_due 2026-11-01: 206.00 by 2026-11-23"},
		{standing.NoticeEndWarning, "2026-12-01", "end_warning 2026-12-01: 309.00 by 2026-12-23"},
		{standing.NoticeEndWarning, "2027-01-01", "end_warning 2027-01-01: 412.00 by 2027-01-23"},
	}
	for obeyed, last := range warnings {
		t.Run(last.said, func(t *testing.T) {
			t.Parallel()
			eachProfile(t, func(t *testing.T, m *payer) {
				m.At("2026-09-30")
				m.enrolls(apptest.Medical("2026-11", "103.00").Renewed().Until("2026-12"), apptest.Medical("2027-01", "103.00").Renewed())
				for _, warned := range warnings[:obeyed+1] {
					m.lives(warned.on)
					apptest.Check(t, "the letter", said(m.last(warned.kind)), warned.said)
				}
				letter := m.last(last.kind)
				end := letter.Dates[0].Steps[len(letter.Dates[0].Steps)-1]
				apptest.Check(t, "the last day", end.Amount.String()+" by "+end.On.String(), "412.00 by 2027-01-23")
				m.obeys(letter)
				m.lives(letter.By.AddDays(1).String())
				apptest.Check(t, "the next morning", m.states()[1], "medical active")
				apptest.Check(t, "past due", m.Standing(m.Household).PastDue.String(), "0.00")
				m.VerifyClean()
			})
		})
	}
}

// MA-DLQ-6: a warning that could not be sent in time moves the last day, and the
// page says so as the review does. What the letter asks for on that day keeps
// coverage.
func TestALateWarningMovesTheLastDay(t *testing.T) {
	t.Parallel()
	eachProfile(t, func(t *testing.T, m *payer) {
		m.At("2026-11-30")
		m.Household = m.World.Household(apptest.Medical("2027-01", "103.00").Renewed()) // nobody knows where it lives
		m.runsDay()
		m.lives("2027-03-10")
		m.Reach(m.Household, "")
		m.lives("2027-03-11")
		warned := m.last(standing.NoticeEndWarning)
		apptest.Check(t, "the letter", said(warned), "end_warning 2027-03-11: 515.00 by 2027-04-23")
		last := warned.Dates[0].Steps[len(warned.Dates[0].Steps)-1]
		apptest.Check(t, "its last day", last.Amount.String()+" by "+last.On.String(), "515.00 by 2027-04-23")
		m.lives("2027-03-24")
		e := m.Standing(m.Household).Enrollments[0]
		apptest.Check(t, "the page", string(e.State)+" by "+e.EndsBy.String(), "past_due by 2027-04-23")
		apptest.Check(t, "the review", m.Decisions(m.Enrollments[0]), []string{"enter_grace 2027-01 R-DUE-1", "enter_grace 2027-02 R-DUE-1", "enter_grace 2027-03 R-DUE-1"})
		m.lives("2027-04-23")
		m.pays(last.Amount.String())
		m.lives("2027-04-24")
		apptest.Check(t, "the next morning", m.states(), covered)
		m.VerifyClean()
	})
}

// release lets the ends take place that the review has proposed.
func (m *payer) release() {
	m.TB.Helper()
	for i, e := range m.Standing(m.Household).Enrollments {
		if e.State != standing.StateEnding {
			continue
		}
		m.lives(e.ReleaseFrom.String())
		end := collecting.Act{Account: m.Account, Enrollment: m.Enrollments[i], Actor: "staff:ann", Second: "staff:bo", Reason: "test"}
		if err := m.app.Collecting.Release(m.TB.Context(), end); err != nil {
			m.TB.Fatal(err)
		}
	}
}

// R-DUE-6, MA-DLQ-12, section 13 vector 6: the letter about an end says what
// brings coverage back, on the last day of each amount, whatever other coverage
// takes first.
func TestTheEndedLetterBringsCoverageBack(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		cover  apptest.Cover
		misses string // the last day to pay
		dental bool
		want   string
	}{
		"with help":                       {apptest.Medical("2027-01", "103.00").Renewed(), "2027-03-24", false, "412.00 by 2027-04-23, 515.00 at last"},
		"without help":                    {apptest.FullPrice("2027-01", "400.00").Renewed(), "2027-01-24", false, "800.00 by 2027-02-23, 1200.00 at last"},
		"with a first payment that waits": {apptest.FullPrice("2027-01", "400.00").Renewed(), "2027-01-24", true, "815.00 by 2027-02-23, 1215.00 at last"},
	} {
		for _, last := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " last ", last), func(t *testing.T) {
				t.Parallel()
				eachProfile(t, func(t *testing.T, m *payer) {
					m.At("2026-11-30")
					m.enrolls(row.cover)
					m.lives(row.misses)
					if row.dental {
						m.Enroll(&m.Household, apptest.Dental("2027-03", "15.00"))
					}
					m.release()
					m.lives(m.Today().AddDays(1).String())
					back := m.last(standing.NoticeEnded).Restart
					apptest.Check(t, "the letter", fmt.Sprintf("%s by %s, %s at last", back.Amount, back.Until, back.Later), row.want)
					if last {
						back.Until, back.Amount = back.By, back.Later
					}
					m.lives(back.Until.String())
					m.pays(back.Amount.String())
					m.lives(back.Until.AddDays(1).String())
					apptest.Check(t, "the next morning", m.states()[0], "medical active")
					m.VerifyClean()
				})
			})
		}
	}
}

// MA-DLQ-5: money goes to the oldest month first, medical before dental. What a
// letter about one plan asks for counts what the other takes before it: paid on
// its last day, it keeps that plan.
func TestALetterAboutOnePlanCountsWhatTheOtherTakes(t *testing.T) {
	t.Parallel()
	medical, dental := apptest.Medical("2026-06", "103.00").Renewed(), apptest.Dental("2026-06", "15.00").Renewed()
	for name, row := range map[string]struct {
		pays string // by the first due date
		kind standing.NoticeKind
		on   string
		plan string
		said string
	}{
		"dental is past due, medical has a bill": {"103.00", standing.NoticePastDue, "2026-06-01", "dental", "past_due 2026-06-01: 133.00 by 2026-06-23"},
		"both are, the letter about dental":      {"", standing.NoticePastDue, "2026-06-01", "dental", "past_due 2026-06-01: 236.00 by 2026-06-23"},
		"both are, the letter about medical":     {"", standing.NoticePastDue, "2026-06-01", "medical", "past_due 2026-06-01: 221.00 by 2026-06-23"},
		"an end of dental waits for its release": {"", standing.NoticeEndWarning, "2026-07-01", "medical", "end_warning 2026-07-01: 339.00 by 2026-07-23"},
	} {
		for _, short := range []string{"0.00", "0.01"} {
			t.Run(name+", short by "+short, func(t *testing.T) {
				t.Parallel()
				eachProfile(t, func(t *testing.T, m *payer) {
					m.At("2026-04-30")
					m.enrolls(medical, dental)
					m.lives("2026-05-20")
					if row.pays != "" {
						m.pays(row.pays)
					}
					m.lives(row.on)
					letter := m.about(row.kind, row.plan)
					apptest.Check(t, "the letter", said(letter), row.said)
					apptest.Check(t, "its next date", letter.Dates[0].Steps[next(letter)].Amount, letter.Amount)
					m.lives(letter.By.String())
					m.pays(letter.Amount.Sub(apptest.Amount(short)).String())
					m.lives(letter.By.AddDays(1).String())
					apptest.Check(t, "kept the next morning", m.stateOf(row.plan) == "active", short == "0.00")
					m.VerifyClean()
				})
			})
		}
	}
}

// REG-23, MA-DLQ-5: dental coverage that is past due in December ends with
// November, and next year's with it. The dates of the medical plan count it for as
// long as it goes on, and what they ask for keeps that plan to the cent.
func TestDatesOfTwoPlansOverTheYearEnd(t *testing.T) {
	t.Parallel()
	covers := []apptest.Cover{
		apptest.Medical("2026-11", "103.00").Renewed().Until("2026-12"), apptest.Dental("2026-11", "15.00").Renewed().Until("2026-12"),
		apptest.Medical("2027-01", "103.00").Renewed(), apptest.Dental("2027-01", "15.00").Renewed(),
	}
	for by, want := range map[string]string{"2026-12-23": "221.00", "2027-01-23": "309.00", "2027-02-23": "412.00"} {
		for _, short := range []string{"0.00", "0.01"} {
			t.Run(by+", short by "+short, func(t *testing.T) {
				t.Parallel()
				eachProfile(t, func(t *testing.T, m *payer) {
					m.At("2026-09-30")
					m.enrolls(covers...)
					m.lives("2026-10-20")
					m.pays("118.00")
					m.lives("2026-12-01")
					var asks string
					for _, step := range m.about(standing.NoticePastDue, "medical").Dates[0].Steps {
						if step.On.String() == by {
							asks = step.Amount.String()
						}
					}
					apptest.Check(t, "what "+by+" asks for", asks, want)
					if by > "2026-12-24" {
						m.lives("2026-12-24")
						m.release()
						apptest.Check(t, "dental coverage", m.states()[1]+", "+m.states()[3], "dental ended, dental ended")
					}
					m.lives(by)
					m.pays(apptest.Amount(asks).Sub(apptest.Amount(short)).String())
					m.lives(m.Today().AddDays(1).String())
					apptest.Check(t, "kept the next morning", m.states()[2] == "medical active", short == "0.00")
					m.VerifyClean()
				})
			})
		}
	}
}

// about is the last letter of a kind about a plan.
func (m *payer) about(kind standing.NoticeKind, plan string) notifying.Notice {
	m.TB.Helper()
	for i := len(m.post.notices) - 1; i >= 0; i-- {
		if n := m.post.notices[i]; n.Kind == kind && string(n.Enrollments[0].Kind) == plan {
			return n
		}
	}
	m.TB.Fatalf("no letter %s about %s by %s", kind, plan, m.Today())
	return notifying.Notice{}
}

// next is the step of a letter that its amount is for.
func next(n notifying.Notice) int {
	for i, s := range n.Dates[0].Steps {
		if s.On == n.By && s.Kind != standing.StepUnpaid {
			return i
		}
	}
	return 0
}

func (m *payer) stateOf(plan string) string {
	m.TB.Helper()
	for _, e := range m.Standing(m.Household).Enrollments {
		if string(e.Kind) == plan {
			return string(e.State)
		}
	}
	return ""
}
